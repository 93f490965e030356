import { type Fields, isRecord } from "../answer.ts";
import type { Post, Search, Verdict } from "../contract.ts";
import type { Caller } from "./call.ts";
import { recordsOf } from "./errors.ts";

/** Where a message stands; `thread` is the `ts` of the message that opened its thread, null for that one itself. */
export interface Spot {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | null;
}

/** How far the clocks of Slack and of this machine may differ. */
const SKEW_MS = 60_000;
const PAGE_SIZE = 200;
/** More pages than any incident fills; past them the search says that it cannot tell. */
const MOST_PAGES = 25;

/** The `ts` of the message that carries the post's key, or what the search can say without it. */
export async function findMessage(
  call: Caller,
  where: { readonly channel: string; readonly thread: string | null },
  post: Post,
  since: Date,
): Promise<string | Search> {
  let cursor: string | null = null;
  let sameWordsWithoutKey = false;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { fields } = await call(where.thread === null ? "conversations.history" : "conversations.replies", {
      channel: where.channel,
      ...(where.thread === null ? {} : { ts: where.thread }),
      oldest: tsOf(new Date(since.getTime() - SKEW_MS)),
      limit: PAGE_SIZE,
      include_all_metadata: true,
      ...(cursor === null ? {} : { cursor }),
    });
    if (!Array.isArray(fields.messages)) return cannotTell("Slack's answer shows no messages");
    for (const message of recordsOf(fields.messages)) {
      const key = keyIn(message);
      if (key === post.key && typeof message.ts === "string") return message.ts;
      if (key === null && sameWords(message, post)) sameWordsWithoutKey = true;
    }
    cursor = nextCursor(fields);
    if (cursor !== null) continue;
    if (fields.has_more === true) return cannotTell("Slack showed only part of the channel");
    // Without the key a neighbour's message looks the same as ours.
    if (sameWordsWithoutKey)
      return cannotTell("a message with the same words is there, but its key cannot be read");
    return {
      found: null,
      conclusive: true,
      reason: "no message since then carries the key",
    };
  }
  return cannotTell(`more than ${MOST_PAGES * PAGE_SIZE} messages since then`);
}

/** Whether the message still stands where it was put, in the same words. */
export async function readMessage(call: Caller, spot: Spot, post: Post): Promise<Verdict> {
  const { fields } = await call(spot.thread === null ? "conversations.history" : "conversations.replies", {
    channel: spot.channel,
    ...(spot.thread === null ? {} : { ts: spot.thread }),
    oldest: spot.ts,
    latest: spot.ts,
    inclusive: true,
    // A thread's first message comes along, whatever the range.
    limit: spot.thread === null ? 1 : 10,
    include_all_metadata: true,
  });
  if (!Array.isArray(fields.messages)) return { state: "cannot", note: "Slack's answer shows no messages" };
  const message = recordsOf(fields.messages).find((candidate) => candidate.ts === spot.ts);
  if (message === undefined || message.subtype === "tombstone")
    return {
      state: "missing",
      note: "the message is not in the channel any more",
    };
  if (!sameWords(message, post)) return { state: "altered", note: "the message reads differently now" };
  return { state: "seen", note: null };
}

function cannotTell(reason: string): Search {
  return { found: null, conclusive: false, reason };
}

/** Slack's timestamps are seconds with six decimals. */
function tsOf(instant: Date): string {
  return (Math.max(0, instant.getTime()) / 1000).toFixed(6);
}

function nextCursor(fields: Fields): string | null {
  const more = fields.response_metadata;
  const cursor = isRecord(more) ? more.next_cursor : null;
  return typeof cursor === "string" && cursor !== "" ? cursor : null;
}

function keyIn(message: Fields): string | null {
  const metadata = message.metadata;
  const payload = isRecord(metadata) ? metadata.event_payload : null;
  const key = isRecord(payload) ? payload.key : null;
  return typeof key === "string" ? key : null;
}

function sameWords(message: Fields, post: Post): boolean {
  const sent = isRecord(post.payload) ? post.payload.text : null;
  const shown = message.text;
  return typeof sent === "string" && typeof shown === "string" && bare(sent) === bare(shown);
}

/** A text without what Slack itself changes: it wraps addresses in `<…>` and writes emoji as `:words:`. */
function bare(text: string): string {
  return text
    .replace(/<((?:https?:\/\/|mailto:)[^|>]*)(?:\|[^>]*)?>/g, "$1")
    .replace(/:[a-z0-9_+-]+:|\p{Extended_Pictographic}|[\u200d\ufe0f]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}
