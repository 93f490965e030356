import type { Delivery, DeliveryState } from "../broadcast/ledger.ts";
import type { Phase, Update } from "../incident/incident.ts";

/** One update as one channel's audience heard it. */
export interface Word {
  readonly number: number;
  readonly phase: Phase;
  /** When the first of its posts was out. */
  readonly at: Date;
  /** When the last was; the same where there is one post. */
  readonly until: Date;
  /** False where some of its posts are not out: a part of this audience has not heard it. */
  readonly whole: boolean;
  /** The next update as this word promised it. */
  readonly promisedBy: Date | null;
}

/** An update that a channel did not hear; `absent` where the channel was not configured then. */
export interface Miss {
  readonly number: number;
  /** When the update was written. */
  readonly at: Date;
  readonly state: DeliveryState | "missing" | "absent";
}

/** Whether it only says better what was said before. */
export function isCorrection({ verb }: Update): boolean {
  return verb === "correct" || verb === "retract";
}

/** Whether the post is out, and has not been seen to be gone. */
export function isHeard<D extends Pick<Delivery, "state" | "verification" | "sentAt">>(
  row: D,
): row is D & { sentAt: Date } {
  return row.state === "sent" && row.verification !== "missing" && row.sentAt !== null;
}

/** The update as a channel heard it; none where nothing of it is out. `rows` are that channel's posts. */
export function wordOf({ id, number, standing }: Update, rows: readonly Delivery[]): Word[] {
  const own = rows.filter(({ updateId }) => updateId === id);
  const out = own.filter(isHeard).map(({ sentAt }) => sentAt);
  if (out.length === 0) return [];
  const { phase, nextUpdateAt } = standing;
  const whole = own.every((row) => isHeard(row) || row.state === "skipped");
  return [{ number, phase, at: earliest(out), until: latest(out), whole, promisedBy: nextUpdateAt }];
}

/** From what concerns people most to what concerns them least. */
const MOST_PRESSING: readonly Miss["state"][] = [
  ...(["unknown", "missing", "refused", "waiting", "sending", "planned", "pending"] as const),
  ...(["superseded", "skipped"] as const),
];

/** The update as a channel did not hear it; none where it did, or was owed nothing of it. */
export function missOf(update: Update, rows: readonly Delivery[], words: readonly Word[]): Miss[] {
  const { id, number, at } = update;
  if (words.some((word) => word.number === number)) return [];
  const states = rows
    .filter(({ updateId }) => updateId === id)
    .map(({ state, verification }): Miss["state"] => (verification === "missing" ? "missing" : state));
  const state = MOST_PRESSING.find((candidate) => states.includes(candidate)) ?? "absent";
  // Nobody is owed a correction of words that could be changed in their place.
  if (isCorrection(update) && (state === "absent" || state === "skipped")) return [];
  return [{ number, at, state }];
}

export function earliest(dates: readonly Date[]): Date {
  return new Date(Math.min(...dates.map(Number)));
}

export function latest(dates: readonly Date[]): Date {
  return new Date(Math.max(...dates.map(Number)));
}
