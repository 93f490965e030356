import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import { keepActionRow } from "./actions.ts";
import type { Database } from "./database.ts";
import { type Columns, type IncidentRows, isStray, rowsOf, stampsOf } from "./incident-rows.ts";
import { enterRows } from "./journal.ts";
import { LedgerStore } from "./ledger-store.ts";
import { type Merged, merge } from "./merge.ts";
import { openSqlite } from "./sqlite.ts";
import type { Tables } from "./tables.ts";

/** Ended incidents are kept this much longer: one may still have to be corrected. */
const KEPT_MS = 3 * 24 * 3_600_000;
/** How often what others have written meanwhile is read again, before it is left to them. */
const TURNS = 5;
/** A copy that did not change is dated again this often. */
const DATED_EVERY_MS = 60_000;

/**
 * A copy, in a file on this machine, of what a shared ledger knows of open incidents. Commands that cannot reach the shared one
 * can work from it; from then on it stands apart, until what was said is brought home. Many commands may do all this at once:
 * nothing that one of them wrote is replaced by what another had read before.
 */
export interface Mirror {
  /** For steps that the shared ledger knows as well. */
  readonly kept: LedgerStore;
  /** For whoever works without the shared ledger: from the first thing written, the mirror stands apart. */
  readonly apart: LedgerStore;
  /** What `apart` is kept in. */
  readonly database: Database;
  /** When it was last like the shared ledger, and since when it stands apart. */
  state(): Promise<{ readonly asOf: Date | null; readonly apartSince: Date | null }>;
  /** Makes one incident as the shared ledger has it; where the mirror stands apart, adds what that one knows. */
  copy(shared: Database, incidentId: string): Promise<void>;
  /** Makes all as the shared ledger has it, where they differ. Does nothing while it stands apart. */
  refresh(shared: Database, at: Date): Promise<void>;
  /** Merges what was said apart into the shared ledger, and is its copy again; null where it does not stand apart. */
  bringHome(shared: Database, at: Date): Promise<Merged | null>;
  /** Gives all it knows to a ledger that knows of no incident yet; null where that one does, or the mirror does not either. */
  restore(shared: Database): Promise<Merged | null>;
}

/** Who of a list was reached, nobody else could see here: lists wait. */
class ApartLedger extends LedgerStore {
  override readonly mailings = null;
}

interface State {
  readonly asOf: Date | null;
  readonly apartSince: Date | null;
  /** Rises with everything that is written. */
  readonly revision: number;
}

/** Opens the mirror in a file, creating it where absent. Throws setupError LEDGER_* for a file that cannot be used. */
export async function openMirror(path: string, scrub: (text: string) => string): Promise<Mirror> {
  const file = await openSqlite(path);
  const { db } = file;
  const columns = await columnsOf(db);
  if (!columns.has("mirror"))
    await file.write(async (tx) => {
      await sql`create table if not exists mirror (as_of text, apart_since text, revision integer not null)`.execute(
        tx,
      );
      await sql`insert into mirror select null, null, 0 where not exists (select 1 from mirror)`.execute(tx);
    });

  /** A ledger whose every transaction tells that it wrote. */
  const telling = (apart: boolean): Database => {
    const told = <T>(work: (tx: Kysely<Tables>) => Promise<T>) =>
      file.write(async (tx) => {
        const since = apart ? new Date(file.now()).toISOString() : null;
        await sql`update mirror set revision = revision + 1, apart_since = coalesce(apart_since, ${since})`.execute(
          tx,
        );
        return work(tx);
      });
    return { ...file, write: told, writeAside: told };
  };
  const kept = telling(false);
  const apart = telling(true);

  /** Replaces incidents; false where anything was written since `revision`, and then nothing is. */
  const replace = (
    revision: number,
    rows: ReadonlyMap<string, IncidentRows>,
    gone: readonly string[],
    more: (tx: Kysely<Tables>) => Promise<void>,
  ) =>
    file.write(async (tx) => {
      if ((await stateOf(tx)).revision !== revision) return false;
      // Rows come back under the ids that others refer to.
      await sql`pragma defer_foreign_keys = on`.execute(tx);
      for (const id of [...rows.keys(), ...gone]) await forget(tx, id);
      for (const each of rows.values()) await keep(tx, each);
      await sql`update mirror set revision = revision + 1`.execute(tx);
      await more(tx);
      return true;
    });

  const makeLike = async (shared: Database, at: Date, { asOf, apartSince, revision }: State) => {
    const [theirs, ours, leases] = await Promise.all([
      stampsOf(shared.db, columns, keptSince(at)),
      stampsOf(db, columns),
      shared.db.selectFrom("leases").select(["name", "revision"]).orderBy("name").execute(),
    ]);
    const changed = [...theirs].filter(([id, stamp]) => ours.get(id) !== stamp).map(([id]) => id);
    const gone = [...ours.keys()].filter((id) => !theirs.has(id));
    const here = await db.selectFrom("leases").select(["name", "revision"]).orderBy("name").execute();
    const sameLeases = JSON.stringify(here) === JSON.stringify(leases);
    const dated = asOf !== null && Math.abs(at.getTime() - asOf.getTime()) < DATED_EVERY_MS;
    if (changed.length + gone.length === 0 && sameLeases && dated && apartSince === null) return true;
    const rows = await shared.snapshot((tx) => rowsOf(tx, changed));
    return replace(revision, rows, gone, async (tx) => {
      await sql`update mirror set as_of = ${at.toISOString()}, apart_since = null`.execute(tx);
      // Brought home by now; those of other incidents are not copied.
      await tx.deleteFrom("actions").where(isStray(tx)).execute();
      if (sameLeases) return;
      await tx.deleteFrom("leases").execute();
      for (const lease of leases)
        await tx
          .insertInto("leases")
          .values({ ...lease, owner: null, until: null })
          .execute();
    });
  };

  return {
    kept: new LedgerStore(kept, scrub),
    apart: new ApartLedger(apart, scrub),
    database: apart,
    state: () => stateOf(db),
    async copy(shared, incidentId) {
      for (let turn = 0; turn < TURNS; turn++) {
        const { apartSince, revision } = await stateOf(db);
        if (apartSince !== null) break;
        const rows = await shared.snapshot((tx) => rowsOf(tx, [incidentId]));
        if (await replace(revision, rows, [], async () => {})) return;
      }
      await merge(shared, kept, [incidentId]);
    },
    async refresh(shared, at) {
      for (let turn = 0; turn < TURNS; turn++) {
        const state = await stateOf(db);
        if (state.apartSince !== null || (await makeLike(shared, at, state))) return;
      }
    },
    async bringHome(shared, at) {
      let merged: Merged | null = null;
      for (let turn = 0; turn < TURNS; turn++) {
        const state = await stateOf(db);
        if (state.apartSince === null) return merged;
        merged = together(merged, await merge(file, shared));
        if (await makeLike(shared, at, state)) return merged;
      }
      // It still stands apart: the next command goes on.
      return merged;
    },
    async restore(shared) {
      for (const each of [db, shared.db]) {
        const some = await each.selectFrom("incidents").select("id").limit(1).executeTakeFirst();
        if ((some === undefined) === (each === db)) return null;
      }
      return merge(file, shared);
    },
  };
}

