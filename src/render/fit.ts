export interface Budget {
  readonly limit: number;
  /** How long a text is by the vendor's count; must not fall much when text is added. */
  readonly measure: (text: string) => number;
}

export interface Fitted {
  readonly text: string;
  readonly cut: boolean;
}

// The full stop of `6. Juli` ends none.
const SENTENCE_END = /(?:(?<!(?:^|\s)\d{1,2})\.|[!?…。！？])["')\]”’»]*(?=\s+[^\s\p{Ll}]|\s*$)|\n/gu;

/**
 * The text within the limit: whole if it fits, else cut at the end of a sentence, else at a word with `…`,
 * else inside the word between two graphemes. Never exceeds the limit; empty if nothing fits.
 */
function shorten(text: string, { limit, measure }: Budget): Fitted {
  if (measure(text) <= limit) return { text, cut: false };
  const fits = (candidate: string) => measure(candidate) <= limit;

  const sentences = longest(offsets(text, SENTENCE_END), (end) => text.slice(0, end).trimEnd(), fits);
  // A first sentence of a few words says less than a cut second one.
  if (measure(sentences) * 4 >= limit && sentences !== "") return { text: sentences, cut: true };

  const elided = (end: number) => `${text.slice(0, end).replace(/[\s,;:–—-]+$/, "")}…`;
  const words = longest(offsets(text, /\S(?=\s)/g), elided, fits);
  if (words !== "" && measure(words) * 4 >= limit) return { text: words, cut: true };

  return {
    text: longest(graphemeEnds(head(text, fits)), elided, fits),
    cut: true,
  };
}

// Under another name within, because the linter takes calls of `fit` for focused tests.
export { shorten as fit };

/**
 * As `fit`, but `tail` (the promise and the link) is kept whole after `separator`, and only `head` is cut.
 * Throws RangeError where the tail alone exceeds the limit.
 */
export function fitWithTail(
  head: string,
  tail: string | null,
  { limit, measure, separator = "\n" }: Budget & { readonly separator?: string },
): Fitted {
  if (tail === null || tail === "") return shorten(head, { limit, measure });
  if (measure(tail) > limit) throw new RangeError(`The part to keep is longer than ${limit}: ${tail}`);
  const join = (text: string) => (text === "" ? tail : text + separator + tail);
  const { text, cut } = shorten(head, {
    limit,
    measure: (candidate) => measure(join(candidate)),
  });
  return { text: join(text), cut };
}

/** Enough of the text to find the cut in: splitting into graphemes costs far more than measuring. */
function head(text: string, fits: (text: string) => boolean): string {
  let size = 256;
  while (size < text.length && fits(text.slice(0, size))) size *= 2;
  return text.slice(0, size);
}

function offsets(text: string, pattern: RegExp): number[] {
  return Array.from(text.matchAll(pattern), (match) => match.index + match[0].length);
}

function graphemeEnds(text: string): number[] {
  const segments = new Intl.Segmenter("en", {
    granularity: "grapheme",
  }).segment(text);
  return Array.from(segments, ({ index, segment }) => index + segment.length);
}

/** The candidate of the last end that fits, found by doubling and halving; empty if none does. */
function longest(
  ends: readonly number[],
  candidate: (end: number) => string,
  fits: (text: string) => boolean,
): string {
  const fitsAt = (index: number) => fits(candidate(ends[index] ?? 0));
  // What does not fit is measured little: a text may be a thousand times longer than the limit.
  let high = 1;
  while (high < ends.length && fitsAt(high)) high *= 2;
  let low = 0;
  high = Math.min(high, ends.length);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fitsAt(middle)) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? "" : candidate(ends[low - 1] ?? 0);
}
