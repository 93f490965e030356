import { type Kysely, sql } from "kysely";
import type { Told, ToldEntry } from "../broadcast/ledger.ts";
import type { Post } from "../channels/contract.ts";
import { type IncidentType, isOpen, type Phase } from "../incident/incident.ts";
import { date, standingOf } from "./rows.ts";
import type { Tables } from "./tables.ts";

/**
 * What a page channel has told: each incident with what its newest update there left behind, newest incident first. Words
 * that were withdrawn change no state; only what has ended, and of which no word is left, is told no more.
 */
export async function toldEntries(db: Kysely<Tables>, channel: string): Promise<readonly ToldEntry[]> {
  const rows = await db
    .selectFrom((from) =>
      from
        .selectFrom("deliveries")
        .select((of) => [
          "incident_id",
          of.fn.countAll<number>().as("told"),
          of.fn.max("update_number").as("number"),
        ])
        .where("channel", "=", channel)
        .where("state", "!=", "skipped")
        .groupBy("incident_id")
        .as("told"),
    )
    .innerJoin("incidents", "incidents.id", "told.incident_id")
    .innerJoin("updates", (join) =>
      join.onRef("updates.incident_id", "=", "told.incident_id").onRef("updates.number", "=", "told.number"),
    )
    .select([
      "incidents.id",
      "incidents.type",
      "incidents.phase",
      "incidents.started_at",
      "incidents.resolved_at",
    ])
    .select(["told.told", "updates.standing"])
    .orderBy("incidents.started_at", "desc")
    .orderBy("incidents.id")
    .execute();
  const removals = await db
    .selectFrom("deliveries")
    .select("incident_id")
    .distinct()
    .where("channel", "=", channel)
    // Literally, as in the index: SQLite cannot tell from a value that is bound.
    .where("effect", "=", sql.lit("remove"))
    .execute();
  const thinned = new Set(removals.map((row) => row.incident_id));
  const worded = new Set((await told(db, channel, [...thinned])).map((told) => told.incidentId));
  const postmortems = await db
    .selectFrom("updates")
    .innerJoin("deliveries", "deliveries.update_id", "updates.id")
    .select("updates.incident_id")
    .distinct()
    .where("updates.template", "=", sql.lit("postmortem"))
    .where("deliveries.channel", "=", channel)
    .where("deliveries.state", "!=", "skipped")
    .where("deliveries.effect", "=", "post")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("deliveries as removal")
            .select("removal.id")
            .whereRef("removal.incident_id", "=", "deliveries.incident_id")
            .whereRef("removal.target", "=", "deliveries.id")
            .where("removal.effect", "=", "remove")
            .where("removal.state", "!=", "skipped"),
        ),
      ),
    )
    .execute();
  const explained = new Set(postmortems.map((row) => row.incident_id));
  return rows.flatMap((row) => {
    const { id } = row;
    const type = row.type as IncidentType;
    if (thinned.has(id) && !worded.has(id) && !isOpen({ type, phase: row.phase as Phase })) return [];
    const standing = standingOf(row.standing);
    const resolvedAt = standing.phase === row.phase ? date(row.resolved_at) : null;
    return [
      {
        id,
        type,
        startedAt: new Date(row.started_at),
        resolvedAt,
        standing,
        explained: explained.has(row.id),
        told: Number(row.told),
      },
    ];
  });
}

/** The updates that a page channel has told of these incidents, as they read after all corrections. */
export async function told(
  db: Kysely<Tables>,
  channel: string,
  incidentIds: readonly string[],
): Promise<readonly Told[]> {
  const found: Told[] = [];
  // A statement takes so many values at most.
  for (let from = 0; from < incidentIds.length; from += 500)
    found.push(...(await toldOf(db, channel, incidentIds.slice(from, from + 500))));
  return found;
}

async function toldOf(
  db: Kysely<Tables>,
  channel: string,
  incidentIds: readonly string[],
): Promise<readonly Told[]> {
  const rows = await db
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
      "updates.template",
      "updates.standing",
    ])
    .where("deliveries.channel", "=", channel)
    .where("deliveries.incident_id", "in", [...incidentIds])
    .where("deliveries.state", "!=", "skipped")
    .orderBy("updates.number", "desc")
    .execute();
  const removed = new Set(rows.filter((row) => row.effect === "remove").map((row) => row.target));
  // Newest first, so the first amendment of a post is the one that holds.
  const words = new Map<string, string>();
  for (const { effect, target, post } of rows)
    if (effect === "amend" && target !== null && post !== null && !words.has(target)) words.set(target, post);
  const updates = new Map<string, Told["updates"][number][]>();
  for (const row of rows) {
    if (row.effect !== "post" || row.post === null || removed.has(row.id)) continue;
    const update = {
      number: row.number,
      at: new Date(row.at),
      template: row.template,
      standing: standingOf(row.standing),
      payload: (JSON.parse(words.get(row.id) ?? row.post) as Post).payload,
    };
    updates.set(row.incident_id, [...(updates.get(row.incident_id) ?? []), update]);
  }
  return [...updates].map(([incidentId, updates]) => ({ incidentId, updates }));
}
