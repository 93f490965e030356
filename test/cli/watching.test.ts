import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { ANNOUNCE, runIn, setStage } from "../support/stage.ts";

const MINUTE = 60_000;

describe("status list and status show", () => {
  it("say what is open, who has heard what, and when the next update is due", async () => {
    const stage = await setStage();
    expect((await stage.run(["list"])).stdout).toBe("No incident is open.\nTo open one: status announce\n");
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.clock.advance(42 * MINUTE);
    const { stdout } = await stage.run(["list"]);
    expect(stdout).toContain("heard on 5 of 6 channels; silent: sellers");
    expect(stdout).toContain("next update 19:25 PST (27 min overdue)");
    const json = (await stage.run(["list", "--json"])).json();
    expect(json.incidents).toMatchObject([{ id: "2026-11-22-checkout-is-failing", open: true }]);
  });

  it("shows the timeline and the coverage of one incident", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(10 * MINUTE);
    await stage.run(["update", "--phase", "identified", "--message", "A card network is down.", "--yes"]);
    const { stdout } = await stage.run(["show"]);
    expect(stdout).toMatch(
      /1\. Investigating.*2\. Identified.*A card network is down\..*Coverage.*✓ x +verified/s,
    );
    const json = (await stage.run(["show", "2026-11-22", "--json"])).json();
    expect(json.updates).toMatchObject([
      { number: 1, verb: "announce" },
      { number: 2, phase: "identified" },
    ]);
    expect(json.coverage).toHaveLength(6);
  });

  const ONE_PAGE = ["update", "--message", "Only here.", "--only", "page", "--yes"];

  it("says who was left out of the newest update, and counts nobody there as having heard it", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    await stage.run(ONE_PAGE);
    const rest = "left out of update 2: x, customers, sellers, ops, hosted";
    expect((await stage.run(["list"])).stdout).toContain(`heard on 1 of 6 channels; ${rest}\n`);
    const { stdout } = await stage.run(["show"]);
    expect(stdout).toMatch(/– x +skipped +left out of update 2 \(not among --only page\)\n/);
    expect(stdout).toContain(`1 of 6 channels has spoken; ${rest}.`);
    expect(stdout).not.toContain("have spoken");
    const [incident] = (await stage.run(["list", "--json"])).json().incidents as { coverage: unknown }[];
    const stand = [
      { channel: "x", state: "skipped", updateNumber: 2 },
      { channel: "page", state: "verified", updateNumber: 2 },
    ];
    expect(incident!.coverage).toEqual(
      expect.arrayContaining(stand.map((one) => expect.objectContaining(one))),
    );
    expect((await stage.run(["show", "--json"])).json().coverage).toEqual(
      expect.arrayContaining(stand.map((one) => expect.objectContaining(one))),
    );
  });

  it("shows what is still silent on a channel that the newest update left out", async () => {
    const stage = await setStage();
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("discourse", null);
    await stage.run(ONE_PAGE);
    const { stdout } = await stage.run(["list"]);
    expect(stdout).toContain(
      "heard on 1 of 6 channels; silent: sellers; left out of update 2: x, customers, ops, hosted\n",
    );
    const shown = (await stage.run(["show"])).stdout;
    expect(shown).toMatch(/✗ sellers +refused .*update 1\n/);
    expect(shown).toContain("Silent: sellers");
    expect(shown).toContain("  status retry 2026-11-22-checkout-is-failing");
  });

  it("says when planned work is to be, and calls a notice just that", async () => {
    const stage = await setStage();
    const plan = ["maintenance", "schedule", "--from", "2026-11-24T22:00", "--yes"];
    await stage.run([...plan, "--until", "90m", "--title", "Database move"]);
    await stage.run([...plan, "--until", "40d", "--title", "Long move"]);
    await stage.run(["announce", "deploy", "--set", "version=4.2", "--yes"]);
    const { stdout } = await stage.run(["list", "--all"]);
    expect(stdout).toContain("impact none\n  planned 24 Nov 22:00–23:30 PST\n");
    expect(stdout).toContain("\n  planned 24 Nov 22:00 – 3 Jan 2027 22:00 PST\n");
    expect(stdout).toContain("2026-11-22-example-shop-4-2-is-live · notice\n");
    const notice = (await stage.run(["show", "2026-11-22"])).stdout;
    expect(notice).toContain("is-live · notice · said 22 Nov");
    expect(notice).not.toMatch(/impact|resolved/i);
    expect((await stage.run(["show"])).stdout).not.toContain("4.2 is live");
  });

  it("say in their help what they show where nothing is silent", async () => {
    const stage = await setStage();
    for (const command of ["show", "verify"])
      expect((await stage.run([command, "--help"])).stdout.replace(/\s+/g, " ")).toContain(
        "with a silent or unknown channel, else the newest",
      );
    expect((await stage.run(["retry", "--help"])).stdout).not.toContain("else the newest");
  });

  it("shows a notice by itself where there is nothing else", async () => {
    const stage = await setStage();
    await stage.run(["announce", "deploy", "--set", "version=4.2", "--yes"]);
    expect((await stage.run(["show"])).stdout).toContain("4.2 is live");
  });

  it("shows text from the ledger harmlessly on a terminal and in a CI log", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--message", "x\u001b[2Jy\n\n::error::injected"]);
    const { stdout } = await stage.run(["show"]);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toMatch(/^::/m);
    expect(stdout).toContain(": :error::injected");
  });
});

