import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { worse } from "../../src/incident/components.ts";
import { COMPONENT_STATES, type ComponentState, type Phase } from "../../src/incident/incident.ts";
import { type Day, type TimelineIncident, timelineOf } from "../../src/incident/timeline.ts";

const daysOf = (
  ids: readonly string[],
  incidents: readonly TimelineIncident[],
  ...calendar: [now: Date, timeZone: string, days: number]
): Day[] => timelineOf(incidents, ...calendar)(ids);

const ZONE = "America/Los_Angeles";
const NOW = at("2010-06-29T19:00:00Z");

function at(iso: string): Date {
  return new Date(iso);
}

type Said = readonly [
  iso: string,
  phase: Phase,
  ...components: (readonly [id: string, state: ComponentState])[],
];

/** An incident that said these things, one after the other. */
function incident(said: readonly Said[], more: Partial<TimelineIncident> = {}): TimelineIncident {
  const closing = said.findLast(([, phase]) => phase === "resolved" || phase === "completed");
  return {
    type: "incident",
    startedAt: at(said[0]![0]),
    resolvedAt: closing === undefined ? null : at(closing[0]),
    updates: said
      .map(([iso, phase, ...components], index) => ({
        number: index + 1,
        at: at(iso),
        phase,
        components: components.map(([id, state]) => ({ id, state })),
      }))
      .reverse(),
    ...more,
  };
}

/** The days that were not operational, by date. */
function troubled(incidents: readonly TimelineIncident[], now = NOW, zone = ZONE, ids = ["shop"]) {
  return Object.fromEntries(
    daysOf(ids, incidents, now, zone, 90).flatMap(({ date, worst }) =>
      worst === "operational" ? [] : [[date, worst]],
    ),
  );
}

