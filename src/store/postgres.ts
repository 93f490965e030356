import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  PostgresDriver,
  type PostgresPoolClient,
  sql,
} from "kysely";
import pLimit from "p-limit";
import { Pool, type PoolClient } from "pg";
import { StatusError, setupError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { Database } from "./database.ts";
import { MIGRATIONS, stepsFrom } from "./schema.ts";
import type { Tables } from "./tables.ts";

/** How long a command waits for a server that does not answer: at 3 a.m. the next step must come soon. */
const CONNECT_MS = 3000;
/** For one statement; a server that freezes is given up then, while there is still time to try another connection. */
const STATEMENT_MS = 4000;
/** For a step to a newer schema. */
const MIGRATION_MS = 60_000;
/** How long a writer waits for others: longer than the server waits for one that has stopped or vanished in the middle. */
const BUSY_MS = 8000;
const IDLE_MS = 3000;
const CLOSE_MS = 1000;
/** In a schema of its own, the ledger gets on with whatever else lives in the database. */
const SCHEMA = "status";
/** Names the turn that writers take, among all advisory locks in the database. */
const TURN = 0x73746174;

/**
 * Opens the ledger in a PostgreSQL database, creating its tables in the schema `status` where absent.
 * Every commit is on the server's disk when it returns. Works behind a pooler that lends connections for one transaction each.
 * Throws setupError LEDGER_*, which names the server and never the password; a server that does not answer is given up after 3 s.
 */
export async function openPostgres(address: Secret): Promise<Database> {
  const place = placeOf(address);
  const pool = new Pool({
    connectionString: strict(address.reveal().trim()),
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    max: 6,
    allowExitOnIdle: true,
    application_name: "status",
  });
  // One that breaks between two statements, or while nobody uses it, is known for it by the next one.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("error", () => {});
  const turns = new Turns();
  const lent = {
    connect: () => pool.connect().then((client) => guarded(client, place), rethrow(place)),
    end: () => inTime(pool.end()),
  };
  const over = (dialect: PostgresDialect) => new Kysely<Tables>({ dialect }).withSchema(SCHEMA);
  const db = over(new TurnTakingDialect({ pool: lent }, turns, TAKE_TURN));
  const aside = over(new TurnTakingDialect({ pool: lent }, turns, STEP_ASIDE));
  const still = over(new PostgresDialect({ pool: lent }));
  // The writers of one process wait here, not each with a connection of its own.
  const inTurn = pLimit(1);
  const database: Database = {
    db,
    snapshot: (work) =>
      still.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work),
    write: (work) => inTurn(() => db.transaction().execute(work)),
    writeAside: (work) => aside.transaction().execute(work),
    // A statement by itself is committed as the server's settings say.
    writeOne: (work) => (turns.commitsLast ? work(db) : database.writeAside(work)),
    now: () => Date.now() + turns.ahead,
    health: () => checkDurability(db),
  };
  try {
    await migrate(database, turns, place);
    return database;
  } catch (error) {
    await db.destroy();
    const known = explain(error, place);
    if (!(known instanceof StatusError)) throw known;
    const { blame, code, message, hint, cause } = known;
    throw new StatusError(blame, code, `${message} Nothing was sent.`, hint, cause);
  }
}

/**
 * Writers take turns: what one reads in its transaction, no other changes. A turn ends with its transaction, and the server
 * ends the transaction of a writer that it does not hear from. One message to the server begins it all.
 */
const BEGIN = `begin isolation level read committed read write;
  set local lock_timeout = ${BUSY_MS};
  set local idle_in_transaction_session_timeout = ${IDLE_MS};
  select set_config('synchronous_commit', case when current_setting('synchronous_commit') in ('off', 'local') then 'on'
    else current_setting('synchronous_commit') end, true);`;
const NOW = "select clock_timestamp() as now";
const TAKE_TURN = `${BEGIN} select pg_advisory_xact_lock(${TURN}); ${NOW}`;
/** For what needs no turn. */
const STEP_ASIDE = `${BEGIN} ${NOW}`;

class Turns {
  /** How far the server's clock is ahead of ours, as of the newest turn. */
  ahead = 0;
  /** Whether what is committed is on disk without our asking for it. */
  commitsLast = false;
}

