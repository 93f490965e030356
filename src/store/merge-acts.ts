import type { Kysely, Selectable } from "kysely";
import type { Act } from "../broadcast/journal.ts";
import { dropAction, keepActionRow } from "./actions.ts";
import type { Acts } from "./incident-rows.ts";
import { enterRows } from "./journal.ts";
import type { ActionTable, JournalTable, Tables } from "./tables.ts";

type Entry = Pick<Selectable<JournalTable>, "id" | "at" | "act" | "what">;
type ActionRow = Selectable<ActionTable>;

const ABOUT_ACTIONS: readonly Act[] = ["promised", "changed", "carried-out", "dropped"];
const BATCH = 500;

/**
 * Brings what was entered apart, a union by id, and what was done there to actions.
 *
 * Of an action the side counts whose journal has the newest entry about it, whether that changes it or drops it; so a dropped
 * one stays dropped, unless it was changed later. What either side carried out stays carried out. Where the other ledger knows all
 * entries of this one already, what stands there is newer, and is left as it is.
 */
export async function mergeActs(tx: Kysely<Tables>, apart: Acts): Promise<void> {
  const known = await knownAmong(
    tx,
    apart.journal.map(({ id }) => id),
  );
  const news = apart.journal.filter(({ id }) => !known.has(id));
  await enterRows(tx, news);

  const ids = new Set([
    ...apart.actions.map(({ id }) => id),
    ...news.filter(isAboutAction).map(({ what }) => what!),
  ]);
  const there = await standingOf(tx, [...ids]);
  const here = new Map(apart.actions.map((row) => [row.id, row]));
  const brought = new Set(news.map(({ id }) => id));
  for (const id of ids) {
    const { row: old = null, newest = null } = there.get(id) ?? {};
    const row = here.get(id) ?? null;
    const heardOf = news.some((entry) => isAboutAction(entry) && entry.what === id);
    if (!heardOf) {
      if (row !== null && old === null && newest === null) await keepActionRow(tx, row);
    } else if (newest?.act === "dropped") await dropAction(tx, id);
    else {
      const [first, second] = brought.has(newest!.id) ? [row, old] : [old, row];
      // Where clocks are wrong a side may lack what its newest entry tells of: then it stays.
      const kept = first ?? second;
      if (kept !== null)
        await keepActionRow(tx, { ...kept, done_at: kept.done_at ?? second?.done_at ?? null });
    }
  }
}

function isAboutAction({ act, what }: Entry): boolean {
  return what !== null && ABOUT_ACTIONS.some((each) => each === act);
}

async function knownAmong(tx: Kysely<Tables>, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const batch of batches(ids))
    for (const { id } of await tx.selectFrom("journal").select("id").where("id", "in", batch).execute())
      known.add(id);
  return known;
}

/** What the ledger has of these actions, and its newest entry about each. */
async function standingOf(
  tx: Kysely<Tables>,
  ids: readonly string[],
): Promise<Map<string, { row?: ActionRow; newest?: Entry }>> {
  const found = new Map<string, { row?: ActionRow; newest?: Entry }>();
  for (const batch of batches(ids)) {
    const rows = await tx.selectFrom("actions").selectAll().where("id", "in", batch).execute();
    for (const row of rows) found.set(row.id, { row });
    const entries = await tx
      .selectFrom("journal")
      .select(["id", "at", "act", "what"])
      .where("what", "in", batch)
      .where("act", "in", [...ABOUT_ACTIONS])
      .orderBy("at")
      .orderBy("id")
      .execute();
    for (const entry of entries) found.set(entry.what!, { ...found.get(entry.what!), newest: entry });
  }
  return found;
}

function* batches(ids: readonly string[]): Generator<string[]> {
  for (let start = 0; start < ids.length; start += BATCH) yield ids.slice(start, start + BATCH);
}
