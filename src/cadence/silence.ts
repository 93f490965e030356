import type { Delivery } from "../broadcast/ledger.ts";
import { byChannel } from "../broadcast/report.ts";
import { type Incident, isClosed, isOpen, type Update } from "../incident/incident.ts";
import { earliest, isCorrection, latest, type Miss, missOf, type Word, wordOf } from "./heard.ts";

/** How long customers may wait for the first word. */
export interface SilencePolicy {
  readonly acknowledgeWithinMs: number;
}

/** A time without a word. */
export interface Silence {
  readonly from: Date;
  readonly to: Date;
  /** Until when nobody was owed a word; null where nothing was owed at all. */
  readonly allowedUntil: Date | null;
  /** When it began to outlast what was owed; null where it did not. */
  readonly brokenFrom: Date | null;
  /** The channel was left out by choice. */
  readonly leftOut: boolean;
}

/**
 * What became of a promise.
 * kept    the next word came by its time, to the minute as people read it
 * late    it came after
 * broken  it did not come
 * open    its time is still to come
 * waived  the channel was left out by choice before its time came
 */
export type Fate = "kept" | "late" | "broken" | "open" | "waived";

export interface PromiseHeard {
  /** The update that made it. */
  readonly number: number;
  readonly dueAt: Date;
  readonly fate: Fate;
  /** When the next word came. */
  readonly answeredAt: Date | null;
}

/** Everything that one channel heard of an incident, and how long it heard nothing. */
export interface Lane {
  readonly channel: string;
  readonly kind: string;
  readonly audience: "public" | "internal";
  readonly required: boolean;
  /** Oldest first, up to the word that it was over. */
  readonly words: readonly Word[];
  /** Said after that: a correction, an explanation. */
  readonly afterwards: readonly Word[];
  readonly misses: readonly Miss[];
  /** From the incident's start to its end, each where the one before stopped. */
  readonly silences: readonly Silence[];
  readonly promises: readonly PromiseHeard[];
}

export interface IncidentSilence {
  readonly from: Date;
  /** When the last channel heard that it was over; now, for an open one. */
  readonly to: Date;
  readonly open: boolean;
  readonly lanes: readonly Lane[];
  /** One for each update whose promise a required channel heard; the worst fate on any of them. */
  readonly promises: readonly PromiseHeard[];
  /** The first word on a public channel. */
  readonly firstWord: { readonly channel: string; readonly at: Date; readonly afterMs: number } | null;
  /** Null while its time has not come, and where none was owed. */
  readonly firstWordInTime: boolean | null;
}

const MINUTE_MS = 60_000;

/** A promise is said to the minute, so a word within that minute keeps it. */
export function isPast(due: Date, at: Date): boolean {
  return Math.floor(at.getTime() / MINUTE_MS) > Math.floor(due.getTime() / MINUTE_MS);
}

/**
 * Who heard what when, and where silence outlasted what was promised there. Updates and deliveries in any order.
 * A correction that changes or removes posts is no word; one that had to be posted breaks a silence, but keeps no promise.
 */
