import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import {
  type ConfigFile,
  checkFile,
  isFileThere,
  PLACES,
  parseConfig,
  readNamed,
  readUserFile,
  stopAt,
} from "./file.ts";

/** The names that a configuration holds, unchecked. */
export interface Glance {
  readonly path: string;
  readonly folder: string;
  readonly channels: readonly { readonly name: string; readonly kind: string }[];
  /** The tree from its root, each before its children. */
  readonly components: readonly { readonly id: string; readonly name: string }[];
  /** As in the configuration. */
  readonly store: string;
}

/**
 * Reads the names alone, in the same order of precedence as `loadConfig`, without the schemas: for completion, which must
 * answer at once and has nobody to complain to. Null where there is no configuration; throws as `loadConfig` where a file
 * is broken or not to be trusted.
 */
export function glance({
  named,
  cwd,
  env,
}: {
  readonly named: string | null;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}): Glance | null {
  const name = named || env.STATUS_CONFIG;
  const project = name ? readNamed(resolve(cwd, name)) : nearestFile(cwd);
  const user = readUserFile(env);
  const file = project ?? user;
  if (file === null) return null;
  const value = (key: string): unknown => {
    const given = env[`STATUS_${key.toUpperCase()}`];
    return given ? parseYaml(given) : (project?.content[key] ?? user?.content[key]);
  };
  const store = value("store");
  return {
    path: file.path,
    folder: dirname(file.path),
    channels: Object.entries(fieldsOf(value("channels"))).map(([name, entry]) => ({
      name,
      kind: String(fieldsOf(entry).kind ?? ""),
    })),
    components: componentsIn(value("components")),
    store: typeof store === "string" ? store : ".status/status.db",
  };
}

/** Where cosmiconfig would find it, without the time that loading cosmiconfig takes. */
function nearestFile(from: string): ConfigFile | null {
  const last = stopAt(from);
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    for (const place of PLACES) {
      const path = join(folder, place);
      if (!isFileThere(path)) continue;
      const whole = parseConfig(path, readFileSync(path, "utf8"));
      const content = basename(path) === "package.json" ? fieldsOf(whole).status : whole;
      if (content !== undefined) return checkFile({ path, content });
    }
    if (folder === last || folder === dirname(folder)) return null;
  }
}

function componentsIn(value: unknown): { id: string; name: string }[] {
  if (!Array.isArray(value)) return [];
  return value.map(fieldsOf).flatMap(({ id, name, components }) => {
    const below = componentsIn(components);
    return typeof id === "string" ? [{ id, name: typeof name === "string" ? name : id }, ...below] : below;
  });
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
