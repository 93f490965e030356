import { isUtf8 } from "node:buffer";
import { unreadable } from "./fault.ts";

/** A line of a list is no longer than this. */
export const LINE_LENGTH = 64 * 1024;

const LF = 0x0a;

/** The text of UTF-8 bytes, piece by piece, without the mark at its beginning. Throws ChannelError naming the line that is none. */
export async function* textOf(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  const fail = (at: number, error: unknown) =>
    unreadable(
      name,
      `is not UTF-8 in line ${at}`,
      "Save it as UTF-8; exported elsewhere: iconv -f LATIN1 -t UTF-8",
      error,
    );
  for await (const piece of bytes) {
    let text: string;
    try {
      text = decoder.decode(piece, { stream: true });
    } catch (error) {
      throw fail(line + linesBeforeFault(piece), error);
    }
    line += countLines(text);
    yield text;
  }
  try {
    decoder.decode();
  } catch (error) {
    throw fail(line, error);
  }
}

/** How many lines of a piece that does not decode are whole. */
function linesBeforeFault(piece: Buffer): number {
  // It may begin in the middle of a character.
  let start = 0;
  while (start < 3 && start < piece.length && (piece[start]! & 0xc0) === 0x80) start++;
  for (let lines = 0; ; lines++) {
    const end = piece.indexOf(LF, start);
    if (end === -1) return lines;
    if (!isUtf8(piece.subarray(start, end))) return lines;
    start = end + 1;
  }
}

export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

export interface Line {
  readonly line: number;
  /** Without its line break; of one that is too long, the beginning. */
  readonly text: string;
  readonly tooLong: boolean;
}

/** Cuts text into lines; what a line has beyond LINE_LENGTH is passed over. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let rest = "";
  let tooLong = false;
  let line = 1;
  const lineOf = (whole: string): Line => {
    const long = tooLong || whole.length > LINE_LENGTH;
    tooLong = false;
    return {
      line: line++,
      text: long ? whole.slice(0, LINE_LENGTH) : whole.endsWith("\r") ? whole.slice(0, -1) : whole,
      tooLong: long,
    };
  };
  for await (const piece of text) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop() ?? "";
    yield parts.map(lineOf);
    if (rest.length > LINE_LENGTH) {
      rest = rest.slice(0, LINE_LENGTH);
      tooLong = true;
    }
  }
  if (rest !== "") yield [lineOf(rest)];
}
