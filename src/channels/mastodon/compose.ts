import type { Message } from "../../render/document.ts";
import { shortWords } from "../../render/short-post.ts";
import type { ComposeContext, Post } from "../contract.ts";
import { fitInto } from "../short-post.ts";
import type { MastodonSettings } from "./settings.ts";
import { escapePost, postLength } from "./text.ts";

export type StatusPayload = {
  readonly status: string;
  readonly visibility: MastodonSettings["visibility"];
  readonly language: string;
};

/**
 * One post: the short words, cut where they do not fit, then the promise and the link, both kept whole; mentions and
 * hashtags from data are inert. A follow-up may stand alone where the first post is gone. Throws TooLong where promise
 * and link alone exceed the server's limit.
 */
export function composeStatus(
  message: Message,
  context: ComposeContext,
  settings: Pick<MastodonSettings, "visibility" | "characters">,
  locale: string,
): readonly Post[] {
  const limit = settings.characters;
  const words = plainWords(shortWords(message, context.incident.title));
  const tail = [plainWords(message.keep ?? ""), message.link ?? ""];
  const { text, cut } = fitInto("the server", words, tail, { limit, measure: postLength });
  const payload: StatusPayload = {
    status: text,
    visibility: settings.visibility,
    // ISO 639: without the region.
    language: locale.split("-")[0] ?? locale,
  };
  return [
    {
      part: "1",
      key: context.keyOf("1"),
      payload,
      text,
      length: { used: postLength(text), limit, unit: "characters" },
      notes: cut ? ["cut to fit"] : [],
      ...(context.rootSubject === null ? {} : { standAlone: payload }),
    },
  ];
}

function plainWords(text: string): string {
  return escapePost(text.normalize("NFC")).trim();
}
