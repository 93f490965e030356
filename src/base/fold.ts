import { stripVTControlCharacters } from "node:util";

/**
 * What is copied in one piece: words between backticks; a command behind a colon, as far as its sentence goes on; a word.
 */
const UNIT =
  /`[^`]+`\S*|(?<=: )(?:status|sh|git|npx?) (?:"[^"]*"|'[^']*'|[^;—"'])+?(?=[;.]? —|[;.] |, | {2}|[.;]?$)|\S+/g;

/** Narrower than this nothing is folded: there would be more margin than text. */
const NARROWEST = 20;

/**
 * The line in pieces of at most `width` letters, broken at blanks; colours count nothing. What is to be copied, such as a
 * command, a path or an address, stays whole however long it is: a terminal that wraps it still copies it in one piece.
 */
export function foldLine(line: string, width: number, below: number = width): string[] {
  if (lengthOf(line) <= width || width < NARROWEST) return [line];
  const pieces: string[] = [];
  let piece = "";
  let behind = 0;
  for (const found of line.matchAll(UNIT)) {
    const room = pieces.length === 0 ? width : below;
    const blanks = line.slice(behind, found.index);
    behind = found.index + found[0].length;
    if (piece.trim() !== "" && lengthOf(piece + blanks + found[0]) > room) {
      pieces.push(piece);
      piece = found[0];
    } else piece += blanks + found[0];
    // Scripts without blanks are broken anywhere, as their readers are used to.
    while (isWithoutBlanks(piece) && piece.length > below) {
      pieces.push(piece.slice(0, below));
      piece = piece.slice(below);
    }
  }
  return [...pieces, piece];
}

/** How many letters a terminal shows of it. */
export function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function isWithoutBlanks(piece: string): boolean {
  return /[\u2e80-\uffdc]/.test(piece) && !/[ \u001b]/.test(piece.trim());
}
