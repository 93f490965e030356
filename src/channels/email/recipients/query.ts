import { Client, type QueryArrayConfig } from "pg";
import type { Secret } from "../../../base/secret.ts";
import { ChannelError } from "../../contract.ts";
import { stopped, unreadable } from "./fault.ts";
import { columnsOf, fieldsAt, noAddressColumn, type Row } from "./fields.ts";
import { printable } from "./printable.ts";
import { type Form, noIds } from "./rows.ts";

const CONNECT_MS = 3000;
const CLOSE_MS = 1000;
/** In one piece; however many there are, no more are in memory. */
const ROWS = 1000;
/** How long the server bears a reader that does nothing. */
const IDLE_MS = 600_000;

export interface QueryOptions extends Pick<Form, "plain" | "id"> {
  /** For each piece, and for the query's own beginning. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * The rows of a query on PostgreSQL, read with a cursor in a transaction that can write nothing.
 * Throws ChannelError (not-sent), which names server and database, and never user or password.
 */
export async function* queryRows(
  query: string,
  database: Secret,
  name: string,
  { timeoutMs, signal, plain, id }: QueryOptions,
): AsyncGenerator<Row[]> {
  const address = database.reveal().trim();
  const place = placeOf(address);
  if (signal.aborted) throw stopped(name, "was not asked");
  const client = clientFor(address, name, place);
  // A connection that breaks is known by the next statement.
  client.on("error", () => {});
  const onAbort = () => void client.end().catch(() => {});
  signal.addEventListener("abort", onAbort, { once: true });
  const ask = async (text: string) => {
    // Extended: one statement only. All values come as the server writes them.
    const asked = {
      text,
      rowMode: "array",
      queryMode: "extended",
      query_timeout: timeoutMs + 1000,
      types: AS_TEXT,
    };
    return client.query<(string | null)[]>(asked as QueryArrayConfig);
  };
  try {
    await client.connect();
    await ask("begin isolation level read committed read only");
    await ask(`set local statement_timeout = ${Math.round(timeoutMs)}`);
    await ask(`set local idle_in_transaction_session_timeout = ${IDLE_MS}`);
    await ask(`declare status_list no scroll cursor for ${query.replace(/[;\s]+$/, "")}`);
    for (let line = 1; ; ) {
      const { fields, rows } = await ask(`fetch ${ROWS} from status_list`);
      const header = fields.map((field) => field.name);
      const only = plain && header.length === 1 ? ["address"] : null;
      const columns = columnsOf(only ?? header, name);
      if (columns === null) throw noAddressColumn(name, header);
      if (id && columns.id === -1) throw noIds(name);
      yield rows.map((cells) => ({
        line: line++,
        text: cells.map((cell) => cell ?? "").join(", "),
        fields: fieldsAt(cells, columns),
      }));
      if (rows.length < ROWS) return;
    }
  } catch (error) {
    if (signal.aborted) throw stopped(name, "was stopped");
    throw explain(error, name, place, timeoutMs);
  } finally {
    signal.removeEventListener("abort", onAbort);
    await close(client);
  }
}

function clientFor(address: string, name: string, place: string): Client {
  try {
    return new Client({
      connectionString: strict(address),
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      application_name: "status",
    });
  } catch {
    // It reads the certificates that the address names; what it says may quote the address.
    throw unreadable(
      name,
      `cannot be asked: the address of ${place} cannot be used`,
      "Check what follows its `?`.",
    );
  }
}

const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** A server that has stopped answering takes no farewell. */
async function close(client: Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  await Promise.race([client.end().catch(() => {}), late]);
  clearTimeout(timer);
}

/** Host, port and name of the database: all that may be shown. */
function placeOf(address: string): string {
  // Sockets are named without a host, which an address cannot be.
  const text = address.replace("@/", "@localhost/");
  const url = URL.canParse(text) ? new URL(text) : null;
  // Part of a password would count as host and path, and be shown.
  const spilt = url === null || `${url.pathname}${url.search}${url.hash}`.includes("@");
  if (!/^postgres(ql)?:\/\/[^\s]+$/.test(text) || spilt || !isDecodable(text))
    throw unreadable(
      "database:",
      "refers to no address of a PostgreSQL database",
      "It has the form postgres://USER:PASSWORD@HOST:5432/DATABASE, with /, ?, # and @ in the password as %2F, %3F, %23 and %40.",
    );
  return `${url.searchParams.get("host") ?? url.host}${url.pathname}`;
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== "";
  } catch {
    return false;
  }
}

/** pg takes the laxer modes for this one, and says so at length. */
function strict(address: string): string {
  return address.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, "$1verify-full");
}

function explain(error: unknown, name: string, place: string, timeoutMs: number): unknown {
  if (error instanceof ChannelError || !(error instanceof Error)) return error;
  const { code = "" } = error as { code?: string };
  // What the server itself says has a severity; what else is said is made of an address that holds a password.
  const said = "severity" in error ? printable(error.message, 300) : null;
  if (code === "28P01" || code === "28000")
    return unreadable(
      name,
      `cannot be asked: the database ${place} refuses the login`,
      "Check what database: refers to.",
    );
  if (code === "25006")
    return unreadable(
      name,
      `would write to ${place}, and a list is only read: ${said}`,
      "Write a query that only selects.",
    );
  if (code === "57014" || /Query read timeout/i.test(error.message))
    return unreadable(
      name,
      `took longer than ${timeoutMs / 1000} s on ${place}`,
      "Raise the channel's timeout:, or help the query with an index.",
    );
  if (said !== null && !/^(08|57P|53|3D)/.test(code))
    return unreadable(name, `fails on ${place}: ${said}`, "Try it by hand: psql");
  return unreadable(
    name,
    `cannot be asked: ${place} cannot be reached: ${said ?? reason(error)}`,
    "Check the database and the way to it, then type: status retry",
  );
}

function reason(error: Error): string {
  const { code } = error as { code?: unknown };
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return reason(error.errors[0]);
  if (typeof code === "string") return code;
  if (/timeout/i.test(error.message)) return "no answer in time";
  if (/SSL|certificate/.test(error.message)) return error.message;
  return "the connection was lost";
}
