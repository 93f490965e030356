import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Cancelled } from "../../src/base/cancelled.ts";
import { ScriptedClock } from "../../src/base/clock.ts";
import { openPlainDialog } from "../../src/cli/plain-dialog.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { ANNOUNCE, NOW, type Ran, type Stage, setStage } from "../support/stage.ts";

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
    const argv = [...ANNOUNCE.slice(0, -1), "--plain"];
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
    const clock = new ScriptedClock(NOW);
    const stopping = new AbortController().signal;
    const given = { stdin, promptOutput, stopping, clock } as unknown as Surroundings;
    const asked = () => String(promptOutput.read());
    return { dialog: openPlainDialog(given), raw, asked, stdin, clock };
  }

  it("shows nothing of what must not be seen, and leaves the terminal as it was", async () => {
    const { dialog, raw, asked } = ask("s3x\u007fcret\rnext\n");
    expect(await dialog.hidden("The token?")).toBe("s3cret");
    expect(raw).toEqual([true, false]);
    expect(asked()).toBe("The token?\nWhat you type is not shown: \n");
    expect(await dialog.input("And then?")).toBe("next");
  });

  it("gives up a hidden answer at Ctrl-C", async () => {
    const { dialog, raw } = ask("s3c\u0003");
    await expect(dialog.hidden("The token?")).rejects.toThrow(Cancelled);
    expect(raw).toEqual([true, false]);
  });

  it.each([
    ["^U clears", "wrong\u0015right", "right"],
    ["^W takes a word", "one two\u0017three", "one three"],
    ["Backspace at the beginning is nothing", "\u007f\u007fabc", "abc"],
    ["arrows", "ab\u001b[Dc\u001bOA", "abc"],
    ["keys with modifiers, and Delete", "a\u001b[1;5Cb\u001b[3~c", "abc"],
    ["F1 on the Linux console", "a\u001b[[Abc", "abc"],
    ["a paste's brackets", "\u001b[200~abc\u001b[201~", "abc"],
    ["^Z, ^\\, Tab and ^A", "\u001aa\u001cb\t\u0001c", "abc"],
    ["letters of other scripts", "é漢😀", "é漢😀"],
  ])("hears no text where none was typed in hiding: %s", async (_, typed, heard) => {
    expect(await ask(`${typed}\r`).dialog.hidden("The token?")).toBe(heard);
    // The same where each byte comes by itself.
    const slow = ask("");
    const answer = slow.dialog.hidden("The token?");
    for (const byte of Buffer.from(`${typed}\r`)) {
      slow.stdin.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toBe(heard);
  });

  it("hears no text in what the terminal itself answers", async () => {
    expect(await ask("a\u001b]11;rgb:0/0/0\u0007b\u001b]11;?\u001b\\c\r").dialog.hidden("The token?")).toBe(
      "abc",
    );
  });

  it("takes what follows an Escape by itself for text", async () => {
    const { dialog, stdin } = ask("\u001b");
    const answer = dialog.hidden("The token?");
    await new Promise((resolve) => setImmediate(resolve));
    stdin.write("abc\r");
    expect(await answer).toBe("abc");
  });

  it.each(["a\u001b[", "a\u001b]0;", "a\u001b"])(
    "stops at Ctrl-C and ends at Enter even in %j",
    async (typed) => {
      await expect(ask(`${typed}\u0003`).dialog.hidden("The token?")).rejects.toThrow(Cancelled);
      expect(await ask(`${typed}\r`).dialog.hidden("The token?")).toBe("a");
    },
  );

  it.each([[["s3cret\r\nnext\n"]], [["s3cret\r", "\nnext\n"]], [["s3cret\r", "\n", "next\n"]]])(
    "takes CR and LF for one end of a line: %j",
    async ([first = "", ...rest]) => {
      const { dialog, stdin } = ask(first);
      expect(await dialog.hidden("The token?")).toBe("s3cret");
      const next = dialog.input("And then?");
      for (const chunk of rest) {
        stdin.write(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await next).toBe("next");
    },
  );

  it("takes two hidden lines that end in CR and LF for two", async () => {
    const { dialog } = ask("one\r\ntwo\r\n");
    expect(await dialog.hidden("The key?")).toBe("one");
    expect(await dialog.hidden("The secret?")).toBe("two");
  });

  it("takes a person's next Enter for an answer, though it is a LF by then", async () => {
    const { dialog, stdin, clock } = ask("s3cret\r");
    expect(await dialog.hidden("The token?")).toBe("s3cret");
    clock.advance(150);
    stdin.write("\n");
    expect(await dialog.input("And then?", { initial: "usual" })).toBe("usual");
  });

  it("hears no arrow on a visible line", async () => {
    expect(await ask("ab\u001b[Dc\n").dialog.input("A name?")).toBe("abc");
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

describe("a plain choice", () => {
  const dialogOf = (...lines: string[]) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
    for (const line of lines) stdin.write(`${line}\n`);
    const given = { stdin, promptOutput: new PassThrough(), stopping: new AbortController().signal };
    return openPlainDialog({ ...given, clock: new ScriptedClock(NOW) } as unknown as Surroundings);
  };
  const choices = [
    { name: "minor: some are bothered", value: "a" },
    { name: "Critical: nearly all", value: "b" },
    { name: "Orders and payment", value: "c" },
  ];

  it("is taken by its label as by its number", async () => {
    const dialog = dialogOf("critical", "2", "huge", "MINOR: some are bothered");
    expect(await dialog.select("Impact?", choices)).toBe("b");
    expect(await dialog.select("Impact?", choices)).toBe("b");
    expect(await dialog.select("Impact?", choices)).toBe("a");
  });

  it("is one of several by labels and numbers with commas between them", async () => {
    const dialog = dialogOf("orders and payment, 1", "1 2", "nothing", "critical");
    expect(await dialog.checkbox("What?", choices)).toEqual(["c", "a"]);
    expect(await dialog.checkbox("What?", choices)).toEqual(["a", "b"]);
    expect(await dialog.checkbox("What?", choices)).toEqual(["b"]);
  });
});

it("marks what failed with --plain as no channel can be named", async () => {
  const stage = await setStage((config) => {
    config.channels = { x: config.channels.x! };
  });
  stage.sandbox.fault("twitter", "unauthorized");
  const { stdout } = await stage.run([...ANNOUNCE, "--plain"]);
  expect(stdout).toMatch(/^ {2}! x /m);
});
