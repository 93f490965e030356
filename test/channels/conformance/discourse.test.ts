import { expect } from "vitest";
import { discourse } from "../../../src/channels/discourse/index.ts";
import { refusalOfRaw, refusalOfTitle } from "../../../src/sandbox/discourse-rules.ts";
import { ask } from "../../sandbox/ask.ts";
import { onSandbox } from "../ground.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: discourse,
  ground: onSandbox(
    "discourse",
    discourse,
    ({ topics }) =>
      topics
        .flatMap(({ id, posts }) => posts.map((post) => ({ thread: id, post: post.id })))
        .sort((a, b) => a.post - b.post),
    {
      tooMany: {
        status: 429,
        body: { errors: ["Slow down"], error_type: "rate_limit", extras: { wait_seconds: 12 } },
        wait: 12,
      },
    },
  ),
  limits({ payload }) {
    const { title, raw, external_id } = payload as { title: string; raw: string; external_id: string };
    expect(refusalOfTitle(title)).toBeNull();
    // The forum leaves comments out where it counts the least length.
    expect([...raw.replace(/<!--.*?-->/g, "").trim()].length).toBeGreaterThanOrEqual(20);
    expect(refusalOfRaw(raw)).toBeNull();
    expect(external_id).toMatch(/^[\w-]{1,50}$/);
  },
  remove({ remoteId }, { settings }) {
    const headers = { "api-key": String(settings.apiKey), "api-username": String(settings.username) };
    return ask(`${settings.baseUrl}/posts/${remoteId}.json`, { method: "DELETE", headers });
  },
  moderate: (sandbox, on) => sandbox.moderate(on),
  wrong: { apiKey: "another" },
  exempt: [{ case: "gives each of several addressees its own fate", reason: "one post has one audience" }],
});
