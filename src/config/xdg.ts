import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

const USUAL = { XDG_CONFIG_HOME: ".config", XDG_STATE_HOME: join(".local", "state") } as const;

/** The folder for this program's files of a sort (XDG Base Directory 0.8: a path that is not absolute is ignored). */
export function xdgFolder(which: keyof typeof USUAL, env: NodeJS.ProcessEnv): string {
  const given = env[which];
  const base = given !== undefined && isAbsolute(given) ? given : join(env.HOME || homedir(), USUAL[which]);
  return join(base, "status");
}