async function stateOf(db: Kysely<Tables>): Promise<State> {
  const { rows } = await sql<{ as_of: string | null; apart_since: string | null; revision: number }>`
    select as_of, apart_since, revision from mirror`.execute(db);
  const [{ as_of, apart_since, revision }] = rows as [(typeof rows)[0]];
  return {
    asOf: as_of === null ? null : new Date(as_of),
    apartSince: apart_since === null ? null : new Date(apart_since),
    revision,
  };
}

async function columnsOf(db: Kysely<Tables>): Promise<Columns> {
  const { rows } = await sql<{ table: string; column: string }>`
    select tables.name as "table", columns.name as "column"
    from sqlite_master as tables, pragma_table_info(tables.name) as columns
    where tables.type = 'table' order by tables.name, columns.cid`.execute(db);
  const columns = new Map<string, string[]>();
  for (const { table, column } of rows) columns.set(table, [...(columns.get(table) ?? []), column]);
  return columns;
}

/** Incidents that are open, or were until lately. */
function keptSince(at: Date) {
  const lately = new Date(at.getTime() - KEPT_MS).toISOString();
  return ({ eb, or }: ExpressionBuilder<Tables, "incidents">) =>
    or([
      eb("phase", "not in", ["resolved", "completed"]),
      eb("resolved_at", ">", lately),
      eb("created_at", ">", lately),
    ]);
}

function together(first: Merged | null, then: Merged): Merged {
  if (first === null) return then;
  return {
    updates: [...first.updates, ...then.updates],
    deliveries: first.deliveries + then.deliveries,
    open: [...first.open, ...then.open],
    conflicts: [...first.conflicts, ...then.conflicts],
  };
}

/** Takes away all but the journal, which only ever grows. */
async function forget(tx: Kysely<Tables>, id: string): Promise<void> {
  await tx
    .deleteFrom("attempts")
    .where("delivery_id", "in", (from) =>
      from.selectFrom("deliveries").select("id").where("incident_id", "=", id),
    )
    .execute();
  for (const table of ["actions", "reminders", "deliveries", "updates"] as const)
    await tx.deleteFrom(table).where("incident_id", "=", id).execute();
  await tx.deleteFrom("incidents").where("id", "=", id).execute();
}

async function keep(tx: Kysely<Tables>, rows: IncidentRows): Promise<void> {
  await tx.insertInto("incidents").values(rows.incident).execute();
  for (const row of rows.updates) await tx.insertInto("updates").values(row).execute();
  for (const row of rows.deliveries) await tx.insertInto("deliveries").values(row).execute();
  for (const row of rows.attempts) await tx.insertInto("attempts").values(row).execute();
  for (const row of rows.reminders) await tx.insertInto("reminders").values(row).execute();
  await enterRows(tx, rows.journal);
  for (const row of rows.actions) await keepActionRow(tx, row);
}
