import { StatusError } from "../base/errors.ts";
import { type Frozen, mayStillBeSaid, thaw } from "../broadcast/frozen.ts";
import type { FrozenPlan } from "../broadcast/journal.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { type Approvals, approvalsOf } from "./approvals.ts";
import type { Desk } from "./desk.ts";

/** A plan that may still be said, and needs somebody's agreement, given or not. */
export interface WaitingPlan {
  readonly plan: FrozenPlan;
  readonly frozen: Frozen;
  readonly approvals: Approvals;
}

/** Newest first. Loads no channel. */
export async function waitingPlans(desk: Desk, ledger: Ledger): Promise<readonly WaitingPlan[]> {
  const { approval, channels } = desk.config;
  if (approval.rules.length === 0 && approval.security === null) return [];
  const now = desk.surroundings.clock.now();
  const waiting: WaitingPlan[] = [];
  for (const plan of (await ledger.plans("")).reverse()) {
    if (plan.expiresAt <= now) continue;
    try {
      const frozen = thaw(plan);
      const speakers = channels.map(({ name, kind, from, common }) => ({
        ...{ name, audience: common.audience },
        // How an own kind calls itself is known once it is loaded.
        kind:
          from === null ? kind.kind : (frozen.deliveries.find(({ channel }) => channel === name)?.kind ?? ""),
      }));
      if ((await mayStillBeSaid(plan, frozen, ledger, speakers, now)) === "said") continue;
      const approvals = await approvalsOf(desk, plan, frozen);
      if (approvals.need !== null) waiting.push({ plan, frozen, approvals });
    } catch (error) {
      if (!(error instanceof StatusError) || error.blame !== "refused") throw error;
    }
  }
  return waiting;
}
