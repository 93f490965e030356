import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { setStage } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";
import { ROOT } from "./blocks.ts";

const GUIDE = readFileSync(`${ROOT}docs/guide-commander.md`, "utf8");
const TABLE = GUIDE.slice(GUIDE.indexOf("## What it asks"));
const asked = new Map<string, string[]>();
for (const [, command, question] of TABLE.matchAll(/^\| `(\w+)` \| (.*?) \|/gm))
  asked.set(command!, [...(asked.get(command!) ?? []), question!]);

describe("the questions that the commander's guide lists", () => {
  it("are those of three commands", () => {
    expect([...asked.keys()]).toEqual(["announce", "update", "resolve"]);
  });

  for (const [command, questions] of asked)
    it(`are all that ${command} asks before it shows the texts, in this order, and Enter answers each`, async () => {
      const stage = await setStage((config) => {
        config.channels = { ops: config.channels.ops! };
      });
      if (command !== "announce")
        await stage.run(["announce", "--title", "Checkout is failing", "--yes", "--no-verify"]);
      // A question beyond these would get the key, and nothing would be said.
      const { ran, unasked } = await answering(
        (more) => stage.run([command, "--no-verify"], more),
        ...questions.map((question) => [question, "\r"] as const),
        ["on 1 channel", "y\r"],
      );
      expect(unasked, ran.stderr).toEqual([]);
      expect(ran.code, ran.stderr).toBe(0);
    }, 20_000);
});
