import pLimit from "p-limit";
import type { BroadcastContext } from "./context.ts";
import { deliver } from "./deliver.ts";
import type { Delivery } from "./ledger.ts";
import { byChannel } from "./report.ts";

/** Posts of one delivery that go to different addresses at once. */
const PARTS_AT_ONCE = 4;

/**
 * Speaks on all channels at once; ends when each delivery is settled or the deadline has come.
 * No channel waits for another. Returns the rows as the ledger has them.
 */
export async function broadcast(
  deliveries: readonly Delivery[],
  context: BroadcastContext,
): Promise<Delivery[]> {
  const channels = byChannel(deliveries);
  const settled = await Promise.all(
    [...channels.values()].map((parts) => {
      const limit = pLimit(PARTS_AT_ONCE);
      return Promise.all(parts.map((delivery) => limit(() => deliver(delivery.id, context))));
    }),
  );
  return settled.flat();
}
