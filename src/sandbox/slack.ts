import type { Clock } from "../base/clock.ts";
import { type Fields, isTrue, readBody, textOf } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import { Quota } from "./quota.ts";
import {
  BOT,
  contentOf,
  metadataOf,
  no,
  ok,
  onWire,
  page,
  type StoredMessage,
  TEAM,
} from "./slack-message.ts";
import type { Profile, SlackMessage } from "./world.ts";

const SLACK_TOKEN = "xoxb-sandbox";
/** May post, and read nothing back. */
export const SLACK_WRITE_ONLY_TOKEN = "xoxb-sandbox-write-only";

const SCOPES: Readonly<Record<string, readonly string[]>> = {
  [SLACK_TOKEN]: ["chat:write", "channels:history", "channels:read"],
  [SLACK_WRITE_ONLY_TOKEN]: ["chat:write"],
};

const CHANNELS: Readonly<Record<string, { name: string; member: boolean; archived: boolean }>> = {
  C0123456: { name: "incidents", member: true, archived: false },
  C0NOTMEMBER: { name: "elsewhere", member: false, archived: false },
  C0ARCHIVED: { name: "old", member: true, archived: true },
};

export interface SlackImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly token: string; readonly channel: string };
  messages(): SlackMessage[];
}

/** Slack Web API as its method pages describe it, read 2026-11: refusals are HTTP 200 with `ok:false`. */
export function imitateSlack(options: { clock: Clock; quotas: boolean; profile?: Profile }): SlackImitation {
  const { clock } = options;
  /** One message a second in each channel, with bursts: here counted over a minute. */
  const posting = new Map<string, Quota>();
  const messages: StoredMessage[] = [];
  let lastMicros = 0;

  /** Slack's message id: the clock in seconds, the micros counted up where two fall together. */
  const nextTs = (at: Date): string => {
    lastMicros = Math.max(at.getTime() * 1000, lastMicros + 1);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, "0")}`;
  };

  const find = (channel: string, ts: string | undefined) =>
    messages.find((message) => message.channel === channel && message.ts === ts);

  const methods: Readonly<Record<string, { scope: string | null; run(fields: Fields): Answer }>> = {
    "auth.test": {
      scope: null,
      run: () =>
        ok({
          url: TEAM.url,
          team: "Sandbox",
          user: "status",
          team_id: TEAM.id,
          user_id: BOT.user,
          bot_id: BOT.bot,
          is_enterprise_install: false,
        }),
    },
    "chat.postMessage": {
      scope: "chat:write",
      run(fields) {
        const target = channelOf(fields);
        if ("error" in target) return no(target.error);
        const { channel } = target;
        const quota = posting.get(channel) ?? new Quota(clock, 60, 60_000);
        posting.set(channel, quota);
        const wait = options.quotas ? quota.take() : null;
        if (wait !== null) return tooMany(wait);
        const content = contentOf(fields);
        if ("error" in content) return no(content.error);
        const metadata = metadataOf(fields);
        if (metadata === false) return no("invalid_metadata_format");
        const threadTs = textOf(fields.thread_ts) ?? null;
        if (threadTs !== null) {
          const parent = find(channel, threadTs);
          if (parent === undefined) return no("thread_not_found");
          if (parent.threadTs !== null) return no("cannot_reply_to_message");
        }
        const at = clock.now();
        const message: StoredMessage = {
          channel,
          ts: nextTs(at),
          threadTs,
          broadcast: threadTs !== null && isTrue(fields.reply_broadcast),
          // Slack cuts a longer text without a word.
          text: content.text.slice(0, 40_000),
          blocks: content.blocks ?? [],
          metadata,
          at,
          edited: null,
        };
        messages.push(message);
        return ok({ channel, ts: message.ts, message: onWire(message, true) });
      },
    },
    "chat.update": {
      scope: "chat:write",
      run(fields) {
        const target = channelOf(fields);
        if ("error" in target) return no(target.error);
        const message = find(target.channel, textOf(fields.ts));
        if (message === undefined) return no("message_not_found");
        const content = contentOf(fields);
        if ("error" in content) return no(content.error);
        if (Buffer.byteLength(content.text) > 4000) return no("msg_too_long");
        const metadata = fields.metadata === undefined ? message.metadata : metadataOf(fields);
        if (metadata === false) return no("invalid_metadata_format");
        message.text = content.text;
        message.blocks = content.blocks ?? [];
        message.metadata = metadata;
        message.edited = `${Math.floor(clock.now().getTime() / 1000)}.000000`;
        return ok({
          channel: target.channel,
          ts: message.ts,
          text: message.text,
          message: onWire(message, true),
        });
      },
    },
    "chat.delete": {
      scope: "chat:write",
      run(fields) {
        const target = channelOf(fields);
        if ("error" in target) return no(target.error);
        const message = find(target.channel, textOf(fields.ts));
        if (message === undefined) return no("message_not_found");
        messages.splice(messages.indexOf(message), 1);
        return ok({ channel: target.channel, ts: message.ts });
      },
    },
    "chat.getPermalink": {
      scope: null,
      run(fields) {
        const channel = textOf(fields.channel) ?? "";
        if (CHANNELS[channel] === undefined) return no("channel_not_found");
        const message = find(channel, textOf(fields.message_ts));
        if (message === undefined) return no("message_not_found");
        const thread = message.threadTs === null ? "" : `?thread_ts=${message.threadTs}&cid=${channel}`;
        return ok({
          channel,
          permalink: `${TEAM.url}archives/${channel}/p${message.ts.replace(".", "")}${thread}`,
        });
      },
    },
    "conversations.info": {
      scope: "channels:read",
      run(fields) {
        const id = textOf(fields.channel) ?? "";
        const channel = CHANNELS[id];
        if (channel === undefined) return no("channel_not_found");
        return ok({
          channel: {
            id,
            name: channel.name,
            is_channel: true,
            is_private: false,
            is_archived: channel.archived,
            is_member: channel.member,
            topic: { value: options.profile?.text ?? "", creator: "", last_set: 0 },
            purpose: { value: "", creator: "", last_set: 0 },
          },
        });
      },
    },
    "conversations.list": {
      scope: "channels:read",
      run: (fields) =>
        ok({
          channels: Object.entries(CHANNELS)
            .filter(([, { archived }]) => !(isTrue(fields.exclude_archived) && archived))
            .map(([id, { name, member, archived }]) => ({
              id,
              name,
              is_channel: true,
              is_private: false,
              is_archived: archived,
              is_member: member,
            })),
          response_metadata: { next_cursor: "" },
        }),
    },
    "conversations.history": {
      scope: "channels:history",
      run(fields) {
        const target = readableOf(fields);
        if ("error" in target) return no(target.error);
        const shown = messages
          .filter((message) => message.channel === target.channel)
          .filter((message) => message.threadTs === null || message.broadcast)
          .reverse();
        return page(fields, shown, (message) =>
          onWire(message, isTrue(fields.include_all_metadata), messages),
        );
      },
    },
    "conversations.replies": {
      scope: "channels:history",
      run(fields) {
        const target = readableOf(fields);
        if ("error" in target) return no(target.error);
        const named = find(target.channel, textOf(fields.ts));
        if (named === undefined) return no("thread_not_found");
        const replies = messages.filter(
          (message) => message.channel === target.channel && message.threadTs === named.ts,
        );
        return page(
          fields,
          replies,
          (message) => onWire(message, isTrue(fields.include_all_metadata), messages),
          named,
        );
      },
    },
  };

  const answer = (call: Call): Answer => {
    const method = methods[call.path.replace(/^\/api\//, "")];
    if (!call.path.startsWith("/api/") || method === undefined) return no("unknown_method");
    const body = readBody(call);
    if (body === null) return no("invalid_json");
    const fields: Fields = { ...Object.fromEntries(call.query), ...body };
    const token = /^Bearer (.+)$/i.exec(call.headers.authorization ?? "")?.[1] ?? textOf(body.token);
    if (token === undefined) return no("not_authed");
    const scopes = SCOPES[token];
    if (scopes === undefined) return no("invalid_auth");
    const headers = { "x-oauth-scopes": scopes.join(",") };
    const result =
      method.scope !== null && !scopes.includes(method.scope)
        ? no("missing_scope", {
            needed: method.scope,
            provided: scopes.join(","),
          })
        : method.run(fields);
    return { ...result, headers: { ...result.headers, ...headers } };
  };

  return {
    http: { imitation: "slack", prefix: "/slack", answer, answerFault },
    settings: { token: SLACK_TOKEN, channel: "C0123456" },
    messages: () => messages.map(({ edited: _, ...message }) => ({ ...message })),
  };
}

function answerFault(fault: AnsweredFault): Answer {
  switch (fault) {
    case "unauthorized":
      return no("invalid_auth");
    case "refuse":
      return no("restricted_action");
    case "rate-limit":
      return tooMany(30);
    case "server-error":
      return {
        status: 500,
        headers: { "content-type": "text/html" },
        body: "<html>Server Error</html>",
      };
  }
}

function tooMany(seconds: number): Answer {
  return json(429, { ok: false, error: "ratelimited" }, { "retry-after": String(seconds) });
}

function channelOf(fields: Fields): { channel: string } | { error: string } {
  const id = textOf(fields.channel) ?? "";
  const channel = CHANNELS[id];
  if (channel === undefined) return { error: "channel_not_found" };
  if (channel.archived) return { error: "is_archived" };
  return channel.member ? { channel: id } : { error: "not_in_channel" };
}

function readableOf(fields: Fields): { channel: string } | { error: string } {
  const id = textOf(fields.channel) ?? "";
  const channel = CHANNELS[id];
  if (channel === undefined) return { error: "channel_not_found" };
  return channel.member ? { channel: id } : { error: "not_in_channel" };
}
