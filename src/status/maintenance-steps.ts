import { refusal, usageError } from "../base/errors.ts";
import { type Incident, isOpen, type Phase } from "../incident/incident.ts";
import { PHASE_WORDS } from "../incident/phases.ts";
import { type SpeakOptions, timeText } from "./options.ts";
import { parseMoment, parsePlannedTimes, parseUntil } from "./planned-time.ts";
import { templateOfPhase } from "./wording.ts";

/** What a command makes of planned work: where it stands after, and the template that says so. */
export interface Step {
  readonly phase: Phase;
  readonly template: string;
  readonly startedAt?: Date;
  readonly endsAt?: Date;
  readonly resolvedAt?: Date;
}

/** The work has begun, now; it ends as planned, or at `--until`. Throws ALREADY_STARTED, UNTIL_NEEDED. */
export function startStep(before: Incident, now: Date, options: SpeakOptions, timeZone: string): Step {
  refuseUnlessOpenWork(before);
  if (before.phase !== "scheduled")
    throw refusal(
      "ALREADY_STARTED",
      `${before.id} has begun already: it is ${PHASE_WORDS[before.phase].toLowerCase()}.`,
      `To say more: status update ${before.id} — to end it: status maintenance complete ${before.id}`,
    );
  const endsAt = options.until === undefined ? before.endsAt : parseUntil(options.until, { now, timeZone });
  if (endsAt === null || endsAt <= now)
    throw usageError(
      "UNTIL_NEEDED",
      `The planned end of ${before.id} has passed.`,
      "Say when it ends now: --until 2h",
    );
  return { phase: "in_progress", template: "maintenance-started", startedAt: now, endsAt };
}

/** The work is done. Throws NOT_STARTED for work that is still to come. */
export function completeStep(before: Incident, now: Date): Step {
  refuseUnlessOpenWork(before);
  if (before.phase === "scheduled" && before.startedAt > now)
    throw refusal(
      "NOT_STARTED",
      `${before.id} has not begun.`,
      `If it will not take place: status maintenance cancel ${before.id}`,
    );
  return { phase: "completed", template: "maintenance-completed" };
}

/** Another end; before the start another start as well. Throws UNTIL_NEEDED, FROM_MISFIT and what the times throw. */
export function extendStep(before: Incident, now: Date, options: SpeakOptions, timeZone: string): Step {
  refuseUnlessOpenWork(before);
  const { phase } = before;
  if (phase === "scheduled") {
    const from = options.from === undefined ? before.startedAt : timeText(options.from);
    const startsAt = from instanceof Date ? from : parseMoment("--from", from, { now, timeZone });
    const kept = before.endsAt === null ? 0 : before.endsAt.getTime() - before.startedAt.getTime();
    if (options.until === undefined && (options.from === undefined || kept === 0)) throw untilNeeded();
    const until = options.until ?? new Date(startsAt.getTime() + kept);
    const times = parsePlannedTimes(from, until, { now, timeZone });
    if (times.endsAt !== null && times.endsAt <= now)
      throw usageError("UNTIL_PAST", "The planned end has passed.", "Give an end that is still to come.");
    return {
      ...{ phase, template: "maintenance-scheduled" },
      ...{ startedAt: times.startsAt, endsAt: times.endsAt },
    };
  }
  if (options.from !== undefined)
    throw usageError(
      "FROM_MISFIT",
      `${before.id} has begun; its start cannot be moved.`,
      "Leave --from out.",
    );
  if (options.until === undefined) throw untilNeeded();
  const endsAt = parseUntil(options.until, { now, timeZone });
  const longer = before.endsAt === null || endsAt > before.endsAt;
  return { phase, template: longer ? "maintenance-overrun" : templateOfPhase(phase), endsAt };
}

/** The work will not take place. Throws HAS_BEGUN. */
export function cancelStep(before: Incident, now: Date): Step {
  refuseUnlessOpenWork(before);
  if (before.phase !== "scheduled")
    throw refusal(
      "HAS_BEGUN",
      `${before.id} has begun: it is ${PHASE_WORDS[before.phase].toLowerCase()}.`,
      `To end it: status maintenance complete ${before.id}`,
    );
  // It ended before it began, whenever that is said: no time of it ever passed.
  const resolvedAt = before.startedAt < now ? before.startedAt : now;
  return { phase: "completed", template: "maintenance-cancelled", resolvedAt };
}

/**
 * What is said by the clock alone; null where nothing is. A reminder is said for any work, its start and its end for
 * automatic work only. What was missed is not made up for: late, the newest step alone is said.
 */
export function clockStep({ phase, startedAt, endsAt, ...work }: Incident, now: Date): Step | null {
  if (work.type !== "maintenance" || !isOpen({ ...work, phase })) return null;
  const promised = work.nextUpdateAt !== null && work.nextUpdateAt <= now;
  if (endsAt !== null && endsAt <= now)
    return work.automatic
      ? { phase: "completed", template: "maintenance-completed", resolvedAt: endsAt }
      : null;
  if (phase !== "scheduled") return promised ? { phase, template: templateOfPhase(phase) } : null;
  if (startedAt <= now)
    return work.automatic ? { phase: "in_progress", template: "maintenance-started" } : null;
  return promised ? { phase, template: "maintenance-reminder" } : null;
}

function refuseUnlessOpenWork(before: Incident): void {
  if (before.type !== "maintenance")
    throw usageError(
      "NOT_MAINTENANCE",
      `${before.id} is no planned work, but ${before.type === "notice" ? "a notice" : "an incident"}.`,
      "status maintenance is for what was planned with status maintenance schedule.",
    );
  if (!isOpen(before))
    throw refusal(
      "ALREADY_RESOLVED",
      `${before.id} is ${PHASE_WORDS[before.phase].toLowerCase()} already.`,
      `To say more: status update ${before.id} --phase verifying`,
    );
}

function untilNeeded(): Error {
  return usageError(
    "UNTIL_NEEDED",
    "There is no new end.",
    "Give it: --until 05:30, or --until 45m from now",
  );
}
