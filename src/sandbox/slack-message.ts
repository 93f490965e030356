import { type Fields, isObject, isTrue, parseJson, textOf } from "./fields.ts";
import { type Answer, json } from "./http-server.ts";
import { refusalOfBlocks } from "./slack-blocks.ts";
import type { SlackMessage } from "./world.ts";

export const TEAM = { id: "T0SANDBOX", url: "https://sandbox.slack.example/" };
export const BOT = { user: "U0STATUS", bot: "B0STATUSBOT", app: "A0STATUS" };

export type StoredMessage = {
  -readonly [Key in keyof SlackMessage]: SlackMessage[Key];
} & {
  edited: string | null;
};

export function ok(more: Record<string, unknown>): Answer {
  return json(200, { ok: true, ...more });
}

export function no(error: string, more: Record<string, unknown> = {}): Answer {
  return json(200, { ok: false, error, ...more });
}

/** Text and blocks; blocks come as JSON or, in a form, as JSON in a string. */
export function contentOf(
  fields: Fields,
): { text: string; blocks: readonly unknown[] | null } | { error: string } {
  const text = textOf(fields.text) ?? "";
  const given = typeof fields.blocks === "string" ? parseJson(fields.blocks) : fields.blocks;
  if (fields.blocks === undefined) return text.trim() === "" ? { error: "no_text" } : { text, blocks: null };
  if (!Array.isArray(given)) return { error: "invalid_blocks_format" };
  if (text.trim() === "" && given.length === 0) return { error: "no_text" };
  const error = refusalOfBlocks(given);
  return error === null ? { text, blocks: given } : { error };
}

/** Null where none was given, false where it is malformed. */
export function metadataOf(fields: Fields): unknown {
  if (fields.metadata === undefined) return null;
  const given = typeof fields.metadata === "string" ? parseJson(fields.metadata) : fields.metadata;
  if (!isObject(given) || typeof given.event_type !== "string" || !isObject(given.event_payload))
    return false;
  const flat = (value: unknown) => typeof value === "string" || typeof value === "number";
  const fits = (value: unknown) =>
    flat(value) || typeof value === "boolean" || (isObject(value) && Object.values(value).every(flat));
  return Object.values(given.event_payload).every(fits) ? given : false;
}

/** `oldest` and `latest` are exclusive unless `inclusive`; a thread's parent leads every page. */
export function page(
  fields: Fields,
  messages: readonly StoredMessage[],
  show: (message: StoredMessage) => unknown,
  parent?: StoredMessage,
): Answer {
  const oldest = micros(fields.oldest);
  const latest = micros(fields.latest);
  if (Number.isNaN(oldest)) return no("invalid_ts_oldest");
  if (Number.isNaN(latest)) return no("invalid_ts_latest");
  const limit = Number(textOf(fields.limit) ?? "100");
  if (!Number.isInteger(limit) || limit < 1 || limit > 999) return no("invalid_limit");
  const inclusive = isTrue(fields.inclusive);
  const inside = messages.filter((message) => {
    const ts = micros(message.ts) ?? 0;
    if (oldest !== null && (inclusive ? ts < oldest : ts <= oldest)) return false;
    return latest === null || (inclusive ? ts <= latest : ts < latest);
  });
  const cursor = textOf(fields.cursor) ?? "";
  const start = cursor === "" ? 0 : Number(Buffer.from(cursor, "base64").toString().replace("next:", ""));
  if (!Number.isInteger(start)) return no("invalid_cursor");
  const shown = inside.slice(start, start + limit);
  const more = start + limit < inside.length;
  return ok({
    messages: [...(parent === undefined ? [] : [parent]), ...shown].map(show),
    has_more: more,
    ...(more
      ? {
          response_metadata: {
            next_cursor: Buffer.from(`next:${start + limit}`).toString("base64"),
          },
        }
      : {}),
  });
}

function micros(ts: unknown): number | null {
  const text = textOf(ts) ?? "";
  if (text === "") return null;
  if (!/^\d+(\.\d+)?$/.test(text)) return Number.NaN;
  const [seconds = "0", fraction = ""] = text.split(".");
  return Number(seconds) * 1e6 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}

/** A message as the methods return it: Slack encodes stray `&` and puts bare links into angle brackets. */
export function onWire(
  message: StoredMessage,
  metadata: boolean,
  all: readonly StoredMessage[] = [],
): Record<string, unknown> {
  const replies = all.filter((other) => other.channel === message.channel && other.threadTs === message.ts);
  return {
    type: "message",
    ...(message.broadcast ? { subtype: "thread_broadcast" } : {}),
    user: BOT.user,
    bot_id: BOT.bot,
    app_id: BOT.app,
    team: TEAM.id,
    ts: message.ts,
    text: message.text
      .replace(/&(?!(amp|lt|gt);)/g, "&amp;")
      .replace(/(?<![<|\w])https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)]/g, (url) => `<${url}>`),
    ...(message.blocks.length > 0 ? { blocks: message.blocks.map(withBlockId) } : {}),
    ...(message.edited === null ? {} : { edited: { user: BOT.user, ts: message.edited } }),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(replies.length === 0
      ? {}
      : {
          thread_ts: message.ts,
          reply_count: replies.length,
          latest_reply: replies.at(-1)?.ts,
        }),
    ...(metadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}

function withBlockId(block: unknown, index: number): unknown {
  return isObject(block) ? { block_id: `b${index}`, ...block } : block;
}
