import { expect } from "vitest";
import { bluesky } from "../../../src/channels/bluesky/index.ts";
import { refusalOfPost } from "../../../src/sandbox/bluesky-post.ts";
import { ask } from "../../sandbox/ask.ts";
import { onBlueskySandbox } from "../bluesky-ground.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: bluesky,
  ground: onBlueskySandbox,
  limits({ text, payload }) {
    const { record, rkey } = payload as { record: Record<string, unknown>; rkey: string };
    expect(record.text).toBe(text);
    expect(refusalOfPost(record)).toBeNull();
    expect(rkey).toMatch(/^[234567a-j][234567a-z]{12}$/);
    // Links only: no name and no tag is ever live.
    expect(JSON.stringify(record.facets ?? [])).not.toMatch(/facet#(?:mention|tag)/);
  },
  async remove({ remoteId }, { settings }) {
    const xrpc = `${settings.baseUrl}/xrpc`;
    const { identifier, appPassword: password } = settings;
    const { body } = await ask(`${xrpc}/com.atproto.server.createSession`, {
      body: { identifier, password },
    });
    const [, , repo, collection, rkey] = remoteId.split("/");
    return ask(`${xrpc}/com.atproto.repo.deleteRecord`, {
      headers: { authorization: `Bearer ${body.accessJwt}` },
      body: { repo, collection, rkey },
    });
  },
  wrong: { appPassword: "anot-herp-assw-ordx" },
  exempt: [
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "a repository takes a post at once: it has no moderators",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one audience" },
  ],
});
