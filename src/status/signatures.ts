import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cancelled } from "../base/cancelled.ts";
import { refusal, type StatusError, setupError } from "../base/errors.ts";
import { oneLine, shellWord } from "../base/printable.ts";

/** What a signature is for, so that one made for mail or a commit is none here. */
const NAMESPACE = "status";
const TIMEOUT_MS = 10_000;
/** A person looks for a passphrase, or for the key that is to be touched. */
const PERSON_TIMEOUT_MS = 120_000;
const LONGEST_OUTPUT = 64 * 1024;

/** What is signed by whoever agrees to a plan. */
export function approvalText(hash: string): string {
  return `status plan ${hash}\n`;
}

/** How to sign it by hand, on another machine. */
export function signingByHand(hash: string): string {
  return `printf 'status plan %s\\n' ${hash} | ssh-keygen -Y sign -n ${NAMESPACE} -f ~/.ssh/id_ed25519 > plan.sig`;
}

interface Terminal {
  write(text: string): unknown;
}

interface Surrounded {
  readonly env: NodeJS.ProcessEnv;
  readonly stopping: AbortSignal;
}

/**
 * Signs with an SSH key: the file of a private key, or of a public one whose other half an agent holds. With `terminal`, the
 * key's passphrase is asked for there; without, a key that needs one cannot sign. Throws setup error SIGNING_FAILED.
 */
export async function sign(
  key: string,
  text: string,
  { terminal, ...surrounded }: Surrounded & { readonly terminal: Terminal | null },
): Promise<string> {
  const { code, stdout, stderr } = await keygen(["-q", "-Y", "sign", "-n", NAMESPACE, "-f", key], text, {
    ...surrounded,
    terminal,
  });
  if (code === 0 && stdout.includes("-----END SSH SIGNATURE-----")) return stdout;
  if (surrounded.stopping.aborted) throw new Cancelled();
  const why = oneLine(stderr.trim().split("\n").at(-1) ?? "");
  const locked = terminal === null && /passphrase/i.test(stderr);
  throw setupError(
    "SIGNING_FAILED",
    code === null
      ? `ssh-keygen did not sign with ${key} in time.`
      : locked
        ? `${key} has a passphrase, which nobody can be asked for without a terminal, or with --yes.`
        : `ssh-keygen did not sign with ${key}: ${why || `it ended with ${code}`}.`,
    locked
      ? `Put the key into an agent (ssh-add ${shellWord(key)}) and give the public one: --sign ${shellWord(`${key.replace(/\.pub$/, "")}.pub`)}`
      : `Try it by hand: ssh-keygen -Y sign -n ${NAMESPACE} -f ${shellWord(key)} FILE`,
  );
}

/**
 * The names under which the key of a signature stands in an allowed-signers file, once the signature is found to be good for
 * this text, now. Throws refusals: SIGNATURE_BROKEN, SIGNATURE_MISMATCH, SIGNER_UNKNOWN, SIGNER_EXPIRED, SIGNER_UNNAMED; and
 * setup errors where the file or ssh-keygen cannot be used.
 */
