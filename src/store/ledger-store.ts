import { setTimeout as sleep } from "node:timers/promises";
import { type Kysely, type Selectable, sql } from "kysely";
import { setupError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { isProvablyDead, isStopped, processIdentity } from "../base/process-identity.ts";
import type {
  Delivery,
  DeliveryError,
  DeliveryState,
  Ledger,
  NewUpdate,
  Settlement,
  Told,
  Verification,
} from "../broadcast/ledger.ts";
import type { Json, Place, Post, Receipt } from "../channels/contract.ts";
import type { Incident, Update } from "../incident/incident.ts";
import { deliveryOf, incidentOf, iso, newRow, standingOf, updateOf } from "./rows.ts";
import type { DeliveryTable, Tables } from "./tables.ts";

/** How long one holder may keep a page's lease; far longer than writing takes. */
const LEASE_MS = 60_000;

/** The ledger over SQL. */
export class LedgerStore implements Ledger {
  readonly #db: Kysely<Tables>;
  readonly #scrub: (text: string) => string;

  /** `scrub` takes secrets out of what vendors said before it is kept. */
  constructor(db: Kysely<Tables>, scrub: (text: string) => string = (text) => text) {
    this.#db = db;
    this.#scrub = scrub;
  }

  async incidents(): Promise<Incident[]> {
    const rows = await this.#db
      .selectFrom("incidents")
      .selectAll()
      .orderBy("created_at", "desc")
      .orderBy("id")
      .execute();
    return rows.map(incidentOf);
  }

  async incident(id: string): Promise<Incident | null> {
    const row = await this.#db.selectFrom("incidents").selectAll().where("id", "=", id).executeTakeFirst();
    return row === undefined ? null : incidentOf(row);
  }

  async updates(incidentId: string): Promise<Update[]> {
    const rows = await this.#db
      .selectFrom("updates")
      .selectAll()
      .where("incident_id", "=", incidentId)
      .orderBy("number")
      .execute();
    return rows.map(updateOf);
  }

  async inputs(updateId: string): Promise<Json> {
    const row = await this.#db
      .selectFrom("updates")
      .select("inputs")
      .where("id", "=", updateId)
      .executeTakeFirst();
    return row === undefined ? null : (JSON.parse(row.inputs) as Json);
  }

  async updateByKey(key: string): Promise<{ update: Update; inputs: Json } | null> {
    const row = await this.#db.selectFrom("updates").selectAll().where("key", "=", key).executeTakeFirst();
    return row === undefined ? null : { update: updateOf(row), inputs: JSON.parse(row.inputs) as Json };
  }

  async delivery(id: string): Promise<Delivery | null> {
    const row = await this.#db.selectFrom("deliveries").selectAll().where("id", "=", id).executeTakeFirst();
    return row === undefined ? null : deliveryOf(row);
  }

  async deliveries(of: { incidentId?: string; updateId?: string; channel?: string }): Promise<Delivery[]> {
    let query = this.#db.selectFrom("deliveries").selectAll();
    if (of.incidentId !== undefined) query = query.where("incident_id", "=", of.incidentId);
    if (of.updateId !== undefined) query = query.where("update_id", "=", of.updateId);
    if (of.channel !== undefined) query = query.where("channel", "=", of.channel);
    const rows = await query.orderBy("update_number").orderBy("position").execute();
    return rows.map(deliveryOf);
  }

  record({ incident, opens, update, inputs, deliveries }: NewUpdate): ReturnType<Ledger["record"]> {
    return this.#write(async (tx) => {
      if (update.key !== null) {
        const used = await tx
          .selectFrom("updates")
          .select("id")
          .where("key", "=", update.key)
          .executeTakeFirst();
        if (used !== undefined) return "key-taken";
      }
      const known = await tx
        .selectFrom("incidents")
        .select("id")
        .where("id", "=", incident.id)
        .executeTakeFirst();
      if (opens && known !== undefined) return "id-taken";
      const rival = await tx
        .selectFrom("updates")
        .select("id")
        .where("incident_id", "=", incident.id)
        .where("number", ">=", update.number)
        .executeTakeFirst();
      if (rival !== undefined) return "number-taken";
      const facts = {
        type: incident.type,
        title: incident.title,
        phase: incident.phase,
        impact: incident.impact,
        components: JSON.stringify(incident.components),
        started_at: incident.startedAt.toISOString(),
        resolved_at: iso(incident.resolvedAt),
        next_update_at: iso(incident.nextUpdateAt),
      };
      if (opens)
        await tx
          .insertInto("incidents")
          .values({
            id: incident.id,
            ...facts,
            acknowledged_at: null,
            created_at: update.at.toISOString(),
          })
          .execute();
      else await tx.updateTable("incidents").set(facts).where("id", "=", incident.id).execute();
      await tx
        .insertInto("updates")
        .values({
          id: update.id,
          incident_id: incident.id,
          number: update.number,
          verb: update.verb,
          template: update.template,
          key: update.key,
          inputs: JSON.stringify(inputs),
          author: update.author,
          at: update.at.toISOString(),
          standing: JSON.stringify(update.standing),
        })
        .execute();
      const speaking = deliveries
        .filter((delivery) => delivery.state !== "skipped")
        .map((delivery) => delivery.channel);
      if (speaking.length > 0)
        await tx
          .updateTable("deliveries")
          .set({
            state: "superseded",
            reason: overtakenReason(update.number),
          })
          .where("incident_id", "=", incident.id)
          .where("channel", "in", [...new Set(speaking)])
          .where("state", "in", ["planned", "waiting", "refused"])
          .where("effect", "=", "post")
          .execute();
      for (const [position, delivery] of deliveries.entries())
        await tx
          .insertInto("deliveries")
          .values(newRow(delivery, position, incident.id, update))
          .execute();
      return "recorded";
    });
  }

  claim(
    id: string,
    from: readonly DeliveryState[],
    by: { owner: string; leaseUntil: Date; place: Place; at: Date },
  ): Promise<boolean> {
    const now = new Date().toISOString();
    return this.#write(async (tx) => {
      const row = await tx
        .selectFrom("deliveries")
        .select(["attempts", "first_attempt_at", "state", "incident_id", "channel", "update_number"])
        .where("id", "=", id)
        .where("state", "in", [...from])
        .executeTakeFirst();
      if (row === undefined) return false;
      // What may be out is a person's to send again, and is never hidden.
      const later = row.state === "unknown" ? null : await overtakenBy(tx, row);
      if (later !== null) {
        const overtaken = { state: "superseded", reason: overtakenReason(later) };
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
    });
  }

  settle(id: string, owner: string, settlement: Settlement, now: Date): Promise<boolean> {
    return this.#write(async (tx) => {
      const row = await tx
        .selectFrom("deliveries")
        .select(["attempts", "incident_id", "audience", "channel", "update_number"])
        .where("id", "=", id)
        .where("state", "=", "sending")
        .where("owner", "=", owner)
        .executeTakeFirst();
      if (row === undefined) return false;
      const out = "receipt" in settlement;
      const error = out ? null : this.#scrub(JSON.stringify(settlement.error));
      const later = out || settlement.state === "unknown" ? null : await overtakenBy(tx, row);
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
          last_attempt_at: (endedAt ?? new Date()).toISOString(),
          ...(out
            ? {
                receipt: this.#scrub(JSON.stringify(settlement.receipt)),
                sent_at: now.toISOString(),
              }
            : {}),
        })
        .where("id", "=", id)
        .execute();
      await tx
        .updateTable("attempts")
        .set({
          ended_at: new Date().toISOString(),
          outcome: settlement.state,
          error,
        })
        .where("delivery_id", "=", id)
        .where("number", "=", row.attempts)
        .execute();
      if (settlement.state === "sent" && row.audience === "public")
        await acknowledge(tx, row.incident_id, now);
      return true;
    });
  }

  move(
    id: string,
    from: DeliveryState,
    to: {
      state: DeliveryState;
      reason?: string | null;
      receipt?: Receipt;
      error?: DeliveryError | null;
      attempt?: number;
      endedAt?: Date;
    },
    now: Date,
  ): Promise<boolean> {
    return this.#write(async (tx) => {
      const row = await tx
        .selectFrom("deliveries")
        .select(["attempts", "incident_id", "audience", "channel", "update_number"])
        .where("id", "=", id)
        .where("state", "=", from)
        .executeTakeFirst();
      if (row === undefined || (to.attempt ?? row.attempts) !== row.attempts) return false;
      const later = to.state === "waiting" ? await overtakenBy(tx, row) : null;
      const reason = later === null ? to.reason : overtakenReason(later);
      await tx
        .updateTable("deliveries")
        .set({
          state: later === null ? to.state : "superseded",
          owner: null,
          lease_until: null,
          ...(from === "sending" ? { last_attempt_at: (to.endedAt ?? new Date()).toISOString() } : {}),
          ...(reason === undefined ? {} : { reason }),
          ...(to.error === undefined
            ? {}
            : { error: to.error === null ? null : this.#scrub(JSON.stringify(to.error)) }),
          ...(to.receipt === undefined
            ? {}
            : {
                receipt: this.#scrub(JSON.stringify(to.receipt)),
                sent_at: now.toISOString(),
              }),
        })
        .where("id", "=", id)
        .execute();
      if (to.state === "sent" && row.audience === "public") await acknowledge(tx, row.incident_id, now);
      return true;
    });
  }

  async noteVerification(id: string, verification: Verification): Promise<void> {
    await this.#write((tx) =>
      tx.updateTable("deliveries").set({ verification }).where("id", "=", id).execute(),
    );
  }

  async told(channel: string): Promise<readonly Told[]> {
    const rows = await this.#db
      .selectFrom("deliveries")
      .innerJoin("updates", "updates.id", "deliveries.update_id")
      .select([
        "deliveries.id",
        "deliveries.incident_id",
        "deliveries.effect",
        "deliveries.target",
        "deliveries.post",
        "updates.number",
        "updates.at",
        "updates.standing",
      ])
      .where("deliveries.channel", "=", channel)
      .where("deliveries.state", "!=", "skipped")
      .orderBy("updates.number", "desc")
      .execute();
    const incidents = await this.incidents();
    const removed = new Set(rows.filter((row) => row.effect === "remove").map((row) => row.target));
    // Newest first, so the first amendment of a post is the one that holds.
    const wordsOf = (id: string) =>
      rows.find((row) => row.effect === "amend" && row.target === id && row.post !== null)?.post;
    return incidents.flatMap((incident) => {
      const updates = rows
        .filter((row) => row.incident_id === incident.id && row.effect === "post" && row.post !== null)
        .filter((row) => !removed.has(row.id))
        .map((row) => {
          const standing = standingOf(row.standing);
          return {
            number: row.number,
            phase: standing.phase,
            at: new Date(row.at),
            standing,
            payload: (JSON.parse(wordsOf(row.id) ?? row.post!) as Post).payload,
          };
        });
      return updates.length > 0 ? [{ incident, updates }] : [];
    });
  }

  async exclusively<T>(name: string, waitMs: number, work: (revision: number) => Promise<T>): Promise<T> {
    const owner = `${processIdentity()}/${randomId()}`;
    const deadline = Date.now() + waitMs;
    let revision = await this.#takeLease(name, owner);
    while (revision === null) {
      if (Date.now() > deadline)
        throw setupError(
          "LEASE_HELD",
          `Another command has been writing ${name} for too long.`,
          "Type the command again.",
        );
      await sleep(50);
      revision = await this.#takeLease(name, owner);
    }
    try {
      return await work(revision);
    } finally {
      await this.#write((tx) =>
        tx
          .updateTable("leases")
          .set({ owner: null, until: null })
          .where("name", "=", name)
          .where("owner", "=", owner)
          .execute(),
      );
    }
  }

  #takeLease(name: string, owner: string): Promise<number | null> {
    return this.#write(async (tx) => {
      const row = await tx.selectFrom("leases").selectAll().where("name", "=", name).executeTakeFirst();
      const held =
        row?.owner != null &&
        row.until !== null &&
        !isProvablyDead(row.owner) &&
        // A stopped writer would put its older page over a newer one when it goes on.
        (new Date(row.until).getTime() > Date.now() || isStopped(row.owner));
      if (held) return null;
      const revision = (row?.revision ?? 0) + 1;
      const lease = {
        owner,
        until: new Date(Date.now() + LEASE_MS).toISOString(),
        revision,
      };
      await tx
        .insertInto("leases")
        .values({ name, ...lease })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(lease))
        .execute();
      return revision;
    });
  }

  /** Every write is a transaction, since only those wait for another writer. */
  #write<T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(work);
  }

  async health(): Promise<string | null> {
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(this.#db);
    const found = rows[0]?.quick_check ?? "ok";
    return found === "ok" ? null : found;
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}

/** The number of a later update that has taken this one's place on the channel; null where there is none. */
async function overtakenBy(
  tx: Kysely<Tables>,
  row: Pick<Selectable<DeliveryTable>, "incident_id" | "channel" | "update_number">,
): Promise<number | null> {
  const later = await tx
    .selectFrom("deliveries")
    .select("update_number")
    .where("incident_id", "=", row.incident_id)
    .where("channel", "=", row.channel)
    .where("update_number", ">", row.update_number)
    .where("state", "!=", "skipped")
    .orderBy("update_number")
    .executeTakeFirst();
  return later?.update_number ?? null;
}

function overtakenReason(later: number): string {
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
