import type { Clock } from "../base/clock.ts";
import { type Fields, isObject, parseJson } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import { Quota } from "./quota.ts";
import type { DiscordMessage } from "./world.ts";

const TOKEN = "sandbox-Webhook_token-0123456789";
/** Belongs to a text channel. */
const TEXT = { id: "1100000000000000001", channel: "1200000000000000001", forum: false };
/** Belongs to a forum channel. */
const FORUM = { id: "1100000000000000002", channel: "1200000000000000002", forum: true };
const GUILD = "1000000000000000001";

export const DISCORD_FORUM_WEBHOOK = `https://discord.com/api/webhooks/${FORUM.id}/${TOKEN}`;

type Hook = typeof TEXT;
type Stored = { -readonly [Key in keyof DiscordMessage]: DiscordMessage[Key] } & {
  readonly hook: string;
  readonly flags: number;
  edited: Date | null;
};

export interface DiscordImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly webhook: string };
  messages(): DiscordMessage[];
}

/** Discord's webhooks as API v10 describes them (read 2026-11): executing one, and reading, changing, deleting its messages. */
export function imitateDiscord(options: { clock: Clock; quotas: boolean }): DiscordImitation {
  const { clock } = options;
  const posting = new Map<string, Quota>();
  const messages: Stored[] = [];
  const threads = new Map<string, { readonly parent: string }>();
  let lastId = 1_300_000_000_000_000_000n;

  const execute = (hook: Hook, call: Call): Answer => {
    const quota = posting.get(hook.id) ?? new Quota(clock, 30, 60_000);
    posting.set(hook.id, quota);
    const wait = options.quotas ? quota.take() : null;
    if (wait !== null) return tooMany(wait);
    const fields = fieldsOf(call);
    if (fields === null) return no(400, 50_109, "The request body contains invalid JSON.");
    const flaws = flawsOf(fields);
    if (flaws !== null) return flaws;
    const named = call.query.get("thread_id");
    const opens = typeof fields.thread_name === "string" && fields.thread_name !== "";
    if (named !== null && opens)
      return no(
        400,
        220_002,
        "Webhooks posted to forum channels cannot have both a thread_name and thread_id",
      );
    if (named !== null && threads.get(named)?.parent !== hook.channel)
      return no(404, 10_003, "Unknown Channel");
    if (hook.forum && named === null && !opens)
      return no(400, 220_001, "Webhooks posted to forum channels must have a thread_name or thread_id");
    if (!hook.forum && opens) return no(400, 220_003, "Webhooks can only create threads in forum channels");
    lastId += 1n;
    const id = String(lastId);
    // A forum's thread bears the id of the message that opens it.
    if (opens) threads.set(id, { parent: hook.channel });
    const content = String(fields.content).trim();
    const message: Stored = {
      id,
      author: typeof fields.username === "string" ? fields.username : "Status",
      channel: hook.channel,
      thread: named ?? (opens ? id : null),
      threadName: opens ? String(fields.thread_name) : null,
      content,
      pinged: pingsIn(content, fields.allowed_mentions),
      at: clock.now(),
      hook: hook.id,
      flags: typeof fields.flags === "number" ? fields.flags : 0,
      edited: null,
    };
    messages.push(message);
    return call.query.get("wait") === "true"
      ? json(200, onWire(message), limits)
      : { status: 204, headers: limits, body: "" };
  };

  const onMessage = (hook: Hook, id: string, call: Call): Answer => {
    const thread = call.query.get("thread_id");
    if (thread !== null && !threads.has(thread)) return no(404, 10_003, "Unknown Channel");
    const message = messages.find((one) => one.id === id && one.hook === hook.id && one.thread === thread);
    if (message === undefined) return no(404, 10_008, "Unknown Message");
    if (call.method === "GET") return json(200, onWire(message), limits);
    if (call.method === "DELETE") {
      messages.splice(messages.indexOf(message), 1);
      return { status: 204, headers: limits, body: "" };
    }
    if (call.method !== "PATCH") return no(405, 0, "405: Method Not Allowed");
    const fields = fieldsOf(call);
    const flaws =
      fields === null ? no(400, 50_109, "The request body contains invalid JSON.") : flawsOf(fields);
    if (fields === null || flaws !== null) return flaws ?? no(400, 50_109, "The request body is no JSON.");
    message.content = String(fields.content).trim();
    message.pinged = pingsIn(message.content, fields.allowed_mentions);
    message.edited = clock.now();
    return json(200, onWire(message), limits);
  };

  const answer = (call: Call): Answer => {
    const [, id, token, message] =
      /^\/api\/v10\/webhooks\/([^/]+)\/([^/]+)(?:\/messages\/([^/]+))?$/.exec(call.path) ?? [];
    if (id === undefined || token === undefined) return no(404, 0, "404: Not Found");
    const hook = [TEXT, FORUM].find((one) => one.id === id);
    if (hook === undefined) return no(404, 10_015, "Unknown Webhook");
    if (token !== TOKEN) return no(401, 50_027, "Invalid Webhook Token");
    if (message !== undefined) return onMessage(hook, message, call);
    if (call.method === "POST") return execute(hook, call);
    if (call.method === "GET")
      return json(
        200,
        {
          id: hook.id,
          type: 1,
          name: "Status",
          avatar: null,
          channel_id: hook.channel,
          guild_id: GUILD,
          application_id: null,
          token: TOKEN,
          url: `https://discord.com/api/webhooks/${hook.id}/${TOKEN}`,
        },
        limits,
      );
    return no(405, 0, "405: Method Not Allowed");
  };

  return {
    http: { imitation: "discord", prefix: "/discord", answer, answerFault },
    settings: { webhook: `https://discord.com/api/webhooks/${TEXT.id}/${TOKEN}` },
    messages: () => messages.map(({ hook: _, flags: __, edited: ___, ...message }) => ({ ...message })),
  };
}

