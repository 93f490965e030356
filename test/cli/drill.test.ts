import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { shellWord } from "../../src/cli/output/printable.ts";
import { splitWords } from "../../src/cli/shell-words.ts";
import { runIn } from "../support/stage.ts";

const drill = (...argv: string[]) => runIn("/tmp", new ScriptedClock(new Date()), ["drill", ...argv]);

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
