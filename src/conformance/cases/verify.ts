import { expect } from "vitest";
import type { Place } from "../../channels/contract.ts";
import type { Ground } from "../ground.ts";
import { NOWHERE } from "../loopback.ts";
import { BLINDING, type Fact, NEVER, type Scene, WORD } from "../scene.ts";

/** Reading a post back. */
export function verifyCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { connect, followUp, openThread, silentAbout, provoked, conformance } = scene;

  fact("sees a post that stands, at the head of its thread and below", async () => {
    const channel = connect();
    const { root, post: first } = await openThread(channel);
    const place: Place = { root, previous: root };
    const second = followUp(channel);
    const reply = await channel.publish(second, place, NEVER);
    const seen = { state: "seen", note: null };
    expect(await channel.verify!(root, first, NOWHERE, NEVER)).toEqual(seen);
    expect(await channel.verify!(reply, second, place, NEVER)).toEqual(seen);
  });

  fact("tells of a post that is missing", async () => {
    expect(conformance.remove).toBeDefined();
    const channel = connect();
    const { root, post } = await openThread(channel);
    await conformance.remove?.(root, scene.ground);
    expect(await channel.verify!(root, post, NOWHERE, NEVER)).toMatchObject({
      state: "missing",
      note: expect.stringMatching(/./),
    });
  });

  fact("tells of a post that was altered", async () => {
    const channel = connect();
    const { root, post } = await openThread(channel);
    scene.ground.proxy?.damage({ rewrite: (text) => text.replaceAll(WORD, "Cormorant") });
    try {
      expect(await channel.verify!(root, post, NOWHERE, NEVER)).toMatchObject({
        state: "altered",
        note: expect.stringMatching(/./),
      });
    } finally {
      scene.ground.proxy?.damage("none");
    }
  });

  fact("takes trouble for nothing but trouble", async () => {
    const { root, post } = await openThread(connect());
    // A vendor that knows no such post says so with 404.
    for (const trouble of BLINDING.filter((name) => name !== "404"))
      await provoked(trouble, async (channel) => {
        const verdict = await channel.verify!(root, post, NOWHERE, NEVER);
        expect({ trouble, kind: ["cannot", "not-yet"].includes(verdict.state) }).toEqual({
          trouble,
          kind: true,
        });
        expect(verdict.note ?? "").not.toBe("");
        silentAbout(verdict);
      });
  });
}