export async function verifySignature(
  allowedSigners: string,
  signature: string,
  text: string,
  surrounded: Surrounded,
): Promise<readonly [string, ...string[]]> {
  refuseUnusable(allowedSigners);
  const folder = privateFolder(surrounded.env.TMPDIR || tmpdir());
  try {
    const file = join(folder, "signature");
    writeFileSync(file, signature, { mode: 0o600 });
    const whose = ["-Y", "find-principals", "-f", allowedSigners, "-s", file];
    const found = await keygen(whose, "", { ...surrounded, terminal: null });
    const [name, ...others] =
      found.code === 0 ? found.stdout.split(/[\n,]/).flatMap((line) => line.trim() || []) : [];
    if (name === undefined) throw unverified(found, allowedSigners);
    // Who of all these it was, nobody could tell.
    if ([name, ...others].some((principal) => /[*?!]/.test(principal)))
      throw refusal(
        "SIGNER_UNNAMED",
        `${allowedSigners} names the signing key's owner by a pattern (${oneLine(name)}), and an approval is one person's.`,
        "Write the owner's own address in front of the key.",
      );
    const check = ["-Y", "verify", "-n", NAMESPACE, "-I", name, "-f", allowedSigners, "-s", file];
    const verified = await keygen(check, text, { ...surrounded, terminal: null });
    if (verified.code !== 0) throw unverified(verified, allowedSigners);
    return [name, ...others];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function privateFolder(parent: string): string {
  try {
    mkdirSync(parent, { recursive: true });
    return mkdtempSync(join(parent, "status-signature-"));
  } catch (error) {
    throw setupError(
      "TEMPORARY_FOLDER_UNUSABLE",
      `The signature cannot be handed to ssh-keygen: ${parent} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      "Name a folder that can be written: TMPDIR=/a/folder status …",
    );
  }
}

/** Whoever could change the file could make anybody a signer. */
function refuseUnusable(allowedSigners: string): void {
  try {
    readFileSync(allowedSigners);
    if (process.platform === "win32" || (statSync(allowedSigners).mode & 0o002) === 0) return;
  } catch (error) {
    throw setupError(
      "ALLOWED_SIGNERS_UNREADABLE",
      `approval.allowedSigners: ${allowedSigners} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      "Each line is an address and a public key: release@example.com ssh-ed25519 AAAA…",
    );
  }
  throw setupError(
    "ALLOWED_SIGNERS_WRITABLE_BY_ALL",
    `${allowedSigners} can be changed by everybody and is not read.`,
    `Protect it: chmod o-w ${shellWord(allowedSigners)}`,
  );
}

/** What ssh-keygen has against a signature, by what it says on stderr. */
function unverified({ code, stderr }: Ended, allowedSigners: string): StatusError {
  const detail = oneLine(stderr.trim().split("\n").join("; "));
  if (code === null)
    return setupError("SSH_KEYGEN_FAILED", "ssh-keygen did not check the signature in time.", null);
  if (/unknown option|illegal option|unrecognized|unsupported operation/i.test(stderr))
    return setupError(
      "SSH_KEYGEN_OLD",
      "This ssh-keygen cannot check signatures.",
      "OpenSSH 8.2 or newer can: update openssh-client.",
    );
  if (/parse signature|invalid format|missing (header|footer)|too large/i.test(stderr))
    return refusal(
      "SIGNATURE_BROKEN",
      "The signature is damaged, or none.",
      "Give the whole file, from -----BEGIN SSH SIGNATURE----- to -----END SSH SIGNATURE-----.",
    );
  if (/incorrect signature|namespace does not match/i.test(stderr))
    return refusal(
      "SIGNATURE_MISMATCH",
      /namespace/i.test(stderr)
        ? "The signature was made for something else than status."
        : "The signature is not one of this plan.",
      "Sign this plan: status approve HASH --sign KEY",
    );
  if (/expired|not yet valid/i.test(stderr))
    return refusal(
      "SIGNER_EXPIRED",
      `The signing key is not valid now: ${detail}.`,
      `Sign with another, or ask whoever keeps ${allowedSigners}.`,
    );
  return refusal(
    "SIGNER_UNKNOWN",
    /not permitted/i.test(stderr)
      ? `${allowedSigners} does not permit the signing key to sign for status.`
      : `The signature was made with a key that ${allowedSigners} does not name.`,
    "Sign with a key that stands there, or ask whoever keeps the file.",
  );
}

interface Ended {
  /** Null where it was stopped. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs ssh-keygen without a shell. It asks nobody anything unless there is a terminal. */
function keygen(
  argv: readonly string[],
  input: string,
  { env, stopping, terminal }: Surrounded & { readonly terminal: Terminal | null },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh-keygen", argv, {
      // A window that asks for a passphrase would be looked for in vain.
      env: { ...env, SSH_ASKPASS_REQUIRE: env.SSH_ASKPASS_REQUIRE ?? "never" },
      stdio: ["pipe", "pipe", "pipe"],
      // Apart from the terminal that this process may have, which ssh-keygen would open by itself.
      detached: terminal === null,
      signal: stopping,
      timeout: terminal === null ? TIMEOUT_MS : PERSON_TIMEOUT_MS,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(0, LONGEST_OUTPUT);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(0, LONGEST_OUTPUT);
      // A key that is to be touched says so here.
      terminal?.write(text);
    });
    // It may end before it has read all; what it then says counts.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.name === "AbortError") resolve({ code: null, stdout, stderr });
      else if (error.code === "ENOENT")
        reject(
          setupError(
            "SSH_KEYGEN_MISSING",
            "Signatures are made and checked by ssh-keygen, which is not on this machine.",
            "Install OpenSSH's client: apt-get install openssh-client (Debian, Ubuntu), dnf install openssh (Fedora), apk add openssh-keygen (Alpine)",
          ),
        );
      else reject(setupError("SSH_KEYGEN_FAILED", `ssh-keygen cannot be run (${error.code}).`, null, error));
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
