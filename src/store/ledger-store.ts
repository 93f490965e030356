import { type Kysely, sql } from "kysely";
import type { FrozenPlan, JournalEntry } from "../broadcast/journal.ts";
import type {
  ActionChoice,
  Delivery,
  DeliveryError,
  DeliveryState,
  IncidentRecord,
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
import type { Json, Reading, Receipt } from "../channels/contract.ts";
import type { Action } from "../incident/action.ts";
import type { Impact, Incident, Update } from "../incident/incident.ts";
import { actions, carryOutAction, dropOpenAction, keepAction } from "./actions.ts";
import { claim, move, settle } from "./attempts.ts";
import type { Database } from "./database.ts";
import { enter, journal } from "./journal.ts";
import { exclusively } from "./leases.ts";
import { mailingStore } from "./mailing-store.ts";
import { openIncidents } from "./open-incidents.ts";
import { keepPlan, plans } from "./plans.ts";
import { noteReading, readings } from "./readings.ts";
import { record } from "./record.ts";
import { records, unsettled } from "./records.ts";
import { claimReminder, reminders, settleReminder } from "./reminders.ts";
import { deliveryOf, incidentOf, updateOf } from "./rows.ts";
import type { Tables } from "./tables.ts";
import { told, toldEntries } from "./told.ts";

/** As it stands in the index of that name: SQLite uses one over a part of the rows only where it can see the words. */
const UNHEARD_NOT = sql<string>`('sent', 'skipped', 'superseded')`;

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

  openIncidents(): Promise<Incident[]> {
    return openIncidents(this.#db);
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
              .where("updates.template", "=", sql.lit("postmortem"))
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
          .where("state", "not in", UNHEARD_NOT)
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

  unsettled(deliveryIds?: readonly string[]): Promise<Incident[]> {
    return unsettled(this.#db, deliveryIds);
  }

  records(incidentIds: readonly string[]): Promise<ReadonlyMap<string, IncidentRecord>> {
    return records(this.#db, incidentIds);
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

  async isOfAnother(
    { updateId, channel }: Pick<Delivery, "updateId" | "channel">,
    remoteId: string,
  ): Promise<boolean> {
    // As it stands in the receipt's JSON.
    const written = JSON.stringify(remoteId).slice(1, -1);
    const rows = await this.#db
      .selectFrom("deliveries")
      .select(["state", "receipt"])
      .where("channel", "=", channel)
      .where("update_id", "!=", updateId)
      .where("effect", "=", "post")
      // More than what is meant may fit: `%` and `_` of the id are no letters here.
      .where(({ eb, or }) => or([eb("state", "=", "sending"), eb("receipt", "like", `%${written}%`)]))
      .execute();
    return rows.some(
      ({ state, receipt }) =>
        state === "sending" ||
        (receipt !== null && (JSON.parse(receipt) as { remoteId: string }).remoteId === remoteId),
    );
  }

  record(update: NewUpdate): ReturnType<Ledger["record"]> {
    return this.#write((tx) => record(tx, update, this.#scrub));
  }

  /** `instant`, here and below, is asked for once the row is ours to write: by the ledger's clock. */
  claim(
    id: string,
    from: readonly DeliveryState[],
    by: Parameters<Ledger["claim"]>[2],
    instant = () => this.#instant(),
  ): Promise<boolean> {
    return this.#write((tx) => claim(tx, id, from, by, instant()));
  }

  settle(
    id: string,
    owner: string,
    settlement: Settlement,
    now: Date,
    instant = () => this.#instant(),
  ): Promise<boolean> {
    return this.#write((tx) =>
      settle(tx, id, owner, settlement, { domain: now, ledger: instant() }, this.#scrub),
    );
  }

  move(
    id: string,
    from: DeliveryState,
    to: Parameters<Ledger["move"]>[2],
    now: Date,
    instant = () => this.#instant(),
  ): Promise<boolean> {
    return this.#write((tx) => move(tx, id, from, to, { domain: now, ledger: instant() }, this.#scrub));
  }

  async noteVerification(id: string, verification: Verification): Promise<void> {
    await this.#write((tx) =>
      tx.updateTable("deliveries").set({ verification }).where("id", "=", id).execute(),
    );
  }

  reminders(incidentId: string): Promise<Reminder[]> {
    return reminders(this.#db, incidentId);
  }

  claimReminder(key: ReminderKey, at: Date): Promise<boolean> {
    return this.#write((tx) => claimReminder(tx, key, at));
  }

  async settleReminder(
    key: ReminderKey,
    outcome: { readonly receipt: Receipt } | { readonly error: DeliveryError },
  ): Promise<void> {
    await this.#write((tx) => settleReminder(tx, key, outcome, this.#scrub));
  }

  toldEntries(channel: string): Promise<readonly ToldEntry[]> {
    return toldEntries(this.#db, channel);
  }

  told(channel: string, incidentIds: readonly string[]): Promise<readonly Told[]> {
    return told(this.#db, channel, incidentIds);
  }

  journal(of: { incidentId?: string; plan?: string; since?: Date }): Promise<JournalEntry[]> {
    return journal(this.#db, of);
  }

  async enter(entries: readonly JournalEntry[]): Promise<void> {
    await this.#write((tx) => enter(tx, entries, this.#scrub));
  }

  async keepPlan(plan: FrozenPlan): Promise<void> {
    await this.#write((tx) => keepPlan(tx, plan));
  }

  plans(hash: string): Promise<FrozenPlan[]> {
    return plans(this.#db, hash);
  }

  actions(of?: ActionChoice): Promise<Action[]> {
    return actions(this.#db, of);
  }

  async keepAction(action: Action, entry: JournalEntry): Promise<void> {
    await this.#write(async (tx) => {
      await keepAction(tx, action, this.#scrub);
      await enter(tx, [entry], this.#scrub);
    });
  }

  carryOutAction(id: string, doneAt: Date, entry: JournalEntry): Promise<boolean> {
    return this.#write((tx) => this.#entered(tx, carryOutAction(tx, id, doneAt), entry));
  }

  dropAction(id: string, entry: JournalEntry): Promise<boolean> {
    return this.#write((tx) => this.#entered(tx, dropOpenAction(tx, id), entry));
  }

  async #entered(tx: Kysely<Tables>, change: Promise<boolean>, entry: JournalEntry): Promise<boolean> {
    const changed = await change;
    if (changed) await enter(tx, [entry], this.#scrub);
    return changed;
  }

  exclusively<T>(
    name: string,
    waitMs: number,
    work: (revision: number, giveBack: () => void) => Promise<T>,
  ): Promise<T> {
    return exclusively(this.#database, name, waitMs, work);
  }

  readings(): Promise<readonly Reading[]> {
    return readings(this.#db);
  }

  async noteReading(reading: Reading): Promise<void> {
    await this.#write((tx) => noteReading(tx, reading, this.#scrub));
  }

  #instant(): Date {
    return new Date(this.now());
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
