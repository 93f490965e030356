import { STATE_WORDS } from "../../incident/components.ts";
import { isClosed } from "../../incident/incident.ts";
import { clauseAfter, clauseBefore } from "./passage.ts";
import { anyOf, phrasesIn } from "./phrases.ts";
import type { FactRule, Hit, TextRule } from "./rule.ts";

const ADVERB = "(?:now |fully |completely |all |again |already |successfully ){0,2}";
const OVER = anyOf(
  `(?:is|are|was|were|has been|have been|'s been|now|'s) ${ADVERB}(?:resolved|fixed|restored|solved|repaired)`,
  "(?:we|we have|we've) (?:now |fully )?(?:resolved|fixed|restored|solved) (?:it|this|the (?:problem|issue|fault|incident|error|service|outage))",
  "everything (?:works|is working|is back|is (?:up|fine|ok|normal))",
  "all (?:fixed|good|resolved|sorted)(?: now| again)?|back to normal|all systems operational|up and running",
  "(?:is|are) working again|works? again",
  "(?:ist|sind|wurde|wurden) (?:\\p{L}+ ){0,2}?(?:behoben|gelöst|repariert|wiederhergestellt|beseitigt)",
  "(?:alles|es) (?:funktioniert|läuft) (?:jetzt |nun )?(?:wieder|normal)|funktionieren (?:jetzt |nun )?wieder|funktioniert (?:jetzt |nun )?wieder|wieder (?:voll )?(?:verfügbar|erreichbar)",
  "(?:está|están|ha sido|han sido|fue|queda|quedó|hemos) (?:ya )?(?:totalmente )?(?:resuelt[oa]s?|solucionad[oa]s?|restablecid[oa]s?|arreglad[oa]s?|resuelto|solucionado|restablecido)",
  "todo (?:funciona|vuelve a funcionar|ha vuelto)|vuelven? a funcionar",
);

/** Not yet, not all, or not now. */
const LIMITED = anyOf(
  "not|n't|isn't|aren't|yet|until|till|once|when|whenever|if|unless|before|after|as soon as|being|will|be|to be|should|must|can|cannot|how|whether|partly|partially|some|most|part of|one of|first|intermittently|sometimes|only|briefly|normally|that was|which was",
  "nicht|noch|bis|sobald|wenn|falls|bevor|nachdem|teilweise|einige|erst|wird|werden|ob",
  "no|aún|todavía|hasta|cuando|si|antes|parcialmente|algunos|algunas|una vez|será|serán|para",
);
const PARTLY = anyOf(
  "for (?:some|most|many|a few|customers in|people in|those|\\d{1,3} ?%)|in (?:some|most|many) |except|apart from|but",
  "für (?:einige|die meisten|manche|kunden in)|außer|aber",
  "para (?:algunos|la mayoría|clientes en)|excepto|pero|salvo|menos",
);

const GOES_ON = anyOf(
  "(?:is|are|remains?|be) still (?:down|unavailable|failing|broken|affected|unreachable|offline|degraded|slow|not|unable|seeing|experiencing|impacted)",
  "still (?:fails?|cannot|do(?:es)? not|investigating|working on (?:a|the|it|this)|fixing|seeing (?:errors|failures|problems|timeouts)|looking for|searching for|down|unavailable|failing|broken|trying to (?:fix|restore|find))",
  "(?:problem|problems|issue|issues|incident|outage|disruption|errors) (?:is|are|remains?) (?:still )?ongoing|ongoing (?:problems?|issues?|incident|outage|disruption|errors)",
  "remains? (?:unable|unavailable|unreachable|down|offline|broken|degraded|affected)",
  "(?:continues?|continuing) to (?:fail|be (?:down|unavailable|slow)|see (?:errors|failures))",
  "(?:immer noch|noch immer|weiterhin) (?:gestört|nicht|ausgefallen|betroffen|langsam|offline|unerreichbar)|dauert (?:noch )?an|dauern (?:noch )?an|besteht (?:weiterhin|noch)|wir arbeiten (?:weiterhin|noch) an",
  "(?:sigue|siguen) (?:sin funcionar|fallando|caíd[oa]s?|afectad[oa]s?|lent[oa]s?|siendo)|(?:todavía|aún) no (?:funciona|funcionan|está|están)|seguimos (?:investigando|trabajando)|(?:continúa|persiste|persisten) (?:el|los|la) (?:problemas?|errores|incidencia|interrupción)",
);
/** Work that rightly goes on after the end. */
const AFTERWARDS = anyOf(
  "why|cause|root|how (?:this|it)|postmortem|report|prevent|improv\\p{L}{1,8}|if|refund\\p{L}{0,4}|backlog",
  "warum|ursache|bericht|verhindern|falls|wenn",
  "por qué|causa|informe|evitar|si|prevenir",
);

/** The facts against each other: an end, with a part that is not well. */
export const stateAgainstPhase: FactRule = ({ facts }) => {
  if (facts.type === "notice" || !isClosed(facts.phase)) return [];
  return facts.components
    .filter(({ state }) => state !== "operational")
    .map(({ id, name, state }) => ({
      excerpt: `${name}: ${STATE_WORDS[state].toLowerCase()}`,
      reason: `This ends it, while ${name} is still shown as ${STATE_WORDS[state].toLowerCase()}.`,
      better: `Add --component ${id}=operational, or keep it open with --phase monitoring.`,
    }));
};

/** The words against the phase. */
export const wordsAgainstPhase: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }, { facts }): Hit[] => {
    if (facts.type !== "incident") return [];
    const wellParts = facts.components.some(({ state }) => state === "operational");
    if (facts.phase === "investigating" || facts.phase === "identified") {
      const found = wellParts ? [] : phrasesIn(text, OVER);
      // Of several parts some work again and some do not: that is news, not a contradiction.
      if (found.length === 0 || phrasesIn(text, GOES_ON, NOT_ALL).length > 0) return [];
      return found
        .filter(
          ({ start, end }) =>
            phrasesIn(clauseBefore(text, start).slice(-70), LIMITED).length === 0 &&
            phrasesIn(clauseAfter(text, end).slice(0, 40), PARTLY).length === 0,
        )
        .map((span) => ({
          ...span,
          reason: `The text says that it is over, and the incident stays ${facts.phase}.`,
          better: "Use `status resolve`, or --phase monitoring; else say what works and what does not yet.",
        }));
    }
    if (!isClosed(facts.phase)) return [];
    return phrasesIn(text, GOES_ON)
      .filter(
        ({ start, end }) =>
          phrasesIn(clauseBefore(text, start).slice(-80), AFTERWARDS).length === 0 &&
          phrasesIn(clauseAfter(text, end).slice(0, 60), AFTERWARDS).length === 0,
      )
      .map((span) => ({
        ...span,
        reason: "The text says that it goes on, and the update ends the incident.",
        better: "Keep it open with `status update --phase monitoring`, or say what is left and until when.",
      }));
  },
};

/** Something else goes wrong as well: the text tells the parts apart. */
const NOT_ALL = anyOf(
  "not yet|remains? (?:down|unavailable|slow|affected|degraded)|still|fails?|failing|cannot|can't|(?:does|do) not work|(?:isn|aren)'t",
  "noch nicht|fällt aus|geht nicht|gehen nicht|funktionier(?:t|en) nicht",
  "todavía no|aún no|no funcionan?|fallan?",
);
