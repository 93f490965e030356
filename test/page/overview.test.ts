import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Component } from "../../src/incident/components.ts";
import {
  COMPONENT_STATES,
  type ComponentState,
  IMPACTS,
  INCIDENT_PHASES,
} from "../../src/incident/incident.ts";
import { survey } from "../../src/page/overview.ts";
import type { PageIncident, Reading } from "../../src/page/site.ts";
import { createSpeech } from "../../src/page/speech.ts";
import { en } from "../../src/page/words/en.ts";
import { at, component, NOTICE, OUTAGE, PAST, PLANNED, site } from "./sites.ts";

const sentence = (...incidents: PageIncident[]) => survey(site(incidents)).sentence;

describe("the overall state", () => {
  it("is well only while nothing is open, and claims no more than it knows", () => {
    expect(sentence()).toBe("No known problems.");
    expect(sentence(...PAST, NOTICE, PLANNED)).toBe("No known problems.");
    expect(survey(site([NOTICE, PLANNED])).indicator).toBe("none");
  });

  it("names what is hit worst", () => {
    expect(sentence(OUTAGE)).toBe(
      "Storefront as well as Checkout and payments have a major outage; one more component is affected.",
    );
    const one = { ...OUTAGE, components: [{ id: "kindle-downloads", state: "partial_outage" as const }] };
    expect(sentence(one)).toBe("Kindle downloads has a partial outage.");
    expect(sentence({ ...OUTAGE, components: [{ id: "gone", state: "major_outage" }] })).toBe(
      "gone has a major outage.",
    );
  });

  it("counts components beyond three and other open incidents", () => {
    const ids = ["storefront", "music", "video", "aws"];
    const wide = { ...OUTAGE, components: ids.map((id) => ({ id, state: "degraded_performance" as const })) };
    const minor = { ...OUTAGE, id: "other", impact: "minor" as const, components: [] };
    expect(sentence(minor, wide)).toBe(
      "Storefront, Music and 2 more components have degraded performance, and one more incident is open.",
    );
    expect(sentence(minor, wide, { ...minor, id: "third" })).toMatch(/, and 2 more incidents are open\.$/);
  });

  it("takes an incident without components by its impact and title, as they were typed", () => {
    const open = { ...OUTAGE, impact: "none" as const, components: [] };
    expect(sentence(open)).toBe("An incident is open: Amazon.com is unavailable for many customers.");
    expect(sentence({ ...open, impact: "major", title: "Nothing {title} {count} works..." })).toBe(
      "A major incident is open: Nothing {title} {count} works.",
    );
  });

  it("is never well while an incident is open, even one without impact or components", () => {
    const incident = fc.record({
      impact: fc.constantFrom(...IMPACTS),
      phase: fc.constantFrom(...INCIDENT_PHASES.filter((phase) => phase !== "resolved")),
      components: fc.array(
        fc.record({
          id: fc.constantFrom("storefront", "aws", "gone"),
          state: fc.constantFrom(...COMPONENT_STATES),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(incident, { minLength: 1, maxLength: 4 }), (incidents) => {
        const overview = survey(
          site(incidents.map((each, number) => ({ ...OUTAGE, ...each, id: `i${number}` }))),
        );
        expect(overview.indicator).not.toMatch(/none|maintenance/);
        expect(overview.sentence).not.toMatch(/No known|\{|\.\.$/);
      }),
    );
  });

  it("knows of maintenance only once it has begun", () => {
    const begun = { ...PLANNED, phase: "in_progress" as const };
    expect(survey(site([begun]))).toMatchObject({
      indicator: "maintenance",
      sentence: "Checkout and payments is under maintenance.",
    });
    expect(sentence({ ...begun, components: [] })).toBe("Maintenance is under way: Payment system upgrade.");
    expect(survey(site([PLANNED])).states.get("checkout")).toBe("operational");
    expect(survey(site([begun])).states.get("checkout")).toBe("under_maintenance");
  });

  it("is the same whatever order the incidents come in", () => {
    const incidents = [OUTAGE, ...PAST, NOTICE, PLANNED];
    const shuffled = { ...site(incidents), incidents: [...incidents].reverse() };
    expect(survey(shuffled)).toEqual(survey(site(incidents)));
  });

  it("is said in the words of the page", () => {
    const overall = {
      ...en.overall,
      sentence: "¡{what}!",
      trouble: { ...en.overall.trouble, major_outage: { other: "{names} caídos" } },
    };
    const words = {
      language: "es",
      texts: { ...en, overall, lists: { apart: "{names}, y también {last}" } },
    };
    const one = { ...OUTAGE, components: OUTAGE.components.slice(0, 2) };
    expect(survey(site([one], { words })).sentence).toBe("¡Storefront y Checkout and payments caídos!");
    expect(createSpeech(words).list(["Oro y plata", "Cobre", "Zinc"])).toBe(
      "Oro y plata, Cobre, y también Zinc",
    );
    expect(createSpeech(words).list(["Compras", "Internet"])).toBe("Compras e Internet");
  });
});

describe("another dashboard's word", () => {
  const CLOUD: Component = {
    ...component("cloud", "AWS"),
    source: { form: "statuspage", url: "https://health.example.net" },
  };
  const FEED: Component = {
    ...component("mail", "Mail"),
    source: { form: "feed", url: "https://feed.example.net/rss" },
  };
  const components = [component("shop", "Shop"), component("others", "Others", CLOUD, FEED)];
  const now = at("2010-06-29T17:00:00Z");

  function reading(state: ComponentState | null, more: Partial<Reading> = {}): Reading {
    const when = at("2010-06-29T16:55:00Z");
    const report = { state, sentence: "In their words", items: [] };
    return { url: CLOUD.source!.url, triedAt: when, readAt: when, fault: null, report, ...more };
  }
  const heard = reading("operational", { url: FEED.source!.url });
  const read = (readings: Reading[], ...incidents: PageIncident[]) =>
    survey(
      site(incidents, {
        components,
        generatedAt: now,
        readings: new Map(readings.map((each) => [each.url, each])),
      }),
    );

  it("counts for its component and the group above while it is current", () => {
    const overview = read([reading("partial_outage")]);
    expect(Object.fromEntries(overview.states)).toEqual({
      shop: "operational",
      others: "partial_outage",
      cloud: "partial_outage",
      mail: "operational",
    });
    expect(overview.sources.get("cloud")).toMatchObject({ knowledge: "current", state: "partial_outage" });
    expect(overview.sources.get("mail")).toEqual({ knowledge: "unread", state: null, reading: null });
    expect([...overview.sources.keys()]).toEqual(["cloud", "mail"]);
  });

  it("makes the whole no worse than minor, and is told apart from trouble of our own", () => {
    expect(read([reading("major_outage"), heard])).toMatchObject({
      indicator: "minor",
      sentence: "No known problems of our own; AWS reports trouble.",
    });
    const both = read([reading("major_outage"), reading("degraded_performance", { url: FEED.source!.url })]);
    expect(both.sentence).toBe("No known problems of our own; AWS and Mail report trouble.");
    for (const state of ["operational", "under_maintenance"] as const)
      expect(read([reading(state), heard])).toMatchObject({
        indicator: "none",
        sentence: "No known problems.",
      });
  });

  it("stands behind an incident of our own, and beside our maintenance", () => {
    const own = { ...OUTAGE, components: [{ id: "shop", state: "major_outage" as const }] };
    expect(read([reading("degraded_performance")], own)).toMatchObject({
      indicator: "critical",
      sentence: "Shop has a major outage.",
    });
    const work = {
      ...PLANNED,
      phase: "in_progress" as const,
      components: [{ id: "shop", state: "under_maintenance" as const }],
    };
    expect(read([reading("partial_outage")], work)).toMatchObject({
      indicator: "minor",
      sentence: "Shop is under maintenance; AWS reports trouble.",
    });
  });

  it("never makes a component greener than an incident of our own", () => {
    const own = { ...OUTAGE, components: [{ id: "cloud", state: "major_outage" as const }] };
    expect(read([reading("operational")], own).states.get("cloud")).toBe("major_outage");
    expect(read([reading("degraded_performance")], own).states.get("cloud")).toBe("major_outage");
  });

  it.each([
    ["is older than an hour", "stale", { readAt: at("2010-06-29T15:59:59Z") }],
    ["is older than a try that failed", "unreachable", { fault: "no answer in 10 s" }],
    ["was never there", "unreachable", { readAt: null, report: null, fault: "no such host" }],
  ] as const)("counts for nothing when it %s", (_, knowledge, more) => {
    const overview = read([reading("major_outage", more), heard]);
    expect(overview.sources.get("cloud")).toMatchObject({ knowledge, state: null, reading: more });
    expect(overview).toMatchObject({
      indicator: "none",
      sentence: "No known problems of our own; the state of AWS is not known.",
    });
    expect(overview.states.get("others")).toBe("operational");
  });

  it("is missed in so many words, and only where nothing graver is to be said", () => {
    expect(read([]).sentence).toBe("No known problems of our own; the states of AWS and Mail are not known.");
    expect(read([reading("major_outage")]).sentence).toBe(
      "No known problems of our own; AWS reports trouble; the state of Mail is not known.",
    );
    expect(read([], { ...OUTAGE, components: [{ id: "shop", state: "major_outage" }] }).sentence).toBe(
      "Shop has a major outage.",
    );
  });

  it("may be words alone", () => {
    const overview = read([reading(null), heard]);
    expect(overview.sources.get("cloud")).toMatchObject({ knowledge: "current", state: null });
    expect(overview.sentence).toBe("No known problems.");
  });

  it("counts up to the hour", () => {
    expect(read([reading("major_outage", { readAt: at("2010-06-29T16:00:00Z") })]).indicator).toBe("minor");
  });

  it("never leaves the whole at none while a current one says degraded or worse, nor makes it worse than minor", () => {
    fc.assert(
      fc.property(
        fc.option(fc.constantFrom(...COMPONENT_STATES)),
        fc.integer({ min: 0, max: 7200 }),
        fc.boolean(),
        (state, age, failed) => {
          const readAt = new Date(now.getTime() - age * 1000);
          const { indicator } = read([reading(state, { readAt, fault: failed ? "no answer" : null })]);
          const trouble = state !== null && state !== "operational" && state !== "under_maintenance";
          expect(indicator).toBe(trouble && age <= 3600 && !failed ? "minor" : "none");
        },
      ),
    );
  });
});
