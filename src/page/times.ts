import { type LocalTime, localTime } from "../base/zone.ts";
import { Html, html } from "./html.ts";

/** How one page writes its times: in its language and its property's zone, with UTC beside it for everyone else. */
export interface Times {
  /** `June 29, 2010, 9:40 AM PDT (16:40 UTC)` */
  readonly full: (at: Date) => Html;
  /** `June 29, 2010` */
  readonly day: (at: Date) => Html;
  /** `June 29, 2010` as a day of the calendar: the same to every reader, wherever their clocks stand. */
  readonly date: (at: Date) => Html;
  /** `June 2010` */
  readonly month: (at: Date) => string;
  /** `2010-06`, in the property's zone. */
  readonly monthKey: (at: Date) => string;
  /**
   * `July 4, 11:00 PM – 1:00 AM PDT (July 5, 06:00 – 08:00 UTC)`, or the beginning alone. The year stands where it is not
   * that of `now`; the day of the end stands unless the end is the next time that the clock shows that hour.
   */
  readonly range: (from: Date, to: Date | null, now: Date) => Html;
  /** `3 h 5 min`; at least one minute, and no minutes from a day on. */
  readonly lasted: (from: Date, to: Date) => string;
}

type Format = (options: Intl.DateTimeFormatOptions, zone?: string) => (at: Date) => string;

/** `locale` is the language of the page's own words, with the region of its readers where that is known: see `datesOf`. */
export function createTimes(locale: string, timeZone: string): Times {
  const language = supported(locale);
  const format: Format = (options, zone = timeZone) => {
    let formatter: Intl.DateTimeFormat | undefined;
    return (at) => {
      formatter ??= new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
      // Node releases disagree about the kind of space before AM and PM.
      return formatter.format(at).replace(/\u202f/g, "\u00a0");
    };
  };
  const reading = steadyReading(timeZone, language);
  const day = remembering(format(LONG_DAY));
  const utcDay = remembering(format(LONG_DAY, "UTC"));
  const clock = remembering(format({ ...CLOCK, timeZoneName: "short" }));
  const utcClock = remembering(format(UTC_CLOCK, "UTC"));
  const month = remembering(format({ month: "long", year: "numeric" }));
  const dayAt = (at: Date) => day(at, reading(at)?.day ?? null);
  return {
    full(at) {
      const steady = reading(at);
      const local = day(at, steady?.day ?? null);
      const inUtc = utcDay(at, dayOf(at));
      return html`<time datetime="${at.toISOString()}">${local}, <b>${clock(at, steady?.clock ?? null)}</b> <span class="utc">(${inUtc.markup === local.markup ? null : html`${inUtc}, `}${utcClock(at, minuteOf(at))} UTC)</span></time>`;
    },
    day: (at) => html`<time datetime="${at.toISOString()}">${dayAt(at)}</time>`,
    date: (at) => {
      const local = localTime(at, timeZone);
      return html`<time datetime="${monthOf(local)}-${padded(local.day)}">${dayAt(at)}</time>`;
    },
    month: (at) => month(at, reading(at)?.day ?? null).text,
    monthKey: (at) => monthAnywhere(at) ?? monthOf(localTime(at, timeZone)),
    range: rangeOf(format),
    lasted: lastingOf(language),
  };
}

/** `write` with what it wrote before under the same key; without one it writes anew. Thousands of times fall on few days and minutes. */
function remembering(write: (at: Date) => string): (at: Date, key: number | null) => Written {
  const before = new Map<number, Written>();
  return (at, key) => {
    const known = key === null ? undefined : before.get(key);
    if (known !== undefined) return known;
    const text = write(at);
    const written = new Written(text);
    if (key !== null) before.set(key, written);
    return written;
  };
}

/** Text with itself as markup. */
class Written extends Html {
  readonly text: string;
  constructor(text: string) {
    super(html`${text}`.markup);
    this.text = text;
  }
}

/** What a clock in a zone shows at some instant. */
interface Reading {
  /** That of 1970 is 0. */
  readonly day: number;
  /** Another number for every minute of the day under every name of the zone. */
  readonly clock: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MINUTES = 1440;
/** No zone is further than this from UTC. */
const FURTHEST_MS = 15 * 3_600_000;
/** Clocks that are changed and changed back take longer: a week, in Recife in October 2000. */
const STRETCH_DAYS = 4;
/** From here on no zone is off UTC by seconds, as Liberia was until January 1972. */
const WHOLE_MINUTES_SINCE = Date.UTC(1972, 1);

/**
 * What clocks show in the zone; null within days of a change, where they are put forward or back or their zone takes another
 * name. Asks Intl once for each STRETCH_DAYS in place of once for each time.
 */
function steadyReading(timeZone: string, language: string): (at: Date) => Reading | null {
  const named = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: "short" });
  const names: string[] = [];
  const beginnings = new Map<number, { readonly ahead: number; readonly name: number }>();
  const beginning = (stretch: number) => {
    const known = beginnings.get(stretch);
    if (known !== undefined) return known;
    const at = new Date(stretch * STRETCH_DAYS * DAY_MS);
    const { year, month, day, hour, minute } = localTime(at, timeZone);
    const name = named.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
    if (!names.includes(name)) names.push(name);
    const made = {
      ahead: Date.UTC(year, month - 1, day, hour, minute) - at.getTime(),
      name: names.indexOf(name),
    };
    beginnings.set(stretch, made);
    return made;
  };
  return (at) => {
    if (!(at.getTime() >= WHOLE_MINUTES_SINCE)) return null;
    const stretch = Math.floor(dayOf(at) / STRETCH_DAYS);
    const { ahead, name } = beginning(stretch);
    const next = beginning(stretch + 1);
    if (next.ahead !== ahead || next.name !== name) return null;
    const shown = new Date(at.getTime() + ahead);
    return { day: dayOf(shown), clock: name * MINUTES + minuteOf(shown) };
  };
}

