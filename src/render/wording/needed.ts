/**
 * False only where a pattern has no match in a text, told from the words that every match holds.
 * Looking for words costs next to nothing; a pattern is compiled anew in every process, and most never match.
 */
export type MayMatch = (spelt: string) => boolean;

/** A group's opening, a class, an escape, a quantifier, letters that stand for themselves, or one other sign. */
const PARTS =
  /\(\?(?::|<?[=!])|\[(?:\\.|[^\]\\]){0,999}\]|\\(?:[pPu]\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|.)|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[^\\[\](){}|*+?.^$ ]+|./gisu;
/** Stands between letters that need not be neighbours. */
const GAP = "\n";
/** What is no letter, where it is a part by itself or begins one. */
const SIGNS = "[]{}^$.";

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

/** What may match a pattern, by its source, as far as that has neither named groups nor flags within. */
export function mayMatch(source: string, { whole, letters: spelt }: Spelling): MayMatch {
  const parts = source.match(PARTS) ?? [];
  let at = 0;
  /** `begins`, `ends`: no letter stands before it, or behind it. */
  const choices = (begins: boolean, ends: boolean): MayMatch => {
    const any: MayMatch[] = [];
    do any.push(sequence(begins, ends));
    while (parts[at++] === "|");
    return (text) => any.some((each) => each(text));
  };
  const sequence = (begins: boolean, ends: boolean): MayMatch => {
    const all: MayMatch[] = [];
    let letters = begins ? " " : "";
    while (!isEnd(parts[at])) {
      const part = parts[at++]!;
      const sign = part[0]!;
      if (sign === "(") {
        const behind = closing(parts, at) + 1;
        const next = parts[behind];
        const isAround = part !== "(" && part !== "(?:";
        if (isOptional(next) || isAround) at = behind;
        else {
          const bound = isEnd(next) ? ends : whole && next === " " && !isOptional(parts[behind + 1]);
          all.push(choices(letters.endsWith(" "), bound));
        }
        if (!isAround) letters += GAP;
      } else if (isQuantifier(part)) {
        letters = `${isOptional(part) ? letters.replace(/ \n $|.$/su, "") : letters}${GAP}`;
      } else if (sign === " ") letters += whole ? ` ${GAP} ` : GAP;
      else if (sign === "\\") letters += /^\\[^\w\s\u0080-\uffff]$/.test(part) ? spelt(part[1]!) : GAP;
      else letters += SIGNS.includes(sign) ? GAP : spelt(part);
    }
    const words = `${letters}${ends ? " " : ""}`.split(GAP).filter((word) => word !== "" && word !== " ");
    return (text) => words.every((word) => text.includes(word)) && all.every((each) => each(text));
  };
  return choices(whole, whole);
}

const ANYTHING: MayMatch = () => true;
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

function isEnd(part: string | undefined): boolean {
  return part === undefined || part === "|" || part === ")";
}

function isQuantifier(part: string | undefined): boolean {
  return part !== undefined && (isOptional(part) || part[0] === "+" || (part[0] === "{" && part.length > 1));
}

function isOptional(part: string | undefined): boolean {
  return part !== undefined && (part[0] === "?" || part[0] === "*" || part.startsWith("{0"));
}

/** Where the group ends whose first part stands at an index. */
function closing(parts: readonly string[], first: number): number {
  let at = first;
  for (let depth = 1; at < parts.length; at++) {
    if (parts[at]![0] === "(") depth++;
    else if (parts[at] === ")" && --depth === 0) break;
  }
  return at;
}
