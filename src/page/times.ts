import { type Html, html } from "./html.ts";

/** How one property writes its times: in its own zone, with UTC beside it for everyone else. */
export interface Times {
  /** `June 29, 2010, 9:40 AM PDT (16:40 UTC)` */
  readonly full: (at: Date) => Html;
  /** `June 29, 2010` */
  readonly day: (at: Date) => Html;
  /** `June 2010` */
  readonly month: (at: Date) => string;
}

export function createTimes(locale: string, timeZone: string): Times {
  const language = supported(locale);
  const format = (options: Intl.DateTimeFormatOptions, zone = timeZone) => {
    const formatter = new Intl.DateTimeFormat(language, {
      ...options,
      timeZone: zone,
    });
    // Node releases disagree about the kind of space before AM and PM.
    return (at: Date) => formatter.format(at).replace(/\u202f/g, "\u00a0");
  };
  const date = { day: "numeric", month: "long", year: "numeric" } as const;
  const day = format(date);
  const utcDay = format(date, "UTC");
  const clock = format({
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  });
  const utcClock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, "UTC");
  const utc = (at: Date) => `${utcDay(at) === day(at) ? "" : `${utcDay(at)}, `}${utcClock(at)} UTC`;
  return {
    full: (at) =>
      html`<time datetime="${at.toISOString()}">${day(at)}, <b>${clock(at)}</b> <span class="utc">(${utc(at)})</span></time>`,
    day: (at) => html`<time datetime="${at.toISOString()}">${day(at)}</time>`,
    month: format({ month: "long", year: "numeric" }),
  };
}

/** `3 h 5 min`; at least one minute. */
export function lasted(from: Date, to: Date): string {
  const minutes = Math.max(1, Math.round((to.getTime() - from.getTime()) / 60_000));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts = [
    days > 0 ? `${days} d` : "",
    hours > 0 ? `${hours} h` : "",
    minutes % 60 > 0 && days === 0 ? `${minutes % 60} min` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function supported(locale: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? "en";
  } catch {
    return "en";
  }
}
