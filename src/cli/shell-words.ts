/** The words of a command line as a shell would take them: quotes and backslashes, and nothing else of a shell. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const [piece] of line.matchAll(/'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|\s+|[^\s'"\\]+|./gs)) {
    if (/^\s/.test(piece)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + unquoted(piece);
  }
  return word === null ? words : [...words, word];
}

function unquoted(piece: string): string {
  if (piece.startsWith("'")) return piece.slice(1).replace(/'$/, "");
  if (piece.startsWith('"'))
    return piece
      .slice(1)
      .replace(/"$/, "")
      .replace(/\\(["\\$`])/g, "$1");
  return piece.startsWith("\\") ? piece.slice(1) : piece;
}
