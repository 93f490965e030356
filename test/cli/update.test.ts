import { describe, expect, it } from "vitest";
import { ANNOUNCE, setStage } from "../support/stage.ts";

const QUIET = { x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 };
const ALL = (count: number) => ({ x: count, mail: count, forum: count, slack: count, hosted: count });

describe("status update and status resolve", () => {
  it("continues each channel's thread, and shows the resolution in the Slack channel", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(20 * 60_000);
    const update = await stage.run([
      "update",
      "--phase",
      "identified",
      "--message",
      "A card network is down.",
      "--yes",
      "--json",
    ]);
    expect(update.code).toBe(0);
    expect(update.json().update).toMatchObject({ number: 2, template: "identified" });
    stage.clock.advance(20 * 60_000);
    const resolve = await stage.run([
      "resolve",
      "--message",
      "Cards work again. No data was lost.",
      "--yes",
      "--json",
    ]);
    expect(resolve.code).toBe(0);
    expect(resolve.json().incident).toMatchObject({
      phase: "resolved",
      components: [{ id: "checkout", state: "operational" }],
      resolvedAt: "2026-11-23T03:50:00.000Z",
      nextUpdateAt: null,
    });

    const { tweets, mails, topics, slackMessages, hostedIncidents, hostedComponents } = stage.sandbox.world();
    expect(stage.heard()).toEqual(ALL(3));
    expect(tweets.map(({ replyTo }) => replyTo)).toEqual([null, tweets[0]?.id, tweets[0]?.id]);
    expect(mails[1]?.inReplyTo).toBe(mails[0]?.messageId);
    expect(mails[2]?.references).toEqual([mails[0]?.messageId, mails[1]?.messageId]);
    expect(mails[0]?.headers["auto-submitted"]).toBe("auto-generated");
    expect(topics).toHaveLength(1);
    expect(slackMessages.map(({ threadTs }) => threadTs)).toEqual([
      null,
      slackMessages[0]?.ts,
      slackMessages[0]?.ts,
    ]);
    expect(slackMessages.map(({ broadcast }) => broadcast)).toEqual([false, false, true]);
    expect(hostedIncidents).toHaveLength(1);
    expect(hostedIncidents[0]?.status).toBe("resolved");
    expect(Object.values(hostedComponents)).not.toContain("partial_outage");
  });

  it("keeps the phase and the components that it is not told to change", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    const { incident, update } = (
      await stage.run([
        "update",
        "--component",
        "storefront=degraded_performance",
        "--message",
        "Still at it.",
        "--yes",
        "--json",
      ])
    ).json();
    expect(incident).toMatchObject({
      phase: "investigating",
      impact: "major",
      components: [
        { id: "checkout", state: "partial_outage" },
        { id: "storefront", state: "degraded_performance" },
      ],
    });
    expect(update.template).toBe("investigating");
  });

  it("does not paint a component green that another open incident holds", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    await stage.run([
      "announce",
      "--title",
      "Orders are delayed",
      "--component",
      "checkout=degraded_performance",
      "--component",
      "storefront",
      "--yes",
    ]);
    const { incident } = (await stage.run(["resolve", "2026-11-22-checkout", "--yes", "--json"])).json();
    expect(incident.components).toEqual([{ id: "checkout", state: "degraded_performance" }]);
  });

  it("asks which incident where two are open, and takes the beginning of an id or a key", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--key", "pager-7"]);
    await stage.run(["announce", "--title", "Search is slow", "--component", "storefront", "--yes"]);
    const unclear = await stage.run(["update", "--message", "x", "--yes", "--json"]);
    expect(unclear.code).toBe(2);
    expect(unclear.json().error).toMatchObject({ code: "INCIDENT_NEEDED" });
    expect(unclear.json().error.message).toContain("2026-11-22-search-is-slow");
    expect((await stage.run(["update", "2026-11-22", "--yes", "--json"])).json().error.code).toBe(
      "INCIDENT_AMBIGUOUS",
    );
    expect((await stage.run(["update", "nothing", "--yes", "--json"])).json().error.code).toBe(
      "INCIDENT_UNKNOWN",
    );
    const byPrefix = await stage.run([
      "update",
      "2026-11-22-s",
      "--message",
      "Faster now.",
      "--yes",
      "--json",
    ]);
    expect(byPrefix.json().incident.id).toBe("2026-11-22-search-is-slow");
    const byKey = await stage.run(["update", "pager-7", "--message", "Cards again.", "--yes", "--json"]);
    expect(byKey.json().incident.id).toBe("2026-11-22-checkout-is-failing");
  });

  it("refuses to resolve twice, and reopens with a phase", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    await stage.run(["resolve", "--yes"]);
    const again = await stage.run(["resolve", "2026-11-22", "--yes", "--json"]);
    expect(again.code).toBe(4);
    expect(again.json().error.code).toBe("ALREADY_RESOLVED");
    expect((await stage.run(["update", "2026-11-22", "--yes", "--json"])).json().error.code).toBe(
      "ALREADY_RESOLVED",
    );
    stage.clock.advance(60_000);
    const reopened = await stage.run([
      "update",
      "2026-11-22",
      "--phase",
      "investigating",
      "--message",
      "It is back.",
      "--component",
      "checkout=major_outage",
      "--yes",
      "--json",
    ]);
    expect(reopened.json().incident).toMatchObject({ phase: "investigating", resolvedAt: null });
    expect(stage.sandbox.world().topics).toHaveLength(1);
  });

  it("opens the thread with the update that is the first to come through", async () => {
    const stage = await setStage();
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("discourse", null);
    stage.clock.advance(600_000);
    const { deliveries } = (
      await stage.run(["update", "--message", "Second word.", "--yes", "--json"])
    ).json();
    expect(deliveries.find(({ channel }) => channel === "sellers")?.state).toBe("verified");
    const [topic, ...others] = stage.sandbox.world().topics;
    expect(others).toEqual([]);
    expect(topic?.posts[0]?.raw).toContain("Second word.");
    expect((await stage.run(["retry", "--yes"])).stdout).toContain("Nothing to do");
  });

  it("stands alone on X where replies are refused", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    stage.sandbox.refuseReplies(true);
    const { deliveries } = (
      await stage.run(["update", "--message", "Second word.", "--yes", "--json"])
    ).json();
    expect(deliveries[0]).toMatchObject({ channel: "x", state: "verified", attempts: 2 });
    expect(stage.sandbox.world().tweets[1]?.replyTo).toBeNull();
  });

  it("says that nothing is open", async () => {
    const stage = await setStage();
    expect((await stage.run(["update", "--yes", "--json"])).json().error.code).toBe("NO_OPEN_INCIDENT");
    expect(stage.heard()).toEqual(QUIET);
  });
});

