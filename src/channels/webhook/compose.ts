import type { Message } from "../../render/document.ts";
import { toHtml } from "../../render/formats/html.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { harmless, literal } from "../../render/literal.ts";
import type { ComposeContext, Json, Post, Property } from "../contract.ts";

/** Of `data`: raised only if a field should ever change its meaning. */
const VERSION = 1;

/**
 * One JSON document: `type`, `timestamp` and `data`, as Standard Webhooks lays a payload out. `data` names things as
 * `--json` does; times are UTC with milliseconds; fields are only ever added.
 */
export function composeDocument(
  message: Message,
  context: ComposeContext,
  property: Property,
  locale: string,
): Post {
  const { incident, update } = context;
  const key = context.keyOf("1");
  const plain = harmless(toPlainText(message.body));
  const instant = (date: Date | null) => date?.toISOString() ?? null;
  const data: Json = {
    version: VERSION,
    property: { name: property.name, url: property.url, statusUrl: property.statusUrl },
    incident: {
      id: incident.id,
      title: literal(incident.title),
      type: incident.type,
      phase: incident.phase,
      impact: incident.impact,
      components: incident.components.map(({ id, state }) => ({ id, state })),
      startedAt: incident.startedAt.toISOString(),
      endsAt: instant(incident.endsAt),
      nextUpdateAt: instant(incident.nextUpdateAt),
    },
    update: { id: update.id, number: update.number, verb: update.verb, at: update.at.toISOString() },
    message: {
      locale,
      subject: literal(message.subject),
      text: plain,
      html: toHtml(message.body),
      short: harmless(message.short),
      link: message.link,
    },
  };
  const text = [literal(message.subject), plain, plain.includes(message.link ?? "") ? null : message.link];
  return {
    part: "1",
    key,
    payload: { type: "status.update", timestamp: update.at.toISOString(), data },
    text: text.filter((part) => part !== null && part !== "").join("\n\n"),
    length: null,
    notes: [],
  };
}
