import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, NOW, setStage } from "../support/stage.ts";

describe("a notice", () => {
  const DEPLOY = ["announce", "deploy", "--set", "version=4.2", "--yes", "--json"];

  it("may have an end, and is said in quiet", async () => {
    const stage = await setStage((config) => {
      Object.assign(config.channels.hosted!, { notifySubscribers: true });
      Object.assign(config.channels.customers!, { notices: false });
    });
    const ran = await stage.run([...DEPLOY, "--until", "30m"]);
    expect(ran.json()).toMatchObject({
      outcome: "delivered",
      incident: {
        type: "notice",
        endsAt: new Date(NOW.getTime() + 30 * 60_000).toISOString(),
        nextUpdateAt: null,
      },
    });
    expect(ran.json().deliveries.find(({ channel }) => channel === "customers")).toMatchObject({
      state: "skipped",
      reason: "takes no notices",
    });
    expect(stage.heard()).toMatchObject({ mail: 0, x: 1 });
    expect(stage.sandbox.world().hostedIncidents[0]?.updates).toMatchObject([
      { status: "resolved", notified: false },
    ]);
    expect((await stage.run([...DEPLOY, "--until", "2026-01-01T00:00"])).json().error.code).toBe(
      "UNTIL_PAST",
    );
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(stage.heard().mail).toBe(0);
    await stage.run(["announce", "--title", "Search is slow", "--yes"]);
    expect(stage.heard().mail).toBeGreaterThan(0);
  });

  it("is refused where no channel takes it", async () => {
    const stage = await setStage((config) => {
      for (const channel of Object.values(config.channels)) channel.notices = false;
    });
    expect((await stage.run(DEPLOY)).json().error.code).toBe("NO_CHANNEL_LEFT");
  });

  const DEPLOYING = [
    ...["announce", "deploying", "--set", "version=4.2", "--set", "todo=Nothing."],
    ...["--until", "2h", "--key", "deploy-812", "--yes", "--json"],
  ];

  it("goes on and ends by its key, in the same threads, and remembers what was set", async () => {
    const stage = await setStage();
    await stage.run(DEPLOYING);
    stage.clock.advance(60_000);
    const half = ["update", "deploy-812", "--message", "Half of the servers run it.", "--yes", "--json"];
    expect((await stage.run(half)).json()).toMatchObject({
      outcome: "delivered",
      incident: { type: "notice", phase: "resolved", title: "Example Shop 4.2 is going live" },
      update: { number: 2, template: "deploying" },
    });
    stage.clock.advance(60_000);
    const ended = new Date(NOW.getTime() + 120_000).toISOString();
    expect((await stage.run(["resolve", "deploy-812", "--yes", "--json"])).json()).toMatchObject({
      outcome: "delivered",
      incident: { title: "Example Shop 4.2 is live", endsAt: ended, resolvedAt: ended, nextUpdateAt: null },
      update: { number: 3, template: "deploy" },
    });
    const { tweets, topics, mails, hostedIncidents, notifications } = stage.sandbox.world();
    expect(tweets.map(({ replyTo }) => replyTo)).toEqual([null, tweets[0]?.id, tweets[0]?.id]);
    expect(tweets[2]?.text).toContain("Example Shop 4.2 is live.");
    expect(topics.map(({ posts }) => posts.length)).toEqual([3]);
    expect(mails).toHaveLength(3);
    expect(hostedIncidents.map(({ updates }) => updates.map(({ status }) => status))).toEqual([
      ["resolved", "resolved", "resolved"],
    ]);
    expect(notifications).toEqual([]);
    expect(mails.every(({ text }) => text.includes("Nothing."))).toBe(true);
  });

  it("has one last word", async () => {
    const stage = await setStage();
    await stage.run(DEPLOYING);
    const last = ["resolve", "deploy-812", "--key", "deploy-812-live", "--yes", "--json"];
    expect((await stage.run(last)).code).toBe(0);
    expect((await stage.run(last)).json().outcome).toBe("nothing-to-do");
    const again = await stage.run(["update", "deploy-812", "--message", "And more.", "--yes", "--json"]);
    expect([again.code, again.json().error.code]).toEqual([4, "NOTICE_ENDED"]);
    expect((await stage.run(["resolve", "deploy-812", "--yes", "--json"])).json().error.code).toBe(
      "NOTICE_ENDED",
    );
  });

  it("keeps the title that it was given, leaves components alone, and takes no words of an incident", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE]);
    await stage.run([...DEPLOYING, "--title", "Search is renewed", "--component", "checkout"]);
    const ended = (await stage.run(["resolve", "deploy-812", "--yes", "--json"])).json();
    expect(ended.incident).toMatchObject({
      title: "Search is renewed",
      components: [{ id: "checkout", state: "operational" }],
    });
    const open = (await stage.run(["list", "--json"])).json().incidents as { components: unknown }[];
    expect(open).toMatchObject([{ components: [{ id: "checkout", state: "partial_outage" }] }]);
    await stage.run(["announce", "deploying", "--key", "deploy-813", "--yes"]);
    for (const [words, code] of [
      [["--template", "identified"], "TEMPLATE_MISFIT"],
      [["--phase", "monitoring"], "PHASE_MISFIT"],
    ] as const)
      expect((await stage.run(["update", "deploy-813", ...words, "--yes", "--json"])).json().error.code).toBe(
        code,
      );
    expect((await stage.run(["follow-up", "deploy-813", "--yes", "--json"])).json().outcome).toBe(
      "nothing-to-do",
    );
  });

  it("takes no post for its own that says the same under another key", async () => {
    const stage = await setStage();
    const first = (await stage.run(DEPLOYING)).json();
    stage.clock.advance(61_000);
    const second = (await stage.run([...DEPLOYING, "--key", "deploy-812-eu"])).json();
    const of = (said: typeof first, channel: string): (typeof first)["deliveries"][number] =>
      said.deliveries.find((delivery) => delivery.channel === channel)!;
    for (const channel of ["x", "customers", "sellers", "ops"]) {
      expect([channel, of(second, channel).error, of(second, channel).attempts]).toEqual([channel, null, 1]);
      expect(of(second, channel).remoteId).not.toBe(of(first, channel).remoteId);
    }
  });

  it("stands on the page as news until its last word", async () => {
    const stage = await setStage();
    await stage.run(DEPLOYING);
    const page = () => readFileSync(join(stage.folder, "public/index.html"), "utf8");
    expect(page()).toContain("Example Shop 4.2 is going live");
    await stage.run(["resolve", "deploy-812", "--yes"]);
    expect(page()).not.toContain("is going live");
  });
});
