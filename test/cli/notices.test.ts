import { describe, expect, it } from "vitest";
import { NOW, setStage } from "../support/stage.ts";

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
});
