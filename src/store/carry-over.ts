import type { Kysely } from "kysely";
import { type StatusError, setupError } from "../base/errors.ts";
import { isProvablyDead, isStopped } from "../base/process-identity.ts";
import type { Database } from "./database.ts";
import { livingSessions } from "./mailing-sessions.ts";
import {
  countRows,
  insertRows,
  type Row,
  rowsAfter,
  rowsLike,
  TABLE_ORDER,
  type Table,
  type Value,
  valuesOf,
} from "./table-order.ts";
import type { Tables } from "./tables.ts";

export interface CarriedOver {
  readonly tables: Readonly<Record<keyof Tables, CarriedRows>>;
  /** The first of them; `tables` counts them all. */
  readonly conflicts: readonly Conflict[];
}

export interface CarriedRows {
  readonly carried: number;
  readonly there: number;
  readonly conflicts: number;
}

/**
 * A row that the target does not have as the source has it. `differs`: its `columns` are others there. `taken`: another row
 * there has what only one may have. `follows`: what it belongs to is a conflict itself. `held`: somebody is at work under
 * that lease. `missing`: it is gone again.
 */
export interface Conflict {
  readonly table: keyof Tables;
  readonly key: Readonly<Record<string, Value>>;
  readonly why: "differs" | "taken" | "follows" | "held" | "missing";
  readonly columns: readonly string[];
}

/** Told after every batch how many of the source's rows are done. What it throws ends the work, as a kill would. */
export type Watch = (table: keyof Tables, done: number, total: number) => void;

const BATCH = 200;
const CONFLICTS_TOLD = 20;

/**
 * Carries every row of one ledger over into another, then reads each one back. It only adds: what is there already stays as it
 * is, and where it differs that is a conflict. Of a lease the revision alone goes over, and never falls. Ended at any moment,
 * it goes on where it is run again. Nobody else writes to the source meanwhile. Throws setupError STORE_BUSY where somebody is
 * speaking from the source.
 */
export function carryOver(from: Database, to: Database, watch: Watch = () => {}): Promise<CarriedOver> {
  return from.write(async (source) => {
    await refuseBusy(source, from.now());
    const tally = new Tally();
    await eachBatch(source, watch, async (table, rows) =>
      tally.add(table, await bring(to, table, rows, tally)),
    );
    await eachBatch(
      source,
      () => {},
      (table, rows) => readBack(to, table, rows, tally),
    );
    return tally.result();
  });
}

/** What carryOver would do, so far as can be foreseen. Writes nothing and makes nobody wait. */
export async function foreseeCarryOver(from: Database, to: Database): Promise<CarriedOver> {
  await refuseBusy(from.db, from.now());
  const tally = new Tally();
  await eachBatch(
    from.db,
    () => {},
    async (table, rows) => {
      const { fresh, there, barred } = await weigh(to.db, to.now(), table, rows, tally);
      tally.add(table, { carried: fresh.length, there });
      for (const conflict of barred) tally.note(conflict);
    },
  );
  return tally.result();
}

/** The outcome of what is being sent now would be kept in the source alone. Goes by the rule of broadcasts for a row's owner. */
async function refuseBusy(source: Kysely<Tables>, now: number): Promise<void> {
  const sending = await source
    .selectFrom("deliveries")
    .select(["incident_id", "channel", "owner", "lease_until"])
    .where("state", "=", "sending")
    .execute();
  const alive = sending.find(
    ({ owner, lease_until }) =>
      owner !== null &&
      lease_until !== null &&
      !isProvablyDead(owner) &&
      (new Date(lease_until).getTime() >= now || isStopped(owner)),
  );
  if (alive !== undefined) throw busy(`${alive.incident_id}, on ${alive.channel}`);
  if ((await livingSessions(source, now)).size > 0) throw busy("a mailing is being sent");
}

function busy(what: string): StatusError {
  return setupError(
    "STORE_BUSY",
    `Somebody is speaking from that ledger right now: ${what}.`,
    "Wait until that command has ended, then type this one again.",
  );
}

async function eachBatch(
  source: Kysely<Tables>,
  watch: Watch,
  work: (table: Table, rows: readonly Row[]) => unknown,
): Promise<void> {
  for (const table of TABLE_ORDER) {
    const total = await countRows(source, table);
    let done = 0;
    for (let rows: Row[] = []; ; ) {
      rows = await rowsAfter(source, table, rows.at(-1) ?? null, BATCH);
      if (rows.length > 0) await work(table, rows);
      done += rows.length;
      watch(table.name, done, total);
      if (rows.length < BATCH) break;
    }
  }
}

interface Brought {
  readonly carried: number;
  readonly there: number;
}

