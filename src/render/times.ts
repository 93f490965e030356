import { localTime, sayTime, zoneName } from "../base/zone.ts";

/** Where a time is read: BCP 47 and IANA. */
interface Place {
  readonly locale: string;
  readonly timeZone: string;
}

/**
 * A time in a template. By itself it prints `09:40 PDT (16:40 UTC)`, with the date where that is not the day of `now`
 * in the property's zone; `.time`, `.date`, `.utc` and `.iso` are its parts.
 */
export class TemplateTime {
  readonly time: string;
  declare readonly date: string;
  readonly utc: string;
  readonly iso: string;
  readonly #text: string;

  constructor(instant: Date, now: Date, { locale, timeZone }: Place) {
    const place = { locale: supported(locale), timeZone };
    this.time = clock(instant, place);
    this.utc = clock(instant, { locale: "en", timeZone: "UTC" });
    // Templates read own properties only; most never say a date, and to make what words one takes long.
    Object.defineProperty(this, "date", { enumerable: true, get: () => day(instant, place, true) });
    this.iso = instant.toISOString();
    const both = this.time === this.utc ? this.utc : `${this.time} (${this.utc})`;
    const [then, today] = [localTime(instant, timeZone), localTime(now, timeZone)];
    const sameYear = then.year === today.year;
    const sameDay = sameYear && then.month === today.month && then.day === today.day;
    this.#text = sameDay ? both : `${day(instant, place, !sameYear)}, ${both}`;
  }

  toString(): string {
    return this.#text;
  }
}

/** For a title: `29 Jun 2010 09:40 PDT`, which no English reader takes for another day; `29. Juni 2010, 18:40 MESZ`. */
export function sayMoment(instant: Date, { locale, timeZone }: Place): string {
  const place = { locale: supported(locale), timeZone };
  if (isEnglish(place.locale)) return sayTime(instant, timeZone, true);
  return `${day(instant, place, true)}, ${clock(instant, place)}`;
}

/** English everywhere says a clock time alike; an extension of the tag may ask for other digits. */
const PLAIN_ENGLISH = /^en(?:-[a-z]{2})?$/i;

/** `09:40 PDT` */
function clock(instant: Date, { locale, timeZone }: Place): string {
  if (PLAIN_ENGLISH.test(locale)) return sayTime(instant, timeZone);
  const parts = formatter(locale, { ...CLOCK, timeZone }).formatToParts(instant);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return `${part("hour")}:${part("minute")} ${zoneIn(instant, locale, timeZone)}`;
}

/** `MESZ` to a German; a zone that the language has no name for keeps the one that its own people give it. */
function zoneIn(instant: Date, locale: string, timeZone: string): string {
  if (isEnglish(locale)) return zoneName(instant, timeZone);
  const parts = formatter(locale, { timeZone, timeZoneName: "short" }).formatToParts(instant);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  return name === "" || /\d/.test(name) ? zoneName(instant, timeZone) : name;
}

function isEnglish(locale: string): boolean {
  return /^en\b/i.test(locale);
}

function day(instant: Date, { locale, timeZone }: Place, withYear: boolean): string {
  return formatter(locale, { ...(withYear ? LONG_DAY : SHORT_DAY), timeZone }).format(instant);
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const SHORT_DAY = { day: "numeric", month: "long" } as const;
const LONG_DAY = { ...SHORT_DAY, year: "numeric" } as const;

/** Making one costs more than a thousand readings; a process knows few languages and zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(key, known);
  return known;
}

/** The machine's own language would stand in for one that nobody has dates in. */
function supported(locale: string): string {
  // To ask is dear: all languages are looked through.
  if (PLAIN_ENGLISH.test(locale)) return locale;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? "en";
  } catch {
    return "en";
  }
}
