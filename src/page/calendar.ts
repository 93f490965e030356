import {
  escape as escapeText,
  ICalCalendar,
  ICalCalendarMethod,
  ICalEventStatus,
  ICalEventTransparency,
} from "ical-generator";
import { isOpen } from "../incident/incident.ts";
import { toPlainText } from "../render/formats/plain.ts";
import type { PageFile } from "./build.ts";
import { cut } from "./cut.ts";
import { addressOf, pageId, toldAt } from "./identity.ts";
import { namesOf } from "./overview.ts";
import type { PageIncident } from "./site.ts";
import type { View } from "./view.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const LISTED = 200;
/** Characters of the newest update's words in an event. */
const WORDS = 4_000;

/** An object without a component would be no iCalendar object (RFC 5545, 3.6); this one says nothing. */
const NOTHING = `BEGIN:VTIMEZONE
TZID:Etc/UTC
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE`;

/**
 * `maintenance.ics` (RFC 5545): planned work, work under way, and that of the last 90 days; the 200 latest.
 *
 * An event keeps its UID, its SEQUENCE rises with everything said, and DTSTAMP is when something was last said, so the file
 * changes only when the work does. Work without a planned end is given one hour. Work ended before it began is cancelled.
 */
export function calendarFile(view: View): PageFile {
  const { site, speech } = view;
  const { name } = site.property;
  const since = site.generatedAt.getTime() - 90 * DAY_MS;
  const work = view.recent
    .filter(({ type }) => type === "maintenance")
    .filter((each) => isOpen(each) || (each.resolvedAt ?? each.startedAt).getTime() >= since)
    .slice(0, LISTED);
  const calendar = new ICalCalendar({
    // Unlike an event's texts, the calendar's own come out as they are put in.
    name: escapeText(printable(speech.say(speech.texts.feeds.calendar, { name })), false),
    prodId: { company: "status", product: "status page" },
    method: ICalCalendarMethod.PUBLISH,
    ttl: 3600,
    timezone: work.length > 0 ? null : { name: "Etc/UTC", generator: () => NOTHING },
  });
  for (const each of work) calendar.createEvent(eventOf(each, view));
  return { path: "maintenance.ics", content: `${calendar.toString()}\r\n` };
}

function eventOf(work: PageIncident, { site, speech }: View) {
  const { id, title, startedAt, endsAt, resolvedAt, told } = work;
  const { first, last } = toldAt(work);
  const cancelled = resolvedAt !== null && resolvedAt <= startedAt;
  const planned = endsAt !== null && endsAt > startedAt ? endsAt : new Date(startedAt.getTime() + HOUR_MS);
  return {
    id: `${id}@${pageId(site)}`,
    ...{ sequence: told, stamp: last, created: first, lastModified: last },
    ...{ start: startedAt, end: cancelled ? planned : (resolvedAt ?? planned) },
    status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // Nobody who subscribes is busy while we work.
    transparency: ICalEventTransparency.TRANSPARENT,
    summary: printable(speech.say(speech.texts.feeds.event, { name: site.property.name, title })),
    description: printable(describe(work, { site, speech })),
    url: site.url === null ? null : addressOf(id, site),
  };
}

function describe(work: PageIncident, { site, speech }: Pick<View, "site" | "speech">): string {
  const { feeds } = speech.texts;
  const names = namesOf(
    site,
    work.components.map(({ id }) => id),
  );
  const text = cut(toPlainText(work.updates[0]?.blocks ?? []), WORDS);
  return [
    names.length === 0 ? "" : speech.say(feeds.affected, { components: speech.list(names) }),
    text,
    site.url === null ? "" : addressOf(work.id, site),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Text without control characters, which iCalendar forbids; lines stay lines. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\u{10ffff}]/gu, "");
}
