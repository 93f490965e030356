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

describe("many times", () => {
  const DAYS = { day: "numeric", month: "long", year: "numeric" } as const;
  const CLOCK = { hour: "numeric", minute: "2-digit" } as const;
  /** Writes each time by itself. */
  const eachAlone = (locale: string, timeZone: string) => {
    const format = (options: Intl.DateTimeFormatOptions, zone = timeZone) =>
      new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    const [day, utcDay] = [format(DAYS), format(DAYS, "UTC")];
    const clock = format({ ...CLOCK, timeZoneName: "short" });
    const utcClock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, "UTC");
    return (when: Date) => {
      const [local, inUtc] = [day.format(when), utcDay.format(when)];
      const utc = `${inUtc === local ? "" : `${inUtc}, `}${utcClock.format(when)} UTC`;
      return `${local}, ${clock.format(when)} (${utc})`.replace(/\s+/g, " ");
    };
  };

  it("are written as each would be by itself, also on the days on which clocks change", () => {
    const west = ["America/Los_Angeles", "America/Recife", "America/St_Johns", "Africa/Monrovia"];
    const east = ["Africa/Casablanca", "Europe/Dublin", "Asia/Kathmandu", "Pacific/Apia", "UTC"];
    const zone = fc.constantFrom(...west, ...east);
    const changes = [
      "2010-03-14T10:00Z",
      "2000-10-15T03:00Z",
      "2011-12-30T10:00Z",
      "1972-01-07T00:44Z",
      "2010-07-01T00:00Z",
    ];
    // By the half hour, so that many show the same minute on a clock, or the same day.
    const near = fc
      .record({
        change: fc.constantFrom(...changes),
        half: fc.integer({ min: -288, max: 288 }),
        seconds: fc.constantFrom(0, 59),
      })
      .map(({ change, half, seconds }) => new Date(Date.parse(change) + half * 1_800_000 + seconds * 1000));
    const any = fc.date({
      min: at("1890-01-01T00:00:00Z"),
      max: at("2060-01-01T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        zone,
        fc.constantFrom("en-US", "en-GB", "de", "ar-EG", "fa", "th", "ja"),
        fc.array(fc.oneof({ weight: 9, arbitrary: near }, any), { minLength: 50, maxLength: 100 }),
        (timeZone, locale, whens) => {
          const times = createTimes(locale, timeZone);
          const alone = eachAlone(locale, timeZone);
          const month = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", timeZone });
          for (const when of whens) {
            expect(text(times.full(when))).toBe(alone(when));
            expect(times.monthKey(when)).toBe(month.format(when));
          }
        },
      ),
      // Half a minute off: the two are not of one minute there.
      { examples: [["Africa/Monrovia", "en-US", [at("1972-01-02T12:14:00Z"), at("1972-01-02T12:14:59Z")]]] },
    );
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
