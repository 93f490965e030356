import { expect } from "vitest";
import { slack } from "../../../src/channels/slack/index.ts";
import { refusalOfBlocks } from "../../../src/sandbox/slack-blocks.ts";
import { ask } from "../../sandbox/ask.ts";
import { onSandbox } from "../ground.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: slack,
  ground: onSandbox(
    "slack",
    slack,
    ({ slackMessages }) => slackMessages.map(({ ts, threadTs }) => ({ thread: threadTs ?? ts })),
    {
      errorIn200: { body: { ok: false, error: "channel_not_found" }, fate: "refused" },
      looks: /\/auth\.test$/,
      tooMany: { status: 200, body: { ok: false, error: "rate_limited" }, wait: null },
    },
  ),
  limits({ payload }) {
    const { text, blocks } = payload as { text: string; blocks: readonly unknown[] };
    // Beyond 4,000 bytes a message could not be corrected.
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_000);
    expect(text).not.toMatch(/[<>]/);
    expect(refusalOfBlocks(blocks)).toBeNull();
    expect(visibleLength(blocks)).toBeLessThanOrEqual(13_000);
    expect(JSON.stringify(blocks)).not.toContain('"mrkdwn"');
  },
  remove({ remoteId }, { settings }) {
    return ask(`${settings.baseUrl}/api/chat.delete`, {
      headers: { authorization: `Bearer ${settings.token}` },
      body: { channel: settings.channel, ts: remoteId },
    });
  },
  wrong: { token: "xoxb-another" },
  exempt: [
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "Slack publishes at once: it has no moderators",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one audience" },
  ],
});

/** Characters that a reader sees in the blocks. */
function visibleLength(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, child]) =>
      sum + (name === "text" && typeof child === "string" ? child.length : visibleLength(child)),
    0,
  );
}
