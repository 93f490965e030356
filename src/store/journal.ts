import type { Kysely, Selectable } from "kysely";
import type { Act, JournalEntry } from "../broadcast/journal.ts";
import type { JournalTable, Tables } from "./tables.ts";

/** What one statement takes on every engine. */
const BATCH = 500;

/** Oldest first. */
export async function journal(
  db: Kysely<Tables>,
  of: { incidentId?: string; plan?: string; since?: Date },
): Promise<JournalEntry[]> {
  let query = db.selectFrom("journal").selectAll();
  if (of.incidentId !== undefined) query = query.where("incident_id", "=", of.incidentId);
  if (of.plan !== undefined) query = query.where("plan", "=", of.plan);
  if (of.since !== undefined) query = query.where("at", ">=", of.since.toISOString());
  return (await query.orderBy("at").orderBy("id").execute()).map(entryOf);
}

/** Adds what does not stand there yet. */
export async function enter(
  tx: Kysely<Tables>,
  entries: readonly JournalEntry[],
  scrub: (text: string) => string,
): Promise<void> {
  const rows = entries.map(({ id, at, by, act, incidentId, updateId, plan, what, reason, proof }) => ({
    ...{ id, at: at.toISOString(), author: by, act, incident_id: incidentId, update_id: updateId },
    ...{ plan, what, reason: reason === null ? null : scrub(reason), proof },
  }));
  await enterRows(tx, rows);
}

export async function enterRows(
  tx: Kysely<Tables>,
  rows: readonly Selectable<JournalTable>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH)
    await tx
      .insertInto("journal")
      .values(rows.slice(start, start + BATCH))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

function entryOf(row: Selectable<JournalTable>): JournalEntry {
  return {
    id: row.id,
    at: new Date(row.at),
    by: row.author,
    act: row.act as Act,
    incidentId: row.incident_id,
    updateId: row.update_id,
    plan: row.plan,
    what: row.what,
    reason: row.reason,
    proof: row.proof,
  };
}
