import { tweetLength } from "../../render/tweet.ts";

/** Mastodon, StatusLengthValidator: an address counts 23, whatever its length (read 2026-11). */
const ADDRESS = 23;
/** The shortest address that Mastodon could see in a text (`http://a.co`) makes it this much longer. */
const SURPLUS = ADDRESS - 11;
/** Without a letter or a digit behind the slashes nobody sees an address, and none goes on behind one of these signs. */
const RUN = /https?:\/\/(?=[\p{L}\p{N}])[^\s"`<>{}\\^]+/giu;
const TRAILING = /[.,;:!?)\]}'"»”’…]+$/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The length of a post by Mastodon's count (graphemes, an http(s) address 23), never less than Mastodon's own. */
export function postLength(text: string): number {
  let length = 0;
  let at = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const address = run.replace(TRAILING, "");
    // Mastodon finds addresses by X's pattern, so that what X surely counts as one address is one here.
    const sure = (index === 0 || /[\s(]/.test(text[index - 1] ?? "")) && tweetLength(address) === ADDRESS;
    length += graphemes(text.slice(at, index));
    length += sure ? ADDRESS : graphemes(address) + SURPLUS * address.split("://").length;
    at = index + address.length;
  }
  return length + graphemes(text.slice(at));
}

function graphemes(text: string): number {
  if (/^[\n\x20-\x7e]*$/.test(text)) return text.length;
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

const MENTION = /(?<![a-z0-9_])@(?=[a-z0-9_])/gi;
const HASHTAG = /(?<![a-z0-9_])([#＃])(?=[\p{L}\p{M}\p{N}_\u00b7\u30fb\u200c])/giu;
/** Mastodon looks for mentions in the whole text, addresses included (Account::MENTION_RE, read 2026-11). */
const MENTION_IN_ADDRESS = /(?<![=/\p{L}\p{M}\p{N}\p{Pc}])@(?=[a-z0-9_])/giu;
/** Older servers see a tag behind a bracket; behind all else that an address may hold they see none. */
const BRACKETED_TAG = /(?<=[([{])([#＃])(?=[\p{L}\p{M}\p{N}_\u00b7\u30fb\u200c])/gu;

/** What an address right behind it would make a mention or a tag. */
const BEFORE_ADDRESS = /[@#＃]$/u;

/** Text from data for a post: `@mention` and `#hashtag` are broken by a zero-width space; addresses stay whole. */
export function escapePost(text: string): string {
  let escaped = "";
  let at = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    escaped +=
      inert(text.slice(at, index)).replace(BEFORE_ADDRESS, "$&\u200b") +
      run.replace(MENTION_IN_ADDRESS, "%40").replace(BRACKETED_TAG, "$1\u200b");
    at = index + run.length;
  }
  return escaped + inert(text.slice(at));
}

function inert(text: string): string {
  return text.replace(MENTION, "@\u200b").replace(HASHTAG, "$1\u200b");
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** The words of a post as the server shows it: HTML of paragraphs, line breaks and links. */
export function wordsOfHtml(html: string): string {
  return html
    .replace(/<br\s*\/?>/gi, "\n")
    .replace(/<\/p>/gi, "\n\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
}

/** Words as they are compared: white space and what we broke names with aside. */
export function comparable(text: string): string {
  return text
    .normalize("NFC")
    .replace(/\u200b/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
