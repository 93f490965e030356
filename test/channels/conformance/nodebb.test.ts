import { expect } from "vitest";
import { nodebb } from "../../../src/channels/nodebb/index.ts";
import { ask } from "../../sandbox/ask.ts";
import { onSandbox } from "../ground.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: nodebb,
  ground: onSandbox(
    "nodebb",
    nodebb,
    ({ nodebbTopics }) =>
      nodebbTopics
        .flatMap(({ tid, posts }) => posts.map(({ pid }) => ({ thread: tid, pid })))
        .sort((a, b) => a.pid - b.pid),
    // Its own flood control answers 400 like every fault; a server before it may say 429.
    { tooMany: { status: 429, body: "<html>Too Many Requests</html>", wait: null } },
  ),
  limits({ payload }) {
    const { title, content } = payload as { title: string; content: string };
    expect(title.length).toBeGreaterThanOrEqual(3);
    expect(title.length).toBeLessThanOrEqual(255);
    expect(content.length).toBeLessThanOrEqual(32_767);
    const words = content.replace(/\n\n\[status\]: # \([\w-]+\)$/, "").replace(/<[^>]*>/g, "");
    expect(words.trim().length).toBeGreaterThanOrEqual(8);
  },
  remove: ({ remoteId }, { settings }) =>
    ask(`${settings.baseUrl}/api/v3/posts/${remoteId}/state`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${settings.token}` },
    }),
  moderate: (sandbox, on) => sandbox.moderate(on),
  wrong: { token: "another" },
  exempt: [{ case: "gives each of several addressees its own fate", reason: "one post has one audience" }],
});
