import type { Kysely } from "kysely";
import type { Chunk, Exception } from "../broadcast/mailings.ts";
import { type ChunkRow, errorText, isChunk, isInChunk } from "./mailing-rows.ts";
import type { Tables } from "./tables.ts";

/** How long a server that said "later" is left in peace, each time; after the last the recipient is given up. */
export const AGAIN_MS = [1, 5, 15, 30, 60].map((minutes) => minutes * 60_000);

const SENDER_DIED = errorText(
  "SENDER_DIED",
  "whoever was sending this ended before it could record the outcome",
);

/**
 * Writes who was not reached; the mailboxes that are not there are suppressed from now on. Done again it changes nothing: under
 * one token a recipient is tried once.
 */
export async function writeExceptions(
  tx: Kysely<Tables>,
  chunk: Chunk,
  exceptions: readonly Exception[],
  now: number,
  scrub: (text: string) => string,
): Promise<void> {
  for (const { number, state, error, lasting } of exceptions) {
    const row = await tx
      .selectFrom("recipients")
      .innerJoin("mailings", "mailings.number", "recipients.mailing")
      .select(["recipients.mailbox", "recipients.tries", "recipients.token", "mailings.channel"])
      .where("recipients.mailing", "=", chunk.mailing)
      .where("recipients.number", "=", number)
      .executeTakeFirstOrThrow();
    if (row.token >= chunk.token) continue;
    const tries = row.tries + (state === "waiting" ? 1 : 0);
    const given = state === "waiting" && tries > AGAIN_MS.length;
    const told = given ? { ...error, message: `given up after ${tries} tries: ${error.message}` } : error;
    await tx
      .updateTable("recipients")
      .set({
        state: given ? "refused" : state,
        error: scrub(JSON.stringify(told)),
        ...{ tries, token: chunk.token },
      })
      .where("mailing", "=", chunk.mailing)
      .where("number", "=", number)
      .execute();
    if (lasting)
      await tx
        .insertInto("suppressions")
        .values({
          ...{ channel: row.channel, mailbox: row.mailbox, reading: null },
          ...{ reason: scrub(error.message), at: new Date(now).toISOString() },
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }
}

/**
 * Ends what the chunk's owner was doing: all before the one in flight were reached, except those whose rows say otherwise. Of an owner
 * that gives it back (`left`) nothing is in flight any more; of one that died (null) that one may have been reached.
 */
export async function settleChunk(
  tx: Kysely<Tables>,
  chunk: ChunkRow,
  left: { readonly next: number } | null,
  now: number,
): Promise<void> {
  const { doing, in_flight } = chunk;
  if (doing !== null && (left !== null || in_flight !== null)) {
    const mine = () =>
      tx
        .updateTable("recipients")
        .where(isInChunk(chunk))
        .where("state", "=", doing)
        .where("token", "<", chunk.token);
    await mine()
      .set({ state: "sent", error: null, token: chunk.token })
      .where("number", "<", left?.next ?? in_flight!)
      .execute();
    if (left === null)
      await mine()
        .set({ state: "unknown", error: SENDER_DIED, token: chunk.token })
        .where("number", "=", in_flight)
        .execute();
  }
  const { tries } = await tx
    .selectFrom("recipients")
    .select(({ fn }) => fn.max("tries").as("tries"))
    .where(isInChunk(chunk))
    .where("state", "=", "waiting")
    .executeTakeFirstOrThrow();
  // Those that are tried again and were not come to, are due as they were.
  const pause = doing === "waiting" && left !== null && left.next <= chunk.last ? 0 : pauseAfter(tries);
  await tx
    .updateTable("chunks")
    .set({
      ...{ session: null, doing: null, in_flight: null },
      ...(chunk.again_at === null || doing === "waiting"
        ? { again_at: pause === null ? null : new Date(now + pause).toISOString() }
        : {}),
    })
    .where(isChunk(chunk))
    .execute();
}

function pauseAfter(tries: unknown): number | null {
  return tries === null ? null : AGAIN_MS[Math.max(0, Math.min(Number(tries), AGAIN_MS.length) - 1)]!;
}
