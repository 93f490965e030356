import { parseDuration, sayDuration } from "../base/duration.ts";
import { usageError } from "../base/errors.ts";
import { instantOf, nextOccurrence, sayTime } from "../base/zone.ts";
import type { Person } from "./caller.ts";
import type { Desk } from "./desk.ts";
import { type Duration, isInstant, type SpeakOptions, timeText } from "./options.ts";

const DAY_MS = 86_400_000;
/** Work longer, or further away, than these is most likely a slip of the pen. */
const LONG_MS = 7 * DAY_MS;
const FAR_MS = 366 * DAY_MS;

/** When planned work begins and ends. */
export interface PlannedTimes {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** What the times given are counted from. */
export interface TimeBase {
  readonly now: Date;
  readonly timeZone: string;
  /** Where a duration and a time of day count from; now unless something begins later. */
  readonly after?: Date;
}

/**
 * A time to come: `2026-12-01T18:30Z`, `2026-12-01T18:30` (in the property's zone), `18:30` (the next one there),
 * `90m` (after `after`) or `in 3d` (from now). Throws TIME_UNREADABLE, TIME_SKIPPED.
 */
export function parseMoment(
  flag: string,
  given: Date | Duration,
  { now, timeZone, after = now }: TimeBase,
): Date {
  if (given instanceof Date && isInstant(given)) return given;
  const value = timeText(given);
  const text = value.trim();
  const inFuture = parseDuration(text.replace(/^in /, ""));
  if (inFuture !== null) return new Date((text.startsWith("in ") ? now : after).getTime() + inFuture);
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour !== undefined) return nextOccurrence(Number(hour), Number(minute), after, timeZone);
  const [, date, clock, zone] =
    /^(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(
      text,
    ) ?? [];
  const day = new Date(`${date}T00:00:00Z`);
  if (date === undefined || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date))
    throw usageError(
      "TIME_UNREADABLE",
      /^\d+$/.test(text) ? `${flag} ${value} has no unit.` : `${flag} ${value} is no time.`,
      "Say 2026-12-01T18:30, 18:30, 90m, or 'in 3d'.",
    );
  if (zone !== undefined) return new Date(text.replace(" ", "T"));
  const [atHour = 0, atMinute = 0] = clock!.split(":").map(Number);
  const local = { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() };
  const instant = instantOf({ ...local, hour: atHour, minute: atMinute }, timeZone);
  if (instant !== null) return instant;
  throw usageError(
    "TIME_SKIPPED",
    `${flag} ${value}: on that day the clocks of ${timeZone} skip this time.`,
    "Say an hour later, or give the time with its distance from UTC.",
  );
}

/** An end that is still to come. Throws UNTIL_PAST. */
export function parseUntil(given: Date | Duration, base: TimeBase): Date {
  const end = parseMoment("--until", given, base);
  if (end > base.now) return end;
  throw usageError(
    "UNTIL_PAST",
    `--until ${timeText(given)} is ${sayTime(end, base.timeZone, true)}, and that has passed.`,
    "Give an end that is still to come.",
  );
}

/** Throws FROM_PAST, UNTIL_BEFORE_FROM. */
export function parsePlannedTimes(
  from: string | Date,
  until: Date | Duration,
  { now, timeZone }: TimeBase,
): PlannedTimes {
  const startsAt = from instanceof Date ? from : parseMoment("--from", from, { now, timeZone });
  if (startsAt < now && !(from instanceof Date))
    throw usageError(
      "FROM_PAST",
      `--from ${from} is ${sayTime(startsAt, timeZone, true)}, and that has passed.`,
      "If the work is under way: status announce maintenance-started --until TIME",
    );
  const endsAt = parseMoment("--until", until, { now, timeZone, after: startsAt });
  if (endsAt > startsAt) return { startsAt, endsAt };
  throw usageError(
    "UNTIL_BEFORE_FROM",
    `The work would end (${sayTime(endsAt, timeZone, true)}) before it begins (${sayTime(startsAt, timeZone, true)}).`,
    "Give --until as a time after --from, or as a length: --until 90m",
  );
}

/** What is odd about the times, though it may be meant; null where nothing is. */
function oddity({ startsAt, endsAt }: PlannedTimes, now: Date): string | null {
  const length = endsAt.getTime() - startsAt.getTime();
  if (length > LONG_MS) return `This work is planned to last ${sayDuration(length)}.`;
  const away = startsAt.getTime() - now.getTime();
  return away > FAR_MS ? `This work begins in ${sayDuration(away)}.` : null;
}

/**
 * `from` and `until` of work that is still to come, or a person's answers. Remarks on what is odd about them. Throws TIMES_NEEDED
 * where nobody can be asked, and what `parsePlannedTimes` throws.
 */
export async function plannedTimes(
  desk: Desk,
  options: Pick<SpeakOptions, "from" | "until">,
  person: Person | null,
): Promise<PlannedTimes> {
  const base = { now: desk.surroundings.clock.now(), timeZone: desk.config.property.timeZone };
  const ask = (which: "from" | "until", check: (answer: string) => unknown) => {
    if (person !== null) return person.plannedTime(which, check);
    throw usageError(
      "TIMES_NEEDED",
      `There is no --${which}, and no terminal to ask for it.`,
      "Give both: --from 2026-12-01T02:00 --until 90m",
    );
  };
  const from =
    options.from === undefined
      ? await ask("from", (answer) => parsePlannedTimes(answer, FAR_AWAY, base))
      : timeText(options.from);
  const startsAt = parseMoment("--from", from, base);
  const until = options.until ?? (await ask("until", (answer) => parsePlannedTimes(startsAt, answer, base)));
  const times = parsePlannedTimes(from, until, base);
  const odd = oddity(times, base.now);
  if (odd !== null) desk.remark(`Look twice: ${odd}`);
  return times;
}

const FAR_AWAY = new Date(8.64e15);
