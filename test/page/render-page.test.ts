import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMPONENT_STATES, IMPACTS, INCIDENT_PHASES } from "../../src/incident/incident.ts";
import { renderPage } from "../../src/page/render-page.ts";
import type { Site } from "../../src/page/site.ts";
import { at, NOTICE, OUTAGE, PAST, PLANNED, paragraph, site, text } from "./sites.ts";

const index = (site: Site): string => renderPage(site).get("index.html") ?? "";
const json = (site: Site) => JSON.parse(renderPage(site).get("status.json") ?? "");
const sentence = (site: Site): string => json(site).description;

/** The text of the page without its markup. */
const words = (site: Site): string =>
  index(site)
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]+>/g, "")
    .replace(/\s+/g, " ");

describe("the overall state", () => {
  it("is well only while nothing is open, and claims no more than it knows", () => {
    expect(sentence(site())).toBe("No known problems.");
    expect(sentence(site([...PAST, NOTICE, PLANNED]))).toBe("No known problems.");
    expect(json(site([NOTICE, PLANNED])).indicator).toBe("none");
  });

  it("names what is hit worst", () => {
    expect(sentence(site([OUTAGE]))).toBe(
      "Storefront as well as Checkout and payments have a major outage; one more component is affected.",
    );
    const one = {
      ...OUTAGE,
      components: [{ id: "kindle-downloads", state: "partial_outage" as const }],
    };
    expect(sentence(site([one]))).toBe("Kindle downloads has a partial outage.");
  });

  it("counts components beyond three and other open incidents", () => {
    const ids = ["storefront", "music", "video", "aws"];
    const wide = {
      ...OUTAGE,
      components: ids.map((id) => ({
        id,
        state: "degraded_performance" as const,
      })),
    };
    const minor = {
      ...OUTAGE,
      id: "other",
      impact: "minor" as const,
      components: [],
    };
    expect(sentence(site([minor, wide]))).toBe(
      "Storefront, Music and 2 more components have degraded performance, and one more incident is open.",
    );
  });

  it("is never well while an incident is open, even one without impact or components", () => {
    const open = { ...OUTAGE, impact: "none" as const, components: [] };
    expect(json(site([open])).indicator).toBe("minor");
    expect(sentence(site([open]))).toBe("An incident is open: Amazon.com is unavailable for many customers.");

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
        const given = site(
          incidents.map((incident, number) => ({
            ...OUTAGE,
            ...incident,
            id: `i${number}`,
          })),
        );
        expect(json(given).indicator).not.toMatch(/none|maintenance/);
        expect(index(given)).not.toContain('class="overall is-fine"');
        expect(index(given)).toMatch(/class="overall is-(slow|part|down)"/);
      }),
      { numRuns: 60 },
    );
  });

  it("shows maintenance only once it has begun", () => {
    const begun = { ...PLANNED, phase: "in_progress" as const };
    expect(json(site([begun]))).toMatchObject({
      indicator: "maintenance",
      description: "Checkout and payments is under maintenance.",
    });
    expect(json(site([PLANNED])).components[1].state).toBe("operational");
    expect(json(site([begun])).components[1].state).toBe("under_maintenance");
  });
});

