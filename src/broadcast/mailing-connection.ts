import { setTimeout as sleep } from "node:timers/promises";
import { ChannelError, LIST_PART, type Mailing, type Outlet, type Place } from "../channels/contract.ts";
import type { Delivery } from "./ledger.ts";

/** How long a server that takes no connection is asked again. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** A place for one connection. */
export interface Line {
  outlet: Outlet | null;
}

export function hangUp(line: Line): void {
  line.outlet?.close();
  line.outlet = null;
}

/**
 * A conversation with the server, which is asked again for a minute where it gives none; null where `ending` comes before.
 * Throws the ChannelError that the server gave last, at once where it refuses.
 */
export async function connect(
  mailing: Mailing,
  { post }: Delivery,
  place: Place,
  ending: AbortSignal,
  stopped: AbortSignal,
): Promise<Outlet | null> {
  const until = Date.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; !ending.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await mailing.open(post!, place, stopped);
    } catch (error) {
      if (!(error instanceof ChannelError) || error.fate === "refused" || Date.now() + pauseMs > until)
        throw error;
      await sleep(pauseMs, undefined, { signal: ending }).catch(() => {});
    }
  }
  return null;
}

/**
 * Where a mailing belongs among `told`, the channel's deliveries on the incident. It refers to all mailings before, whoever they have
 * reached: an id that a reader's program does not know does no harm.
 */
export function mailingPlaceOf(told: readonly Delivery[], updateNumber: number, mailing: Mailing): Place {
  const before = told.filter(
    ({ part, effect, state, ...row }) =>
      part === LIST_PART && effect === "post" && row.updateNumber < updateNumber && state !== "skipped",
  );
  const receiptOf = (row: Delivery | undefined) => (row?.post == null ? null : mailing.receipt(row.post));
  return { root: receiptOf(before[0]), previous: receiptOf(before.at(-1)) };
}
