import { unreadable } from "./fault.ts";
import { countLines, LINE_LENGTH } from "./text.ts";

/** One record as it stands: its cells, or why it has none. */
export interface CsvRecord {
  /** Where it begins. */
  readonly line: number;
  readonly text: string;
  readonly cells: readonly string[];
  readonly fault: string | null;
}

const SEPARATORS = [",", ";", "\t"] as const;
export type Separator = (typeof SEPARATORS)[number];

/** The first record, in each way that it can be read. */
export type Readings = ReadonlyMap<Separator, readonly string[]>;

/**
 * Reads RFC 4180, with LF as well as CRLF, and a quote inside a bare cell as itself; empty lines are left out. `choose` says
 * from the first record what separates.
 * A record that is no CSV, or too long, has a fault, and the next one begins on the next line. Throws ChannelError where a
 * quote does not close within LINE_LENGTH, or at all: nobody can tell what is missing then.
 */
export async function* csvRecords(
  text: AsyncIterable<string>,
  name: string,
  choose: (readings: Readings) => Separator,
): AsyncGenerator<CsvRecord[]> {
  const reader = new CsvReader(name, choose);
  for await (const piece of text) yield reader.add(piece, false);
  yield reader.add("", true);
}

class CsvReader {
  readonly #name: string;
  readonly #choose: (readings: Readings) => Separator;
  #separator: Separator | null = null;
  /** What is not whole yet. */
  #rest = "";
  /** Where it begins. */
  #line = 1;
  /** Until the next line: the rest of one that is too long. */
  #passing = false;

  constructor(name: string, choose: (readings: Readings) => Separator) {
    this.#name = name;
    this.#choose = choose;
  }

  /** All records that are whole now. */
  add(piece: string, final: boolean): CsvRecord[] {
    const text = this.#rest + piece;
    const records: CsvRecord[] = [];
    let at = this.#passing ? this.#pass(text) : 0;
    while (at < text.length) {
      if (text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n")) {
        at += text[at] === "\n" ? 1 : 2;
        this.#line++;
        continue;
      }
      this.#separator ??= this.#separatorAt(text, at, final);
      const found = this.#separator === null ? "more" : readRecord(text, at, this.#separator, final);
      if (found === "more") break;
      if (found === "unclosed") throw unclosed(this.#name, this.#line);
      const { cells, fault } = found;
      const raw = text.slice(at, found.end);
      records.push({ line: this.#line, text: raw, cells, fault });
      this.#line += found.multiline ? countLines(raw) : 1;
      at = found.end;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > LINE_LENGTH) {
      records.push({ line: this.#line, text: this.#rest, cells: [], fault: TOO_LONG });
      this.#line += countLines(this.#rest);
      this.#rest = "";
      this.#passing = true;
    }
    return records;
  }

  #pass(text: string): number {
    const end = text.indexOf("\n");
    if (end === -1) return text.length;
    this.#passing = false;
    this.#line++;
    return end + 1;
  }

  #separatorAt(text: string, at: number, final: boolean): Separator | null {
    const readings = new Map<Separator, readonly string[]>();
    let open = false;
    for (const separator of SEPARATORS) {
      const found = readRecord(text, at, separator, final);
      if (found === "more") return null;
      if (found === "unclosed") open = true;
      else if (found.fault === null) readings.set(separator, found.cells);
    }
    if (open && readings.size === 0) throw unclosed(this.#name, this.#line);
    return this.#choose(readings);
  }
}

const TOO_LONG = `the line is longer than ${LINE_LENGTH / 1024} kB`;

function unclosed(name: string, line: number) {
  return unreadable(
    name,
    `has a quote in line ${line} that does not close`,
    'A quote inside a quoted cell is doubled: "the ""best"" shop". If there is none, the list may have been cut short.',
  );
}

interface Found {
  readonly cells: readonly string[];
  readonly fault: string | null;
  /** Where the next record begins. */
  readonly end: number;
  readonly multiline: boolean;
}

/** `more`: the text ends before the record does. */
function readRecord(
  text: string,
  start: number,
  separator: Separator,
  final: boolean,
): Found | "more" | "unclosed" {
  const endOfLine = (from: number) => {
    const at = text.indexOf("\n", from);
    return at === -1 && final ? text.length : at;
  };
  const firstEnd = endOfLine(start);
  let lineEnd = firstEnd;
  if (lineEnd !== -1 && lineEnd - start <= LINE_LENGTH) {
    const line = text.slice(start, lineEnd);
    if (!line.includes('"'))
      return { cells: withoutReturn(line).split(separator), fault: null, end: lineEnd + 1, multiline: false };
  }
  const cells: string[] = [];
  const done = (end: number): Found => ({ cells, fault: null, end, multiline: true });
  for (let at = start; ; ) {
    if (text[at] !== '"') {
      if (lineEnd === -1) return "more";
      if (lineEnd - start > LINE_LENGTH)
        return { cells: [], fault: TOO_LONG, end: lineEnd + 1, multiline: true };
      const line = text.slice(at, lineEnd);
      const width = line.indexOf(separator);
      if (width === -1) {
        cells.push(withoutReturn(line));
        return done(lineEnd + 1);
      }
      cells.push(line.slice(0, width));
      at += width + 1;
      continue;
    }
    let close = text.indexOf('"', at + 1);
    while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
    if (close === -1 || close - start > LINE_LENGTH)
      return final || text.length - start > LINE_LENGTH ? "unclosed" : "more";
    cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
    at = close + 1;
    if (lineEnd !== -1 && lineEnd < at) lineEnd = endOfLine(at);
    // What follows the quote, or whether it is one of two, is not known yet.
    if (at + 1 >= text.length && !final) return "more";
    if (text[at] === separator) at++;
    else if (text[at] === "\n" || text[at] === undefined) return done(at + 1);
    else if (text[at] === "\r" && (text[at + 1] ?? "\n") === "\n") return done(at + 2);
    else if (firstEnd === -1) return "more";
    else
      return {
        cells: [],
        fault: "text follows a closing quote; a quote inside a cell is doubled",
        end: firstEnd + 1,
        multiline: false,
      };
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