describe("--key", () => {
  const keyed = [...ANNOUNCE, "--key", "pager-7", "--json"];

  it("repeats nothing when all is said, and lists the earlier receipts", async () => {
    const stage = await setStage();
    const first = (await stage.run(keyed)).json();
    const second = await stage.run(keyed);
    expect(second.code).toBe(0);
    expect(second.json().outcome).toBe("nothing-to-do");
    expect(second.json().deliveries.map(({ remoteId }) => remoteId)).toEqual(
      first.deliveries.map(({ remoteId }) => remoteId),
    );
    expect(stage.heard()).toEqual(ALL(1));
  });

  it("completes what is missing, with the stored words", async () => {
    const stage = await setStage();
    stage.sandbox.fault("discourse", "unauthorized");
    expect((await stage.run(keyed)).code).toBe(5);
    stage.sandbox.fault("discourse", null);
    stage.clock.advance(600_000);
    const second = await stage.run(keyed);
    expect(second.json().outcome).toBe("delivered");
    expect(stage.heard()).toEqual(ALL(1));
    expect(stage.sandbox.world().topics[0]?.posts[0]?.raw).toContain("19:25 PST");
  });

  it("refuses other words and another verb, naming the difference", async () => {
    const stage = await setStage();
    await stage.run(keyed);
    const other = await stage.run([...keyed, "--message", "Other words"]);
    expect(other.code).toBe(2);
    expect(other.json().error).toMatchObject({ code: "KEY_REUSED" });
    expect(other.json().error.message).toContain('message was not given, now "Other words"');
    const verb = await stage.run(["update", "--key", "pager-7", "--yes", "--json"]);
    expect(verb.json().error.message).toContain("status announce");
    expect(stage.heard()).toEqual(ALL(1));
  });

  it("repeats nothing where the ledger has vanished: it looks, and what cannot be looked up is left to a person", async () => {
    const stage = await setStage();
    await stage.run(keyed);
    stage.clock.advance(180_000);
    stage.configure((config) => {
      config.store = "another.db";
    });
    const ran = await stage.run(keyed);
    expect(ran.code).toBe(7);
    expect(ran.json().deliveries.map(({ channel, state, attempts }) => [channel, state, attempts])).toEqual([
      ["x", "sent", 0],
      ["customers", "unknown", 0],
      ["sellers", "sent", 0],
      ["ops", "sent", 0],
      ["page", "refused", 1],
      ["hosted", "sent", 0],
    ]);
    expect(ran.json().deliveries[4]?.error?.code).toBe("PAGE_FROM_ANOTHER_LEDGER");
    expect(stage.heard()).toEqual(ALL(1));
  });

  it("speaks once when several run at the same time", async () => {
    const stage = await setStage();
    const runs = await Promise.all(Array.from({ length: 4 }, () => stage.run(keyed)));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(stage.heard()).toEqual(ALL(1));
  });
});

