import { worse } from "./components.ts";
import {
  type AffectedComponent,
  type ComponentState,
  type IncidentType,
  isClosed,
  type Phase,
} from "./incident.ts";

/** What a timeline is drawn from: an incident with what each of its updates said, in any order. */
export interface TimelineIncident {
  readonly type: IncidentType;
  readonly startedAt: Date;
  readonly resolvedAt: Date | null;
  readonly updates: readonly TimelineUpdate[];
}

export interface TimelineUpdate {
  readonly number: number;
  readonly at: Date;
  readonly phase: Phase;
  /** Every component that the incident affected from this update on. */
  readonly components: readonly AffectedComponent[];
}

/** One calendar day in a zone, `2010-06-29`, and the worst that was true on it. */
export interface Day {
  readonly date: string;
  readonly worst: ComponentState;
}

/**
 * The last `days` calendar days in `timeZone`, oldest first, today last, each with the worst state that any of `ids` (a
 * component, or a group with all below it) had on it. Whatever an update said counts at least on the day it was said;
 * work that is only planned and notices affect nothing. Throws RangeError for a zone that does not exist.
 */
export function timelineOf(
  incidents: readonly TimelineIncident[],
  now: Date,
  timeZone: string,
  days: number,
): (ids: readonly string[]) => Day[] {
  const calendar = calendarOf(now, timeZone, days);
  const periods = incidents.flatMap((incident) => periodsOf(incident, now));
  return (ids) => {
    const wanted = new Set(ids);
    const worst = calendar.map((): ComponentState => "operational");
    for (const { from, to, components } of periods) {
      const hit = components.filter(({ id }) => wanted.has(id));
      const state = hit.reduce((found, each) => worse(found, each.state), "operational" as ComponentState);
      if (state === "operational") continue;
      const first = calendar.findLastIndex(({ start }) => start <= from);
      for (let day = Math.max(0, first); day < days && calendar[day]!.start < to; day++)
        worst[day] = worse(worst[day]!, state);
    }
    return calendar.map(({ date }, day) => ({ date, worst: worst[day]! }));
  };
}

/** In milliseconds, up to but not including `to`; Infinity while it lasts. Periods of several updates may overlap. */
interface Period {
  readonly from: number;
  readonly to: number;
  readonly components: readonly AffectedComponent[];
}

function periodsOf(incident: TimelineIncident, now: Date): Period[] {
  if (incident.type === "notice") return [];
  const updates = [...incident.updates].sort((a, b) => a.number - b.number);
  return updates.flatMap(({ at, phase, components }, index) => {
    if (isClosed(phase) || phase === "scheduled") return [];
    // A clock elsewhere may run ahead of ours: what was said is true now.
    const said = Math.min(at.getTime(), now.getTime());
    const from = index === 0 ? Math.min(said, incident.startedAt.getTime()) : said;
    const next = updates[index + 1]?.at ?? incident.resolvedAt;
    const to = next === null ? Number.POSITIVE_INFINITY : Math.max(next.getTime(), from + 1);
    return [{ from, to, components }];
  });
}

/** The days in order, each with its first instant. */
function calendarOf(now: Date, timeZone: string, days: number): { date: string; start: number }[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const dateAt = (instant: number): string => {
    const [month, day, year] = format.format(instant).split("/");
    return `${year?.padStart(4, "0")}-${month}-${day}`;
  };
  const [year = 0, month = 1, day = 1] = dateAt(now.getTime()).split("-").map(Number);
  const calendar: { date: string; start: number }[] = [];
  for (let back = days - 1; back >= 0; back--) {
    const noon = Date.UTC(year, month - 1, day - back, 12);
    const date = new Date(noon).toISOString().slice(0, 10);
    // True on all but a few days of the year, and ten times as fast as looking for it.
    const guess = (calendar.at(-1)?.start ?? 0) + DAY_MS;
    const right = dateAt(guess) === date && dateAt(guess - 1) < date;
    calendar.push({ date, start: right ? guess : firstInstant(date, noon, dateAt) });
  }
  return calendar;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Clocks change at midnight in some zones, and a zone may skip a whole day: its first instant is then the next day's. */
function firstInstant(date: string, noon: number, dateAt: (instant: number) => string): number {
  // No zone is further than 15 hours from UTC.
  let before = noon - 28 * 60 * MINUTE_MS;
  let after = noon + 4 * 60 * MINUTE_MS;
  while (after - before > MINUTE_MS) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (dateAt(middle) >= date) after = middle;
    else before = middle;
  }
  return after;
}
