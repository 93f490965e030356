import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, setStage } from "../support/stage.ts";

const MINUTE = 60_000;
const ID = "2026-11-22-checkout-is-failing";

type Stage = Awaited<ReturnType<typeof setStage>>;

const few = (more: Parameters<typeof setStage>[0] = () => {}) =>
  setStage((config) => {
    const { sellers, ops, x } = config.channels;
    config.channels = { x: x!, sellers: sellers!, ops: ops! };
    more(config);
  });

/**
 * Watches until `at`, asked before every wait with the seconds that have passed, says stop. The clock moves between looks
 * only: a second at a time on a terminal, five elsewhere.
 */
async function watch(
  stage: Stage,
  flags: readonly string[],
  at: (seconds: number) => Promise<unknown> | "stop" | undefined,
  terminal?: { columns: number; rows: number },
) {
  const stopping = new AbortController();
  const written: string[] = [];
  let seconds = 0;
  const ran = await stage.run(["watch", ...flags], {
    stopping: stopping.signal,
    async wait(ms, signal) {
      await turn();
      // While posts are under way the view waits as well; that takes no time here.
      if (signal !== stopping.signal) return;
      const said = await at(seconds);
      const pace = terminal === undefined ? 5 : 1;
      seconds += pace;
      if (said === "stop" || seconds > 20_000) stopping.abort();
      else stage.clock.advance(ms * pace);
    },
    ...(terminal === undefined
      ? {}
      : { stdout: { write: (text) => void written.push(text), isTerminal: true, ...terminal } }),
  });
  return { ...ran, written };
}

const frames = (written: readonly string[]) =>
  written.filter((text) => text.startsWith("\u001b[H")).map(plain);

// A pattern may not hold control characters itself.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");
const plain = (text: string) => text.replace(ESCAPES, "");