export function silenceOf(
  incident: Incident,
  updates: readonly Update[],
  deliveries: readonly Delivery[],
  now: Date,
  policy: SilencePolicy,
): IncidentSilence {
  const ordered = [...updates].sort((a, b) => a.number - b.number);
  const open = isOpen(incident);
  const closing = open ? Number.POSITIVE_INFINITY : closingNumber(ordered);
  const posts = deliveries.filter(({ effect }) => effect === "post");
  const channels = [...byChannel(posts)].map(([channel, rows]) => ({
    ...{ channel, rows, first: rows[0]! },
    words: ordered.flatMap((update) => wordOf(update, rows)).sort((a, b) => a.at.getTime() - b.at.getTime()),
  }));
  const during = channels.flatMap(({ words }) => words.filter(({ number }) => number <= closing));
  const from = earliest([
    incident.startedAt,
    ...ordered.slice(0, 1).map(({ at }) => at),
    ...during.map(({ at }) => at),
  ]);
  const over = open ? now : (incident.resolvedAt ?? ordered.at(-1)?.at ?? incident.startedAt);
  const to = latest([from, over, ...during.map(({ at }) => at)]);
  const owedFirst =
    incident.type === "maintenance" && now < incident.startedAt
      ? null
      : new Date(incident.startedAt.getTime() + policy.acknowledgeWithinMs);
  const spoken = publicly(ordered, posts);
  const repeated = repeatedPromises(ordered);
  const lanes = channels.map(({ channel, rows, first, words }): Lane => {
    const heard = words.filter(({ number }) => number <= closing);
    const meant = ordered.filter(({ number }) => number <= closing);
    const misses = meant.flatMap((update) => missOf(update, rows, words));
    const course = { from, to, now, owedFirst, repeated };
    const waivers = misses.filter(
      ({ number, state }) =>
        state === "absent" || (state === "skipped" && (first.audience === "internal" || spoken.has(number))),
    );
    return {
      ...{ channel, kind: first.kind, audience: first.audience, required: first.required },
      ...{ words: heard, afterwards: words.filter(({ number }) => number > closing), misses },
      silences: silencesOf(heard, misses, waivers, course),
      promises: promisesOf(heard, waivers, course),
    };
  });
  const firstWord = firstPublicWord(lanes, incident.startedAt);
  return {
    ...{ from, to, open, lanes },
    promises: promisesOverAll(lanes),
    firstWord,
    firstWordInTime: judgeFirstWord(firstWord?.at ?? null, owedFirst, to),
  };
}

/** The first of the updates at the end that all say it is over. */
function closingNumber(ordered: readonly Update[]): number {
  const lastOpen = ordered.findLast(({ standing }) => !isClosed(standing.phase))?.number ?? 0;
  return ordered.find(({ number }) => number > lastOpen)?.number ?? Number.POSITIVE_INFINITY;
}

/** A correction says again what was promised; a channel may hear it there for the first time. */
function repeatedPromises(ordered: readonly Update[]): Map<number, number> {
  const repeated = new Map<number, number>();
  for (const update of ordered.filter(isCorrection)) {
    const due = update.standing.nextUpdateAt?.getTime();
    const source = ordered.findLast(
      (earlier) =>
        earlier.number < update.number &&
        !isCorrection(earlier) &&
        earlier.standing.nextUpdateAt?.getTime() === due,
    );
    if (due !== undefined && source !== undefined) repeated.set(update.number, source.number);
  }
  return repeated;
}

/** The updates that at least one public channel was to hear: leaving out all of them is silence, not a choice of place. */
function publicly(updates: readonly Update[], posts: readonly Delivery[]): Set<number> {
  return new Set(
    updates
      .filter(({ id }) =>
        posts.some((row) => row.updateId === id && row.audience === "public" && row.state !== "skipped"),
      )
      .map(({ number }) => number),
  );
}

interface Course {
  readonly from: Date;
  readonly to: Date;
  readonly now: Date;
  /** When the first word is owed; null where none is. */
  readonly owedFirst: Date | null;
  /** The number of each correction that repeats a promise → the update that made it. */
  readonly repeated: ReadonlyMap<number, number>;
}

