import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setupError } from "../base/errors.ts";

/**
 * The file that a package begins with, looked for as Node does from the configuration's folder; never from the folder of `status`
 * itself. Throws setupError OWN_KIND_MISSING, OWN_KIND_BROKEN.
 */
export function entryOf(name: string, folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, "node_modules", name);
    if (existsSync(join(home, "package.json"))) return entryIn(home, name);
    if (at === dirname(at)) break;
  }
  throw setupError(
    "OWN_KIND_MISSING",
    `The package ${name} is not installed where ${folder} finds it.`,
    `Install it there: npm install --save-dev ${name}`,
  );
}

/** Whether a file stands there: a folder is none. */
export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function entryIn(home: string, name: string): string {
  const { exports, main } = readManifest(join(home, "package.json"), name);
  const named = exports === undefined || exports === null ? filesOf(main) : [targetIn(exports, name)];
  const entry = named.map((path) => resolve(home, path)).find(isFile);
  if (entry !== undefined) return entry;
  throw setupError(
    "OWN_KIND_MISSING",
    `The package ${name} has no file ${named.join(" or ")} in ${home}, where its package.json leads.`,
    `Install it again: npm install --save-dev ${name}`,
  );
}

interface Manifest {
  readonly main?: unknown;
  readonly exports?: unknown;
}

function readManifest(path: string, name: string): Manifest {
  const broken = (why: string, cause?: unknown) =>
    setupError(
      "OWN_KIND_BROKEN",
      `The package ${name} cannot be read: ${path} ${why}`,
      `Install it again: npm install --save-dev ${name}`,
      cause,
    );
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "is no JSON" : "cannot be opened";
    throw broken(`${why}: ${(error as Error).message.split("\n")[0]}`, error);
  }
  if (typeof manifest !== "object" || manifest === null || Array.isArray(manifest))
    throw broken("holds no object.");
  return manifest;
}

/** Where `main` may lead, in the order in which Node tries it (nodejs.org/api/modules.html, LOAD_AS_DIRECTORY, read 2026-11). */
function filesOf(main: unknown): readonly string[] {
  return typeof main === "string" && main !== ""
    ? [main, `${main}.js`, join(main, "index.js"), "index.js"]
    : ["index.js"];
}

const CONDITIONS = ["import", "node", "module-sync", "default"];

/** What `exports` names for a package's own name; it alone decides where it stands (nodejs.org/api/packages.html, read 2026-11). */
function targetIn(exports: unknown, name: string): string {
  const target = matching(exports);
  if (typeof target !== "string")
    throw setupError(
      "OWN_KIND_MISSING",
      `The package ${name} has no entry: the exports in its package.json name none to import.`,
      'Let its author name one there: "exports": "./index.mjs"',
    );
  if (!target.startsWith("./") || target.split("/").includes(".."))
    throw setupError(
      "OWN_KIND_BROKEN",
      `The package ${name} names ${target} in its exports, which is no place within it.`,
      'Let its author name a file of its own there: "exports": "./index.mjs"',
    );
  return target;
}

/** The first that fits; null bars what comes behind. */
function matching(exports: unknown): string | null | undefined {
  if (typeof exports === "string") return exports;
  if (exports === null) return null;
  if (Array.isArray(exports)) return exports.map(matching).find((target) => typeof target === "string");
  if (typeof exports !== "object") return undefined;
  for (const [key, value] of Object.entries(exports as Record<string, unknown>)) {
    if (key !== "." && !CONDITIONS.includes(key)) continue;
    const target = matching(value);
    if (target !== undefined) return target;
  }
  return undefined;
}
