import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What an HTML comment before a block says about running it: `<!-- commands: exits 0 8; stage fresh -->`. */
export interface Manners {
  /** Why it cannot be run here; null where it is run. */
  readonly notRun: string | null;
  /** The exit codes that are right. */
  readonly exits: readonly number[];
  /** `fresh` a new sandbox and ledger · `open` with an incident · `resolved` with one that is over · `drafted` with its postmortem as well · `planned` with planned work · `policy` with an open one, and
   * public words that need approval · null goes on. */
  readonly stage: "fresh" | "open" | "resolved" | "drafted" | "planned" | "policy" | null;
}

export interface Line {
  readonly document: string;
  readonly at: number;
  readonly text: string;
  readonly manners: Manners;
  /** The first of its block. */
  readonly first: boolean;
  /** Each `status` on the line, as the shell hands it its words. */
  readonly calls: readonly (readonly string[])[];
}

const CRON = /^[\d*/,-]+(?: [\d*/,-]+){4} +/;
const SHELLS = /^(sh|bash|shell|console)$/;

/** Every page that shows commands. */
export function documents(): string[] {
  const inDocs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`)
    .sort();
  return ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ...inDocs];
}

/** The command lines of a page in their order, each split by a real shell. Scripts that begin with #! are files, not lines. */
export function linesOf(document: string): Line[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  const lines: Omit<Line, "calls">[] = [];
  for (const block of text.matchAll(/^( *)```(\w+)\n(.*?)^\1```$/gms)) {
    const [, , language, body] = block;
    if (!SHELLS.test(language!) || body!.trimStart().startsWith("#!")) continue;
    const before = text.slice(0, block.index).split("\n");
    const manners = mannersOf(before);
    for (const [index, line] of commandsIn(language!, body!))
      lines.push({
        ...{ document, at: before.length + 1 + index, text: line, manners },
        first: lines.at(-1)?.manners !== manners,
      });
  }
  const calls = splitByShell(lines.map(({ text: line }) => line));
  return lines.map((line, index) => ({ ...line, calls: calls[index]! }));
}

function commandsIn(language: string, body: string): [index: number, line: string][] {
  const joined = body.replace(/\\\n\s*/g, (broken) => ` ${"\u0000".repeat(broken.split("\n").length - 1)}`);
  let index = -1;
  return joined.split("\n").flatMap((raw): [number, string][] => {
    index += 1;
    const at = index;
    index += raw.split("\u0000").length - 1;
    const line = raw.replaceAll("\u0000", "").trim();
    // A line of a crontab has its five fields before the command.
    const command = /^\$ (.*)$/.exec(line)?.[1] ?? (CRON.test(line) ? line.replace(CRON, "") : null);
    if (command !== null) return [[at, command]];
    return language === "console" || line === "" || line.startsWith("#") ? [] : [[at, line]];
  });
}

function mannersOf(before: readonly string[]): Manners {
  const said = /^<!-- commands: (.*) -->$/.exec(before.at(-2)?.trim() ?? "")?.[1] ?? "";
  const notRun = /^not run: (.*)$/.exec(said)?.[1] ?? null;
  const parts = notRun === null ? said.split("; ").filter((part) => part !== "") : [];
  let exits: number[] = [0];
  let stage: Manners["stage"] = null;
  for (const part of parts) {
    const [word, ...rest] = part.split(" ");
    if (word === "exits") exits = rest.map(Number);
    else if (word === "stage" && /^(fresh|open|resolved|drafted|planned|policy)$/.test(rest[0] ?? ""))
      stage = rest[0] as "fresh";
    else throw new Error(`a comment before a block of commands says: ${part}`);
  }
  return { notRun, exits, stage };
}

/** The words of each `status` on each line, as /bin/sh makes them; no other program is found, and none is run. */
function splitByShell(lines: readonly string[]): string[][][] {
  const folder = mkdtempSync(join(tmpdir(), "status-words-"));
  try {
    const record = join(folder, "words");
    writeFileSync(
      join(folder, "status"),
      `#!/bin/sh\nfor word in "$@"; do printf '%s\\0' "$word"; done >>'${record}'\nprintf '\\001\\0' >>'${record}'\n`,
    );
    chmodSync(join(folder, "status"), 0o755);
    return lines.map((line) => {
      rmSync(record, { force: true });
      // Folders of the examples are not here.
      const script = line.replace(/^cd \S+ && /, "");
      spawnSync("/bin/sh", ["-c", script], {
        cwd: folder,
        env: { PATH: folder, CI_PIPELINE_ID: "1207", HOME: folder },
        stdio: "ignore",
        timeout: 5000,
      });
      if (!existsSync(record)) return [];
      const calls = readFileSync(record, "utf8").split("\u0001\u0000").slice(0, -1);
      return calls.map((call) => call.split("\u0000").slice(0, -1));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