function silencesOf(
  words: readonly Word[],
  misses: readonly Miss[],
  waivers: readonly Miss[],
  { from, to, owedFirst }: Course,
): Silence[] {
  const silences: Silence[] = [];
  let since = from;
  let allowedUntil = owedFirst;
  let leftOut = false;
  const until = (at: Date, next: { allowedUntil: Date | null; leftOut: boolean }) => {
    const end = new Date(Math.min(Math.max(at.getTime(), since.getTime()), to.getTime()));
    // Who is left out from the beginning was never owed a word.
    const never = next.leftOut && !meant;
    const allowed = never ? null : allowedUntil;
    if (end > since) silences.push(silence(since, end, allowed, leftOut || never));
    since = end;
    allowedUntil = next.allowedUntil;
    leftOut = next.leftOut;
  };
  let spoken = false;
  let meant = false;
  const events = [
    ...words.map((word) => ({ at: word.at, word, miss: null })),
    ...misses.map((miss) => ({ at: miss.at, word: null, miss })),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  for (const { at, word, miss } of events) {
    const waived = miss !== null && waivers.includes(miss);
    if (word !== null) {
      until(at, { allowedUntil: word.promisedBy, leftOut: false });
      spoken = true;
    } else if (waived) {
      if (!leftOut) until(at, { allowedUntil: null, leftOut: true });
    } else if (leftOut && miss.state !== "skipped") {
      // It was meant to speak again and did not: a first word is owed as everywhere else.
      until(at, { allowedUntil: spoken ? null : owedFirst, leftOut: false });
    }
    if (!waived && miss?.state !== "skipped") meant = true;
  }
  until(to, { allowedUntil: null, leftOut: false });
  return silences;
}

function silence(from: Date, to: Date, allowedUntil: Date | null, leftOut: boolean): Silence {
  const broken = allowedUntil !== null && isPast(allowedUntil, to);
  return { from, to, allowedUntil, brokenFrom: broken ? latest([from, allowedUntil]) : null, leftOut };
}

function promisesOf(words: readonly Word[], waivers: readonly Miss[], course: Course): PromiseHeard[] {
  const repeats = (word: Word, dueAt: Date | null) =>
    course.repeated.has(word.number) && word.promisedBy?.getTime() === dueAt?.getTime();
  return words.flatMap((word, index): PromiseHeard[] => {
    const { promisedBy: dueAt } = word;
    if (dueAt === null || repeats(word, words[index - 1]?.promisedBy ?? null)) return [];
    const number = course.repeated.get(word.number) ?? word.number;
    const answer = words.slice(index + 1).find((later) => !repeats(later, dueAt))?.at ?? null;
    const waived = waivers.find(({ at }) => at >= word.at && (answer === null || at < answer))?.at ?? null;
    if (waived !== null) {
      const fate = isPast(dueAt, waived) ? "broken" : "waived";
      return [{ number, dueAt, fate, answeredAt: null }];
    }
    const fate = isPast(dueAt, answer ?? course.now) ? (answer === null ? "broken" : "late") : null;
    return [{ number, dueAt, fate: fate ?? (answer === null ? "open" : "kept"), answeredAt: answer }];
  });
}

const WORST_FIRST: readonly Fate[] = ["broken", "late", "open", "kept", "waived"];

/** Judged by the required channels; where none is required, by all. */
function promisesOverAll(lanes: readonly Lane[]): PromiseHeard[] {
  const required = lanes.filter((lane) => lane.required);
  const made = (required.length > 0 ? required : lanes).flatMap(({ promises }) => promises);
  const numbers = [...new Set(made.map(({ number }) => number))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const heard = made.filter((promise) => promise.number === number);
    const fate = WORST_FIRST.find((candidate) => heard.some((promise) => promise.fate === candidate))!;
    const answers = heard.flatMap(({ answeredAt }) => answeredAt ?? []);
    const answeredAt = fate === "kept" || fate === "late" ? latest(answers) : null;
    return { number, dueAt: heard[0]!.dueAt, fate, answeredAt };
  });
}

function firstPublicWord(lanes: readonly Lane[], startedAt: Date): IncidentSilence["firstWord"] {
  const [first] = lanes
    .filter(({ audience }) => audience === "public")
    .flatMap(({ channel, words }) => words.slice(0, 1).map(({ at }) => ({ channel, at })))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  return first === undefined ? null : { ...first, afterMs: first.at.getTime() - startedAt.getTime() };
}

function judgeFirstWord(at: Date | null, owed: Date | null, to: Date): boolean | null {
  if (owed === null) return null;
  if (isPast(owed, at ?? to)) return false;
  return at === null ? null : true;
}
