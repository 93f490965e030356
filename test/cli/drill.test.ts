import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ScriptedClock } from "../../src/base/clock.ts";
import { shellWord } from "../../src/base/printable.ts";
import { splitWords } from "../../src/cli/shell-words.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { type Ran, runIn, setStage } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";

const drill = (...argv: string[]) => runIn("/tmp", new ScriptedClock(new Date()), ["drill", ...argv]);

/** A person types each line when the one before is done. */
async function typing(
  run: (more: Partial<Surroundings>) => Promise<Ran>,
  lines: readonly string[],
): Promise<Ran> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => stdin });
  const promptOutput = Object.assign(new PassThrough(), { end: () => promptOutput });
  let shown = "";
  let typed = 0;
  promptOutput.on("data", (chunk: Buffer) => {
    shown += stripVTControlCharacters(chunk.toString("utf8"));
    const done = shown.split("\u2714");
    if (done.length - 1 !== typed || !done.at(-1)?.includes("? ")) return;
    const line = lines[typed++];
    if (line !== undefined) setImmediate(() => stdin.write(`${line}\r`));
  });
  let told = "";
  const write = (text: string) => {
    told += text;
  };
  const ran = await run({ stdin, promptOutput, stderr: { write, isTerminal: true, columns: 80 } });
  return { ...ran, stderr: told };
}

describe("status drill", () => {
  it("finds the posts whose answers were lost, and repeats none", async () => {
    const { code, stdout } = await drill("amazon-2010", "--json", "--fault", "sellers=lost-answer");
    const { steps } = JSON.parse(stdout);
    expect(steps).toHaveLength(4);
    const sellers = steps.map(
      ({ deliveries }: { deliveries: { channel: string; state: string }[] }) =>
        deliveries.find(({ channel }) => channel === "sellers")?.state,
    );
    // Reading answers are lost as well, so what was posted cannot be found: it stays unknown and is not repeated.
    expect(sellers).toEqual(["unknown", "unknown", "unknown", "unknown"]);
    expect(code).toBe(7);
  }, 60_000);

  it("names the fault or the channel that was misspelt", async () => {
    expect((await drill("amazon-2010", "--json", "--fault", "sellers=lost")).stdout).toContain(
      "FAULT_UNKNOWN",
    );
    expect((await drill("amazon-2010", "--json", "--fault", "seller=down")).stdout).toContain(
      'Did you mean \\"sellers\\"?',
    );
    expect((await drill("amazon", "--json")).stdout).toContain('Did you mean \\"amazon-2010\\"?');
  });

  it("plays a configuration with a channel of every kind, and shows what each audience saw of it", async () => {
    const stage = await setStage((config) => {
      const example = readFileSync(new URL("../../.statusrc.example", import.meta.url), "utf8");
      const { channels, components } = parse(example) as typeof config;
      // With a part that another dashboard speaks for.
      Object.assign(config, { channels, components });
    });
    const ran = await typing(
      (more) => stage.run(["drill", "--output", "out"], more),
      [
        'announce --title "Orders fail" --impact major --yes',
        "later 20m",
        'update --phase identified --message "A switch broke." --yes',
        "later 20m",
        'resolve --message "It works again." --yes',
        "end",
      ],
    );
    expect(ran.stderr).toContain("pager is left out: a drill runs no program of yours.");
    expect(ran.stdout.match(/All 13 channels have spoken\./g)).toHaveLength(3);
    const wall = readFileSync(join(stage.folder, "out", "wall.html"), "utf8");
    expect(wall).toContain("12 of 12 audiences heard it with the first command");
    expect(wall).not.toContain("Nothing new");
    expect(wall + ran.stdout).not.toMatch(/sandbox-\w+[-_](?:key|token)|whsec_|Flow_signature|sand-boxx/);
  }, 60_000);

  it("has nothing to play where a program of the user's own is the only channel", async () => {
    const stage = await setStage((config) => {
      config.channels = { pager: { kind: "command", run: ["./pager"] } };
    });
    const { ran } = await answering((more) => stage.run(["drill"], more));
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("status drill amazon-2010");
  });

  it("needs a scenario where nobody can type", async () => {
    const { code, stderr } = await drill();
    expect(code).toBe(2);
    expect(stderr).toContain("status drill amazon-2010");
  });
});

describe("the words of a typed line", () => {
  it("are those that a shell would take", () => {
    expect(splitWords(`announce --title "It's down" --set a='b c' x\\ y ""`)).toEqual([
      "announce",
      "--title",
      "It's down",
      "--set",
      "a=b c",
      "x y",
      "",
    ]);
    expect(splitWords("  ")).toEqual([]);
    expect(splitWords("'open")).toEqual(["open"]);
  });

  it("survive quoting", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect(splitWords(words.map(shellWord).join(" "))).toEqual(words);
      }),
    );
  });
});
