import { type LocalTime, localTime } from "../base/zone.ts";
import { type Html, html } from "./html.ts";

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
    const formatter = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    // Node releases disagree about the kind of space before AM and PM.
    return (at) => formatter.format(at).replace(/\u202f/g, "\u00a0");
  };
  const day = format(LONG_DAY);
  const utcDay = format(LONG_DAY, "UTC");
  const clock = format({ ...CLOCK, timeZoneName: "short" });
  const utcClock = format(UTC_CLOCK, "UTC");
  const utc = (at: Date) => `${utcDay(at) === day(at) ? "" : `${utcDay(at)}, `}${utcClock(at)} UTC`;
  return {
    full: (at) =>
      html`<time datetime="${at.toISOString()}">${day(at)}, <b>${clock(at)}</b> <span class="utc">(${utc(at)})</span></time>`,
    day: (at) => html`<time datetime="${at.toISOString()}">${day(at)}</time>`,
    date: (at) => {
      const local = localTime(at, timeZone);
      return html`<time datetime="${monthOf(local)}-${padded(local.day)}">${day(at)}</time>`;
    },
    month: format({ month: "long", year: "numeric" }),
    monthKey: (at) => monthOf(localTime(at, timeZone)),
    range: rangeOf(format),
    lasted: lastingOf(language),
  };
}

function monthOf({ year, month }: LocalTime): string {
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
