import type { Message } from "../../render/document.ts";
import { escapeTweet, tweetLength } from "../../render/tweet.ts";
import type { ComposeContext, Post } from "../contract.ts";
import { fitInto } from "../short-post.ts";

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
  const { text, cut } = fitInto("X", short, [keep, message.link ?? ""], {
    limit: LIMIT,
    measure: tweetLength,
  });
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

function plainWords(text: string): string {
  return escapeTweet(text.normalize("NFC")).trim();
}

/** Whether X may see an address, with or without a scheme: what a link post is by its price list. */
function holdsAddress(text: string): boolean {
  return /https?:\/\/|[\p{L}\p{N}]\.\p{L}{2,}/iu.test(text);
}
