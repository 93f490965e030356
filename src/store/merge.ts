import type { Kysely, Selectable } from "kysely";
import { isClosed, type Phase } from "../incident/incident.ts";
import type { Database } from "./database.ts";
import { iso, standingOf } from "./rows.ts";
import type { AttemptTable, DeliveryTable, IncidentTable, Tables, UpdateTable } from "./tables.ts";

/** What a merge brought, and what people should look at. */
export interface Merged {
  /** Updates that were said apart, with the number that each has now. */
  readonly updates: readonly { readonly incidentId: string; readonly id: string; readonly number: number }[];
  /** How many posts the target knew less of. */
  readonly deliveries: number;
  readonly conflicts: readonly MergeConflict[];
}

/**
 * What was done on both sides. `opened-twice`: each announced the incident. `key-twice`: each spoke under one key.
 * `promise-twice`: each kept the same promise. `posted-twice`: one delivery has two posts.
 * `ended-and-spoken`: one said that it is over, and the other spoke of it later as of one that is not.
 */
export interface MergeConflict {
  readonly why: "opened-twice" | "key-twice" | "promise-twice" | "posted-twice" | "ended-and-spoken";
  readonly incidentId: string;
  /** The key, the channel or the update's number that it is about; empty for the incident as a whole. */
  readonly what: string;
}

type Tx = Kysely<Tables>;
type IncidentRow = Selectable<IncidentTable>;
type UpdateRow = Selectable<UpdateTable>;
type DeliveryRow = Selectable<DeliveryTable>;
type AttemptRow = Selectable<AttemptTable>;

/** One incident as one side has it. */
interface Side {
  readonly incident: IncidentRow;
  readonly updates: readonly UpdateRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly attempts: readonly AttemptRow[];
}

/**
 * Brings what was said from a ledger that stood apart into another: a union by id, in one transaction, of all that either knows.
 * Updates are numbered anew in the order in which they were said; of a delivery the side counts that knows more of its post.
 * Sends nothing. Run again it brings nothing more.
 */
export function merge(from: Database, to: Database): Promise<Merged> {
  return to.write(async (tx) => {
    const merged = {
      updates: [] as Merged["updates"][number][],
      deliveries: 0,
      conflicts: [] as MergeConflict[],
    };
    const ids = await from.db.selectFrom("incidents").select("id").orderBy("created_at").execute();
    for (const { id } of ids) {
      const apart = await sideOf(from.db, id);
      const there = await sideOf(tx, id);
      if (apart !== null) await mergeIncident(tx, apart, there, merged);
    }
    await mergeReminders(from.db, tx);
    await raiseRevisions(from.db, tx);
    return merged;
  });
}

async function sideOf(db: Tx, id: string): Promise<Side | null> {
  const incident = await db.selectFrom("incidents").selectAll().where("id", "=", id).executeTakeFirst();
  if (incident === undefined) return null;
  const updates = await db
    .selectFrom("updates")
    .selectAll()
    .where("incident_id", "=", id)
    .orderBy("number")
    .execute();
  const deliveries = await db
    .selectFrom("deliveries")
    .selectAll()
    .where("incident_id", "=", id)
    .orderBy("update_number")
    .orderBy("position")
    .execute();
  const attempts = await db
    .selectFrom("attempts")
    .selectAll()
    .where("delivery_id", "in", (of) =>
      of.selectFrom("deliveries").select("id").where("incident_id", "=", id),
    )
    .orderBy("number")
    .execute();
  return { incident, updates, deliveries, attempts };
}

