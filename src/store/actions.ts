import type { Kysely, Selectable } from "kysely";
import type { Action } from "../incident/action.ts";
import { date, iso } from "./rows.ts";
import type { ActionTable, Tables } from "./tables.ts";

/** Oldest first. */
export async function actions(db: Kysely<Tables>, incidentId?: string): Promise<Action[]> {
  let query = db.selectFrom("actions").selectAll();
  if (incidentId !== undefined) query = query.where("incident_id", "=", incidentId);
  return (await query.orderBy("added_at").orderBy("id").execute()).map(actionOf);
}

export async function keepAction(
  tx: Kysely<Tables>,
  action: Action,
  scrub: (text: string) => string,
): Promise<void> {
  await keepActionRow(tx, {
    id: action.id,
    incident_id: action.incidentId,
    text: scrub(action.text),
    owner: action.owner,
    due_at: iso(action.dueAt),
    public: action.public ? 1 : 0,
    added_at: action.addedAt.toISOString(),
    done_at: iso(action.doneAt),
  });
}

export async function keepActionRow(tx: Kysely<Tables>, row: Selectable<ActionTable>): Promise<void> {
  const { id: _, ...facts } = row;
  await tx
    .insertInto("actions")
    .values(row)
    .onConflict((conflict) => conflict.column("id").doUpdateSet(facts))
    .execute();
}

export async function dropAction(tx: Kysely<Tables>, id: string): Promise<void> {
  await tx.deleteFrom("actions").where("id", "=", id).execute();
}

function actionOf(row: Selectable<ActionTable>): Action {
  return {
    id: row.id,
    incidentId: row.incident_id,
    text: row.text,
    owner: row.owner,
    dueAt: date(row.due_at),
    public: row.public === 1,
    addedAt: new Date(row.added_at),
    doneAt: date(row.done_at),
  };
}
