import {
  type Expression,
  expressionBuilder,
  type Kysely,
  type Selectable,
  type SqlBool,
  type UpdateQueryBuilder,
  type UpdateResult,
} from "kysely";
import type { DeliveryError } from "../broadcast/ledger.ts";
import type { RecipientState } from "../broadcast/mailings.ts";
import type { Database } from "./database.ts";
import type { ChunkTable, Tables } from "./tables.ts";

/** So many rows in one statement: engines bound the values of one. */
export const ROWS_AT_ONCE = 250;

export type ChunkRow = Selectable<ChunkTable>;

/** The mailing of a delivery; undefined where it was never begun. */
export function mailingOf(db: Kysely<Tables>, deliveryId: string) {
  return db.selectFrom("mailings").selectAll().where("delivery_id", "=", deliveryId).executeTakeFirst();
}

/** For the one row of a chunk. */
export function isChunk({ mailing, number }: Pick<ChunkRow, "mailing" | "number">): Expression<SqlBool> {
  return expressionBuilder<Tables, "chunks">().and({ mailing, number });
}

/** For the rows of a chunk's recipients. */
export function isInChunk({
  mailing,
  first,
  last,
}: Pick<ChunkRow, "mailing" | "first" | "last">): Expression<SqlBool> {
  const row = expressionBuilder<Tables, "recipients">();
  return row.and([row("mailing", "=", mailing), row("number", ">=", first), row("number", "<=", last)]);
}

/** An error that is found here and not by a channel, as it stands in a row. */
export function errorText(code: string, message: string): string {
  return JSON.stringify({ code, message, hint: null, retryAt: null } satisfies DeliveryError);
}

/** Counts a chunk's recipients anew, from their rows. */
export async function recount(
  tx: Kysely<Tables>,
  chunk: Pick<ChunkRow, "mailing" | "number" | "first" | "last">,
): Promise<Record<RecipientState, number>> {
  const rows = await tx
    .selectFrom("recipients")
    .select(["state", ({ fn }) => fn.countAll().as("count")])
    .where(isInChunk(chunk))
    .groupBy("state")
    .execute();
  const of = (state: RecipientState) => Number(rows.find((row) => row.state === state)?.count ?? 0);
  const counts = {
    planned: of("planned"),
    sent: of("sent"),
    waiting: of("waiting"),
    refused: of("refused"),
    unknown: of("unknown"),
    suppressed: of("suppressed"),
    invalid: of("invalid"),
  };
  await tx
    .updateTable("chunks")
    .set({ ...counts, reached: 0, ...(counts.waiting === 0 ? { again_at: null } : {}) })
    .where(isChunk(chunk))
    .execute();
  return counts;
}

/** Changes recipients chunk by chunk, in all that have one in this state. */
export async function eachChunk(
  database: Database,
  deliveryId: string,
  state: RecipientState,
  change: (rows: UpdateQueryBuilder<Tables, "recipients", "recipients", UpdateResult>) => Promise<unknown>,
): Promise<void> {
  const mailing = await mailingOf(database.db, deliveryId);
  if (mailing === undefined) return;
  const chunks = await database.db
    .selectFrom("chunks")
    .selectAll()
    .where("mailing", "=", mailing.number)
    .where(state, ">", 0)
    .execute();
  for (const chunk of chunks)
    await database.write(async (tx) => {
      await change(tx.updateTable("recipients").where(isInChunk(chunk)));
      await recount(tx, chunk);
    });
}
