import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { createProgram } from "../../src/cli/program/program.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { type Ran, runIn, type Stage, setStage } from "../support/stage.ts";
import { documents, type Line, linesOf, ROOT } from "./blocks.ts";

/** Commands that end only when they are told to. */
const KEEPS_RUNNING = [/^sandbox/, /^watch/, /^page serve/, /^follow-up .*--every/];
/** What cannot be run here, whatever the page. */
const NOT_HERE: readonly [RegExp, string][] = [
  [/^worker/, "needs PostgreSQL; test/cli/worker.test.ts runs it"],
  [/--sign /, "needs somebody's SSH key; test/cli/signatures.test.ts runs it"],
  [/--signature /, "needs somebody's SSH key; test/cli/signatures.test.ts runs it"],
  [/^config migrate-store/, "needs PostgreSQL; test/cli/migrate-store.test.ts runs it"],
  [/^recipients/, "needs a list that was sent to; test/cli/mailings.test.ts runs it"],
  [/^drill( --fault.*)?$/, "rehearses at a terminal; test/cli/drill.test.ts answers it"],
  [/ --port /, "a port of its own may be taken on this machine"],
];
const LEAD = {
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "user.email",
  GIT_CONFIG_VALUE_0: "lead@example.com",
};

const pages = documents().map((document) => ({ document, lines: linesOf(document) }));
const notRun: string[] = [];
let ran = 0;

afterAll(() => {
  const told = [`${ran} commands of the documentation were run; not run:`, ...notRun.sort()];
  process.stdout.write(`${told.join("\n  ")}\n`);
});

describe("the commands that the documentation shows", () => {
  it("are many, on many pages", () => {
    const all = pages.flatMap(({ lines }) => lines.flatMap(({ calls }) => calls));
    expect(all.length).toBeGreaterThan(100);
  });

  it("would not pass with a flag, a command or a word too many that the program does not know", async () => {
    for (const line of ["list --al", "lst", "page bild", "show one two", "preview announce --titel x"])
      expect(await faultOf(line.split(" ")), line).not.toBeNull();
  });

  for (const { document, lines } of pages) {
    if (lines.length === 0) continue;
    it(`are ones that the program takes, in ${document}`, async () => {
      for (const line of lines)
        for (const call of line.calls)
          expect(await faultOf(call), `${document}:${line.at}: ${line.text}`).toBeNull();
    });

    it(`name scripts of this project, in ${document}`, () => {
      const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
      for (const { text, at } of lines)
        for (const [, script] of text.matchAll(/\bnpm run ([\w:-]+)/g))
          expect(Object.keys(scripts), `${document}:${at}`).toContain(script);
    });

    it(`do what ${document} says`, { timeout: 600_000 }, () => play(lines));
  }
});

describe("the links of the documentation", () => {
  for (const document of documents())
    it(`lead somewhere, in ${document}`, () => {
      const text = readFileSync(join(ROOT, document), "utf8").replace(/```.*?```/gs, "");
      for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]*)\)/g)) {
        const [path = "", anchor] = target!.split("#");
        const file = path === "" ? join(ROOT, document) : join(ROOT, dirname(document), path);
        expect(existsSync(file), `${target}`).toBe(true);
        if (anchor !== undefined && file.endsWith(".md"))
          expect(anchorsOf(file), `${target}`).toContain(anchor);
      }
    });
});

