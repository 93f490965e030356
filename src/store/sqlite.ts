import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  sql,
  type TransactionSettings,
} from "kysely";
import Libsql from "libsql";
import { StatusError, setupError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import type { Database } from "./database.ts";
import { MIGRATIONS, stepsFrom } from "./schema.ts";
import type { Tables } from "./tables.ts";

/** How long a command waits for another that is writing. */
const BUSY_MS = 5000;
/** Statements that are prepared once for each connection. */
const KEPT_STATEMENTS = 200;

/**
 * Opens the ledger file, creating it and its folder where absent.
 * Every commit is on disk when it returns (WAL, synchronous=FULL).
 * Throws setupError LEDGER_* for a file that cannot be used; such a file is left untouched.
 */
export async function openSqlite(path: string): Promise<Database> {
  try {
    if (!existsSync(path)) await create(path);
    else if (statSync(path).size === 0) throw damaged(path, "the file is empty");
    for (const deadline = Date.now() + BUSY_MS; ; await sleep(20)) {
      try {
        const db = connect(path, "wal");
        await migrate(db);
        const write = writeTogether(db);
        return {
          db,
          snapshot: (work) => db.transaction().setAccessMode("read only").execute(work),
          write,
          writeAside: write,
          writeOne: write,
          now: Date.now,
          health: () => quickCheck(db),
        };
      } catch (error) {
        // Turning WAL on does not wait for others who do the same.
        if (!isLocked(explain(error, path)) || Date.now() > deadline) throw error;
      }
    }
  } catch (error) {
    const known = explain(error, path);
    if (!(known instanceof StatusError)) throw known;
    const { blame, code, message, hint, cause } = known;
    throw new StatusError(blame, code, `${message} Nothing was sent.`, hint, cause);
  }
}

/**
 * Every write is a transaction, since only those wait for another writer. Those that are asked for at once share one, for each
 * commit waits for the disk: so do those that follow from what arrived at once. Where one of them fails, nothing of it stands,
 * and each has one of its own.
 */
function writeTogether(db: Kysely<Tables>): Database["write"] {
  interface Asked {
    run(tx: Kysely<Tables>): Promise<unknown>;
    resolve(value: unknown): void;
    reject(error: unknown): void;
  }
  const alone = <T>(work: (tx: Kysely<Tables>) => Promise<T>) => db.transaction().execute(work);
  let asked: Asked[] = [];
  const next = async () => {
    let taken: Asked[] = [];
    try {
      const values = await alone(async (tx) => {
        // Waiting for its turn took a while: whoever has asked since comes along.
        [taken, asked] = [asked, []];
        const values: unknown[] = [];
        for (const { run } of taken) values.push(await run(tx));
        return values;
      });
      for (const [index, { resolve }] of taken.entries()) resolve(values[index]);
    } catch (error) {
      const begun = taken.length > 0;
      if (!begun) [taken, asked] = [asked, []];
      const [first, ...others] = taken;
      // The fault is the first one's where there is no other, and where it waited in vain for its turn.
      const faulty = !begun || others.length === 0;
      if (faulty) first?.reject(error);
      for (const { run, resolve, reject } of faulty ? others : taken) alone(run).then(resolve, reject);
    }
  };
  return <T>(work: (tx: Kysely<Tables>) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      asked.push({ run: work, resolve: resolve as (value: unknown) => void, reject });
      // Whoever comes second finds a transaction on its way that takes both. Answers are read one by one, and each would be
      // done with before the next is read.
      if (asked.length === 1) setImmediate(() => void next());
    });
}

/**
 * Opens a ledger file that cannot be written, for reading: whatever would write is told `why`. Throws `why` where the file by itself
 * is not all of the ledger, or a program of another version wrote it.
 */
