import { CompiledQuery, type Kysely, sql } from "kysely";
import type PgBoss from "pg-boss";
import { StatusError, setupError } from "../base/errors.ts";
import type { Database } from "./database.ts";
import type { Tables } from "./tables.ts";

/** That of pg-boss, whose tables are its own. */
const SCHEMA = "pgboss";
/** Of its tables, as this release of pg-boss makes them. */
export const SCHEMA_VERSION = 24;
const QUEUE = "status-incident";
const LEDGER = "status";
/** A worker that died keeps its pointer for so long; nobody waits for that, for each looks around by itself. */
const EXPIRE_S = 120;
const KEEP_MINUTES = 24 * 60;

/** Says that an incident is to be looked at, and nothing else: what is to be done stands in the ledger. */
export interface Pointer {
  readonly id: string;
  readonly incidentId: string;
}

export interface QueueDepth {
  /** Due, and taken by nobody yet. */
  readonly ready: number;
  /** For a time to come. */
  readonly later: number;
  /** Taken, and not finished. */
  readonly active: number;
}

/** Pointers that many workers share. A lost one costs seconds, one too many costs a look: the ledger alone decides what is said. */
export interface Jobs {
  /** Takes what is due; nobody else gets it. */
  take(atMost: number): Promise<readonly Pointer[]>;
  finish(pointer: Pointer): Promise<void>;
  /** From `at` on, somebody looks at the incident. Asked twice for one moment, it is done once. */
  lookAt(incidentId: string, at: Date): Promise<void>;
  /** Also notes what the server's clock shows. */
  depth(): Promise<QueueDepth>;
  /** How far the server's clock is ahead of this machine's, in ms, as of the last `depth`. */
  ahead(): number;
  /** Ends with the database that was given. */
  close(): Promise<void>;
}

/**
 * Opens the queue beside the ledger, and makes it where absent: pg-boss's tables, and a trigger by which whatever records an
 * update also leaves a pointer, in the same transaction. Takes `database` over. `tell` is told of faults of its housekeeping.
 * Throws setupError JOBS_OTHER_VERSION, and LEDGER_*.
 */
export async function openJobs(database: Database, tell: (why: Error) => void): Promise<Jobs> {
  const { default: Boss } = await import("pg-boss");
  const executeSql = statementsOn(database.db);
  const boss = new Boss({
    db: { executeSql },
    schema: SCHEMA,
    // Its timetable is not used, nor are its own loops: those leave a promise unhandled where the server is gone.
    schedule: false,
    supervise: true,
    maintenanceIntervalSeconds: 120,
    archiveCompletedAfterSeconds: 600,
    deleteAfterHours: 1,
  });
  boss.on("error", tell);
  try {
    // Workers that begin for the first time at the same moment would make the same tables; the others wait for their turn.
    await database.write(async () => {
      await refuseOtherVersion(boss);
      await boss.start();
      await boss.createQueue(QUEUE, {
        ...{ name: QUEUE, policy: "short", retryLimit: 0 },
        ...{ expireInSeconds: EXPIRE_S, retentionMinutes: KEEP_MINUTES },
      });
    });
    await database.write(pointFromUpdates).catch((error: unknown) => {
      // Whoever does not own the ledger's tables finds by looking around what nobody points to.
      if (!(error instanceof StatusError) || error.code !== "LEDGER_NOT_WRITABLE") throw error;
      tell(error);
    });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(tell);
    await database.db.destroy();
    throw error;
  }
  let ahead = database.now() - Date.now();
  return {
    async take(atMost) {
      let fault: unknown = null;
      const noting: PgBoss.Db = {
        executeSql: (text, values) =>
          executeSql(text, values).catch((error: unknown) => {
            // pg-boss takes every fault for an empty queue.
            fault = error;
            throw error;
          }),
      };
      const options = { batchSize: atMost, priority: false, db: noting };
      const jobs = await boss.fetch<{ incidentId?: unknown }>(QUEUE, options);
      if (fault !== null) throw fault;
      return jobs.map(({ id, data }) => ({ id, incidentId: String(data?.incidentId) }));
    },
    async finish({ id }) {
      await boss.complete(QUEUE, id);
    },
    async lookAt(incidentId, at) {
      const singletonKey = `${incidentId} ${at.toISOString()}`;
      await boss.send(QUEUE, { incidentId }, { startAfter: at, singletonKey });
    },
    async depth() {
      const asked = Date.now();
      const { rows } = await sql<Record<keyof QueueDepth, string> & { now: Date }>`
        select clock_timestamp() as now,
          count(*) filter (where state < 'active' and start_after <= now()) as ready,
          count(*) filter (where state < 'active' and start_after > now()) as later,
          count(*) filter (where state = 'active') as active
        from ${sql.table(`${SCHEMA}.job`)} where name = ${QUEUE}`.execute(database.db);
      const [{ now, ready, later, active }] = rows as [(typeof rows)[0]];
      ahead = Math.round(now.getTime() - (asked + Date.now()) / 2);
      return { ready: Number(ready), later: Number(later), active: Number(active) };
    },
    ahead: () => ahead,
    async close() {
      await boss.stop({ graceful: false }).catch(tell);
      await database.db.destroy();
    },
  };
}

