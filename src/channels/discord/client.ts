import { z } from "zod";
import { Secret } from "../../base/secret.ts";
import { excerpt, notBeyondADay, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { type Answer, connectJsonApi } from "../json-api.ts";
import type { DiscordSettings } from "./settings.ts";

/** A webhook that can be spoken through. */
export interface Webhook {
  readonly id: string;
  /** `path` stands behind the webhook's own address. Throws ChannelError when no answer came. */
  call(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<Answer>;
  /** What an answer without success means for a post. */
  refusal(answer: Answer): ChannelError;
}

const MALFORMED = new ChannelError(
  "refused",
  "DISCORD_WEBHOOK_MALFORMED",
  "the channel's webhook is no address of a Discord webhook",
  {
    hint: "copy it in Discord: channel settings, Integrations, Webhooks, Copy Webhook URL",
  },
);

/** Throws ChannelError where the secret is no webhook's address. */
export function openWebhook(settings: DiscordSettings, kit: ChannelKit): Webhook {
  const [, id, token] =
    /(?:^|\/)(\d{5,25})\/([\w-]{5,200})\/?(?:\?.*)?$/.exec(settings.webhook.reveal().trim()) ?? [];
  if (id === undefined || token === undefined) throw MALFORMED;
  const call = connectJsonApi(kit, {
    base: `${settings.baseUrl}/api/v10/webhooks/${id}/${token}`,
    credentials: () => ({}),
    // The id is no secret; both would be blotted out as one only where they stand together.
    secret: new Secret(token),
    prefix: "DISCORD",
  });
  return { id, call, refusal: (answer) => refusalOf(answer, kit.clock.now()) };
}

const complaint = z.object({
  code: z.number().optional(),
  message: z.string().optional(),
  retry_after: z.number().nonnegative().optional(),
});

/** Discord, JSON error codes (read 2026-11): the thread is the trouble, not the words. */
const THREAD_REFUSED = [10_003, 50_083, 160_005];

const HINTS: Readonly<Record<number, string>> = {
  10003: "the channel or the thread was deleted: look in Discord",
  10008: "the message was deleted",
  10015: "the webhook was deleted: make another, and put its address in place",
  50006: "say something: the message is empty",
  50027: "the webhook's token is wrong: copy its address again",
  50035: "Discord does not accept the message's form: shorten or simplify it",
  160005: "the thread is locked: a moderator can unlock it",
  220001: "the webhook belongs to a forum channel: set forum: true",
  220003: "the webhook belongs to no forum channel: leave forum: out",
};

function refusalOf(answer: Answer, now: Date): ChannelError {
  const { code, message, retry_after } = complaint.safeParse(answer.json).data ?? {};
  const words = excerpt(message ?? answer.text);
  const seen = `Discord answers ${answer.status}${code === undefined ? "" : ` (${code})`}${words === "" ? "" : `: ${words}`}`;
  if (answer.status === 429) {
    // The body has been seen in milliseconds (discord/discord-api-docs#4722); the headers have not.
    const after = Number.parseFloat(answer.headers["x-ratelimit-reset-after"] ?? "");
    const seconds = Number.isNaN(after) ? retry_after : after;
    const stated = seconds === undefined ? null : notBeyondADay(now.getTime() + seconds * 1000, now);
    return new ChannelError("not-sent", "DISCORD_RATE_LIMITED", seen, {
      retryAt: retryAfter(answer.headers, now) ?? stated,
      hint: "Discord asks to wait; then type: status retry",
    });
  }
  // 302 and 303 may follow something that was done; the others say that it was not done here.
  if ([301, 307, 308].includes(answer.status))
    return new ChannelError("refused", "DISCORD_REDIRECTED", seen, { hint: "correct the channel's baseUrl" });
  if (answer.status >= 500 || answer.status < 400 || answer.status === 408)
    return new ChannelError("unknown", "DISCORD_NO_CLEAR_ANSWER", seen, {
      hint: "the message may be out: look in Discord before posting again",
    });
  return new ChannelError("refused", codeOf(answer.status), seen, {
    hint: (code === undefined ? undefined : HINTS[code]) ?? hintFor(answer.status),
    standAlone: code !== undefined && THREAD_REFUSED.includes(code),
  });
}

function codeOf(status: number): string {
  if (status === 401 || status === 403) return "DISCORD_FORBIDDEN";
  return status === 404 ? "DISCORD_NOT_FOUND" : "DISCORD_REFUSED";
}

function hintFor(status: number): string {
  if (status === 401 || status === 403 || status === 404)
    return "check the channel's webhook in Discord and here, then: status doctor";
  return "Discord's own words say why";
}