describe("status retry", () => {
  it("speaks on silent channels only", async () => {
    const stage = await setStage();
    stage.sandbox.fault("slack", "refuse");
    stage.sandbox.fault("twitter", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("slack", null);
    stage.sandbox.fault("twitter", null);
    const { code, stdout } = await stage.run(["retry", "--yes"]);
    expect(code).toBe(0);
    expect(stdout).toContain("All 6 channels have spoken.");
    expect(stage.heard()).toEqual(ALL(1));
  });

  it("shows in a dry run what it would say, and sends nothing", async () => {
    const stage = await setStage();
    stage.sandbox.fault("slack", "refuse");
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("slack", null);
    const { code, stdout } = await stage.run(["retry", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ops refused\n {2}│ \[Investigating\] Checkout is failing/);
    expect((await stage.run(["retry", "--dry-run", "--json"])).json()).toMatchObject({
      outcome: "dry-run",
      silent: ["ops"],
    });
    expect(stage.heard().slack).toBe(0);
  });

  it("leaves an unknown mail alone until a person decides", async () => {
    const stage = await setStage((config) => {
      config.channels.customers = { ...config.channels.customers, timeout: "1s" };
    });
    stage.sandbox.fault("email", "slow-answer");
    expect((await stage.run([...ANNOUNCE, "--timeout", "5s"])).code).toBe(7);
    stage.sandbox.fault("email", null);
    const left = await stage.run(["retry", "--yes", "--json", "--timeout", "3s"]);
    expect(left.code).toBe(7);
    expect(stage.heard().mail).toBe(1);
    const again = await stage.run(["retry", "--yes", "--resend-unknown", "customers"]);
    expect(again.code).toBe(0);
    expect(stage.heard().mail).toBe(2);
  });

  it("waits for a rate limit within the time it has, else says when it may be tried again", async () => {
    const stage = await setStage();
    stage.sandbox.fault("statuspage", "rate-limit");
    const { code, stdout } = await stage.run([...ANNOUNCE, "--timeout", "5s", "--json"]);
    expect(code).toBe(5);
    const hosted = JSON.parse(stdout).deliveries[5];
    expect(hosted).toMatchObject({ state: "waiting" });
    expect(hosted.error.retryAt).toBe("2026-11-23T03:11:00.000Z");
  });
});
