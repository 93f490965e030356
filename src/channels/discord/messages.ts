import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt, type Verdict } from "../contract.ts";
import type { Webhook } from "./client.ts";
import type { DiscordPayload } from "./compose.ts";
import type { DiscordSettings } from "./settings.ts";

const messageShape = z.object({ id: z.string(), channel_id: z.string(), content: z.string() });

const spotShape = z.object({ webhook: z.string(), message: z.string(), thread: z.string().nullable() });
/** Where a message stands; `thread` is what Discord wants named beside it. */
type Spot = z.infer<typeof spotShape>;

function spotOf(receipt: Receipt | null): Spot | null {
  return spotShape.safeParse(receipt?.extra).data ?? null;
}

/** Posts one message: in the root's thread, in the configured one, or, in a forum, in one that it opens. */
export async function publishMessage(
  webhook: Webhook,
  post: Post,
  place: Place,
  { forum, thread: configured, server }: DiscordSettings,
  signal: AbortSignal,
): Promise<Receipt> {
  const { thread_name, ...message } = post.payload as DiscordPayload;
  const root = spotOf(place.root);
  // A webhook reaches threads of its own channel only.
  const opened = forum && root?.webhook === webhook.id ? root.thread : null;
  const thread = configured ?? opened;
  const body = thread === null && thread_name !== undefined ? { ...message, thread_name } : message;
  // Without `wait` Discord answers 204 and does not say which message it made.
  const answer = await webhook.call("POST", `?wait=true${inThread(thread, "&")}`, signal, body);
  if (answer.status < 200 || answer.status > 299) throw webhook.refusal(answer);
  const made = messageShape.safeParse(answer.json).data;
  if (made === undefined) throw webhook.refusal(answer);
  const spot: Spot = {
    webhook: webhook.id,
    message: made.id,
    thread: thread ?? (forum ? made.channel_id : null),
  };
  const url =
    server === undefined ? null : `https://discord.com/channels/${server}/${made.channel_id}/${made.id}`;
  return { remoteId: made.id, url, extra: spot };
}

/** Reads the message back. What else goes wrong than its absence is no verdict on it. */
export async function verifyMessage(
  webhook: Webhook,
  receipt: Receipt,
  post: Post,
  signal: AbortSignal,
): Promise<Verdict> {
  const answer = await webhook.call("GET", pathTo(webhook, receipt), signal);
  if (answer.status === 404 && isGone(answer.json))
    return { state: "missing", note: "the message is not in the channel any more" };
  const read = answer.status === 200 ? messageShape.safeParse(answer.json).data : undefined;
  if (read === undefined) {
    const error = webhook.refusal(answer);
    return { state: error.fate === "not-sent" ? "not-yet" : "cannot", note: error.message };
  }
  const { content } = post.payload as DiscordPayload;
  if (tidy(read.content) === tidy(content)) return { state: "seen", note: null };
  return { state: "altered", note: "the message reads differently now" };
}

export async function amendMessage(
  webhook: Webhook,
  receipt: Receipt,
  post: Post,
  signal: AbortSignal,
): Promise<Receipt> {
  const { content, allowed_mentions, flags } = post.payload as DiscordPayload;
  const body = { content, allowed_mentions, flags };
  const answer = await webhook.call("PATCH", pathTo(webhook, receipt), signal, body);
  if (answer.status !== 200) throw webhook.refusal(answer);
  return receipt;
}

export async function removeMessage(webhook: Webhook, receipt: Receipt, signal: AbortSignal): Promise<void> {
  const answer = await webhook.call("DELETE", pathTo(webhook, receipt), signal);
  if (answer.status === 404 && isGone(answer.json)) return;
  if (answer.status < 200 || answer.status > 299) throw webhook.refusal(answer);
}

/** The message's own address behind the webhook's. Throws where the receipt names none, or another webhook's. */
function pathTo(webhook: Webhook, receipt: Receipt): string {
  const spot = spotOf(receipt);
  if (spot !== null && spot.webhook === webhook.id)
    return `/messages/${encodeURIComponent(spot.message)}${inThread(spot.thread, "?")}`;
  throw new ChannelError(
    "refused",
    "DISCORD_NO_MESSAGE",
    spot === null
      ? "the receipt does not say where the message stands"
      : "another webhook posted this message, and only it can reach it",
    { hint: "look at it, or change it, in Discord by hand" },
  );
}

function inThread(thread: string | null, mark: "?" | "&"): string {
  return thread === null ? "" : `${mark}thread_id=${encodeURIComponent(thread)}`;
}

/** Discord, JSON error codes (read 2026-11): unknown channel, unknown message. Another 404 says nothing of the message. */
function isGone(json: unknown): boolean {
  const { code } = z.object({ code: z.number() }).safeParse(json).data ?? {};
  return code === 10_003 || code === 10_008;
}

/** Discord trims what it is sent. */
function tidy(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
