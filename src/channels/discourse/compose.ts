import type { Message } from "../../render/document.ts";
import { fit as cutToFit } from "../../render/fit.ts";
import { escapeForum, toForumMarkdown } from "../../render/formats/forum.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import { sayMoment } from "../../render/times.ts";
import { wordsIn } from "../../render/words/index.ts";
import { type ComposeContext, type Post, type Property, TooLong } from "../contract.ts";
import type { DiscourseSettings } from "./settings.ts";

/** The first post of an incident uses all of it; a reply uses `raw`. */
export type ForumPayload = {
  readonly title: string;
  readonly raw: string;
  readonly category: number;
  readonly tags: readonly string[];
  readonly external_id: string;
};

/** Discourse, config/site_settings.yml defaults (2019), read 2026-11: a site may change them. */
const TITLE = { min: 15, max: 255 };
const RAW = { min: 20, max: 32_000 };

/** One post. Throws TooLong above 32,000 characters; a title is lengthened or cut to what a forum takes. */
export function composeForumPost(
  message: Message,
  context: ComposeContext,
  settings: Pick<DiscourseSettings, "category" | "tags">,
  property: Property,
  locale: string,
): Post {
  const key = context.keyOf("1");
  const say = wordsIn(locale);
  const title = titleOf(context, property, locale);
  const link = message.link === null ? [] : [`${say.statusPage}: <${message.link}>`];
  const words = [toForumMarkdown(message.body), ...link].filter((part) => part !== "").join("\n\n");
  // The marker does not count for the forum's least length.
  const shown =
    [...words].length < RAW.min ? `${words}\n\n${escapeForum(say.forum.statusUpdate(title))}`.trim() : words;
  const raw = `${shown}\n\n${markerOf(key)}`;
  const used = [...raw].length;
  if (used > RAW.max)
    throw new TooLong(`the forum takes ${RAW.max} characters in a post, and this has ${used}`);
  const payload: ForumPayload = {
    title,
    raw,
    category: settings.category,
    tags: settings.tags ?? [],
    external_id: key,
  };
  const text = [
    ...(context.rootSubject === null ? [title] : []),
    toPlainText(message.body),
    ...(message.link === null ? [] : [`${say.statusPage}: ${message.link}`]),
  ].join("\n\n");
  return {
    part: "1",
    key,
    payload,
    text,
    length: { used, limit: RAW.max, unit: "characters" },
    notes: [],
  };
}

/** Ends every post, so that it can be found again: Discourse keeps HTML comments in `raw` and shows none. */
export function markerOf(key: string): string {
  return `<!-- status:${key} -->`;
}

/**
 * A topic's title stays while the incident moves on, so it names no phase;
 * and a forum refuses a title that it has already, so it tells when this incident began. Planned work may be moved:
 * its title tells when it was announced. An update has to open a topic of its own where the first post may be out and
 * cannot be found: then it needs a title of its own.
 */
function titleOf({ incident, update }: ComposeContext, property: Property, locale: string): string {
  const { forum } = wordsIn(locale);
  const place = { locale, timeZone: property.timeZone };
  const at = sayMoment(incident.type === "incident" ? incident.startedAt : update.at, place);
  const said = incident.type === "maintenance" ? forum.announced(at) : at;
  const began = update.number === 1 ? said : `${said}, ${forum.update(update.number)}`;
  let title = `${literal(incident.title)} (${began})`;
  if ([...title].length < TITLE.min) title = `${literal(property.name)}: ${title}`;
  if ([...title].length <= TITLE.max) return title;
  const room = TITLE.max - began.length - 3;
  return `${cutToFit(literal(incident.title), { limit: room, measure: (text) => [...text].length }).text} (${began})`;
}
