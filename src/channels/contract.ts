import type { ZodType } from "zod";
import type { Clock } from "../base/clock.ts";
import type { Component } from "../incident/components.ts";
import type {
  AffectedComponent,
  ComponentState,
  Impact,
  IncidentType,
  Phase,
  Verb,
} from "../incident/incident.ts";
import type { PageAction, PageEntry, PageUpdate, Reading } from "../page/site.ts";
import type { Message } from "../render/document.ts";
import type { Guide } from "./guide.ts";
import type { Http } from "./http.ts";

export type { Reading } from "../page/site.ts";

/** Anything that survives JSON unchanged: payloads and receipts are stored in the ledger. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where a secret is to be found: `env:NAME`, `file:path`, `{ cmd: [argv] }`; or a literal, for loopback only. */
export type SecretReference = string | { readonly cmd: readonly string[] };

/**
 * One sort of channel. Adding one means one folder with this, a line in `registry.ts` and a conformance test.
 * Settings is the shape after secrets were resolved: the fields named in `secrets` hold a Secret.
 */
export interface ChannelKind<Settings = unknown> {
  /** `slack`: configuration value, ledger value and template suffix. Never renamed. */
  readonly kind: string;
  /** For people: `Slack`. */
  readonly title: string;
  /** Strict zod object of the kind's own fields, secrets as references. */
  readonly settings: ZodType;
  /** Names of the top-level fields that hold a secret reference, or a list of them. */
  readonly secrets: readonly string[];
  /** Names of the top-level fields that hold paths; they arrive absolute. */
  readonly paths?: readonly string[];
  /** How somebody comes to a channel of it: for `status init`, `status doctor` and the documentation. */
  readonly guide?: () => Promise<Guide>;
  /** Does no I/O. */
  connect(settings: Settings, kit: ChannelKit): Channel;
}

/** What a channel is given to work with. */
export interface ChannelKit {
  /** The channel's name in the configuration: `sellers`. */
  readonly name: string;
  /** The configuration's folder: where relative paths and the user's commands start. */
  readonly folder: string;
  /** The environment of the programs that a channel runs; this process's own where absent. */
  readonly env?: NodeJS.ProcessEnv;
  readonly property: Property;
  readonly http: Http;
  readonly clock: Clock;
  /** Per call, in milliseconds. */
  readonly timeoutMs: number;
  /** True in a drill: nothing but loopback may be reached, and `publish:` commands do not run. */
  readonly loopbackOnly: boolean;
  /** BCP 47: the language that this channel's audience reads. */
  readonly locale: string;
  /** What the status page shows; only the page channel asks. */
  readonly board: BoardSource;
  /** Shows the user a line that a command of theirs printed, or what they should know of their own files. */
  tell(line: string): void;
}

export interface Property {
  readonly name: string;
  readonly url: string | null;
  readonly statusUrl: string | null;
  readonly locale: string;
  readonly timeZone: string;
  readonly components: readonly Component[];
}

export interface Channel {
  /**
   * Pure and deterministic: the exact payloads, in order, without secrets. What is previewed is stored and then sent unchanged.
   * Throws TooLong where a vendor's limit cannot be met.
   */
  compose(message: Message, context: ComposeContext): readonly Post[];
  /** One call with at most one outside effect; never retries. Throws ChannelError only. */
  publish(post: Post, place: Place, signal: AbortSignal): Promise<Receipt>;
  /** Looks for a post that may already be out. Absent: the vendor cannot tell, a person must. */
  find?(post: Post, place: Place, since: Date, signal: AbortSignal): Promise<Search>;
  /** Reads a post back as the public sees it. Absent: the report says `cannot`. */
  verify?(receipt: Receipt, post: Post, place: Place, signal: AbortSignal): Promise<Verdict>;
  /** Gives a post that is out other words, in its place; repeating it changes nothing more. Absent: a correction is said again. */
  amend?(receipt: Receipt, post: Post, signal: AbortSignal): Promise<Receipt>;
  /** Deletes a post that is out; one that is gone already is no fault. Absent: the vendor cannot, or would take more with it. */
  remove?(receipt: Receipt, signal: AbortSignal): Promise<void>;
  /** Speaks to a list, one recipient at a time, in place of `publish`. */
  readonly mailing?: Mailing;
  /** Proves credential, permissions and target without publishing. */
  check(signal: AbortSignal): Promise<readonly Finding[]>;
  close?(): Promise<void>;
}

