import { zoneName } from "../base/zone.ts";

/**
 * A time in a template. By itself it prints `09:40 PDT (16:40 UTC)`, with the date where that is not the day of `now`
 * in the property's zone; `.time`, `.date`, `.utc` and `.iso` are its parts.
 */
export class TemplateTime {
  readonly time: string;
  readonly date: string;
  readonly utc: string;
  readonly iso: string;
  readonly #text: string;

  constructor(instant: Date, now: Date, place: { readonly locale: string; readonly timeZone: string }) {
    const { locale, timeZone } = place;
    this.time = clock(instant, locale, timeZone);
    this.utc = clock(instant, "en", "UTC");
    this.date = day(instant, locale, timeZone, true);
    this.iso = instant.toISOString();
    const both = this.time === this.utc ? this.utc : `${this.time} (${this.utc})`;
    const sameYear = year(instant, timeZone) === year(now, timeZone);
    const today = this.date === day(now, locale, timeZone, true);
    this.#text = today ? both : `${day(instant, locale, timeZone, !sameYear)}, ${both}`;
  }

  toString(): string {
    return this.#text;
  }
}

/** `09:40 PDT` */
function clock(instant: Date, locale: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(instant);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return `${part("hour")}:${part("minute")} ${zoneName(instant, timeZone)}`;
}

function day(instant: Date, locale: string, timeZone: string, withYear: boolean): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    day: "numeric",
    month: "long",
    ...(withYear ? ({ year: "numeric" } as const) : {}),
  }).format(instant);
}

function year(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat("en", { timeZone, year: "numeric" }).format(instant);
}
