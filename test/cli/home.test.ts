import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program/program.ts";
import { ANNOUNCE, setStage } from "../support/stage.ts";

const ID = "2026-11-22-checkout-is-failing";
/** One channel for customers and a page: what is said is soon said. */
const few = () =>
  setStage((config) => {
    config.channels = { sellers: config.channels.sellers!, page: config.channels.page! };
  });

describe("status alone", () => {
  it("says what is open, who has not heard, when the next update is due, and what to type", async () => {
    const stage = await few();
    expect((await stage.run([])).stdout).toBe("No incident is open.\nTo open one: status announce\n");
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.clock.advance(20 * 60_000);
    const { code, stdout } = await stage.run([]);
    expect(code).toBe(0);
    expect(stdout).toContain("1 of 2 channels; silent: sellers");
    expect(stdout).toContain("next update 19:25 PST (5 min overdue)");
    expect(stdout.slice(stdout.indexOf("Type next:")).split(/\n| {2,}/)).toEqual([
      "Type next:",
      ...["", "status retry", "sellers did not hear it"],
      ...["", 'status update --message "…"', "due 19:25 PST (5 min overdue)"],
      ...["", "status resolve", "when it is over"],
      "",
    ]);
  });

  it("names the incident where several are open", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    await stage.run(["announce", "--title", "The pages are slow", "--new", "--yes"]);
    const { stdout } = await stage.run([]);
    expect(stdout).toContain(`status update ${ID} --message "…"`);
    expect(stdout).toContain("status resolve 2026-11-22-the-pages-are-slow");
  });

  it("gives the document of status list with --json", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    expect((await stage.run(["--json"])).json()).toEqual((await stage.run(["list", "--json"])).json());
  });

  it("says in two lines how to begin where nothing is set up, and fails only a script", async () => {
    const stage = await few();
    rmSync(join(stage.folder, ".statusrc"));
    mkdirSync(join(stage.folder, ".git"));
    const { code, stdout, stderr } = await stage.run([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")).toEqual([
      expect.stringContaining("status init"),
      expect.stringContaining("status drill amazon-2010"),
      "",
    ]);
    expect(await stage.run(["--json"])).toMatchObject({ code: 3 });
    expect(await stage.run(["--config", "elsewhere"])).toMatchObject({ code: 3 });
    writeFileSync(join(stage.folder, ".statusrc"), "chanels: {}", { mode: 0o600 });
    expect(await stage.run([])).toMatchObject({ code: 3, stderr: expect.stringContaining('"channels"') });
  });
});

describe("help", () => {
  it("begins with two commands for 3 a.m., and fits a narrow terminal", async () => {
    const stage = await few();
    const { stdout } = await stage.run(["--help"]);
    const [first, ...lines] = stdout.split("\n");
    expect(first).toBe("At 3 a.m.:");
    expect(lines.slice(0, 2).every((line) => line.startsWith("  $ status announce"))).toBe(true);
    expect(stdout.indexOf("Usage:")).toBeGreaterThan(stdout.indexOf("--title"));
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    // Every command is in a group, in one line.
    for (const command of createProgram(async () => {}, "").commands)
      expect(lines.filter((line) => line.startsWith(`  ${command.name()} `))).toHaveLength(1);
    expect(stdout).not.toContain("\nCommands:");
  });

  it("has examples for every command that does something, within 80 columns", async () => {
    const stage = await few();
    const program = createProgram(async () => {}, "");
    const paths = program.commands.flatMap((command) => [
      [command.name()],
      ...command.commands.map((each) => [command.name(), each.name()]),
    ]);
    for (const path of paths) {
      const { stdout } = await stage.run([...path, "--help"]);
      expect(stdout, path.join(" ")).toMatch(/Examples:\n {2}\S/);
      expect(
        stdout.split("\n").filter((line) => line.length > 80),
        path.join(" "),
      ).toEqual([]);
    }
  });
});

describe("a typo", () => {
  it.each([
    [["anounce"], "announce"],
    [["maintenance", "shedule"], "schedule"],
    [["announce", "--titel", "x"], "--title"],
    [["update", "--only", "selers", "--message", "x", "--yes"], "sellers"],
    [["update", "--component", "chekout", "--message", "x", "--yes"], "checkout"],
    [["announce", "acknowlege", "--title", "x", "--new", "--yes"], "acknowledge"],
    [["show", "2026-11-22-chekout-is-failing"], ID],
    [["completion", "bsh"], "bash"],
    [["drill", "amazon-2011"], "amazon-2010"],
  ])("in %j is answered with %s", async (argv, meant) => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const { code, stderr } = await stage.run(argv);
    expect(code).toBeGreaterThan(1);
    expect(stderr).toMatch(new RegExp(`Did you mean "?${meant}"?\\?`));
  });
});

describe("what cannot be read", () => {
  it.each([
    [["list", "--al"], "Unknown option --al.", "Did you mean --all?"],
    [["--nosuch"], "Unknown option --nosuch.", "All that it takes: --help"],
    [["announce", "--title"], "--title <text> needs a value.", "All that it takes: --help"],
    [["show", "a", "b"], "Too many arguments for show. Expected 1 argument but got 2.", "quotes"],
  ])("in %j has a code and a hint, as text and as JSON", async (argv, message, hint) => {
    const stage = await few();
    const { code, stderr } = await stage.run(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${message} [USAGE]\n`);
    expect(stderr).toContain(hint);
    const [verb = "", ...rest] = argv;
    const json = await stage.run(verb.startsWith("-") ? ["--json", verb] : [verb, "--json", ...rest]);
    expect(json.code).toBe(2);
    expect(json.json().error).toMatchObject({ code: "USAGE", message, hint: expect.stringContaining(hint) });
  });

  it.each([
    [["help", "nosuch"], /help nosuch: there is no such command\. \[COMMAND_UNKNOWN\]/],
    [["help", "anounce"], /Did you mean "announce"\?/],
    [["help", "maintenance", "shedule"], /Did you mean "schedule"\?/],
  ])("in %j is an error", async (argv, told) => {
    const stage = await few();
    expect(await stage.run(argv)).toMatchObject({ code: 2, stderr: expect.stringMatching(told) });
    expect((await stage.run([...argv, "--json"])).json().error.code).toBe("COMMAND_UNKNOWN");
  });

  it("is not in the help of a command that there is", async () => {
    const stage = await few();
    const { code, stdout } = await stage.run(["help", "list"]);
    expect([code, stdout.includes("Usage: status list")]).toEqual([0, true]);
  });
});
