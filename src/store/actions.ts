import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { ActionChoice } from "../broadcast/ledger.ts";
import type { Action } from "../incident/action.ts";
import { date, iso } from "./rows.ts";
import type { ActionTable, Tables } from "./tables.ts";

/** As Ledger's `actions` promises it. */
export async function actions(
  db: Kysely<Tables>,
  { incidentId, idBegins, open, public: told }: ActionChoice = {},
): Promise<Action[]> {
  let query = db.selectFrom("actions").selectAll();
  if (incidentId !== undefined) query = query.where("incident_id", "=", incidentId);
  if (idBegins !== undefined)
    query = query.where(sql<SqlBool>`substr(id, 1, ${sql.lit(idBegins.length)}) = ${idBegins}`);
  if (open === true) query = query.where("done_at", "is", null);
  if (told === true) query = query.where("public", "=", 1);
  return (await query.orderBy("added_at").orderBy("id").execute()).map(actionOf);
}

/** As Ledger's `carryOutAction`, without the entry. */
export async function carryOutAction(tx: Kysely<Tables>, id: string, doneAt: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("actions")
    .set({ done_at: doneAt.toISOString() })
    .where("id", "=", id)
    .where("done_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** As Ledger's `dropAction`, without the entry. */
export async function dropOpenAction(tx: Kysely<Tables>, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("actions")
    .where("id", "=", id)
    .where("done_at", "is", null)
    .executeTakeFirst();
  return numDeletedRows > 0n;
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
