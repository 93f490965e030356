import type { Message } from "../../render/document.ts";
import { toForumMarkdown } from "../../render/formats/forum.ts";
import { toHtml } from "../../render/formats/html.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import type { ComposeContext, Json, Post } from "../contract.ts";

/** What the ledger keeps of a post, and the program gets. */
export type CommandPayload = {
  readonly post: {
    readonly subject: string;
    readonly text: string;
    readonly short: string;
    readonly keep: string | null;
    readonly markdown: string;
    readonly html: string;
    readonly link: string | null;
    readonly locale: string;
  };
  readonly incident: { readonly [key: string]: Json };
  readonly update: { readonly [key: string]: Json };
};

/** One post with the words in every form that a program may need; no limit is known, so nothing is cut. */
export function composeForProgram(message: Message, context: ComposeContext, locale: string): Post {
  const { incident, update } = context;
  const text = toPlainText(message.body);
  const payload: CommandPayload = {
    post: {
      subject: message.subject,
      text,
      short: message.short,
      keep: message.keep,
      markdown: toForumMarkdown(message.body),
      html: toHtml(message.body),
      link: message.link,
      locale,
    },
    incident: {
      id: incident.id,
      type: incident.type,
      title: literal(incident.title),
      phase: incident.phase,
      impact: incident.impact,
      components: incident.components.map(({ id, state }) => ({ id, state })),
      startedAt: incident.startedAt.toISOString(),
      endsAt: incident.endsAt?.toISOString() ?? null,
      nextUpdateAt: incident.nextUpdateAt?.toISOString() ?? null,
    },
    update: { id: update.id, number: update.number, verb: update.verb, at: update.at.toISOString() },
  };
  return {
    part: "1",
    key: context.keyOf("1"),
    payload,
    text: [message.subject, text, message.link].filter((part) => part !== null && part !== "").join("\n\n"),
    length: null,
    notes: [],
  };
}
