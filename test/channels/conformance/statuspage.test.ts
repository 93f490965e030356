import { expect } from "vitest";
import { statuspage } from "../../../src/channels/statuspage/index.ts";
import { flawsOf } from "../../../src/sandbox/statuspage-rules.ts";
import { ask } from "../../sandbox/ask.ts";
import { onSandbox } from "../ground.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: statuspage,
  ground: onSandbox(
    "statuspage",
    statuspage,
    ({ hostedIncidents }) =>
      hostedIncidents.flatMap(({ id, updates }) => updates.map(() => ({ thread: id }))),
    { tooMany: { status: 420, body: { error: "Too many requests" }, wait: 60 }, usualWait: 60 },
  ),
  limits({ payload }) {
    const { incident } = payload as { incident: Record<string, unknown> };
    expect(flawsOf(incident, null, null, () => true)).toEqual([]);
    expect(incident.body).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  },
  remove({ remoteId }, { settings }) {
    const url = `${settings.baseUrl}/v1/pages/${settings.pageId}/incidents/${remoteId}`;
    return ask(url, { method: "DELETE", headers: { authorization: `OAuth ${settings.apiKey}` } });
  },
  wrong: { apiKey: "another" },
  exempt: [
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "Statuspage publishes at once: it has no moderators",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one audience" },
  ],
});
