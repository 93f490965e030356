import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { cosmiconfig, type Loader } from "cosmiconfig";
import { parseDocument } from "yaml";
import { setupError } from "../base/errors.ts";

/** Data only: cosmiconfig's own places and loaders would run code that lies in the current folder. */
export const CONFIG_PLACES: readonly string[] = [
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
export async function readNamed(path: string): Promise<ConfigFile> {
  const file = resolve(path);
  if (!existsSync(file))
    throw setupError(
      "CONFIG_NOT_FOUND",
      `There is no configuration file ${path}.`,
      "Check the path given by --config or STATUS_CONFIG.",
    );
  if (!statSync(file).isFile())
    throw setupError("CONFIG_BROKEN", `${path} is no file.`, "Name a file with --config.");
  const content: unknown = loadYaml(file, readFileSync(file, "utf8"));
  const inPackage = basename(file) === "package.json" && (content as { status?: unknown } | null)?.status;
  return check({ path: file, content: inPackage || content });
}

/** The nearest file from `from` up to the git root, or home, or the root; null where there is none. */
export async function findUpwards(from: string): Promise<ConfigFile | null> {
  const found = await explorer(stopAt(from)).search(from);
  return found === null ? null : check({ path: found.filepath, content: found.config as unknown });
}

/** The user's own file. */
export async function readUserFile(env: NodeJS.ProcessEnv): Promise<ConfigFile | null> {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config");
  for (const name of ["config.yaml", "config.yml", "config.json"]) {
    const path = join(base, "status", name);
    if (existsSync(path)) return readNamed(path);
  }
  return null;
}

function explorer(stopDir: string) {
  return cosmiconfig("status", {
    searchPlaces: [...CONFIG_PLACES],
    searchStrategy: "global",
    stopDir,
    cache: false,
    ignoreEmptySearchPlaces: false,
    packageProp: "status",
    loaders: {
      ".json": loadYaml,
      ".yaml": loadYaml,
      ".yml": loadYaml,
      noExt: loadYaml,
    },
  });
}

/** JSON is YAML, and YAML's errors name line and column. */
const loadYaml: Loader = (path, text) => {
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
};

function stopAt(from: string): string {
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

function check(file: { path: string; content: unknown }): ConfigFile {
  refuseForeign(file.path);
  if (typeof file.content !== "object" || file.content === null || Array.isArray(file.content))
    throw setupError(
      "CONFIG_BROKEN",
      `${file.path} holds no settings.`,
      "See .statusrc.example, or type: status init",
    );
  return { path: file.path, content: file.content as Record<string, unknown> };
}
