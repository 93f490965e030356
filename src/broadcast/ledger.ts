import type { Json, Place, Post, Reading, Receipt } from "../channels/contract.ts";
import type { Action } from "../incident/action.ts";
import type { Impact, Incident, IncidentType, Standing, Update } from "../incident/incident.ts";
import type { FrozenPlan, JournalEntry } from "./journal.ts";
import type { Mailings } from "./mailings.ts";

/**
 * Where a delivery's post stands in the ledger.
 * planned   recorded, never tried
 * sending   an attempt is under way, or its owner died in it
 * sent      receipt in hand
 * pending   the vendor holds it back for moderation
 * refused   surely not published, never as is
 * waiting   surely not published, to be tried again
 * unknown   it may be out: only looking, or a person, moves it
 * skipped   left out by choice, with a reason
 * superseded overtaken by a later update on this channel, never to be sent
 */
export type DeliveryState =
  | "planned"
  | "sending"
  | "sent"
  | "pending"
  | "refused"
  | "waiting"
  | "unknown"
  | "skipped"
  | "superseded";

/** What a delivery does to its channel: puts a post there, gives one that is out other words, or takes it away. */
export type Effect = "post" | "amend" | "remove";

export type Verification = "seen" | "missing" | "altered" | "not-yet" | "cannot";

export interface DeliveryError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly retryAt: Date | null;
}

/** One post of one update on one channel: a row of the ledger. */
export interface Delivery {
  readonly id: string;
  readonly incidentId: string;
  readonly updateId: string;
  readonly updateNumber: number;
  readonly channel: string;
  readonly kind: string;
  readonly required: boolean;
  readonly audience: "public" | "internal";
  readonly part: string;
  readonly effect: Effect;
  /** The delivery whose post is amended or removed; of a correction that is mailed to a list, the one it stops. Else null. */
  readonly target: string | null;
  readonly state: DeliveryState;
  /** Why it was skipped or waits. */
  readonly reason: string | null;
  /** Null for a channel that could not compose or was left out. */
  readonly post: Post | null;
  /** The subject it was composed with, so that later posts keep the thread's name. */
  readonly subject: string;
  readonly receipt: Receipt | null;
  readonly verification: Verification | null;
  readonly error: DeliveryError | null;
  readonly attempts: number;
  /** By the domain's clock, as the vendor's timestamps are. */
  readonly firstAttemptAt: Date | null;
  /** When the newest attempt began or ended, by the ledger's clock, as leases are. */
  readonly lastAttemptAt: Date | null;
  readonly sentAt: Date | null;
  readonly elapsedMs: number | null;
  readonly owner: string | null;
  readonly leaseUntil: Date | null;
}

/** Where a delivery stands: what tells who has heard what. */
export type DeliveryStanding = Pick<
  Delivery,
  | "id"
  | "incidentId"
  | "updateId"
  | "updateNumber"
  | "channel"
  | "required"
  | "audience"
  | "part"
  | "effect"
  | "state"
  | "verification"
  | "sentAt"
>;

/** An incident's updates, oldest first, and where each was delivered, in the order of `deliveries`. */
export interface IncidentRecord {
  readonly updates: readonly Update[];
  readonly deliveries: readonly DeliveryStanding[];
}

export type NewDelivery = Pick<
  Delivery,
  "channel" | "kind" | "required" | "audience" | "part" | "effect" | "target" | "reason" | "post" | "subject"
> & { readonly state: "planned" | "skipped" };

/** What an update is recorded with; all of it in one transaction, or nothing. */
export interface NewUpdate {
  readonly incident: Incident;
  readonly opens: boolean;
  /**
   * Of one that opens: the open incidents that whoever opens it knows of. One that is alike and not among them stops it.
   * Absent where it is opened whatever else is open.
   */
  readonly beside?: readonly string[];
  readonly update: Update;
  /** The caller's flags as given, to compare when the key comes again. */
  readonly inputs: Json;
  readonly deliveries: readonly NewDelivery[];
  /** Who says it, and against which advice. */
  readonly journal?: readonly JournalEntry[];
}

/**
 * How an attempt ended, as the ledger keeps it.
 * `endedAt` by the ledger's clock, where the vendor may be at work for longer than we waited; else it ends now.
 */