class TurnTakingDialect extends PostgresDialect {
  readonly #config: ConstructorParameters<typeof PostgresDialect>[0];
  readonly #turns: Turns;
  readonly #begin: string;
  constructor(config: ConstructorParameters<typeof PostgresDialect>[0], turns: Turns, begin: string) {
    super(config);
    this.#config = config;
    this.#turns = turns;
    this.#begin = begin;
  }
  override createDriver(): PostgresDriver {
    return new TurnTakingDriver(this.#config, this.#turns, this.#begin);
  }
}

class TurnTakingDriver extends PostgresDriver {
  readonly #turns: Turns;
  readonly #begin: string;
  constructor(config: ConstructorParameters<typeof PostgresDialect>[0], turns: Turns, begin: string) {
    super(config);
    this.#turns = turns;
    this.#begin = begin;
  }
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      const { rows } = await connection.executeQuery<{ now: Date }>(CompiledQuery.raw(this.#begin));
      this.#turns.ahead = rows[0]!.now.getTime() - Date.now();
    } catch (error) {
      await this.rollbackTransaction(connection).catch(() => {});
      throw error;
    }
  }
}

async function migrate({ db, write }: Database, turns: Turns, place: string): Promise<void> {
  const { rows } = await sql<{ encoding: string; commit: string; there: boolean; now: Date }>`
    select current_setting('server_encoding') as encoding, current_setting('synchronous_commit') as commit,
      to_regnamespace(${SCHEMA}) is not null as there, clock_timestamp() as now`.execute(db);
  const [{ encoding, commit, there, now }] = rows as [(typeof rows)[0]];
  turns.ahead = now.getTime() - Date.now();
  turns.commitsLast = commit !== "off" && commit !== "local";
  if (encoding !== "UTF8")
    throw setupError(
      "LEDGER_NOT_UNICODE",
      `The database ${place} keeps its text as ${encoding}, which has no place for all that is said.`,
      "Create one with UTF8: createdb --encoding=UTF8 --template=template0 NAME",
    );
  if (stepsFrom(await versionOf(db), "postgres").length === 0) return;
  await write(async (tx) => {
    // To create what is there already needs the right to create all the same.
    if (!there) await sql`create schema if not exists ${sql.id(SCHEMA)}`.execute(tx);
    await sql`set local search_path to ${sql.id(SCHEMA)}`.execute(tx);
    await sql`create table if not exists schema_version (version integer not null)`.execute(tx);
    // Another may have been quicker.
    for (const step of stepsFrom(await versionOf(tx), "postgres")) await sql.raw(step).execute(tx);
    await sql`delete from schema_version`.execute(tx);
    await sql`insert into schema_version values (${MIGRATIONS.length})`.execute(tx);
  });
}

async function versionOf(db: Kysely<Tables>): Promise<number> {
  const table = sql.id(SCHEMA, "schema_version");
  const { rows: found } = await sql<{ there: boolean }>`
    select to_regclass(${`${SCHEMA}.schema_version`}) is not null as there`.execute(db);
  if (found[0]?.there !== true) return 0;
  const { rows } = await sql<{ version: number }>`select version from ${table}`.execute(db);
  return rows[0]?.version ?? 0;
}

/** A server keeps its pages whole by itself, unless it was told not to. */
async function checkDurability(db: Kysely<Tables>): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    select name from pg_settings where name in ('fsync', 'full_page_writes') and setting = 'off' order by name`.execute(
    db,
  );
  if (rows.length === 0) return null;
  return `the server runs with ${rows.map(({ name }) => `${name} off`).join(" and ")}, so that it may lose what was committed`;
}

/** Errors are explained. Over a connection that was lost nothing more is asked, and it is not lent again. */
function guarded(client: PoolClient, place: string): PostgresPoolClient {
  let lost: StatusError | null = null;
  const guardedClient = {
    async query(text: string, parameters: readonly unknown[]) {
      if (lost !== null) throw lost;
      try {
        const query = { text, values: [...parameters], query_timeout: patienceFor(text) };
        // Several statements in one message have a result each; the last one counts.
        const result: unknown = await client.query(query);
        return Array.isArray(result) ? (result.at(-1) as unknown) : result;
      } catch (error) {
        const known = explain(error, place);
        if (known instanceof StatusError && known.code === "LEDGER_UNREACHABLE") lost = known;
        throw known;
      }
    },
    release: () => client.release(lost !== null),
  };
  return guardedClient as unknown as PostgresPoolClient;
}

function patienceFor(statement: string): number {
  if (statement === TAKE_TURN || statement === STEP_ASIDE) return BUSY_MS + 1000;
  return /^(create|alter|drop|update) /.test(statement) && !statement.includes('"')
    ? MIGRATION_MS
    : STATEMENT_MS;
}

function rethrow(place: string) {
  return (error: unknown): never => {
    throw explain(error, place);
  };
}

/** A server that has stopped answering takes no farewell. */
async function inTime(ending: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  await Promise.race([ending.catch(() => {}), late]);
  clearTimeout(timer);
}

/** Host, port and name of the database: all that may be shown. */
function placeOf(address: Secret): string {
  const text = address.reveal().trim();
  // Sockets are named without a host, which an address cannot be.
  const url = urlOf(text.replace("@/", "@localhost/"));
  if (!/^postgres(ql)?:\/\//.test(text) || /\s/.test(text) || url === null || !isDecodable(text))
    throw setupError(
      "STORE_UNSUPPORTED",
      "The address of the ledger's server is none of PostgreSQL.",
      "It has the form postgres://USER:PASSWORD@HOST:5432/DATABASE; or keep the ledger in a file: store: .status/status.db",
    );
  // Part of a password would count as host and path, and be shown.
  if (`${url.pathname}${url.search}${url.hash}`.includes("@"))
    throw setupError(
      "STORE_UNSUPPORTED",
      "The address of the ledger's server has an @ behind its host.",
      "Write /, ?, # and @ in the password as %2F, %3F, %23 and %40.",
    );
  return `${url.searchParams.get("host") ?? url.host}${url.pathname}`;
}

function isDecodable(text: string): boolean {
  try {
    return decodeURI(text) !== "";
  } catch {
    return false;
  }
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** pg takes the laxer modes for this one, and says so at length with every command. */
function strict(address: string): string {
  return address.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, "$1verify-full");
}

const WITHOUT_IT = " To go on without it, from this machine's copy: add --offline.";

function explain(error: unknown, place: string): unknown {
  if (error instanceof StatusError || !(error instanceof Error)) return error;
  const { code = "" } = error as { code?: string };
  const text = `${code} ${error.message}`;
  const fault = (name: string, message: string, hint: string) => setupError(name, message, hint, error);
  if (/^(28P01|28000) /.test(text))
    return fault(
      "LEDGER_LOGIN_REFUSED",
      `The database ${place} refuses the login.`,
      `Check the user and the password in the address that \`store:\` refers to.${WITHOUT_IT}`,
    );
  if (/^3D000 /.test(text))
    return fault(
      "LEDGER_NO_DATABASE",
      `The server has no database of that name: ${place}.`,
      "Create it (createdb), or correct the address that `store:` refers to.",
    );
  if (code === "25006")
    return fault(
      "LEDGER_NOT_WRITABLE",
      `The ledger in ${place} cannot be written: the server takes no writes.`,
      `Name the server that takes writes in the address that \`store:\` refers to.${WITHOUT_IT}`,
    );
  if (code === "42501")
    return fault(
      "LEDGER_NOT_WRITABLE",
      `The ledger in ${place} cannot be written: ${error.message}.`,
      "Let the user create a schema in the database: grant create on database … to …",
    );
  if (/^(42P07|42701|42P01|42703) /.test(text))
    return fault(
      "LEDGER_FOREIGN",
      `The schema ${SCHEMA} in ${place} holds something else than the ledger: ${error.message}.`,
      "Give the ledger a database of its own, or move what is there elsewhere.",
    );
  if (/^(55P03|40P01) /.test(text))
    return fault(
      "LEDGER_LOCKED",
      `The ledger in ${place} is locked: another program has been writing to it for ${BUSY_MS / 1000} s.`,
      "Wait for the other command, or end it, and type this one again.",
    );
  if (/^(53100|53200) /.test(text))
    return fault(
      "LEDGER_DISK_FULL",
      `The server of the ledger has no room: ${place} (${error.message}).`,
      `Free some space there, then type the command again.${WITHOUT_IT}`,
    );
  if (isLost(code, error))
    return fault(
      "LEDGER_UNREACHABLE",
      `The ledger in ${place} cannot be reached: ${said(error)}.`,
      `Check the server and the way to it, then type the command again.${WITHOUT_IT}`,
    );
  return error;
}

/** The connection was not made, or is no more. Whether the last statement was done is not known. */
function isLost(code: string, error: Error): boolean {
  // What the server itself says has a severity.
  if ("severity" in error) return /^(08\w{3}|57P0[1-5]|53300|25P03)$/.test(code);
  if (error instanceof AggregateError || /^E[A-Z_]{3,}$/.test(code)) return true;
  return /timeout|terminated|not queryable|SSL|certificate|self.signed|Cannot use a pool/i.test(
    `${code} ${error.message}`,
  );
}

function said(error: Error): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return said(error.errors[0] instanceof Error ? error.errors[0] : new Error("no answer"));
  if (/timeout/i.test(error.message)) return "no answer in time";
  return error.message.replace(/\.$/, "") || "no answer";
}