function dayOf(at: Date): number {
  return Math.floor(at.getTime() / DAY_MS);
}

function minuteOf(at: Date): number {
  return Math.floor((at.getTime() - dayOf(at) * DAY_MS) / MINUTE_MS);
}

/** Far enough from its ends a month is the same in every zone; null near them. Asking Intl costs a hundred times as much. */
function monthAnywhere(at: Date): string | null {
  const [earliest, latest] = [utcMonth(at.getTime() - FURTHEST_MS), utcMonth(at.getTime() + FURTHEST_MS)];
  return earliest === latest && at.getTime() >= WHOLE_MINUTES_SINCE ? earliest : null;
}

function utcMonth(ms: number): string {
  const at = new Date(ms);
  return monthOf({ year: at.getUTCFullYear(), month: at.getUTCMonth() + 1 });
}

function monthOf({ year, month }: Pick<LocalTime, "year" | "month">): string {
  return `${year}-${padded(month)}`;
}

function padded(number: number): string {
  return String(number).padStart(2, "0");
}

/** The locale that a page in `language` writes dates by: that of its readers, while that is the same language. */
export function datesOf(language: string, readers: string): string {
  try {
    return new Intl.Locale(readers).language === new Intl.Locale(language).language ? readers : language;
  } catch {
    return language;
  }
}

const SHORT_DAY = { day: "numeric", month: "long" } as const;
const LONG_DAY = { ...SHORT_DAY, year: "numeric" } as const;
const CLOCK = { hour: "numeric", minute: "2-digit" } as const;
const UTC_CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const HALF_DAY_MS = 43_200_000;

function rangeOf(format: Format): Times["range"] {
  const local = dayWriter(format);
  const utc = dayWriter(format, "UTC");
  const clock = format(CLOCK);
  const named = format({ ...CLOCK, timeZoneName: "short" });
  const utcClock = format(UTC_CLOCK, "UTC");
  const zoneOf = (at: Date) => named(at).replace(clock(at), "");
  return (from, to, now) => {
    const begins = local.write(from, now);
    const utcBegins = utc.write(from, now);
    const utcFrom = `${utcBegins === begins ? "" : `${utcBegins}, `}${utcClock(from)}`;
    if (to === null)
      return html`<time datetime="${from.toISOString()}">${begins}, <b>${named(from)}</b> <span class="utc">(${utcFrom} UTC)</span></time>`;
    const soon = to >= from && to.getTime() - from.getTime() < HALF_DAY_MS;
    const ends = soon || local.same(from, to) ? "" : `${local.write(to, now)}, `;
    const utcTo = `${soon || utc.same(from, to) ? "" : `${utc.write(to, now)}, `}${utcClock(to)}`;
    const start = zoneOf(from) === zoneOf(to) ? clock(from) : named(from);
    return html`<span class="range"><time datetime="${from.toISOString()}">${begins}, <b>${start}</b></time> – <time datetime="${to.toISOString()}">${ends}<b>${named(to)}</b> <span class="utc">(${utcFrom} – ${utcTo} UTC)</span></time></span>`;
  };
}

/** A day as people say it now: with its year only where that is another. */
function dayWriter(format: Format, zone?: string) {
  const short = format(SHORT_DAY, zone);
  const long = format(LONG_DAY, zone);
  const year = format({ year: "numeric" }, zone);
  return {
    write: (at: Date, now: Date) => (year(at) === year(now) ? short(at) : long(at)),
    same: (a: Date, b: Date) => long(a) === long(b),
  };
}

/** English abbreviates `2 days 3 hr 5 min` by its own rules; the international symbols are shorter and as clear. */
const ENGLISH_UNITS = { day: "d", hour: "h", minute: "min" } as const;

function lastingOf(language: string): Times["lasted"] {
  const english = new Intl.Locale(language).language === "en";
  const unit = (name: keyof typeof ENGLISH_UNITS) => {
    if (english) return (count: number) => `${count} ${ENGLISH_UNITS[name]}`;
    const formatter = new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" });
    return (count: number) => formatter.format(count).replace(/\u202f/g, "\u00a0");
  };
  const [days, hours, minutes] = [unit("day"), unit("hour"), unit("minute")];
  return (from, to) => {
    const all = Math.max(1, Math.round((to.getTime() - from.getTime()) / 60_000));
    const d = Math.floor(all / 1440);
    const h = Math.floor((all % 1440) / 60);
    const m = d === 0 ? all % 60 : 0;
    return [d > 0 ? days(d) : "", h > 0 ? hours(h) : "", m > 0 ? minutes(m) : ""]
      .filter((part) => part !== "")
      .join(" ");
  };
}

function supported(locale: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? "en";
  } catch {
    return "en";
  }
}
