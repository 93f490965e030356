import { createRequire } from "node:module";
import { pageId } from "../../page/identity.ts";
import type { Message } from "../../render/document.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { harmless, literal } from "../../render/literal.ts";
import type { ComposeContext, Property } from "../contract.ts";

/** An iCalendar object (RFC 5545) and what it asks of the reader's calendar (RFC 5546). */
export type CalendarFile = { readonly method: "PUBLISH" | "CANCEL"; readonly content: string };

export const CALENDAR_NAME = "maintenance.ics";

const HOUR_MS = 3_600_000;
const load = createRequire(import.meta.url);

/**
 * The planned work as one event, for the mails that say when it is or that it is off; null for all others.
 * The event has the UID that it has on the built-in page; its SEQUENCE is the update's number and its DTSTAMP the update's
 * time, so that the same update always makes the same bytes.
 */
export function calendarOf(
  message: Message,
  { incident, update }: ComposeContext,
  property: Property,
): CalendarFile | null {
  const method =
    update.verb === "maintenance cancel" ? "CANCEL" : TELLS_TIMES.has(update.verb) ? "PUBLISH" : null;
  if (method === null) return null;
  const { startedAt, endsAt } = incident;
  // Loaded when it is needed: few mails are about planned work.
  const { ICalCalendar, ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } = load(
    "ical-generator",
  ) as typeof import("ical-generator");
  const url = property.statusUrl;
  const calendar = new ICalCalendar({
    prodId: { company: "status", product: "mail" },
    method: ICalCalendarMethod[method],
  });
  calendar.createEvent({
    id: `${incident.id}@${pageId({ property })}`,
    ...{ sequence: update.number, stamp: update.at },
    ...{ start: startedAt, end: endsAt ?? new Date(startedAt.getTime() + HOUR_MS) },
    status: method === "CANCEL" ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // Nobody who reads of our work is busy meanwhile.
    transparency: ICalEventTransparency.TRANSPARENT,
    summary: literal(`${property.name}: ${incident.title}`),
    description: [harmless(toPlainText(message.body)), url].filter((part) => part !== null).join("\n\n"),
    url,
  });
  return { method, content: `${calendar.toString()}\r\n` };
}

const TELLS_TIMES: ReadonlySet<string> = new Set(["maintenance schedule", "maintenance extend"]);
