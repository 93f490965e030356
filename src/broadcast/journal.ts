/**
 * What somebody did, in the record of who did what.
 * said        an update was recorded, to be broadcast
 * planned     an update was frozen, to be approved or said later
 * approved    a plan was agreed to
 * overrode    an update was said although a wording rule forbids it
 * broke-glass an update was said without the approval that it needs
 * resent      a post that may have been out was sent again
 * promised    an action was added · changed · carried-out · dropped
 */
export const ACTS = [
  "said",
  "planned",
  "approved",
  "overrode",
  "broke-glass",
  "resent",
  "promised",
  "changed",
  "carried-out",
  "dropped",
] as const;
export type Act = (typeof ACTS)[number];

/** One line of the record: only ever added, never changed. */
export interface JournalEntry {
  readonly id: string;
  readonly at: Date;
  /** Who: a mail address as git knows it, else `user@host`; of a signed approval the signer's principal. */
  readonly by: string;
  readonly act: Act;
  readonly incidentId: string | null;
  readonly updateId: string | null;
  /** The plan's hash, where it is about one. */
  readonly plan: string | null;
  /** What exactly: the verb, the wording rule, the channel, the action's id. */
  readonly what: string | null;
  /** In the words of whoever did it. */
  readonly reason: string | null;
  /** A signature, as `ssh-keygen -Y sign` writes it. */
  readonly proof: string | null;
}

/** An update that is composed and kept, and not said yet. */
export interface FrozenPlan {
  /** SHA-256 of `document`, in hexadecimal. */
  readonly hash: string;
  readonly document: string;
  readonly incidentId: string;
  readonly verb: string;
  readonly by: string;
  readonly at: Date;
  readonly expiresAt: Date;
}
