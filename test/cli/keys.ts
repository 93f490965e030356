import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Real keys of real people; null where this machine has no ssh-keygen: then what needs them is skipped, and says so. */
export const hasKeygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;
if (!hasKeygen)
  process.stderr.write("skipped: this machine has no ssh-keygen (apt-get install openssh-client)\n");

export interface Key {
  /** The private half. */
  readonly path: string;
  /** `ssh-ed25519 AAAA…` */
  readonly line: string;
}

/** A new key in a file of that name. */
export function makeKey(folder: string, name: string, passphrase = ""): Key {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", path]);
  return { path, line: readFileSync(`${path}.pub`, "utf8").trim() };
}

/** A signature by hand, as documented. */
export function signByHand(key: Key, text: string, namespace = "status"): string {
  return execFileSync("ssh-keygen", ["-Y", "sign", "-q", "-n", namespace, "-f", key.path], {
    input: text,
    encoding: "utf8",
  });
}
