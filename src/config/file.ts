import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { setupError } from "../base/errors.ts";
import { xdgFolder } from "./xdg.ts";

/** Data only: cosmiconfig's own places and loaders would run code that lies in the current folder. */
export const PLACES = [
  ".statusrc",
  ".statusrc.json",
  ".statusrc.yaml",
  ".statusrc.yml",
  "status.config.json",
  "status.config.yaml",
  "package.json",
];

export interface ConfigFile {
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The file that `--config` or STATUS_CONFIG names, whatever it is called. */
export function readNamed(path: string): ConfigFile {
  const file = resolve(path);
  if (!existsSync(file))
    throw setupError(
      "CONFIG_NOT_FOUND",
      `There is no configuration file ${path}.`,
      "Check the path given by --config or STATUS_CONFIG.",
    );
  if (!statSync(file).isFile())
    throw setupError("CONFIG_BROKEN", `${path} is no file.`, "Name a file with --config.");
  const content: unknown = parseConfig(file, readFileSync(file, "utf8"));
  const inPackage = basename(file) === "package.json" && (content as { status?: unknown } | null)?.status;
  return checkFile({ path: file, content: inPackage || content });
}

/**
 * Whether a file stands there that ends; a folder of that name is none. Throws setupError CONFIG_BROKEN for a pipe, a socket or a
 * device: whoever read it could wait for ever.
 */
export function isFileThere(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return false;
  if (stat.isFile()) return true;
  throw setupError(
    "CONFIG_BROKEN",
    `${path} is no file, and is not read.`,
    "Move it away, or name a file with --config.",
  );
}

/** The user's own file. */
export function readUserFile(env: NodeJS.ProcessEnv): ConfigFile | null {
  const path = userFiles(env).find(isFileThere);
  return path === undefined ? null : readNamed(path);
}

/** Where the user's own file may be. */
export function userFiles(env: NodeJS.ProcessEnv): string[] {
  const folder = xdgFolder("XDG_CONFIG_HOME", env);
  return ["config.yaml", "config.yml", "config.json"].map((name) => join(folder, name));
}

/** JSON is YAML, and YAML's errors name line and column. */
export function parseConfig(path: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const error = document.errors[0];
  if (error !== undefined)
    throw setupError(
      "CONFIG_BROKEN",
      `${path} cannot be read: ${error.message}`,
      "Mend the file at the place shown.",
    );
  try {
    return document.toJS() as unknown;
  } catch (problem) {
    throw setupError(
      "CONFIG_BROKEN",
      `${path} cannot be read: ${(problem as Error).message}.`,
      "Write it out without so many aliases.",
    );
  }
}

/** The last folder that is searched: the root of the repository, home, or the root. */
export function stopAt(from: string): string {
  const home = homedir();
  for (let folder = realpathSync(from); ; folder = dirname(folder)) {
    if (folder === home || existsSync(join(folder, ".git")) || folder === dirname(folder)) return folder;
  }
}

/** Throws setupError CONFIG_* where anybody but this user and root decides what the file says. */
export function refuseForeign(path: string): void {
  const stat = statSync(path);
  const me = process.getuid?.();
  if (me !== undefined && stat.uid !== me && stat.uid !== 0)
    throw setupError(
      "CONFIG_FOREIGN",
      `${path} belongs to another user and is not read.`,
      `Take it over: chown ${me} ${path}`,
    );
  if (process.platform !== "win32" && (stat.mode & 0o002) !== 0)
    throw setupError(
      "CONFIG_WRITABLE_BY_ALL",
      `${path} can be changed by everybody and is not read.`,
      `Protect it: chmod o-w ${path}`,
    );
}

/** Whether the file may be trusted, and holds settings. Throws setupError CONFIG_*. */
export function checkFile(file: { path: string; content: unknown }): ConfigFile {
  refuseForeign(file.path);
  if (typeof file.content !== "object" || file.content === null || Array.isArray(file.content))
    throw setupError(
      "CONFIG_BROKEN",
      `${file.path} holds no settings.`,
      "See .statusrc.example, or type: status init",
    );
  return { path: file.path, content: file.content as Record<string, unknown> };
}

/** A store that is an address, or a reference to one: no path. */
export function isAddress(store: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(store);
}
