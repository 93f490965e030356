import type { BroadcastEvent } from "../broadcast/context.ts";
import type { Delivery, DeliveryError, DeliveryState, Effect, Verification } from "../broadcast/ledger.ts";
import type { MailingProgress } from "../broadcast/mailings.ts";
import type { ChannelReport, Outcome } from "../broadcast/report.ts";
import type { Incident, Update } from "../incident/incident.ts";

/** What has just become of one post. */
export interface DeliveryEvent {
  /**
   * `sending` an attempt begins · `looking` whether it is out already is looked up · `waiting` it is surely not out, and is
   * tried again (at `until`, within this call; else later) · `sent` the place has taken it · `pending` it is held for
   * moderation · `refused` it will not be taken as it is · `unknown` it may be out · `superseded` later words took its place ·
   * `skipped` it was not meant to be said here · `verified` it was read back, with what came of it in `verification`.
   */
  readonly type:
    | "sending"
    | "looking"
    | "waiting"
    | "sent"
    | "pending"
    | "refused"
    | "unknown"
    | "superseded"
    | "skipped"
    | "verified";
  /** The incident's id. */
  readonly incident: string;
  /** The update's number. */
  readonly update: number;
  readonly channel: string;
  readonly kind: string;
  /** Which post, where an update has several on one channel; else `1`. */
  readonly part: string;
  readonly state: DeliveryState;
  readonly effect: Effect;
  readonly attempts: number;
  readonly elapsedMs: number | null;
  readonly url: string | null;
  readonly reason: string | null;
  readonly verification: Verification | null;
  readonly error: DeliveryError | null;
  readonly until: Date | null;
}

/** What one channel is about to say; it comes before anything is sent. */
export interface PlannedEvent {
  readonly type: "planned";
  readonly incident: string;
  readonly update: number;
  readonly channel: string;
  readonly kind: string;
  readonly audience: "public" | "internal";
  /** Each post's text; none where the channel is left out. */
  readonly texts: readonly string[];
  /** Why the channel is left out; null where it is not. */
  readonly leftOut: string | null;
}

/** How far a list has come. */
export interface MailingEvent {
  readonly type: "mailing";
  readonly channel: string;
  readonly progress: MailingProgress;
}

/** One line for whoever follows: what is odd, and what could not be done beside what was asked for. */
export interface RemarkEvent {
  readonly type: "remark";
  /** The channel that says so; null where it is none. */
  readonly channel: string | null;
  readonly message: string;
}

/** How an update stands on the channels of `reports`. */
export interface Spoken {
  readonly outcome: Outcome;
  readonly incident: Incident;
  readonly update: Update;
  readonly reports: readonly ChannelReport[];
}

/** All channels that speak at once have: reading back, and lists, come after. */
export interface SpokenEvent extends Spoken {
  readonly type: "spoken";
  readonly overtaken: readonly Delivery[];
  /** Whether lists are still to be mailed. */
  readonly goesOn: boolean;
}

/** What was said is read back. */
export interface ReadBackEvent {
  readonly type: "read-back";
  readonly reports: readonly ChannelReport[];
}

/** So many on a list cannot be served before `until`. */
export interface ListWait {
  readonly channel: string;
  readonly recipients: number;
  readonly until: Date;
}

/** The lists have come as far as they can. */
export interface MailedEvent extends Spoken {
  readonly type: "mailed";
  readonly overtaken: readonly Delivery[];
  readonly lists: readonly ChannelReport[];
  readonly waits: readonly ListWait[];
}

/** Whatever happens while an operation runs. */
export type Happening =
  | DeliveryEvent
  | PlannedEvent
  | MailingEvent
  | RemarkEvent
  | SpokenEvent
  | ReadBackEvent
  | MailedEvent;

/** What the engine tells of a delivery. */
export function deliveryEvent(event: BroadcastEvent): DeliveryEvent {
  const { incidentId, updateNumber, channel, kind, part, state, effect, ...row } = event.delivery;
  return {
    ...{ type: typeOf(event), incident: incidentId, update: updateNumber, channel, kind, part, state },
    ...{
      effect,
      attempts: row.attempts,
      elapsedMs: row.elapsedMs,
      url: row.receipt?.url ?? null,
      reason: row.reason,
    },
    ...{ verification: row.verification, error: row.error },
    until: event.type === "delayed" ? event.until : null,
  };
}

function typeOf({ type, delivery }: BroadcastEvent): DeliveryEvent["type"] {
  if (type === "delayed") return "waiting";
  if (type !== "settled") return type;
  return delivery.state === "planned" || delivery.state === "sending" ? "waiting" : delivery.state;
}
