import { isClosed } from "../../incident/incident.ts";
import type { Message } from "../../render/document.ts";
import { fit as fitText } from "../../render/fit.ts";
import { fitBlocks } from "../../render/fit-blocks.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { escapeMrkdwn, toSlackBlocks } from "../../render/formats/slack.ts";
import type { ComposeContext, Json, Post } from "../contract.ts";
import type { SlackSettings } from "./settings.ts";

/** Slack, header block: characters of text (@slack/types, read 2026-11). */
const HEADER_LIMIT = 150;
/** Slack takes 40,000 but refuses to change a message to one over 4,000 (chat.update, read 2026-11): corrections must fit. */
const FALLBACK_LIMIT = 4_000;
/** What the blocks hold before they are cut: Slack refuses a message from about 13,200 on (msg_blocks_too_long). */
const BODY_LIMIT = 12_000;

/**
 * One message: a header on the post that opens the thread, a line of context on replies, the body, the link.
 * Its `text` is what notifications and screen readers get. What Slack cannot hold is cut and the link kept.
 */
export function composeMessage(
  message: Message,
  context: ComposeContext,
  settings: Pick<SlackSettings, "broadcastResolution">,
): readonly Post[] {
  const key = context.keyOf("1");
  const kept = fitBlocks(message.body, {
    limit: BODY_LIMIT,
    measure: (candidate) => toPlainText(candidate).length,
  });
  const plain = toPlainText(kept.blocks);
  const link = message.link !== null && !plain.includes(message.link) ? message.link : null;
  const text = [message.subject, plain, link].filter((part) => part !== null && part !== "").join("\n\n");
  const subject = fitText(message.subject, {
    limit: HEADER_LIMIT,
    measure: (candidate) => candidate.length,
  });
  const body: readonly Json[] = [...toSlackBlocks(kept.blocks), ...(link === null ? [] : [linkLine(link)])];
  const shared = {
    text: fallbackOf(text),
    mrkdwn: false,
    // The defaults differ between posting and changing a message, and would make names live.
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    metadata: {
      event_type: "status_update",
      event_payload: {
        key,
        incident: context.incident.id,
        update: context.update.number,
      },
    },
  };
  const first = { ...shared, blocks: [...header(subject.text), ...body] };
  const opens = context.rootSubject === null;
  const { type, phase } = context.incident;
  const broadcast = settings.broadcastResolution && type !== "notice" && isClosed(phase);
  const reply = {
    ...shared,
    blocks: [...subjectLine(subject.text), ...body],
    ...(broadcast ? { reply_broadcast: true } : {}),
  };
  return [
    {
      part: "1",
      key,
      payload: opens ? first : reply,
      text,
      length: { used: plain.length, limit: BODY_LIMIT, unit: "characters" },
      notes: subject.cut || kept.cut ? ["cut to fit"] : [],
      ...(opens ? {} : { standAlone: first }),
    },
  ];
}

function fallbackOf(text: string): string {
  const measure = (candidate: string) => Buffer.byteLength(escapeMrkdwn(candidate));
  return escapeMrkdwn(fitText(text, { limit: FALLBACK_LIMIT, measure }).text);
}

function header(subject: string): readonly Json[] {
  return subject === "" ? [] : [{ type: "header", text: plainText(subject) }];
}

function subjectLine(subject: string): readonly Json[] {
  return subject === "" ? [] : [{ type: "context", elements: [plainText(subject)] }];
}

function linkLine(url: string): Json {
  const section = {
    type: "rich_text_section",
    elements: [{ type: "link", url }],
  };
  return { type: "rich_text", elements: [section] };
}

function plainText(text: string): Json {
  return { type: "plain_text", text, emoji: false };
}
