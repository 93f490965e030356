import { clauseBefore } from "./passage.ts";
import { anyOf, phrasesIn } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

const CAUSED =
  "(?:caused|due|related|linked|because|connected|triggered|the result|a result|a problem|a fault|a bug|an issue|an error)";
const GUESSES = anyOf(
  "probably|presumably|supposedly|apparently|perhaps|maybe",
  "we (?:think|suspect|guess|assume|reckon)(?! tank)",
  "(?:we|i) believe(?! in)|reason to believe|i (?:think|guess|suspect|assume)",
  "(?:our|my|best|educated) guess",
  "(?:most|very|quite) likely",
  `likely (?:${CAUSED}|the cause|cause[ds]?|to have been)`,
  "(?:seems?|seemed|appears?|appeared|looks?) to (?:be(?! (?:unpaid|missing|empty|stuck|blank|sold|out of|unavailable|lost|open|closed))|have|come|stem|result|originate)",
  "(?:it|this|that) (?:seems|looks|appears) (?:like|as if|as though|that)",
  "looks like",
  "(?:it|this|that|cause|reason|problem|issue|fault|error|culprit) (?:might|may|could|must) (?:well )?(?:be|have been|lie|come)(?! (?:slow|slower|delayed|late|longer|shown|asked|necessary|needed|required|missing|unavailable|visible|affected))",
  `(?:might|may|could) (?:well )?(?:be|have been) ${CAUSED}`,
  "possibly (?:caused|due|related|because|a|an|the)",
  "suspected (?:cause|root cause|reason)",
  // German
  "wahrscheinlich|höchstwahrscheinlich|vermutlich|mutmaßlich|anscheinend|womöglich|wohl (?:eine?|am?|an|durch|die|das)",
  "(?:vielleicht|möglicherweise|eventuell)(?! (?:\\p{L}+ )?(?:sie|ihr|ihre|ihren|kunden|müssen sie|betroffen|abgeflossen)(?!\\p{L}))",
  "wir (?:glauben|denken|vermuten|nehmen an|gehen davon aus)|vermuten wir|nehmen wir an",
  "scheint(?: \\p{L}+){0,5}? zu (?:sein|liegen|kommen|haben)|scheinbar",
  "(?:ursache|grund|fehler|problem|es|dies|das) könnte(?: \\p{L}+){0,4}? (?:liegen|sein|zusammenhängen)|könnte (?:an|mit) (?:der|dem|den|einem|einer)",
  // Spanish
  "probablemente|seguramente|quizás?|tal vez|posiblemente|presuntamente|aparentemente|supuestamente|al parecer|a lo mejor",
  "(?:creemos|pensamos|suponemos|sospechamos|imaginamos)(?: que)?",
  "(?:parece|parecen)(?: que| ser| estar| deberse| haber| provenir)",
  "(?:podría|puede)n? (?:deberse|ser (?:un|una|el|la)|estar (?:causad|provocad|relacionad)[oa]s?|haber sido)",
);

/** Without its subject, as people write it in a hurry: "Could be the cache." */
const ELLIPTIC = anyOf("(?:could|might|may) be|must be|looks? like");

/** What holds under a condition is advice: "if a payment seems to be missing". */
const CONDITION = anyOf(
  "if",
  "in case",
  "whenever",
  "when your",
  "should you",
  "falls",
  "wenn",
  "sollte",
  "sollten",
  "si",
  "en caso de que",
  "cuando",
);

export const guess: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }): Hit[] =>
    [
      ...phrasesIn(text, GUESSES),
      ...phrasesIn(text, ELLIPTIC).filter(({ start }) => clauseBefore(text, start).trim() === ""),
    ]
      .filter(({ start }) => phrasesIn(clauseBefore(text, start).slice(-80), CONDITION).length === 0)
      .map((span) => ({
        ...span,
        reason: "This is a guess, and readers will take it for a fact.",
        better: "Say what is known; of the rest “We do not know the cause yet.”",
      })),
};
