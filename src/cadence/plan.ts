import type { Standing } from "../incident/incident.ts";

/**
 * A promise about planned work, as given, but never later than its own next step: the start while it is scheduled, the end
 * while it is under way. Whoever was told the times was promised them, and what runs by the clock must not miss them.
 */
export function boundByPlan(
  promised: Date | null,
  { phase, startedAt, endsAt }: Pick<Standing, "phase" | "startedAt" | "endsAt">,
  now: Date,
): Date | null {
  const step = phase === "scheduled" ? startedAt : phase === "completed" ? null : endsAt;
  if (step === null || step <= now) return promised;
  return promised === null || promised > step ? step : promised;
}
