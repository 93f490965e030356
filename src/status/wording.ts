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

/** The template of a notice's last word: that something is done is not said as that it begins. */
export function templateThatEnds(template: string): string {
  return template === "deploying" ? "deploy" : template;
}
