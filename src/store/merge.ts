import type { Kysely } from "kysely";
import { LIST_PART } from "../channels/contract.ts";
import { isClosed, type Phase } from "../incident/incident.ts";
import type { Database } from "./database.ts";
import { type IncidentRows, rowsOf, strayActs } from "./incident-rows.ts";
import { mergeActs } from "./merge-acts.ts";
import { iso, standingOf } from "./rows.ts";
import type { Tables } from "./tables.ts";

/** What a merge brought, and what people should look at. */
export interface Merged {
  /** Updates that were said apart, with the number that each has now. */
  readonly updates: readonly { readonly incidentId: string; readonly id: string; readonly number: number }[];
  /** How many posts the target knew less of. */
  readonly deliveries: number;
  /** Those among them that may be out: nobody knows yet. */
  readonly open: readonly { readonly incidentId: string; readonly channel: string }[];
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
type IncidentRow = IncidentRows["incident"];
type UpdateRow = IncidentRows["updates"][number];
type DeliveryRow = IncidentRows["deliveries"][number];
type AttemptRow = IncidentRows["attempts"][number];

/**
 * Brings what was said from a ledger that stood apart into another: a union by id, in one transaction, of all that either knows
 * (of these incidents, or of all). Updates are renumbered in the order in which they were said; of a delivery the side counts
 * that knows more of its post. What was done to actions is told at mergeActs. Sends nothing. Run again it brings nothing more.
 */
export async function merge(
  from: Database,
  to: Database,
  ids: readonly string[] | "all" = "all",
): Promise<Merged> {
  const [sides, strays, leases] = await from.snapshot(async (tx) => [
    await rowsOf(tx, ids),
    ids === "all" ? await strayActs(tx) : { journal: [], actions: [] },
    await tx.selectFrom("leases").select(["name", "revision"]).execute(),
  ]);
  return to.write(async (tx) => {
    const merged = {
      updates: [] as Merged["updates"][number][],
      deliveries: 0,
      open: [] as Merged["open"][number][],
      conflicts: [] as MergeConflict[],
    };
    const known = await rowsOf(tx, [...sides.keys()]);
    for (const [id, apart] of sides) {
      await mergeIncident(tx, apart, known.get(id) ?? null, merged);
      await mergeReminders(tx, apart.reminders);
    }
    const acts = [...sides.values(), strays];
    await mergeActs(tx, {
      journal: acts.flatMap(({ journal }) => journal),
      actions: acts.flatMap(({ actions }) => actions),
    });
    await raiseRevisions(tx, leases);
    return merged;
  });
}

async function mergeIncident(
  tx: Tx,
  apart: IncidentRows,
  there: IncidentRows | null,
  merged: {
    updates: Merged["updates"][number][];
    deliveries: number;
    open: Merged["open"][number][];
    conflicts: MergeConflict[];
  },
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
      if (row.receipt !== null && other.receipt !== null && remoteIdOf(row) !== remoteIdOf(other))
        conflict("posted-twice", row.channel);
      const [here, yonder] = [
        { row, tries: triesOf(apart, row) },
        { row: other, tries: triesOf(there!, other) },
      ];
      if (knowsMore(here, yonder) === "there") continue;
      const { update_number: _, position: __, ...knowledge } = row;
      // The next attempt takes a number that neither side has used.
      const attempts = Math.max(row.attempts, other.attempts);
      await tx
        .updateTable("deliveries")
        .set({ ...knowledge, attempts })
        .where("id", "=", row.id)
        .execute();
    } else if (freshIds.has(row.update_id)) {
      const update_number = numbers.get(row.update_id)!;
      await tx
        .insertInto("deliveries")
        .values({ ...row, update_number })
        .execute();
    } else continue;
    merged.deliveries += 1;
    if (row.state === "unknown" || row.state === "sending")
      merged.open.push({ incidentId, channel: row.channel });
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

/** A post as one side has it, and who tried to put it out there, by the number of the attempt. */
interface Standing {
  readonly row: DeliveryRow;
  readonly tries: ReadonlyMap<number, string>;
}

function triesOf({ attempts }: IncidentRows, { id }: DeliveryRow): ReadonlyMap<number, string> {
  const own = attempts.filter(({ delivery_id }) => delivery_id === id);
  return new Map(own.map(({ number, owner }) => [number, owner]));
}

/**
 * Which side knows more of a post. What is out outweighs everything; then what may be out by an attempt that the other side has
 * never heard of; else whoever tried more often.
 */
function knowsMore(apart: Standing, there: Standing): "apart" | "there" {
  const isOut = ({ row }: Standing) => row.receipt !== null;
  if (isOut(there) && isOut(apart)) {
    if (there.row.state === "pending" && apart.row.state === "sent") return "apart";
    const same = remoteIdOf(apart.row) === remoteIdOf(there.row) && apart.row.state === there.row.state;
    return same && there.row.verification === null && apart.row.verification !== null ? "apart" : "there";
  }
  if (isOut(there)) return "there";
  if (isOut(apart)) return "apart";
  const mayBeOut = ({ row }: Standing) => row.state === "unknown" || row.state === "sending";
  if (mayBeOut(apart) !== mayBeOut(there)) {
    const [open, other] = mayBeOut(apart) ? [apart, there] : [there, apart];
    const { attempts } = open.row;
    if (attempts === 0 || open.tries.get(attempts) !== other.tries.get(attempts))
      return open === apart ? "apart" : "there";
  }
  if (apart.row.attempts !== there.row.attempts)
    return apart.row.attempts > there.row.attempts ? "apart" : "there";
  // The same attempt: what became of it is known where it is not under way any more.
  return there.row.state === "sending" && apart.row.state !== "sending" ? "apart" : "there";
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
    .select([
      "deliveries.effect",
      "deliveries.part",
      "deliveries.reason",
      "deliveries.target",
      "updates.verb",
    ])
    .where("deliveries.incident_id", "=", incidentId)
    .execute();
  const corrected = new Map<string, number>();
  for (const { effect, part, state, target, update_number } of rows)
    if (effect === "post" && part === LIST_PART && state !== "skipped" && target !== null)
      corrected.set(target, update_number);
  const newest = new Map<string, number>();
  for (const { channel, update_number, state, verb } of rows)
    if (state !== "skipped" && verb !== "correct" && verb !== "retract")
      newest.set(channel, Math.max(newest.get(channel) ?? 0, update_number));
  for (const { id, channel, update_number, state, effect, part, reason } of rows) {
    // Words that were corrected go to nobody else on a list.
    const later = Math.max(newest.get(channel) ?? 0, corrected.get(id) ?? 0);
    if (effect !== "post" || later <= update_number) continue;
    if (state !== "planned" && state !== "waiting" && state !== "refused") continue;
    const far = part === LIST_PART && reason !== null ? `; ${reason}` : "";
    const overtaken = { state: "superseded", reason: `overtaken by update ${later}${far}` };
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
      security: standing.security ? 1 : 0,
      next_update_at: iso(standing.nextUpdateAt),
      resolved_at: isClosed(standing.phase) ? (ended?.resolved_at ?? null) : null,
      acknowledged_at,
    })
    .where("id", "=", apart.id)
    .execute();
}

/** A note that went out on either side is not sent again; what became of one that was under way is kept. */
async function mergeReminders(tx: Tx, reminders: IncidentRows["reminders"]): Promise<void> {
  for (const row of reminders) {
    const { state, at, receipt, error } = row;
    await tx
      .insertInto("reminders")
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(["incident_id", "promise", "kind", "channel"])
          .doUpdateSet({ state, at, receipt, error })
          .where("reminders.state", "!=", "sent")
          .where(({ val }) => val(state), "!=", "sending"),
      )
      .execute();
  }
}

/** A page that was written apart is older than the next one. */
async function raiseRevisions(
  tx: Tx,
  leases: readonly { readonly name: string; readonly revision: number }[],
): Promise<void> {
  for (const { name, revision } of leases) {
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
