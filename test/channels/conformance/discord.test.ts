import { expect } from "vitest";
import { discord } from "../../../src/channels/discord/index.ts";
import { DISCORD_FORUM_WEBHOOK } from "../../../src/sandbox/discord.ts";
import { ask } from "../../sandbox/ask.ts";
import { type Ground, onSandbox } from "../ground.ts";
import { type Conformance, describeChannel, type Exemption } from "../suite.ts";

const onWebhook = onSandbox(
  "discord",
  discord,
  ({ discordMessages }) => discordMessages.map(({ thread, id }) => ({ thread: thread ?? id })),
  {
    tooMany: {
      status: 429,
      headers: { "x-ratelimit-reset-after": "12.5" },
      body: { message: "You are being rate limited.", retry_after: 12_500, global: false },
      wait: 12.5,
    },
  },
);

/** In a text channel. The token opens the door without the rest of the address. */
async function inText(): Promise<Ground> {
  const ground = await onWebhook();
  const token = String(ground.settings.webhook).split("/").at(-1) ?? "";
  return { ...ground, secrets: [...ground.secrets, token] };
}

/** The same through a webhook of a forum channel. */
async function inForum(): Promise<Ground> {
  const ground = await inText();
  return { ...ground, settings: { ...ground.settings, forum: true, webhook: DISCORD_FORUM_WEBHOOK } };
}

const EXEMPT: readonly Exemption[] = [
  {
    case: "calls a post that waits for a moderator pending, and not yet seen",
    reason: "Discord publishes at once: it has no moderators",
  },
  { case: "gives each of several addressees its own fate", reason: "one post has one audience" },
  { case: "find", reason: "a webhook can read a message by its id only, and takes no key of ours" },
];

const SHARED: Omit<Conformance, "ground" | "exempt"> = {
  kind: discord,
  limits({ payload }) {
    const { content, allowed_mentions, thread_name } = payload as Record<string, unknown>;
    expect(String(content).trim()).not.toBe("");
    expect(String(content).length).toBeLessThanOrEqual(2_000);
    expect(allowed_mentions).toEqual({ parse: [] });
    if (thread_name !== undefined) expect(String(thread_name).length).toBeLessThanOrEqual(100);
  },
  remove({ remoteId, extra }, { settings }) {
    const webhook = new URL(String(settings.webhook)).pathname.replace("/api/", "/api/v10/");
    const { thread } = extra as { thread: string | null };
    const query = thread === null ? "" : `?thread_id=${thread}`;
    return ask(`${settings.baseUrl}${webhook}/messages/${remoteId}${query}`, { method: "DELETE" });
  },
  wrong: { webhook: "https://discord.com/api/webhooks/1100000000000000001/another-token" },
};

describeChannel({ ...SHARED, ground: inForum, exempt: EXEMPT });

describeChannel({
  ...SHARED,
  ground: inText,
  exempt: [
    ...EXEMPT,
    {
      case: "puts follow-ups into the thread of the first post, and a new incident into another",
      reason: "a webhook cannot reply in a text channel: messages stand one after the other",
    },
    {
      case: "takes planned work from its announcement to its end, in one thread",
      reason: "a webhook cannot reply in a text channel: messages stand one after the other",
    },
  ],
});
