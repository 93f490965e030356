import { refusal, StatusError, setupError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { type Ask, mayApprove, type Need, samePerson, sayNeed } from "../broadcast/approval.ts";
import { type Frozen, mayStillBeSaid, planNamed, SHORT_HASH, thaw } from "../broadcast/frozen.ts";
import type { FrozenPlan } from "../broadcast/journal.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { type Approvals, approvalsOf, sayNextApproval } from "./approvals.ts";
import type { Desk } from "./desk.ts";
import { type ApprovalDocument, incidentFields } from "./documents.ts";
import { identityOf } from "./identity.ts";
import { approvalText, signingByHand, verifySignature } from "./signatures.ts";

/** Whoever is to agree. */
export interface Agreeing {
  /** A signature comes with it. */
  readonly signs: boolean;
  /** They can be asked for a signature where only one counts. */
  readonly maySign: boolean;
  /** Shows them what they are to agree to. */
  show(plan: FrozenPlan, frozen: Frozen, before: Approvals): Promise<void>;
  /** Their signature; null where their word is to do. Throws where they do not agree. */
  agree(plan: FrozenPlan, before: Approvals, me: string): Promise<string | null>;
}

/** A plan, and how far the agreement to it has come. */
export interface Approved {
  readonly plan: FrozenPlan;
  readonly approvals: Approvals;
  readonly document: ApprovalDocument;
}

/**
 * Agrees to what somebody else is about to say: to the newest plan that waits where none is named. The approval is of the
 * stored bytes: whatever changes in a word is another plan. Throws refusals OWN_PLAN, NOT_AN_APPROVER, SIGNATURE_NEEDED, and
 * those of a plan that must not be said any more.
 */
export async function approve(desk: Desk, hash: string | null, agreeing: Agreeing): Promise<Approved> {
  const { signs, maySign } = agreeing;
  const ledger = await desk.existingLedger();
  if (ledger === null) throw nonePlanned();
  const me = await identityOf(desk);
  const plan =
    hash === null ? await newestWaiting(desk, ledger, signs ? null : me) : await planNamed(ledger, hash);
  const frozen = thaw(plan);
  await refuseUnlessFresh(desk, plan, frozen, ledger);
  const before = await approvalsOf(desk, plan, frozen);
  const { need } = before;
  if (!signs) refuseApprover(need, plan, { by: me, names: [me], proof: null }, maySign);

  await agreeing.show(plan, frozen, before);
  const mayAdd = maySign && onlySignatureHelps(before.open, me);
  const given = !signs && !mayAdd && before.by.some((who) => samePerson(who, me));
  if (!given) {
    const proof = await agreeing.agree(plan, before, me);
    const approver = await approverOf(desk, plan, need, me, proof);
    // Whoever reads takes time, and so may the passphrase.
    await refuseUnlessFresh(desk, plan, frozen, ledger);
    // A signature adds to a word that was given before, and not the other way round.
    const known = approver.proof === null ? before.by : before.signedBy;
    // The author's clock may be ahead, and only what follows the plan counts.
    const at = new Date(Math.max(desk.surroundings.clock.now().getTime(), plan.at.getTime()));
    if (!known.some((who) => samePerson(who, approver.by)))
      await ledger.enter([
        {
          ...{ id: randomId(), at, by: approver.by, act: "approved" },
          ...{ incidentId: plan.incidentId, updateId: frozen.update.id, plan: plan.hash },
          ...{ what: plan.verb, reason: null, proof: approver.proof },
        },
      ]);
  }
  const approvals = await approvalsOf(desk, plan, frozen);
  return { plan, approvals, document: documentOf(plan, frozen, approvals) };
}

function documentOf(
  { hash, by: author, at, expiresAt, verb }: FrozenPlan,
  { incident }: Frozen,
  { need, by, missing, open, invalid }: Approvals,
): ApprovalDocument {
  return {
    version: 1,
    outcome: missing === 0 ? "approved" : "waiting",
    incident: incidentFields(incident),
    plan: { hash, by: author, at, expiresAt, verb },
    approval: { asks: need?.asks ?? [], by, missing, open, invalid },
  };
}

/** Throws where their signature is none, or does not count. */
async function approverOf(
  desk: Desk,
  plan: FrozenPlan,
  need: Need | null,
  me: string,
  proof: string | null,
): Promise<Approver> {
  if (proof === null) return { by: me, names: [me], proof };
  const { allowedSigners } = desk.config.approval;
  if (allowedSigners === null)
    throw setupError(
      "ALLOWED_SIGNERS_UNSET",
      "The configuration names no file of allowed signers, so nobody's signature can be checked.",
      "Name one (approval: { allowedSigners: ./allowed_signers }), or approve without a signature.",
    );
  const names = await verifySignature(allowedSigners, proof, approvalText(plan.hash), desk.surroundings);
  const approver = { by: names[0], names, proof };
  refuseApprover(need, plan, approver, false);
  return approver;
}

async function refuseUnlessFresh(
  desk: Desk,
  plan: FrozenPlan,
  frozen: Frozen,
  ledger: Ledger,
): Promise<void> {
  const now = desk.surroundings.clock.now();
  const state = await mayStillBeSaid(plan, frozen, ledger, await desk.speakers(false), now);
  if (state === "said")
    throw refusal(
      "PLAN_SAID",
      `The plan ${plan.hash.slice(0, SHORT_HASH)} was said already.`,
      `To see who has heard it: status show ${plan.incidentId}`,
    );
}

/** The newest plan that can be said, needs somebody's agreement, and was not made by `me`. */
async function newestWaiting(desk: Desk, ledger: Ledger, me: string | null): Promise<FrozenPlan> {
  let own: StatusError | null = null;
  const now = desk.surroundings.clock.now();
  const plans = (await ledger.plans("")).filter(({ expiresAt }) => expiresAt > now);
  for (const plan of plans.sort((a, b) => b.at.getTime() - a.at.getTime())) {
    try {
      const frozen = thaw(plan);
      await refuseUnlessFresh(desk, plan, frozen, ledger);
      const { missing, open } = await approvalsOf(desk, plan, frozen);
      if (missing === 0) continue;
      if (me === null || !samePerson(plan.by, me)) return plan;
      own ??= refusal(
        "OWN_PLAN",
        `The only plan that waits is one of ${plan.by}, who cannot approve it.`,
        sayNextApproval(plan, open),
      );
    } catch (error) {
      if (!(error instanceof StatusError) || error.blame !== "refused") throw error;
    }
  }
  throw own ?? nonePlanned();
}

function nonePlanned(): StatusError {
  return refusal(
    "NO_PLAN_WAITS",
    "No plan waits for approval.",
    "To make one: the command that would say it, with --dry-run. To approve one that nobody has to: status approve HASH",
  );
}

/** Who agrees, and with what proof. */
interface Approver {
  readonly by: string;
  /** All the names of the signing key; of somebody who has not signed, the identity alone. */
  readonly names: readonly string[];
  readonly proof: string | null;
}

/** Whether their word alone counts for nothing here, and a signature does or, by another name of theirs, might. */
export function onlySignatureCounts(asks: readonly Ask[], me: string): boolean {
  return onlySignatureHelps(asks, me) || asks.every(({ signed }) => signed);
}

/** Whether a signature of this person would count for any of these requests, and their word alone for none. */
export function onlySignatureHelps(asks: readonly Ask[], me: string): boolean {
  return mayApprove(asks, me, true) && !mayApprove(asks, me, false);
}

/** Nobody agrees with themselves; and an approval that would not count is none. `maySign`: a signature can still be asked for. */
function refuseApprover(
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
