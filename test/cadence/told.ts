import type { Delivery, DeliveryState, Effect } from "../../src/broadcast/ledger.ts";
import {
  type Incident,
  type IncidentType,
  isClosed,
  type Phase,
  type Update,
  type Verb,
} from "../../src/incident/incident.ts";

const MINUTE = 60_000;

/** The beginning of every incident made here: 29 June 2010, 09:40 in Los Angeles. */
export const BEGAN = new Date("2010-06-29T16:40:00Z");

/** So many minutes after the beginning. */
export function plus(minutes: number): Date {
  return new Date(BEGAN.getTime() + minutes * MINUTE);
}

export interface ChannelMade {
  readonly kind?: string;
  readonly audience?: "public" | "internal";
  readonly required?: boolean;
}

/** What became of an update on a channel: heard that many minutes after it was written, each part; or another state. */
export type Outcome = number | readonly number[] | DeliveryState | "missing" | "absent" | "amended";

export interface UpdateMade {
  /** In minutes after the beginning, as `next` is. */
  readonly at: number;
  readonly phase?: Phase;
  readonly next?: number;
  readonly verb?: Verb;
  /** What became of it where it was not heard at once. */
  readonly on?: Readonly<Record<string, Outcome>>;
}

export interface Made {
  readonly incident: Incident;
  readonly updates: Update[];
  readonly deliveries: Delivery[];
}

/** An incident as a ledger has it, written down in minutes. It is over with the first update that says so. */
export function told(
  channels: Readonly<Record<string, ChannelMade>>,
  said: readonly UpdateMade[],
  more: { type?: IncidentType; title?: string; id?: string; resolvedAt?: number } = {},
): Made {
  let phase: Phase = "investigating";
  const id = more.id ?? "2010-06-29-amazon-com-is-unavailable";
  const updates = said.map((update, index): Update => {
    phase = update.phase ?? phase;
    return {
      ...{ id: `${id}-${index + 1}`, incidentId: id, number: index + 1, verb: update.verb ?? "update" },
      ...{ template: phase, key: null, author: "commander@example.com", at: plus(update.at), keeps: null },
      standing: {
        ...{ title: more.title ?? "Amazon.com is unavailable", phase, impact: "critical", components: [] },
        ...{ startedAt: BEGAN, endsAt: null, automatic: false, long: false, security: false },
        nextUpdateAt: update.next === undefined ? null : plus(update.next),
      },
    };
  });
  const deliveries = updates.flatMap((update, index) =>
    Object.entries(channels).flatMap(([channel, made]) =>
      rows(update, channel, made, said[index]!.on?.[channel] ?? 0),
    ),
  );
  const last = updates.at(-1)!.standing;
  const over = said.find(({ phase }) => phase !== undefined && isClosed(phase))?.at ?? 0;
  const incident: Incident = {
    ...last,
    ...{ id, type: more.type ?? "incident", acknowledgedAt: null },
    resolvedAt: isClosed(last.phase) ? plus(more.resolvedAt ?? over) : null,
  };
  return { incident, updates, deliveries };
}

function rows(update: Update, channel: string, made: ChannelMade, outcome: Outcome): Delivery[] {
  if (outcome === "absent") return [];
  const delays = typeof outcome === "number" ? [outcome] : typeof outcome === "string" ? [null] : outcome;
  return delays.map((delay, index) => {
    const sentAt = delay === null ? null : new Date(update.at.getTime() + delay * MINUTE);
    const effect: Effect = outcome === "amended" ? "amend" : "post";
    const out = sentAt !== null || outcome === "missing" || outcome === "amended";
    return {
      ...{ id: `${update.id}-${channel}-${index}`, incidentId: update.incidentId, updateId: update.id },
      ...{
        updateNumber: update.number,
        channel,
        kind: made.kind ?? "slack",
        part: String(index + 1),
        effect,
      },
      ...{ required: made.required ?? true, audience: made.audience ?? "public", target: null },
      state: out ? "sent" : (outcome as DeliveryState),
      ...{ reason: null, post: null, subject: "", receipt: null, error: null, attempts: 1 },
      verification: outcome === "missing" ? "missing" : null,
      ...{
        firstAttemptAt: update.at,
        lastAttemptAt: update.at,
        elapsedMs: 100,
        owner: null,
        leaseUntil: null,
      },
      sentAt: sentAt ?? (out ? update.at : null),
    };
  });
}
