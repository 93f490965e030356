import { isClosed } from "../../incident/incident.ts";
import type { Message } from "../../render/document.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { harmless, literal } from "../../render/literal.ts";
import type { ComposeContext, Post } from "../contract.ts";

/** `target` counts the channel's `urls` from 0; null where the server keeps the addresses. */
export type ApprisePayload = {
  readonly target: number | null;
  readonly title: string;
  readonly body: string;
  readonly type: "info" | "success" | "warning" | "failure";
  readonly format: "text";
};

/** One post for each address, or one for all that a server keeps; plain text, so that no service reads markup in it. */
export function composeForApprise(
  message: Message,
  context: ComposeContext,
  settings: { readonly targets: number | null; readonly form: "full" | "short" },
): readonly Post[] {
  const title = inert(literal(message.subject));
  const words =
    settings.form === "full"
      ? [toPlainText(message.body)]
      : [
          message.short,
          ...(message.keep === null || message.short.includes(message.keep) ? [] : [message.keep]),
        ];
  const said = words.map((part) => inert(harmless(part))).join("\n");
  const link = message.link === null || said.includes(message.link) ? "" : message.link;
  const text = [said, link].filter((part) => part.trim() !== "").join("\n\n");
  const body = text === "" ? title : text;
  const targets =
    settings.targets === null ? [null] : Array.from({ length: settings.targets }, (_, at) => at);
  return targets.map((target) => {
    const part = String((target ?? 0) + 1);
    const payload: ApprisePayload = { target, title, body, type: typeOf(context), format: "text" };
    return {
      part,
      key: context.keyOf(part),
      payload,
      text: [title, body].filter((line) => line !== "").join("\n\n"),
      length: null,
      notes: [],
    };
  });
}

/** What would call people in one service or another, broken by a zero-width space; addresses of mail stay whole. */
function inert(text: string): string {
  return text
    .replace(/(?<![\p{L}\p{N}.+-])@(?=\S)|@(?=(?:everyone|here|channel|all)\b)/giu, "@\u200b")
    .replace(/<(?=[!@#])/g, "<\u200b");
}

/** Many services show it as a colour or a sign. */
function typeOf({ incident: { type, phase, impact } }: ComposeContext): ApprisePayload["type"] {
  if (type !== "incident" || impact === "none") return "info";
  if (isClosed(phase)) return "success";
  return impact === "critical" ? "failure" : "warning";
}
