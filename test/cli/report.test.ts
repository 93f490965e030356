import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";

const MINUTE = 60_000;
const ID = "2026-11-22-checkout-is-failing";

/** Began at 19:00, told at 19:10 (sellers never), promised by 19:40, told again at 19:52, over at 20:05. */
async function anIncident(): Promise<Stage> {
  const stage = await setStage();
  stage.sandbox.fault("discourse", "unauthorized");
  await stage.run([...ANNOUNCE, "--started-at", "10m ago", "--next-update", "30m"]);
  stage.clock.advance(42 * MINUTE);
  await stage.run(["update", "--phase", "identified", "--next-update", "30m", "--yes"]);
  stage.clock.advance(13 * MINUTE);
  await stage.run(["resolve", "--yes"]);
  stage.clock.advance(60 * MINUTE);
  return stage;
}

describe("status report", () => {
  it("says that nothing was reported where nothing was ever said", async () => {
    const stage = await setStage();
    expect(await stage.run(["report"])).toMatchObject({
      code: 0,
      stdout: "The last 90 days\nNo incident began in this time.\n",
    });
    expect((await stage.run(["report", "--json"])).json()).toMatchObject({ version: 1, incidents: [] });
    expect(await stage.run(["report", ID])).toMatchObject({ code: 2 });
    expect(await stage.run(["report", "--svg", "-"])).toMatchObject({ code: 2, stdout: "" });
  });

  it("draws one incident in letters, with its figures, in 80 columns", async () => {
    const stage = await anIncident();
    const { code, stdout } = await stage.run(["report", ID]);
    expect(code).toBe(0);
    expect(stdout.replace(/\n(?=\w)/g, " ")).toContain(
      "First public word after 10 min. 1 of 2 promises was kept. Nothing at all was said on sellers. On x, customers, page and hosted the silence lasted 12 min beyond the promise.",
    );
    expect(stdout).toMatch(/^x +─+1─+█+2─+3 {2}12 min too long$/m);
    expect(stdout).toMatch(/^sellers +─+×─*█+×█+× {2}50 min too long$/m);
    expect(stdout).toMatch(/^PST +19:15 +19:30/m);
    expect(stdout).toContain("Promise of update 1   late: due 19:40, answered 19:52 on x, customers, ops");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("draws with ASCII alone for --plain, and never tells anything by colour only", async () => {
    const stage = await anIncident();
    const { stdout } = await stage.run(["report", ID, "--plain"]);
    expect(stdout).toMatch(/^x +-+1-+#+2-+3 {2}12 min too long$/m);
    expect(stdout.match(/[^\u0000-\u007f·]/g)).toBeNull();
    const coloured = await stage.run(["report", ID], { env: { FORCE_COLOR: "1", LANG: "C.UTF-8" } });
    const bare = await stage.run(["report", ID]);
    expect(coloured.stdout).toContain("\u001b[31m");
    expect(coloured.stdout.replace(/\u001b\[\d+m/g, "")).toBe(bare.stdout);
  });

  it("reports on an incident that is still open", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(44 * MINUTE);
    const { stdout } = await stage.run(["report", "2026-11-22"]);
    expect(stdout).toContain("open for 44 min");
    expect(stdout).toContain("First public word within a minute. The one promise was not kept.");
    expect(stdout).toMatch(/^x +1─+█+ {2}29 min too long$/m);
  });

  it("says all of it as one document with --json", async () => {
    const stage = await anIncident();
    const { incidents, totals, version } = (await stage.run(["report", ID, "--json"])).json();
    expect(version).toBe(1);
    expect(incidents).toMatchObject([
      {
        id: ID,
        open: false,
        firstWord: { at: "2026-11-23T03:10:00.000Z", afterMs: 10 * MINUTE, inTime: true },
        promises: { kept: 1, late: 1, broken: 0, open: 0 },
        worst: { channel: "sellers", ms: 50 * MINUTE },
        longestSilence: { channel: "sellers", ms: 65 * MINUTE },
      },
    ]);
    const [{ lanes }] = incidents as [{ lanes: { channel: string; brokenMs: number; words: unknown[] }[] }];
    expect(lanes.find(({ channel }) => channel === "x")).toMatchObject({
      brokenMs: 12 * MINUTE,
      words: [
        { number: 1 },
        { number: 2, at: "2026-11-23T03:52:00.000Z", phase: "identified" },
        { number: 3 },
      ],
      promises: [
        { number: 1, fate: "late" },
        { number: 2, fate: "kept" },
      ],
      silences: [{}, { brokenFrom: "2026-11-23T03:40:00.000Z", to: "2026-11-23T03:52:00.000Z" }, {}],
    });
    expect(totals).toMatchObject({ incidents: 1, firstWord: { medianMs: 10 * MINUTE, inTime: 1, late: 0 } });
  });

  it("puts all incidents of a time into one table, notices left out", async () => {
    const stage = await anIncident();
    await stage.run(["announce", "deploy", "--set", "version=1.4.2", "--yes"]);
    stage.clock.advance(3 * 24 * 60 * MINUTE);
    stage.sandbox.fault("discourse", null);
    await stage.run(["announce", "--title", "Downloads stall", "--started-at", "20m ago", "--yes"]);
    stage.clock.advance(10 * MINUTE);
    await stage.run(["resolve", "--yes"]);
    const { stdout } = await stage.run(["report"]);
    expect(stdout).toContain(
      "2 incidents. First public word after 15 min (median). 2 of 3 promises were kept.",
    );
    expect(stdout).toMatch(
      /Downloads stall\n .*\n {2}20 min ! +1 +0 +0 +20 min +x, customers and 3 more, 5 min too long/,
    );
    expect(stdout).toMatch(
      /Checkout is failing\n .*\n {2}10 min +1 +1 +0 +1 h 5 min +sellers, 50 min too long/,
    );
    expect(stdout).not.toContain("1.4.2");
    const recent = await stage.run(["report", "--since", "12h"]);
    expect(recent.stdout).toContain("1 incident.");
    expect((await stage.run(["report", "--since", "12h", "--json"])).json().incidents).toHaveLength(1);
  });

  it("writes the HTML and the picture into files that everybody may read", async () => {
    const stage = await anIncident();
    const ran = await stage.run(["report", ID, "--html", "report.html", "--svg", "silence.svg"]);
    expect(ran).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "Written: report.html\nWritten: silence.svg\n",
    });
    for (const file of ["report.html", "silence.svg"])
      expect(statSync(join(stage.folder, file)).mode & 0o777).toBe(0o644 & ~process.umask());
    const page = readFileSync(join(stage.folder, "report.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script| style="|https?:\/\//);
    const svg = readFileSync(join(stage.folder, "silence.svg"), "utf8");
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).not.toContain("var(");
    expect(svg).toContain("50 min too long");
  });

  it("draws the newest incident where none is named, and all of them in the HTML", async () => {
    const stage = await anIncident();
    expect((await stage.run(["report", "--svg", "-"])).stdout).toMatch(
      /^<svg .*<title id="title">Checkout is failing</s,
    );
    expect((await stage.run(["report", "--html", "-"])).stdout).toContain("<h1>The last 90 days</h1>");
    const both = await stage.run(["report", "--html", "all.html", "--json"]);
    expect(both.json().incidents).toHaveLength(1);
  });

  it("counts planned work for itself, and never draws it in an incident's place", async () => {
    const stage = await setStage();
    const plan = ["maintenance", "schedule", "--from", "2026-11-22T20:00", "--until", "90m", "--yes"];
    await stage.run([...plan, "--title", "Database move"]);
    expect((await stage.run(["report"])).stdout).toContain("1 maintenance. ");
    expect((await stage.run(["report", "--svg", "-"])).stdout).toContain(">Database move<");
    await stage.run(ANNOUNCE);
    stage.clock.advance(65 * MINUTE);
    await stage.run([...plan.slice(0, 3), "2026-11-25T20:00", ...plan.slice(4), "--title", "Other move"]);
    const { stdout } = await stage.run(["report"]);
    expect(stdout).toContain("1 incident and 2 maintenances. First public word within a minute.");
    expect(stdout).toMatch(/Other move\n.*\n {2}planned {7}/);
    expect(stdout).toMatch(
      /Checkout is failing\n.*\n {2}under 1 min +0 .* x, customers and 3 more, 50 min too long/,
    );
    expect(stdout).toMatch(/All 3, .*\n {2}under 1 min /);
    expect(stdout).toContain(`status report ${ID}\n`);
    expect((await stage.run(["report", "--svg", "-"])).stdout).toContain(">Checkout is failing<");
    const html = (await stage.run(["report", "--html", "-"])).stdout;
    expect(html).toContain("<td>planned</td>");
    expect(html).toContain(">x, customers and 3 more<");
    const { totals } = (await stage.run(["report", "--json"])).json();
    expect(totals).toMatchObject({
      ...{ incidents: 1, maintenances: 2, firstWord: { medianMs: 0 } },
      worst: { channels: ["x", "customers", "sellers", "page", "hosted"] },
    });
  });

  it("writes over a file, but not over a folder, and never into one that is not there", async () => {
    const stage = await anIncident();
    mkdirSync(join(stage.folder, "reports"));
    writeFileSync(join(stage.folder, "old.html"), "old");
    expect(await stage.run(["report", ID, "--html", "reports"])).toMatchObject({ code: 2, stdout: "" });
    expect((await stage.run(["report", ID, "--svg", "reports"])).stderr).toContain("FILE_IS_FOLDER");
    expect((await stage.run(["report", ID, "--html", "none/report.html"])).stderr).toContain(
      "FILE_NOT_WRITTEN",
    );
    expect(await stage.run(["report", ID, "--html", "old.html"])).toMatchObject({ code: 0 });
    expect(readFileSync(join(stage.folder, "old.html"), "utf8")).toContain("Checkout is failing");
  });

  it("refuses what it cannot mean", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    for (const [argv, code] of [
      [["report", ID, "--since", "30d"], "SINCE_WITH_INCIDENT"],
      [["report", "--since", "30"], "SINCE_UNREADABLE"],
      [["report", "--html", "-", "--json"], "STDOUT_TWICE"],
      [["report", "--html", "-", "--svg", "-"], "STDOUT_TWICE"],
      [["report", "--html", ""], "FILE_EMPTY"],
      [["report", ""], "INCIDENT_EMPTY"],
      [["report", "2025"], "INCIDENT_UNKNOWN"],
    ] as const) {
      const ran = await stage.run(argv);
      expect(ran.code, code).toBe(2);
      expect(ran.stderr + ran.stdout).toContain(code);
    }
  });

  it("shows a title that a terminal would obey as harmless text", async () => {
    const stage = await setStage();
    await stage.run(["announce", "--title", "::error::x\u001b[2J <b>&", "--yes"]);
    const { stdout } = await stage.run(["report", "2026"]);
    expect(stdout).not.toContain("\u001b");
    const svg = (await stage.run(["report", "--svg", "-"])).stdout;
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).toContain("&lt;b&gt;&amp;");
  });
});
