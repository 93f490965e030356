import { isProvablyDead } from "../../base/process-identity.ts";
import type { Delivery } from "../../broadcast/ledger.ts";
import type { Case } from "../../cadence/due.ts";
import { LIST_PART } from "../../channels/contract.ts";

/** Words that are recorded and with nobody for so long are taken up; whoever recorded them may still be about to begin. */
const LEFT_MS = 5000;
/** How soon silent channels are tried again; each time twice as late. */
const RETRY_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * The posts of a script's newest words that may be taken further now: left by a sender that is gone, or surely not out and due
 * for another try. What a person said is a person's to try again. `ledgerNow` is the clock of leases; `lookedFor`
 * says how often a post that may be out was looked for.
 */
export function resumable(
  each: Case,
  now: Date,
  ledgerNow: number,
  lookedFor: (id: string) => number = () => 0,
): Delivery[] {
  return ownWords(each).filter((row) => {
    if (row.state === "sending") return isLeft(row, ledgerNow);
    const attempts = row.attempts + (row.state === "unknown" ? lookedFor(row.id) : 0);
    const at = triesAt({ ...row, attempts }, each.updates.at(-1)!.at);
    return at !== null && at <= now;
  });
}

/** When the next of them may be; null where none will be by itself. */
export function resumesAt(each: Case): Date | null {
  const times = ownWords(each).flatMap((row) => triesAt(row, each.updates.at(-1)!.at)?.getTime() ?? []);
  return times.length === 0 ? null : new Date(Math.min(...times));
}

function ownWords({ updates, deliveries }: Case): Delivery[] {
  const newest = updates.at(-1);
  if (newest?.verb !== "follow-up") return [];
  return deliveries.filter(
    ({ updateId, effect, part, state }) =>
      // A list that waits is carried by itself.
      updateId === newest.id && effect === "post" && !(part === LIST_PART && state === "waiting"),
  );
}

function isLeft({ owner, leaseUntil }: Delivery, ledgerNow: number): boolean {
  return owner === null || leaseUntil === null || isProvablyDead(owner) || leaseUntil.getTime() < ledgerNow;
}

/** All workers count alike: from the update's own time, by the number of tries that the ledger has. */
function triesAt({ state, attempts, error }: Delivery, said: Date): Date | null {
  if (state === "planned") return new Date(said.getTime() + LEFT_MS);
  if (state !== "waiting" && state !== "refused" && state !== "unknown") return null;
  let pause = 0;
  for (let turn = 0; turn < Math.max(1, attempts); turn++)
    pause += Math.min(RETRY_MS * 2 ** turn, LONGEST_PAUSE_MS);
  return new Date(Math.max(said.getTime() + pause, error?.retryAt?.getTime() ?? 0));
}