describe("status watch, a line for each change", () => {
  it("says that nothing is open and keeps watching; tells what opens, lapses and ends", async () => {
    const stage = await few();
    const { code, stdout, stderr } = await watch(stage, ["--no-remind"], (seconds) => {
      if (seconds === 5) return stage.run([...ANNOUNCE]);
      if (seconds === 1000) return stage.run(["resolve", "--yes"]);
      return seconds === 1010 ? "stop" : undefined;
    });
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const told = stdout.trim().split("\n");
    expect(told.map((line) => line.slice(14))).toEqual([
      "No incident is open.",
      `Checkout is failing (${ID}); investigating, impact major; next update by 19:25 PST; update 1 heard on 3 of 3 channels`,
      `Checkout is failing (${ID}); investigating, impact major; OVERDUE: next update, by 19:25 PST; update 1 heard on 3 of 3 channels`,
      `Checkout is failing (${ID}); resolved`,
      "No incident is open.",
    ]);
    expect(told[1]).toMatch(/^19:10:(05|10) PST/);
  });

  it("reminds colleagues once before a promise lapses and once after, in the thread, and never in public", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const { stdout } = await watch(stage, [], (seconds) => (seconds > 1200 ? "stop" : undefined));
    expect(stdout).toContain("reminded ops (next update soon due)");
    expect(stdout).toContain("reminded ops (next update overdue)");
    const { slackMessages } = stage.sandbox.world();
    expect(slackMessages.map(({ threadTs }) => threadTs)).toEqual([
      null,
      slackMessages[0]!.ts,
      slackMessages[0]!.ts,
    ]);
    expect(slackMessages[1]!.text).toMatch(/^Soon due: next update – Checkout is failing/);
    expect(slackMessages[1]!.text).toContain("19:25 PST (03:25 UTC)");
    expect(slackMessages[2]!.text).toMatch(/^Overdue: next update – Checkout is failing/);
    expect(slackMessages[2]!.text).toContain(`status update ${ID}`);
    expect(stage.heard()).toMatchObject({ x: 1, forum: 1 });
    expect((await stage.run(["show", "--json"])).json().updates).toHaveLength(1);
  });

  it("reminds at most once from any number of rooms", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    stage.clock.advance(16 * MINUTE);
    await Promise.all(
      Array.from({ length: 3 }, () => watch(stage, [], (seconds) => (seconds > 3 ? "stop" : undefined))),
    );
    await watch(stage, [], (seconds) => (seconds > 3 ? "stop" : undefined));
    expect(stage.heard()).toMatchObject({ slack: 2 });
  });

  it("tells of a reminder that failed and does not send it again", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("slack", "unauthorized");
    stage.clock.advance(16 * MINUTE);
    const { stdout } = await watch(stage, [], (seconds) => {
      if (seconds === 5) stage.sandbox.fault("slack", null);
      return seconds > 40 ? "stop" : undefined;
    });
    expect(stdout.match(/ops could not be reminded/g)).toHaveLength(1);
    expect(stage.heard()).toMatchObject({ slack: 1 });
  });

  it("reminds of a first public word that is owed", async () => {
    const stage = await few();
    await stage.run([...ANNOUNCE, "--only", "ops", "--next-update", "none"]);
    await watch(stage, [], (seconds) => (seconds > 16 * 60 ? "stop" : undefined));
    const texts = stage.sandbox.world().slackMessages.map(({ text }) => text.split("\n")[0]);
    expect(texts.slice(1)).toEqual([
      "Soon due: first public word – Checkout is failing",
      "Overdue: first public word – Checkout is failing",
    ]);
  });

  it("reminds nobody with --no-remind", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    await watch(stage, ["--no-remind"], (seconds) => (seconds > 1200 ? "stop" : undefined));
    expect(stage.heard()).toMatchObject({ slack: 1 });
  });

  it("says once that there is nobody to remind", async () => {
    const stage = await few((config) => {
      config.channels.ops = { ...config.channels.ops, audience: "public" };
    });
    await stage.run(ANNOUNCE);
    const { stdout } = await watch(stage, [], (seconds) => (seconds > 1200 ? "stop" : undefined));
    expect(stdout.match(/nobody was reminded/g)).toHaveLength(1);
    expect(stage.heard()).toMatchObject({ slack: 1 });
  });

  it("takes a project's own words for a reminder", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const folder = join(stage.folder, "templates");
    await import("node:fs").then(({ mkdirSync }) => mkdirSync(folder));
    writeFileSync(
      join(folder, "reminder.md"),
      '---\nask: { command: { default: "" } }\n---\n{{ title }}: speak up. `{{ command }}`\n',
    );
    stage.clock.advance(16 * MINUTE);
    await watch(stage, [], (seconds) => (seconds > 3 ? "stop" : undefined));
    expect(stage.sandbox.world().slackMessages.at(-1)?.text).toContain("Checkout is failing: speak up.");
  });

  it("posts nothing public unless asked to, and then the holding update when it is due", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const { stdout } = await watch(stage, ["--follow-up"], (seconds) => (seconds > 950 ? "stop" : undefined));
    expect(stdout).toContain(`said update 2 of ${ID}`);
    expect(stage.heard()).toMatchObject({ x: 2, forum: 2, slack: 3 });
    expect((await stage.run(["show", "--json"])).json().updates).toMatchObject([
      { verb: "announce" },
      { verb: "follow-up" },
    ]);
  });

  it("writes one JSON document for each change", async () => {
    const stage = await few();
    stage.sandbox.fault("discourse", "unauthorized");
    const { stdout } = await watch(stage, ["--json"], (seconds) => {
      if (seconds === 5) return stage.run([...ANNOUNCE, "--next-update", "2m"]);
      if (seconds === 300) return stage.run(["resolve", "--yes"]);
      return seconds === 305 ? "stop" : undefined;
    });
    const documents = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(documents.map(({ event }) => event)).toEqual([
      "quiet",
      "changed",
      "reminded",
      "changed",
      "reminded",
      "ended",
      "quiet",
    ]);
    expect(documents[1]).toMatchObject({
      version: 1,
      incident: { id: ID, phase: "investigating" },
      update: { number: 1, verb: "announce" },
      coverage: [
        { channel: "x", state: "verified", update: 1 },
        { channel: "sellers", state: "refused" },
        { channel: "ops" },
      ],
      silent: ["sellers"],
    });
    expect(documents[2]).toMatchObject({
      incident: { id: ID },
      kind: "before",
      channels: [{ channel: "ops", error: null }],
    });
  });

  it("says who was left out of the newest update, in the same words as list", async () => {
    const stage = await few();
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    await stage.run(["update", "--message", "Only here.", "--only", "ops", "--yes"]);
    const counted = "heard on 1 of 3 channels";
    const { stdout } = await watch(stage, ["--no-remind"], () => "stop");
    expect(stdout).toContain(`update 2 ${counted}, not on sellers, left out of update 2: x\n`);
    const json = await watch(stage, ["--no-remind", "--json"], () => "stop");
    expect(JSON.parse(json.stdout)).toMatchObject({
      coverage: [
        { channel: "x", state: "skipped", update: 2, updateNumber: 2 },
        { channel: "sellers", state: "refused", update: 1 },
        { channel: "ops", state: "verified" },
      ],
      silent: ["sellers"],
    });
    expect((await stage.run(["list"])).stdout).toContain(
      `${counted}; silent: sellers; left out of update 2: x\n`,
    );
  });

  it("calls nothing closed that it could not read, and goes on once it can", async () => {
    const stage = await few();
    const ledger = join(stage.folder, ".status", "status.db");
    mkdirSync(join(stage.folder, ".status"));
    writeFileSync(ledger, "no ledger ".repeat(1000));
    const { stdout, stderr } = await watch(stage, [], (seconds) => {
      if (seconds === 20) rmSync(ledger);
      return seconds > 40 ? "stop" : undefined;
    });
    const told = `${stderr}${stdout}`;
    expect(told).toContain("[LEDGER_");
    expect(stdout.match(/No incident is open/g)).toHaveLength(1);
    expect(told.indexOf("[LEDGER_")).toBeLessThan(told.indexOf("No incident is open"));
  });

  it("watches one incident where it is named", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    await stage.run(["announce", "--title", "Downloads are slow", "--yes"]);
    const { stdout } = await watch(stage, ["downloads"], (seconds) => (seconds > 3 ? "stop" : undefined));
    expect(stdout).toContain("Downloads are slow");
    expect(stdout).not.toContain("Checkout");
    expect((await stage.run(["watch", "nonsense"])).code).toBe(2);
  });
});

