import type { Kysely } from "kysely";
import type { Ledger, Reminder, ReminderKey } from "../broadcast/ledger.ts";
import { reminderOf } from "./rows.ts";
import type { Tables } from "./tables.ts";

/** Oldest first. */
export async function reminders(db: Kysely<Tables>, incidentId: string): Promise<Reminder[]> {
  const rows = await db
    .selectFrom("reminders")
    .selectAll()
    .where("incident_id", "=", incidentId)
    .orderBy("at")
    .orderBy("channel")
    .execute();
  return rows.map(reminderOf);
}

/** False where anybody has claimed it before. */
export async function claimReminder(
  tx: Kysely<Tables>,
  { incidentId, promise, kind, channel }: ReminderKey,
  at: Date,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("reminders")
    .values({
      ...{ incident_id: incidentId, promise, kind, channel },
      ...{ state: "sending", at: at.toISOString(), receipt: null, error: null },
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function settleReminder(
  tx: Kysely<Tables>,
  { incidentId, promise, kind, channel }: ReminderKey,
  outcome: Parameters<Ledger["settleReminder"]>[1],
  scrub: (text: string) => string,
): Promise<void> {
  const out = "receipt" in outcome;
  await tx
    .updateTable("reminders")
    .set({
      state: out ? "sent" : "failed",
      receipt: out ? scrub(JSON.stringify(outcome.receipt)) : null,
      error: out ? null : scrub(JSON.stringify(outcome.error)),
    })
    .where("incident_id", "=", incidentId)
    .where("promise", "=", promise)
    .where("kind", "=", kind)
    .where("channel", "=", channel)
    .execute();
}
