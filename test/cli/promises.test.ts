import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";

const MINUTE = 60_000;
const ID = "2026-11-22-checkout-is-failing";
const FOLLOW_UP = ["follow-up", "--yes"] as const;

/** Two channels for customers, one for colleagues. */
const few = (change: Parameters<typeof setStage>[0] = () => {}) =>
  setStage((config) => {
    const { sellers, ops, x } = config.channels;
    config.channels = { x: x!, sellers: sellers!, ops: ops! };
    change(config);
  });

function fail(stage: Stage, fault: "unauthorized" | null): void {
  for (const imitation of ["twitter", "discourse", "slack"] as const) stage.sandbox.fault(imitation, fault);
}

const update = (message: string, ...more: string[]) => ["update", "--message", message, ...more, "--yes"];

describe("what is owed", () => {
  it("stays owed while nobody hears what was said, however often", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    fail(stage, "unauthorized");
    expect((await stage.run(update("We found it.", "--next-update", "5h"))).code).toBe(6);
    expect((await stage.run(update("We mend it.", "--next-update", "6h"))).code).toBe(6);
    stage.clock.advance(60 * MINUTE);
    expect((await stage.run(["due"])).code).toBe(8);
    const { stdout } = await stage.run(["list"]);
    expect(stdout).toContain("next update 19:25 PST (45 min overdue)");
    expect((await stage.run(FOLLOW_UP)).code).toBe(8);
  });

  it("is not paid by a word to colleagues alone", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    await stage.run(update("War room on the third floor.", "--only", "ops", "--next-update", "4h"));
    stage.clock.advance(16 * MINUTE);
    expect((await stage.run(["due"])).code).toBe(8);
    expect((await stage.run(FOLLOW_UP)).code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 2, forum: 2 });
  });

  it("is not paid by a follow-up that nobody would hear", async () => {
    const stage = await few();
    await stage.run([...ANNOUNCE, "--only", "x"]);
    stage.clock.advance(16 * MINUTE);
    const ran = await stage.run([...FOLLOW_UP, "--except", "x"]);
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain("[NO_CHANNEL_LEFT]");
    expect((await stage.run(["due"])).code).toBe(8);
  });

  it("includes the end of an incident that a channel has still to hear", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("discourse", "unauthorized");
    expect((await stage.run(["resolve", "--yes"])).code).toBe(5);
    stage.clock.advance(16 * MINUTE);
    const due = await stage.run(["due"]);
    expect(due.code).toBe(8);
    expect(due.stdout).toContain(`words still to be heard on sellers`);
    expect(due.stdout).toContain(`status retry ${ID}`);
    stage.sandbox.fault("discourse", null);
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect((await stage.run(["due"])).code).toBe(0);
  });

  it("is owed to no channel that the configuration no longer has", async () => {
    const stage = await few();
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.configure((config) => {
      delete config.channels.sellers;
    });
    stage.clock.advance(5 * MINUTE);
    expect((await stage.run(["due"])).code).toBe(0);
  });
});

describe("a correction", () => {
  it("takes the place of no words that are still to be heard", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    fail(stage, "unauthorized");
    await stage.run(update("We found it.", "--next-update", "5h"));
    fail(stage, null);
    expect(
      (await stage.run(["correct", "--update", "1", "--message", "It began at nine.", "--yes"])).code,
    ).toBe(0);
    stage.clock.advance(16 * MINUTE);
    expect((await stage.run(["due"])).code).toBe(8);
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(stage.sandbox.world().tweets.some(({ text }) => text.includes("We found it."))).toBe(true);
  });
});

describe("a follow-up that was heard nowhere", () => {
  it("is tried again by the next run, and does not stop the ones after it", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    stage.clock.advance(16 * MINUTE);
    fail(stage, "unauthorized");
    expect((await stage.run(FOLLOW_UP)).code).toBe(6);
    fail(stage, null);
    stage.clock.advance(5 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 2, forum: 2 });
    stage.clock.advance(16 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 3, forum: 3 });
  });
});

describe("the hosted page", () => {
  it("shows the worst that any open incident does to a component", async () => {
    const stage = await setStage((config) => {
      config.channels = { hosted: config.channels.hosted! };
    });
    const announce = (title: string, impact: string, state: string) =>
      stage.run([
        "announce",
        "--title",
        title,
        "--impact",
        impact,
        "--component",
        `checkout=${state}`,
        "--new",
        "--yes",
      ]);
    await announce("Checkout is down", "critical", "major_outage");
    await announce("Invoices are late", "minor", "degraded_performance");
    const states = Object.values(stage.sandbox.world().hostedComponents);
    expect(states.some((state) => state === "degraded_performance")).toBe(false);
  });
});

describe("exit 8 of status due", () => {
  it("is said to mean what falls due within the time, as well as what is overdue", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    expect((await stage.run(["due"])).code).toBe(0);
    expect((await stage.run(["due", "--within", "30m"])).code).toBe(8);
    expect((await stage.run(["help", "due"])).stdout).toContain("8 if something is due or overdue");
    expect((await stage.run(["--help"])).stdout).toContain("8  something is due or overdue (`due`");
  });
});
