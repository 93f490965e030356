import { expect } from "vitest";
import type { Place } from "../../channels/contract.ts";
import type { Ground } from "../ground.ts";
import { NOWHERE } from "../loopback.ts";
import { BLINDING, type Fact, NEVER, type Scene } from "../scene.ts";

/** Looking for a post that may be out. */
export function findCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { connect, say, followUp, openThread, silentAbout, provoked } = scene;

  fact("sees what publish made, in the thread and at its head, and not its neighbour", async () => {
    const channel = connect();
    const { root, post: first } = await openThread(channel);
    const place: Place = { root, previous: root };
    const second = followUp(channel);
    const reply = await channel.publish(second, place, NEVER);
    expect(await channel.find!(first, NOWHERE, scene.since, NEVER)).toEqual({ found: root });
    expect(await channel.find!(second, place, scene.since, NEVER)).toEqual({ found: reply });
    const nothing = { found: null, conclusive: true };
    expect(await channel.find!(say(channel).post, NOWHERE, scene.since, NEVER)).toMatchObject(nothing);
    expect(await channel.find!(followUp(channel), place, scene.since, NEVER)).toMatchObject(nothing);
  });

  fact("is not sure where it cannot look", async () => {
    const healthy = connect();
    const { root, post: first } = await openThread(healthy);
    const place: Place = { root, previous: root };
    const second = followUp(healthy);
    await healthy.publish(second, place, NEVER);
    for (const trouble of BLINDING)
      await provoked(trouble, async (channel) => {
        for (const [post, where] of [
          [first, NOWHERE],
          [second, place],
        ] as const) {
          const search = await channel.find!(post, where, scene.since, NEVER);
          expect({ trouble, ...search }).toMatchObject({ trouble, found: null, conclusive: false });
          silentAbout(search);
        }
      });
  });
}
