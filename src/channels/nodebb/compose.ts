import type { Message } from "../../render/document.ts";
import { fit as cutToFit } from "../../render/fit.ts";
import { fitBlocks } from "../../render/fit-blocks.ts";
import { escapeForum, toForumMarkdown } from "../../render/formats/forum.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import { wordsIn } from "../../render/words/index.ts";
import type { ComposeContext, Post, Property } from "../contract.ts";
import type { NodebbSettings } from "./settings.ts";

/** The first post of an incident uses all of it; a reply uses `content`. */
export type NodebbPayload = {
  readonly cid: number;
  readonly title: string;
  readonly content: string;
  readonly tags: readonly string[];
};

/** NodeBB, install/data/defaults.json, read 2026-11: a forum may change them. Counted in UTF-16 units. */
const TITLE = { min: 3, max: 255 };
const CONTENT = { min: 8, max: 32_767 };

/** One post; what a forum cannot hold is cut, and the link kept. */
export function composeNodebbPost(
  message: Message,
  context: ComposeContext,
  settings: Pick<NodebbSettings, "category" | "tags">,
  property: Property,
  locale: string,
): Post {
  const key = context.keyOf("1");
  const say = wordsIn(locale);
  const title = titleOf(context.incident.title, property.name);
  const link = message.link === null ? "" : `${say.statusPage}: <${message.link}>`;
  const contentOf = (markdown: string) => {
    const words = [markdown, link].filter((part) => part !== "").join("\n\n");
    const shown =
      lengthOf(words) < CONTENT.min
        ? `${words}\n\n${escapeForum(say.forum.statusUpdate(title))}`.trim()
        : words;
    return `${shown}\n\n${markerOf(key)}`;
  };
  const kept = fitBlocks(message.body, {
    limit: CONTENT.max,
    measure: (blocks) => contentOf(toForumMarkdown(blocks)).length,
  });
  const content = contentOf(toForumMarkdown(kept.blocks));
  const payload: NodebbPayload = { cid: settings.category, title, content, tags: settings.tags ?? [] };
  const text = [
    ...(context.rootSubject === null ? [title] : []),
    toPlainText(kept.blocks),
    ...(message.link === null ? [] : [`${say.statusPage}: ${message.link}`]),
  ].join("\n\n");
  return {
    part: "1",
    key,
    payload,
    text,
    length: { used: content.length, limit: CONTENT.max, unit: "characters" },
    notes: kept.cut ? ["cut to fit"] : [],
  };
}

/** Ends every post, so that it can be found again: Markdown shows no link definition. */
export function markerOf(key: string): string {
  return `[status]: # (${key})`;
}

/** A forum leaves tags out where it counts, and takes an address in angle brackets for one. */
function lengthOf(text: string): number {
  return text.replace(/<[^>]*>/g, "").trim().length;
}

/** A topic keeps its title while the incident moves on. `[[` would begin a phrase to be translated. */
function titleOf(said: string, property: string): string {
  const title = literal(said).replace(/\[(?=\[)/g, "[\u200b");
  const long = title.length < TITLE.min ? `${literal(property)}: ${title}` : title;
  return cutToFit(long, { limit: TITLE.max, measure: (text) => text.length }).text;
}
