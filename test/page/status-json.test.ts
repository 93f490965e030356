import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../src/page/site.ts";
import { statusJson } from "../../src/page/status-json.ts";
import { at, component, NOTICE, OUTAGE, PAST, PLANNED, site, type ToldSite } from "./sites.ts";
import { crowd, HOSTILE, heard, hostile, PARTLY_UNHEARD, UNHEARD_URL, viewOf } from "./views.ts";

const write = (given: ToldSite) => statusJson(viewOf(given));
const read = (given: ToldSite) => JSON.parse(write(given));

describe("status.json", () => {
  it("carries what must be known quickly", () => {
    expect(read(site([OUTAGE, PAST[0]!]))).toMatchObject({
      version: 1,
      revision: 12,
      generatedAt: "2010-06-29T17:28:04.000Z",
      complete: true,
      link: "https://status.example.org",
      property: { name: "Amazon.com", url: "https://www.example.com/", timeZone: "America/Los_Angeles" },
      indicator: "critical",
      description: expect.stringContaining("Storefront"),
      components: [
        { id: "storefront", name: "Storefront", state: "major_outage", components: [] },
        { id: "checkout" },
        { id: "digital", state: "degraded_performance", components: [{ id: "kindle-downloads" }, {}, {}] },
        {},
        {},
      ],
      sources: [],
      incidents: [
        {
          id: OUTAGE.id,
          type: "incident",
          title: OUTAGE.title,
          url: `https://status.example.org/incidents/${OUTAGE.id}.html`,
          open: true,
          phase: "identified",
          impact: "critical",
          components: OUTAGE.components,
          startedAt: "2010-06-29T16:40:00.000Z",
          endsAt: null,
          resolvedAt: null,
          nextUpdateAt: "2010-06-29T18:00:00.000Z",
          updateCount: 3,
          updates: [
            { number: 3, phase: "identified", at: "2010-06-29T17:28:00.000Z", subject: "update 3" },
            { number: 2 },
            { number: 1, text: expect.stringContaining("does not load for many customers") },
          ],
        },
        { id: PAST[0]!.id, open: false, resolvedAt: "2010-06-11T09:20:00.000Z", updateCount: 2, updates: [] },
      ],
    });
  });

  it("points to an incident's page within the folder where nobody said where it is read", () => {
    const { link, incidents } = read(site([OUTAGE], { url: null }));
    expect({ link, url: incidents[0].url }).toEqual({ link: null, url: `incidents/${OUTAGE.id}.html` });
  });

  it("tells an open incident and planned work from all that is over, or never was open", () => {
    const { incidents } = read(site([OUTAGE, ...PAST, NOTICE, PLANNED]));
    const open = incidents.filter((incident: { open: boolean }) => incident.open);
    expect(open.map(({ id }: { id: string }) => id)).toEqual([PLANNED.id, OUTAGE.id]);
    expect(incidents).toHaveLength(6);
  });

  it("passes on what other dashboards said, and says where that no longer counts", () => {
    const source = { form: "statuspage", url: "https://health.example.com" } as const;
    const components = [{ ...component("aws", "AWS"), source }];
    const reading: Reading = {
      url: source.url,
      triedAt: at("2010-06-29T17:25:00Z"),
      readAt: at("2010-06-29T17:25:00Z"),
      fault: null,
      report: { state: "major_outage", sentence: "EC2 is down", items: [] },
    };
    const readings = (more: Partial<Reading>) => new Map([[source.url, { ...reading, ...more }]]);
    expect(read(site([], { components, readings: readings({}) })).sources).toEqual([
      {
        url: source.url,
        components: ["aws"],
        knowledge: "current",
        state: "major_outage",
        sentence: "EC2 is down",
        readAt: "2010-06-29T17:25:00.000Z",
        triedAt: "2010-06-29T17:25:00.000Z",
        fault: null,
      },
    ]);
    const lost = read(site([], { components, readings: readings({ fault: "it did not answer" }) }));
    expect(lost.sources[0]).toMatchObject({
      knowledge: "unreachable",
      state: null,
      fault: "it did not answer",
    });
    expect(read(site([], { components })).sources[0]).toMatchObject({
      knowledge: "unread",
      readAt: null,
      sentence: null,
    });
  });

  it("gives no state to what only another dashboard could tell of and has not", () => {
    const given = (reading: Partial<Reading> | null, incidents: Parameters<typeof site>[0] = []) => {
      const readings = new Map<string, Reading>(reading === null ? [] : [[UNHEARD_URL, heard(reading)]]);
      const { components } = read(site(incidents, { components: PARTLY_UNHEARD, readings }));
      type Listed = { id: string; state: string | null; components: Listed[] };
      const states = (list: Listed[]): [string, string | null][] =>
        list.flatMap(({ id, state, components }) => [[id, state], ...states(components)]);
      return Object.fromEntries(states(components));
    };
    const unheard = { shop: "operational", others: null, cloud: null, both: "operational", till: null };
    expect(given(null)).toMatchObject({ ...unheard, paper: "operational" });
    expect(given({ fault: "answers 503" })).toMatchObject(unheard);
    expect(given({ readAt: at("2010-06-29T13:00:00Z") })).toMatchObject(unheard);
    expect(given({ report: { state: null, sentence: "Words", items: [] } })).toMatchObject(unheard);
    expect(given({})).toMatchObject({ others: "operational", cloud: "operational", till: "operational" });
    const hit = { ...OUTAGE, components: [{ id: "cloud", state: "partial_outage" as const }] };
    expect(given(null, [hit])).toMatchObject({
      others: "partial_outage",
      cloud: "partial_outage",
      till: null,
    });
  });

  it("is under 20 kB on an ordinary bad day", () => {
    const over = crowd(500, 8, "A sentence as people write it in an incident. ".repeat(8), {
      phase: "resolved",
      resolvedAt: at("2010-06-29T17:00:00Z"),
    });
    const given = site([OUTAGE, PLANNED, ...over]);
    expect(Buffer.byteLength(write(given))).toBeLessThan(20_000);
    expect(read(given)).toMatchObject({ complete: true, incidents: { length: 22 } });
  });

  it("keeps the newest five updates of an incident, and counts all", () => {
    const [incident] = read(site(crowd(1, 40, "Still at it."))).incidents;
    expect(incident.updateCount).toBe(40);
    expect(incident.updates.map(({ number }: { number: number }) => number)).toEqual([40, 39, 38, 37, 36]);
  });

  it("keeps the worst where it cannot keep all, and says so", () => {
    const many = crowd(10_000, 3, "Words. ".repeat(500), { impact: "minor" });
    const worst = { ...OUTAGE, id: "the-worst", startedAt: at("2000-01-01T00:00:00Z") };
    const document = read(site([...many, worst]));
    expect(document.complete).toBe(false);
    expect(document.incidents.map(({ id }: { id: string }) => id)).toContain("the-worst");
  });

  it("keeps the components in trouble where it cannot keep all", () => {
    const groups = Array.from({ length: 50 }, (_, group) =>
      component(
        `g${group}`,
        "Group",
        ...Array.from({ length: 40 }, (_, index) => component(`c${group}-${index}`, "A component")),
      ),
    );
    const hit = { ...OUTAGE, components: [{ id: "c49-39", state: "major_outage" as const }] };
    const document = read(site([hit], { components: groups }));
    expect(document).toMatchObject({
      complete: false,
      components: [
        { id: "g49", state: "major_outage", components: [{ id: "c49-39", state: "major_outage" }] },
      ],
    });
  });

  it("is never more than 64 kB", () => {
    const wide = (words: string) => ({
      components: Array.from({ length: 2_000 }, (_, index) => component(`component-${index}`, words)),
    });
    const affected = wide("").components.map(({ id }) => ({ id, state: "major_outage" as const }));
    const nasty = "\u0007\ud800".repeat(12_500);
    const bad = crowd(100, 200, nasty, { title: "\u0007".repeat(200), components: affected });
    const sizes = [
      site(crowd(10_000, 200, "Long. ".repeat(4_000))),
      site(bad, wide("\u0007".repeat(200))),
      site(crowd(40, 5, nasty)),
      hostile(nasty),
    ].map((given) => Buffer.byteLength(write(given)));
    for (const size of sizes) expect(size).toBeLessThanOrEqual(64_000);
  });

  it("is JSON whatever is said, and keeps it as it was said", () => {
    for (const words of HOSTILE) expect(read(hostile(words)).incidents[0].title).toBe(words);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), (words) => {
        expect(read(hostile(words)).incidents[0].title).toBe(words);
      }),
      { numRuns: 50 },
    );
  });
});
