import { parseAddress } from "../address.ts";
import { csvRecords, type Readings, type Separator } from "./csv.ts";
import { unreadable } from "./fault.ts";
import { type Columns, columnsOf, fieldsAt, fieldsOfJson, noAddressColumn, type Row } from "./fields.ts";
import { LINE_LENGTH, linesOf } from "./text.ts";

/** How a text is to be read. */
export interface Form {
  /** What the user calls it. */
  readonly name: string;
  /** Null where its name does not tell. */
  readonly syntax: "csv" | "json" | null;
  /** One address a line will do. */
  readonly plain: boolean;
  /** It needs ids. */
  readonly id: boolean;
}

/** The entries of a text, in batches. Throws ChannelError where it is no list. */
export async function* rowsOfText(text: AsyncIterable<string>, form: Form): AsyncGenerator<Row[]> {
  const { start, all } = await peek(text);
  const firstLine = start.trimStart().split(/\r?\n/, 1)[0] ?? "";
  if (firstLine === "") {
    if (form.plain) return;
    throw unreadable(
      form.name,
      "is empty",
      "The first line of a CSV file names its columns, one of them email.",
    );
  }
  if ((form.syntax ?? syntaxOf(firstLine)) === "json") yield* jsonRows(all, form.name);
  else if (form.plain && isPlain(firstLine)) yield* plainRows(all);
  else yield* csvRows(all, form);
}

function syntaxOf(line: string): "csv" | "json" {
  if (/^[{[]/.test(line)) return "json";
  return line.startsWith('"') && (fieldsOfJson(line)?.address?.includes("@") ?? false) ? "json" : "csv";
}

/** An address or a remark, where other texts have the names of their columns. */
function isPlain(line: string): boolean {
  return line.startsWith("#") || parseAddress(line) !== null;
}

/** The first lines of a text, which is then read from its beginning. */
async function peek(text: AsyncIterable<string>): Promise<{ start: string; all: AsyncIterable<string> }> {
  const pieces = text[Symbol.asyncIterator]();
  let start = "";
  while (!start.trimStart().includes("\n") && start.length <= LINE_LENGTH) {
    const next = await pieces.next();
    if (next.done) break;
    start += next.value;
  }
  async function* all() {
    try {
      yield start;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return?.();
    }
  }
  return { start, all: all() };
}

async function* csvRows(text: AsyncIterable<string>, { name, id }: Form): AsyncGenerator<Row[]> {
  let columns: Columns | null = null;
  let width = 0;
  const choose = (readings: Readings): Separator => {
    for (const [separator, cells] of readings) {
      columns = columnsOf(cells, name);
      width = cells.length;
      if (columns !== null) return separator;
    }
    // The longest one is what was meant.
    const cells = [...readings.values()].sort((one, other) => other.length - one.length)[0] ?? [];
    throw noAddressColumn(name, cells);
  };
  let header = true;
  for await (const records of csvRecords(text, name, choose)) {
    const rows: Row[] = [];
    for (const { line, text, cells, fault } of records) {
      if (header) {
        header = false;
        if (id && columns!.id === -1) throw noIds(name);
        continue;
      }
      if (fault !== null) rows.push({ line, text, fault });
      // Spreadsheets leave empty cells off the end, and add empty lines.
      else if (cells.length > width && cells.slice(width).some((cell) => cell.trim() !== ""))
        rows.push({
          line,
          text,
          fault: `there are ${cells.length} cells where the first line names ${width}`,
        });
      else if (cells.some((cell) => cell.trim() !== ""))
        rows.push({ line, text, fields: fieldsAt(cells, columns!) });
    }
    yield rows;
  }
}

async function* jsonRows(text: AsyncIterable<string>, name: string): AsyncGenerator<Row[]> {
  for await (const lines of linesOf(text)) {
    const rows: Row[] = [];
    for (const { line, text, tooLong } of lines) {
      if (text.trim() === "") continue;
      const fields = tooLong ? null : fieldsOfJson(text);
      if (fields !== null) rows.push({ line, text, fields });
      else if (line === 1 && text.startsWith("["))
        throw unreadable(name, "is one JSON array", "Write each entry on a line of its own: jq -c '.[]'");
      else
        rows.push({
          line,
          text,
          fault: tooLong ? "the line is too long" : 'this is not {"email": "name@example.com"}',
        });
    }
    yield rows;
  }
}

async function* plainRows(text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  const others = { name: null, locale: null, id: null, unsubscribe: null };
  for await (const lines of linesOf(text))
    yield lines
      .filter(({ text }) => text.trim() !== "" && !text.startsWith("#"))
      .map(({ line, text }) => ({ line, text, fields: { address: text, ...others } }));
}

export function noIds(name: string) {
  return unreadable(
    name,
    'has no column "id", which unsubscribe: fills in',
    "Add the column, or write {address} in unsubscribe:.",
  );
}
