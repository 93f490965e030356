import { execFile } from "node:child_process";
import type { Circumstances } from "./circumstances.ts";

const GIT_TIMEOUT_MS = 2000;

/** What tells of it: of a Desk, this much. */
interface Keyboard {
  /** `user@host`. */
  readonly author: string;
  readonly config: { readonly folder: string };
  readonly surroundings: Pick<Circumstances, "env" | "drill">;
}

/**
 * Who is at the keyboard, for the record: git's `user.email` as it holds in the configuration's folder, else `user@host`.
 * It guards against mistakes only: whoever likes can tell git another address. A signature proves more.
 */
export async function identityOf({ author, config, surroundings }: Keyboard): Promise<string> {
  // In a rehearsal nobody's own settings matter.
  if (surroundings.drill !== null) return author;
  return (await mailAddressOf(config.folder, surroundings.env)) ?? author;
}

/** Null where git is absent, knows no address, or knows one that is none. */
function mailAddressOf(folder: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env, timeout: GIT_TIMEOUT_MS, maxBuffer: 4096, encoding: "utf8" } as const;
    execFile("git", ["config", "--get", "user.email"], options, (error, stdout) => {
      const address = error === null ? stdout.trim() : "";
      // It is shown, and compared with what the policy names: nothing that could look like another.
      resolve(/^[\x21-\x7e]{1,200}$/.test(address) ? address : null);
    }).on("error", () => resolve(null));
  });
}
