import type { Place } from "../channels/contract.ts";
import type { Delivery } from "./ledger.ts";

/**
 * Where a post of update `number` belongs among the channel's posts on the incident (all parts, oldest first).
 * The first post that is out opens the thread, whatever its update's number; one that was taken away is passed over.
 */
export function placeOf(deliveries: readonly Delivery[], part: string, number: number): Place {
  const earlier = standing(deliveries, number).filter((delivery) => delivery.part === part);
  return { root: earlier[0]?.receipt ?? null, previous: earlier.at(-1)?.receipt ?? null };
}

/** The subject of the channel's first post that is out; null where the next one opens the thread. */
export function rootSubjectOf(deliveries: readonly Delivery[], number: number): string | null {
  return standing(deliveries, number)[0]?.subject ?? null;
}

/** The posts before update `number` that are out and still there, as far as is known. */
function standing(deliveries: readonly Delivery[], number: number): Delivery[] {
  const removed = new Set(
    deliveries
      .filter(({ effect, state }) => effect === "remove" && state === "sent")
      .map(({ target }) => target),
  );
  return deliveries.filter(
    ({ id, effect, updateNumber, receipt }) =>
      effect === "post" && updateNumber < number && receipt !== null && !removed.has(id),
  );
}
