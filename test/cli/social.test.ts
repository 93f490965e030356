import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";

/** Mastodon and Bluesky only. */
async function social(): Promise<Stage> {
  const stage = await setStage();
  const { mastodon, bluesky } = stage.sandbox.channels;
  stage.configure((config) => {
    config.channels = { social: { ...mastodon }, sky: { ...bluesky } };
  });
  return stage;
}

const heard = (stage: Stage) => {
  const { toots, blueskyPosts } = stage.sandbox.world();
  return { social: toots.length, sky: blueskyPosts.length };
};

describe("an incident on Mastodon and Bluesky", () => {
  it("is told from its announcement to its end, each in one thread, and read back", async () => {
    const stage = await social();
    const first = await stage.run([...ANNOUNCE, "--message", "It began at 10:40.", "--json"]);
    expect(first.json().deliveries).toMatchObject([{ state: "verified" }, { state: "verified" }]);
    stage.clock.advance(600_000);
    await stage.run(["update", "--message", "A switch broke.", "--phase", "identified", "--yes"]);
    stage.clock.advance(600_000);
    expect((await stage.run(["resolve", "--message", "It works again.", "--yes", "--json"])).code).toBe(0);
    const { toots, blueskyPosts } = stage.sandbox.world();
    expect(toots.map(({ replyTo }) => replyTo)).toEqual([null, toots[0]?.id, toots[0]?.id]);
    expect(blueskyPosts.map(({ root }) => root)).toEqual([null, blueskyPosts[0]?.uri, blueskyPosts[0]?.uri]);
    for (const { text } of [...toots, ...blueskyPosts]) {
      expect(text).toContain("Checkout is failing");
      expect(text).toContain("https://status.example.org");
    }
    expect((await stage.run(["doctor", "--json"])).code).toBe(0);
  });

  it("is corrected in place on Mastodon, and said again on Bluesky, which shows no changes", async () => {
    const stage = await social();
    await stage.run([...ANNOUNCE, "--message", "It began at 10:40."]);
    stage.clock.advance(600_000);
    expect((await stage.run(["correct", "--message", "It began at 09:40.", "--yes", "--json"])).code).toBe(0);
    expect(heard(stage)).toEqual({ social: 1, sky: 2 });
    const { toots, blueskyPosts } = stage.sandbox.world();
    expect(toots[0]?.text).toContain("09:40");
    expect(blueskyPosts[1]).toMatchObject({
      root: blueskyPosts[0]?.uri,
      text: expect.stringContaining("09:40"),
    });
  });

  it.each(["lost-answer", "server-error", "unauthorized"] as const)(
    "is heard once after %s and a retry",
    async (fault) => {
      const stage = await social();
      for (const imitation of ["mastodon", "bluesky"] as const) stage.sandbox.fault(imitation, fault);
      const ran = await stage.run([...ANNOUNCE, "--message", "It began at 10:40.", "--timeout", "3s"]);
      expect(ran.code).not.toBe(0);
      for (const imitation of ["mastodon", "bluesky"] as const) stage.sandbox.fault(imitation, null);
      stage.clock.advance(60_000);
      const again = await stage.run(["retry", "--json"]);
      if (fault !== "unauthorized") expect(again.code).toBe(0);
      expect(heard(stage)).toEqual({ social: 1, sky: 1 });
    },
  );

  it("is not told twice under its key when the ledger is gone", async () => {
    const stage = await social();
    const announce = [...ANNOUNCE, "--message", "It began at 10:40.", "--key", "deploy-7", "--json"];
    await stage.run(announce);
    stage.configure((config) => {
      config.store = "another.db";
    });
    stage.clock.advance(2 * 3_600_000);
    const again = await stage.run(announce);
    expect(again.json().deliveries).toMatchObject([
      { state: "sent", attempts: 0 },
      { state: "sent", attempts: 0 },
    ]);
    expect(heard(stage)).toEqual({ social: 1, sky: 1 });
  });

  it("is withdrawn with --delete", async () => {
    const stage = await social();
    await stage.run([...ANNOUNCE, "--message", "It began at 10:40."]);
    stage.clock.advance(600_000);
    await stage.run(["update", "--message", "A switch broke.", "--phase", "identified", "--yes"]);
    stage.clock.advance(600_000);
    expect((await stage.run(["retract", "--delete", "--yes", "--json"])).code).toBe(0);
    expect(heard(stage)).toEqual({ social: 1, sky: 1 });
  });
});
