import type { Kysely, Selectable } from "kysely";
import { isProvablyDead } from "../base/process-identity.ts";
import type { Chunk, Exception, RecipientState } from "../broadcast/mailings.ts";
import type { ChunkTable, Tables } from "./tables.ts";

/** How long a server that said "later" is left in peace, each time; after the last the recipient is given up. */
export const AGAIN_MS = [1, 5, 15, 30, 60].map((minutes) => minutes * 60_000);

/** What the leases of those who send are named by. */
export const SESSION = "mailing:";

/** The leases of those who have been heard of, and whose process has not ended. */
export async function livingSessions(db: Kysely<Tables>, now: number): Promise<Set<string>> {
  const rows = await db
    .selectFrom("leases")
    .selectAll()
    .where("name", "like", `${SESSION}%`)
    .where("until", ">", new Date(now).toISOString())
    .execute();
  return new Set(
    rows.filter(({ owner }) => owner !== null && !isProvablyDead(owner)).map(({ name }) => name),
  );
}

type Range = Pick<Selectable<ChunkTable>, "mailing" | "number" | "first" | "last">;

/** Counts a chunk's recipients anew, from their rows. */
export async function recount(
  tx: Kysely<Tables>,
  { mailing, number, first, last }: Range,
): Promise<Record<RecipientState, number>> {
  const rows = await tx
    .selectFrom("recipients")
    .select(["state", ({ fn }) => fn.countAll().as("count")])
    .where("mailing", "=", mailing)
    .where("number", ">=", first)
    .where("number", "<=", last)
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
    .where("mailing", "=", mailing)
    .where("number", "=", number)
    .execute();
  return counts;
}

/**
 * Ends what the chunk's owner was doing: all before the one in flight were reached, save those whose rows say otherwise. Of an owner
 * that gives it back (`left`) nothing is in flight any more; of one that died (null) that one may have been reached.
 */
export async function settleChunk(
  tx: Kysely<Tables>,
  chunk: Selectable<ChunkTable>,
  left: { readonly next: number } | null,
  now: number,
): Promise<void> {
  const { doing, in_flight } = chunk;
  if (doing !== null && (left !== null || in_flight !== null)) {
    const mine = () =>
      tx
        .updateTable("recipients")
        .where("mailing", "=", chunk.mailing)
        .where("number", ">=", chunk.first)
        .where("number", "<=", chunk.last)
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
    .where("mailing", "=", chunk.mailing)
    .where("number", ">=", chunk.first)
    .where("number", "<=", chunk.last)
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
    .where("mailing", "=", chunk.mailing)
    .where("number", "=", chunk.number)
    .execute();
}

const SENDER_DIED = JSON.stringify({
  code: "SENDER_DIED",
  message: "whoever was sending this ended before it could record the outcome",
  hint: null,
  retryAt: null,
});

function pauseAfter(tries: unknown): number | null {
  return tries === null ? null : AGAIN_MS[Math.max(0, Math.min(Number(tries), AGAIN_MS.length) - 1)]!;
}

/** Writes who was not reached; the mailboxes that are not there are suppressed from now on. */
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
      .select(["recipients.mailbox", "recipients.tries", "mailings.channel"])
      .where("recipients.mailing", "=", chunk.mailing)
      .where("recipients.number", "=", number)
      .executeTakeFirstOrThrow();
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
