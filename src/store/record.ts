import { type Kysely, sql } from "kysely";
import type { Ledger, NewUpdate } from "../broadcast/ledger.ts";
import { LIST_PART } from "../channels/contract.ts";
import { isAlike } from "../incident/alike.ts";
import { overtakenReason } from "./attempts.ts";
import { enter } from "./journal.ts";
import { openIncidents } from "./open-incidents.ts";
import { iso, newRow } from "./rows.ts";
import type { Tables } from "./tables.ts";

/** What one statement takes on every engine. */
const BATCH = 500;

type Scrub = (text: string) => string;

/** As Ledger's `record` promises it, in one transaction. */
export async function record(
  tx: Kysely<Tables>,
  { incident, opens, beside, update, inputs, deliveries, journal: entries = [] }: NewUpdate,
  scrub: Scrub,
): Promise<Awaited<ReturnType<Ledger["record"]>>> {
  if (update.key !== null) {
    const used = await tx.selectFrom("updates").select("id").where("key", "=", update.key).executeTakeFirst();
    if (used !== undefined) return "key-taken";
  }
  const known = await tx
    .selectFrom("incidents")
    .select(["id", "security"])
    .where("id", "=", incident.id)
    .executeTakeFirst();
  if (opens && known !== undefined) return "id-taken";
  if (opens && beside !== undefined) {
    const open = await openIncidents(tx);
    if (open.some((other) => !beside.includes(other.id) && isAlike(other, incident))) return "already-open";
  }
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
    security: incident.security ? 1 : 0,
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
  // Public words that still waited when an incident became one of security are not said any more.
  if (incident.security && known?.security === 0)
    await tx
      .updateTable("deliveries")
      .set({ state: "superseded", reason: `closed by update ${update.number}: an incident of security` })
      .where("incident_id", "=", incident.id)
      .where("audience", "=", "public")
      .where("state", "in", ["planned", "waiting", "refused"])
      .execute();
  const rows = deliveries.map((delivery, position) => newRow(delivery, position, incident.id, update));
  for (let start = 0; start < rows.length; start += BATCH)
    await tx
      .insertInto("deliveries")
      .values(rows.slice(start, start + BATCH))
      .execute();
  await enter(tx, entries, scrub);
  return "recorded";
}