/** pg-boss brings its own transactions; one that fails must not stay open on a connection that others use after it. */
function statementsOn(db: Kysely<Tables>): PgBoss.Db["executeSql"] {
  return (text, values = []) =>
    db.connection().execute(async (connection) => {
      try {
        return { rows: (await connection.executeQuery(CompiledQuery.raw(text, values))).rows };
      } catch (error) {
        if (/\bBEGIN\b/.test(text))
          await connection.executeQuery(CompiledQuery.raw("rollback")).catch(() => {});
        throw error;
      }
    });
}

/** It would make newer tables of older ones, under the hands of other workers, or of another program that uses pg-boss as well. */
async function refuseOtherVersion(boss: PgBoss): Promise<void> {
  if (!(await boss.isInstalled())) return;
  const version = Number(await boss.schemaVersion());
  if (version === SCHEMA_VERSION) return;
  const older = version < SCHEMA_VERSION;
  throw setupError(
    "JOBS_OTHER_VERSION",
    `The schema ${SCHEMA} was made by ${older ? "an older" : "a newer"} pg-boss (${version}; this worker knows ${SCHEMA_VERSION}).`,
    older
      ? `End all older workers, then: drop schema ${SCHEMA} cascade — it holds pointers only, and the next worker makes it again. Where another program keeps its jobs there, give status a database of its own.`
      : "Update status on this machine.",
  );
}

/**
 * Whatever records an update, of whatever version, leaves a pointer with it; where there are no workers it costs nothing, and no
 * fault of the queue keeps an update from being recorded. It goes with the schema where that is dropped.
 */
async function pointFromUpdates(tx: Kysely<Tables>): Promise<void> {
  const named = sql.table(`${SCHEMA}.status_updated`);
  await sql`
    create or replace function ${named}() returns trigger language plpgsql as ${sql.lit(`
    begin
      insert into ${SCHEMA}.job (name, policy, data, singleton_key, retry_limit, expire_in, keep_until)
      select name, policy, jsonb_build_object('incidentId', new.incident_id), new.incident_id, 0,
        ${EXPIRE_S} * interval '1 second', now() + ${KEEP_MINUTES} * interval '1 minute'
      from ${SCHEMA}.queue where name = '${QUEUE}' and ${SCHEMA_VERSION} = (select version from ${SCHEMA}.version)
      on conflict do nothing;
      return null;
    exception when others then
      return null;
    end`)}`.execute(tx);
  const { rows } = await sql`
    select 1 from pg_trigger where tgname = 'status_updated' and tgrelid = to_regclass(${`${LEDGER}.updates`})`.execute(
    tx,
  );
  if (rows.length > 0) return;
  await sql`
    create trigger status_updated after insert on ${sql.table(`${LEDGER}.updates`)}
    for each row execute function ${named}()`.execute(tx);
}
