import { literal } from "../../render/literal.ts";

/** About how wide a text in one line is, in units of the picture; rather too wide than too narrow. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const letter of text)
    ems += /[\u1100-\uffef]|[\u{1f000}-\u{3ffff}]/u.test(letter)
      ? 1.05
      : /[mwMW@%—…]/.test(letter)
        ? 0.9
        : /[A-Z]/.test(letter)
          ? 0.68
          : /[iljtfr.,:;'|! ()]/.test(letter)
            ? 0.33
            : 0.55;
  return ems * size;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function fitted(text: string, size: number, room: number): string {
  const line = literal(text);
  if (textWidth(line, size) <= room) return line;
  const letters = [...line];
  while (letters.length > 0 && textWidth(`${letters.join("")}…`, size) > room) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** The text in at most `most` lines, broken at blanks where there are any. */
export function lines(text: string, size: number, room: number, most: number): string[] {
  const found: string[] = [];
  let rest = literal(text);
  while (rest !== "" && found.length < most - 1 && textWidth(rest, size) > room) {
    let line = "";
    for (const word of rest.split(/(?<= )/)) {
      if (textWidth((line + word).trimEnd(), size) > room) break;
      line += word;
    }
    if (line === "") line = fitted(rest, size, room).slice(0, -1);
    if (line === "") break;
    found.push(line.trimEnd());
    rest = rest.slice(line.length);
  }
  return rest === "" ? found : [...found, fitted(rest, size, room)];
}

/** A coordinate, as exactly as anybody sees it. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
