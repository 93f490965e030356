import { IN_WORDS, type MayMatch, matchesIn, mayMatch } from "./needed.ts";

const START = "(?<![\\p{L}\\p{N}_])";
const END = "(?![\\p{L}\\p{N}_])";
// In brackets, so that " ?" in a phrase makes the blank optional.
const BLANK = "(?:\\s+)";

/** Phrases to be looked for in a text of lower case. */
export interface Phrases {
  /** False only where they are not in it. */
  readonly mayBeIn: (lower: string) => boolean;
  readonly matchesIn: (lower: string) => readonly RegExpExecArray[];
}

/**
 * Any of the phrases, as whole words; a blank stands for any white space between words.
 * They are written in lower case: ignoring case costs the pattern engine far more.
 */
export function anyOf(...phrases: readonly string[]): Phrases {
  const source = phrases.join("|");
  let gate: MayMatch | undefined;
  let pattern: RegExp | undefined;
  const mayBeIn = (lower: string) => {
    if (pattern !== undefined) return true;
    gate ??= mayMatch(source, IN_WORDS);
    return gate(IN_WORDS.text(lower));
  };
  const matchesOf = (lower: string) => {
    pattern ??= new RegExp(`${START}(?:${source})${END}`.replaceAll(" ", BLANK), "gu");
    return [...lower.matchAll(pattern)];
  };
  return { mayBeIn, matchesIn: (lower) => (mayBeIn(lower) ? matchesOf(lower) : []) };
}

/** Where the phrases stand in the text, in any case, in the text's order. */
export function phrasesIn(text: string, ...phrases: readonly Phrases[]): Span[] {
  const lower = lowered(text);
  return inOrder(phrases.flatMap((each) => each.matchesIn(lower)));
}

/** False only where none of the phrases is in the text; costs far less than to find them. */
export function maySay(text: string, ...phrases: readonly Phrases[]): boolean {
  const lower = lowered(text);
  return phrases.some((each) => each.mayBeIn(lower));
}

function lowered(text: string): string {
  const lower = text.toLowerCase();
  // A few capitals grow when they are made small; places must stay the text's own.
  return lower.length === text.length
    ? lower
    : text.replace(/[A-ZÀ-ÖØ-Þ]/g, (capital) => capital.toLowerCase());
}

/** A pattern for names as they stand, whole words only; null where there are none. */
export function anyName(names: readonly string[], flags = "gu"): RegExp | null {
  const known = names.map((name) => name.trim()).filter((name) => name !== "");
  if (known.length === 0) return null;
  // Longest first: "Example Cloud Mail" is not only "Example Cloud".
  const longest = [...known].sort((a, b) => b.length - a.length).map(escapeForPattern);
  return new RegExp(`${START}(?:${longest.join("|")})${END}`.replaceAll(" ", BLANK), flags);
}

export function escapeForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the patterns stand in the text, in its order. */
export function spans(text: string, ...patterns: readonly RegExp[]): Span[] {
  return inOrder(patterns.flatMap((pattern) => matchesIn(text, pattern)));
}

function inOrder(matches: readonly RegExpExecArray[]): Span[] {
  return matches
    .map(({ index, 0: words }) => ({ start: index, end: index + words.length }))
    .sort((a, b) => a.start - b.start);
}

/** Those of the spans that lie in none of the others; both in the text's order. Each list is walked once. */
export function outside<T extends Span>(found: readonly T[], others: readonly Span[]): T[] {
  let at = 0;
  let reached = -1;
  return found.filter(({ start, end }) => {
    for (; at < others.length && others[at]!.start <= start; at++)
      reached = Math.max(reached, others[at]!.end);
    return reached < end;
  });
}

/** Without those that begin inside one before them; of several with one beginning the longest stays. */
export function apart<T extends Span>(found: readonly T[]): T[] {
  let reached = -1;
  return [...found]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ start, end }) => {
      if (start < reached) return false;
      reached = end;
      return true;
    });
}
