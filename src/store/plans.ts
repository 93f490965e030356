import { type Kysely, type SqlBool, sql } from "kysely";
import type { FrozenPlan } from "../broadcast/journal.ts";
import type { Tables } from "./tables.ts";

/** How long an expired plan is still known, to be told of as expired. */
const KNOWN_MS = 24 * 3_600_000;

/**
 * Keeps a plan, and forgets those that had expired a day before it was made. One that is frozen anew, byte for byte, is kept once,
 * and for as long as the later of both.
 */
export async function keepPlan(tx: Kysely<Tables>, plan: FrozenPlan): Promise<void> {
  const gone = new Date(plan.at.getTime() - KNOWN_MS).toISOString();
  await tx.deleteFrom("plans").where("expires_at", "<", gone).execute();
  const again = {
    author: plan.by,
    at: plan.at.toISOString(),
    expires_at: plan.expiresAt.toISOString(),
  };
  await tx
    .insertInto("plans")
    .values({
      ...{ hash: plan.hash, document: plan.document, incident_id: plan.incidentId, verb: plan.verb },
      ...again,
    })
    .onConflict((conflict) =>
      conflict.column("hash").doUpdateSet(again).where("plans.expires_at", "<", again.expires_at),
    )
    .execute();
}

/** Those whose hash begins so, oldest first. */
export async function plans(db: Kysely<Tables>, beginning: string): Promise<FrozenPlan[]> {
  const rows = await db
    .selectFrom("plans")
    .selectAll()
    .where(sql<SqlBool>`substr(hash, 1, ${sql.lit(beginning.length)}) = ${beginning.toLowerCase()}`)
    .orderBy("at")
    .orderBy("hash")
    .execute();
  return rows.map((row) => ({
    hash: row.hash,
    document: row.document,
    incidentId: row.incident_id,
    verb: row.verb,
    by: row.author,
    at: new Date(row.at),
    expiresAt: new Date(row.expires_at),
  }));
}
