import { STATE_WORDS } from "../../incident/components.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import type { Words } from "./words.ts";

export const en: Words = {
  phases: PHASE_WORDS,
  states: STATE_WORDS,
  impacts: {
    none: "no impact",
    minor: "minor impact",
    major: "major impact",
    critical: "critical impact",
  },
  rehearsal: "DRILL — this is a rehearsal, nothing is wrong.",
  brokenGlass: "Said without the approval that it needs.",
  maintenance: "Maintenance",
  notice: "Notice",
  statusPage: "Status page",
  seeStatusPage: "See the status page",
  statusOf: (property) => `${property} status`,
  mail: {
    reason: (property) => [`${property} sends this to `, ", which is on its list for status updates."],
    unsubscribe: "Unsubscribe",
  },
  forum: {
    announced: (time) => `planned work, announced ${time}`,
    update: (number) => `update ${number}`,
    statusUpdate: (title) => `${title} – status update`,
  },
};
