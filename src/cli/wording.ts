import type { Phase } from "../incident/incident.ts";

const PLANNED: Readonly<Partial<Record<Phase, string>>> = {
  scheduled: "maintenance-scheduled",
  in_progress: "maintenance-started",
  verifying: "maintenance-verifying",
  completed: "maintenance-completed",
};

/** The template that words a phase where none is named. */
export function templateOfPhase(phase: Phase): string {
  return PLANNED[phase] ?? phase;
}
