import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { calendarFile } from "../../src/page/calendar.ts";
import type { PageIncident } from "../../src/page/site.ts";
import { at, OUTAGE, PAST, PLANNED, site, type ToldSite } from "./sites.ts";
import { crowd, HOSTILE, viewOf } from "./views.ts";

const DATABASE = PAST[1]!;

function write(given: ToldSite): string {
  return String(calendarFile(viewOf(given)).content);
}

function read(given: ToldSite) {
  const calendar = new ICAL.Component(ICAL.parse(write(given)));
  const events = calendar.getAllSubcomponents("vevent").map((event) => {
    const value = (name: string) => {
      const found = event.getFirstPropertyValue(name);
      return found instanceof ICAL.Time ? found.toJSDate().toISOString() : found;
    };
    const names = [
      "uid",
      "sequence",
      "dtstamp",
      "dtstart",
      "dtend",
      "status",
      "summary",
      "description",
      "url",
    ];
    return Object.fromEntries(names.map((name) => [name, value(name)]));
  });
  return { calendar, events };
}

const planned = (more: Partial<PageIncident>): PageIncident => ({ ...PLANNED, ...more });

describe("the calendar", () => {
  it("holds planned work and none of the incidents", () => {
    const { calendar, events } = read(
      site([OUTAGE, DATABASE, planned({ endsAt: at("2010-07-05T06:20:00Z") })]),
    );
    expect(calendar.getFirstPropertyValue("x-wr-calname")).toBe("Amazon.com: maintenance");
    expect(events).toEqual([
      {
        uid: expect.stringMatching(/^2010-07-04-payments@[0-9a-z]{12}$/),
        sequence: 1,
        dtstamp: "2010-06-28T15:00:00.000Z",
        dtstart: "2010-07-05T06:00:00.000Z",
        dtend: "2010-07-05T06:20:00.000Z",
        status: "CONFIRMED",
        summary: "Amazon.com: Payment system upgrade",
        description:
          "Affected: Checkout and payments\n\nPaying will be impossible for about twenty minutes.\n\nhttps://status.example.org/incidents/2010-07-04-payments.html",
        url: "https://status.example.org/incidents/2010-07-04-payments.html",
      },
      expect.objectContaining({ dtstart: "2010-06-02T10:00:00.000Z", dtend: "2010-06-02T12:30:00.000Z" }),
    ]);
  });

  it("writes every time in UTC", () => {
    const times = write(site([DATABASE, PLANNED])).match(
      /^(DTSTAMP|DTSTART|DTEND|CREATED|LAST-MODIFIED).*/gm,
    );
    expect(times).toHaveLength(10);
    for (const line of times ?? []) expect(line).toMatch(/:\d{8}T\d{6}Z\r?$/);
  });

  it("gives work without a planned end an hour, and never an end before its beginning", () => {
    const end = "2010-07-05T07:00:00.000Z";
    expect(read(site([PLANNED])).events[0]?.dtend).toBe(end);
    const [event] = read(site([planned({ endsAt: at("2010-07-01T00:00:00Z") })])).events;
    expect(event).toMatchObject({ dtstart: "2010-07-05T06:00:00.000Z", dtend: end });
  });

  it("cancels work that ended before it began", () => {
    const ended = planned({ phase: "completed", resolvedAt: at("2010-06-29T12:00:00Z") });
    expect(read(site([ended])).events[0]).toMatchObject({
      status: "CANCELLED",
      dtend: "2010-07-05T07:00:00.000Z",
    });
  });

  it("is the same whenever it is made, until something is said", () => {
    const given = site([PLANNED]);
    expect(write({ ...given, generatedAt: at("2010-06-30T00:00:00Z"), revision: 77 })).toBe(write(given));
    const [before] = read(given).events;
    const [after] = read(site([planned({ told: 2, startedAt: at("2010-07-06T06:00:00Z") })])).events;
    expect(after).toMatchObject({ uid: before?.uid, sequence: 2 });
  });

  it("forgets work after 90 days", () => {
    const given = (now: string) => read(site([DATABASE], { generatedAt: at(now) })).events.length;
    expect(given("2010-08-31T12:00:00Z")).toBe(1);
    expect(given("2010-08-31T12:31:00Z")).toBe(0);
  });

  it("is a valid calendar while no work is known", () => {
    const { calendar, events } = read(site([OUTAGE]));
    expect(events).toEqual([]);
    expect(calendar.getFirstPropertyValue("prodid")).toBe("-//status//status page//EN");
    // RFC 5545, 3.6: at least one component.
    expect(calendar.getAllSubcomponents()).toHaveLength(1);
  });

  it("names no address where nobody said where the page is read", () => {
    const [event] = read(site([PLANNED], { url: null })).events;
    expect(event).toMatchObject({ url: null, description: expect.not.stringContaining("incidents/") });
  });

  const spoilt = (words: string) =>
    site(
      [
        {
          ...planned({ title: words }),
          updates: [
            {
              ...PLANNED.updates[0]!,
              blocks: [{ type: "paragraph", children: [{ type: "text", text: words }] }],
            },
          ],
        },
      ],
      {
        property: { ...site().property, name: words },
        components: [{ id: "checkout", name: words, components: [] }],
      },
    );

  it.each(HOSTILE)("takes a hostile text for text: %j", (words) => {
    const { calendar, events } = read(spoilt(words));
    expect(events).toHaveLength(1);
    expect(calendar.getAllProperties().map(({ name }) => name)).toEqual(
      read(spoilt("plain"))
        .calendar.getAllProperties()
        .map(({ name }) => name),
    );
    const shown = words
      .replace(/\r\n?/g, "\n")
      .replace(/[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\u{10ffff}]/gu, "");
    expect(events[0]?.summary).toBe(`${shown}: ${shown}`);
  });

  it("keeps its lines short and its shape whatever is said", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 120 }), (words) => {
        const lines = write(spoilt(words)).split("\r\n");
        expect(
          lines.every((line) => Buffer.byteLength(line) <= 75 && !/[\u0000-\u0008\n\r]/.test(line)),
        ).toBe(true);
        expect(lines.filter((line) => line === "BEGIN:VEVENT")).toHaveLength(1);
        expect(
          lines.filter((line) => /^[A-Z-]+[:;]/.test(line) || line.startsWith(" ") || line === ""),
        ).toEqual(lines);
      }),
      { numRuns: 100 },
    );
  });

  it("stays small", () => {
    const work = crowd(10_000, 3, "Very long. ".repeat(2_000), { type: "maintenance", phase: "scheduled" });
    expect(write(site(work)).length).toBeLessThan(1_200_000);
  });
});
