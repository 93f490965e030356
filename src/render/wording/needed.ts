/**
 * False only where a pattern has no match in a text, told from the words that every match holds.
 * Looking for words costs next to nothing; a pattern is compiled anew in every process, and most never match.
 */
export type MayMatch = (spelt: string) => boolean;

const CLASS = "\\[(?:\\\\.|[^\\]\\\\]){0,999}\\]";
/** A group with others in it, four deep. */
const GROUP = [1, 2, 3, 4].reduce(
  (inner) => `\\((?:[^()[\\]\\\\]|\\\\.|${CLASS}|${inner}){0,999}\\)`,
  "(?!)",
);
const ESCAPE = "\\\\(?:[pPu]\\{[^}]*\\}|u[0-9a-f]{4}|x[0-9a-f]{2}|.)";
const QUANTIFIER = "(?:[*+?]|\\{\\d+(?:,\\d*)?\\})\\??";
const LETTERS = "[^\\\\[\\](){}|*+?.^$ ]+";
/** One of these, or one other sign. */
const PARTS = new RegExp(`${GROUP}|${CLASS}|${ESCAPE}|${QUANTIFIER}|${LETTERS}|.`, "gisu");
/** Stands between letters that need not be neighbours. */
const GAP = "\n";
/** What is no letter, where it is a part by itself or begins one. */
const SIGNS = "[]{}^$.+";

/** How words are compared with a text: a pattern's letters are spelt as the text's. */
export interface Spelling {
  /** True for `anyOf`'s phrases: words begin and end with them, and a blank is any white space. */
  readonly whole: boolean;
  readonly letters: (letters: string) => string;
  readonly text: (text: string) => string;
}

export const AS_IT_STANDS: Spelling = { whole: false, letters: (same) => same, text: (same) => same };
/** To a pattern that ignores case ſ may be an s. What else is not ASCII is not relied on. */
export const IN_ANY_CASE: Spelling = {
  whole: false,
  letters: (letters) => letters.toLowerCase().replace(/[^ -~]/g, GAP),
  text: remembered((text) => text.toLowerCase().replaceAll("ſ", "s")),
};
/** A blank for whatever is no letter of the phrases' languages. */
const words = (text: string) => text.replace(/[^a-z0-9_ß-öø-ÿ]/g, " ");
export const IN_WORDS: Spelling = {
  whole: true,
  letters: words,
  text: remembered((text) => ` ${words(text)} `),
};

const ANYTHING: MayMatch = () => true;

/**
 * What may match a pattern, by its source, as far as that has neither named groups nor flags within.
 * `begins`, `ends`: no letter stands before it, or behind it.
 */
export function mayMatch(
  source: string,
  spelling: Spelling,
  begins = spelling.whole,
  ends = spelling.whole,
): MayMatch {
  const blank = spelling.whole ? ` ${GAP} ` : GAP;
  // Most groups are nothing but words.
  if (/^[\w |]*$/.test(source)) {
    const choices = source
      .split("|")
      .map((row) => framed(spelling.letters(row).replaceAll(" ", blank), begins, ends));
    return (text) => choices.some((words) => words.every((word) => text.includes(word)));
  }
  const rows: string[][] = [[]];
  for (const part of source.match(PARTS) ?? [])
    if (part === "|") rows.push([]);
    else rows.at(-1)!.push(part);
  const any = rows.map((row) => needsAll(row, spelling, begins, ends));
  return (text) => any.some((each) => each(text));
}

function needsAll(parts: readonly string[], spelling: Spelling, begins: boolean, ends: boolean): MayMatch {
  const { whole, letters: spelt } = spelling;
  const groups: MayMatch[] = [];
  let letters = "";
  for (const [at, part] of parts.entries()) {
    const sign = part[0]!;
    const next = parts[at + 1];
    // Groups too deep for one part.
    if (part === "(" || part === ")") return ANYTHING;
    if (sign === "(") {
      const [, kind, inner = ""] = /^\((?:\?(:|<?[=!]))?(.*)\)$/s.exec(part) ?? [];
      if (kind !== undefined && kind !== ":") continue;
      const bound = next === undefined ? ends : whole && next === " " && !isOptional(parts[at + 2]);
      if (!isOptional(next))
        groups.push(mayMatch(inner, spelling, at === 0 ? begins : letters.endsWith(" "), bound));
      letters += GAP;
    } else if (sign === " ") letters += whole ? ` ${GAP} ` : GAP;
    else if (isOptional(part)) letters = `${letters.replace(/ \n $|.$/su, "")}${GAP}`;
    else if (sign === "\\") letters += /^\\[^\w\s\u0080-\uffff]$/.test(part) ? spelt(part[1]!) : GAP;
    else letters += SIGNS.includes(sign) ? GAP : spelt(part);
  }
  const words = framed(letters, begins, ends);
  return (text) => words.every((word) => text.includes(word)) && groups.every((each) => each(text));
}

const gates = new WeakMap<RegExp, MayMatch>();

/** All matches of a pattern that is neither sticky nor has named groups or flags within. */
export function matchesIn(text: string, pattern: RegExp): RegExpExecArray[] {
  const spelling = pattern.ignoreCase ? IN_ANY_CASE : AS_IT_STANDS;
  const gate = gates.get(pattern) ?? mayMatch(pattern.source, spelling);
  const matches = gate(spelling.text(text)) ? [...text.matchAll(pattern)] : null;
  // Once it is compiled it is as quick as looking for words.
  gates.set(pattern, matches === null ? gate : ANYTHING);
  return matches ?? [];
}

/** Rules look at one text after another; it is spelt once. */
function remembered(spell: (text: string) => string): (text: string) => string {
  let latest = { text: "", spelt: spell("") };
  return (text) => {
    if (text !== latest.text) latest = { text, spelt: spell(text) };
    return latest.spelt;
  };
}

function framed(letters: string, begins: boolean, ends: boolean): string[] {
  return `${begins ? " " : ""}${letters}${ends ? " " : ""}`.split(GAP).filter((word) => word.trim() !== "");
}

function isOptional(part: string | undefined): boolean {
  return part !== undefined && (part[0] === "?" || part[0] === "*" || part.startsWith("{0"));
}
