import { IMPACTS, type Impact, type Phase, type Standing } from "../incident/incident.ts";

/** How long customers may be left without a word; all in milliseconds. */
export interface CadencePolicy {
  /** From the start to the first public word. */
  readonly acknowledgeWithin: number;
  /** The outer bound: an incident without a public word after this is a scandal, not a delay. */
  readonly acknowledgeAtTheLatest: number;
  readonly updates: Readonly<Record<Impact, Readonly<Record<WorkingPhase, number>>>>;
  /** For incidents that drag on, once a person has chosen it. */
  readonly long: { readonly after: number; readonly updates: Readonly<Record<Impact, number>> };
  /** While planned work is under way, at least so often; its promised end comes first where that is sooner. */
  readonly maintenance: { readonly every: number | null; readonly remindBefore: readonly number[] };
  /** From the end to the explanation. */
  readonly postmortemWithin: number;
  readonly postmortemFor: readonly Impact[];
  /** How long before a promise lapses colleagues are reminded of it. */
  readonly remindBefore: number;
}

export type WorkingPhase = "investigating" | "identified" | "monitoring";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const minutes = (investigating: number, identified: number, monitoring: number) => ({
  investigating: investigating * MINUTE,
  identified: identified * MINUTE,
  monitoring: monitoring * MINUTE,
});

/** What good practice asks; every figure can be set in the configuration. */
export const DEFAULT_CADENCE: CadencePolicy = {
  acknowledgeWithin: 15 * MINUTE,
  acknowledgeAtTheLatest: 24 * HOUR,
  updates: {
    none: minutes(30, 60, 120),
    minor: minutes(30, 60, 120),
    major: minutes(15, 30, 60),
    critical: minutes(10, 10, 30),
  },
  long: {
    after: 2 * HOUR,
    updates: { none: 4 * HOUR, minor: 4 * HOUR, major: 2 * HOUR, critical: 1 * HOUR },
  },
  maintenance: { every: null, remindBefore: [24 * HOUR, 1 * HOUR] },
  postmortemWithin: 5 * 24 * HOUR,
  postmortemFor: ["major", "critical"],
  remindBefore: 5 * MINUTE,
};

/**
 * When the next update is due unless the speaker says otherwise; null where nothing more is owed.
 * Before planned work its reminders and its start are owed, during it its end.
 */
export function promiseFrom(
  now: Date,
  standing: Pick<Standing, "impact" | "phase" | "startedAt" | "endsAt" | "long">,
  policy: CadencePolicy,
): Date | null {
  const { impact, phase, startedAt, endsAt } = standing;
  switch (phase) {
    case "resolved":
    case "completed":
      return null;
    case "scheduled":
      return nextStep(now, startedAt, policy.maintenance.remindBefore);
    case "in_progress":
    case "verifying": {
      const { every } = policy.maintenance;
      const regular = every === null ? null : new Date(now.getTime() + every);
      if (endsAt === null || endsAt <= now) return regular ?? new Date(now.getTime() + HOUR);
      return regular !== null && regular < endsAt ? regular : endsAt;
    }
    default: {
      const interval = standing.long ? policy.long.updates[impact] : policy.updates[impact][phase];
      return new Date(now.getTime() + interval);
    }
  }
}

/** The next reminder before planned work, else its start. */
function nextStep(now: Date, startsAt: Date, remindBefore: readonly number[]): Date {
  // Work that should have begun: a promise lies ahead, never behind.
  if (startsAt <= now) return new Date(now.getTime() + HOUR);
  const reminders = remindBefore.map((before) => startsAt.getTime() - before).sort((a, b) => a - b);
  return new Date(reminders.find((at) => at > now.getTime()) ?? startsAt.getTime());
}

export function isWorking(phase: Phase): phase is WorkingPhase {
  return phase === "investigating" || phase === "identified" || phase === "monitoring";
}

/** Impacts from the worst down, as people read a table of them. */
export const WORST_FIRST: readonly Impact[] = [...IMPACTS].reverse();
