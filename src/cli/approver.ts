import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { unlessStopped } from "../base/cancelled.ts";
import { refusal, setupError, usageError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import { type Ask, mayApprove, type Need, samePerson, sayNeed } from "../broadcast/approval.ts";
import { SHORT_HASH } from "../broadcast/frozen.ts";
import type { FrozenPlan } from "../broadcast/journal.ts";
import type { Approvals } from "../status/approvals.ts";
import { approvalText, sign, signingByHand, verifySignature } from "../status/signatures.ts";
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

/** Who agrees, and with what proof. */
export interface Approver {
  readonly by: string;
  /** All the names of the signing key; of somebody who has not signed, the identity alone. */
  readonly names: readonly string[];
  readonly proof: string | null;
}

/** Asks whether they agree, and signs where a signature is given or needed. */
export async function agree(
  app: App,
  plan: FrozenPlan,
  { need, open }: Pick<Approvals, "need" | "open">,
  me: string,
  flags: ApproveFlags,
  dialog: Dialog | null,
): Promise<Approver> {
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
  const proof = await proofFor(app, plan, { need, open }, me, flags, dialog);
  if (proof === null) return { by: me, names: [me], proof };
  const { allowedSigners } = app.config.approval;
  if (allowedSigners === null)
    throw setupError(
      "ALLOWED_SIGNERS_UNSET",
      "The configuration names no file of allowed signers, so nobody's signature can be checked.",
      "Name one (approval: { allowedSigners: ./allowed_signers }), or approve without a signature.",
    );
  const names = await verifySignature(allowedSigners, proof, approvalText(plan.hash), app.surroundings);
  const approver = { by: names[0], names, proof };
  refuseApprover(need, plan, approver, false);
  return approver;
}

/** The signature as given, or made now; null where none is. */
async function proofFor(
  app: App,
  plan: FrozenPlan,
  { need, open }: Pick<Approvals, "need" | "open">,
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

/** Whether their word alone counts for nothing here, and a signature does or, by another name of theirs, might. */
function onlySignatureCounts(asks: readonly Ask[], me: string): boolean {
  return onlySignatureHelps(asks, me) || asks.every(({ signed }) => signed);
}

/** Whether a signature of this person would count for any of these requests, and their word alone for none. */
export function onlySignatureHelps(asks: readonly Ask[], me: string): boolean {
  return mayApprove(asks, me, true) && !mayApprove(asks, me, false);
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

/** Nobody agrees with themselves; and an approval that would not count is none. `maySign`: a signature can still be asked for. */
export function refuseApprover(
  need: Need | null,
  plan: FrozenPlan,
  { by, names, proof }: Approver,
  maySign: boolean,
): void {
  const whoMay = need === null ? "Anybody else may." : `It needs ${sayNeed(need)}.`;
  if (names.some((name) => samePerson(name, plan.by)))
    throw refusal("OWN_PLAN", `${plan.by} has made this plan, and cannot approve it.`, whoMay);
  if (need === null || mayApprove(need.asks, by, proof !== null)) return;
  if (onlySignatureCounts(need.asks, by)) {
    if (maySign) return;
    if (proof === null)
      throw refusal(
        "SIGNATURE_NEEDED",
        "Only a signature counts as approval of this plan.",
        `Sign with an SSH key: status approve ${plan.hash.slice(0, SHORT_HASH)} --sign ~/.ssh/id_ed25519 — or elsewhere: ${signingByHand(plan.hash)} — then: --signature plan.sig`,
      );
  }
  throw refusal("NOT_AN_APPROVER", `${by} is not among those who may approve this plan.`, whoMay);
}
