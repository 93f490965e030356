/** As many letters as a narrow terminal shows in a line. */
const WIDTH = 80;

/** Commands in a help text that are longer than a line go on below, as a shell reads them. */
export function foldExamples(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.startsWith("  $ ") ? folded(line) : line))
    .join("\n");
}

function folded(line: string): string {
  if (line.length <= WIDTH) return line;
  // A word may hold blanks in quotes; a flag stays beside its value.
  const words = line.trim().match(/(?:--[\w-]+ )?(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const lines = [""];
  for (const word of words) {
    const last = lines.at(-1)!;
    if (`  ${last} ${word} \\`.length > WIDTH && last !== "") lines.push(`    ${word}`);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((each) => `  ${each}`).join(" \\\n");
}
