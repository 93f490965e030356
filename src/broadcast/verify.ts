import { setTimeout as sleep } from "node:timers/promises";
import { deadline } from "../base/deadline.ts";
import { ChannelError, type Verdict } from "../channels/contract.ts";
import type { BroadcastContext } from "./context.ts";
import type { Delivery } from "./ledger.ts";
import { placeOf } from "./thread.ts";

/** Vendors show a new post a moment late: `missing` counts only after this. */
const APPEARS_WITHIN_MS = 10_000;

/**
 * Reads sent posts back as the public sees them, and notes what was seen. `not-yet` and `cannot` are no failure.
 * What another ledger sent was found, not sent, by this one: its words may differ, and it is not judged.
 */
export async function verify(deliveries: readonly Delivery[], context: BroadcastContext): Promise<void> {
  await Promise.all(
    deliveries
      .filter(({ state, effect, attempts }) => state === "sent" && effect !== "remove" && attempts > 0)
      .map((delivery) => verifyOne(delivery, context)),
  );
}

async function verifyOne(delivery: Delivery, context: BroadcastContext): Promise<void> {
  const channel = context.speakers.get(delivery.channel)?.channel;
  if (channel === undefined || delivery.receipt === null || delivery.post === null) return;
  let verdict: Verdict = { state: "cannot", note: null };
  if (channel.verify !== undefined) {
    const told = await context.ledger.deliveries({
      incidentId: delivery.incidentId,
      channel: delivery.channel,
    });
    const place = placeOf(told, delivery.part, delivery.updateNumber);
    for (let pause = 300; ; pause *= 2) {
      const left = context.deadline - Date.now();
      if (left <= 0 || context.stopping.aborted) break;
      const limit = deadline(left, context.stopping);
      try {
        verdict = await channel.verify(delivery.receipt, delivery.post, place, limit.signal);
      } catch (error) {
        if (!(error instanceof ChannelError)) throw error;
        verdict = { state: "cannot", note: error.message };
      } finally {
        limit.end();
      }
      const age = context.ledger.now() - (delivery.lastAttemptAt?.getTime() ?? 0);
      if (verdict.state === "missing" && age < APPEARS_WITHIN_MS) verdict = { ...verdict, state: "not-yet" };
      if (verdict.state !== "not-yet" || pause > 2000) break;
      await sleep(pause, undefined, { signal: context.stopping }).catch(() => {});
    }
  }
  await context.ledger.noteVerification(delivery.id, verdict.state);
  const row = await context.ledger.delivery(delivery.id);
  if (row !== null) context.watch({ type: "verified", delivery: row });
}
