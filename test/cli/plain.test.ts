import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Cancelled } from "../../src/base/cancelled.ts";
import { openPlainDialog } from "../../src/cli/plain-dialog.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { type Ran, type Stage, setStage } from "../support/stage.ts";

/** Runs a command at a terminal, where a person answers each question by a line; what was asked, byte by byte. */
async function answered(
  stage: Stage,
  argv: readonly string[],
  answers: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran & { asked: string }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
  const promptOutput = new PassThrough();
  let asked = "";
  promptOutput.on("data", (chunk: Buffer) => {
    asked += chunk.toString("utf8");
  });
  for (const answer of answers) stdin.write(`${answer}\n`);
  stdin.end();
  const more: Partial<Surroundings> = {
    stdin,
    promptOutput,
    stderr: { write: () => {}, isTerminal: true, columns: 80 },
    env: { HOME: stage.folder, LANG: "C.UTF-8", ...env },
  };
  const ran = await stage.run(argv, more);
  return { ...ran, asked };
}

const page = () =>
  setStage((config) => {
    config.channels = { page: config.channels.page! };
  });

describe.each([
  ["--plain", ["--plain"], {}],
  ["ACCESSIBLE", [], { ACCESSIBLE: "1" }],
  ["TERM=dumb", [], { TERM: "dumb" }],
] as const)("prompts with %s", (_, flags, env) => {
  it("are plain lines that a line answers", async () => {
    const stage = await page();
    const { code, asked, stdout } = await answered(
      stage,
      ["announce", "--impact", "major", ...flags],
      ["2, 9", "2", "Checkout is failing", "y"],
      env,
    );
    expect(asked).toContain("  2. ");
    expect(asked).toContain("Type numbers from 1 to 4.");
    expect(asked).toContain("Type a letter, or Enter for no:");
    // Nothing is redrawn, coloured, or drawn with symbols.
    expect(asked).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2500-\u27bf]/);
    expect(code).toBe(0);
    expect(stdout).toContain("Checkout is failing");
    const { incidents } = (await stage.run(["list", "--json"])).json() as unknown as {
      incidents: { components: { id: string }[] }[];
    };
    expect(incidents[0]?.components.map(({ id }) => id)).toEqual(["checkout"]);
  });
});

describe("a plain prompt", () => {
  it("takes Enter for No, and the end of the input for giving up", async () => {
    const stage = await page();
    const argv = ["announce", "--plain", "--title", "Checkout is failing", "--component", "checkout"];
    expect((await answered(stage, argv, [""])).code).toBe(4);
    expect((await answered(stage, argv, [])).code).toBe(130);
    expect((await stage.run(["list"])).stdout).toContain("No incident is open.");
  });

  /** The dialog alone, with what is typed at it. */
  function ask(typed: string) {
    const raw: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
    const promptOutput = new PassThrough();
    stdin.write(typed);
    const given = { stdin, promptOutput, stopping: new AbortController().signal } as unknown as Surroundings;
    const asked = () => String(promptOutput.read());
    return { dialog: openPlainDialog(given), raw, asked };
  }

  it("shows nothing of what must not be seen, and leaves the terminal as it was", async () => {
    const { dialog, raw, asked } = ask("s3x\u007fcret\rnext\n");
    expect(await dialog.hidden("The token?")).toBe("s3cret");
    expect(raw).toEqual([true, false]);
    expect(asked()).toBe("The token? What you type is not shown: \n");
    expect(await dialog.input("And then?")).toBe("next");
  });

  it("gives up a hidden answer at Ctrl-C", async () => {
    const { dialog, raw } = ask("s3c\u0003");
    await expect(dialog.hidden("The token?")).rejects.toThrow(Cancelled);
    expect(raw).toEqual([true, false]);
  });

  it("takes what is marked for Enter", async () => {
    const { dialog, asked } = ask("\n");
    const choices = ["mail", "slack", "page"].map((name) => ({
      name,
      value: name,
      checked: name !== "slack",
    }));
    expect(await dialog.checkbox("Where do you speak?", choices)).toEqual(["mail", "page"]);
    expect(asked()).toContain("or Enter for 1, 3:");
  });
});
