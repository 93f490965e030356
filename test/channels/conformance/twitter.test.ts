import { expect } from "vitest";
import { twitter } from "../../../src/channels/twitter/index.ts";
import { cashtagsIn, weightOf } from "../../../src/sandbox/x-text.ts";
import { ask } from "../../sandbox/ask.ts";
import { signed } from "../../sandbox/sign.ts";
import { onSandbox } from "../ground.ts";
import { NOW } from "../loopback.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: twitter,
  ground: onSandbox(
    "twitter",
    twitter,
    ({ tweets }) => tweets.map(({ id, replyTo }) => ({ thread: replyTo ?? id })),
    {
      tooMany: {
        status: 429,
        headers: { "x-rate-limit-remaining": "0", "x-rate-limit-reset": String(NOW.getTime() / 1000 + 600) },
        body: { errors: [{ code: 88, message: "Rate limit exceeded" }] },
        wait: 600,
      },
    },
  ),
  limits({ text, payload }) {
    expect(payload).toMatchObject({ text });
    expect(weightOf(text)).toBeLessThanOrEqual(280);
    expect(cashtagsIn(text)).toBeLessThanOrEqual(1);
  },
  remove({ remoteId }, { settings }) {
    const url = `${settings.baseUrl}/2/tweets/${remoteId}`;
    const headers = signed("DELETE", `https://api.x.com/2/tweets/${remoteId}`);
    return ask(url, { method: "DELETE", headers });
  },
  wrong: { accessSecret: "another" },
  exempt: [
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "X publishes at once: it has no moderators",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one audience" },
  ],
});
