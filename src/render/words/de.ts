import type { Words } from "./words.ts";

export const de: Words = {
  phases: {
    investigating: "Wird untersucht",
    identified: "Ursache gefunden",
    monitoring: "Wird beobachtet",
    resolved: "Behoben",
    scheduled: "Geplant",
    in_progress: "Im Gange",
    verifying: "Wird geprüft",
    completed: "Abgeschlossen",
  },
  states: {
    operational: "In Betrieb",
    under_maintenance: "In Wartung",
    degraded_performance: "Beeinträchtigt",
    partial_outage: "Teilweise ausgefallen",
    major_outage: "Ausgefallen",
  },
  impacts: {
    none: "ohne Auswirkung",
    minor: "leichte Auswirkung",
    major: "größere Auswirkung",
    critical: "schwere Auswirkung",
  },
  rehearsal: "DRILL – das ist eine Übung, es ist nichts passiert.",
  brokenGlass: "Ohne die nötige Freigabe gesagt.",
  maintenance: "Wartung",
  notice: "Hinweis",
  statusPage: "Statusseite",
  seeStatusPage: "Zur Statusseite",
  statusOf: (property) => `Status von ${property}`,
  mail: {
    reason: (property) => [
      `${property} schickt diese Meldung an `,
      ", weil diese Adresse auf der Liste für Statusmeldungen steht.",
    ],
    unsubscribe: "Abmelden",
  },
  forum: {
    announced: (time) => `geplante Wartung, angekündigt am ${time}`,
    update: (number) => `Meldung ${number}`,
    statusUpdate: (title) => `${title} – Statusmeldung`,
  },
};
