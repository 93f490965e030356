import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IMPACTS, INCIDENT_PHASES, MAINTENANCE_PHASES } from "../../src/incident/incident.ts";
import { apiFiles } from "../../src/page/api-v2.ts";
import type { PageIncident, PageUpdate } from "../../src/page/site.ts";
import { at, component, NOTICE, OUTAGE, PAST, PLANNED, site, type ToldSite } from "./sites.ts";
import { crowd, HOSTILE, heard, hostile, PARTLY_UNHEARD, UNHEARD_URL, viewOf } from "./views.ts";

/** Reads an answer by its name: `summary`, `incidents/unresolved`. */
function api(given: ToldSite) {
  const files = new Map(apiFiles(viewOf(given)).map(({ path, content }) => [path, String(content)]));
  return Object.assign((name: string) => JSON.parse(files.get(`api/v2/${name}.json`)!), { files });
}

const [SLOW_SEARCH, DATABASE] = PAST as [PageIncident, PageIncident];
const ids = (listed: { id: string }[]) => listed.map(({ id }) => id);
const update = (more: Partial<PageUpdate>): PageUpdate => ({ ...OUTAGE.updates[0]!, ...more });

/** What a watcher does with the summary: it names the page's state and counts what is going on. */
function watch(read: ReturnType<typeof api>) {
  const { status, incidents, scheduled_maintenances, components } = read("summary");
  return {
    quiet: status.indicator === "none",
    unresolved: incidents.length,
    working: scheduled_maintenances.filter(({ status }: { status: string }) => status !== "scheduled").length,
    troubled: components.filter(({ status }: { status: string }) => status !== "operational").length,
  };
}

