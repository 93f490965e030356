import type { BroadcastContext } from "./context.ts";
import type { Delivery } from "./ledger.ts";
import { forgotten, LIST_FORGOTTEN, WAITS_FOR_LEDGER, wasBegun } from "./mailings.ts";

/** A list takes too long for others to wait: the delivery waits, and is carried by itself. */
export async function leaveToMailing(delivery: Delivery, context: BroadcastContext): Promise<Delivery> {
  const { id, state, channel, error } = delivery;
  const { mailings } = context.ledger;
  const chosen = context.resendUnknown.has(channel);
  const again = state === "unknown" && chosen;
  if (state === "waiting" && chosen) await mailings?.resendUnknown(id);
  if (state !== "planned" && state !== "refused" && !again) return delivery;
  if (again) {
    const withdrawn = await withdrawnBy(delivery, context);
    if (withdrawn !== null) return leaveWithdrawn(delivery, withdrawn, context);
    // Whoever chose to send to a few must not have chosen to send to all.
    const known = (await mailings?.progress(id)) ?? null;
    if (known === null && error?.code !== LIST_FORGOTTEN && wasBegun(delivery))
      return move(delivery, { state: "unknown", error: forgotten(channel) }, context);
    await mailings?.resendUnknown(id);
  }
  // What was refused as a whole may have been mended in the list.
  if (state === "refused") await mailings?.collected(id, false);
  return move(delivery, { state: "waiting", reason: reasonToWait(delivery, context), error: null }, context);
}

/** One that was begun keeps saying so, unless a person has chosen to begin it again. */
function reasonToWait(delivery: Delivery, { ledger }: BroadcastContext): string | null {
  const { reason, error } = delivery;
  const far = wasBegun(delivery) && error?.code !== LIST_FORGOTTEN ? reason : null;
  if (ledger.mailings !== null || far?.includes(WAITS_FOR_LEDGER)) return far;
  return far === null ? WAITS_FOR_LEDGER : `${far}; ${WAITS_FOR_LEDGER}`;
}

/** The number of the update that corrects or withdraws this mailing; null where none does. */
async function withdrawnBy(
  { id, incidentId, channel }: Delivery,
  { ledger }: BroadcastContext,
): Promise<number | null> {
  const told = await ledger.deliveries({ incidentId, channel });
  return told.find(({ target, state }) => target === id && state !== "skipped")?.updateNumber ?? null;
}

/** Whoever may have got words that were withdrawn since hears that, and not the words again. */
function leaveWithdrawn(delivery: Delivery, by: number, context: BroadcastContext): Promise<Delivery> {
  const { reason } = delivery;
  const told = [`overtaken by update ${by}`, ...(reason === null ? [] : [reason])].join("; ");
  return move(delivery, { state: "superseded", reason: told, error: null }, context);
}

async function move(
  delivery: Delivery,
  to: Parameters<BroadcastContext["ledger"]["move"]>[2],
  { ledger, clock }: BroadcastContext,
): Promise<Delivery> {
  await ledger.move(delivery.id, delivery.state, to, clock.now());
  return (await ledger.delivery(delivery.id)) ?? delivery;
}
