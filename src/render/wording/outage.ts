import { clauseBefore } from "./passage.ts";
import { anyName, anyOf, outside, phrasesIn, spans } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

const OUTAGE = anyOf(
  "outages?",
  "(?:total|komplett|teil|system|server|dienst|service|plattform)?-?(?:ausfall|ausfälle|ausfalls|ausfällen)",
  "interrupci(?:ón|ones)",
  "caídas? (?:del?|de la|de los|de las|en|general|generalizada|total|parcial|completa)",
);

/** It is denied, past, somebody else's, or only a kind of notice. */
const NOT_OURS = anyOf(
  "no|not an?|without|never an?|(?:previous|earlier|past|last|yesterday's|power|electricity|internet|network provider|regional power) ?",
  "kein|keine|keinen|ohne|frühere[nr]?|gestrige[nr]?",
  "sin|no es una|no hay|ninguna|anterior",
);

/** The states' own names, in the languages that come with the program. */
const STATES = {
  partial_outage: anyOf(
    "partial outage",
    "teilweiser? ausfall|teilausfall",
    "interrupción parcial|caída parcial",
  ),
  major_outage: anyOf(
    "major outage",
    "(?:großer|schwerer|größerer|weitgehender) ausfall|totalausfall",
    "interrupción (?:grave|mayor|general)|caída (?:grave|general|total)",
  ),
};

export const outage: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }, { facts }): Hit[] => {
    const found = facts.impact === "critical" ? [] : phrasesIn(text, OUTAGE);
    if (found.length === 0) return [];
    const states = facts.components.flatMap(({ state }) =>
      state === "partial_outage" || state === "major_outage" ? phrasesIn(text, STATES[state]) : [],
    );
    const ours = outside(
      found,
      states.sort((a, b) => a.start - b.start),
    );
    if (ours.length === 0) return [];
    const parts = anyName(
      facts.components.map(({ name }) => name),
      "giu",
    );
    return outside(ours, parts === null ? [] : spans(text, parts))
      .filter(({ start }) => !deniedAt(clauseBefore(text, start)))
      .map((span) => ({
        ...span,
        reason: `“Outage” says that nothing works; the impact of this is ${facts.impact}.`,
        better: "Say what is slow or fails, and for whom; or raise --impact to critical.",
      }));
  },
};

function deniedAt(before: string): boolean {
  const near = before.slice(-30);
  return phrasesIn(near, NOT_OURS).some(
    ({ end }) => near.slice(end).trim().split(/\s/).length <= 1 && !near.slice(end).includes(","),
  );
}
