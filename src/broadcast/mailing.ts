import type { Delivery } from "./ledger.ts";
import { Sender } from "./mailing-sender.ts";
import type { MailingContext } from "./mailing-session.ts";
import { canGoOn, forgotten, wasBegun } from "./mailings.ts";
import { misfitOf } from "./misfit.ts";

/**
 * Takes a delivery to a list as far as it can go: reads the list, and sends to everybody on it who was not reached, one mail each.
 * Any number of processes may do so at once. Ends when all are settled, when those who are left must wait, when the
 * server cannot be used, or when it is stopped; called again, it goes on there. Returns the row as the ledger has it.
 */
export async function carryMailing(deliveryId: string, context: MailingContext): Promise<Delivery> {
  const { ledger, mailings, speaker } = context;
  const delivery = await ledger.delivery(deliveryId);
  const mailing = speaker.channel.mailing;
  if (delivery === null || mailing === undefined) throw new Error(`delivery ${deliveryId} goes to no list`);
  if (!canGoOn(delivery)) return delivery;
  const misfit = misfitOf(delivery, speaker);
  if (misfit !== null) {
    if (delivery.state !== "sent")
      await ledger.move(deliveryId, delivery.state, { state: "refused", error: misfit }, context.now());
    return (await ledger.delivery(deliveryId)) ?? delivery;
  }
  if (!(await mailings.begin(deliveryId, delivery.channel, wasBegun(delivery)))) {
    const error = forgotten(delivery.channel);
    await ledger.move(deliveryId, delivery.state, { state: "unknown", error }, context.now());
    return (await ledger.delivery(deliveryId)) ?? delivery;
  }
  const sender = await Sender.join(delivery, mailing, context);
  try {
    await sender.carry();
  } finally {
    await sender.leave();
  }
  return (await ledger.delivery(deliveryId)) ?? delivery;
}