async function mergeIncident(
  tx: Tx,
  apart: Side,
  there: Side | null,
  merged: { updates: Merged["updates"][number][]; deliveries: number; conflicts: MergeConflict[] },
): Promise<void> {
  const incidentId = apart.incident.id;
  const conflict = (why: MergeConflict["why"], what = "") => merged.conflicts.push({ why, incidentId, what });
  if (there === null) await tx.insertInto("incidents").values(apart.incident).execute();
  const known = new Set(there?.updates.map(({ id }) => id));
  const fresh = apart.updates.filter(({ id }) => !known.has(id));
  if (there !== null && fresh.some(({ verb }) => verb === "announce")) conflict("opened-twice");

  const numbers = await numberAnew(tx, there?.updates ?? [], fresh);
  for (const update of fresh) {
    const kept = update.keeps === null ? null : keptBy(update.keeps, apart.updates, numbers);
    const keeps = kept === null || (await isKept(tx, incidentId, kept)) ? null : kept;
    if (kept !== keeps) conflict("promise-twice", String(kept));
    const key = update.key === null || (await isUsed(tx, update.key)) ? null : update.key;
    if (key !== update.key) conflict("key-twice", update.key!);
    const number = numbers.get(update.id)!;
    await tx
      .insertInto("updates")
      .values({ ...update, number, keeps, key })
      .execute();
    merged.updates.push({ incidentId, id: update.id, number });
  }

  const freshIds = new Set(fresh.map(({ id }) => id));
  const posts = new Map(there?.deliveries.map((row) => [row.id, row]));
  for (const row of apart.deliveries) {
    const other = posts.get(row.id);
    if (other !== undefined) {
      const told = knowsMore(row, other);
      if (told === "both") conflict("posted-twice", row.channel);
      if (told !== "apart") continue;
      const { update_number: _, position: __, ...knowledge } = row;
      await tx.updateTable("deliveries").set(knowledge).where("id", "=", row.id).execute();
    } else if (freshIds.has(row.update_id)) {
      const update_number = numbers.get(row.update_id)!;
      await tx
        .insertInto("deliveries")
        .values({ ...row, update_number })
        .execute();
    } else continue;
    merged.deliveries += 1;
    await bringAttempts(
      tx,
      apart.attempts.filter(({ delivery_id }) => delivery_id === row.id),
    );
  }
  if (fresh.length > 0) await overtake(tx, incidentId);
  await settleFacts(tx, apart.incident, there?.incident ?? null, fresh.length > 0, conflict);
}

/**
 * Numbers all updates of an incident in the order in which they were said, those that are there already included; returns every
 * number by the update's id.
 */
async function numberAnew(
  tx: Tx,
  there: readonly UpdateRow[],
  fresh: readonly UpdateRow[],
): Promise<ReadonlyMap<string, number>> {
  // What was said first on one side stays first on that side, whatever its clock did meanwhile.
  const order: UpdateRow[] = [];
  const [left, right] = [[...there], [...fresh]];
  while (left.length > 0 || right.length > 0) {
    const first = right.length === 0 || (left.length > 0 && left[0]!.at <= right[0]!.at) ? left : right;
    order.push(first.shift()!);
  }
  const numbers = new Map(order.map(({ id }, index) => [id, index + 1]));
  const moved = there.filter(({ id, number }) => numbers.get(id) !== number);
  const before = new Map(there.map(({ id, number }) => [number, id]));
  // By way of numbers that nobody has: no two updates may share one in between.
  for (const sign of [-1, 1])
    for (const { id } of moved) {
      const number = sign * numbers.get(id)!;
      await tx.updateTable("updates").set({ number }).where("id", "=", id).execute();
      await tx.updateTable("deliveries").set({ update_number: number }).where("update_id", "=", id).execute();
    }
  const keeping = there.filter(({ keeps }) => keeps !== null);
  for (const sign of [-1, 1])
    for (const { id, keeps } of keeping) {
      const maker = before.get(keeps!);
      if (maker === undefined) continue;
      await tx
        .updateTable("updates")
        .set({ keeps: sign * numbers.get(maker)! })
        .where("id", "=", id)
        .execute();
    }
  return numbers;
}

/** The number that the promise's maker has now, for `keeps` as the side that stood apart numbered it. */
function keptBy(
  keeps: number,
  updates: readonly UpdateRow[],
  numbers: ReadonlyMap<string, number>,
): number | null {
  const maker = updates.find(({ number }) => number === keeps);
  return maker === undefined ? null : (numbers.get(maker.id) ?? null);
}

async function isKept(tx: Tx, incidentId: string, keeps: number): Promise<boolean> {
  const row = await tx
    .selectFrom("updates")
    .select("id")
    .where("incident_id", "=", incidentId)
    .where("keeps", "=", keeps)
    .executeTakeFirst();
  return row !== undefined;
}

async function isUsed(tx: Tx, key: string): Promise<boolean> {
  return (
    (await tx.selectFrom("updates").select("id").where("key", "=", key).executeTakeFirst()) !== undefined
  );
}

/** Which side knows more of a post. What is out outweighs everything; else whoever tried more often. */
function knowsMore(apart: DeliveryRow, there: DeliveryRow): "apart" | "there" | "both" {
  const isOut = (row: DeliveryRow) => row.receipt !== null;
  if (isOut(there)) return isOut(apart) && remoteIdOf(apart) !== remoteIdOf(there) ? "both" : "there";
  if (isOut(apart)) return "apart";
  if (apart.attempts !== there.attempts) return apart.attempts > there.attempts ? "apart" : "there";
  // The same attempt: what became of it is known where it is not under way any more.
  return there.state === "sending" && apart.state !== "sending" ? "apart" : "there";
}

