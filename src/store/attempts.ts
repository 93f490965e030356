import { expressionBuilder, type Kysely } from "kysely";
import type { DeliveryState, Ledger, Settlement } from "../broadcast/ledger.ts";
import type { Tables } from "./tables.ts";

type Scrub = (text: string) => string;

/** By the domain's clock, and by the ledger's. */
interface Clocks {
  readonly domain: Date;
  readonly ledger: Date;
}

/** As Ledger's `claim` promises it; `ledgerNow` by the ledger's clock. */
export async function claim(
  tx: Kysely<Tables>,
  id: string,
  from: readonly DeliveryState[],
  by: Parameters<Ledger["claim"]>[2],
  ledgerNow: Date,
): Promise<boolean> {
  const now = ledgerNow.toISOString();
  const row = await tx
    .selectFrom("deliveries")
    .select(["attempts", "first_attempt_at", "state", OVERTAKEN_BY])
    .where("id", "=", id)
    .where("state", "in", [...from])
    .executeTakeFirst();
  if (row === undefined) return false;
  // What may be out is a person's to send again, and is never hidden.
  if (row.later !== null && row.state !== "unknown") {
    const overtaken = { state: "superseded", reason: overtakenReason(row.later) };
    await tx.updateTable("deliveries").set(overtaken).where("id", "=", id).execute();
    return false;
  }
  await tx
    .updateTable("deliveries")
    .set({
      state: "sending",
      owner: by.owner,
      lease_until: by.leaseUntil.toISOString(),
      attempts: row.attempts + 1,
      first_attempt_at: row.first_attempt_at ?? by.at.toISOString(),
      last_attempt_at: now,
      reason: null,
    })
    .where("id", "=", id)
    .execute();
  await tx
    .insertInto("attempts")
    .values({
      delivery_id: id,
      number: row.attempts + 1,
      owner: by.owner,
      place: JSON.stringify(by.place),
      started_at: now,
      ended_at: null,
      outcome: null,
      error: null,
    })
    .execute();
  return true;
}

/** As Ledger's `settle` promises it. */
export async function settle(
  tx: Kysely<Tables>,
  id: string,
  owner: string,
  settlement: Settlement,
  now: Clocks,
  scrub: Scrub,
): Promise<boolean> {
  const row = await tx
    .selectFrom("deliveries")
    .select(["attempts", "incident_id", "audience", OVERTAKEN_BY, ACKNOWLEDGED])
    .where("id", "=", id)
    .where("state", "=", "sending")
    .where("owner", "=", owner)
    .executeTakeFirst();
  if (row === undefined) return false;
  const out = "receipt" in settlement;
  const error = out ? null : scrub(JSON.stringify(settlement.error));
  const later = out || settlement.state === "unknown" ? null : row.later;
  const endedAt = "endedAt" in settlement ? settlement.endedAt : undefined;
  await tx
    .updateTable("deliveries")
    .set({
      state: later === null ? settlement.state : "superseded",
      ...(later === null ? {} : { reason: overtakenReason(later) }),
      error,
      elapsed_ms: settlement.elapsedMs,
      owner: null,
      lease_until: null,
      last_attempt_at: (endedAt ?? now.ledger).toISOString(),
      ...(out
        ? {
            receipt: scrub(JSON.stringify(settlement.receipt)),
            sent_at: now.domain.toISOString(),
          }
        : {}),
    })
    .where("id", "=", id)
    .execute();
  await tx
    .updateTable("attempts")
    .set({
      ended_at: now.ledger.toISOString(),
      outcome: settlement.state,
      error,
    })
    .where("delivery_id", "=", id)
    .where("number", "=", row.attempts)
    .execute();
  if (settlement.state === "sent" && row.audience === "public" && row.acknowledged === null)
    await acknowledge(tx, row.incident_id, now.domain);
  return true;
}

/** As Ledger's `move` promises it. */
export async function move(
  tx: Kysely<Tables>,
  id: string,
  from: DeliveryState,
  to: Parameters<Ledger["move"]>[2],
  now: Clocks,
  scrub: Scrub,
): Promise<boolean> {
  const row = await tx
    .selectFrom("deliveries")
    .select(["attempts", "incident_id", "audience", OVERTAKEN_BY])
    .where("id", "=", id)
    .where("state", "=", from)
    .executeTakeFirst();
  if (row === undefined || (to.attempt ?? row.attempts) !== row.attempts) return false;
  const later = to.state === "waiting" ? row.later : null;
  const reason = later === null ? to.reason : overtakenReason(later);
  await tx
    .updateTable("deliveries")
    .set({
      state: later === null ? to.state : "superseded",
      owner: null,
      lease_until: null,
      ...(from === "sending" ? { last_attempt_at: (to.endedAt ?? now.ledger).toISOString() } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(to.error === undefined
        ? {}
        : { error: to.error === null ? null : scrub(JSON.stringify(to.error)) }),
      ...(to.receipt === undefined
        ? {}
        : {
            receipt: scrub(JSON.stringify(to.receipt)),
            sent_at: now.domain.toISOString(),
          }),
    })
    .where("id", "=", id)
    .execute();
  if (to.state === "sent" && row.audience === "public") await acknowledge(tx, row.incident_id, now.domain);
  return true;
}

const { selectFrom } = expressionBuilder<Tables, "deliveries">();

/** The number of the first later update that has taken this one's place on the channel; null where there is none. */
const OVERTAKEN_BY = selectFrom("deliveries as later")
  .innerJoin("updates", "updates.id", "later.update_id")
  .select(({ fn }) => fn.min("later.update_number").as("number"))
  .whereRef("later.incident_id", "=", "deliveries.incident_id")
  .whereRef("later.channel", "=", "deliveries.channel")
  .whereRef("later.update_number", ">", "deliveries.update_number")
  .where("later.state", "!=", "skipped")
  .where("updates.verb", "not in", ["correct", "retract"])
  .as("later");

/** When its incident was acknowledged; null where it was not yet. */
const ACKNOWLEDGED = selectFrom("incidents")
  .select("acknowledged_at")
  .whereRef("incidents.id", "=", "deliveries.incident_id")
  .as("acknowledged");

export function overtakenReason(later: number): string {
  return `overtaken by update ${later}`;
}

async function acknowledge(tx: Kysely<Tables>, incidentId: string, now: Date): Promise<void> {
  await tx
    .updateTable("incidents")
    .set({ acknowledged_at: now.toISOString() })
    .where("id", "=", incidentId)
    .where("acknowledged_at", "is", null)
    .execute();
}
