/** What a title or a sentence of another dashboard is cut to, in characters. */
const LONGEST = 200;
const LONGEST_LINK = 2000;

// Format characters (direction marks among them) can turn the text around them; the two joiners are part of words.
const INVISIBLE = /[\p{Cs}\p{Co}]|(?![\u200c\u200d])\p{Cf}/gu;
const BLOCK_TAG = /<\/?(?:br|p|div|li|td)\b[^<>]*>/gi;
const TAG = /<[/!?]?[a-z!?-][^<>]*>/gi;
const REFERENCE = /&(?:#([0-9]{1,8})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** One line of at most 200 characters, cut with `…`; control, direction and private characters are gone. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 20 * LONGEST)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replace(INVISIBLE, "")
    .replace(/ {2,}/g, " ")
    .trim();
  const characters = [...line];
  if (characters.length <= LONGEST) return line;
  return `${characters
    .slice(0, LONGEST - 1)
    .join("")
    .trimEnd()}…`;
}

/** The text with XML's five names and numeric references read, once; any other reference stays as it is. */
export function decodeOnce(text: string): string {
  return text.replace(REFERENCE, (_whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name]!;
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return code === 0 || code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  });
}

export function withoutTags(text: string): string {
  return text.replace(BLOCK_TAG, " ").replace(TAG, "");
}

/** The address where it is absolute, http(s) and without a name or password in it; else null. */
export function webLink(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_LINK || !/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return null;
  const { href, username, password } = new URL(trimmed);
  return username === "" && password === "" && href.length <= LONGEST_LINK ? href : null;
}

const MAIL_DATE =
  /^(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[A-Za-z]{1,5}|[+-]\d{2}:?\d{2})$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/i;

/**
 * The instant that an RSS or ISO date names; null for anything else, for a time without a zone
 * and for a zone that only its own people know (`CEST`).
 */
export function instantIn(text: string): Date | null {
  const trimmed = text.trim();
  if (trimmed.length > 64 || !(MAIL_DATE.test(trimmed) || ISO_DATE.test(trimmed))) return null;
  const instant = new Date(trimmed);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
