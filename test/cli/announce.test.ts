import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, setStage } from "../support/stage.ts";

describe("status announce", () => {
  it("says the same facts on every channel and exits 0", async () => {
    const stage = await setStage();
    const ran = await stage.run([...ANNOUNCE, "--json"]);
    expect(ran.code).toBe(0);
    const document = ran.json();
    expect(document.outcome).toBe("delivered");
    expect(document.silent).toEqual([]);
    expect(document.deliveries.map(({ channel, state }) => [channel, state])).toEqual([
      ["x", "verified"],
      ["customers", "sent"],
      ["sellers", "verified"],
      ["ops", "verified"],
      ["page", "verified"],
      ["hosted", "verified"],
    ]);
    expect(document.incident).toMatchObject({
      id: "2026-11-22-checkout-is-failing",
      type: "incident",
      phase: "investigating",
      impact: "major",
      components: [{ id: "checkout", state: "partial_outage" }],
      startedAt: "2026-11-23T03:10:00.000Z",
      acknowledgedAt: "2026-11-23T03:10:00.000Z",
      resolvedAt: null,
      nextUpdateAt: "2026-11-23T03:25:00.000Z",
    });
    for (const { text } of document.deliveries) {
      expect(text).toContain("Orders and payment");
      expect(text).toContain("19:25 PST");
    }
    const world = stage.sandbox.world();
    expect(stage.heard()).toEqual({
      x: 1,
      mail: 1,
      forum: 1,
      slack: 1,
      hosted: 1,
    });
    expect(world.tweets[0]?.text).toContain("Checkout is failing");
    expect(world.mails[0]?.subject).toContain("Checkout is failing");
    expect(world.topics[0]?.title).toContain("Checkout is failing");
    expect(JSON.stringify(world.slackMessages[0]?.blocks)).toContain("Checkout is failing");
    expect(world.hostedIncidents[0]?.name).toBe("Checkout is failing");
    expect(readFileSync(join(stage.folder, "public", "index.html"), "utf8")).toContain("Checkout is failing");
  });

  it("prints who has heard what, with links, and what to type next", async () => {
    const stage = await setStage();
    const { stdout } = await stage.run(ANNOUNCE);
    expect(stdout).toContain("All 6 channels have spoken.");
    expect(stdout).toMatch(/✓ sellers +sent .*\/t\/\d+\/1/);
    expect(stdout).toContain("Next update promised by 19:25 PST (in 15 min).");
    expect(stdout).toContain("status update 2026-11-22-checkout-is-failing");
    expect(stdout).not.toContain("\u001b");
  });

  it("speaks on the others when one refuses, says why and what to type, and exits 5", async () => {
    const stage = await setStage();
    stage.sandbox.fault("discourse", "refuse");
    const { code, stdout } = await stage.run(ANNOUNCE);
    expect(code).toBe(5);
    expect(stage.heard()).toEqual({
      x: 1,
      mail: 1,
      forum: 0,
      slack: 1,
      hosted: 1,
    });
    expect(stdout).toContain("Silent: sellers");
    expect(stdout).toContain("5 of 6 channels have spoken.");
    expect(stdout).toContain("status retry 2026-11-22-checkout-is-failing");
  });

  it("calls a post whose answer never comes unknown, exits 7, and does not hold the others up", async () => {
    const stage = await setStage((config) => {
      config.channels.customers = {
        ...config.channels.customers,
        timeout: "1s",
      };
    });
    stage.sandbox.fault("email", "hang");
    const started = Date.now();
    const { code, stdout } = await stage.run([...ANNOUNCE, "--json", "--timeout", "4s"]);
    expect(code).toBe(7);
    expect(Date.now() - started).toBeLessThan(8000);
    const states = JSON.parse(stdout).deliveries.map((delivery: { state: string }) => delivery.state);
    expect(states).toEqual(["verified", "unknown", "verified", "verified", "verified", "verified"]);
  });

  it("finds a post whose answer was lost instead of repeating it", async () => {
    const stage = await setStage();
    stage.sandbox.fault("slack", "lost-answer");
    const first = stage.run([...ANNOUNCE, "--json"]);
    const lifted = setInterval(() => {
      if (stage.heard().slack > 0) stage.sandbox.fault("slack", null);
    }, 20);
    const { code, stdout } = await first;
    clearInterval(lifted);
    expect(JSON.parse(stdout).deliveries[3]).toMatchObject({
      channel: "ops",
      state: "verified",
    });
    expect(code).toBe(0);
    expect(stage.heard().slack).toBe(1);
  });

  it("exits 6 when no channel has spoken", async () => {
    const stage = await setStage((config) => {
      delete config.channels.page;
    });
    for (const imitation of ["twitter", "email", "discourse", "slack", "statuspage"] as const)
      stage.sandbox.fault(imitation, "unauthorized");
    const { code, stdout } = await stage.run([...ANNOUNCE, "--json"]);
    expect(code).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "silent",
      silent: ["x", "customers", "sellers", "ops", "hosted"],
    });
  });

  it("sends nothing and asks for --yes where there is no terminal", async () => {
    const stage = await setStage();
    const { code, stderr, stdout } = await stage.run(ANNOUNCE.filter((word) => word !== "--yes"));
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("--yes");
    expect(stage.heard()).toEqual({
      x: 0,
      mail: 0,
      forum: 0,
      slack: 0,
      hosted: 0,
    });
  });

  it("names the missing title, and prints the error as JSON when asked", async () => {
    const stage = await setStage();
    const { code, stdout, stderr } = await stage.run(["announce", "--yes", "--json"]);
    expect(code).toBe(2);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      error: { code: "TITLE_NEEDED" },
    });
    expect(JSON.parse(stdout).error.hint).toContain("--title");
  });

  it.each([
    [["--impact", "severe"], "IMPACT_UNKNOWN"],
    [["--component", "chekout"], "COMPONENT_UNKNOWN"],
    [["--component", "checkout=broken"], "COMPONENT_STATE_UNKNOWN"],
    [["--next-update", "30"], "NEXT_UPDATE_UNREADABLE"],
    [["--started-at", "yesterday"], "STARTED_AT_UNREADABLE"],
    [["--started-at", "2027-01-01T00:00Z"], "STARTED_AT_FUTURE"],
    [["--set", "novalue"], "SET_UNREADABLE"],
    [["--only", "slcak"], "CHANNEL_UNKNOWN"],
    [["--except", "slcak"], "CHANNEL_UNKNOWN"],
    [["--except", "x", "--only", "x"], "NO_CHANNEL_LEFT"],
    [["--message", ""], "MESSAGE_EMPTY"],
    [["--message", "x".repeat(100_000)], "MESSAGE_TOO_LONG"],
    [["--message", "a", "--message-file", "b"], "MESSAGE_TWICE"],
    [["--message-file", "nowhere.md"], "MESSAGE_FILE_UNREADABLE"],
    [["--timeout", "60"], "TIMEOUT_UNREADABLE"],
    [["--phase", "solved"], "PHASE_UNKNOWN"],
    [["--title", "  "], "TITLE_LENGTH"],
  ])("refuses %j before anything is public", async (flags, code) => {
    const stage = await setStage();
    const ran = await stage.run([...ANNOUNCE, ...flags, "--json"]);
    expect(ran.json().error.code).toBe(code);
    expect(ran.code).toBe(2);
    expect(stage.heard()).toEqual({
      x: 0,
      mail: 0,
      forum: 0,
      slack: 0,
      hosted: 0,
    });
    expect(existsSync(join(stage.folder, ".status"))).toBe(false);
  });

  it("suggests the channel that a misspelt --only meant", async () => {
    const stage = await setStage();
    const { stderr } = await stage.run([...ANNOUNCE, "--only", "seller"]);
    expect(stderr).toContain('Did you mean "sellers"?');
  });

  it("says a short word on X only when told to, and keeps the promise beside it", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--short", "Checkout fails for some cards."]);
    const { tweets, mails } = stage.sandbox.world();
    expect(tweets[0]?.text).toMatch(/^Checkout fails for some cards\.\s+Next update/);
    expect(mails[0]?.text).not.toContain("for some cards");
  });

  it("reads the message from stdin", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--message", "-"], {
      input: "Cards are **declined**; cash works.",
    });
    expect(stage.sandbox.world().topics[0]?.posts[0]?.raw).toContain("Cards are **declined**; cash works.");
  });

  it("keeps what was piped in when it cannot be said, as a file that says it", async () => {
    const stage = await setStage();
    const { code, stderr } = await stage.run([...ANNOUNCE, "--message", "-", "--only", "nowhere"], {
      input: "It's `--down`",
    });
    expect(code).toBe(2);
    const [, draft] = /sh (\S+\.sh)/.exec(stderr) ?? [];
    expect(readFileSync(draft!, "utf8")).toContain("--message 'It'\\''s `--down`'");
  });

  it("silences only the channel whose secret is missing, aloud", async () => {
    const stage = await setStage((config) => {
      config.channels.ops = {
        ...config.channels.ops,
        token: "env:SLACK_TOKEN",
      };
    });
    const { code, stdout } = await stage.run([...ANNOUNCE, "--json"]);
    expect(code).toBe(5);
    const document = JSON.parse(stdout);
    expect(document.silent).toEqual(["ops"]);
    expect(document.deliveries[3]).toMatchObject({
      state: "refused",
      attempts: 0,
      error: { code: "SECRET_MISSING" },
    });
    const retried = await stage.run(["retry", "--yes", "--json"], {
      env: {
        HOME: stage.folder,
        SLACK_TOKEN: String(stage.sandbox.channels.slack.token),
      },
    });
    expect(retried.code).toBe(0);
    expect(stage.heard()).toEqual({
      x: 1,
      mail: 1,
      forum: 1,
      slack: 1,
      hosted: 1,
    });
  });

  it("leaves out the channels that --except names, shows them, and never retries them", async () => {
    const stage = await setStage();
    const { code, stdout } = await stage.run([...ANNOUNCE, "--except", "x", "--except", "customers"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/– x +skipped +left out by --except/);
    const retried = await stage.run(["retry", "--yes"]);
    expect(retried).toMatchObject({
      code: 0,
      stdout: "Nothing to do: no channel is silent.\n",
    });
    expect(stage.heard()).toMatchObject({ x: 0, mail: 0 });
  });

  it("does not count an optional channel's silence as failure, but names it", async () => {
    const stage = await setStage((config) => {
      config.channels.sellers = { ...config.channels.sellers, required: false };
    });
    stage.sandbox.fault("discourse", "unauthorized");
    const { code, stdout } = await stage.run([...ANNOUNCE, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "delivered",
      silent: ["sellers"],
    });
  });

  it("says what is open on the same component before another incident is said there", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(2 * 60_000);
    const other = [...["announce", "--component", "checkout", "--impact", "minor"], "--title", "Cards fail"];
    const { code, stderr } = await stage.run([...other, "--yes", "--json"]);
    expect(code).toBe(0);
    expect(stderr).toContain('"Checkout is failing" is open on checkout, for 2 min.');
    expect(stderr).toContain("status update 2026-11-22-checkout-is-failing");
    expect(stderr.indexOf("is open on")).toBeLessThan(stderr.indexOf("x: "));
    const known = await stage.run([...other.slice(0, -1), "More fails", "--new", "--dry-run", "--json"]);
    expect(known.stderr).not.toContain("is open on");
  });

  it("refuses to announce what is open already, unless told that it is new", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    const again = await stage.run([...ANNOUNCE, "--json"]);
    expect(again.code).toBe(4);
    expect(again.json().error).toMatchObject({ code: "INCIDENT_ALREADY_OPEN" });
    expect(again.json().error.hint).toContain("status update 2026-11-22-checkout-is-failing");
    expect(stage.heard().x).toBe(1);
    const sameParts = await stage.run([
      "announce",
      "--title",
      "Orders fail",
      "--component",
      "checkout",
      "--impact",
      "major",
      "--yes",
      "--json",
    ]);
    expect(sameParts.json().error.code).toBe("INCIDENT_ALREADY_OPEN");
    const other = await stage.run([
      "announce",
      "--title",
      "Search is slow",
      "--component",
      "storefront",
      "--yes",
    ]);
    expect(other.code).toBe(0);
    const anew = await stage.run([...ANNOUNCE, "--new", "--json", "--short", "Another one."]);
    expect(anew.json().incident.id).toBe("2026-11-22-checkout-is-failing-2");
  });

  it("shows every channel's text in a dry run, and touches no vendor and opens no incident", async () => {
    const stage = await setStage();
    const { code, stdout } = await stage.run(["preview", "announce", "--title", "Checkout is failing"]);
    expect(code).toBe(0);
    expect(stdout).toContain("of 280 weighted characters");
    expect(stdout).toContain("$0.20");
    expect(stdout).toContain("ops (slack, internal)");
    expect(stdout).toContain("Nothing was sent.");
    const document = (await stage.run([...ANNOUNCE, "--dry-run", "--json"])).json();
    expect(document.outcome).toBe("dry-run");
    expect(document.deliveries.map(({ state }) => state)).toEqual(Array(6).fill("skipped"));
    expect(
      document.deliveries.every(
        ({ text }) => text.includes("Checkout is failing") || text.includes("We know"),
      ),
    ).toBe(true);
    expect(stage.sandbox.requests).toEqual([]);
    expect((await stage.run(["list", "--all", "--json"])).json().incidents).toEqual([]);
  });

  it("says a notice without opening anything", async () => {
    const stage = await setStage();
    const { code, stdout } = await stage.run([
      "announce",
      "deploy",
      "--set",
      "version=1.4.2",
      "--yes",
      "--json",
    ]);
    expect(stdout).toContain("1.4.2");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).incident).toMatchObject({
      type: "notice",
      nextUpdateAt: null,
    });
    expect((await stage.run(["list"])).stdout).toContain("No incident is open.");
    expect((await stage.run(["due"])).code).toBe(0);
  });
});