export type Settlement =
  | {
      readonly state: "sent" | "pending";
      readonly receipt: Receipt;
      readonly elapsedMs: number;
    }
  | {
      readonly state: "refused" | "waiting" | "unknown";
      readonly error: DeliveryError;
      readonly elapsedMs: number;
      readonly endedAt?: Date;
    };

/**
 * One note to colleagues about a promise, on one internal channel; no update, and never public.
 * `before` and `after` its time, for want of `words` that would not repeat the last ones, or of a broken `glass`.
 */
export interface ReminderKey {
  readonly incidentId: string;
  /** The number of the update that made the promise, or was said without approval; or `acknowledgement`. */
  readonly promise: string;
  readonly kind: "before" | "after" | "words" | "glass";
  readonly channel: string;
}

export interface Reminder extends ReminderKey {
  /** `sending` for good where the sender died in it: a note is never sent a second time. */
  readonly state: "sending" | "sent" | "failed";
  readonly at: Date;
  readonly receipt: Receipt | null;
  readonly error: DeliveryError | null;
}

export interface ActionChoice {
  readonly incidentId?: string;
  readonly idBegins?: string;
  readonly open?: true;
  readonly public?: true;
}

/** The durable record of what was said. Every method that writes returns after the write is on disk. */
export interface Ledger {
  /** Newest first. */
  incidents(): Promise<Incident[]>;
  /** Those that have not ended; notices never are open. Newest first. */
  openIncidents(): Promise<Incident[]>;
  incident(id: string): Promise<Incident | null>;
  /** Ended ones of these impacts of which no postmortem was said. */
  unexplained(impacts: readonly Impact[]): Promise<Incident[]>;
  /** Ended ones of which a required channel has still to hear something. */
  endedUnheard(): Promise<Incident[]>;
  updates(incidentId: string): Promise<Update[]>;
  /** Those with a delivery that needs attention, or with one of these; newest first. */
  unsettled(deliveryIds?: readonly string[]): Promise<Incident[]>;
  /** By incident; asks as often for a thousand as for one. */
  records(incidentIds: readonly string[]): Promise<ReadonlyMap<string, IncidentRecord>>;
  /** The caller's flags as given. */
  inputs(updateId: string): Promise<Json>;
  updateByKey(key: string): Promise<{ update: Update; inputs: Json } | null>;
  delivery(id: string): Promise<Delivery | null>;
  /** Oldest update first; within an update in the order of its plan. */
  deliveries(of: { incidentId?: string; updateId?: string; channel?: string }): Promise<Delivery[]>;
  /** Whether a post on the delivery's channel is another update's, or could be: a receipt names it, or one is being sent. */
  isOfAnother(delivery: Pick<Delivery, "updateId" | "channel">, remoteId: string): Promise<boolean>;

  /**
   * Records an update before anything is sent, and supersedes what was still unsent of earlier ones on the same channels.
   * `taken` where the update number or the key was used by somebody else in between, `already-open` where one like it was
   * opened: then nothing was written.
   */
  record(update: NewUpdate): Promise<"recorded" | "number-taken" | "key-taken" | "id-taken" | "already-open">;

  /**
   * Makes the caller the owner of one attempt, durably, if the row is still in one of `from`.
   * False where somebody else was quicker, and where a later update on the channel has overtaken this one:
   * then the row is `superseded`, unless it may be out.
   */
  claim(
    id: string,
    from: readonly DeliveryState[],
    by: { owner: string; leaseUntil: Date; place: Place; at: Date },
  ): Promise<boolean>;
  /**
   * Ends the attempt that `owner` holds; false where the row has passed to somebody else.
   * What was not sent and has been overtaken meanwhile is `superseded`.
   */
  settle(id: string, owner: string, settlement: Settlement, now: Date): Promise<boolean>;
  /**
   * Gives a row another state without an attempt: a dead owner's `sending`, a looked-up `unknown`.
   * Leaving `sending` counts as the end of the attempt, at `endedAt` by the ledger's clock (now where absent).
   * False where the row is no longer in `from`, or no longer at attempt `attempt`: what was learnt about an earlier
   * attempt says nothing about a later one. What would wait and has been overtaken is `superseded`.
   */
  move(
    id: string,
    from: DeliveryState,
    to: {
      state: DeliveryState;
      reason?: string | null;
      receipt?: Receipt;
      error?: DeliveryError | null;
      attempt?: number;
      endedAt?: Date;
    },
    now: Date,
  ): Promise<boolean>;
  noteVerification(id: string, verification: Verification): Promise<void>;

