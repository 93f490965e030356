import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { unlessStopped } from "../base/cancelled.ts";
import { refusal, usageError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import type { FrozenPlan } from "../broadcast/journal.ts";
import type { Approvals } from "../status/approvals.ts";
import { onlySignatureCounts, onlySignatureHelps } from "../status/approve.ts";
import { approvalText, sign } from "../status/signatures.ts";
import type { App } from "./app.ts";
import type { Dialog } from "./dialog.ts";
import type { SpeakFlags } from "./flags.ts";

export interface ApproveFlags
  extends Pick<SpeakFlags, "yes" | "json" | "plain" | "debug" | "config" | "offline"> {
  /** The SSH key to sign with. */
  readonly sign?: string;
  /** A file with a signature made elsewhere; `-` reads it from stdin. */
  readonly signature?: string;
  /** Say it at once where no other approval is missing. */
  readonly send?: boolean;
}

/** Asks whether they agree. Their signature where one is given or needed; null where their word is to do. */
export async function agree(
  app: App,
  plan: FrozenPlan,
  approvals: Approvals,
  me: string,
  flags: ApproveFlags,
  dialog: Dialog | null,
): Promise<string | null> {
  if (flags.yes !== true) {
    if (dialog === null)
      throw usageError(
        "CONFIRMATION_NEEDED",
        "There is no terminal to ask, and --yes was not given.",
        "Nothing was approved. Read the plan, and add --yes to agree to it.",
      );
    const who = flags.sign === undefined && flags.signature === undefined ? `, as ${me}` : "";
    if (!(await dialog.confirm(`Agree to this${who}?`)))
      throw refusal("DECLINED", "Nothing was approved.", null);
  }
  return proofFor(app, plan, approvals, me, flags, dialog);
}

/** The signature as given, or made now; null where none is. */
async function proofFor(
  app: App,
  plan: FrozenPlan,
  { need, open }: Approvals,
  me: string,
  flags: ApproveFlags,
  dialog: Dialog | null,
): Promise<string | null> {
  const { surroundings } = app;
  if (flags.signature !== undefined) return readSignature(flags.signature, app);
  const key =
    flags.sign ??
    (dialog !== null && need !== null && (onlySignatureCounts(need.asks, me) || onlySignatureHelps(open, me))
      ? await dialog.input("It needs a signature. The SSH key to sign with:", {
          initial: `${surroundings.env.HOME ?? "~"}/.ssh/id_ed25519`,
        })
      : null);
  if (key === null) return null;
  return sign(resolve(surroundings.cwd, key), approvalText(plan.hash), {
    env: surroundings.env,
    stopping: surroundings.stopping,
    terminal: dialog === null ? null : surroundings.stderr,
  });
}

async function readSignature(file: string, { surroundings }: App): Promise<string> {
  if (file === "-") return unlessStopped(readAll(surroundings.stdin), surroundings.stopping);
  try {
    return readFileSync(resolve(surroundings.cwd, file), "utf8");
  } catch (error) {
    throw usageError(
      "SIGNATURE_UNREADABLE",
      `--signature ${oneLine(file)} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      "Give the file that ssh-keygen -Y sign wrote, or - for stdin.",
    );
  }
}
