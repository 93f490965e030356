import { describe, expect, it } from "vitest";
import { DISCORD_FORUM_WEBHOOK } from "../../src/sandbox/discord.ts";
import { ANNOUNCE, type Document, setStage } from "../support/stage.ts";

async function withHooks() {
  const set = await setStage();
  const { discord, teams, webhook } = set.sandbox.channels;
  set.configure((config) => {
    config.channels = {
      players: { ...discord },
      outages: { ...discord, webhook: DISCORD_FORUM_WEBHOOK, forum: true },
      staff: { ...teams },
      portal: { ...webhook },
    };
  });
  return set;
}

const states = ({ deliveries }: Document) =>
  Object.fromEntries(deliveries.map(({ channel, state, verification }) => [channel, [state, verification]]));

describe("an incident on channels with a webhook", () => {
  it("is told once on each, and read back where that can be done", async () => {
    const { run, sandbox } = await withHooks();
    const announced = await run([...ANNOUNCE, "--json"]);
    expect(announced.code).toBe(0);
    expect(states(announced.json())).toEqual({
      players: ["verified", "seen"],
      outages: ["verified", "seen"],
      staff: ["sent", "cannot"],
      portal: ["sent", "cannot"],
    });
    const updated = await run([
      "update",
      "--phase",
      "identified",
      "--message",
      "A *card network* is down.",
      "--yes",
    ]);
    expect(updated.code).toBe(0);
    const { discordMessages, teamsCards, webhookEvents } = sandbox.world();
    const threads = discordMessages.filter(({ thread }) => thread !== null);
    expect(discordMessages).toHaveLength(4);
    expect(new Set(threads.map(({ thread }) => thread)).size).toBe(1);
    expect(discordMessages.at(-1)?.content).toContain("A *card network* is down.");
    expect(teamsCards.map(({ text }) => text)).toEqual([
      expect.stringContaining("Checkout"),
      expect.stringContaining("A card network is down."),
    ]);
    expect(webhookEvents.map(({ data }) => data)).toMatchObject([
      { incident: { phase: "investigating" }, update: { number: 1, verb: "announce" } },
      { incident: { phase: "identified" }, update: { number: 2, verb: "update" } },
    ]);
  });

  it("is corrected in its place on Discord, and said again elsewhere", async () => {
    const { run, sandbox } = await withHooks();
    await run([...ANNOUNCE, "--message", "Cards fail."]);
    const corrected = await run(["correct", "--message", "Some cards fail.", "--yes", "--json"]);
    expect({ code: corrected.code, silent: corrected.json().silent }).toEqual({ code: 0, silent: [] });
    const { discordMessages, teamsCards, webhookEvents } = sandbox.world();
    expect(discordMessages).toHaveLength(2);
    for (const { content } of discordMessages) expect(content).toContain("Some cards fail.");
    expect(teamsCards).toHaveLength(2);
    expect(webhookEvents).toHaveLength(2);
  });

  it("waits for a person where an answer is lost, except where the receiver drops what it has", async () => {
    const { run, sandbox, configure } = await withHooks();
    configure((config) => {
      config.channels = {
        players: config.channels.players!,
        portal: { ...config.channels.portal, deduplicates: true },
      };
    });
    for (const imitation of ["discord", "webhook"] as const) sandbox.fault(imitation, "lost-answer");
    const announced = await run([...ANNOUNCE, "--timeout", "3s", "--json"]);
    expect(announced.code).toBe(7);
    expect(states(announced.json())).toMatchObject({ players: ["unknown", null], portal: ["waiting", null] });
    for (const imitation of ["discord", "webhook"] as const) sandbox.fault(imitation, null);
    const again = await run(["retry", "--yes", "--json"]);
    expect(again.code).toBe(7);
    expect(states(again.json())).toMatchObject({ players: ["unknown", null], portal: ["sent", "cannot"] });
    expect(sandbox.world().discordMessages).toHaveLength(1);
    expect(sandbox.world().webhookEvents).toHaveLength(1);
  });

  it("is proved without a word by the doctor", async () => {
    const { run, sandbox } = await withHooks();
    const { stdout } = await run(["doctor", "--json"]);
    const { checks } = JSON.parse(stdout) as { checks: { channel: string; level: string }[] };
    expect(checks.filter(({ level }) => level === "fail")).toEqual([]);
    expect(new Set(checks.map(({ channel }) => channel))).toContain("portal");
    const { discordMessages, teamsCards, webhookEvents } = sandbox.world();
    expect([discordMessages, teamsCards, webhookEvents]).toEqual([[], [], []]);
  });
});