describe("the page", () => {
  it("gives a group the worst state below it and holds it open", () => {
    const page = index(site([OUTAGE]));
    expect(page).toMatch(
      /<details open><summary[^>]*><span class="name">Digital<\/span> <span class="state is-slow">/,
    );
    expect(page).toMatch(
      /<details><summary[^>]*><span class="name">Shipping and returns<\/span> <span class="state is-fine">/,
    );
  });

  it("shows every update of an open incident, newest first, with times in both zones", () => {
    const shown = words(site([OUTAGE]));
    const order = ["Identified June 29, 2010, 10:28", "Investigating", "10:09", "Investigating", "9:47"];
    let from = shown.indexOf("Open incidents");
    for (const part of order) {
      const found = shown.indexOf(part.replace(" June", "June"), from);
      expect(found, part).toBeGreaterThan(from);
      from = found;
    }
    expect(index(site([OUTAGE]))).toContain('<time datetime="2010-06-29T16:40:00.000Z">');
    expect(shown).toContain("Since June 29, 2010, 9:40 AM PDT (16:40 UTC)");
  });

  it("gives the day in UTC too where it is another one", () => {
    expect(words(site([PLANNED]))).toContain("July 4, 2010, 11:00 PM PDT (July 5, 2010, 06:00 UTC)");
  });

  it("says when the next update is due, and that a missed one is late", () => {
    expect(words(site([OUTAGE]))).toContain("Next update due by June 29, 2010, 11:00 AM PDT (18:00 UTC)");
    const later = site([OUTAGE], { generatedAt: at("2010-06-29T18:30:00Z") });
    expect(words(later)).toContain("The next update is late; it was due by June 29, 2010, 11:00 AM PDT");
    expect(words(later)).not.toContain("Next update due by");
  });

  it("keeps the past by month, with length and words, and says how much it leaves out", () => {
    const shown = words(site(PAST));
    expect(shown).toMatch(
      /June 2010 .*Search is slow June 11, 2010, 1 h 15 min.*May 2010 .*Kindle downloads fail/,
    );
    const many = Array.from({ length: 52 }, (_, number) => ({
      ...PAST[0]!,
      id: `past-${number}`,
    }));
    expect(words(site(many))).toContain("2 older ones are not shown.");
  });

  it("keeps notices apart from incidents", () => {
    const shown = words(site([NOTICE]));
    expect(shown).toContain("Notices New parcel tracking is live");
    expect(shown).not.toContain("Open incidents");
    expect(shown).toContain("None yet.");
  });

  it("puts an author's headings below its own", () => {
    const heading = {
      type: "heading" as const,
      level: 1 as const,
      children: [text("Big")],
    };
    const quoted = {
      type: "quote" as const,
      children: [{ ...heading, level: 2 as const }],
    };
    const update = {
      ...OUTAGE.updates[0]!,
      blocks: [heading, quoted, paragraph(text("small"))],
    };
    const page = index(site([{ ...OUTAGE, updates: [update] }]));
    expect(page.match(/<h4>Big<\/h4>/g)).toHaveLength(2);
    expect(page.match(/<h1>/g)).toHaveLength(1);
  });

  it("marks an author's words with their language", () => {
    const german = site([OUTAGE]);
    const page = index({
      ...german,
      property: {
        ...german.property,
        locale: "de-DE",
        timeZone: "Europe/Berlin",
      },
    });
    expect(page).toContain('<div class="words" lang="de-DE">');
    expect(page).toContain("29. Juni 2010");
    expect(index(german)).not.toContain('lang="en-US"');
  });

  it("is the same for the same site, whatever order the incidents come in", () => {
    const incidents = [OUTAGE, ...PAST, NOTICE, PLANNED];
    expect(index(site(incidents))).toBe(index(site([...incidents].reverse())));
    expect(json(site(incidents))).toEqual(json(site([...incidents].reverse())));
  });

  it("links to the property only over http", () => {
    const given = site();
    const hostile = {
      ...given,
      property: { ...given.property, url: "javascript:alert(1)" },
    };
    expect(index(hostile)).not.toContain("javascript:");
    expect(index(given)).toContain('<a href="https://www.example.com/">www.example.com</a>');
  });
});

it("status.json carries what the page says", () => {
  expect(json(site([OUTAGE, NOTICE]))).toMatchObject({
    version: 1,
    revision: 12,
    generatedAt: "2010-06-29T17:28:04.000Z",
    indicator: "critical",
    property: { name: "Amazon.com", timeZone: "America/Los_Angeles" },
    components: [
      { id: "storefront", state: "major_outage" },
      {},
      { id: "digital", state: "degraded_performance" },
      {},
      {},
    ],
    incidents: [
      {
        id: OUTAGE.id,
        open: true,
        phase: "identified",
        nextUpdateAt: "2010-06-29T18:00:00.000Z",
        updates: [
          {
            number: 3,
            text: expect.stringContaining("the service that builds product pages"),
          },
          {},
          {},
        ],
      },
      { id: NOTICE.id, open: false, type: "notice" },
    ],
  });
});