export interface ComposeContext {
  /** Opaque, 32 hex digits, derived from property, key, channel and part: the same on every machine. */
  keyOf(part: string): string;
  readonly incident: {
    readonly id: string;
    readonly type: IncidentType;
    readonly title: string;
    readonly phase: Phase;
    readonly impact: Impact;
    readonly components: readonly AffectedComponent[];
    readonly startedAt: Date;
    /** When planned work is to end; null for an incident. */
    readonly endsAt: Date | null;
    readonly nextUpdateAt: Date | null;
  };
  /** What other open incidents do to components, by id: a channel that shows states shows the worse. */
  readonly elsewhere?: ReadonlyMap<string, ComponentState>;
  readonly update: {
    readonly id: string;
    readonly number: number;
    readonly verb: Verb;
    readonly at: Date;
  };
  /** The same message in the channel's other languages. */
  readonly translations?: ReadonlyMap<string, Message>;
  /** The subject of the channel's first post on this incident, so that a thread keeps its name; null if this is the first. */
  readonly rootSubject: string | null;
}

/** One thing to put on the channel. */
export interface Post {
  /** Distinguishes several posts of one delivery: `1`, or an address. Unique within the delivery. */
  readonly part: string;
  /** Our own key, put where the vendor lets us find it again. */
  readonly key: string;
  /** Exactly what is sent, less credentials and place. */
  readonly payload: Json;
  /** What the audience reads, as plain text: for preview, report and `--json`. */
  readonly text: string;
  /** How long it is by the vendor's own count, and the limit; null where no limit bites. */
  readonly length: {
    readonly used: number;
    readonly limit: number;
    readonly unit: string;
  } | null;
  /** What the preview should point out: `cut to fit`, `costs $0.20`. */
  readonly notes: readonly string[];
  /** Another payload for when the vendor refuses this one in the thread (`ChannelError.standAlone`); sent without a place. */
  readonly standAlone?: Json;
}

/** Where a post belongs: the channel's first post on the incident, and the one before. Both null opens the thread. */
export interface Place {
  readonly root: Receipt | null;
  readonly previous: Receipt | null;
}

/** Proof of a post. */
export interface Receipt {
  readonly remoteId: string;
  readonly url: string | null;
  /** True when the vendor took the post but holds it back for moderation. */
  readonly pending?: boolean;
  /** Whatever the kind needs to thread, verify or edit later. */
  readonly extra: Json;
}

export type Search =
  | { readonly found: Receipt }
  /** `conclusive`: everything since the first attempt was seen, and the post is not there. */
  | {
      readonly found: null;
      readonly conclusive: boolean;
      readonly reason: string;
    };

/** The part of a post that goes to a list. */
export const LIST_PART = "list";

/** A list of recipients that may be far longer than memory. `compose` gives one post for all of them. */
export interface Mailing {
  /** Reads the list again from its beginning, in its order. Throws ChannelError where it cannot be read to its end. */
  entries(signal: AbortSignal): AsyncIterable<ListEntry>;
  /** Reads again who must hear nothing; in mailboxes as in `mailboxOf`. Throws ChannelError. */
  suppressed(signal: AbortSignal): AsyncIterable<string>;
  /** The languages that it is written to beside the channel's own. */
  readonly locales: readonly string[];
  /** How many connections the server may be asked for at once, by all processes together. */
  readonly connections: number;
  /** How many mails a second, by all processes together; null for as many as it takes. */
  readonly perSecond: number | null;
  /** Stands for the whole mailing: what later posts of the thread refer to. */
  receipt(post: Post): Receipt;
  /** A conversation with the server; logs in. Throws ChannelError: `refused` where no mail of this list can be handed in. */
  open(post: Post, place: Place, signal: AbortSignal): Promise<Outlet>;
}

/** One line of a list: somebody, or why it is nobody. */
export type ListEntry =
  | { readonly line: number; readonly recipient: Recipient }
  /** `text` is cut, and without control characters. */
  | { readonly line: number; readonly text: string; readonly fault: string };

