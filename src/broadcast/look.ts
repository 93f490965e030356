import { setTimeout as sleep } from "node:timers/promises";
import { deadline } from "../base/deadline.ts";
import { ChannelError, type Search } from "../channels/contract.ts";
import type { BroadcastContext, Speaker } from "./context.ts";
import type { Delivery } from "./ledger.ts";
import { placeOf } from "./thread.ts";

/** For a key whose ledger vanished: how far back its posts are looked for. */
const LOOK_BACK_MS = 24 * 3_600_000;

/**
 * Looks for a post that may already be out, and records what is certain.
 * True where the row moved: to `sent` or `pending` because the post was found, or from `unknown` to `waiting` because it surely is not there.
 * A search proves absence only when it saw everything since the first attempt and began a settle time after the attempt ended.
 */
export async function look(
  delivery: Delivery,
  speaker: Speaker,
  context: BroadcastContext,
): Promise<boolean> {
  const { channel } = speaker;
  if (channel.find === undefined || delivery.post === null) return false;
  if (
    delivery.lastAttemptAt !== null &&
    delivery.state === "unknown" &&
    !(await settle(delivery.lastAttemptAt, speaker.timeoutMs, context))
  )
    return false;
  context.watch({ type: "looking", delivery });
  const told = await context.ledger.deliveries({
    incidentId: delivery.incidentId,
    channel: delivery.channel,
  });
  const place = placeOf(told, delivery.part, delivery.updateNumber);
  const since = lookFrom(delivery.firstAttemptAt, context.clock.now());
  let search: Search;
  const limit = deadline(speaker.timeoutMs, context.stopped);
  try {
    search = await channel.find(delivery.post, place, since, limit.signal);
  } catch (error) {
    if (error instanceof ChannelError) return false;
    throw error;
  } finally {
    limit.end();
  }
  const now = context.clock.now();
  // Where posts are told by their words, one that says the same is found as well: neither ours, nor a proof that ours is not there.
  if (search.found !== null && (await context.ledger.isOfAnother(delivery, search.found.remoteId)))
    return false;
  if (search.found !== null) {
    const state = search.found.pending === true ? "pending" : "sent";
    if (state === delivery.state) return false;
    return context.ledger.move(
      delivery.id,
      delivery.state,
      { state, receipt: search.found, error: null, reason: null, attempt: delivery.attempts },
      now,
    );
  }
  if (delivery.state !== "unknown" || !search.conclusive) return false;
  return context.ledger.move(
    delivery.id,
    "unknown",
    { state: "waiting", reason: "looked for it: it is not there", attempt: delivery.attempts },
    now,
  );
}

/**
 * Before the first attempts under a caller's key: looks whether it has spoken before, with a ledger that is gone.
 * Where any post of it is found, the channels that cannot be looked up become unknown: only a person may repeat those.
 */
export async function lookAround(deliveries: readonly Delivery[], context: BroadcastContext): Promise<void> {
  const fresh = deliveries.filter(
    ({ state, attempts, effect }) => state === "planned" && attempts === 0 && effect === "post",
  );
  const canLook = (delivery: Delivery) => context.speakers.get(delivery.channel)?.channel.find !== undefined;
  const found = await Promise.all(
    fresh.filter(canLook).map((delivery) => {
      const speaker = context.speakers.get(delivery.channel)!;
      return speaker.setAside === null ? look(delivery, speaker, context) : false;
    }),
  );
  if (!found.includes(true)) return;
  for (const { id, channel, attempts } of fresh.filter((delivery) => !canLook(delivery)))
    await context.ledger.move(
      id,
      "planned",
      {
        state: "unknown",
        attempt: attempts,
        error: {
          code: "SPOKEN_WITHOUT_A_LEDGER",
          message:
            "this key has spoken before, the ledger of that is gone, and this channel cannot be looked up",
          hint: `to send it once more: status retry --resend-unknown ${channel}`,
          retryAt: null,
        },
      },
      context.clock.now(),
    );
}

/** When to look from. A clock that went back since the first attempt cannot date it: then as far back as for a lost ledger. */
function lookFrom(firstAttemptAt: Date | null, now: Date): Date {
  return firstAttemptAt !== null && firstAttemptAt <= now
    ? firstAttemptAt
    : new Date(now.getTime() - LOOK_BACK_MS);
}

/** Waits until a search can count; false where the deadline or Ctrl-C comes first. */
async function settle(lastAttemptAt: Date, timeoutMs: number, context: BroadcastContext): Promise<boolean> {
  const wait = lastAttemptAt.getTime() + context.settleMs - context.ledger.now();
  // An attempt never ends further ahead than its own time-out: more than that is a clock that went back.
  const pause = Math.min(wait, timeoutMs + context.settleMs);
  if (pause <= 0) return true;
  if (Date.now() + pause >= context.deadline || context.stopping.aborted) return false;
  await sleep(pause, undefined, { signal: context.stopping }).catch(() => {});
  return !context.stopping.aborted;
}