/** As GitHub names headings. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, "utf8")
    .replace(/```.*?```/gs, "")
    .matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

/** What the command line says against these words; null where it takes them. */
async function faultOf(given: readonly string[]): Promise<string | null> {
  // The words of a preview are those of the command that it looks at.
  const argv = given[0] === "preview" && given.length > 1 ? given.slice(1) : given;
  const program = createProgram(async () => undefined, "0");
  let said = "";
  quieten(program, (text) => {
    said += text;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return null;
  } catch (error) {
    const { exitCode } = error as { exitCode?: number };
    return exitCode === 0 ? null : `${said || (error as Error).message}`;
  }
}

function quieten(command: Command, write: (text: string) => void): void {
  command.exitOverride().configureOutput({ writeErr: write, writeOut: write });
  for (const each of command.commands) quieten(each, write);
}

/** A page's reader: types each line in its order, on a sandbox. */
async function play(lines: readonly Line[]): Promise<void> {
  let stage: Stage | null = null;
  const seen: Seen = { plan: "", action: "" };
  for (const line of lines) {
    const { manners, calls, document, at, text } = line;
    const where = `${document}:${at}  ${text}`;
    if (manners.notRun !== null || calls.length === 0) {
      notRun.push(`${where}  (${manners.notRun ?? "no command of ours"})`);
      continue;
    }
    if (stage === null || (line.first && manners.stage !== null)) {
      stage = await setStage();
      if (line.first) await prepare(stage, manners.stage, seen);
    }
    for (const call of calls) {
      const why = NOT_HERE.find(([pattern]) => pattern.test(call.join(" ")))?.[1];
      if (why !== undefined) {
        notRun.push(`${where}  (${why})`);
        continue;
      }
      const result = await typed(call, stage, seen);
      ran += 1;
      expect(manners.exits, `${where}\n${result.stdout}\n${result.stderr}`).toContain(result.code);
    }
  }
}

async function typed(call: readonly string[], stage: Stage, seen: Seen): Promise<Ran> {
  const argv = answered(await called(call, stage, seen));
  // It writes a configuration where there is none.
  const folder = argv[0] === "init" ? emptyFolder() : stage.folder;
  const env = {
    HOME: folder,
    PATH: process.env.PATH,
    LANG: "C.UTF-8",
    ...(argv[0] === "approve" ? LEAD : {}),
  };
  const ran = KEEPS_RUNNING.some((pattern) => pattern.test(call.join(" ")))
    ? await untilItSpeaks((more) => runIn(folder, stage.clock, argv, { env, ...more }))
    : await runIn(folder, stage.clock, argv, { env });
  note(ran, seen);
  return ran;
}

/** What the reader has just been told, and will type. */
interface Seen {
  plan: string;
  action: string;
}

function note({ stdout, stderr }: Ran, seen: Seen): void {
  const words = `${stdout}\n${stderr}`;
  const plan = /\bstatus approve ([0-9a-f]{8,})/.exec(words) ?? /--plan ([0-9a-f]{8,})/.exec(words);
  seen.plan = plan?.[1] ?? seen.plan;
  seen.action = /^([0-9a-f]{6}) {2}/m.exec(stdout)?.[1] ?? seen.action;
}

/** What stands for something that only the reader has: an incident's id, a plan's hash. */
async function called(call: readonly string[], stage: Stage, seen: Seen): Promise<string[]> {
  const argv: string[] = [];
  for (const [index, word] of call.entries()) {
    const before = call[index - 1];
    if (/^[0-9a-f]{8,12}$/.test(word) && (before === "approve" || before === "--plan")) argv.push(seen.plan);
    else if (/^[0-9a-f]{6}$/.test(word) && /^(done|drop)$/.test(before ?? "")) argv.push(seen.action);
    else if ((word === "ID" || /^20\d\d-\d\d-\d\d(-[a-z-]+)?$/.test(word)) && !before?.startsWith("-"))
      argv.push(await newest(stage));
    else argv.push(word);
  }
  return argv;
}

async function newest(stage: Stage): Promise<string> {
  const listed = (await stage.run(["list", "--all", "--json"])).json() as unknown as {
    incidents: { id: string }[];
  };
  return listed.incidents[0]!.id;
}

const ASKS =
  /^(announce|update|resolve|retry|correct|retract|approve|follow-up|init|maintenance \w+|postmortem publish)\b/;

/** What a person would answer, as flags. */
function answered(argv: readonly string[]): string[] {
  const line = argv.join(" ");
  const more: string[] = [];
  if (/^announce$/.test(line)) more.push("--title", "Checkout is failing", "--component", "checkout");
  if (/^init$/.test(line)) more.push("--property", "Example Shop");
  if (ASKS.test(line) && !/(^| )(--yes|-y|--dry-run)( |$)/.test(line)) more.push("--yes");
  return [...argv, ...more];
}

/** Tells it to stop once it has said something. */
async function untilItSpeaks(run: (more: Partial<Surroundings>) => Promise<Ran>): Promise<Ran> {
  const stopping = new AbortController();
  let said = "";
  const write = (text: string) => {
    said += text;
    if (text.trim() !== "") stopping.abort();
  };
  const place = { write, isTerminal: false, columns: 80 };
  const ran = await run({ stdout: place, stderr: place, stopping: stopping.signal });
  return { ...ran, code: ran.code === 130 ? 0 : ran.code, stdout: said };
}

/** What has happened before a block is read. */
async function prepare(stage: Stage, before: Line["manners"]["stage"], seen: Seen): Promise<void> {
  if (before === null || before === "fresh") return;
  const said = [["announce", "--title", "Checkout is failing", "--component", "checkout", "--yes"]];
  if (before === "resolved" || before === "drafted")
    said.push(["resolve", "--message", "All cards work again.", "--yes"]);
  if (before === "drafted")
    said.push(["postmortem", "draft"], ["postmortem", "draft", "--output", "outage.md"]);
  if (before === "planned")
    said[0] = ["maintenance", "schedule", "--title", "Upgrade", "--from", "2h", "--until", "90m", "--yes"];
  if (before === "open") said.push(["update", "--message", "Some cards work again.", "--dry-run"]);
  if (before === "resolved") said.push(["action", "add", "Alert when the queue grows"]);
  for (const argv of said) {
    const ran = await stage.run(argv);
    expect(ran.code, `${argv.join(" ")}\n${ran.stderr}`).toBe(0);
    note(ran, seen);
  }
  for (const file of ["note.md", "right.md"]) writeFileSync(join(stage.folder, file), "Cards work again.\n");
  if (before === "policy")
    stage.configure((config) => {
      config.approval = { rules: [{ audience: "public", impact: [] }], security: { needs: 1 } };
    });
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "status-docs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
