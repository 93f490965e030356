import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration, sayDuration } from "../../src/base/duration.ts";
import { lastOccurrence, localTime, nextOccurrence, sayTime, zoneName } from "../../src/base/zone.ts";

const NEW_YORK = "America/New_York";

describe("a duration", () => {
  it("needs its unit", () => {
    expect(parseDuration("30m")).toBe(1_800_000);
    expect(parseDuration("1h30m")).toBe(5_400_000);
    expect(parseDuration("500ms")).toBe(500);
    for (const wrong of ["30", "m", "", "-5m", "1.5h", "30 m", "5w", "9999999m"])
      expect(parseDuration(wrong)).toBeNull();
  });

  it("is said in its two largest units", () => {
    expect([0, 45_000, 1_800_000, 3_600_000, 5_460_000, 180_000_000].map(sayDuration)).toEqual([
      "0 s",
      "45 s",
      "30 min",
      "1 h",
      "1 h 31 min",
      "2 d 2 h",
    ]);
  });
});

describe("a clock time in a zone", () => {
  it("is the next or the last one that the wall clock shows", () => {
    const now = new Date("2026-11-23T03:10:00Z"); // 19:10 on the 22nd in Los Angeles
    expect(nextOccurrence(20, 0, now, "America/Los_Angeles").toISOString()).toBe("2026-11-23T04:00:00.000Z");
    expect(nextOccurrence(9, 40, now, "America/Los_Angeles").toISOString()).toBe("2026-11-23T17:40:00.000Z");
    expect(lastOccurrence(9, 40, now, "America/Los_Angeles").toISOString()).toBe("2026-11-22T17:40:00.000Z");
  });

  it("passes over the hour that a spring night skips", () => {
    const evening = new Date("2026-03-08T04:00:00Z"); // 02:30 does not exist on 8 March in New York
    expect(localTime(nextOccurrence(2, 30, evening, NEW_YORK), NEW_YORK)).toMatchObject({
      day: 9,
      hour: 2,
      minute: 30,
    });
  });

  it("is the second of the two that an autumn night shows, where the first has passed", () => {
    const now = new Date("2026-11-01T05:40:00Z"); // 01:40 for the first time in New York
    expect(nextOccurrence(1, 30, now, NEW_YORK).toISOString()).toBe("2026-11-01T06:30:00.000Z");
    expect(lastOccurrence(1, 30, now, NEW_YORK).toISOString()).toBe("2026-11-01T05:30:00.000Z");
  });

  it("is always ahead, shows the time asked for, and comes within two days", () => {
    const zones = fc.constantFrom("UTC", NEW_YORK, "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia");
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.date({ min: new Date("2012-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
        (zone, hour, minute, now) => {
          const next = nextOccurrence(hour, minute, now, zone);
          expect(next > now).toBe(true);
          expect(next.getTime() - now.getTime()).toBeLessThanOrEqual(49 * 3_600_000);
          expect(localTime(next, zone)).toMatchObject({ hour, minute });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is said with the zone's own short name", () => {
    expect(sayTime(new Date("2010-06-29T16:40:00Z"), "America/Los_Angeles")).toBe("09:40 PDT");
    expect(sayTime(new Date("2010-06-29T16:40:00Z"), "UTC", true)).toBe("29 Jun 2010 16:40 UTC");
    expect(sayTime(new Date("2026-11-23T16:40:00Z"), "Europe/Vienna")).toBe("17:40 CET");
  });
});

describe("a time that is said", () => {
  const zones = fc.constantFrom("UTC", NEW_YORK, "Europe/London", "Asia/Kathmandu", "Pacific/Apia");
  const instants = fc.date({
    min: new Date("0001-01-02T00:00:00Z"),
    max: new Date("9999-12-30T00:00:00Z"),
    noInvalidDate: true,
  });

  it("is what a formatter of English dates says", () => {
    fc.assert(
      fc.property(zones, instants, (timeZone, instant) => {
        const parts = new Intl.DateTimeFormat("en-US", {
          ...{ timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" },
          ...{ day: "numeric", month: "short", year: "numeric" },
        }).formatToParts(instant);
        const read = (type: string) => parts.find((part) => part.type === type)?.value;
        const time = `${read("hour")}:${read("minute")} ${zoneName(instant, timeZone)}`;
        expect(sayTime(instant, timeZone)).toBe(time);
        expect(sayTime(instant, timeZone, true)).toBe(
          `${read("day")} ${read("month")} ${read("year")} ${time}`,
        );
      }),
      { numRuns: 500 },
    );
  });

  it("is in UTC without a formatter what it is with one", () => {
    fc.assert(
      fc.property(instants, (instant) => {
        // Another name of the same zone, that has no way of its own.
        expect(localTime(instant, "UTC")).toEqual(localTime(instant, "Etc/UTC"));
        expect(zoneName(instant, "UTC")).toBe(zoneName(instant, "Etc/UTC"));
      }),
    );
  });
});
