import { composeForApprise } from "../../src/channels/apprise/compose.ts";
import { composePost } from "../../src/channels/bluesky/compose.ts";
import { composeForProgram } from "../../src/channels/command/compose.ts";
import type { ComposeContext, Json, Post, Property } from "../../src/channels/contract.ts";
import { composeDiscord } from "../../src/channels/discord/compose.ts";
import { composeForumPost, type ForumPayload } from "../../src/channels/discourse/compose.ts";
import { composeMails, type MailPayload } from "../../src/channels/email/compose.ts";
import { composeStatus } from "../../src/channels/mastodon/compose.ts";
import { composeNodebbPost } from "../../src/channels/nodebb/compose.ts";
import { composePage } from "../../src/channels/page/compose.ts";
import { composeMessage } from "../../src/channels/slack/compose.ts";
import { composeHostedPost, type HostedPayload } from "../../src/channels/statuspage/compose.ts";
import { composeCard } from "../../src/channels/teams/compose.ts";
import { composeTweet } from "../../src/channels/twitter/compose.ts";
import { composeDocument } from "../../src/channels/webhook/compose.ts";
import type { Message } from "../../src/render/document.ts";
import type { TemplateSet } from "../../src/render/template.ts";
import { FULLNESS, type Fullness, type Locale, sampleOf } from "./samples.ts";

/** Every kind of channel with what its audience gets to read of one composed post. */
const KINDS = {
  twitter: { title: "X", read: ({ text }: Post) => text },
  email: {
    title: "Mail",
    read({ payload }: Post) {
      const { subject, text } = payload as MailPayload;
      return `Subject: ${subject}\n\n${text}`;
    },
  },
  discourse: {
    title: "Discourse (Markdown)",
    read({ payload }: Post) {
      const { title, raw } = payload as ForumPayload;
      return `Title: ${title}\n\n${raw}`;
    },
  },
  slack: {
    title: "Slack, internal",
    read({ payload, standAlone }: Post) {
      const { blocks } = (standAlone ?? payload) as unknown as { blocks: readonly Json[] };
      const { text } = payload as unknown as { text: string };
      return `Notification: ${text.split("\n")[0]}\n\n${blocks.map(wordsOf).join("\n\n")}`;
    },
  },
  statuspage: {
    title: "Statuspage",
    read({ payload }: Post) {
      const { incident } = payload as HostedPayload;
      return `Name: ${incident.name}\nStatus: ${incident.status}\n\n${incident.body}`;
    },
  },
  page: {
    title: "Status page",
    read({ payload, text }: Post) {
      return `Heading of a feed entry: ${(payload as { subject: string }).subject}\n\n${text}`;
    },
  },
  mastodon: { title: "Mastodon", read: ({ text }: Post) => text },
  bluesky: { title: "Bluesky", read: ({ text }: Post) => text },
  discord: { title: "Discord", read: ({ text }: Post) => text },
  teams: { title: "Teams", read: ({ text }: Post) => text },
  nodebb: { title: "NodeBB", read: ({ text }: Post) => text },
  webhook: { title: "Webhook", read: ({ text }: Post) => text },
  apprise: { title: "Apprise", read: ({ text }: Post) => text },
  command: { title: "A program", read: ({ text }: Post) => text },
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];
/** Those whose texts people read; the other kinds say the same words in their own form. */
const READ: readonly Kind[] = ["twitter", "email", "discourse", "slack", "statuspage", "page"];

/** One template's update as each kind of channel would send it. */
export function composed(set: TemplateSet, kind: Kind, locale: Locale, fullness: Fullness): Post {
  const { facts, property, context } = sampleOf(set, locale, fullness);
  const message = set.render({
    ...{ channel: kind, kind, locale, timeZone: property.timeZone, facts },
    audience: kind === "slack" ? "internal" : "public",
  });
  return postOf(kind, message, context, property, locale);
}

/** A message as one kind of channel composes it. */
export function postOf(
  kind: Kind,
  message: Message,
  context: ComposeContext,
  property: Property,
  locale: string,
): Post {
  const hosted = { components: { checkout: "cmp_1" }, notifySubscribers: false };
  const post = {
    twitter: () => composeTweet(message, context)[0],
    email: () => composeMails(message, context, SENDER, property, locale)[0],
    discourse: () => composeForumPost(message, context, { category: 7 }, property, locale),
    slack: () => composeMessage(message, context, { broadcastResolution: false })[0],
    statuspage: () => composeHostedPost(message, context, hosted, property),
    page: () => composePage(message, context)[0],
    mastodon: () => composeStatus(message, context, { visibility: "public", characters: 500 }, locale)[0],
    bluesky: () => composePost(message, context, locale)[0],
    discord: () => composeDiscord(message, context, { forum: false }),
    teams: () => composeCard(message, context, locale),
    nodebb: () => composeNodebbPost(message, context, { category: 2 }, property, locale),
    webhook: () => composeDocument(message, context, property, locale),
    apprise: () => composeForApprise(message, context, { targets: 1, form: "full" })[0],
    command: () => composeForProgram(message, context, locale),
  }[kind]();
  if (post === undefined) throw new Error(`${kind} composed nothing`);
  return post;
}

const SENDER = {
  from: "Status <status@example.com>",
  to: ["reader@example.net"],
  unsubscribe: "https://example.com/unsubscribe",
};

/** The whole gallery of one template in one language, for people to read. */
export function gallery(set: TemplateSet, locale: Locale): string {
  return FULLNESS.flatMap((fullness) => [
    `################ ${set.name} (${locale}): ${fullness}`,
    ...READ.map((kind) => {
      const post = composed(set, kind, locale, fullness);
      const { title, read } = KINDS[kind];
      const length =
        post.length === null ? "" : `, ${post.length.used} of ${post.length.limit} ${post.length.unit}`;
      const cut = post.notes.includes("cut to fit") ? ", cut to fit" : "";
      return `======== ${title}${length}${cut}\n\n${read(post).trimEnd()}`;
    }),
  ])
    .join("\n\n")
    .concat("\n")
    .replace(/[ \t]+$/gm, "");
}

/** All texts of a Slack block in order, as they stand on the screen. */
function wordsOf(block: Json): string {
  if (Array.isArray(block)) return block.map(wordsOf).join("");
  if (block === null || typeof block !== "object") return "";
  const { type, text, url, elements, style } = block as { readonly [key: string]: Json };
  if (type === "header") return `# ${wordsOf(text ?? null)}`;
  if (typeof text === "string") {
    const bold = style !== null && typeof style === "object" && "bold" in style;
    return bold ? `*${text}*` : text;
  }
  if (type === "link" && typeof url === "string") return url;
  if (type === "rich_text" && Array.isArray(elements))
    return (elements as readonly Json[]).map(wordsOf).join("\n");
  return wordsOf(elements ?? text ?? null);
}