describe("status due", () => {
  it("exits 0 while nothing is due, 8 when an update is, and says what to type", async () => {
    const stage = await setStage();
    expect(await stage.run(["due"])).toMatchObject({ code: 0, stdout: "Nothing is due.\n" });
    await stage.run(ANNOUNCE);
    stage.clock.advance(11 * MINUTE);
    expect((await stage.run(["due"])).code).toBe(0);
    expect((await stage.run(["due", "--within", "5m"])).code).toBe(8);
    stage.clock.advance(5 * MINUTE);
    const overdue = await stage.run(["due"]);
    expect(overdue.code).toBe(8);
    expect(overdue.stdout).toContain("(1 min overdue)\n  status update 2026-11-22-checkout-is-failing");
    expect((await stage.run(["due", "--json"])).json().due).toMatchObject([
      { kind: "update", overdue: true },
    ]);
    await stage.run(["resolve", "--yes"]);
    expect((await stage.run(["due"])).code).toBe(0);
  });

  it("counts an announcement to colleagues alone as no word to customers", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--only", "ops"]);
    stage.clock.advance(16 * MINUTE);
    const { code, stdout } = await stage.run(["due"]);
    expect(code).toBe(8);
    expect(stdout).toContain("first public word due");
  });
});

describe("status follow-up", () => {
  it("says the holding update when it is due, and nothing before", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    const early = await stage.run(["follow-up", "--yes"]);
    expect(early).toMatchObject({ code: 0 });
    expect(early.stdout).toContain("Nothing is due: the next update was promised by 19:25 PST");
    expect(stage.heard().x).toBe(1);
    stage.clock.advance(31 * MINUTE);
    const due = await stage.run(["follow-up", "--yes", "--json"]);
    expect(due.json()).toMatchObject({ outcome: "delivered", update: { number: 2, template: "holding" } });
    expect(due.json().incident.nextUpdateAt).toBe("2026-11-23T03:56:00.000Z");
    expect((await stage.run(["follow-up", "--yes"])).stdout).toContain("Nothing is due");
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
  });

  it("speaks once when it runs in several places at the same time", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(31 * MINUTE);
    const runs = await Promise.all(Array.from({ length: 4 }, () => stage.run(["follow-up", "--yes"])));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
  });

  it("is silent once the incident is resolved", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    await stage.run(["resolve", "--yes"]);
    stage.clock.advance(120 * MINUTE);
    expect((await stage.run(["follow-up", "--yes"])).stdout).toContain("Nothing is due.");
  });
});

describe("status verify", () => {
  it("tells seen, missing and altered apart", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    expect((await stage.run(["verify", "--json"])).code).toBe(0);
    writeFileSync(join(stage.folder, "public", "status.json"), '{"revision":0}');
    const { code, stdout } = await stage.run(["verify", "--json", "--timeout", "3s"]);
    const verdicts = JSON.parse(stdout).deliveries.map(
      ({ channel, verification }: { channel: string; verification: string }) => [channel, verification],
    );
    expect(verdicts).toContainEqual(["x", "seen"]);
    expect(verdicts).toContainEqual(["customers", "cannot"]);
    expect([0, 5]).toContain(code);
  });

  it("says which channels were never spoken on, and what to type", async () => {
    const stage = await setStage(({ channels }) => {
      channels.sellers!.required = false;
    });
    stage.sandbox.fault("slack", "unauthorized");
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    const document = await stage.run(["verify", "--json"]);
    expect(document.code).toBe(5);
    expect(document.json()).toMatchObject({ outcome: "partial", silent: ["sellers", "ops"] });
    const { code, stdout } = await stage.run(["verify"]);
    expect(code).toBe(5);
    expect(stdout).toContain("Silent: sellers, ops\n");
    expect(stdout).toContain(`Type next:\n  status retry ${document.json().incident.id}\n`);
    stage.sandbox.fault("slack", null);
    stage.clock.advance(600_000);
    await stage.run(["retry", "--only", "ops", "--yes"]);
    const mended = await stage.run(["verify", "--json"]);
    expect(mended.code).toBe(0);
    expect(mended.json()).toMatchObject({ outcome: "delivered", silent: ["sellers"] });
  });

  it("says that no channel has spoken at all", async () => {
    const stage = await setStage(({ channels }) => {
      for (const name of Object.keys(channels)) if (name !== "ops") delete channels[name];
    });
    stage.sandbox.fault("slack", "unauthorized");
    await stage.run(ANNOUNCE);
    const { code, json } = await stage.run(["verify", "--json"]);
    expect([code, json().outcome]).toEqual([5, "silent"]);
  });

  it("names a channel that has still to hear older words and was left out of the newest", async () => {
    const stage = await setStage();
    stage.sandbox.fault("slack", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("slack", null);
    await stage.run(["update", "--message", "We found the cause.", "--except", "ops", "--yes"]);
    const { code, stdout } = await stage.run(["verify"]);
    expect([code, stdout]).toEqual([5, expect.stringContaining("Silent: ops\n")]);
  });
});

