import type { Message } from "../../render/document.ts";
import { fitWithTail } from "../../render/fit.ts";
import { escapeTweet, tweetLength } from "../../render/tweet.ts";
import { type ComposeContext, type Post, TooLong } from "../contract.ts";

/** X, weighted characters for accounts without Premium (counting characters, read 2026-11). */
const LIMIT = 280;

/** Pay per use: a post with an address costs more than thirteen times as much (price list of 2026-04-20). */
const PRICE_WITH_LINK = "$0.20 per post by X's price list (carries a link)";
const PRICE_WITHOUT_LINK = "$0.015 per post by X's price list";

/**
 * One post: the short words, cut where they do not fit, then the promise and the link, both kept whole.
 * A follow-up carries a stand-alone payload for when X does not let it reply. Throws TooLong where promise and link
 * alone exceed the limit.
 */
export function composeTweet(message: Message, context: ComposeContext): readonly Post[] {
  const short = plainWords(message.short);
  const keep = message.keep === null ? "" : plainWords(message.keep);
  const tail = [keep, message.link ?? ""].filter((part) => part !== "");
  const { text, cut } = fitParts(short, tail);
  const carriesLink = message.link !== null || holdsAddress(text);
  const payload = { text, reply: context.rootSubject !== null };
  return [
    {
      part: "1",
      key: context.keyOf("1"),
      payload,
      text,
      length: {
        used: tweetLength(text),
        limit: LIMIT,
        unit: "weighted characters",
      },
      notes: [...(cut ? ["cut to fit"] : []), carriesLink ? PRICE_WITH_LINK : PRICE_WITHOUT_LINK],
      ...(payload.reply ? { standAlone: { text, reply: false } } : {}),
    },
  ];
}

/** The words and what must stay; a part that the words already say is not said twice. */
function fitParts(short: string, tail: readonly string[]): { text: string; cut: boolean } {
  const whole = joined(short, ...tail.filter((part) => !mention(part).test(short)));
  if (tweetLength(whole) <= LIMIT) return { text: whole, cut: false };
  // What is said in the tail need not be said again above it: the whole line goes, not a piece of it.
  const lines = short
    .split("\n")
    .filter((line, _, all) => all.length === 1 || !tail.some((part) => mention(part).test(line)));
  const words = tail.reduce((text, part) => text.replace(mention(part), ""), lines.join("\n")).trim();
  try {
    const { text } = fitWithTail(words, joined(...tail), {
      limit: LIMIT,
      measure: tweetLength,
    });
    return { text, cut: true };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TooLong(`the promise and the link alone exceed X's ${LIMIT} characters: ${tail.join(" ")}`);
  }
}

/** The part as a whole: `https://example.com` is not said by `https://example.com/help`. */
function mention(part: string): RegExp {
  // A promise may go on: `Next update: 10:30, or sooner`.
  const literally = part.replace(/(?<=[\p{L}\p{N})])\.$/u, "").replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${literally}\\/?(?![\\p{L}\\p{N}\\/?#=&%_\\-])`, "u");
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}

function plainWords(text: string): string {
  return escapeTweet(text.normalize("NFC")).trim();
}

/** Whether X may see an address, with or without a scheme: what a link post is by its price list. */
function holdsAddress(text: string): boolean {
  return /https?:\/\/|[\p{L}\p{N}]\.\p{L}{2,}/iu.test(text);
}