class Tally {
  readonly #tables = Object.fromEntries(
    TABLE_ORDER.map(({ name }) => [name, { carried: 0, there: 0, conflicts: 0 }]),
  ) as Record<keyof Tables, { carried: number; there: number; conflicts: number }>;
  readonly #told: Conflict[] = [];
  /** By table and key: what was not brought, and why. */
  readonly #barred = new Map<string, Conflict>();

  add({ name }: Table, { carried, there }: Brought): void {
    this.#tables[name].carried += carried;
    this.#tables[name].there += there;
  }

  bar(table: Table, row: Row, why: Conflict["why"], columns: readonly string[]): Conflict {
    const conflict = conflictOf(table, row, why, columns);
    this.#barred.set(`${table.name} ${valuesOf(row, table.key)}`, conflict);
    return conflict;
  }

  barred(table: keyof Tables, key: string): Conflict | undefined {
    return this.#barred.get(`${table} ${key}`);
  }

  note(conflict: Conflict): void {
    this.#tables[conflict.table].conflicts += 1;
    if (this.#told.length < CONFLICTS_TOLD) this.#told.push(conflict);
  }

  result(): CarriedOver {
    return { tables: this.#tables, conflicts: this.#told };
  }
}

function conflictOf(table: Table, row: Row, why: Conflict["why"], columns: readonly string[]): Conflict {
  const key = Object.fromEntries(table.key.map((column) => [column, row[column]!]));
  return { table: table.name, key, why, columns };
}

/** Which of the rows are still to be brought, how many are there, and which can never be brought. */
async function weigh(
  target: Kysely<Tables>,
  now: number,
  table: Table,
  rows: readonly Row[],
  tally: Tally,
): Promise<{ readonly fresh: readonly Row[]; readonly there: number; readonly barred: readonly Conflict[] }> {
  const found = await rowsLike(target, table, table.key, rows);
  const absent = rows.filter((row) => !found.has(valuesOf(row, table.key)));
  const rivals: { columns: readonly string[]; taken: ReadonlyMap<string, Row> }[] = [];
  for (const columns of table.unique)
    rivals.push({ columns, taken: await rowsLike(target, table, columns, absent) });
  const fresh: Row[] = [];
  const barred: Conflict[] = [];
  for (const row of rows) {
    const other = found.get(valuesOf(row, table.key));
    const columns = other === undefined ? [] : differing(table, row, other);
    if (other !== undefined && columns.length === 0) continue;
    if (other !== undefined && table.name === "leases" && !isHeld(other, now)) fresh.push(row);
    else if (other !== undefined)
      barred.push(tally.bar(table, row, table.name === "leases" ? "held" : "differs", columns));
    else {
      // Beside a row that differs it would make one history of two.
      const lost = table.refersTo.find(
        (link) => tally.barred(link.table, JSON.stringify([row[link.column]])) !== undefined,
      );
      const rival = rivals.find((each) => each.taken.has(valuesOf(row, each.columns)));
      if (rival !== undefined) barred.push(tally.bar(table, row, "taken", rival.columns));
      else if (lost !== undefined) barred.push(tally.bar(table, row, "follows", [lost.column]));
      else fresh.push(row);
    }
  }
  return { fresh, there: rows.length - fresh.length - barred.length, barred };
}

/** Adds what is not there, in one transaction. */
function bring(to: Database, table: Table, rows: readonly Row[], tally: Tally): Promise<Brought> {
  return to.write(async (target) => {
    const { fresh, there } = await weigh(target, to.now(), table, rows, tally);
    if (table.name === "leases") await raise(target, fresh);
    else if (fresh.length > 0) await insertRows(target, table, fresh);
    return { carried: fresh.length, there };
  });
}

/** Whoever held the lease in the source holds nothing here. */
async function raise(target: Kysely<Tables>, rows: readonly Row[]): Promise<void> {
  for (const { name, revision } of rows) {
    const lease = { owner: null, until: null, revision: Number(revision) };
    await target
      .insertInto("leases")
      .values({ name: String(name), ...lease })
      .onConflict((conflict) => conflict.column("name").doUpdateSet(lease))
      .execute();
  }
}

async function readBack(to: Database, table: Table, rows: readonly Row[], tally: Tally): Promise<void> {
  const found = await rowsLike(to.db, table, table.key, rows);
  for (const row of rows) {
    const key = valuesOf(row, table.key);
    const other = found.get(key);
    const columns = other === undefined ? [] : differing(table, row, other);
    if (other !== undefined && columns.length === 0) continue;
    const why = other === undefined ? "missing" : "differs";
    tally.note(tally.barred(table.name, key) ?? conflictOf(table, row, why, columns));
  }
}

/** Columns in which the target's row is another. A lease's revision may be higher there. */
function differing({ name }: Table, row: Row, other: Row): string[] {
  if (name === "leases") return Number(other.revision) < Number(row.revision) ? ["revision"] : [];
  return Object.keys(row).filter((column) => row[column] !== other[column]);
}

/** Its holder puts its own revision back when it is done. */
function isHeld({ owner, until }: Row, now: number): boolean {
  if (typeof owner !== "string" || typeof until !== "string" || isProvablyDead(owner)) return false;
  return new Date(until).getTime() > now || isStopped(owner);
}