  /** Oldest first. */
  reminders(incidentId: string): Promise<Reminder[]>;
  /** Durably makes the caller the one who sends it, before it is sent; false where anybody has been so before. */
  claimReminder(key: ReminderKey, at: Date): Promise<boolean>;
  /** Records how a claimed one ended. */
  settleReminder(
    key: ReminderKey,
    outcome: { readonly receipt: Receipt } | { readonly error: DeliveryError },
  ): Promise<void>;

  /**
   * What a page channel has told, newest incident first: each with what its newest update there left behind, and how much
   * was told. One that has ended, and of which every word was withdrawn, is left out.
   */
  toldEntries(channel: string): Promise<readonly ToldEntry[]>;
  /** The updates that a page channel has told of these incidents, as they read after all corrections; newest first. */
  told(channel: string, incidentIds: readonly string[]): Promise<readonly Told[]>;
  /** Who did what, oldest first. */
  journal(of: { incidentId?: string; plan?: string; since?: Date }): Promise<JournalEntry[]>;
  /** Adds to the record; entries that stand in it already are left as they are. */
  enter(entries: readonly JournalEntry[]): Promise<void>;
  /** Keeps a plan for as long as it may be said; one with the same hash is kept once. */
  keepPlan(plan: FrozenPlan): Promise<void>;
  /** The plans whose hash begins so, expired ones included while they are still known. */
  plans(hash: string): Promise<FrozenPlan[]>;
  /** Oldest first: of one incident, those whose id begins so, those still to be carried out, those that customers see; or all. */
  actions(of?: ActionChoice): Promise<Action[]>;
  /** Adds an action, or gives one that is there (by its id) these facts, with the entry that says who did it. */
  keepAction(action: Action, entry: JournalEntry): Promise<void>;
  /** Says that an open action is carried out, with the entry that says by whom; false where it is none: then nothing was written. */
  carryOutAction(id: string, doneAt: Date, entry: JournalEntry): Promise<boolean>;
  /** Takes an open action away, with the entry that says who did it; false where it is none: then nothing was written. */
  dropAction(id: string, entry: JournalEntry): Promise<boolean>;

  readings(): Promise<readonly Reading[]>;
  /** Keeps what another dashboard said; a failed try keeps what was read before. */
  noteReading(reading: Reading): Promise<void>;
  /**
   * Holds the named lease while `work` runs; waits for another holder up to `waitMs`. `revision` rises with every call, save
   * one that has written nothing and calls `giveBack`.
   */
  exclusively<T>(
    name: string,
    waitMs: number,
    work: (revision: number, giveBack: () => void) => Promise<T>,
  ): Promise<T>;

  /** Deliveries to lists; null in a ledger that is only this machine's, where nobody else would see who was reached. */
  readonly mailings: Mailings | null;
  /** The clock that leases run by, in ms since the epoch: this machine's, or that of the server which several machines share. */
  now(): number;
  /** Looks for damage; what is wrong, or null. */
  health(): Promise<string | null>;
  close(): Promise<void>;
}

export interface ToldEntry {
  readonly id: string;
  readonly type: IncidentType;
  readonly startedAt: Date;
  /** When it ended, where the channel has told so. */
  readonly resolvedAt: Date | null;
  /** What the newest update meant for the channel left behind, its words withdrawn or not. */
  readonly standing: Standing;
  /** Whether a postmortem was told on the channel, and not taken away. */
  readonly explained: boolean;
  readonly told: number;
}

export interface Told {
  readonly incidentId: string;
  /** Newest first. */
  readonly updates: readonly {
    readonly number: number;
    readonly at: Date;
    readonly template: string;
    readonly standing: Standing;
    readonly payload: Json;
  }[];
}

/** Whether an audience that was meant to hear this has not, or may not have. */
export function needsAttention({ state, verification }: Pick<Delivery, "state" | "verification">): boolean {
  if (state === "sent") return verification === "missing";
  return state !== "skipped" && state !== "superseded";
}
