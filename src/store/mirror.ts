import { type Kysely, sql } from "kysely";
import type { Database } from "./database.ts";
import { LedgerStore } from "./ledger-store.ts";
import { type Merged, merge } from "./merge.ts";
import { openSqlite } from "./sqlite.ts";
import type { Tables } from "./tables.ts";

/** Ended incidents are kept this much longer: one may still have to be corrected. */
const KEPT_MS = 3 * 24 * 3_600_000;

/**
 * A copy, in a file on this machine, of what a shared ledger knows of open incidents. Commands that cannot reach the shared one
 * can work from it; from then on it stands apart, until what was said is brought home.
 */
export interface Mirror {
  readonly database: Database;
  readonly ledger: LedgerStore;
  /** When it was last like the shared ledger, and since when it stands apart. */
  state(): Promise<{ readonly asOf: Date | null; readonly apartSince: Date | null }>;
  /** To be called before anything is written that the shared ledger does not know. */
  standApart(at: Date): Promise<void>;
  /** Makes one incident as the shared ledger has it. Does nothing while it stands apart. */
  copy(shared: Database, incidentId: string): Promise<void>;
  /** Makes all as the shared ledger has it. Does nothing while it stands apart. */
  refresh(shared: Database, at: Date): Promise<void>;
  /** Merges what was said apart into the shared ledger, and is its copy again; null where it does not stand apart. */
  bringHome(shared: Database, at: Date): Promise<Merged | null>;
}

/** Opens the mirror in a file, creating it where absent. Throws setupError LEDGER_* for a file that cannot be used. */
export async function openMirror(path: string, scrub: (text: string) => string): Promise<Mirror> {
  const database = await openSqlite(path);
  await database.write(async (tx) => {
    await sql`create table if not exists mirror (as_of text, apart_since text)`.execute(tx);
    await sql`insert into mirror select null, null where not exists (select 1 from mirror)`.execute(tx);
  });
  const state = async (db: Kysely<Tables>) => {
    const { rows } = await sql<{ as_of: string | null; apart_since: string | null }>`
      select as_of, apart_since from mirror`.execute(db);
    const [{ as_of, apart_since }] = rows as [(typeof rows)[0]];
    return {
      asOf: as_of === null ? null : new Date(as_of),
      apartSince: apart_since === null ? null : new Date(apart_since),
    };
  };
  const copyAll = (shared: Database, at: Date) =>
    shared.db
      .selectFrom("incidents")
      .select("id")
      .where(({ eb, or }) =>
        or([
          eb("phase", "not in", ["resolved", "completed"]),
          eb("resolved_at", ">", new Date(at.getTime() - KEPT_MS).toISOString()),
          eb("created_at", ">", new Date(at.getTime() - KEPT_MS).toISOString()),
        ]),
      )
      .execute()
      .then(async (rows) => {
        const sides = [];
        for (const { id } of rows) sides.push(await rowsOf(shared.db, id));
        const leases = await shared.db.selectFrom("leases").select(["name", "revision"]).execute();
        return { sides, leases };
      });
  const replaceAll = async (shared: Database, at: Date) => {
    const { sides, leases } = await copyAll(shared, at);
    await database.write(async (tx) => {
      for (const { id } of await tx.selectFrom("incidents").select("id").execute()) await forget(tx, id);
      for (const side of sides) await keep(tx, side);
      await tx.deleteFrom("leases").execute();
      for (const lease of leases)
        await tx
          .insertInto("leases")
          .values({ ...lease, owner: null, until: null })
          .execute();
      await sql`update mirror set as_of = ${at.toISOString()}, apart_since = null`.execute(tx);
    });
  };
  return {
    database,
    ledger: new LedgerStore(database, scrub),
    state: () => state(database.db),
    async standApart(at) {
      await database.write((tx) =>
        sql`update mirror set apart_since = coalesce(apart_since, ${at.toISOString()})`.execute(tx),
      );
    },
    async copy(shared, incidentId) {
      if ((await state(database.db)).apartSince !== null) return;
      const side = await rowsOf(shared.db, incidentId);
      await database.write(async (tx) => {
        await forget(tx, incidentId);
        await keep(tx, side);
      });
    },
    async refresh(shared, at) {
      if ((await state(database.db)).apartSince === null) await replaceAll(shared, at);
    },
    async bringHome(shared, at) {
      if ((await state(database.db)).apartSince === null) return null;
      const merged = await merge(database, shared);
      await replaceAll(shared, at);
      return merged;
    },
  };
}

type Rows = Awaited<ReturnType<typeof rowsOf>>;

async function rowsOf(db: Kysely<Tables>, id: string) {
  return {
    incidents: await db.selectFrom("incidents").selectAll().where("id", "=", id).execute(),
    updates: await db
      .selectFrom("updates")
      .selectAll()
      .where("incident_id", "=", id)
      .orderBy("number")
      .execute(),
    deliveries: await db
      .selectFrom("deliveries")
      .selectAll()
      .where("incident_id", "=", id)
      .orderBy("update_number")
      .orderBy("position")
      .execute(),
    attempts: await db
      .selectFrom("attempts")
      .selectAll()
      .where("delivery_id", "in", (from) =>
        from.selectFrom("deliveries").select("id").where("incident_id", "=", id),
      )
      .execute(),
    reminders: await db.selectFrom("reminders").selectAll().where("incident_id", "=", id).execute(),
  };
}

async function forget(tx: Kysely<Tables>, id: string): Promise<void> {
  await tx
    .deleteFrom("attempts")
    .where("delivery_id", "in", (from) =>
      from.selectFrom("deliveries").select("id").where("incident_id", "=", id),
    )
    .execute();
  await tx.deleteFrom("reminders").where("incident_id", "=", id).execute();
  await tx.deleteFrom("deliveries").where("incident_id", "=", id).where("target", "is not", null).execute();
  await tx.deleteFrom("deliveries").where("incident_id", "=", id).execute();
  await tx.deleteFrom("updates").where("incident_id", "=", id).execute();
  await tx.deleteFrom("incidents").where("id", "=", id).execute();
}

async function keep(
  tx: Kysely<Tables>,
  { incidents, updates, deliveries, attempts, reminders }: Rows,
): Promise<void> {
  for (const row of incidents) await tx.insertInto("incidents").values(row).execute();
  for (const row of updates) await tx.insertInto("updates").values(row).execute();
  for (const row of deliveries) await tx.insertInto("deliveries").values(row).execute();
  for (const row of attempts) await tx.insertInto("attempts").values(row).execute();
  for (const row of reminders) await tx.insertInto("reminders").values(row).execute();
}
