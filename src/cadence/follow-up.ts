import type { DeliveryStanding } from "../broadcast/ledger.ts";
import { isOpen } from "../incident/incident.ts";
import { type Case, promiseInForce } from "./due.ts";

/** What a scripted follow-up does about an open incident now. */
export type Turn =
  /** Its words are due. */
  | { readonly act: "speak"; readonly at: Date }
  /** The newest words must be heard first, here. */
  | { readonly act: "retry"; readonly silent: readonly string[] }
  /** Somebody is speaking at this moment. */
  | { readonly act: "leave" }
  /** Until then; null where nothing was promised. */
  | { readonly act: "wait"; readonly until: Date | null };

/** What was recorded so recently is still being said: longer than a broadcast takes by itself. */
const BEING_SAID_MS = 2 * 60_000;

/**
 * A follow-up speaks where the promise in force has lapsed; where none is and it repeats, `everyMs` after the last word.
 * Words that nobody has heard must be heard first. Where only some channels have missed them, the others are not kept
 * waiting: it passes those channels by (`passedBy`).
 */
export function followUpTurn(each: Case<DeliveryStanding>, now: Date, everyMs: number | null): Turn {
  const newest = each.updates.at(-1);
  if (newest === undefined || !isOpen(each.incident)) return { act: "wait", until: null };
  const { promise, silent, unpaid, newestHeard } = promiseInForce(each);
  const at = promise ?? (everyMs === null ? null : new Date(newest.at.getTime() + everyMs));
  const open = each.deliveries.filter((row) => silent.includes(row.channel) && wouldBeOvertaken(row));
  const age = now.getTime() - newest.at.getTime();
  const inFlight = open.some(
    ({ updateId, state }) => updateId === newest.id && (state === "planned" || state === "sending"),
  );
  if (age >= 0 && age < BEING_SAID_MS && inFlight) return { act: "leave" };
  if (at !== null && at <= now && newestHeard) return { act: "speak", at };
  if (unpaid !== null && unpaid <= now && (!newestHeard || open.length > 0)) return { act: "retry", silent };
  return { act: "wait", until: unpaid !== null && unpaid > now && !newestHeard ? unpaid : at };
}

/**
 * Channels that have still to hear what a person said, with the number of that update: a follow-up would overtake those
 * words there. What may be out already, or awaits moderation, keeps its place whatever is said later; a follow-up's own
 * words may be overtaken by the next.
 */
export function passedBy({
  updates,
  deliveries,
}: Pick<Case<DeliveryStanding>, "updates" | "deliveries">): Map<string, number> {
  const scripted = new Set(updates.filter(({ verb }) => verb === "follow-up").map(({ id }) => id));
  const found = new Map<string, number>();
  for (const row of deliveries)
    if (row.effect === "post" && !scripted.has(row.updateId) && wouldBeOvertaken(row))
      found.set(row.channel, row.updateNumber);
  return found;
}

function wouldBeOvertaken({ state }: DeliveryStanding): boolean {
  return state === "planned" || state === "sending" || state === "waiting" || state === "refused";
}
