import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import { npmProgram } from "./nodes.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program without a shell, with nothing on stdin. */
export async function exec(program: string, argv: readonly string[], { cwd, env }: Call): Promise<Ended> {
  const child = spawn(program, argv, { cwd, env: env ?? process.env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** A new folder whose path has spaces and a letter beyond ASCII. */
export function folderOf(what: string): string {
  return mkdtempSync(join(tmpdir(), `status ${what} ü `));
}

/** npm, run by the Node.js in that folder. Throws with what npm said where it fails. */
export async function npm(nodeFolder: string, argv: readonly string[], cwd: string): Promise<Ended> {
  const env = withoutNpm({ ...process.env, PATH: `${nodeFolder}:${process.env.PATH}` });
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--engine-strict"];
  const ended = await exec(join(nodeFolder, "node"), [await npmProgram(), ...quiet, ...argv], { cwd, env });
  if (ended.code !== 0)
    throw new Error(`npm ${argv.join(" ")}: exit ${ended.code}\n${ended.stdout}${ended.stderr}`);
  return ended;
}

/** A project of a stranger, with the package installed from its tarball. */
export async function install(nodeFolder: string, folder: string, ...more: string[]): Promise<string> {
  const project = join(folder, "a project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  await npm(nodeFolder, ["install", inject("tarball").path, ...more], project);
  return project;
}

/** Of the variables that `npm run` sets, those that would lead another npm astray. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^npm_(package|lifecycle|config_(local_prefix|prefix|global_prefix))|^npm_command$/.test(name),
    ),
  );
}

/** What a stranger's shell has: that Node.js, the system's programs, a home of its own. */
export function plainEnv(nodeFolder: string, home: string): NodeJS.ProcessEnv {
  return { PATH: `${nodeFolder}:/usr/bin:/bin`, HOME: home, LANG: "C.UTF-8" };
}