describe("status doctor", () => {
  it("proves every channel without posting", async () => {
    const stage = await setStage();
    const { code, stdout } = await stage.run(["doctor"]);
    expect(stdout).toContain("checks pass");
    expect(code).toBe(0);
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  });

  it("names the channel whose credential is refused, and the one whose secret is missing, and exits 3", async () => {
    const stage = await setStage((config) => {
      config.channels.hosted = { ...config.channels.hosted, apiKey: "env:STATUSPAGE_KEY" };
    });
    stage.sandbox.fault("slack", "unauthorized");
    const { code, stdout } = await stage.run(["doctor", "--json"]);
    expect(code).toBe(3);
    const failed = JSON.parse(stdout).checks.filter(({ level }: { level: string }) => level === "fail");
    expect(failed.map(({ channel }: { channel: string }) => channel)).toEqual(
      expect.arrayContaining(["ops", "hosted"]),
    );
  });

  it("warns when the status page shares its domain, address or name servers with what it reports on", async () => {
    const stage = await setStage((config) => {
      config.property = {
        ...config.property,
        url: "https://shop.example.com",
        statusUrl: "https://status.example.com",
      };
    });
    const names = { addresses: async () => ["192.0.2.7"], nameServers: async () => ["ns1.example.net"] };
    const { code, stdout } = await stage.run(["doctor"], { names });
    expect(code).toBe(0);
    expect(stdout).toContain(
      "shares the domain example.com and the address 192.0.2.7 and the name server ns1.example.net",
    );
    expect((await stage.run(["doctor"])).stdout).toContain("shares the domain example.com with");
  });

  it("says which template cannot be said where", async () => {
    const stage = await setStage();
    mkdirSync(join(stage.folder, "templates"));
    writeFileSync(join(stage.folder, "templates", "acknowledge.md"), "{{ titel }}");
    const { code, stdout } = await stage.run(["doctor"]);
    expect(code).toBe(3);
    expect(stdout).toContain('there is no variable "titel"');
  });
});

