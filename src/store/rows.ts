import type { Selectable } from "kysely";
import { digest } from "../base/ids.ts";
import type {
  Delivery,
  DeliveryError,
  DeliveryStanding,
  DeliveryState,
  Effect,
  NewDelivery,
  Reminder,
  Verification,
} from "../broadcast/ledger.ts";
import type { Post, Reading, Receipt } from "../channels/contract.ts";
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
import type { DeliveryTable, IncidentTable, ReadingTable, ReminderTable, UpdateTable } from "./tables.ts";

/** What tells who has heard what; no more, for of thousands of rows each column costs. */
export const STANDING_COLUMNS = [
  ...(["id", "incident_id", "update_id", "update_number", "channel", "required"] as const),
  ...(["audience", "part", "effect", "state", "verification", "sent_at"] as const),
] as const;
type StandingColumn = (typeof STANDING_COLUMNS)[number];

/** The row of a delivery that was never tried. Its id follows from the update, so that every copy of the ledger has the same. */
export function newRow(delivery: NewDelivery, position: number, incidentId: string, update: Update) {
  return {
    id: digest(update.id, delivery.channel, delivery.part),
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
    endsAt: date(row.ends_at),
    automatic: row.automatic === 1,
    long: row.long === 1,
    security: row.security === 1,
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
    keeps: row.keeps,
    standing: standingOf(row.standing),
  };
}

export function standingOf(json: string): Standing {
  const stored = JSON.parse(json) as Omit<Standing, "startedAt" | "endsAt" | "nextUpdateAt"> & {
    startedAt: string;
    nextUpdateAt: string | null;
    endsAt?: string | null;
  };
  return {
    ...stored,
    // Older ledgers know none of these.
    automatic: stored.automatic ?? false,
    long: stored.long ?? false,
    security: stored.security ?? false,
    startedAt: new Date(stored.startedAt),
    endsAt: date(stored.endsAt ?? null),
    nextUpdateAt: date(stored.nextUpdateAt),
  };
}

export function deliveryOf(row: Selectable<DeliveryTable>): Delivery {
  return {
    ...standingOfDelivery(row),
    kind: row.kind,
    target: row.target,
    reason: row.reason,
    post: row.post === null ? null : (JSON.parse(row.post) as Post),
    subject: row.subject,
    receipt: row.receipt === null ? null : (JSON.parse(row.receipt) as Receipt),
    error: errorOf(row.error),
    attempts: row.attempts,
    firstAttemptAt: date(row.first_attempt_at),
    lastAttemptAt: date(row.last_attempt_at),
    elapsedMs: row.elapsed_ms,
    owner: row.owner,
    leaseUntil: date(row.lease_until),
  };
}

export function standingOfDelivery(row: Pick<Selectable<DeliveryTable>, StandingColumn>): DeliveryStanding {
  return {
    id: row.id,
    incidentId: row.incident_id,
    updateId: row.update_id,
    updateNumber: row.update_number,
    channel: row.channel,
    required: row.required === 1,
    audience: row.audience as "public" | "internal",
    part: row.part,
    effect: row.effect as Effect,
    state: row.state as DeliveryState,
    verification: row.verification as Verification | null,
    sentAt: date(row.sent_at),
  };
}

export function readingOf(row: Selectable<ReadingTable>): Reading {
  const stored = row.report === null ? null : (JSON.parse(row.report) as NonNullable<Reading["report"]>);
  const items = stored?.items.map((item) => ({ ...item, at: item.at === null ? null : new Date(item.at) }));
  return {
    url: row.url,
    triedAt: new Date(row.tried_at),
    readAt: date(row.read_at),
    fault: row.fault,
    report: stored && { ...stored, items: items ?? [] },
  };
}

export function reminderOf(row: Selectable<ReminderTable>): Reminder {
  return {
    incidentId: row.incident_id,
    promise: row.promise,
    kind: row.kind as Reminder["kind"],
    channel: row.channel,
    state: row.state as Reminder["state"],
    at: new Date(row.at),
    receipt: row.receipt === null ? null : (JSON.parse(row.receipt) as Receipt),
    error: errorOf(row.error),
  };
}

function errorOf(json: string | null): DeliveryError | null {
  if (json === null) return null;
  const stored = JSON.parse(json) as DeliveryError & { retryAt: string | null };
  return { ...stored, retryAt: date(stored.retryAt) };
}

export function date(value: string | null): Date | null {
  return value === null ? null : new Date(value);
}

export function iso(value: Date | null): string | null {
  return value === null ? null : value.toISOString();
}
