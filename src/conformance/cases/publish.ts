import { expect } from "vitest";
import type { Place, Post, Receipt } from "../../channels/contract.ts";
import type { Ground } from "../ground.ts";
import { contextFor, messageOf, NOWHERE } from "../loopback.ts";
import { type Fact, NEVER, type Scene } from "../scene.ts";

/** The life of planned work that was made longer. */
const PLANNED = [
  ["scheduled", "maintenance schedule"],
  ["scheduled", "follow-up"],
  ["in_progress", "maintenance start"],
  ["in_progress", "maintenance extend"],
  ["completed", "maintenance complete"],
] as const;

/** What one call puts out. */
export function publishCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { connect, heard, say, followUp, openThread, silentAbout, judged, conformance, nextNumber } = scene;

  fact("has one effect for each post", async () => {
    const channel = connect();
    const { posts } = say(channel);
    const before = heard();
    for (const [index, post] of posts.entries()) {
      await channel.publish(post, NOWHERE, NEVER);
      expect(heard()).toBe(before + index + 1);
    }
  });

  fact("gives a receipt that survives JSON and tells no secret", async () => {
    const { root } = await openThread(connect());
    expect(JSON.parse(JSON.stringify(root))).toEqual(root);
    expect(root.remoteId).not.toBe("");
    expect(root.pending ?? false).toBe(false);
    if (root.url !== null) expect(root.url).toMatch(/^https?:\/\/\S+$/);
    silentAbout(root);
  });

  fact("puts follow-ups into the thread of the first post, and a new incident into another", async () => {
    const channel = connect();
    const before = heard();
    const { root: first } = await openThread(channel);
    const root = JSON.parse(JSON.stringify(first)) as Receipt;
    let previous = root;
    for (let number = 2; number <= 4; number++)
      previous = await channel.publish(followUp(channel), { root, previous }, NEVER);
    const told = scene.ground.heard().slice(before);
    expect(told).toHaveLength(4);
    expect(new Set(told.map(({ thread }) => thread)).size).toBe(1);
    await openThread(channel);
    expect(scene.ground.heard().at(-1)?.thread).not.toBe(told[0]?.thread);
  });

  fact("takes planned work from its announcement to its end, in one thread", async () => {
    const channel = connect();
    const before = heard();
    let place: Place = NOWHERE;
    for (const [phase, verb] of PLANNED) {
      const said = nextNumber();
      const context = contextFor({
        ...{ key: `${said}`.padStart(30, "0"), title: "New disks", phase, verb },
        rootSubject: place.root === null ? null : "New disks",
      });
      const [post] = channel.compose(messageOf(`New disks, note ${said}.`), context);
      scene.ground.plan?.(post!, context);
      const receipt = await channel.publish(JSON.parse(JSON.stringify(post)) as Post, place, NEVER);
      place = { root: place.root ?? receipt, previous: receipt };
    }
    const told = scene.ground.heard().slice(before);
    expect(told).toHaveLength(PLANNED.length);
    expect(new Set(told.map(({ thread }) => thread)).size).toBe(1);
  });

  fact("calls a post that waits for a moderator pending, and not yet seen", async () => {
    const { moderate } = conformance;
    if (moderate === undefined) throw new Error("nothing moderates here: exempt the channel with a reason");
    const channel = connect();
    const before = heard();
    const { post } = say(channel);
    moderate(scene.ground, true);
    try {
      const receipt = await channel.publish(post, NOWHERE, NEVER);
      expect(receipt).toMatchObject({ pending: true });
      expect(await channel.verify!(receipt, post, NOWHERE, NEVER)).toMatchObject({ state: "not-yet" });
      expect(await channel.find!(post, NOWHERE, scene.since, NEVER)).toMatchObject({
        found: null,
        conclusive: false,
      });
      const error = await judged(
        channel.publish(followUp(channel), { root: receipt, previous: receipt }, NEVER),
      );
      expect(error.fate).toBe("not-sent");
      expect(heard()).toBe(before);
    } finally {
      moderate(scene.ground, false);
    }
  });

  fact("gives each of several addressees its own fate", async () => {
    expect(conformance.partly).toBeDefined();
    const channel = connect(conformance.partly);
    const before = heard();
    const { posts } = say(channel);
    const ends: string[] = [];
    for (const post of posts) {
      const attempt = channel.publish(post, NOWHERE, NEVER);
      ends.push(
        await attempt.then(
          () => "sent",
          async () => (await judged(attempt)).fate,
        ),
      );
    }
    expect([...ends].sort()).toEqual(["refused", "sent"]);
    expect(heard()).toBe(before + 1);
  });
}