describe("the API of the page", () => {
  it("has a file for every answer", () => {
    expect([...api(site()).files.keys()]).toEqual([
      "api/v2/summary.json",
      "api/v2/status.json",
      "api/v2/components.json",
      "api/v2/incidents.json",
      "api/v2/incidents/unresolved.json",
      "api/v2/scheduled-maintenances.json",
      "api/v2/scheduled-maintenances/upcoming.json",
      "api/v2/scheduled-maintenances/active.json",
    ]);
  });

  it("gives a component that the tree no longer knows the worst state that open incidents give it", () => {
    const hit = (id: string, state: "degraded_performance" | "major_outage") => ({
      ...OUTAGE,
      ...{ id, components: [{ id: "gone", state }] },
    });
    const given = site([hit("a", "degraded_performance"), hit("b", "major_outage"), ...PAST]);
    const { incidents } = api(given)("summary");
    expect(incidents).toHaveLength(2);
    for (const { components } of incidents)
      expect(components).toMatchObject([{ id: "gone", status: "major_outage" }]);
  });

  it("says the same of the page everywhere, by an id that outlives its address", () => {
    const read = api(site([OUTAGE]));
    const { page } = read("summary");
    expect(page).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{12}$/),
      name: "Amazon.com",
      url: "https://status.example.org",
      time_zone: "America/Los_Angeles",
      updated_at: "2010-06-29T17:28:04.000Z",
    });
    for (const content of read.files.values()) expect(JSON.parse(content).page).toEqual(page);
    expect(api(site([], { url: null }))("status").page).toMatchObject({
      id: page.id,
      url: "https://www.example.com/",
    });
  });

  it("sorts incidents and maintenance into their lists, and notices into none", () => {
    const working: PageIncident = {
      ...PLANNED,
      id: "working",
      phase: "in_progress",
      startedAt: at("2010-06-29T16:00:00Z"),
    };
    const read = api(site([OUTAGE, ...PAST, NOTICE, PLANNED, working]));
    const lists = [
      ["incidents", [OUTAGE.id, SLOW_SEARCH.id, PAST[2]!.id]],
      ["incidents/unresolved", [OUTAGE.id]],
      ["scheduled-maintenances", [PLANNED.id, "working", DATABASE.id]],
      ["scheduled-maintenances/upcoming", [PLANNED.id]],
      ["scheduled-maintenances/active", ["working"]],
    ] as const;
    for (const [name, expected] of lists) {
      const { incidents, scheduled_maintenances } = read(name);
      expect(ids(incidents ?? scheduled_maintenances), name).toEqual(expected);
    }
    const summary = read("summary");
    expect(ids(summary.incidents)).toEqual([OUTAGE.id]);
    expect(ids(summary.scheduled_maintenances)).toEqual(["working", PLANNED.id]);
    expect(JSON.stringify([...read.files])).not.toContain(NOTICE.id);
  });

  it("tells an incident with its updates, newest first, in plain text", () => {
    const [incident] = api(site([OUTAGE]))("incidents").incidents;
    expect(incident).toMatchObject({
      id: OUTAGE.id,
      name: OUTAGE.title,
      status: "identified",
      created_at: "2010-06-29T16:47:00.000Z",
      updated_at: "2010-06-29T17:28:00.000Z",
      started_at: "2010-06-29T16:40:00.000Z",
      monitoring_at: null,
      resolved_at: null,
      impact: "critical",
      shortlink: `https://status.example.org/incidents/${OUTAGE.id}.html`,
    });
    expect(ids(incident.incident_updates)).toEqual([`${OUTAGE.id}-3`, `${OUTAGE.id}-2`, `${OUTAGE.id}-1`]);
    expect(incident.incident_updates[0].body).toContain("- Kindle books that you own open as usual");
    expect(ids(incident.components)).toEqual(["storefront", "checkout", "kindle-downloads"]);
    expect(incident.components[0]).toMatchObject({ name: "Storefront", status: "major_outage" });
  });

  it("works out what each update did to the components", () => {
    const [newest, middle, oldest] = OUTAGE.updates as [PageUpdate, PageUpdate, PageUpdate];
    const updates = [
      { ...newest, components: [{ id: "storefront", state: "operational" as const }] },
      { ...middle, components: [{ id: "storefront", state: "major_outage" as const }] },
      { ...oldest, components: [] },
    ];
    const [incident] = api(site([{ ...OUTAGE, updates }]))("incidents").incidents;
    const change = { code: "storefront", name: "Storefront" };
    expect(
      incident.incident_updates.map((each: { affected_components: unknown }) => each.affected_components),
    ).toEqual([
      [{ ...change, old_status: "major_outage", new_status: "operational" }],
      [{ ...change, old_status: "operational", new_status: "major_outage" }],
      null,
    ]);
  });

  it("lets planned work change nothing before it begins", () => {
    const hit = [{ id: "checkout", state: "under_maintenance" as const }];
    const scheduled = update({
      number: 1,
      phase: "scheduled",
      at: at("2010-06-28T15:00:00Z"),
      components: hit,
    });
    const begun = update({
      number: 2,
      phase: "in_progress",
      at: at("2010-06-29T16:00:00Z"),
      components: hit,
    });
    const read = api(site([{ ...PLANNED, phase: "in_progress", updates: [begun, scheduled] }]));
    const [work] = read("scheduled-maintenances").scheduled_maintenances;
    const affected = work.incident_updates.map(
      ({
        affected_components: [{ old_status, new_status }],
      }: {
        affected_components: [Record<string, string>];
      }) => [old_status, new_status],
    );
    expect(affected).toEqual([
      ["operational", "under_maintenance"],
      ["operational", "operational"],
    ]);
    expect(read("components").components[1]).toMatchObject({
      id: "checkout",
      updated_at: "2010-06-29T16:00:00.000Z",
    });
  });

  it("gives maintenance its window, an hour where no end was planned", () => {
    const read = (more: Partial<PageIncident>) =>
      api(site([{ ...PLANNED, ...more }]))("scheduled-maintenances").scheduled_maintenances[0];
    expect(read({})).toMatchObject({
      status: "scheduled",
      impact: "maintenance",
      scheduled_for: "2010-07-05T06:00:00.000Z",
      scheduled_until: "2010-07-05T07:00:00.000Z",
    });
    expect(read({ endsAt: at("2010-07-05T06:20:00Z") }).scheduled_until).toBe("2010-07-05T06:20:00.000Z");
  });

  it("knows when an incident came to be watched, when it ended, and that it was explained", () => {
    const phases = [
      "resolved",
      "resolved",
      "monitoring",
      "monitoring",
      "investigating",
      "monitoring",
    ] as const;
    const updates = phases.map((phase, index) =>
      update({
        ...{ phase, number: 6 - index, at: new Date(Date.UTC(2010, 5, 11, 10 - index)) },
        template: index === 0 ? "postmortem" : phase,
      }),
    );
    const [incident] = api(site([{ ...SLOW_SEARCH, updates, resolvedAt: null }]))("incidents").incidents;
    expect(incident).toMatchObject({
      status: "postmortem",
      monitoring_at: "2010-06-11T07:00:00.000Z",
      resolved_at: "2010-06-11T09:00:00.000Z",
    });
    expect(incident.incident_updates.map(({ status }: { status: string }) => status).slice(0, 3)).toEqual([
      "postmortem",
      "resolved",
      "monitoring",
    ]);
  });

  it("flattens groups within groups, and keeps their names apart", () => {
    const eu = component(
      "eu",
      "Europe",
      component("eu-checkout", "Checkout"),
      component("eu-search", "Search"),
    );
    const us = component("us", "America", component("us-checkout", "Checkout"));
    const hit = { ...OUTAGE, components: [{ id: "eu-search", state: "major_outage" as const }] };
    const { components } = api(
      site([hit], { components: [component("world", "World", eu, us), component("api", "API")] }),
    )("components");
    const seen = components.map(
      ({ id, name, status, position, group_id, group, components }: Record<string, unknown>) => [
        ...[id, name, status, position, group_id, group, components],
      ],
    );
    expect(seen).toEqual([
      [
        "world",
        "World",
        "major_outage",
        1,
        null,
        true,
        ["eu", "eu-checkout", "eu-search", "us", "us-checkout"],
      ],
      ["eu", "Europe", "major_outage", 1, "world", false, undefined],
      ["eu-checkout", "Europe / Checkout", "operational", 2, "world", false, undefined],
      ["eu-search", "Europe / Search", "major_outage", 3, "world", false, undefined],
      ["us", "America", "operational", 4, "world", false, undefined],
      ["us-checkout", "America / Checkout", "operational", 5, "world", false, undefined],
      ["api", "API", "operational", 2, null, false, undefined],
    ]);
  });

  it("leaves out what only another dashboard could tell of and has not", () => {
    const listed = (given: ToldSite) => {
      const read = api(given);
      const { components } = read("components");
      expect(read("summary").components).toEqual(components);
      return components;
    };
    const unheard = listed(site([], { components: PARTLY_UNHEARD }));
    expect(ids(unheard)).toEqual(["shop", "both", "paper"]);
    expect(unheard[1]).toMatchObject({ group: true, components: ["paper"] });
    const readings = new Map([[UNHEARD_URL, heard()]]);
    expect(ids(listed(site([], { components: PARTLY_UNHEARD, readings })))).toEqual([
      ...["shop", "others", "cloud", "both", "till", "paper"],
    ]);
  });

  it("lists what nobody has heard of while it is known to be hit, and keeps its name when that is over", () => {
    const hit = [{ id: "cloud", state: "partial_outage" as const }];
    const open = { ...OUTAGE, components: hit, updates: [update({ components: hit })] };
    const during = api(site([open], { components: PARTLY_UNHEARD }));
    expect(ids(during("components").components)).toEqual(["shop", "others", "cloud", "both", "paper"]);
    expect(during("incidents").incidents[0].components).toMatchObject([{ id: "cloud", name: "Cloud" }]);
    const over = { ...open, phase: "resolved" as const };
    const [incident] = api(site([over], { components: PARTLY_UNHEARD }))("incidents").incidents;
    expect(incident.components).toEqual([]);
    expect(incident.incident_updates[0].affected_components).toMatchObject([
      { code: "cloud", name: "Cloud" },
    ]);
  });

  it("still lists a component that the configuration no longer names", () => {
    const hit = { ...OUTAGE, components: [{ id: "gone", state: "major_outage" as const }] };
    const [incident] = api(site([hit]))("incidents").incidents;
    expect(incident.components).toMatchObject([{ id: "gone", name: "gone", group: false }]);
  });

  it("links within the page's folder where nobody said where it is read", () => {
    const [incident] = api(site([OUTAGE], { url: null }))("incidents").incidents;
    expect(incident.shortlink).toBe(`incidents/${OUTAGE.id}.html`);
  });

  it("is JSON that keeps every text as it was said", () => {
    const check = (words: string) => {
      const [incident] = api(hostile(words))("incidents").incidents;
      expect(incident.name).toBe(words);
      expect(incident.components[0].name).toBe(words);
    };
    HOSTILE.forEach(check);
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), check), { numRuns: 40 });
  });
});

