import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { exec, folderOf, install, npm, plainEnv } from "./installed.ts";
import { MANIFEST } from "./tarball.ts";

const HERE = dirname(process.execPath);
const VERSION = { code: 0, stdout: `${MANIFEST.version}\n`, stderr: "" };
/** Who owns nothing. */
const NOBODY = 65_534;

/** Every file with its size and time of change. */
function stateOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => [name, lstatSync(join(folder, name))] as const)
    .map(([name, { size, mtimeMs, mode }]) => `${name} ${size} ${mtimeMs} ${mode}`)
    .sort();
}

function foldersIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => lstatSync(join(folder, name)).isDirectory());
}

describe("the command", () => {
  let folder: string;
  let project: string;
  beforeAll(async () => {
    folder = folderOf("places");
    project = await install(HERE, folder);
  });
  afterAll(() => {
    for (const name of ["", ...foldersIn(project)]) chmodSync(join(project, name), 0o755);
    rmSync(folder, { recursive: true, force: true });
  });

  it("works when installed globally, and through a link to its link", async () => {
    const prefix = join(folder, "global prefix");
    await npm(HERE, ["install", "--global", "--prefix", prefix, inject("tarball").path], folder);
    const link = join(folder, "my status");
    symlinkSync(join(prefix, "bin", "status"), link);
    const call = { cwd: folder, env: plainEnv(HERE, folder) };
    expect(await exec(join(prefix, "bin", "status"), ["--version"], call)).toEqual(VERSION);
    expect(await exec(link, ["--version"], call)).toEqual(VERSION);
    // Its templates are found where it really lies.
    expect((await exec(link, ["drill", "amazon-2010"], call)).code).toBe(0);
  });

  it("works by npx, from a project that has it and from one that has not", async () => {
    expect((await npm(HERE, ["exec", "--no", "--", "status", "--version"], project)).stdout).toBe(
      VERSION.stdout,
    );
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    const cache = ["--cache", join(folder, "npm cache")];
    const once = [
      "exec",
      "--yes",
      ...cache,
      `--package=${inject("tarball").path}`,
      "--",
      "status",
      "--version",
    ];
    expect((await npm(HERE, once, elsewhere)).stdout).toBe(VERSION.stdout);
  });

  it("writes nothing where it is installed, and needs no right to", async () => {
    const work = join(folder, "work");
    mkdirSync(work);
    for (const name of readdirSync(project, { recursive: true, encoding: "utf8" })) {
      const path = join(project, name);
      const { mode } = lstatSync(path);
      if (!lstatSync(path).isSymbolicLink()) chmodSync(path, mode & 0o555);
    }
    chmodSync(project, 0o555);
    chmodSync(folder, 0o755);
    // Root may write anywhere, so there somebody else runs it, by a Node.js that all can reach.
    const root = process.getuid?.() === 0;
    let program = [process.execPath];
    if (root) {
      chownSync(work, NOBODY, NOBODY);
      const node = join(folder, "node");
      cpSync(process.execPath, node);
      program = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", node];
    }
    const before = stateOf(project);
    const status = join(project, "node_modules", ".bin", "status");
    const run = (...argv: string[]) =>
      exec(program[0]!, [...program.slice(1), status, ...argv], { cwd: work, env: plainEnv(HERE, work) });
    expect(await run("--version")).toEqual(VERSION);
    expect((await run("init", "--yes", "--property", "Example Shop")).code).toBe(0);
    expect(
      JSON.parse((await run("announce", "--title", "Checkout is failing", "--yes", "--json")).stdout),
    ).toMatchObject({
      outcome: "delivered",
    });
    expect(stateOf(project)).toEqual(before);
  });
});
