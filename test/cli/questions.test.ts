import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";

const page = () =>
  setStage((config) => {
    config.channels = { page: config.channels.page! };
  });

const standing = async (stage: Stage) =>
  (
    (await stage.run(["list", "--json"])).json() as unknown as {
      incidents: { impact: string; components: { state: string }[] }[];
    }
  ).incidents[0];

const TITLE = ["--title", "Checkout is failing"];
const LAST = "Say this on 1 channel (1 public)? [y]es, [e]dit the words, [N]o";

describe("announce at a terminal", () => {
  it.each<[string[], string, string, string]>([
    [["--component", "checkout"], "\r", "minor", "degraded_performance"],
    [["--component", "checkout"], "\u001b[B\r", "major", "partial_outage"],
    [["--component", "checkout=major_outage"], "\r", "critical", "major_outage"],
  ])("asks for the impact with %j", async (flags, keys, impact, state) => {
    const stage = await page();
    const { ran, unasked } = await answering(
      (more) => stage.run(["announce", ...TITLE, ...flags], more),
      ["What is the impact?", keys],
      [LAST, "y\r"],
    );
    expect(unasked).toEqual([]);
    expect(ran.code).toBe(0);
    expect(await standing(stage)).toMatchObject({ impact, components: [{ state }] });
  });

  it("does not ask where the impact is given, nor for a notice", async () => {
    const stage = await page();
    const given = ["announce", ...TITLE, "--component", "checkout", "--impact", "none"];
    const first = await answering((more) => stage.run(given, more), [LAST, "y\r"]);
    expect(first.ran.code).toBe(0);
    const deploy = ["announce", "deploy", "--title", "Version 1.4.2", "--set", "version=1.4.2"];
    const second = await answering((more) => stage.run(deploy, more), [LAST, "y\r"]);
    expect(second.ran.code).toBe(0);
  });

  it("asks a script nothing", async () => {
    const stage = await page();
    await stage.run(["announce", ...TITLE, "--component", "checkout", "--yes"]);
    expect(await standing(stage)).toMatchObject({ impact: "minor" });
  });
});

describe("a draft", () => {
  const drafts = (stage: Stage) => {
    const folder = join(stage.folder, ".status/drafts");
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it("is kept at a No only where words were typed", async () => {
    const stage = await page();
    const given = ["announce", ...TITLE, "--component", "checkout"];
    const { ran, unasked } = await answering(
      (more) => stage.run(given, more),
      ["What is the impact?", "\r"],
      [LAST, "n\r"],
    );
    expect(unasked).toEqual([]);
    expect(ran.stderr).not.toContain("What you typed is kept");
    expect(drafts(stage)).toEqual([]);
  });

  it("is gone once the same words are said, and others stay", async () => {
    const stage = await page();
    const say = (title: string, last: string) =>
      answering(
        (more) => stage.run(["announce", "--impact", "minor", "--component", "checkout"], more),
        ["What do customers see?", `${title}\r`],
        [LAST, last],
      );
    const first = await say("Checkout is failing", "n\r");
    expect(first.ran.stderr).toContain("What you typed is kept");
    stage.clock.advance(1000);
    await say("Search is slow", "n\r");
    expect(drafts(stage)).toHaveLength(2);
    expect((await say("Checkout is failing", "y\r")).ran.code).toBe(0);
    expect(drafts(stage)).toHaveLength(1);
    expect(readFileSync(join(stage.folder, ".status/drafts", drafts(stage)[0]!), "utf8")).toContain("Search");
  });
});

describe("the last question", () => {
  it.each(["\r", "n\r", "No\r"])("is answered with No by %j", async (keys) => {
    const stage = await page();
    const { ran } = await answering((more) => stage.run(ANNOUNCE.slice(0, -1), more), [LAST, keys]);
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining("Nothing was sent.") });
  });

  it.each(["y\r", "Y\r", "yes\r"])("is answered with yes by %j", async (keys) => {
    const stage = await page();
    const { ran } = await answering((more) => stage.run(ANNOUNCE.slice(0, -1), more), [LAST, keys]);
    expect(ran.code).toBe(0);
  });

  it("names the way round a rule, and what may be typed", async () => {
    const stage = await page();
    const blocked = [...ANNOUNCE.slice(0, -1), "--message", "It will be fixed by 14:00."];
    const { unasked } = await answering(
      (more) => stage.run(blocked, more),
      ["[e]dit the words, [o]verride recovery-time, [N]o", "q\r"],
      ["Type e, o or n; Enter alone is no.", "\b\r"],
    );
    expect(unasked).toEqual([]);
  });
});
