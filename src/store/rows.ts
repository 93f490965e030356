import type { Selectable } from "kysely";
import { randomId } from "../base/ids.ts";
import type {
  Delivery,
  DeliveryError,
  DeliveryState,
  Effect,
  NewDelivery,
  Verification,
} from "../broadcast/ledger.ts";
import type { Post, Receipt } from "../channels/contract.ts";
import type {
  AffectedComponent,
  Impact,
  Incident,
  IncidentType,
  Phase,
  Standing,
  Update,
  Verb,
} from "../incident/incident.ts";
import type { DeliveryTable, IncidentTable, UpdateTable } from "./tables.ts";

/** The row of a delivery that was never tried. */
export function newRow(delivery: NewDelivery, position: number, incidentId: string, update: Update) {
  return {
    id: randomId(),
    incident_id: incidentId,
    update_id: update.id,
    update_number: update.number,
    channel: delivery.channel,
    kind: delivery.kind,
    required: delivery.required ? 1 : 0,
    audience: delivery.audience,
    position,
    part: delivery.part,
    effect: delivery.effect,
    target: delivery.target,
    state: delivery.state,
    reason: delivery.reason,
    post: delivery.post === null ? null : JSON.stringify(delivery.post),
    subject: delivery.subject,
    receipt: null,
    verification: null,
    error: null,
    first_attempt_at: null,
    last_attempt_at: null,
    sent_at: null,
    elapsed_ms: null,
    owner: null,
    lease_until: null,
  };
}

export function incidentOf(row: Selectable<IncidentTable>): Incident {
  return {
    id: row.id,
    type: row.type as IncidentType,
    title: row.title,
    phase: row.phase as Phase,
    impact: row.impact as Impact,
    components: JSON.parse(row.components) as AffectedComponent[],
    startedAt: new Date(row.started_at),
    acknowledgedAt: date(row.acknowledged_at),
    resolvedAt: date(row.resolved_at),
    nextUpdateAt: date(row.next_update_at),
  };
}

export function updateOf(row: Selectable<UpdateTable>): Update {
  return {
    id: row.id,
    incidentId: row.incident_id,
    number: row.number,
    verb: row.verb as Verb,
    template: row.template,
    key: row.key,
    author: row.author,
    at: new Date(row.at),
    standing: standingOf(row.standing),
  };
}

export function standingOf(json: string): Standing {
  const stored = JSON.parse(json) as Standing & {
    startedAt: string;
    nextUpdateAt: string | null;
  };
  return {
    ...stored,
    startedAt: new Date(stored.startedAt),
    nextUpdateAt: date(stored.nextUpdateAt),
  };
}

export function deliveryOf(row: Selectable<DeliveryTable>): Delivery {
  return {
    id: row.id,
    incidentId: row.incident_id,
    updateId: row.update_id,
    updateNumber: row.update_number,
    channel: row.channel,
    kind: row.kind,
    required: row.required === 1,
    audience: row.audience as "public" | "internal",
    part: row.part,
    effect: row.effect as Effect,
    target: row.target,
    state: row.state as DeliveryState,
    reason: row.reason,
    post: row.post === null ? null : (JSON.parse(row.post) as Post),
    subject: row.subject,
    receipt: row.receipt === null ? null : (JSON.parse(row.receipt) as Receipt),
    verification: row.verification as Verification | null,
    error: errorOf(row.error),
    attempts: row.attempts,
    firstAttemptAt: date(row.first_attempt_at),
    lastAttemptAt: date(row.last_attempt_at),
    sentAt: date(row.sent_at),
    elapsedMs: row.elapsed_ms,
    owner: row.owner,
    leaseUntil: date(row.lease_until),
  };
}

function errorOf(json: string | null): DeliveryError | null {
  if (json === null) return null;
  const stored = JSON.parse(json) as DeliveryError & { retryAt: string | null };
  return { ...stored, retryAt: date(stored.retryAt) };
}

function date(value: string | null): Date | null {
  return value === null ? null : new Date(value);
}

export function iso(value: Date | null): string | null {
  return value === null ? null : value.toISOString();
}