export async function readSqlite(path: string, why: StatusError): Promise<Database> {
  // What others have written since is in the log beside it, and that cannot be read without a place to write.
  if (!existsSync(path) || (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) throw why;
  const db = await connectForReading(path);
  if (db === null) throw why;
  return readOnly(db, why);
}

/** A ledger in which nothing was ever said, kept nowhere: whatever would write is told `why`. */
export async function emptySqlite(why: StatusError): Promise<Database> {
  const db = connect(":memory:", null);
  await migrate(db);
  return readOnly(db, why);
}

function readOnly(db: Kysely<Tables>, why: StatusError): Database {
  const refuse = () => Promise.reject(why);
  return {
    db,
    snapshot: (work) => db.transaction().setAccessMode("read only").execute(work),
    ...{ write: refuse, writeAside: refuse, writeOne: refuse },
    now: Date.now,
    health: () => quickCheck(db),
  };
}

/** Null where the file cannot be read, or a program of another version wrote it. */
async function connectForReading(path: string): Promise<Kysely<Tables> | null> {
  let db: Kysely<Tables> | null = null;
  try {
    db = connect(`${pathToFileURL(path).href}?immutable=1`, null);
    const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db);
    if (rows[0]?.user_version === MIGRATIONS.length) return db;
  } catch {
    // Why it cannot be opened is known already.
  }
  await db?.destroy();
  return null;
}

/** Made whole under another name, then linked into place: an empty or half-made ledger never stands there. */
async function create(path: string): Promise<void> {
  const folder = dirname(path);
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ours = made !== undefined || basename(folder) === ".status";
  if (ours && !existsSync(join(folder, ".gitignore"))) writeFileSync(join(folder, ".gitignore"), "*\n");
  const draft = `${path}.new-${randomId()}`;
  try {
    // Without WAL: its side files belong to the name, and would not come along.
    const db = connect(draft, "delete");
    try {
      await migrate(db);
    } finally {
      await db.destroy();
    }
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    for (const part of ["", "-journal"]) rmSync(`${draft}${part}`, { force: true });
  }
  // A ledger in a folder that is lost with the power is lost as well.
  const above = made === undefined ? folder : dirname(made);
  for (let each = folder; ; each = dirname(each)) {
    sync(each);
    if (each === above) break;
  }
}

async function migrate(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db);
  const steps = stepsFrom(rows[0]?.user_version ?? 0, "sqlite");
  if (steps.length === 0) return;
  await db.transaction().execute(async (tx) => {
    for (const step of steps) await sql.raw(step).execute(tx);
    await sql.raw(`pragma user_version = ${MIGRATIONS.length}`).execute(tx);
  });
}

async function quickCheck(db: Kysely<Tables>): Promise<string | null> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
  const found = rows[0]?.quick_check ?? "ok";
  return found === "ok" ? null : `it is damaged: ${found}`;
}

function sync(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function connect(path: string, journal: "wal" | "delete" | null): Kysely<Tables> {
  const native = new Libsql(path);
  if (journal !== null)
    native.exec(
      `pragma busy_timeout = ${BUSY_MS}; pragma journal_mode = ${journal}; pragma synchronous = full; pragma foreign_keys = on`,
    );
  const prepared = new Map<string, SqliteStatement>();
  const database = {
    close() {
      prepared.clear();
      native.close();
    },
    prepare(source: string) {
      const known = prepared.get(source);
      if (known !== undefined) return known;
      const attempt = <T>(work: () => T): T => {
        try {
          return work();
        } catch (error) {
          prepared.delete(source);
          throw explain(error, path);
        }
      };
      const keep = (statement: SqliteStatement) => {
        // Of some words there is one for each number of values.
        if (prepared.size < KEPT_STATEMENTS) prepared.set(source, statement);
        return statement;
      };
      // libsql leaves a prepared statement that failed unfinished, and with one of those no commit succeeds.
      if (/^(begin|commit|rollback|pragma busy_timeout)/.test(source))
        return keep(control(() => attempt(() => native.exec(source))));
      const statement = attempt(() => native.prepare(source));
      return keep({
        reader: statement.reader,
        // libsql takes parameters safely only as one array of plain values.
        all: (parameters: readonly unknown[]) => attempt(() => statement.all(parameters.map(plain))),
        run: (parameters: readonly unknown[]) => attempt(() => statement.run(parameters.map(plain))),
        iterate: (parameters: readonly unknown[]) => attempt(() => statement.iterate(parameters.map(plain))),
      });
    },
  };
  return new Kysely<Tables>({
    dialect: new ImmediateSqliteDialect({ database }),
  });
}

function control(execute: () => void) {
  const run = () => {
    execute();
    return { changes: 0, lastInsertRowid: 0 };
  };
  return { reader: false, run, all: () => [], iterate: () => [][Symbol.iterator]() };
}

function plain(value: unknown): string | number | bigint | null {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "bigint")
    return value;
  throw new TypeError(`the ledger takes text and numbers, not ${typeof value}`);
}

