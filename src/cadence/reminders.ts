import { type Case, type Debt, debts, promiseInForce } from "./due.ts";
import type { CadencePolicy } from "./policy.ts";

/** Something that colleagues should know of now. */
export interface DueReminder {
  /** The number of the update that made the promise, or `acknowledgement`. */
  readonly promise: string;
  readonly kind: "before" | "after";
  readonly debt: Debt;
}

/**
 * The notes that are due on an open incident: one before a promise lapses, one after it has. The first comes
 * `policy.remindBefore` ahead; where the promise was for less than twice that, half-way to it.
 * An update that was silent from the start (nothing was promised) asks for none: its own report has said so.
 */
export function dueReminders(each: Case, now: Date, policy: CadencePolicy): DueReminder[] {
  const near = debts([each], [], now, policy.remindBefore, policy);
  return near.flatMap((debt): DueReminder[] => {
    const promise = promiseOf(each, debt);
    if (promise === null) return [];
    if (debt.overdue) return [{ promise: promise.name, kind: "after", debt }];
    const ahead = Math.min(policy.remindBefore, (debt.dueAt.getTime() - promise.madeAt.getTime()) / 2);
    const begins = debt.dueAt.getTime() - ahead;
    return begins <= now.getTime() && ahead > 0 ? [{ promise: promise.name, kind: "before", debt }] : [];
  });
}

/** Which promise a debt is about, and since when it stands; null where it is about none. */
function promiseOf(each: Case, { kind, silent }: Debt): { name: string; madeAt: Date } | null {
  const { incident, updates } = each;
  if (kind === "acknowledgement") return { name: "acknowledgement", madeAt: incident.startedAt };
  const number = silent.length > 0 ? (updates.at(-1)?.keeps ?? null) : promiseInForce(each).madeBy;
  const made = number === null ? undefined : makerOf(each, number);
  return made === undefined ? null : { name: String(made.number), madeAt: made.at };
}

/** A correction repeats the promise of what it corrects; the reminder of it was given already. */
export function makerOf(
  { updates }: Pick<Case, "updates">,
  number: number,
): Case["updates"][number] | undefined {
  const update = updates.find((candidate) => candidate.number === number);
  if (update === undefined || (update.verb !== "correct" && update.verb !== "retract")) return update;
  const before = updates.findLast((candidate) => candidate.number < number);
  const same = before?.standing.nextUpdateAt?.getTime() === update.standing.nextUpdateAt?.getTime();
  return before !== undefined && same ? makerOf({ updates }, before.number) : update;
}