export interface Recipient {
  /** As on the list, the domain in lower case and in its ASCII form. */
  readonly address: string;
  readonly name: string | null;
  /** BCP 47. */
  readonly locale: string | null;
  /** Where this recipient ends the subscription; null for the channel's own place, or none. */
  readonly unsubscribe: string | null;
}

/** One mailbox, however its address is written: no server that matters tells upper case from lower. */
export function mailboxOf(address: string): string {
  return address.toLowerCase();
}

/** One connection, for one mail at a time. */
export interface Outlet {
  /**
   * Hands in one mail. `mayLeave` is asked, without a pause, just before the body's first byte is written; where it says no,
   * nothing leaves, and the mail is `not-sent`.
   * Throws RecipientError where it is this recipient that is refused: the conversation can go on. Throws ChannelError for
   * all else; then the outlet is of no more use: `not-sent` nothing left, `unknown` it may be out, `refused` no mail of this
   * list will ever be taken.
   */
  send(recipient: Recipient, mayLeave: () => boolean, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface Verdict {
  readonly state: "seen" | "missing" | "altered" | "not-yet" | "cannot";
  readonly note: string | null;
}

export interface Finding {
  /** What was checked: `credential`, `permission`, `target`. */
  readonly name: string;
  readonly level: "ok" | "warn" | "fail";
  readonly message: string;
  readonly hint: string | null;
}

/**
 * What became of one attempt.
 * `not-sent` surely nothing was published, may be tried again · `refused` surely nothing, never as is · `unknown` it may be out.
 */
export type Fate = "not-sent" | "refused" | "unknown";

/** The only error that a channel's calls throw. */
export class ChannelError extends Error {
  readonly fate: Fate;
  /** In words: `SLACK_CHANNEL_NOT_FOUND`. */
  readonly code: string;
  readonly hint: string | null;
  /** When the vendor says to try again; only with fate `not-sent`. */
  readonly retryAt: Date | null;
  /** The vendor refused the place, not the words: the engine may send `Post.standAlone`. */
  readonly standAlone: boolean;

  constructor(
    fate: Fate,
    code: string,
    message: string,
    more: {
      hint?: string | null;
      retryAt?: Date | null;
      standAlone?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "ChannelError";
    this.fate = fate;
    this.code = code;
    this.hint = more.hint ?? null;
    this.retryAt = more.retryAt ?? null;
    this.standAlone = more.standAlone ?? false;
  }
}

/** The server does not take a mail for this recipient; others are not concerned. */
export class RecipientError extends ChannelError {
  /** The mailbox is not there: later mailings need not try. */
  readonly lasting: boolean;
  constructor(fate: "not-sent" | "refused", code: string, message: string, lasting: boolean) {
    super(fate, code, message);
    this.name = "RecipientError";
    this.lasting = lasting;
  }
}

/** Thrown by compose where a text cannot be made to fit. */
export class TooLong extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TooLong";
  }
}

/** What the page channel reads when it writes: the incidents as that channel has told them. */
export interface BoardSource {
  /** Every incident with at least one update planned for `channel` (not skipped), newest first, without its words. */
  entries(channel: string): Promise<readonly BoardEntry[]>;
  /** What was said of the incidents with these ids, newest first. */
  updates(channel: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly BoardUpdate[]>>;
  /** What was promised in public to improve, oldest first; of all incidents, whether a page tells of them or not. */
  actions(): Promise<readonly PageAction[]>;
  /** What other dashboards said when they were last read. */
  readings(): Promise<readonly Reading[]>;
  /**
   * Runs `write` while no other process writes this page; `revision` rises with every call, save one that has written
   * nothing and calls `giveBack`.
   */
  exclusively<T>(channel: string, write: (revision: number, giveBack: () => void) => Promise<T>): Promise<T>;
}

/** An incident as the page shows it: the standing is that of the newest update told on this channel. */
export type BoardEntry = PageEntry;

export interface BoardUpdate extends Omit<PageUpdate, "subject" | "blocks"> {
  /** What the page channel composed. */
  readonly payload: Json;
}
