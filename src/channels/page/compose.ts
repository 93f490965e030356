import type { PageIncident } from "../../page/site.ts";
import type { Block, Message } from "../../render/document.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import type { BoardEntry, BoardUpdate, ComposeContext, Json, Post } from "../contract.ts";

/** One post: the words alone. Title, phase, times and components come from the board when the page is written. */
export function composePage(message: Message, context: ComposeContext): readonly Post[] {
  const payload = { subject: message.subject, blocks: message.body };
  return [
    {
      part: "1",
      key: context.keyOf("1"),
      payload,
      text: toPlainText(message.body),
      length: null,
      notes: [],
    },
  ];
}

/** The board's incident with each payload read back as words. */
export function toPageIncident(entry: BoardEntry, updates: readonly BoardUpdate[]): PageIncident {
  return {
    ...entry,
    updates: updates.map(({ payload, ...update }) => ({ ...update, ...readPayload(payload) })),
  };
}

/** The ledger returns what `composePage` stored. */
function readPayload(payload: Json): {
  subject: string;
  blocks: readonly Block[];
} {
  if (payload === null || typeof payload !== "object" || !("blocks" in payload))
    throw new TypeError("the ledger holds a page post without words");
  return payload as unknown as { subject: string; blocks: readonly Block[] };
}