describe("a watcher of the API", () => {
  it("counts an incident exactly while the page is not well", () => {
    const phase = {
      incident: INCIDENT_PHASES,
      maintenance: MAINTENANCE_PHASES,
      notice: INCIDENT_PHASES,
    } as const;
    const incident = fc
      .constantFrom("incident" as const, "maintenance" as const, "notice" as const)
      .chain((type) =>
        fc.record({
          type: fc.constant(type),
          phase: fc.constantFrom(...phase[type]),
          impact: fc.constantFrom(...IMPACTS),
        }),
      );
    fc.assert(
      fc.property(fc.array(incident, { maxLength: 6 }), (drawn) => {
        const incidents = drawn.map((each, index) => ({
          ...OUTAGE,
          ...{ ...each, id: `id-${index}`, resolvedAt: null },
          components: each.phase === "resolved" || each.phase === "completed" ? [] : OUTAGE.components,
        }));
        const read = api(site(incidents));
        const { quiet, unresolved, working, troubled } = watch(read);
        expect(quiet).toBe(unresolved + working === 0);
        expect(quiet).toBe(troubled === 0);
        expect(read("incidents/unresolved").incidents).toHaveLength(unresolved);
        expect(read("scheduled-maintenances/active").scheduled_maintenances).toHaveLength(working);
        expect(read("status").status).toEqual(read("summary").status);
      }),
      { numRuns: 60 },
    );
  });

  it("sees it end", () => {
    expect(watch(api(site([OUTAGE])))).toMatchObject({ quiet: false, unresolved: 1, troubled: 4 });
    const over = { ...OUTAGE, phase: "resolved" as const, components: [] };
    expect(watch(api(site([over])))).toEqual({ quiet: true, unresolved: 0, working: 0, troubled: 0 });
  });
});