describe("the days of a component", () => {
  it("are calendar days in the zone, oldest first, today last", () => {
    const late = at("2010-06-30T05:00:00Z");
    expect(daysOf(["shop"], [], late, ZONE, 3).map(({ date }) => date)).toEqual([
      "2010-06-27",
      "2010-06-28",
      "2010-06-29",
    ]);
    expect(daysOf(["shop"], [], late, "Asia/Tokyo", 2).map(({ date }) => date)).toEqual([
      "2010-06-29",
      "2010-06-30",
    ]);
    expect(daysOf(["shop"], [], NOW, ZONE, 90)).toHaveLength(90);
    expect(daysOf(["shop"], [], NOW, ZONE, 90)[0]).toEqual({ date: "2010-04-01", worst: "operational" });
  });

  it("take the worst state that each update said, from when it was said until the next", () => {
    const outage = incident([
      ["2010-06-20T20:00:00Z", "investigating", ["shop", "degraded_performance"]],
      ["2010-06-21T20:00:00Z", "identified", ["shop", "major_outage"], ["mail", "partial_outage"]],
      ["2010-06-22T20:00:00Z", "monitoring", ["shop", "degraded_performance"]],
      ["2010-06-23T20:00:00Z", "resolved", ["shop", "operational"]],
    ]);
    expect(troubled([outage])).toEqual({
      "2010-06-20": "degraded_performance",
      "2010-06-21": "major_outage",
      "2010-06-22": "major_outage",
      "2010-06-23": "degraded_performance",
    });
    expect(troubled([outage], NOW, ZONE, ["mail"])).toEqual({
      "2010-06-21": "partial_outage",
      "2010-06-22": "partial_outage",
    });
    expect(troubled([outage], NOW, ZONE, ["mail", "shop"])).toEqual(troubled([outage]));
    expect(troubled([outage], NOW, ZONE, ["other"])).toEqual({});
  });

  it("begin when the incident did, if that was before anyone spoke", () => {
    const said: Said[] = [
      ["2010-06-20T20:00:00Z", "investigating", ["shop", "partial_outage"]],
      ["2010-06-20T21:00:00Z", "resolved"],
    ];
    expect(troubled([incident(said, { startedAt: at("2010-06-19T23:00:00Z") })])).toEqual({
      "2010-06-19": "partial_outage",
      "2010-06-20": "partial_outage",
    });
    expect(troubled([incident(said, { startedAt: at("2010-06-20T20:30:00Z") })])).toEqual({
      "2010-06-20": "partial_outage",
    });
  });

  it("end with the closing update; what is explained afterwards affects nothing", () => {
    const explained = incident([
      ["2010-06-20T20:00:00Z", "investigating", ["shop", "major_outage"]],
      ["2010-06-20T21:00:00Z", "resolved", ["shop", "degraded_performance"]],
      ["2010-06-25T21:00:00Z", "resolved", ["shop", "degraded_performance"]],
    ]);
    expect(troubled([explained])).toEqual({ "2010-06-20": "major_outage" });
  });

  it("go on after an incident is opened again", () => {
    const again = incident([
      ["2010-06-20T20:00:00Z", "investigating", ["shop", "major_outage"]],
      ["2010-06-20T21:00:00Z", "resolved"],
      ["2010-06-22T21:00:00Z", "investigating", ["shop", "degraded_performance"]],
      ["2010-06-22T22:00:00Z", "resolved"],
    ]);
    expect(troubled([again])).toEqual({ "2010-06-20": "major_outage", "2010-06-22": "degraded_performance" });
  });

  it("know of planned work only once it has begun, and of a notice never", () => {
    const planned: Said = ["2010-06-20T20:00:00Z", "scheduled", ["shop", "under_maintenance"]];
    const begun: Said = ["2010-06-27T20:00:00Z", "in_progress", ["shop", "under_maintenance"]];
    const done: Said = ["2010-06-27T22:00:00Z", "completed"];
    expect(troubled([incident([planned], { type: "maintenance" })])).toEqual({});
    expect(troubled([incident([planned, begun, done], { type: "maintenance" })])).toEqual({
      "2010-06-27": "under_maintenance",
    });
    expect(
      troubled([
        incident([["2010-06-20T20:00:00Z", "resolved", ["shop", "major_outage"]]], { type: "notice" }),
      ]),
    ).toEqual({});
    expect(
      troubled([
        incident([["2010-06-20T20:00:00Z", "investigating", ["shop", "major_outage"]]], { type: "notice" }),
      ]),
    ).toEqual({});
  });

  it("show an incident that is open now, even one said this instant or by a clock that runs ahead", () => {
    for (const iso of [NOW.toISOString(), "2010-06-29T19:00:02Z", "2010-06-30T19:00:00Z"])
      expect(troubled([incident([[iso, "investigating", ["shop", "major_outage"]]])])).toEqual({
        "2010-06-29": "major_outage",
      });
  });

  it("show an outage that was over the moment it was said", () => {
    const short = incident([
      ["2010-06-20T20:00:00Z", "investigating", ["shop", "major_outage"]],
      ["2010-06-20T20:00:00Z", "resolved"],
    ]);
    expect(troubled([short])).toEqual({ "2010-06-20": "major_outage" });
  });

  it("end at midnight, not a day later", () => {
    const night = incident([
      ["2010-06-20T07:00:00Z", "investigating", ["shop", "major_outage"]],
      ["2010-06-21T07:00:00Z", "resolved"],
    ]);
    expect(troubled([night])).toEqual({ "2010-06-20": "major_outage" });
  });

  it("leave out what was over before them, and cut what began before them", () => {
    const old: Said = ["2009-06-20T20:00:00Z", "investigating", ["shop", "major_outage"]];
    expect(troubled([incident([old, ["2009-06-21T20:00:00Z", "resolved"]])])).toEqual({});
    expect(Object.keys(troubled([incident([old, ["2010-04-02T20:00:00Z", "resolved"]])]))).toEqual([
      "2010-04-01",
      "2010-04-02",
    ]);
    expect(Object.keys(troubled([incident([old])]))).toHaveLength(90);
  });

  it.each([
    // Clocks go forward at 02:00 on 14 March 2010: the day has 23 hours and ends at 07:00 UTC.
    ["spring forward", ZONE, "2010-03-14", "2010-03-14T08:00:00Z", "2010-03-15T07:00:00Z"],
    // And back at 02:00 on 7 November 2010: 25 hours, until 08:00 UTC.
    ["fall back", ZONE, "2010-11-07", "2010-11-07T07:00:00Z", "2010-11-08T08:00:00Z"],
    // Clocks go forward at midnight: the day begins at 01:00.
    ["a day without midnight", "Asia/Beirut", "2010-03-28", "2010-03-27T22:00:00Z", "2010-03-28T21:00:00Z"],
    [
      "half an hour's change",
      "Australia/Lord_Howe",
      "2010-10-03",
      "2010-10-02T13:30:00Z",
      "2010-10-03T13:00:00Z",
    ],
  ])("are as long as the clocks made them: %s", (_, zone, date, begin, end) => {
    const now = new Date(at(end).getTime() + 3 * 86_400_000);
    const from = (offset: number, instant: string) => new Date(at(instant).getTime() + offset).toISOString();
    const during = (a: string, b: string) =>
      Object.keys(
        troubled(
          [
            incident([
              [a, "investigating", ["shop", "major_outage"]],
              [b, "resolved"],
            ]),
          ],
          now,
          zone,
        ),
      );
    expect(during(begin, end)).toEqual([date]);
    expect(during(from(-60_000, begin), begin)).toHaveLength(1);
    expect(during(from(-60_000, begin), begin)).not.toEqual([date]);
    expect(during(from(-60_000, begin), from(60_000, begin))).toHaveLength(2);
    expect(during(from(-60_000, end), from(60_000, end))).toEqual([date, expect.any(String)]);
  });

  it("give nothing to a day that the zone skipped", () => {
    const open = incident([
      ["2011-12-29T20:00:00Z", "investigating", ["shop", "major_outage"]],
      ["2012-01-01T20:00:00Z", "resolved"],
    ]);
    expect(troubled([open], at("2012-01-02T20:00:00Z"), "Pacific/Apia")).toMatchObject({
      "2011-12-29": "major_outage",
      "2011-12-31": "major_outage",
    });
    expect(
      daysOf(["shop"], [], at("2012-01-02T20:00:00Z"), "Pacific/Apia", 10).map(({ date }) => date),
    ).toContain("2011-12-29");
  });
});

