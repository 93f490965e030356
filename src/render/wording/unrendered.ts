import { spans } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

const LEFTOVERS: readonly RegExp[] = [
  /\{\{(?:[^{}\n]{0,80}\}\})?|\{%(?:[^%\n]{0,80}%\})?|(?<![}%])(?:\}\}|%\})/g,
  /\$\{[^{}\n]{0,80}\}/g,
  /<%=?[^%\n]{0,80}%>/g,
  /(?<![^\s("'“:])%(?:\d\$)?[sdif](?![\p{L}\p{N}])/gu,
  /\[object [A-Z][A-Za-z]{2,20}\]/g,
  /\[(?:insert|add|your|enter|name of|describe|component name|time here)(?![\p{L}])[^\]\n]{0,60}\](?!\()/giu,
  /\[(?:region|name|component|service|time|date|product|customer|link|url|reason|number|x{1,5}|\.\.\.|…)\](?!\()/gi,
];

const PLACEHOLDERS: readonly RegExp[] = [
  // In Spanish "todo" is a word, and people shout it.
  /(?<![\p{L}\p{N}_-])TODO(?![\p{L}\p{N}_-]| (?:\p{Lu}{2}|el|la|lo|los|las|está|esta|esto|funciona|vuelve|sigue|ha|va|tu|su|nuestro|normal|ok|en|y|listo)(?!\p{L}))/gu,
  /(?<![\p{L}\p{N}_-])(?:TBD|TBC|FIXME|XXX)(?![\p{L}\p{N}_-]| \p{Lu}\p{Ll})/gu,
  /(?<![\p{L}\p{N}])lorem ipsum(?![\p{L}\p{N}])/giu,
];

/** A program's word for "nothing", where a value should stand. */
const NOTHING: readonly RegExp[] = [
  /(?<![\p{L}\p{N}_"'“„«`-])(?:undefined|NaN|Invalid Date)(?![\p{L}\p{N}_"'”“»`-]| (?:behaviou?r|state|error|variable|reference|method|column|index|symbol|status))/gu,
  /(?<=(?:^|[:=(—–>]|(?<![\p{L}])(?:since|at|until|from|to|by|for|of|in|dear|hello|hi|affected|update|seit|um|bis|von|gegen|desde|hasta|para|de))[ \t]{0,2})(?<![\p{L}\p{N}_])null(?![\p{L}\p{N}_-]| (?:and void|und nichtig|uhr|prozent|grad|komma|bis|auf|values?|pointer|fehler|checks?|results?))/gimu,
];

/** Customers see it on their screens, and we quote it. */
const QUOTED =
  /(?:show|shows|showing|shown|showed|display|displays|displayed|displaying|read|reads|says|saying|see|word|words|text|value|label|price|statt|zeigt|zeigen|muestra|muestran)(?: (?:as|the word|only|an?))?:? ?$/i;

export const unrendered: TextRule = {
  publicOnly: false,
  liveOnly: false,
  find: ({ text }): Hit[] => [
    ...spans(text, ...LEFTOVERS, ...NOTHING)
      .filter(
        ({ start }) =>
          !/[a-z]/i.test(text[start] ?? "") || !QUOTED.test(text.slice(Math.max(0, start - 30), start)),
      )
      .map((span) => ({
        ...span,
        reason: "A value was never put in here: readers would see the raw template.",
        better: "Put the value itself, or drop the sentence.",
      })),
    ...spans(text, ...PLACEHOLDERS).map((span) => ({
      ...span,
      reason: "This stands for words that somebody meant to write later.",
      better: "Write them now, or say that it is not known yet.",
    })),
  ],
};
