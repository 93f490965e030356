import type { Block, Message } from "../../render/document.ts";
import { fit as cutToFit } from "../../render/fit.ts";
import { fitBlocks } from "../../render/fit-blocks.ts";
import { escapeDiscord, toDiscordMarkdown } from "../../render/formats/discord.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import { type ComposeContext, type Post, TooLong } from "../contract.ts";
import type { DiscordSettings } from "./settings.ts";

/** Discord, execute webhook: content 2,000, a thread's name 100 characters (API v10, read 2026-11). */
const CONTENT_LIMIT = 2_000;
const THREAD_NAME_LIMIT = 100;
const SUBJECT_LIMIT = 300;
/** Message flag SUPPRESS_EMBEDS (API v10, read 2026-11): no preview of what a link leads to. */
const SUPPRESS_EMBEDS = 4;

/** What is sent; `thread_name` is for the post that opens a thread. */
export type DiscordPayload = {
  readonly content: string;
  readonly allowed_mentions: { readonly parse: readonly [] };
  readonly flags: number;
  readonly username?: string;
  readonly thread_name?: string;
};

/** One message within 2,000 characters: subject, body, link. A body that is cut keeps promise and link. */
export function composeDiscord(
  message: Message,
  context: ComposeContext,
  settings: Pick<DiscordSettings, "forum" | "username">,
): Post {
  const key = context.keyOf("1");
  const title = literal(context.incident.title);
  const subject = cutToFit(literal(message.subject) || title, {
    limit: SUBJECT_LIMIT,
    measure: (text) => escapeDiscord(text).length,
  });
  const whole = said(subject.text, message.body, message.link);
  const cut = whole.content.length > CONTENT_LIMIT;
  const fitted = cut ? shortened(subject.text, message) : whole;
  const name = cutToFit(title || subject.text, { limit: THREAD_NAME_LIMIT, measure: (text) => text.length });
  const payload: DiscordPayload = {
    content: fitted.content,
    allowed_mentions: { parse: [] },
    flags: SUPPRESS_EMBEDS,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.forum ? { thread_name: name.text || "Status" } : {}),
  };
  return {
    part: "1",
    key,
    payload,
    text: fitted.text,
    length: { used: fitted.content.length, limit: CONTENT_LIMIT, unit: "characters" },
    notes: cut || subject.cut ? ["cut to fit"] : [],
    ...(settings.forum && context.rootSubject !== null ? { standAlone: payload } : {}),
  };
}

interface Said {
  readonly content: string;
  readonly text: string;
}

function said(subject: string, body: readonly Block[], link: string | null): Said {
  const join = (...parts: (string | null)[]) =>
    parts.filter((part) => part !== null && part !== "").join("\n\n");
  const markdown = toDiscordMarkdown(body);
  const plain = toPlainText(body);
  return {
    content: join(
      subject === "" ? null : `**${escapeDiscord(subject)}**`,
      markdown,
      // An address that somebody typed is words, and leads nowhere.
      link === null || markdown.includes(`<${link}>`) ? null : `<${link}>`,
    ),
    text: join(subject, plain, link === null || plain.includes(link) ? null : link),
  };
}

/** As many blocks as there is room for, and the promise behind them where it was cut off. */
function shortened(subject: string, { body, keep, link }: Message): Said {
  const promised = (blocks: readonly Block[]): readonly Block[] =>
    keep === null || toPlainText(blocks).includes(keep)
      ? blocks
      : [...blocks, { type: "paragraph", children: [{ type: "text", text: keep }] }];
  const { blocks } = fitBlocks(body, {
    limit: CONTENT_LIMIT,
    measure: (candidate) => said(subject, promised(candidate), link).content.length,
  });
  const fitted = said(subject, promised(blocks), link);
  if (fitted.content.length > CONTENT_LIMIT)
    throw new TooLong(`Discord takes ${CONTENT_LIMIT} characters, and promise and link alone are longer`);
  return fitted;
}
