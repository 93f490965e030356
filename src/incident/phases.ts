import { INCIDENT_PHASES, type IncidentType, MAINTENANCE_PHASES, type Phase } from "./incident.ts";

/** The phases an incident of this type goes through, in order. A notice has just one, and it is the end. */
export function phasesOf(type: IncidentType): readonly Phase[] {
  if (type === "maintenance") return MAINTENANCE_PHASES;
  return type === "notice" ? ["resolved"] : INCIDENT_PHASES;
}

/** True for the phases of planned work. */
export function isPlanned(phase: Phase): boolean {
  return MAINTENANCE_PHASES.some((planned) => planned === phase);
}

/** How a phase is said to people. */
export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  investigating: "Investigating",
  identified: "Identified",
  monitoring: "Monitoring",
  resolved: "Resolved",
  scheduled: "Scheduled",
  in_progress: "In progress",
  verifying: "Verifying",
  completed: "Completed",
};