/** A transaction that writes takes the lock at its start: one that began by reading could fail half-way, without waiting. */
class ImmediateSqliteDialect extends SqliteDialect {
  readonly #config: ConstructorParameters<typeof SqliteDialect>[0];
  constructor(config: ConstructorParameters<typeof SqliteDialect>[0]) {
    super(config);
    this.#config = config;
  }
  override createDriver(): SqliteDriver {
    return new ImmediateSqliteDriver(this.#config);
  }
}

/** Waits for another writer without holding up the process: this one may have answers to receive. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    // Who only reads waits for nobody.
    if (settings?.accessMode === "read only") return super.beginTransaction(connection);
    const deadline = Date.now() + BUSY_MS;
    for (;;) {
      try {
        await connection.executeQuery(CompiledQuery.raw("pragma busy_timeout = 0"));
        await connection.executeQuery(CompiledQuery.raw("begin immediate"));
        return;
      } catch (error) {
        if (!isLocked(error) || Date.now() > deadline) throw error;
      } finally {
        await connection.executeQuery(CompiledQuery.raw(`pragma busy_timeout = ${BUSY_MS}`));
      }
      await sleep(5 + Math.random() * 20);
    }
  }

  /** A disk that fails makes SQLite roll back by itself; asking again would only hide what happened. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!(error instanceof Error && /no transaction is active/.test(error.message))) throw error;
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof StatusError && error.code === "LEDGER_LOCKED";
}

function damaged(path: string, why: string): StatusError {
  return setupError(
    "LEDGER_DAMAGED",
    `The ledger ${path} is damaged: ${why}. The file was left as it is.`,
    `Keep the evidence and start a new ledger: mv ${path} ${path}.damaged — it begins with what this machine's copy knows, if there is one; else look at what is already public before you speak again. To go on without it, from this machine's copy: add --offline.`,
  );
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof StatusError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const text = `${code} ${error.message}`;
  if (/SQLITE_BUSY|database is locked/i.test(text))
    return setupError(
      "LEDGER_LOCKED",
      `The ledger ${path} is locked: another program has been writing to it for ${BUSY_MS / 1000} s.`,
      "Wait for the other command, or end it, and type this one again.",
      error,
    );
  if (/SQLITE_NOTADB|SQLITE_CORRUPT|not a database|malformed/i.test(text))
    return damaged(path, error.message);
  if (/SQLITE_FULL|ENOSPC|disk is full/i.test(text))
    return setupError(
      "LEDGER_DISK_FULL",
      `The disk is full: the ledger ${path} cannot be written.`,
      "Free some space, or name another ledger with `store:`, then type the command again. To go on without it, from this machine's copy: add --offline.",
      error,
    );
  if (/SQLITE_IOERR|disk I\/O error|\bEIO\b/i.test(text))
    return setupError(
      "LEDGER_IO",
      `The disk fails: the ledger ${path} cannot be read or written (${error.message}).`,
      "Look at the disk, or name another ledger with `store:`, then type the command again. To go on without it, from this machine's copy: add --offline.",
      error,
    );
  if (
    /SQLITE_READONLY|SQLITE_CANTOPEN|EEXIST|EACCES|EROFS|EPERM|ENOTDIR|unable to open|readonly database/i.test(
      text,
    )
  )
    return setupError(
      "LEDGER_NOT_WRITABLE",
      `The ledger ${path} cannot be opened for writing: ${error.message}.`,
      "Make its folder writable, or name another ledger with `store:`. To go on without it, from this machine's copy: add --offline.",
      error,
    );
  return error;
}
