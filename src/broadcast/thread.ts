import type { Place } from "../channels/contract.ts";
import type { Delivery } from "./ledger.ts";

/**
 * Where a post of update `number` belongs among the channel's posts on the incident (all parts, oldest first).
 * The first post that is out opens the thread, whatever its update's number.
 */
export function placeOf(deliveries: readonly Delivery[], part: string, number: number): Place {
  const earlier = deliveries.filter(
    (delivery) => delivery.part === part && delivery.updateNumber < number && delivery.receipt !== null,
  );
  return {
    root: earlier[0]?.receipt ?? null,
    previous: earlier.at(-1)?.receipt ?? null,
  };
}

/** The subject of the channel's first post that may be out; null where the next one opens the thread. */
export function rootSubjectOf(deliveries: readonly Delivery[], number: number): string | null {
  return (
    deliveries.find((delivery) => delivery.updateNumber < number && delivery.receipt !== null)?.subject ??
    null
  );
}
