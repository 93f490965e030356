const START = "(?<![\\p{L}\\p{N}_])";
const END = "(?![\\p{L}\\p{N}_])";
// In brackets, so that " ?" in a phrase makes the blank optional.
const BLANK = "(?:\\s+)";

/**
 * One pattern for any of the phrases, as whole words; a blank stands for any white space between words.
 * It is written in lower case and looked for with `phrasesIn`: ignoring case costs the pattern engine far more.
 */
export function anyOf(...phrases: readonly string[]): RegExp {
  return new RegExp(`${START}(?:${phrases.join("|")})${END}`.replaceAll(" ", BLANK), "gu");
}

/** Where the phrases stand in the text, in any case, in the text's order. */
export function phrasesIn(text: string, ...patterns: readonly RegExp[]): Span[] {
  const lower = text.toLowerCase();
  // A few capitals grow when they are made small; places must stay the text's own.
  const same =
    lower.length === text.length ? lower : text.replace(/[A-ZÀ-ÖØ-Þ]/g, (capital) => capital.toLowerCase());
  return spans(same, ...patterns);
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
  return patterns
    .flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
      })),
    )
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
