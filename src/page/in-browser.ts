import type { Site } from "./site.ts";

/** Sources that more than one of the scripts for a reader's browser is made of. */

/** `timesIn(language)`: times in the reader's zone with UTC beside them, written as the page writes the property's. */
export const TIMES_IN: string = String.raw`const timesIn = (language) => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const format = (options, timeZone = zone) => {
    const formatter = new Intl.DateTimeFormat(language, { ...options, timeZone });
    return (at) => formatter.format(at).replace(/\u202f/g, "\xa0");
  };
  const date = { day: "numeric", month: "long", year: "numeric" };
  const day = format(date);
  const clock = format({ hour: "numeric", minute: "2-digit", timeZoneName: "short" });
  const utcDay = format(date, "UTC");
  const utcClock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, "UTC");
  const addUtc = (element, text) => {
    if (zone === "UTC") return;
    const utc = document.createElement("span");
    utc.className = "utc";
    utc.textContent = "(" + text + " UTC)";
    element.append(" ", utc);
  };
  return {
    zone,
    day,
    since: (at) => (day(at) === day(new Date()) ? "" : day(at) + ", ") + clock(at),
    show(element, at) {
      const time = document.createElement("b");
      time.textContent = clock(at);
      element.replaceChildren(day(at) + ", ", time);
      addUtc(element, (utcDay(at) === day(at) ? "" : utcDay(at) + ", ") + utcClock(at));
    },
    showRange(element, from, to) {
      const year = (at) => format({ year: "numeric" })(at);
      const parts = { day: "numeric", month: "long", hour: "numeric", minute: "2-digit" };
      if (year(from) !== year(new Date())) parts.year = "numeric";
      const range = (options) => new Intl.DateTimeFormat(language, { ...parts, ...options }).formatRange(from, to);
      const time = document.createElement("b");
      time.textContent = range({ timeZone: zone, timeZoneName: "short" });
      element.replaceChildren(time);
      addUtc(element, range({ timeZone: "UTC", hour: "2-digit", hourCycle: "h23" }));
    },
  };
};`;

/**
 * `readStatus(address, within)`: what a status page says in its status.json, or null where there is no telling: it cannot
 * be read within so many milliseconds, says too much, or something else than a status page would. Nothing of it is
 * trusted to be of any type, and what is passed on is short text and true dates only.
 */
export const READ_STATUS: string = `const readStatus = async (address, within) => {
  const words = (value) => (typeof value === "string" && value.trim() ? value.slice(0, 300) : null);
  const date = (value) => (typeof value === "string" && !isNaN(Date.parse(value)) ? new Date(value) : null);
  const control = new AbortController();
  const limit = setTimeout(() => control.abort(), within);
  try {
    const answer = await fetch(address, { cache: "no-cache", credentials: "omit", referrerPolicy: "no-referrer", signal: control.signal });
    if (!answer.ok) return null;
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      if (text.length > 3e5) return null;
    }
    const { indicator, description, incidents } = JSON.parse(text);
    if (!["none", "maintenance", "minor", "major", "critical"].includes(indicator) || !words(description)) return null;
    return {
      indicator,
      sentence: words(description),
      open: (Array.isArray(incidents) ? incidents : [])
        .filter((each) => each && each.open === true && each.type !== "notice" && each.phase !== "scheduled" && words(each.title))
        .slice(0, 5)
        .map((each) => ({
          id: words(each.id),
          title: words(each.title),
          since: date(each.startedAt),
          next: date(each.nextUpdateAt),
          told: Number(each.updateCount) || 0,
        })),
    };
  } catch {
    return null;
  } finally {
    clearTimeout(limit);
    control.abort();
  }
};`;

/** Where the public reads the page, always with a slash at its end; null where nobody said, or it is no web address. */
export function publicAddress({ url }: Site): URL | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, host, pathname } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return null;
  return new URL(`${protocol}//${host}${pathname.replace(/\/*$/, "/")}`);
}

/** Without the indentation and remarks, which a browser does not need. */
export function lean(source: string): string {
  return source.replace(/^\s*(\/\/.*)?\n?/gm, "");
}
