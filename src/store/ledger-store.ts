import { type Kysely, type Selectable, sql } from "kysely";
import type {
  Delivery,
  DeliveryError,
  DeliveryState,
  Ledger,
  NewUpdate,
  Reminder,
  ReminderKey,
  Settlement,
  Told,
  ToldEntry,
  Verification,
} from "../broadcast/ledger.ts";
import type { Mailings } from "../broadcast/mailings.ts";
import { type Json, LIST_PART, type Place, type Reading, type Receipt } from "../channels/contract.ts";
import type { Impact, Incident, Update } from "../incident/incident.ts";
import type { Database } from "./database.ts";
import { exclusively } from "./leases.ts";
import { mailingStore } from "./mailing-store.ts";
import { deliveryOf, incidentOf, iso, newRow, readingOf, reminderOf, updateOf } from "./rows.ts";
import type { DeliveryTable, Tables } from "./tables.ts";
import { told, toldEntries } from "./told.ts";

/** The ledger over SQL. */
export class LedgerStore implements Ledger {
  readonly #database: Database;
  readonly #db: Kysely<Tables>;
  readonly #scrub: (text: string) => string;
  readonly mailings: Mailings | null;

  /** `scrub` takes secrets out of what vendors said before it is kept. */
  constructor(database: Database, scrub: (text: string) => string = (text) => text) {
    this.#database = database;
    this.#db = database.db;
    this.#scrub = scrub;
    this.mailings = mailingStore(database, scrub);
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

  async openIncidents(): Promise<Incident[]> {
    const rows = await this.#db
      .selectFrom("incidents")
      .selectAll()
      .where("type", "!=", "notice")
      .where("phase", "not in", ["resolved", "completed"])
      .orderBy("created_at", "desc")
      .orderBy("id")
      .execute();
    return rows.map(incidentOf);
  }

  async incident(id: string): Promise<Incident | null> {
    const row = await this.#db.selectFrom("incidents").selectAll().where("id", "=", id).executeTakeFirst();
    return row === undefined ? null : incidentOf(row);
  }

  async unexplained(impacts: readonly Impact[]): Promise<Incident[]> {
    // PostgreSQL takes no empty list.
    if (impacts.length === 0) return [];
    const rows = await this.#db
      .selectFrom("incidents")
      .selectAll()
      .where("type", "=", "incident")
      .where("phase", "=", "resolved")
      .where("impact", "in", [...impacts])
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("updates")
              .select("updates.id")
              .innerJoin("deliveries", "deliveries.update_id", "updates.id")
              .whereRef("updates.incident_id", "=", "incidents.id")
              .where("updates.template", "=", "postmortem")
              .where("deliveries.state", "=", "sent"),
          ),
        ),
      )
      .execute();
    return rows.map(incidentOf);
  }

  async endedUnheard(): Promise<Incident[]> {
    const rows = await this.#db
      .selectFrom("incidents")
      .selectAll()
      .where("type", "!=", "notice")
      .where("phase", "in", ["resolved", "completed"])
      .where("id", "in", (from) =>
        from
          .selectFrom("deliveries")
          .select("incident_id")
          .where("state", "not in", ["sent", "skipped", "superseded"])
          .where("required", "=", 1)
          .where("effect", "=", "post"),
      )
      .execute();
    return rows.map(incidentOf);
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
        ends_at: iso(incident.endsAt),
        automatic: incident.automatic ? 1 : 0,
        long: incident.long ? 1 : 0,
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
          keeps: update.keeps,
          standing: JSON.stringify(update.standing),
        })
        .execute();
      // What corrects earlier words takes the place of no later ones.
      const overtakes = update.verb !== "correct" && update.verb !== "retract";
      const speaking = deliveries
        .filter((delivery) => overtakes && delivery.state !== "skipped")
        .map((delivery) => delivery.channel);
      // Nobody more is mailed words that are known to be wrong, nor an older correction of them.
      const stopped = deliveries
        .filter(({ state, effect, part }) => state !== "skipped" && effect === "post" && part === LIST_PART)
        .flatMap(({ target }) => target ?? []);
      const overtaken = tx
        .updateTable("deliveries")
        .set({
          state: "superseded",
          // How far a list had been told is kept.
          reason: sql<string>`case when part = ${LIST_PART} and reason is not null
              then ${`${overtakenReason(update.number)}; `} || reason else ${overtakenReason(update.number)} end`,
        })
        .where("incident_id", "=", incident.id)
        .where("state", "in", ["planned", "waiting", "refused"])
        .where("effect", "=", "post");
      if (speaking.length > 0) await overtaken.where("channel", "in", [...new Set(speaking)]).execute();
      if (stopped.length > 0)
        await overtaken
          .where("part", "=", LIST_PART)
          .where((row) => row.or([row("id", "in", stopped), row("target", "in", stopped)]))
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
    return this.#write(async (tx) => {
      const now = new Date(this.now()).toISOString();
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
          last_attempt_at: (endedAt ?? new Date(this.now())).toISOString(),
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
          ended_at: new Date(this.now()).toISOString(),
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
          ...(from === "sending"
            ? { last_attempt_at: (to.endedAt ?? new Date(this.now())).toISOString() }
            : {}),
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

  async reminders(incidentId: string): Promise<Reminder[]> {
    const rows = await this.#db
      .selectFrom("reminders")
      .selectAll()
      .where("incident_id", "=", incidentId)
      .orderBy("at")
      .orderBy("channel")
      .execute();
    return rows.map(reminderOf);
  }

  claimReminder({ incidentId, promise, kind, channel }: ReminderKey, at: Date): Promise<boolean> {
    return this.#write(async (tx) => {
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto("reminders")
        .values({
          ...{ incident_id: incidentId, promise, kind, channel },
          ...{ state: "sending", at: at.toISOString(), receipt: null, error: null },
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    });
  }

  async settleReminder(
    { incidentId, promise, kind, channel }: ReminderKey,
    outcome: { readonly receipt: Receipt } | { readonly error: DeliveryError },
  ): Promise<void> {
    const out = "receipt" in outcome;
    await this.#write((tx) =>
      tx
        .updateTable("reminders")
        .set({
          state: out ? "sent" : "failed",
          receipt: out ? this.#scrub(JSON.stringify(outcome.receipt)) : null,
          error: out ? null : this.#scrub(JSON.stringify(outcome.error)),
        })
        .where("incident_id", "=", incidentId)
        .where("promise", "=", promise)
        .where("kind", "=", kind)
        .where("channel", "=", channel)
        .execute(),
    );
  }

  toldEntries(channel: string): Promise<readonly ToldEntry[]> {
    return toldEntries(this.#db, channel);
  }

  told(channel: string, incidentIds: readonly string[]): Promise<readonly Told[]> {
    return told(this.#db, channel, incidentIds);
  }

  exclusively<T>(
    name: string,
    waitMs: number,
    work: (revision: number, giveBack: () => void) => Promise<T>,
  ): Promise<T> {
    return exclusively(this.#database, name, waitMs, work);
  }

  async readings(): Promise<readonly Reading[]> {
    return (await this.#db.selectFrom("readings").selectAll().orderBy("url").execute()).map(readingOf);
  }

  async noteReading({ url, triedAt, readAt, fault, report }: Reading): Promise<void> {
    const tried = { tried_at: triedAt.toISOString(), fault: fault === null ? null : this.#scrub(fault) };
    const read = readAt === null ? {} : { read_at: readAt.toISOString(), report: JSON.stringify(report) };
    await this.#write((tx) =>
      tx
        .insertInto("readings")
        .values({ url, read_at: null, report: null, ...tried, ...read })
        .onConflict((conflict) => conflict.column("url").doUpdateSet({ ...tried, ...read }))
        .execute(),
    );
  }

  #write<T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#database.write(work);
  }

  now(): number {
    return this.#database.now();
  }

  health(): Promise<string | null> {
    return this.#database.health();
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
    .innerJoin("updates", "updates.id", "deliveries.update_id")
    .select("deliveries.update_number")
    .where("deliveries.incident_id", "=", row.incident_id)
    .where("deliveries.channel", "=", row.channel)
    .where("deliveries.update_number", ">", row.update_number)
    .where("deliveries.state", "!=", "skipped")
    .where("updates.verb", "not in", ["correct", "retract"])
    .orderBy("deliveries.update_number")
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
