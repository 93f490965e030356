import { sayDuration } from "../base/duration.ts";
import type { Incident } from "../incident/incident.ts";
import type { Fate, IncidentSilence, Lane } from "./silence.ts";

/** A channel and a length of time, in milliseconds. */
export interface OnChannel {
  readonly channel: string;
  readonly ms: number;
}

/** The channels where it is worst, those that look alike to people together; `channel` and `ms` of the first. */
export interface Worst extends OnChannel {
  readonly channels: readonly string[];
}

export type PromiseCount = Readonly<Record<Exclude<Fate, "waived">, number>>;

/** What a report counts of one incident. */
export interface Figures {
  /** From the incident's start to the first public word; below zero where planned work was told before. Null: no word. */
  readonly firstWordMs: number | null;
  readonly firstWordInTime: boolean | null;
  readonly promises: PromiseCount;
  /** Of the public channels that were not left out. */
  readonly longestSilence: OnChannel | null;
  /** The public channels that were silent longest beyond what was owed; null where none was. */
  readonly worst: Worst | null;
}

/** The same over many incidents; null where there is nothing to count. */
export interface Totals {
  /** Planned work is counted for itself. */
  readonly incidents: number;
  readonly maintenances: number;
  /** Planned work is told before it begins, so it has no part in this. */
  readonly firstWord: {
    readonly medianMs: number | null;
    readonly inTime: number;
    readonly late: number;
  };
  readonly promises: PromiseCount;
  readonly longestSilence: OnChannel | null;
  /** The channels that were silent longest beyond what was owed, all incidents together. */
  readonly worst: Worst | null;
}

/** For how long a channel was silent beyond what was owed on it, in milliseconds. */
export function brokenMs({ silences }: Pick<Lane, "silences">): number {
  return silences.reduce(
    (sum, { brokenFrom, to }) => sum + (brokenFrom === null ? 0 : to.getTime() - brokenFrom.getTime()),
    0,
  );
}

/** The longest time without a word, in milliseconds; what was left out by choice does not count. */
export function longestMs({ silences }: Pick<Lane, "silences">): number {
  return Math.max(0, ...silences.map(({ from, to, leftOut }) => (leftOut ? 0 : +to - +from)));
}

export function countPromises(promises: readonly { readonly fate: Fate }[]): PromiseCount {
  const of = (fate: Fate) => promises.filter((promise) => promise.fate === fate).length;
  return { kept: of("kept"), late: of("late"), broken: of("broken"), open: of("open") };
}

export function figuresOf({ lanes, promises, firstWord, firstWordInTime }: IncidentSilence): Figures {
  const heard = lanes.filter(({ audience }) => audience === "public");
  return {
    firstWordMs: firstWord?.afterMs ?? null,
    firstWordInTime,
    promises: countPromises(promises),
    longestSilence: most(heard.map((lane) => ({ channel: lane.channel, ms: longestMs(lane) }))),
    worst: worstOf(heard.map((lane) => ({ channel: lane.channel, ms: brokenMs(lane) }))),
  };
}

export function totalsOf(
  all: readonly { incident: Incident; silence: IncidentSilence; figures: Figures }[],
): Totals {
  const figures = all.map((one) => one.figures);
  const unplanned = all.filter(({ incident }) => incident.type !== "maintenance").map((one) => one.figures);
  const sum = (fate: keyof PromiseCount) =>
    figures.reduce((total, { promises }) => total + promises[fate], 0);
  const heard = all
    .flatMap(({ silence }) => silence.lanes)
    .filter(({ audience }) => audience === "public")
    .map((lane) => ({ channel: lane.channel, ms: brokenMs(lane) }));
  return {
    incidents: unplanned.length,
    maintenances: all.length - unplanned.length,
    firstWord: {
      medianMs: median(unplanned.flatMap(({ firstWordMs }) => firstWordMs ?? [])),
      inTime: unplanned.filter(({ firstWordInTime }) => firstWordInTime === true).length,
      late: unplanned.filter(({ firstWordInTime }) => firstWordInTime === false).length,
    },
    promises: { kept: sum("kept"), late: sum("late"), broken: sum("broken"), open: sum("open") },
    longestSilence: most(figures.flatMap(({ longestSilence }) => longestSilence ?? [])),
    worst: worstInAll(heard),
  };
}

function most(candidates: readonly OnChannel[]): OnChannel | null {
  return candidates.reduce<OnChannel | null>(
    (found, candidate) => (candidate.ms > (found?.ms ?? 0) ? candidate : found),
    null,
  );
}

function worstOf(candidates: readonly OnChannel[]): Worst | null {
  const worst = most(candidates);
  if (worst === null) return null;
  const alike = candidates.filter(({ ms }) => sayDuration(ms) === sayDuration(worst.ms));
  return { ...worst, channels: alike.map(({ channel }) => channel) };
}

/** The channels with the most in all incidents together. */
function worstInAll(parts: readonly OnChannel[]): Worst | null {
  const sums = new Map<string, number>();
  for (const { channel, ms } of parts) sums.set(channel, (sums.get(channel) ?? 0) + ms);
  return worstOf([...sums].map(([channel, ms]) => ({ channel, ms })));
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}
