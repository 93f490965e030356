import { type Fields, isRecord } from "../answer.ts";
import type { Post, Search, Verdict } from "../contract.ts";

/** How far the clocks of X and of this machine may differ. */
const SKEW_MS = 60_000;
const PAGE_SIZE = 100;
/** X shows the newest 3,200 posts of an account (timelines, read 2026-11). */
const MOST_PAGES = 32;

/** Reads one address of X API v2; throws ChannelError. */
export type Reader = (path: string, query: Record<string, string | number>) => Promise<Fields>;

/** The id of our own post with these words in this place, or what the search can say without it. */
export async function findTweet(
  read: Reader,
  where: { readonly user: string; readonly root: string | null },
  post: Post,
  since: Date,
): Promise<string | Search> {
  const words = withoutTimes(wordsOf(post) ?? "");
  let token: string | null = null;
  let unread = false;
  for (let page = 0; page < MOST_PAGES; page++) {
    const fields = await read(`users/${where.user}/tweets`, {
      start_time: new Date(since.getTime() - SKEW_MS).toISOString().replace(/\.\d{3}Z$/, "Z"),
      max_results: PAGE_SIZE,
      "tweet.fields": "created_at,entities,referenced_tweets",
      ...(token === null ? {} : { pagination_token: token }),
    });
    for (const tweet of Array.isArray(fields.data) ? fields.data.filter(isRecord) : []) {
      const shown = shownText(tweet);
      if (typeof tweet.id === "string" && withoutTimes(shown) === words && standsAt(tweet, where.root))
        return tweet.id;
      // Where X does not say what its short links stand for, ours may be among them.
      if (/https:\/\/t\.co\//.test(shown)) unread = true;
    }
    const meta = isRecord(fields.meta) ? fields.meta : null;
    if (meta === null || (!Array.isArray(fields.data) && meta.result_count !== 0))
      return {
        found: null,
        conclusive: false,
        reason: "X's answer is no timeline",
      };
    if (Array.isArray(fields.errors) && fields.errors.length > 0)
      return {
        found: null,
        conclusive: false,
        reason: "X showed only part of the timeline",
      };
    if (typeof meta.next_token !== "string" || meta.next_token === "")
      return {
        found: null,
        conclusive: !unread,
        reason: unread
          ? "X did not say where the links in its posts lead"
          : "no post since then has these words",
      };
    token = meta.next_token;
  }
  return {
    found: null,
    conclusive: false,
    reason: "more posts since then than X shows",
  };
}

/** Whether the post still stands, in the same words. `answer` is that of GET /2/tweets/:id. */
export function judgeTweet(answer: Fields, post: Post): Verdict {
  if (!isRecord(answer.data)) {
    const errors = Array.isArray(answer.errors) ? answer.errors.filter(isRecord) : [];
    return errors.some((error) => String(error.type).endsWith("resource-not-found"))
      ? { state: "missing", note: "X does not show the post any more" }
      : { state: "cannot", note: "X's answer shows no post" };
  }
  if (comparable(shownText(answer.data)) !== comparable(wordsOf(post) ?? ""))
    return { state: "altered", note: "the post reads differently now" };
  return { state: "seen", note: null };
}

export function wordsOf(post: Post): string | null {
  const payload = isRecord(post.payload) ? post.payload : {};
  return typeof payload.text === "string" ? payload.text : null;
}

/** A reply to another post is a neighbour; our own words may also stand alone where X refused the reply. */
function standsAt(tweet: Fields, root: string | null): boolean {
  const references = Array.isArray(tweet.referenced_tweets) ? tweet.referenced_tweets.filter(isRecord) : [];
  const parent = references.find((reference) => reference.type === "replied_to")?.id;
  return parent === undefined || parent === root;
}

/** The text as it was written: X returns its own short links, and three characters as HTML entities. */
function shownText(tweet: Fields): string {
  let text = String(tweet.text ?? "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
  const urls = isRecord(tweet.entities) ? tweet.entities.urls : null;
  for (const entity of Array.isArray(urls) ? urls.filter(isRecord) : []) {
    const { url, expanded_url } = entity;
    if (typeof url === "string" && url !== "" && typeof expanded_url === "string")
      text = text.split(url).join(expanded_url);
  }
  return text;
}

/** Said again with another ledger, the same words carry other times. */
function withoutTimes(text: string): string {
  return comparable(text).replace(/\b\d{1,2}:\d{2} (?:GMT[+-]\d{1,2}(?::\d{2})?|[A-Z]{2,5})\b/g, "…");
}

/** Texts that differ only in what X adds or drops (a scheme, a last slash, white space) compare equal. */
function comparable(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll("\u200b", "")
    .replace(/https?:\/\//gi, "")
    .replace(/\/+(?=\s|$)/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