describe("the API under load", () => {
  it("lists the 50 newest, and of more open ones the 50 worst", () => {
    const worst = { ...OUTAGE, id: "worst", startedAt: at("2001-01-01T00:00:00Z") };
    const read = api(site([...crowd(10_000, 1, "Words", { impact: "minor" }), worst]));
    expect(read("incidents").incidents).toHaveLength(50);
    expect(ids(read("incidents").incidents)).not.toContain("worst");
    expect(read("summary").incidents).toHaveLength(50);
    expect(ids(read("summary").incidents)).toContain("worst");
  });

  it("tells where to read what does not fit", () => {
    const read = api(site(crowd(10, 200, "Very long. ".repeat(2_300))));
    expect(read.files.get("api/v2/incidents.json")!.length).toBeLessThan(3_000_000);
    const updates = read("incidents").incidents[0].incident_updates;
    expect(updates[0].body.length).toBeGreaterThan(24_000);
    expect(updates[199].body).toContain("https://status.example.org/incidents/2010-06-29-incident-0.html");
  });

  it("takes no body longer than a Statuspage does", () => {
    const [incident] = api(site(crowd(1, 1, "Sentence. ".repeat(10_000))))("incidents").incidents;
    expect(incident.incident_updates[0].body.length).toBeLessThanOrEqual(25_000);
  });
});
