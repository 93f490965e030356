import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Html } from "../../src/page/html.ts";
import { createTimes, datesOf } from "../../src/page/times.ts";
import { at } from "./sites.ts";

/** What a reader sees. */
const text = ({ markup }: Html) => markup.replace(/<[^>]+>/g, "").replace(/\s+/g, " ");

const NOW = at("2010-06-29T17:00:00Z");
const times = createTimes("en-US", "America/Los_Angeles");

describe("the page's times", () => {
  it("are the property's with UTC beside them, and with UTC's day where it is another", () => {
    expect(text(times.full(at("2010-06-29T16:40:00Z")))).toBe("June 29, 2010, 9:40 AM PDT (16:40 UTC)");
    expect(text(times.full(at("2010-07-05T06:00:00Z")))).toBe(
      "July 4, 2010, 11:00 PM PDT (July 5, 2010, 06:00 UTC)",
    );
    expect(times.day(at("2010-07-05T06:00:00Z")).markup).toBe(
      '<time datetime="2010-07-05T06:00:00.000Z">July 4, 2010</time>',
    );
    expect(times.month(at("2010-07-01T06:00:00Z"))).toBe("June 2010");
    expect(times.monthKey(at("2010-07-01T06:00:00Z"))).toBe("2010-06");
  });

  it("follow the language of the page, with the region of its readers where they read it", () => {
    const german = createTimes(datesOf("de", "de-AT"), "Europe/Vienna");
    expect(text(german.full(at("2010-01-29T16:40:00Z")))).toBe("29. Jänner 2010, 17:40 MEZ (16:40 UTC)");
    expect(datesOf("en", "en-GB")).toBe("en-GB");
    expect(datesOf("en", "fr-CA")).toBe("en");
    expect(datesOf("pt-BR", "pt-PT")).toBe("pt-PT");
    expect(datesOf("en", "no such thing")).toBe("en");
    expect(text(createTimes("no such thing", "UTC").day(at("2010-06-29T16:40:00Z")))).toBe("June 29, 2010");
  });
});

describe("a range of times", () => {
  const range = (from: string, to: string | null, now = NOW) =>
    text(times.range(at(from), to === null ? null : at(to), now));

  it("names its day and its zone once", () => {
    expect(range("2010-07-04T16:00:00Z", "2010-07-04T18:00:00Z")).toBe(
      "July 4, 9:00 AM – 11:00 AM PDT (16:00 – 18:00 UTC)",
    );
    expect(range("2010-07-05T06:00:00Z", "2010-07-05T08:00:00Z")).toBe(
      "July 4, 11:00 PM – 1:00 AM PDT (July 5, 06:00 – 08:00 UTC)",
    );
  });

  it("names the day of its end where the hour alone would mislead", () => {
    expect(range("2010-07-04T16:00:00Z", "2010-07-05T18:00:00Z")).toBe(
      "July 4, 9:00 AM – July 5, 11:00 AM PDT (16:00 – July 5, 18:00 UTC)",
    );
    expect(range("2010-07-04T07:00:00Z", "2010-07-05T06:00:00Z")).toBe(
      "July 4, 12:00 AM – 11:00 PM PDT (07:00 – July 5, 06:00 UTC)",
    );
  });

  it("names the year where it is not this one", () => {
    expect(range("2011-01-01T06:00:00Z", "2011-01-01T09:00:00Z")).toBe(
      "December 31, 10:00 PM – 1:00 AM PST (January 1, 2011, 06:00 – 09:00 UTC)",
    );
    expect(range("2011-02-01T18:00:00Z", "2011-02-01T19:00:00Z")).toBe(
      "February 1, 2011, 10:00 AM – 11:00 AM PST (18:00 – 19:00 UTC)",
    );
  });

  it("names both zones when the clocks change within it", () => {
    expect(range("2010-11-07T07:30:00Z", "2010-11-07T10:30:00Z")).toBe(
      "November 7, 12:30 AM PDT – 2:30 AM PST (07:30 – 10:30 UTC)",
    );
  });

  it("is its beginning where nobody said when it ends", () => {
    expect(range("2010-07-05T06:00:00Z", null)).toBe("July 4, 11:00 PM PDT (July 5, 06:00 UTC)");
  });

  it("keeps both instants for machines", () => {
    const instant = fc.date({ min: at("2000-01-01"), max: at("2030-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(instant, instant, (from, to) => {
        const found = [...times.range(from, to, NOW).markup.matchAll(/datetime="([^"]+)"/g)].map(
          ([, iso]) => iso,
        );
        expect(found).toEqual([from.toISOString(), to.toISOString()]);
      }),
      { numRuns: 30 },
    );
  });
});

describe("how long something lasted", () => {
  const lasted = (minutes: number, language = "en") =>
    createTimes(language, "UTC")
      .lasted(NOW, new Date(NOW.getTime() + minutes * 60_000))
      .replace(/\u00a0/g, " ");

  it("is said in the two units that matter", () => {
    expect([0, 1, 59, 60, 75, 185, 1439, 1440, 1500, 4321].map((minutes) => lasted(minutes))).toEqual([
      ...["1 min", "1 min", "59 min", "1 h", "1 h 15 min", "3 h 5 min", "23 h 59 min"],
      ...["1 d", "1 d 1 h", "3 d"],
    ]);
  });

  it("is said in the page's language", () => {
    expect(lasted(185, "de")).toBe("3 Std. 5 Min.");
    expect(lasted(185, "es")).toBe("3 h 5 min");
    expect(lasted(1500, "fr-CA")).toBe("1 j 1 h");
  });
});
