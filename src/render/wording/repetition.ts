import { readable, wordsOf } from "./passage.ts";
import type { Hit, TextRule } from "./rule.ts";

/** From here on two texts count as the same. */
const ALIKE = 0.9;

const TIMES = [
  /\d{4}-\d{2}-\d{2}(?:T[\d:.]{4,12}Z?)?/g,
  /\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s?(?:am|pm|uhr|h))?(?:\s?\(?[A-Z][A-Za-z+:\d-]{1,5}\)?)?/g,
  /(?<!\p{L})(?:update|aktualisierung|actualización)\s{0,3}(?:no\.?|nr\.?|n\.º|number)?\s{0,3}#?\d{1,4}/giu,
  /(?<!\p{L})(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}{0,6} \d{1,2}(?:, \d{4})?(?!\d)/giu,
  /(?<![\p{L}\p{N}])\d{1,2}\.?(?:\s(?:de\s)?\p{L}{3,12})(?:\s(?:de\s)?\d{4})?(?=\s?[,)–-]|$)/gmu,
];

/** Words that may come and go without saying anything new. */
const FILLERS = new Set(
  "a an the and or of to on in at for with it its this that is are be been was were we our us you your still yet now again also currently presently actively hard further continue continues continuing continued remain remains keep keeps working work whole look looking team teams all very just more soon as here update updates wir unser noch immer weiter weiterhin derzeit aktuell gerade daran die der das und ist sind den dem el la los las de del y en seguimos aún todavía actualmente continuamos trabajando nuestro equipo es un una".split(
    " ",
  ),
);

export const repetition: TextRule = {
  publicOnly: false,
  liveOnly: false,
  find: ({ text, before }, { facts }): Hit[] => {
    // Corrections and changed plans differ in little, and a scripted follow-up repeats by its nature.
    if (before === null || !["update", "resolve"].includes(facts.verb)) return [];
    const now = wordsThatSay(text);
    const then = wordsThatSay(readable(before));
    const known = new Set(then);
    if (alike(now, then) < ALIKE || now.some((word) => !known.has(word))) return [];
    return [
      {
        start: 0,
        end: text.length,
        sameAs: "the channel's last text",
        reason:
          "The channel reads nearly the same as last time; people look for what is new and find nothing.",
        better: "Say one new thing: what was ruled out, what is tried next, or what works meanwhile.",
      },
    ];
  },
};

function wordsThatSay(text: string): string[] {
  return wordsOf(TIMES.reduce((rest, pattern) => rest.replace(pattern, " "), text)).filter(
    (word) => !FILLERS.has(word),
  );
}

/** Dice's measure over pairs of neighbouring words: 1 for the same words in the same order. */
function alike(a: readonly string[], b: readonly string[]): number {
  const left = pairs(a);
  const right = pairs(b);
  let same = 0;
  for (const [pair, count] of left) same += Math.min(count, right.get(pair) ?? 0);
  return (2 * same) / (a.length + b.length + 2);
}

function pairs(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at <= words.length; at++) {
    const pair = `${words[at - 1] ?? ""} ${words[at] ?? ""}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}
