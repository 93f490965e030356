/** A wall-clock reading in some time zone. `month` is 1–12. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Making one costs more than a thousand readings. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockIn(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** What a clock on the wall in `timeZone` shows at `instant`. */
export function localTime(instant: Date, timeZone: string): LocalTime {
  if (timeZone === "UTC") return utcTime(instant);
  const parts = clockIn(timeZone).formatToParts(instant);
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return {
    year: read("year"),
    month: read("month"),
    day: read("day"),
    hour: read("hour"),
    minute: read("minute"),
  };
}

/** By itself, for the first formatter of dates that a process makes costs it 12 ms, and a property's zone is UTC unless it says. */
function utcTime(instant: Date): LocalTime {
  return {
    year: instant.getUTCFullYear(),
    month: instant.getUTCMonth() + 1,
    day: instant.getUTCDate(),
    hour: instant.getUTCHours(),
    minute: instant.getUTCMinutes(),
  };
}

/**
 * The instant at which the wall clock in `timeZone` shows `local`.
 * Null for a time that the zone skips (spring forward); the first of the two for a time that it repeats.
 */
export function instantOf(local: LocalTime, timeZone: string): Date | null {
  return instantsOf(local, timeZone)[0] ?? null;
}

/** All instants at which it shows that, soonest first: none, one, or two. */
function instantsOf(local: LocalTime, timeZone: string): Date[] {
  const asUtc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute);
  const candidates: Date[] = [];
  // No zone is further than 15 hours from UTC, and offsets are multiples of 15 minutes.
  for (let offset = -15 * 60; offset <= 15 * 60; offset += 15) {
    const candidate = new Date(asUtc - offset * 60_000);
    const seen = localTime(candidate, timeZone);
    if (seen.day === local.day && seen.hour === local.hour && seen.minute === local.minute)
      candidates.push(candidate);
  }
  return candidates.sort((a, b) => a.getTime() - b.getTime());
}

/** The next time after `now` that the wall clock in `timeZone` shows hour:minute. */
export function nextOccurrence(hour: number, minute: number, now: Date, timeZone: string): Date {
  return occurrence(hour, minute, now, timeZone, 1);
}

/** The last time up to `now` that the wall clock in `timeZone` showed hour:minute. */
export function lastOccurrence(hour: number, minute: number, now: Date, timeZone: string): Date {
  return occurrence(hour, minute, now, timeZone, -1);
}

function occurrence(hour: number, minute: number, now: Date, timeZone: string, step: 1 | -1): Date {
  const today = localTime(now, timeZone);
  for (let days = 0; days <= 3; days++) {
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day + days * step));
    const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    const found = instantsOf({ ...day, hour, minute }, timeZone);
    const fitting = found.filter((at) => (step === 1 ? at > now : at <= now));
    const chosen = step === 1 ? fitting[0] : fitting.at(-1);
    if (chosen !== undefined) return chosen;
  }
  throw new RangeError(`no ${hour}:${minute} near ${now.toISOString()} in ${timeZone}`);
}

/** The short name of a zone as its own people say it: `PDT`, `CET`, `AEST`; else its distance, `GMT+5:30`. */
export function zoneName(instant: Date, timeZone: string): string {
  if (timeZone === "UTC") return timeZone;
  let name = "";
  // Each region's English has the short names of its own zones only.
  for (const region of ["en-US", "en-GB", "en-AU", "en-IN", "en-ZA", "en-NZ"]) {
    const parts = namerIn(region, timeZone).formatToParts(instant);
    name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
    if (!/^GMT[+-]/.test(name)) return name;
  }
  return name;
}

const namers = new Map<string, Intl.DateTimeFormat>();

function namerIn(region: string, timeZone: string): Intl.DateTimeFormat {
  const key = `${region} ${timeZone}`;
  const namer = namers.get(key) ?? new Intl.DateTimeFormat(region, { timeZone, timeZoneName: "short" });
  namers.set(key, namer);
  return namer;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `09:40 PDT` or, with `date`, `29 Jun 2010 09:40 PDT`; in `timeZone`. */
export function sayTime(instant: Date, timeZone: string, date = false): string {
  const { year, month, day, hour, minute } = localTime(instant, timeZone);
  const [hh, mm] = [hour, minute].map((number) => String(number).padStart(2, "0"));
  const time = `${hh}:${mm} ${zoneName(instant, timeZone)}`;
  return date ? `${day} ${MONTHS[month - 1]} ${year} ${time}` : time;
}
