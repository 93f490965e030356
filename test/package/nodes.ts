import { execFile } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The first version that is promised, and the newest of each later line. */
export const LINES = ["20.19.0", "22", "24", "26"];

export interface Node {
  readonly version: string;
  /** The folder of the executable, for PATH. */
  readonly folder: string;
}

/**
 * The newest Node.js of a line, from the registry's package for this platform; kept in a folder of ours between runs.
 * Null where the registry has none. Throws where it does not answer.
 */
export async function nodeOf(line: string): Promise<Node | null> {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const version = await newest(name, line);
  if (version === null) return null;
  const kept = join(folderOfOurs(), `${name}-${version}`);
  const folder = join(kept, "node_modules", name, "bin");
  if (!existsSync(folder)) {
    const made = `${kept}.${process.pid}`;
    mkdirSync(made, { mode: 0o700 });
    await run(
      "npm",
      [
        "install",
        "--prefix",
        made,
        "--ignore-scripts",
        "--no-save",
        "--no-audit",
        "--no-fund",
        `${name}@${version}`,
      ],
      { cwd: made },
    );
    // Another run may have been quicker.
    try {
      renameSync(made, kept);
    } catch {
      rmSync(made, { recursive: true, force: true });
    }
  }
  return { version, folder };
}

async function newest(name: string, line: string): Promise<string | null> {
  try {
    const { stdout } = await run("npm", ["view", `${name}@${line}`, "version", "--json"]);
    if (stdout.trim() === "") return null;
    const found = JSON.parse(stdout) as string | string[];
    return typeof found === "string" ? found : found.sort(byNumbers).at(-1)!;
  } catch (error) {
    if (/E404|ETARGET/.test(String((error as { stderr?: string }).stderr))) return null;
    throw error;
  }
}

function byNumbers(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  return a!.map((number, place) => number - b![place]!).find((difference) => difference !== 0) ?? 0;
}

/** Programs are run from it, so nobody else may have put it there. */
function folderOfOurs(): string {
  const folder = join(tmpdir(), `status-nodes-${process.getuid?.() ?? homedir().replace(/\W/g, "-")}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const there = lstatSync(folder);
  if (!there.isDirectory() || there.uid !== (process.getuid?.() ?? there.uid) || (there.mode & 0o022) !== 0)
    throw new Error(`${folder} belongs to others, or others can write to it: move it away`);
  return folder;
}

/** npm's own program, to be run by any Node.js. */
export async function npmProgram(): Promise<string> {
  const named = process.env.npm_execpath;
  if (named?.endsWith("npm-cli.js")) return named;
  const { stdout } = await run("npm", ["root", "--global"]);
  const found = [
    join(stdout.trim(), "npm"),
    join(dirname(process.execPath), "..", "lib", "node_modules", "npm"),
  ]
    .map((folder) => join(folder, "bin", "npm-cli.js"))
    .find((path) => existsSync(path));
  if (found === undefined)
    throw new Error("npm's own program was not found; start this by npm run test:package");
  return found;
}
