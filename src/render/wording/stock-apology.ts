import { anyOf, phrasesIn } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

const SOME = "(?:any|the|this|all|these)";
const APOLOGIES = anyOf(
  `(?:apologi[sz]e|apologi[sz]ing|sorry|apologies|regret|excuse)(?: to \\p{L}+)?(?: (?:for|about))? ${SOME}(?: \\p{L}+){0,2}? inconveniences?(?: (?:this|it) (?:may|might) (?:have )?causen?d?|(?: this (?:may|might|has|have))? caused)?`,
  "inconvenience (?:this|it|that) (?:may|might|has|could)(?: have)? (?:been )?caused?",
  "inconvenience is regretted|any inconvenience caused",
  "entschuldigen(?: \\p{L}+){0,6}? unannehmlichkeiten",
  "unannehmlichkeiten(?: \\p{L}+){0,6}? (?:entschuldig\\p{L}{1,8}|entschuldigung|verzeihung|nachsicht)",
  "(?:bedauern|leid|entschuldigung|verzeihung|verständnis)(?: \\p{L}+){0,4}? (?:unannehmlichkeiten|umstände)",
  "(?:disculp\\p{L}{1,5}|perdon\\p{L}{1,4}|perdón|lament\\p{L}{1,5}|sent\\p{L}{1,5}|disculpas)(?: \\p{L}+){0,4}? (?:molestias?|inconvenientes?|inconveniencias?)",
);

export const stockApology: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }): Hit[] =>
    phrasesIn(text, APOLOGIES).map((span) => ({
      ...span,
      reason: "Everybody uses this phrase, so it reads as if nobody meant it.",
      better: "Name what people could not do: “We are sorry that you could not pay this morning.”",
    })),
};
