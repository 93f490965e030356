import { expect } from "vitest";
import type { Place } from "../../channels/contract.ts";
import type { Ground } from "../ground.ts";
import { NOW, NOWHERE } from "../loopback.ts";
import { TROUBLES } from "../provocations.ts";
import { type Fact, NEVER, type Scene } from "../scene.ts";

/** What comes of a call that fails. */
export function fatesCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { connect, heard, say, followUp, openThread, judged, provoked } = scene;

  for (const trouble of TROUBLES)
    fact(trouble, async () => {
      const before = heard();
      const healthy = connect();
      const { post } = say(healthy);
      const provocation = await provoked(trouble, async (channel, arranged) => {
        const error = await judged(channel.publish(post, NOWHERE, NEVER));
        expect([scene.ground.provocations[trouble]?.fate].flat()).toContain(error.fate);
        expect(arranged.arrivals()).toBeLessThanOrEqual(1);
        const wait = scene.ground.provocations[trouble]?.wait;
        if (wait !== undefined)
          expect(error.retryAt).toEqual(wait === null ? null : new Date(NOW.getTime() + wait * 1000));
      });
      expect(heard()).toBe(before + provocation.heard);
      if (healthy.find === undefined) return;
      const search = await healthy.find(post, NOWHERE, scene.since, NEVER);
      if (provocation.heard === 1) expect(search.found).not.toBeNull();
      else expect(search).toMatchObject({ found: null, conclusive: true });
    });

  fact("an accepted follow-up whose answer is lost", async () => {
    const healthy = connect();
    const { root } = await openThread(healthy);
    const place: Place = { root, previous: root };
    const post = followUp(healthy);
    const before = heard();
    await provoked("an accepted post whose answer is lost", async (channel) => {
      expect((await judged(channel.publish(post, place, NEVER))).fate).toBe("unknown");
    });
    expect(heard()).toBe(before + 1);
    if (healthy.find !== undefined)
      expect((await healthy.find(post, place, scene.since, NEVER)).found).not.toBeNull();
  });
}