describe("a timeline of any incidents", () => {
  const instant = fc
    .integer({ min: at("2010-01-01T00:00:00Z").getTime(), max: NOW.getTime() })
    .map((ms) => new Date(ms));
  const update = fc.record({
    at: instant,
    phase: fc.constantFrom<Phase>(
      "investigating",
      "identified",
      "monitoring",
      "resolved",
      "scheduled",
      "in_progress",
      "completed",
    ),
    components: fc.array(
      fc.record({ id: fc.constantFrom("shop", "cart"), state: fc.constantFrom(...COMPONENT_STATES) }),
      { maxLength: 3 },
    ),
  });
  const incidents = fc.array(
    fc.record({
      type: fc.constantFrom("incident" as const, "maintenance" as const, "notice" as const),
      startedAt: instant,
      resolvedAt: fc.option(instant),
      updates: fc
        .array(update, { maxLength: 5 })
        .map((updates) => updates.map((each, index) => ({ ...each, number: index + 1 }))),
    }),
    { maxLength: 6 },
  );
  const zone = fc.constantFrom(
    ZONE,
    "UTC",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
  );

  it("has a row of different days that rise, whatever the zone and the hour", () => {
    fc.assert(
      fc.property(
        fc.date({ min: at("1970-06-01"), max: at("2037-12-31"), noInvalidDate: true }),
        zone,
        (now, zone) => {
          const dates = daysOf([], [], now, zone, 40).map(({ date }) => date);
          expect(dates).toEqual([...new Set(dates)].sort());
          const local = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" });
          expect(dates.at(-1)).toBe(local.format(now));
          expect(dates).toHaveLength(40);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("shows today at least what an open incident's last word says", () => {
    fc.assert(
      fc.property(incidents, zone, (incidents, zone) => {
        const today = daysOf(["shop"], incidents, NOW, zone, 5).at(-1)!.worst;
        for (const { type, resolvedAt, updates } of incidents) {
          const last = updates.at(-1);
          if (type === "notice" || resolvedAt !== null || last === undefined) continue;
          if (last.phase === "scheduled" || last.phase === "resolved" || last.phase === "completed") continue;
          for (const { id, state } of last.components)
            if (id === "shop") expect(worse(today, state)).toBe(today);
        }
      }),
    );
  });

  it("gives a group on each day the worst of its parts", () => {
    fc.assert(
      fc.property(incidents, zone, (incidents, zone) => {
        const of = (...ids: string[]) => daysOf(ids, incidents, NOW, zone, 30);
        const [shop, cart] = [of("shop"), of("cart")];
        expect(of("shop", "cart")).toEqual(
          shop.map(({ date, worst }, day) => ({ date, worst: worse(worst, cart[day]!.worst) })),
        );
      }),
    );
  });

  it("is quick for sixty components and two hundred incidents", () => {
    const ids = Array.from({ length: 60 }, (_, number) => `c${number}`);
    const many = Array.from({ length: 200 }, (_, number) =>
      incident(
        Array.from(
          { length: 6 },
          (_, step): Said => [
            new Date(NOW.getTime() - number * 10_000_000 + step * 900_000).toISOString(),
            step === 5 ? "resolved" : "identified",
            [ids[(number + step) % 60]!, "partial_outage"],
          ],
        ),
      ),
    );
    const begun = performance.now();
    for (const id of ids) daysOf([id], many, NOW, ZONE, 90);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
