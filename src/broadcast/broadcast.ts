import pLimit from "p-limit";
import { StatusError } from "../base/errors.ts";
import type { BroadcastContext } from "./context.ts";
import { deliver } from "./deliver.ts";
import type { Delivery } from "./ledger.ts";
import { lookAround } from "./look.ts";
import { byChannel } from "./report.ts";

/** Posts of one delivery that go to different addresses at once. */
const PARTS_AT_ONCE = 4;
/** Of more than these, a process would come to reading some answers only after their time. */
const CHANNELS_AT_ONCE = 100;

/**
 * Speaks on all channels at once; ends when each delivery is settled or the deadline has come.
 * No channel waits for another, save beyond a hundred. Returns the rows as the ledger has them.
 * Where the ledger fails, the other channels are still finished; then its StatusError is thrown, with what is known of each.
 */
export async function broadcast(
  deliveries: readonly Delivery[],
  context: BroadcastContext,
): Promise<Delivery[]> {
  const begun = new Set<string>();
  const watched: BroadcastContext = {
    ...context,
    watch(event) {
      if (event.type === "sending") begun.add(event.delivery.id);
      context.watch(event);
    },
  };
  if (context.lookFirst) await lookAround(deliveries, watched);
  const done: Delivery[] = [];
  const failed: { delivery: Delivery; error: unknown }[] = [];
  const channels = pLimit(CHANNELS_AT_ONCE);
  await channels.map([...byChannel(deliveries).values()], (parts) =>
    pLimit(PARTS_AT_ONCE).map(parts, async (delivery) => {
      try {
        done.push(await deliver(delivery, watched));
      } catch (error) {
        failed.push({ delivery, error });
      }
    }),
  );
  const [first] = failed;
  if (first === undefined) return done;
  if (!(first.error instanceof StatusError)) throw first.error;
  const names = (rows: readonly Delivery[]) => [...new Set(rows.map(({ channel }) => channel))].join(", ");
  const known: [string, Delivery[]][] = [
    ["Sent", done.filter(({ state }) => state === "sent")],
    [
      "May be out, without a record of it",
      failed.map(({ delivery }) => delivery).filter(({ id }) => begun.has(id)),
    ],
    ["Not sent", failed.map(({ delivery }) => delivery).filter(({ id }) => !begun.has(id))],
  ];
  const told = known.filter(([, rows]) => rows.length > 0).map(([word, rows]) => `${word}: ${names(rows)}.`);
  const { blame, code, message } = first.error;
  throw new StatusError(
    blame,
    code,
    [message, ...told].join(" "),
    "Mend that, then type: status retry — it looks before it says anything again.",
    first.error,
  );
}
