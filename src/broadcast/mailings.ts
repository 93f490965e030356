import type { Recipient } from "../channels/contract.ts";
import type { Delivery, DeliveryError } from "./ledger.ts";

/**
 * Where one recipient's mail stands.
 * planned    never tried
 * sent       the server has taken it
 * waiting    surely not taken; to be tried again
 * refused    surely not taken, never to be tried again
 * unknown    it may be out: only a person moves it
 * suppressed on the list of those who must hear nothing
 * invalid    no address
 */
export const RECIPIENT_STATES = [
  "planned",
  "sent",
  "waiting",
  "refused",
  "unknown",
  "suppressed",
  "invalid",
] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];

/** Who has not got it, or may not have. */
export const UNREACHED: readonly RecipientState[] = [
  "unknown",
  "waiting",
  "refused",
  "suppressed",
  "invalid",
];

/** How far a delivery to a list has come. */
export interface MailingProgress {
  readonly deliveryId: string;
  /** False while the list is not read to its end yet. */
  readonly collected: boolean;
  readonly counts: Readonly<Record<RecipientState, number>>;
  /** When a waiting one is to be tried again; null where none waits. */
  readonly againAt: Date | null;
  /** Chunks that somebody is sending now. */
  readonly underWay: number;
}

/** What a list's entry becomes in the ledger. */
export type NewRecipient =
  | { readonly state: "planned"; readonly mailbox: string; readonly recipient: Recipient }
  | { readonly state: "invalid"; readonly line: number; readonly text: string; readonly fault: string };

/** So many entries of a list, and their digest: where another reading begins with the same, they need not be looked at again. */
export interface Beginning {
  readonly entries: number;
  readonly digest: string | null;
}

export interface NumberedRecipient extends Recipient {
  /** Its place in the mailing. */
  readonly number: number;
}

export interface RecipientRow {
  readonly number: number;
  readonly address: string;
  readonly state: RecipientState;
  /** Why it was not reached, where that is known. */
  readonly error: DeliveryError | null;
}

/** A run of recipients that belongs to one connection of one process, while its session lasts. */
export interface Chunk {
  readonly deliveryId: string;
  /** The mailing's short name in the ledger. */
  readonly mailing: number;
  readonly number: number;
  /** Rises with every claim: who holds an older one can write nothing more. */
  readonly token: number;
  /** In order. */
  readonly recipients: readonly NumberedRecipient[];
}

/** What one recipient's attempt came to, where it was not taken. */
export interface Exception {
  readonly number: number;
  readonly state: "waiting" | "refused" | "unknown";
  readonly error: DeliveryError;
  /** For `refused`: the mailbox is not there, and is suppressed from now on. */
  readonly lasting: boolean;
}

/** Who is on the list of a mailing, and what has become of them. */
export interface MailingList {
  /**
   * Begins a mailing; does nothing where it was begun before. False where it was (`begunBefore`), and this ledger knows nothing
   * of it: then who was reached is not known.
   */
  begin(deliveryId: string, channel: string, begunBefore: boolean): Promise<boolean>;
  /**
   * Puts entries on it, some hundreds at most; who is on it already, or is suppressed, is not planned again. To read a list twice
   * does no harm. `taken` is what has been taken up of the list with them.
   */
  add(deliveryId: string, entries: readonly NewRecipient[], taken: Beginning): Promise<void>;
  /** What was taken up of the list before. */
  taken(deliveryId: string): Promise<Beginning>;
  /** Whether the list was read to its end; not `whole`: it is to be read again. */
  collected(deliveryId: string, whole: boolean): Promise<void>;
  /** Makes `mailboxes` part of what a channel's own list suppresses; `reading` names one reading of it. */
  suppress(channel: string, reading: string, mailboxes: readonly string[]): Promise<void>;
  /** Forgets what the channel's list suppressed before this reading, and no longer does; on this mailing they are planned again. */
  endSuppressing(deliveryId: string, channel: string, reading: string): Promise<void>;
  /** Makes waiting again who was refused, as if that had been no try, and forgets that their mailboxes are not there. */
  takeBack(deliveryId: string, numbers: readonly number[]): Promise<void>;
  /** Those in one of `states`, in their order, after number `after`; at most `limit`. */
  recipients(
    deliveryId: string,
    states: readonly RecipientState[],
    after: number,
    limit: number,
  ): Promise<readonly RecipientRow[]>;
  /** Writes again to a mailbox that a server said is not there; false where none did. */
  forget(channel: string, address: string): Promise<boolean>;
  /** A person's choice: those whose mail may be out are sent to again. */
  resendUnknown(deliveryId: string): Promise<void>;
}

