import type { Block, Message } from "../../render/document.ts";
import { fit as cutToFit } from "../../render/fit.ts";
import { fitBlocks } from "../../render/fit-blocks.ts";
import { toCardElements, toCardTitle } from "../../render/formats/adaptive-card.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import { wordsIn } from "../../render/words/index.ts";
import { type ComposeContext, type Json, type Post, TooLong } from "../contract.ts";

/** Teams, "about 28 KB" for a whole message (Teams connector, read 2026-11): some room is left for what Teams adds. */
const BYTES = 26_000;
const TITLE = 300;

/** One Adaptive Card: subject, body, a button that leads to the status page. A body that is cut keeps its promise. */
export function composeCard(message: Message, context: ComposeContext, locale: string): Post {
  const subject = cutToFit(literal(message.subject) || literal(context.incident.title), {
    limit: TITLE,
    measure: (text) => text.length,
  });
  const card = (body: readonly Block[]) => cardOf(subject.text, body, message.link, locale);
  const cut = sizeOf(card(message.body)) > BYTES;
  const { keep } = message;
  const promised = (blocks: readonly Block[]): readonly Block[] =>
    keep === null || toPlainText(blocks).includes(keep)
      ? blocks
      : [...blocks, { type: "paragraph", children: [{ type: "text", text: keep }] }];
  const measure = (blocks: readonly Block[]) => sizeOf(card(promised(blocks)));
  const body = cut ? promised(fitBlocks(message.body, { limit: BYTES, measure }).blocks) : message.body;
  const payload = card(body);
  const used = sizeOf(payload);
  if (used > BYTES) throw new TooLong(`Teams takes ${BYTES} bytes, and promise and link alone are longer`);
  const plain = toPlainText(body);
  const link = message.link !== null && !plain.includes(message.link) ? message.link : null;
  return {
    part: "1",
    key: context.keyOf("1"),
    payload,
    text: [subject.text, plain, link].filter((part) => part !== null && part !== "").join("\n\n"),
    length: { used, limit: BYTES, unit: "bytes" },
    notes: cut || subject.cut ? ["cut to fit"] : [],
  };
}

/** What a workflow's trigger takes (Teams, workflow templates, read 2026-11). */
function cardOf(subject: string, body: readonly Block[], link: string | null, locale: string): Json {
  const content: Json = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    lang: locale,
    // Read aloud, and shown where a card cannot be.
    fallbackText: subject,
    msteams: { width: "Full" },
    body: [...toCardTitle(subject), ...toCardElements(body)] satisfies Json,
    ...(link === null
      ? {}
      : { actions: [{ type: "Action.OpenUrl", title: wordsIn(locale).seeStatusPage, url: link }] }),
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }],
  };
}

function sizeOf(payload: Json): number {
  return Buffer.byteLength(JSON.stringify(payload));
}