function remoteIdOf({ receipt }: DeliveryRow): string {
  return (JSON.parse(receipt!) as { remoteId: string }).remoteId;
}

async function bringAttempts(tx: Tx, attempts: readonly AttemptRow[]): Promise<void> {
  for (const attempt of attempts) {
    const { ended_at, outcome, error } = attempt;
    await tx
      .insertInto("attempts")
      .values(attempt)
      .onConflict((conflict) =>
        conflict.columns(["delivery_id", "number"]).doUpdateSet({ ended_at, outcome, error }),
      )
      .execute();
  }
}

/** What is unsent and has been followed by later words on its channel is never to be sent. */
async function overtake(tx: Tx, incidentId: string): Promise<void> {
  const rows = await tx
    .selectFrom("deliveries")
    .innerJoin("updates", "updates.id", "deliveries.update_id")
    .select(["deliveries.id", "deliveries.channel", "deliveries.update_number", "deliveries.state"])
    .select(["deliveries.effect", "updates.verb"])
    .where("deliveries.incident_id", "=", incidentId)
    .execute();
  const newest = new Map<string, number>();
  for (const { channel, update_number, state, verb } of rows)
    if (state !== "skipped" && verb !== "correct" && verb !== "retract")
      newest.set(channel, Math.max(newest.get(channel) ?? 0, update_number));
  for (const { id, channel, update_number, state, effect } of rows) {
    const later = newest.get(channel) ?? 0;
    if (effect !== "post" || later <= update_number) continue;
    if (state !== "planned" && state !== "waiting" && state !== "refused") continue;
    const overtaken = { state: "superseded", reason: `overtaken by update ${later}` };
    await tx.updateTable("deliveries").set(overtaken).where("id", "=", id).execute();
  }
}

/** The incident stands as its newest update left it. */
async function settleFacts(
  tx: Tx,
  apart: IncidentRow,
  there: IncidentRow | null,
  spoken: boolean,
  conflict: (why: MergeConflict["why"]) => void,
): Promise<void> {
  const acknowledgements = [apart.acknowledged_at, there?.acknowledged_at ?? null].filter(
    (at) => at !== null,
  );
  const acknowledged_at = acknowledgements.sort()[0] ?? null;
  if (!spoken || there === null) {
    await tx.updateTable("incidents").set({ acknowledged_at }).where("id", "=", apart.id).execute();
    return;
  }
  const newest = await tx
    .selectFrom("updates")
    .select("standing")
    .where("incident_id", "=", apart.id)
    .orderBy("number", "desc")
    .executeTakeFirstOrThrow();
  const standing = standingOf(newest.standing);
  const sides = [apart, there];
  const ended = sides.find(({ phase }) => isClosed(phase as Phase));
  if (ended !== undefined && !isClosed(standing.phase)) conflict("ended-and-spoken");
  await tx
    .updateTable("incidents")
    .set({
      title: standing.title,
      phase: standing.phase,
      impact: standing.impact,
      components: JSON.stringify(standing.components),
      started_at: standing.startedAt.toISOString(),
      ends_at: iso(standing.endsAt),
      automatic: standing.automatic ? 1 : 0,
      long: standing.long ? 1 : 0,
      next_update_at: iso(standing.nextUpdateAt),
      resolved_at: isClosed(standing.phase) ? (ended?.resolved_at ?? null) : null,
      acknowledged_at,
    })
    .where("id", "=", apart.id)
    .execute();
}

/** A note that went out on either side is not sent again. */
async function mergeReminders(from: Tx, tx: Tx): Promise<void> {
  for (const row of await from.selectFrom("reminders").selectAll().execute())
    await tx
      .insertInto("reminders")
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

/** A page that was written apart is older than the next one. */
async function raiseRevisions(from: Tx, tx: Tx): Promise<void> {
  for (const { name, revision } of await from.selectFrom("leases").select(["name", "revision"]).execute()) {
    await tx
      .insertInto("leases")
      .values({ name, owner: null, until: null, revision })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tx
      .updateTable("leases")
      .set({ revision })
      .where("name", "=", name)
      .where("revision", "<", revision)
      .execute();
  }
}