const limits: Readonly<Record<string, string>> = {
  "x-ratelimit-limit": "5",
  "x-ratelimit-remaining": "4",
  "x-ratelimit-reset-after": "1.0",
  "x-ratelimit-bucket": "sandbox",
};

function answerFault(fault: AnsweredFault): Answer {
  switch (fault) {
    case "unauthorized":
      return no(401, 50_027, "Invalid Webhook Token");
    case "refuse":
      return no(400, 50_035, "Invalid Form Body");
    case "rate-limit":
      return tooMany(30);
    case "server-error":
      return { status: 500, headers: { "content-type": "text/html" }, body: "<html>Server Error</html>" };
  }
}

function tooMany(seconds: number): Answer {
  const body = { message: "You are being rate limited.", retry_after: seconds, global: false, code: 0 };
  const headers = { "retry-after": String(seconds), "x-ratelimit-reset-after": String(seconds) };
  return json(429, body, { ...limits, "x-ratelimit-remaining": "0", ...headers });
}

function no(status: number, code: number, message: string): Answer {
  return json(status, { message, code });
}

function fieldsOf(call: Call): Fields | null {
  const value = parseJson(call.body);
  return isObject(value) ? value : null;
}

/** What Discord holds against a message; null where it takes it. */
function flawsOf(fields: Fields): Answer | null {
  const { content, thread_name, username } = fields;
  if (typeof content !== "string" || content.trim() === "")
    return no(400, 50_006, "Cannot send an empty message");
  const long = (value: unknown, most: number) => typeof value === "string" && [...value].length > most;
  if (long(content, 2000) || long(thread_name, 100) || long(username, 80))
    return no(400, 50_035, "Invalid Form Body");
  if (typeof username === "string" && /discord|clyde/i.test(username))
    return no(400, 50_035, "Invalid Form Body");
  return null;
}

/** Whom the words call: what is not behind a backslash or in code, and what `allowed_mentions` leaves on. */
function pingsIn(content: string, allowed: unknown): string[] {
  const parse = isObject(allowed) && Array.isArray(allowed.parse) ? allowed.parse : null;
  const on = (kind: string) => parse === null || parse.includes(kind);
  const words = content.replace(/\\./gs, " ");
  const found: string[] = [];
  if (on("everyone")) found.push(...(words.match(/@(?:everyone|here)\b/g) ?? []));
  if (on("users")) found.push(...(words.match(/<@!?\d+>/g) ?? []));
  if (on("roles")) found.push(...(words.match(/<@&\d+>/g) ?? []));
  return found;
}

function onWire(message: Stored): object {
  return {
    id: message.id,
    type: 0,
    content: message.content,
    channel_id: message.thread ?? message.channel,
    author: {
      id: message.hook,
      username: message.author,
      avatar: null,
      discriminator: "0000",
      public_flags: 0,
      flags: 0,
      bot: true,
      global_name: null,
      primary_guild: null,
    },
    attachments: [],
    embeds: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: message.pinged.some((name) => name.startsWith("@")),
    pinned: false,
    tts: false,
    timestamp: message.at.toISOString(),
    edited_timestamp: message.edited?.toISOString() ?? null,
    flags: message.flags,
    components: [],
    webhook_id: message.hook,
  };
}
