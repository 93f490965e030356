import type { Message } from "../../render/document.ts";
import { shortWords } from "../../render/short-post.ts";
import type { ComposeContext, Json, Post } from "../contract.ts";
import { fitInto } from "../short-post.ts";
import { recordKeyOf } from "./record-key.ts";
import { LIMIT, linkFacets, postLength } from "./text.ts";

export const COLLECTION = "app.bsky.feed.post";

/** The record as it is put, less its place in the thread. */
export type PostPayload = {
  readonly rkey: string;
  readonly record: {
    readonly $type: typeof COLLECTION;
    readonly text: string;
    readonly facets?: readonly Json[];
    readonly langs: readonly string[];
    readonly createdAt: string;
  };
};

/**
 * One post: the short words, cut where they do not fit, then the promise and the link, both kept whole; addresses are
 * links, and nothing else is live. Throws TooLong where promise and link alone exceed 300 characters.
 */
export function composePost(message: Message, context: ComposeContext, locale: string): readonly Post[] {
  const words = plainWords(shortWords(message, context.incident.title));
  const tail = [plainWords(message.keep ?? ""), message.link ?? ""];
  const { text, cut } = fitInto("Bluesky", words, tail, { limit: LIMIT, measure: postLength });
  const key = context.keyOf("1");
  const facets = linkFacets(text);
  const payload: PostPayload = {
    rkey: recordKeyOf(key, context.update.at),
    record: {
      $type: COLLECTION,
      text,
      ...(facets.length === 0 ? {} : { facets }),
      langs: [locale],
      // Part of what is stored: another time would make a repeat another record.
      createdAt: context.update.at.toISOString(),
    },
  };
  return [
    {
      part: "1",
      key,
      payload,
      text,
      length: { used: postLength(text), limit: LIMIT, unit: "characters" },
      notes: cut ? ["cut to fit"] : [],
    },
  ];
}

function plainWords(text: string): string {
  return text.normalize("NFC").trim();
}
