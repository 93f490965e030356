import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { Quota } from "../../src/sandbox/quota.ts";
import { enter } from "./arena.ts";

describe("a quota", () => {
  it("never lets more through than it holds in any window, and says when there is room", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5000), { maxLength: 80 }),
        fc.integer({ min: 1, max: 9 }),
        (pauses, most) => {
          const clock = new ScriptedClock(new Date(0));
          const quota = new Quota(clock, most, 10_000);
          const taken: number[] = [];
          for (const pause of pauses) {
            clock.advance(pause);
            const wait = quota.take();
            const now = clock.now().getTime();
            if (wait === null) taken.push(now);
            else {
              clock.advance(wait * 1000);
              expect(quota.take()).toBeNull();
              taken.push(clock.now().getTime());
            }
            const last = taken.at(-1)!;
            expect(taken.filter((at) => last - at < 10_000).length).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });

  it("is what Slack and Discourse hold a sender to, on the drill's clock", async () => {
    const { sandbox, clock, setting } = await enter();
    const forum = () =>
      fetch(`${setting("discourse", "baseUrl")}/site/basic-info.json`, {
        headers: { "api-key": setting("discourse", "apiKey"), "api-username": "status" },
      });
    const slack = () =>
      fetch(`${setting("slack", "baseUrl")}/api/chat.postMessage`, {
        method: "POST",
        headers: { authorization: `Bearer ${setting("slack", "token")}`, "content-type": "application/json" },
        body: JSON.stringify({ channel: "C0123456", text: "Down" }),
      });
    for (const send of [forum, slack]) {
      for (let count = 0; count < 60; count++) expect((await send()).status).toBe(200);
      const refused = await send();
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBe(60);
    }
    clock.advance(60_000);
    expect((await forum()).status).toBe(200);
    expect((await slack()).status).toBe(200);
    expect(sandbox.world().slackMessages).toHaveLength(61);
  });
});
