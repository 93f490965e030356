import { refusal, StatusError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import {
  type Agreement,
  type Ask,
  isSealed,
  type Need,
  needOf,
  samePerson,
  sayNames,
  sayNeed,
  standingOf,
} from "../broadcast/approval.ts";
import { approvableOf, type Frozen, SHORT_HASH } from "../broadcast/frozen.ts";
import type { FrozenPlan, JournalEntry } from "../broadcast/journal.ts";
import type { Desk } from "./desk.ts";
import { approvalText, verifySignature } from "./signatures.ts";

/** How far the agreement to a plan has come. */
export interface Approvals extends Agreement {
  /** Null where nobody's agreement is needed. */
  readonly need: Need | null;
  /** Who has given a signature; verified where one is asked for. */
  readonly signedBy: readonly string[];
  /** Why an approval that was given does not count: for people, one line each. */
  readonly invalid: readonly string[];
}

/**
 * Reads the approvals of a plan from the ledger; what was agreed to before the plan was made is none of it. Where signatures are asked for, each is verified here and now: what stands
 * in the ledger proves nothing by itself.
 */
export async function approvalsOf(desk: Desk, plan: FrozenPlan, frozen: Frozen): Promise<Approvals> {
  const need = needOf(desk.config.approval, approvableOf(frozen));
  const entries = (await (await desk.ledger()).journal({ plan: plan.hash })).filter(
    // The same words may have been planned and agreed to before: that agreement has expired with them.
    ({ act, plan: hash, at }) => act === "approved" && hash === plan.hash && at >= plan.at,
  );
  const [valid, signedBy, invalid]: [JournalEntry[], string[], string[]] = [[], [], []];
  const { allowedSigners } = desk.config.approval;
  const asksForSignatures = need?.asks.some(({ signed }) => signed) === true;
  for (const entry of entries) {
    if (!asksForSignatures || entry.proof === null || allowedSigners === null) {
      valid.push({ ...entry, proof: null });
      if (entry.proof !== null) signedBy.push(entry.by);
      continue;
    }
    try {
      const principals = await verifySignature(
        allowedSigners,
        entry.proof,
        approvalText(plan.hash),
        desk.surroundings,
      );
      if (!principals.some((name) => samePerson(name, entry.by)))
        invalid.push(`the approval of ${oneLine(entry.by)} is signed by ${principals.join(", ")}`);
      else if (principals.some((name) => samePerson(name, plan.by)))
        invalid.push(`the approval of ${oneLine(entry.by)}, who is the author`);
      else {
        valid.push(entry);
        signedBy.push(entry.by);
      }
    } catch (error) {
      if (!(error instanceof StatusError) || error.blame !== "refused") throw error;
      invalid.push(`the approval of ${oneLine(entry.by)}: ${error.message}`);
    }
  }
  const agreement =
    need === null
      ? { by: valid.map((entry) => entry.by), missing: 0, open: [] }
      : standingOf(need, plan.by, valid);
  return { need, ...agreement, signedBy, invalid };
}

/** Throws refusal APPROVAL_NEEDED for a plan to which too few have agreed, and PUBLIC_CLOSED where nobody's agreement would do. */
export async function requireApprovals(desk: Desk, plan: FrozenPlan, frozen: Frozen): Promise<void> {
  if (isSealed(desk.config.approval, approvableOf(frozen)))
    throw refusal(
      "PUBLIC_CLOSED",
      "Public channels are closed for an incident of security, and the policy does not say who may open them. Nothing was sent.",
      "Say under approval: security: who may. In an emergency: add --break-glass REASON",
    );
  const { need, by, missing, open, invalid } = await approvalsOf(desk, plan, frozen);
  if (need === null || missing === 0) return;
  const hash = plan.hash.slice(0, SHORT_HASH);
  throw refusal(
    "APPROVAL_NEEDED",
    [
      `The plan ${hash} needs ${sayStanding(need, { by, open })}. Nothing was sent.`,
      ...invalid.map((line) => `Does not count: ${line}`),
    ].join("\n"),
    `${sayNextApproval(plan, open)} — in an emergency: add --break-glass REASON`,
  );
}

/** `2 approvals by a, b or c; a has agreed, and it still needs 1 approval by b or c`. */
export function sayStanding(need: Need, { by, open }: Pick<Agreement, "by" | "open">): string {
  const asked = sayNeed(need);
  if (by.length === 0) return `${asked}; nobody has agreed yet`;
  const given = `${sayNames(by.map(oneLine), "and")} ${by.length === 1 ? "has" : "have"} agreed`;
  return `${asked}; ${given}${open.length === 0 ? "" : `, and it still needs ${sayNeed({ asks: open })}`}`;
}

/** Who types what next: `legal@example.com types: status approve 3f9a1c2077d0 --sign ~/.ssh/id_ed25519`. */
export function sayNextApproval({ hash }: FrozenPlan, open: readonly Ask[]): string {
  const names = open.flatMap(({ from }) => from);
  const named = open.every(({ from }) => from.length > 0)
    ? names.filter((name, at) => names.findIndex((other) => samePerson(name, other)) === at)
    : [];
  const who = named.length === 0 ? "Somebody else" : sayNames(named, "or");
  const signature = open.some(({ signed }) => signed) ? " --sign ~/.ssh/id_ed25519" : "";
  return `${who} types: status approve ${hash.slice(0, SHORT_HASH)}${signature}`;
}

/** The whole hash on a line of its own, for whoever signs on another machine; nothing where no signature counts. */
export function wholeHash({ hash }: FrozenPlan, asks: readonly Ask[]): readonly string[] {
  return asks.some(({ signed }) => signed) ? ["To sign it elsewhere, its whole hash:", hash] : [];
}
