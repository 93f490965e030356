import { homedir } from "node:os";
import { join } from "node:path";
import { digest } from "../base/ids.ts";
import type { Config } from "../config/load.ts";

/** Where this machine's copy of the ledger is: by the configuration, not by the server's address, for that may have moved since. */
export function mirrorPath({ path, store }: Config, env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  return join(state, "status", `${digest(path, store)}.db`);
}