describe("status watch on a terminal", () => {
  it("counts down every second, and calls what is late OVERDUE", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    stage.clock.advance(14 * MINUTE + 55_000);
    const { written } = await watch(stage, ["--no-remind"], (seconds) => (seconds > 8 ? "stop" : undefined), {
      columns: 80,
      rows: 24,
    });
    const shown = frames(written).map((frame) => /in \d+ s(?= )|OVERDUE by \d+ s/.exec(frame)?.[0]);
    expect(new Set(shown)).toEqual(
      new Set(
        [
          "in 5 s",
          "in 4 s",
          "in 3 s",
          "in 2 s",
          "in 1 s",
          "OVERDUE by 0 s",
          "OVERDUE by 1 s",
          "OVERDUE by 2 s",
          "OVERDUE by 3 s",
          "OVERDUE by 4 s",
        ].filter((_, index) => index < 9 || shown.includes("OVERDUE by 4 s")),
      ),
    );
  });

  it.each([
    [60, 12],
    [80, 24],
    [120, 40],
    [200, 60],
  ])("fits a terminal of %i × %i, whatever is open", async (columns, rows) => {
    const stage = await few((config) => {
      config.property = {
        ...config.property,
        name: "A shop with a name that is rather too long for its own good, and yours",
      };
    });
    stage.sandbox.fault("discourse", "unauthorized");
    for (const title of [
      "Checkout is failing for everybody who pays by card, by invoice, or in any other way that we know of",
      "Downloads",
      "Search",
      "Mail",
    ])
      await stage.run(["announce", "--title", title, "--new", "--yes", "--no-verify"]);
    const { written } = await watch(stage, [], (seconds) => (seconds > 2 ? "stop" : undefined), {
      columns,
      rows,
    });
    for (const frame of frames(written)) {
      const lines = frame.split("\r\n");
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(frame).toContain("4 open");
      expect(frame).toContain("OVERDUE");
      expect(frame).toContain("sellers");
    }
  });

  it("says how to begin work that is planned", async () => {
    const stage = await few();
    const plan = ["maintenance", "schedule", "--from", "2026-11-24T22:00", "--until", "90m", "--yes"];
    await stage.run([...plan, "--title", "Database move"]);
    await stage.run([...plan, "--title", "Other move", "--next-update", "none"]);
    const { written } = await watch(stage, [], () => "stop", { columns: 80, rows: 40 });
    expect(written.join("")).toContain("status maintenance start 2026-11-24-database-move");
    expect(written.join("")).toContain("status maintenance start 2026-11-24-other-move");
    expect(written.join("")).not.toContain("status update");
  });

  it("gives the terminal back as it was, with the last view below", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const { code, written } = await watch(stage, [], () => "stop", { columns: 80, rows: 24 });
    expect(code).toBe(0);
    expect(written[0]).toContain("\u001b[?1049h");
    const last = written.at(-1)!;
    expect(last.indexOf("\u001b[?1049l")).toBeLessThan(last.indexOf("Checkout is failing"));
    for (const mode of ["?25", "?7", "?1049"]) {
      const all = written.join("");
      expect(all.split(`\u001b[${mode}h`)).toHaveLength(2);
      expect(all.split(`\u001b[${mode}l`)).toHaveLength(2);
    }
  });

  it("shows foreign text harmlessly", async () => {
    const stage = await few();
    await stage.run([...ANNOUNCE, "--message", "x\u001b[2Jy"]);
    const { written } = await watch(stage, [], () => "stop", { columns: 80, rows: 24 });
    expect(written.slice(1).join("")).not.toContain("\u001b[2J");
    expect(written.join("")).toContain("x[2Jy");
  });

  it("rings the bell where there is nobody to remind", async () => {
    const stage = await few((config) => {
      config.channels.ops = { ...config.channels.ops, audience: "public" };
    });
    await stage.run(ANNOUNCE);
    stage.clock.advance(16 * MINUTE);
    const { written } = await watch(stage, [], (seconds) => (seconds > 5 ? "stop" : undefined), {
      columns: 80,
      rows: 24,
    });
    expect(written.filter((text) => text === "\u0007")).toHaveLength(1);
  });
});