describe("the configuration", () => {
  it.each([
    ["is not there", null, "CONFIG_NOT_FOUND", "status init"],
    ["is no YAML", "property: {", "CONFIG_BROKEN", "line 1"],
    ["is empty", "", "CONFIG_BROKEN", ".statusrc.example"],
    ["has an unknown key", "propertie: {}", "CONFIG_UNKNOWN_KEY", 'Did you mean "property"?'],
    [
      "has an unknown kind",
      "{property: {name: A}, channels: {x: {kind: twiter}}}",
      "CONFIG_UNKNOWN_KIND",
      'Did you mean "twitter"?',
    ],
    [
      "has an unknown key in a channel",
      "{property: {name: A}, channels: {p: {kind: page, directry: x}}}",
      "CONFIG_UNKNOWN_KEY",
      'Did you mean "directory"?',
    ],
    ["has no channel", "{property: {name: A}, channels: {}}", "CONFIG_NO_CHANNELS", "channels"],
    [
      "holds a secret",
      "{property: {name: A}, channels: {s: {kind: slack, channel: C1, token: xoxb-1-secret}}}",
      "CONFIG_LITERAL_SECRET",
      "env:NAME",
    ],
    [
      "has a wrong time zone",
      "{property: {name: A, timeZone: Mars}, channels: {p: {kind: page, directory: x}}}",
      "CONFIG_INVALID",
      "time zone",
    ],
    [
      "names one component twice",
      "{property: {name: A}, components: [{id: a, name: A}, {id: a, name: B}], channels: {p: {kind: page, directory: x}}}",
      "CONFIG_INVALID",
      "two components",
    ],
  ])("is refused when it %s", async (_, content, code, words) => {
    const stage = await setStage();
    const folder = join(stage.folder, "elsewhere");
    mkdirSync(join(folder, ".git"), { recursive: true });
    if (content !== null) writeFileSync(join(folder, ".statusrc"), content, { mode: 0o600 });
    const ran = await runIn(folder, new ScriptedClock(new Date()), [...ANNOUNCE]);
    expect(ran.code).toBe(3);
    expect(ran.stdout).toBe("");
    expect(ran.stderr).toContain(`[${code}]`);
    expect(ran.stderr).toContain(words);
    expect(ran.stderr).not.toContain("xoxb-1-secret");
  });

  it("is not read when everybody can change it", async () => {
    const stage = await setStage();
    chmodSync(join(stage.folder, ".statusrc"), 0o666);
    expect((await stage.run(["list"])).stderr).toContain("CONFIG_WRITABLE_BY_ALL");
  });

  it("never runs code that lies beside it", async () => {
    const stage = await setStage();
    for (const name of [
      ".statusrc.js",
      ".statusrc.cjs",
      "status.config.js",
      "status.config.mjs",
      ".statusrc.ts",
    ])
      writeFileSync(
        join(stage.folder, name),
        `require("fs").writeFileSync(${JSON.stringify(join(stage.folder, "ran"))}, "")`,
      );
    await stage.run(["list"]);
    expect(existsSync(join(stage.folder, "ran"))).toBe(false);
  });

  it("is found from a folder below, and its paths are relative to it", async () => {
    const stage = await setStage();
    const below = join(stage.folder, "a", "b");
    mkdirSync(below, { recursive: true });
    const ran = await runIn(below, stage.clock, ANNOUNCE);
    expect(ran.code).toBe(0);
    expect(existsSync(join(stage.folder, "public", "index.html"))).toBe(true);
    expect(existsSync(join(stage.folder, ".status", "status.db"))).toBe(true);
    expect(readFileSync(join(stage.folder, ".status", ".gitignore"), "utf8")).toBe("*\n");
  });

  it("lets the environment win over the file", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE, { env: { HOME: stage.folder, STATUS_STORE: "other.db" } });
    expect(existsSync(join(stage.folder, "other.db"))).toBe(true);
  });
});

describe("a ledger that cannot be used", () => {
  it("stops the announcement before anything is public, with the way out, and is left as it is", async () => {
    const stage = await setStage();
    mkdirSync(join(stage.folder, ".status"));
    writeFileSync(join(stage.folder, ".status", "status.db"), "damaged");
    const { code, stderr } = await stage.run(ANNOUNCE);
    expect(code).toBe(3);
    expect(stderr).toContain("LEDGER_DAMAGED");
    expect(stderr).toContain("mv ");
    expect(readFileSync(join(stage.folder, ".status", "status.db"), "utf8")).toBe("damaged");
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  });
});

describe("status init", () => {
  it("writes a commented configuration that loads, and never overwrites one", async () => {
    const stage = await setStage();
    const folder = join(stage.folder, "new");
    mkdirSync(join(folder, ".git"), { recursive: true });
    const argv = [
      "init",
      "--property",
      "Example Shop",
      "--status-url",
      "https://status.example.org",
      "--time-zone",
      "UTC",
      "--channel",
      "slack",
      "--set",
      "slack.channel=C0123456",
      "--channel",
      "page",
      "--yes",
    ];
    const first = await runIn(folder, stage.clock, argv);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const written = readFileSync(join(folder, ".statusrc"), "utf8");
    expect(written).toContain("# Slack. A bot token");
    expect(written).toContain("name: Example Shop");
    expect(written).not.toContain("kind: discourse");
    // Comments stand with what they speak of, and speak of nobody else.
    expect(written).toMatch(/^# The ledger: [^\n]*\nstore:/m);
    expect(written).not.toContain("Amazon");
    expect(first.stdout).toContain("export SLACK_TOKEN=…");
    expect(
      (await runIn(folder, stage.clock, ["preview", "announce", "--title", "Example trouble"])).code,
    ).toBe(0);
    expect(await runIn(folder, stage.clock, argv)).toMatchObject({ code: 4 });
    expect(readFileSync(join(folder, ".statusrc"), "utf8")).toBe(written);
  });

  it("names what is missing where nobody can be asked", async () => {
    const stage = await setStage();
    const { code, stderr } = await stage.run(["init", "--output", "fresh.yaml"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--property");
  });
});

describe("the example configuration", () => {
  it("loads", async () => {
    const stage = await setStage();
    const example = new URL("../../.statusrc.example", import.meta.url).pathname;
    const { code, stdout, stderr } = await stage.run([
      "preview",
      "announce",
      "--title",
      "Example trouble",
      "--config",
      example,
      "--json",
    ]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).deliveries).toHaveLength(14);
  });
});
