import { type ActionDebt, actionDebts, nextOwed } from "../cadence/due.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import { type ChannelCoverage, coverageOf } from "./coverage.ts";
import type { Desk } from "./desk.ts";
import { incidentFields, type ListDocument } from "./documents.ts";
import { caseOf } from "./due.ts";
import { type WaitingPlan, waitingPlans } from "./waiting-plans.ts";

/** An incident, who has heard what of it, and when the next word is due. */
export interface Listed {
  readonly incident: Incident;
  readonly coverage: readonly ChannelCoverage[];
  readonly promise: Date | null;
}

export interface Overview {
  readonly incidents: readonly Listed[];
  readonly overdueActions: readonly ActionDebt[];
  /** Newest first. */
  readonly plans: readonly WaitingPlan[];
  /** Incidents that have ended, with somebody still to hear all of it; none where `all` is listed. */
  readonly unheard: readonly (Pick<Incident, "id"> & { readonly coverage: readonly ChannelCoverage[] })[];
  readonly document: ListDocument;
}

/** What is open, who has heard what, when the next update is due. `all` adds what has ended. */
export async function list(desk: Desk, { all = false }: { readonly all?: boolean }): Promise<Overview> {
  const now = desk.surroundings.clock.now();
  const { config } = desk;
  const ledger = await desk.existingLedger();
  const found = (await (all ? ledger?.incidents() : ledger?.openIncidents())) ?? [];
  const incidents = await Promise.all(
    found.map(async (incident) => ({
      incident,
      coverage: await coverageOf(ledger!, incident.id),
      // What audiences were really told; words that nobody has heard promise nothing.
      promise: isOpen(incident)
        ? nextOwed(await caseOf(ledger!, incident, config), now, config.cadence)
        : null,
    })),
  );
  const overdueActions = actionDebts((await ledger?.actions({ open: true })) ?? [], now, 0);
  const ended = all ? [] : ((await ledger?.endedUnheard()) ?? []);
  const unheard = await Promise.all(
    ended.map(async ({ id }) => ({ id, coverage: await coverageOf(ledger!, id) })),
  );
  const plans = ledger === null ? [] : await waitingPlans(desk, ledger);
  return {
    ...{ incidents, overdueActions, plans, unheard },
    document: {
      version: 1,
      incidents: incidents.map(({ incident, coverage, promise }) => ({
        ...incidentFields(incident),
        open: isOpen(incident),
        promise: promise === null ? null : { dueAt: promise, overdue: promise <= now },
        coverage: coverage.map(({ channel, state, updateNumber, url }) => ({
          ...{ channel, state, updateNumber, url },
        })),
      })),
      overdueActions: overdueActions.map(({ action: { id, incidentId, text }, dueAt }) => ({
        ...{ id, incident: incidentId, text, dueAt },
      })),
      plans: plans.map(({ plan, frozen: { incident }, approvals }) => ({
        ...{ hash: plan.hash, verb: plan.verb, incident: plan.incidentId, title: incident.title },
        ...{ by: plan.by, at: plan.at, expiresAt: plan.expiresAt, needs: approvals.need?.asks ?? [] },
        ...{ approvedBy: approvals.by, missing: approvals.missing },
      })),
    },
  };
}
