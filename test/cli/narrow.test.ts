import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldLine } from "../../src/base/fold.ts";
import type { ChannelReport } from "../../src/broadcast/report.ts";
import { openDialog } from "../../src/cli/dialog.ts";
import { foldText } from "../../src/cli/output/fold-text.ts";
import { styleFor } from "../../src/cli/output/style.ts";
import { coverageTable } from "../../src/cli/output/table.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { ANNOUNCE, type Ran, type Stage, setStage } from "../support/stage.ts";

const ID = "2026-11-22-checkout-is-failing";

/** Runs a command at a terminal of so many columns; stdout and stderr as lines. */
async function linesAt(stage: Stage, columns: number, argv: readonly string[]): Promise<string[]> {
  let shown = "";
  const write = (text: string) => {
    shown += text;
  };
  const sink = { write, isTerminal: true, columns };
  const env = { HOME: stage.folder, LANG: "C.UTF-8", TERM: "dumb" };
  await stage.run(argv, { stdout: sink, stderr: sink, env });
  return stripVTControlCharacters(shown).split("\n");
}

/** The lines that are too long without being one thing to copy. */
const overlong = (lines: readonly string[], columns: number) =>
  lines.filter((line) => line.length > columns && !/^ *(\$ )?status /.test(line) && /\S\s+\S/.test(line));

const wordsOf = (ran: Ran) => ran.stdout.split(/\s+/).filter((word) => word !== "");

describe.each([80, 60])("at a terminal of %i columns", (columns) => {
  it("every line of what a command says is broken at words", async () => {
    const stage = await setStage();
    stage.sandbox.fault("discourse", "unauthorized");
    for (const argv of [
      ANNOUNCE,
      ["update", "--message", "We found the cause and are putting a fix in place now.", "--yes"],
      ...[[], ["list"], ["show"], ["due", "--within", "1h"], ["report"], ["report", ID], ["doctor"], ["log"]],
      ...[["--help"], ["announce", "--help"], ["lint", "--message", "It will be fixed by 14:00."]],
      ["resolve", "--message", "Checkout works again. No data was lost.", "--dry-run"],
      ["announce", "--title", "Checkout is failing", "--yes"],
      ["announce", "--impact", "huge", "--title", "x", "--yes"],
    ])
      expect(overlong(await linesAt(stage, columns, argv), columns), argv.join(" ")).toEqual([]);
  });

  it("nothing that is copied is broken, and no word is lost", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    const lines = await linesAt(stage, columns, ["show"]);
    expect(lines).toContain(`  status update ${ID} --message "…"`);
    expect(lines.join(" ").replaceAll("│", "").split(/\s+/).filter(Boolean)).toEqual(
      wordsOf(await stage.run(["show"])).filter((word) => word !== "│"),
    );
  });
});

describe("a narrow terminal", () => {
  it("has what a command is for below it", async () => {
    const stage = await setStage((config) => {
      config.channels = { page: config.channels.page! };
    });
    await stage.run(ANNOUNCE);
    await stage.run(["announce", "--title", "The pages are slow", "--new", "--yes"]);
    const lines = await linesAt(stage, 60, []);
    const at = lines.indexOf(`  status update ${ID} --message "…"`);
    expect(lines[at + 1]).toMatch(/^ {6}due /);
  });

  it("has JSON in one line", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    expect((await linesAt(stage, 60, ["list", "--json"])).filter((line) => line !== "")).toHaveLength(1);
  });
});

describe("what was answered", () => {
  it("is broken at words behind its question", async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => stdin });
    const promptOutput = Object.assign(new PassThrough(), { end: () => promptOutput });
    const words = "A network of cards is down. Other cards work.";
    let shown = "";
    promptOutput.on("data", (chunk: Buffer) => {
      if (shown === "")
        setImmediate(() => {
          for (const key of `${words}\r`) stdin.write(key);
        });
      shown += chunk.toString("utf8");
    });
    const stderr = { write: () => {}, isTerminal: true, columns: 80 };
    const given = { stdin, promptOutput, stderr, env: {}, stopping: new AbortController().signal };
    const dialog = await openDialog(given as unknown as Surroundings, {});
    const question = "What do you want to say? (Markdown, Enter for none)";
    expect(await dialog.input(question)).toBe(words);
    const last = stripVTControlCharacters(shown.slice(shown.lastIndexOf("✔")));
    expect(last).toContain(`${question} A network of cards is\ndown. Other cards work.`);
  });
});

describe("a long address", () => {
  it("stands on a line of its own, near the margin, where it would not fit below its channel", () => {
    const url = `https://example.slack.com/archives/${"C".repeat(30)}/p1290000000000000`;
    const report = {
      ...{ channel: "operations", kind: "slack", state: "sent", effect: "post", required: true },
      url,
    };
    const rest = { reason: null, verification: "seen", remoteId: "1", attempts: 1, elapsedMs: 100, text: "" };
    const shown = (columns: number) =>
      coverageTable(
        [{ ...report, ...rest, parts: [], error: null } as unknown as ChannelReport],
        { ...styleFor({ write: () => {}, isTerminal: true, columns }, { env: {} }, true), columns },
        "UTC",
      );
    expect(shown(85)).toContain(`\n  ${url}\n`);
    expect(shown(100)).toContain(`\n${" ".repeat(16)}${url}\n`);
  });
});

describe("folding", () => {
  it("stands under the column, behind the bar, or below its label", () => {
    expect(foldText("  ✓ target       posts to #incidents, where colleagues read", 40)).toBe(
      "  ✓ target       posts to #incidents,\n                 where colleagues read",
    );
    expect(foldText("  │ We know about this and are working on it.", 30)).toBe(
      "  │ We know about this and are\n  │ working on it.",
    );
    expect(foldText("Read back: customers, sellers, ops, page", 30)).toBe(
      "Read back: customers, sellers,\n  ops, page",
    );
  });

  it("keeps a command in a sentence whole, and measures no colours", () => {
    const hint = "To add to it: status update 2026-11-22-a — to complete it: status retry 2026-11-22-a";
    expect(foldText(hint, 40).split("\n")).toEqual([
      "To add to it: status update 2026-11-22-a",
      "— to complete it:",
      "status retry 2026-11-22-a",
    ]);
    const red = `\u001b[31m${"word ".repeat(8).trim()}\u001b[39m`;
    expect(foldText(red, 39)).toBe(red);
  });

  it("loses nothing, and breaks nothing of Latin letters", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[!-~]{1,70}$/), { maxLength: 30 }), (words) => {
        const pieces = foldLine(words.join(" "), 40);
        expect(pieces.join(" ").split(" ")).toEqual(words.length === 0 ? [""] : words);
      }),
    );
  });
});
