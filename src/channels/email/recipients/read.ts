import { type ChannelKit, type ListEntry, mailboxOf } from "../../contract.ts";
import { parseAddress } from "../address.ts";
import type { EmailSettings, ListSource } from "../settings.ts";
import { commandBytes } from "./command.ts";
import { entryReader } from "./entry.ts";
import { barred, unreadable } from "./fault.ts";
import type { Row } from "./fields.ts";
import { fileBytes } from "./file.ts";
import { printable } from "./printable.ts";
import { type Form, rowsOfText } from "./rows.ts";
import { textOf } from "./text.ts";
import { needsId } from "./unsubscribe.ts";

export type ListSettings = Pick<EmailSettings, "recipients" | "suppress" | "database" | "unsubscribe">;
export type ListKit = Pick<ChannelKit, "folder" | "env" | "timeoutMs" | "loopbackOnly" | "tell">;

/**
 * Reads the recipients from the beginning, in the source's order, as they come: memory stays the same however many they are.
 * Who cannot be written to is an entry with a fault. Throws ChannelError: `LIST_UNREADABLE`, `LIST_COMMAND_FAILED`, `LIST_STOPPED`
 * (not-sent), `LIST_NOT_IN_DRILL` (refused), where the list cannot be read to its end.
 */
export async function* readEntries(
  settings: ListSettings,
  kit: ListKit,
  signal: AbortSignal,
): AsyncGenerator<ListEntry> {
  const { recipients, unsubscribe } = settings;
  if (recipients === undefined) throw new TypeError("a mail channel without a list");
  const entryOf = entryReader(unsubscribe);
  const name = nameOf(recipients);
  let any = false;
  for await (const rows of rowsOf(recipients, settings, kit, signal, {
    plain: false,
    id: needsId(unsubscribe),
  }))
    for (const row of rows) {
      any = true;
      yield entryOf(row);
    }
  if (!any)
    throw unreadable(name, "has no entries", "A list without anybody speaks to nobody: see what writes it.");
}

/**
 * Reads those who must hear nothing, from all sources, as they come; in mailboxes. A line that is no address is told, and
 * passed over. Throws ChannelError as `readEntries` does; an empty source is none.
 */
export async function* readSuppressed(
  settings: ListSettings,
  kit: ListKit,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for (const source of settings.suppress ?? []) {
    let strange = 0;
    let first = "";
    for await (const rows of rowsOf(source, settings, kit, signal, { plain: true, id: false }))
      for (const row of rows) {
        // More forms than on the list of recipients: whoever is meant must hear nothing.
        const address = "fields" in row ? parseAddress(row.fields.address ?? "") : null;
        // A star is a letter like others, but who writes it here means everybody.
        if (address !== null && !address.address.startsWith("*@")) yield mailboxOf(address.address);
        else if (strange++ === 0) first = `line ${row.line}: ${printable(row.text, 120)}`;
      }
    if (strange > 0)
      kit.tell(
        `${nameOf(source)}: ${strange} ${strange === 1 ? "line is no address and keeps" : "lines are no addresses and keep"} nobody off the list: ${first}`,
      );
  }
}

async function* rowsOf(
  source: ListSource,
  { database }: ListSettings,
  kit: ListKit,
  signal: AbortSignal,
  form: Omit<Form, "name" | "syntax">,
): AsyncGenerator<Row[]> {
  const name = nameOf(source);
  if ("file" in source) {
    const text = textOf(fileBytes(source.file, kit.folder, signal), name);
    yield* rowsOfText(text, { ...form, name, syntax: syntaxOf(source.file) });
    return;
  }
  if (kit.loopbackOnly) throw barred(name);
  if ("command" in source) {
    const text = textOf(commandBytes(source.command, name, kit, signal), name);
    yield* rowsOfText(text, { ...form, name, syntax: null });
    return;
  }
  if (database === undefined) throw new TypeError("a query without a database");
  const { queryRows } = await import("./query.ts");
  yield* queryRows(source.query, database, name, { timeoutMs: kit.timeoutMs, signal, ...form });
}

/** What the user calls it. */
function nameOf(source: ListSource): string {
  if ("file" in source) return source.file;
  return "query" in source ? "the query" : `the command ${source.command[0]}`;
}

function syntaxOf(file: string): Form["syntax"] {
  const [, ending] = /\.([a-z]+)(?:\.gz)?$/i.exec(file) ?? [];
  return (
    ({ csv: "csv", tsv: "csv", ndjson: "json", jsonl: "json" } as const)[ending?.toLowerCase() ?? ""] ?? null
  );
}
