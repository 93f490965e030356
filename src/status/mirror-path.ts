import { existsSync, lstatSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { digest } from "../base/ids.ts";
import type { Config } from "../config/load.ts";
import { xdgFolder } from "../config/xdg.ts";

/**
 * Where this machine's copy of the ledger is: by the configuration, not by the server's address, for that may have moved since.
 * The first place is its home; the others are for when that cannot be written, and are emptied when the machine restarts.
 */
export function mirrorPaths(
  { path, store }: Pick<Config, "path" | "store">,
  env: NodeJS.ProcessEnv,
): { readonly home: string; readonly passing: readonly string[] } {
  const name = `${digest(path, store)}.db`;
  const temporary = join(env.TMPDIR || tmpdir(), `status-${process.getuid?.() ?? "user"}`, name);
  const runtime = isAbsolute(env.XDG_RUNTIME_DIR ?? "") ? env.XDG_RUNTIME_DIR : undefined;
  return {
    home: join(xdgFolder("XDG_STATE_HOME", env), name),
    passing: runtime ? [join(runtime, "status", name), temporary] : [temporary],
  };
}

/** The copies that there are, wherever. */
export function mirrorsThere(config: Pick<Config, "path" | "store">, env: NodeJS.ProcessEnv): string[] {
  const { home, passing } = mirrorPaths(config, env);
  return [home, ...passing.filter(isPrivate)].filter((path) => existsSync(path));
}

/** Whether nobody else can have put anything there: folders for temporary files are open to all. */
export function isPrivate(path: string): boolean {
  try {
    const { uid, mode } = lstatSync(dirname(path));
    return (mode & 0o170022) === 0o040000 && (process.getuid === undefined || uid === process.getuid());
  } catch {
    return false;
  }
}