/** Who sends to which part of a list, and how far. */
export interface MailingSending {
  /** Names a process that sends, until `leave`; others take its chunks over when it has not been heard of for some seconds. */
  join(deliveryId: string, owner: string): Promise<string>;
  /** To be called every second or so: the session lives on. Answers until when, in ms by the ledger's clock; null where it is over. */
  beat(session: string): Promise<number | null>;
  leave(session: string): Promise<void>;

  /** Null for a delivery that goes to no list. */
  progress(deliveryId: string): Promise<MailingProgress | null>;
  /** Deliveries to lists that still have somebody to reach, oldest first. */
  unfinished(): Promise<string[]>;

  /**
   * Makes a chunk the session's own that has somebody to reach now: never tried, or due again. Settles what its last owner
   * left. Null where there is none, where `atMost` chunks of the channel have living owners, or where the delivery is no
   * longer to be sent.
   */
  claim(deliveryId: string, session: string, atMost: number): Promise<Chunk | null>;
  /**
   * Durably notes that `inFlight` is about to be sent to, and `exceptions` among those before it; all others before it
   * have been reached. Several calls at once share one commit. To note the same again does no harm. False where the chunk has
   * passed to somebody else: then nothing more may be sent.
   */
  note(chunk: Chunk, inFlight: number, exceptions: readonly Exception[]): Promise<boolean>;
  /** Gives the chunk back: all before `next` are settled; null where all are. False where it is held no more. */
  release(chunk: Chunk, next: number | null, exceptions: readonly Exception[]): Promise<boolean>;
}

/**
 * The durable record of who on a list was reached. A row for every recipient; they are sent to in chunks, each in order, with
 * a durable note of which one is in flight: what comes before it is settled, what comes after it was not begun.
 */
export type Mailings = MailingList & MailingSending;

/** Who is to be reached: all on the list but those who must hear nothing and those who are nobody. */
export function reachable({ counts }: MailingProgress): number {
  const { planned, sent, waiting, refused, unknown } = counts;
  return planned + sent + waiting + refused + unknown;
}

/** How many are still to be sent to. */
export function leftOf({ counts }: MailingProgress): number {
  return counts.planned + counts.waiting;
}

/** `998,012 of 1,000,000 sent, 10 refused, 3 to be tried again`. */
export function sayMailing(progress: MailingProgress): string {
  const { counts, collected, againAt } = progress;
  const again = againAt === null ? "" : ` from ${againAt.toISOString().slice(11, 16)} UTC`;
  const count = (number: number) => number.toLocaleString("en-US");
  const of = collected ? ` of ${count(reachable(progress))}` : "";
  const others: [number, string][] = [
    [counts.refused, "refused"],
    [counts.waiting, `to be tried again${again}`],
    [counts.unknown, "unknown"],
    [counts.suppressed, "suppressed"],
    [counts.invalid, "without a valid address"],
  ];
  return [
    `${count(counts.sent)}${of} sent`,
    ...others.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`),
    ...(collected ? [] : ["the list is not read to its end yet"]),
  ].join(", ");
}

/** Why a list waits whose ledger is only this machine's copy. */
export const WAITS_FOR_LEDGER = "a mailing waits until the ledger can be reached";

/** Why a delivery stays as it is whose channel is gone from the configuration. */
export const UNCONFIGURED = "the channel is not configured any more";

/**
 * Whether somebody may have been reached. Before the first mail leaves, a mailing says in its delivery how far it is, and says so
 * from then on: copies of the ledger have the delivery, and not the recipients. Any reason that is not known to be none counts.
 */
export function wasBegun({ state, reason }: Pick<Delivery, "state" | "reason">): boolean {
  return state !== "planned" && reason !== null && reason !== WAITS_FOR_LEDGER && reason !== UNCONFIGURED;
}

/** Whether anybody is still to be sent to. A list that has been told may have some who could not be served at once. */
export function canGoOn({ state }: Pick<Delivery, "state">): boolean {
  return state === "planned" || state === "waiting" || state === "sent";
}

/** The ledger that knew who was reached is gone, and another has taken its place. */
export function forgotten(channel: string): DeliveryError {
  return {
    code: LIST_FORGOTTEN,
    message: "who on the list got it is not known here: the ledger that knew is gone",
    hint: `to send to everybody on it once more: status retry --resend-unknown ${channel}`,
    retryAt: null,
  };
}

export const LIST_FORGOTTEN = "LIST_FORGOTTEN";
