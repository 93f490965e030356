import type { Kysely } from "kysely";
import type { Reading } from "../channels/contract.ts";
import { readingOf } from "./rows.ts";
import type { Tables } from "./tables.ts";

export async function readings(db: Kysely<Tables>): Promise<readonly Reading[]> {
  return (await db.selectFrom("readings").selectAll().orderBy("url").execute()).map(readingOf);
}

/** A failed try keeps what was read before. */
export async function noteReading(
  tx: Kysely<Tables>,
  { url, triedAt, readAt, fault, report }: Reading,
  scrub: (text: string) => string,
): Promise<void> {
  const tried = { tried_at: triedAt.toISOString(), fault: fault === null ? null : scrub(fault) };
  const read = readAt === null ? {} : { read_at: readAt.toISOString(), report: JSON.stringify(report) };
  await tx
    .insertInto("readings")
    .values({ url, read_at: null, report: null, ...tried, ...read })
    .onConflict((conflict) => conflict.column("url").doUpdateSet({ ...tried, ...read }))
    .execute();
}
