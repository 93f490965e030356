import { refusal, StatusError } from "../base/errors.ts";
import {
  type Agreement,
  isSealed,
  type Need,
  needOf,
  samePerson,
  sayNeed,
  standingOf,
} from "../broadcast/approval.ts";
import { approvableOf, type Frozen, SHORT_HASH } from "../broadcast/frozen.ts";
import type { FrozenPlan, JournalEntry } from "../broadcast/journal.ts";
import type { App } from "./app.ts";
import { oneLine } from "./output/printable.ts";
import { approvalText, verifySignature } from "./signatures.ts";

/** How far the agreement to a plan has come. */
export interface Approvals extends Agreement {
  /** Null where nobody's agreement is needed. */
  readonly need: Need | null;
  /** Why an approval that was given does not count: for people, one line each. */
  readonly invalid: readonly string[];
}

/**
 * Reads the approvals of a plan from the ledger. Where signatures are asked for, each is verified here and now: what stands
 * in the ledger proves nothing by itself.
 */
export async function approvalsOf(app: App, plan: FrozenPlan, frozen: Frozen): Promise<Approvals> {
  const need = needOf(app.config.approval, approvableOf(frozen));
  const entries = (await (await app.ledger()).journal({ plan: plan.hash })).filter(
    ({ act, plan: hash }) => act === "approved" && hash === plan.hash,
  );
  const [valid, invalid]: [JournalEntry[], string[]] = [[], []];
  const { allowedSigners } = app.config.approval;
  const asksForSignatures = need?.asks.some(({ signed }) => signed) === true;
  for (const entry of entries) {
    if (!asksForSignatures || entry.proof === null || allowedSigners === null) {
      valid.push({ ...entry, proof: null });
      continue;
    }
    try {
      const principals = await verifySignature(
        allowedSigners,
        entry.proof,
        approvalText(plan.hash),
        app.surroundings,
      );
      if (!principals.some((name) => samePerson(name, entry.by)))
        invalid.push(`the approval of ${oneLine(entry.by)} is signed by ${principals.join(", ")}`);
      else if (principals.some((name) => samePerson(name, plan.by)))
        invalid.push(`the approval of ${oneLine(entry.by)}, who is the author`);
      else valid.push(entry);
    } catch (error) {
      if (!(error instanceof StatusError) || error.blame !== "refused") throw error;
      invalid.push(`the approval of ${oneLine(entry.by)}: ${error.message}`);
    }
  }
  const { by, missing } =
    need === null ? { by: valid.map((entry) => entry.by), missing: 0 } : standingOf(need, plan.by, valid);
  return { need, by, missing, invalid };
}

/** Throws refusal APPROVAL_NEEDED for a plan to which too few have agreed, and PUBLIC_CLOSED where nobody's agreement would do. */
export async function requireApprovals(app: App, plan: FrozenPlan, frozen: Frozen): Promise<void> {
  if (isSealed(app.config.approval, approvableOf(frozen)))
    throw refusal(
      "PUBLIC_CLOSED",
      "Public channels are closed for an incident of security, and the policy does not say who may open them. Nothing was sent.",
      "Say under approval: security: who may. In an emergency: add --break-glass REASON",
    );
  const { need, by, missing, invalid } = await approvalsOf(app, plan, frozen);
  if (need === null || missing === 0) return;
  const hash = plan.hash.slice(0, SHORT_HASH);
  throw refusal(
    "APPROVAL_NEEDED",
    [
      `The plan ${hash} needs ${sayNeed(need)}; ${sayGiven(by)}, and ${missing} more ${missing === 1 ? "is" : "are"} missing. Nothing was sent.`,
      ...invalid.map((line) => `Does not count: ${line}`),
    ].join("\n"),
    `Somebody else types: status approve ${hash} — in an emergency: add --break-glass REASON`,
  );
}

/** `nobody has agreed yet`, `release@example.com has agreed`. */
export function sayGiven(by: readonly string[]): string {
  if (by.length === 0) return "nobody has agreed yet";
  return `${by.map(oneLine).join(" and ")} ${by.length === 1 ? "has" : "have"} agreed`;
}
