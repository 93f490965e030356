import { type Case, debts, promiseInForce } from "../../cadence/due.ts";
import type { CadencePolicy } from "../../cadence/policy.ts";
import { makerOf } from "../../cadence/reminders.ts";
import { isOpen } from "../../incident/incident.ts";
import { resumesAt } from "./resume.ts";

/** How soon to look again at what somebody is saying at this moment. */
const SOON_MS = 2000;

/**
 * When an incident may next need something that it does not need now: a reminder, a promised word, a step of planned work,
 * another try. Never too late; a look too early costs nothing. Null where nothing lies ahead.
 */
export function nextLook(each: Case, now: Date, policy: CadencePolicy): Date | null {
  const { incident, updates, deliveries } = each;
  const newest = updates.at(-1);
  if (newest === undefined) return null;
  const beingSaid = deliveries.some(
    ({ updateId, state }) => updateId === newest.id && (state === "planned" || state === "sending"),
  );
  const times = [
    ...(beingSaid && (isOpen(incident) || newest.verb === "follow-up") ? [now.getTime() + SOON_MS] : []),
    resumesAt(each)?.getTime() ?? 0,
    ...(isOpen(incident) ? dueTimes(each, now, policy) : []),
  ].filter((at) => at > now.getTime());
  return times.length === 0 ? null : new Date(Math.min(...times));
}

function dueTimes(each: Case, now: Date, policy: CadencePolicy): number[] {
  const { incident, updates } = each;
  const newest = updates.at(-1)!;
  const { madeBy } = promiseInForce(each);
  const makers = [madeBy, newest.keeps].flatMap((number) =>
    number === null ? [] : (makerOf(each, number) ?? []),
  );
  const made = [incident.startedAt, newest.at, ...makers.map(({ at }) => at)];
  const owed = debts([each], [], now, Number.POSITIVE_INFINITY, policy).map(({ dueAt }) => dueAt);
  // Words that nobody has heard yet promise nothing yet.
  const planned = incident.type === "maintenance" ? [incident.startedAt, incident.endsAt] : [];
  const ahead = [...planned, newest.standing.nextUpdateAt, ...owed];
  return ahead.flatMap((due) => {
    const at = due?.getTime() ?? 0;
    // A reminder comes `remindBefore` ahead, or half-way where the promise was for less than twice that.
    const halfWay = made.map((since) => Math.ceil((since.getTime() + at) / 2));
    return [at, ...halfWay.map((half) => Math.max(half, at - policy.remindBefore))];
  });
}
