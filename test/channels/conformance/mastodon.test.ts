import { expect } from "vitest";
import { mastodon } from "../../../src/channels/mastodon/index.ts";
import { countOf, hashtagsIn, mentionsIn } from "../../../src/sandbox/mastodon-text.ts";
import { ask } from "../../sandbox/ask.ts";
import { onSandbox } from "../ground.ts";
import { NOW } from "../loopback.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: mastodon,
  ground: onSandbox(
    "mastodon",
    mastodon,
    ({ toots }) => toots.map(({ id, replyTo }) => ({ thread: replyTo ?? id })),
    {
      tooMany: {
        status: 429,
        headers: { "x-ratelimit-reset": new Date(NOW.getTime() + 240_000).toISOString() },
        body: { error: "Too many requests" },
        wait: 240,
      },
    },
  ),
  limits({ text, payload }) {
    expect(payload).toMatchObject({ status: text, visibility: "public", language: "en" });
    expect(countOf(text)).toBeLessThanOrEqual(500);
    expect(mentionsIn(text)).toEqual([]);
    expect(hashtagsIn(text)).toEqual([]);
  },
  remove({ remoteId }, { settings }) {
    const headers = { authorization: `Bearer ${settings.accessToken}` };
    return ask(`${settings.baseUrl}/api/v1/statuses/${remoteId}`, { method: "DELETE", headers });
  },
  wrong: { accessToken: "another" },
  exempt: [
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "Mastodon publishes at once: it has no moderators",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one audience" },
  ],
});
