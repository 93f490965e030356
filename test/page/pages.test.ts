import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMPONENT_STATES, IMPACTS, INCIDENT_PHASES, isClosed } from "../../src/incident/incident.ts";
import { buildPage, MANIFEST } from "../../src/page/build.ts";
import { stillOf } from "../../src/page/document.ts";
import { NO_BRAND, type PageIncident } from "../../src/page/site.ts";
import { en } from "../../src/page/words/en.ts";
import { ELSEWHERE, EXPLAINED, endedOnes, everything, openOnes, READINGS } from "./crowds.ts";
import { at, component, filesOf, NOTICE, OUTAGE, PAST, PLANNED, site, type ToldSite, text } from "./sites.ts";

const fileOf = async (path: string, site: ToldSite): Promise<string> => (await filesOf(site)).get(path) ?? "";
/** What a document allows itself. */
const policyOf = (page: string): string =>
  (/Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "").replaceAll("&#39;", "'");
const index = (site: ToldSite) => fileOf("index.html", site);

/** The words of a page without its markup, its style and its script. */
const wordsOf = (page: string): string =>
  page
    .replace(/<(style|script|title)>.*?<\/\1>/gs, "")
    .replace(/<[^>]+>/g, "")
    .replace(/\s+/g, " ");
const words = async (site: ToldSite) => wordsOf(await index(site));

describe("the front page", () => {
  it("is never shown as well while an incident is open", async () => {
    const incident = fc.record({
      impact: fc.constantFrom(...IMPACTS),
      phase: fc.constantFrom(...INCIDENT_PHASES.filter((phase) => phase !== "resolved")),
      components: fc.array(
        fc.record({
          id: fc.constantFrom("storefront", "music", "gone"),
          state: fc.constantFrom(...COMPONENT_STATES),
        }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(incident, { minLength: 1, maxLength: 4 }), async (incidents) => {
        const told = incidents.map((each, number) => ({ ...OUTAGE, ...each, id: `i${number}`, updates: [] }));
        const page = await index(site(told));
        expect(page).toMatch(/class="overall is-(slow|part|down)"/);
        expect(page).not.toContain('article class="incident card is-fine');
        const bad = incidents.flatMap(({ components }) => components);
        for (const id of ["storefront", "music"]) {
          const states = bad.filter((each) => each.id === id).map(({ state }) => state);
          const name = id === "music" ? "Music" : "Storefront";
          const row = new RegExp(`<span class="name">${name}\\b.*?</li>`, "s").exec(
            page.slice(page.indexOf('id="components"')),
          )?.[0];
          if (states.some((state) => state !== "operational")) {
            expect(row).not.toContain("state is-fine");
            expect(row).not.toContain('No incidents in 90 days"');
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("gives a group the worst state below it and holds it open", async () => {
    const page = await index(site([OUTAGE]));
    expect(page).toMatch(/<details id="in-digital" open><summary.*?Digital<.*?class="state is-slow"/s);
    expect(page).toMatch(
      /<details id="in-fulfilment"><summary.*?Shipping and returns<.*?class="state is-fine"/s,
    );
  });

  it("shows every update of an open incident, newest first, with times in both zones", async () => {
    const shown = await words(site([OUTAGE]));
    let from = shown.indexOf("Open incidents");
    for (const part of ["10:28", "Investigating", "10:09", "Investigating", "9:47"]) {
      const found = shown.indexOf(part, from);
      expect(found, part).toBeGreaterThan(from);
      from = found;
    }
    expect(await index(site([OUTAGE]))).toContain('<time datetime="2010-06-29T16:40:00.000Z">');
    expect(shown).toContain("Since June 29, 2010, 9:40 AM PDT (16:40 UTC)");
  });

  it("says when the next update is due, and that a missed one is late", async () => {
    expect(await words(site([OUTAGE]))).toContain(
      "Next update due by June 29, 2010, 11:00 AM PDT (18:00 UTC)",
    );
    const later = await words(site([OUTAGE], { generatedAt: at("2010-06-29T18:30:00Z") }));
    expect(later).toContain("The next update is late; it was due by June 29, 2010, 11:00 AM PDT");
    expect(later).not.toContain("Next update due by");
  });

  it("says from when to when work is planned, and calls nothing under maintenance before", async () => {
    const planned = { ...PLANNED, endsAt: at("2010-07-05T08:00:00Z") };
    const shown = await words(site([planned]));
    expect(shown).toMatch(/Planned for July 4, 11:00 PM – .*1:00 AM PDT/);
    expect(shown.slice(0, shown.indexOf("90 days"))).not.toContain("Under maintenance");
    const begun = await words(site([{ ...planned, phase: "in_progress" }]));
    expect(begun).toMatch(/Maintenance under way .*Planned to end July 5, 2010, 1:00 AM PDT/);
  });

  it("lists the fifteen newest of what is over by month, with day, length, impact and the way to each", async () => {
    const page = await index(site(PAST));
    expect(wordsOf(page)).toMatch(
      /June 2010 June 11, 2010 Search is slow Minor impact 1 h 15 min.*May 2010 .*Kindle downloads fail/,
    );
    expect(page).toContain('<a class="name" href="incidents/2010-06-11-slow-search.html">Search is slow</a>');
    expect(page).toContain('<a href="history/2010-06.html">June 2010</a>');
    expect(page).not.toContain("Older incidents");
    const many = await index(site(endedOnes(20)));
    expect(many.match(/<li class="entry">/g)).toHaveLength(15);
    expect(many).toContain('<a href="history/index.html">Older incidents</a>');
  });

  it("keeps notices apart from incidents", async () => {
    const shown = await words(site([NOTICE]));
    expect(shown).toMatch(/Notices New parcel tracking is live.*Tracking shows the hour/);
    expect(shown).not.toContain("Open incidents");
    expect(shown).toContain("None yet.");
  });

  it("names every way to follow, and mail where there is one", async () => {
    const page = await index(site());
    for (const href of ["history.atom", "history.rss", "maintenance.ics", "api/v2/summary.json"])
      expect(page).toContain(`<a href="${href}">`);
    expect(page).not.toContain("Every update in your inbox");
    const subscribed = (subscribe: string) => index(site([], { brand: { ...NO_BRAND, subscribe } }));
    expect(await subscribed("mailto:status@example.com")).toContain('href="mailto:status@example.com"');
    expect(await subscribed("javascript:alert(1)")).not.toContain("javascript:");
  });

  it("says how it knows, in the property's own words where there are any", async () => {
    expect(await words(site())).toContain("nothing on this page is measured by a machine");
    const own = await index(site([], { brand: { ...NO_BRAND, about: "We look.\n\n<b>Often</b>." } }));
    expect(own).toContain("<p>We look.</p><p>&lt;b&gt;Often&lt;/b&gt;.</p>");
    expect(own).not.toContain("measured by a machine");
  });

  it("previews with the state, and links to itself only where its address is known", async () => {
    const page = await index(site([OUTAGE]));
    expect(page).toMatch(
      /<meta property="og:title" content="Storefront as well as .* major outage.*Amazon.com status">/,
    );
    expect(page).toMatch(
      /<meta property="og:description" content="[^"]*Since June 29, 2010, 9:40[^"]*due by[^"]*">/,
    );
    expect(page).toContain('<link rel="canonical" href="https://status.example.org/">');
    expect(page).toContain('<meta name="status-written" content="2010-06-29T17:28:04.000Z">');
    expect(page).toContain('<meta name="status-revision" content="12">');
    expect(await index(site([], { url: null }))).not.toMatch(/canonical|og:url/);
  });

  it("links to the property only over http", async () => {
    const given = site();
    const hostile = { ...given, property: { ...given.property, url: "javascript:alert(1)" } };
    expect(await index(hostile)).not.toContain("javascript:");
    expect(await index(given)).toContain('<a href="https://www.example.com/">www.example.com</a>');
  });

  it("is the same for the same site, whatever order the incidents come in", async () => {
    const given = everything();
    expect(await index({ ...given, incidents: [...given.incidents].reverse() })).toBe(await index(given));
  });
});

describe("updates on the front page", () => {
  it("are bounded: the newest of each incident first, the rest on its own page, and none is lost count of", async () => {
    const files = await filesOf(site(openOnes(7, 40)));
    const page = files.get("index.html") ?? "";
    const articles = page.match(/<article.*?<\/article>/gs) ?? [];
    expect(articles).toHaveLength(7);
    for (const article of articles) {
      expect(article).toMatch(/Word 40 of trouble/);
      const shown = article.match(/Word \d+ of trouble/g)?.length ?? 0;
      const left = Number(
        /(\d+) earlier updates stand on this incident&#39;s own page/.exec(article)?.[1] ?? 0,
      );
      expect(shown + left).toBe(40);
      expect(left).toBeGreaterThan(0);
    }
    expect(Buffer.byteLength(articles.join(""))).toBeLessThan(80_000);
    expect(files.get("incidents/open-3.html")?.match(/<p>Word \d+ of trouble 3/g)).toHaveLength(40);
  });

  it("all stand there while there is room, the older ones folded", async () => {
    const page = await index(site(openOnes(1, 40)));
    expect(page.match(/Word \d+ of trouble/g)).toHaveLength(40);
    expect(page).toContain("34 earlier updates</span></summary>");
    expect(page).not.toContain("own page");
    expect(await index(site([OUTAGE]))).not.toContain("earlier update");
  });

  it("withdrawn to the last leave the incident open", async () => {
    const shown = await words(site([{ ...OUTAGE, updates: [] }]));
    expect(shown).toContain("Amazon.com is unavailable for many customers");
    expect(shown).toContain("Nothing that was said about it stands any more.");
  });

  it("keep the order of their author's headings below the page's own", async () => {
    const heading = (level: 1 | 2 | 3, words: string) => ({
      type: "heading" as const,
      level,
      children: [text(words)],
    });
    const update = {
      ...OUTAGE.updates[0]!,
      blocks: [
        heading(1, "Big"),
        heading(3, "Small"),
        heading(2, "Middle"),
        { type: "quote" as const, children: [heading(1, "Said")] },
      ],
    };
    const page = await index(site([{ ...OUTAGE, updates: [update] }]));
    for (const shown of ["<h4>Big</h4>", "<h5>Small</h5>", "<h5>Middle</h5>", "<h4>Said</h4>"])
      expect(page).toContain(shown);
    expect(page.match(/<h1[ >]/g)).toHaveLength(1);
  });

  it("are marked with their language where it is not the page's", async () => {
    const given = site([OUTAGE]);
    const german = await index({ ...given, property: { ...given.property, locale: "de-DE" } });
    expect(german).toContain('<div class="words" lang="de-DE" dir="auto">');
    expect(await index(given)).not.toContain('lang="en-US"');
  });
});

describe("90 days of a component", () => {
  const chart = async (given: ToldSite, name: string) =>
    new RegExp(`>${name}<.*?<svg[^>]*aria-label="([^"]*)">(.*?)</svg>`, "s").exec(await index(given)) ?? [];

  it("are told in words as well as drawn", async () => {
    const [, well, bars] = await chart(site(PAST), "Music");
    expect(well).toBe("No incidents in 90 days");
    expect(bars).toBe('<path class="days" d="M0 12h359"/>');
    const [, bad] = await chart(site([OUTAGE, ...PAST]), "Storefront");
    expect(bad).toBe("2 days with incidents, worst: major outage on June 29");
    const work = {
      ...PLANNED,
      phase: "completed" as const,
      updates: [3, 2].map((number) => ({
        ...PLANNED.updates[0]!,
        number,
        at: at(`2010-06-20T1${number}:00:00Z`),
        phase: number === 3 ? ("completed" as const) : ("in_progress" as const),
        components: number === 3 ? [] : PLANNED.components,
      })),
      startedAt: at("2010-06-20T12:00:00Z"),
      resolvedAt: at("2010-06-20T13:00:00Z"),
    };
    expect((await chart(site([work]), "Checkout and payments"))[1]).toBe(
      "No incidents in 90 days; maintenance on 1 day",
    );
  });

  it("differ in the length of a bar, not only in its colour; today's is the last", async () => {
    const [, , bars = ""] = await chart(site([OUTAGE, ...PAST]), "Storefront");
    expect(bars).toContain('<path class="is-down" d="M357.5 0v24"/>');
    expect(bars).toMatch(/<path class="is-slow" d="M285.5 5v14"\/>/);
  });

  it("are no better today than what is open, even where every word was withdrawn", async () => {
    expect((await chart(site([{ ...OUTAGE, updates: [] }]), "Storefront"))[1]).toContain(
      "major outage on June 29",
    );
  });

  it("of a group count all below it", async () => {
    expect((await chart(site(PAST), "Digital"))[1]).toContain("worst: partial outage on May 2");
  });
});

describe("another dashboard", () => {
  const shown = async () => {
    const page = await words(
      site([], { components: [component("others", "Others", ...ELSEWHERE)], readings: READINGS }),
    );
    const names = [...ELSEWHERE.map(({ name }) => name), "90 days,"];
    const from = page.indexOf("Components");
    return names.slice(0, -1).map((name, each) => {
      const start = page.indexOf(name, from);
      return page.slice(start, page.indexOf(names[each + 1]!, start));
    });
  };

  it("stands among our components with its state, its words, its items and the time of reading", async () => {
    const [cloud, network] = await shown();
    expect(cloud).toMatch(
      /Cloud Partial outage ?Partial System Outage ?Increased API errors June 29, 2010, 9:58/,
    );
    expect(cloud).toMatch(
      /Last read June 29, 2010, 10:20 AM PDT \(17:20 UTC\) ?Dashboard at health.example.com/,
    );
    expect(network).toMatch(/See what it says ?Slow links in Frankfurt/);
    const page = await index(site([], { components: ELSEWHERE, readings: READINGS }));
    expect(page).toContain(
      '<a href="https://health.example.com/cloud/1" dir="auto">Increased API errors</a>',
    );
  });

  it("is not called operational on old words, and is said to be out of reach", async () => {
    const [, , cards, parcels, mailer] = await shown();
    expect(cards).toMatch(/Operational as of June 29, 2010, 6:20 AM PDT/);
    expect(cards).toMatch(/Not reachable at June 29, 2010, 10:20 AM PDT .*Last read June 29, 2010, 6:20 AM/);
    expect(parcels).toMatch(/Not known ?Not reachable at .*, never read yet/);
    expect(mailer).toMatch(/Not known ?Never read yet/);
    const page = await index(site([], { components: ELSEWHERE, readings: READINGS }));
    expect(page).not.toContain('class="state is-fine"');
  });

  it("that nobody has heard keeps its group from being called operational", async () => {
    const quiet = component("others", "Others", component("ours", "Ours"), ELSEWHERE[4]!);
    const page = await index(site([], { components: [quiet] }));
    expect(page).toMatch(/Others<\/span>.*?Not all of it is known.*?<\/summary>/s);
  });

  it("is not told twice in the words of its only item", async () => {
    const [, network] = await shown();
    expect(network?.match(/Slow links in Frankfurt/g)).toHaveLength(1);
    const page = await index(site([], { components: ELSEWHERE, readings: READINGS }));
    expect(page).toContain("/network/7");
  });

  it("links its items only over http", async () => {
    const [first] = READINGS.values();
    const items = [{ title: "x", link: "javascript:alert(1)", at: null }];
    const readings = new Map([[first!.url, { ...first!, report: { ...first!.report!, items } }]]);
    expect(await index(site([], { components: ELSEWHERE, readings }))).not.toContain("javascript:");
  });
});

describe("a postmortem", () => {
  it("is marked in lists, and stands on the incident's page apart from what was said while it lasted", async () => {
    const files = await filesOf(site([EXPLAINED, ...PAST]));
    const way = `incidents/${EXPLAINED.id}.html`;
    expect(files.get("index.html")).toContain(`<a href="${way}#postmortem">Postmortem</a>`);
    expect(files.get("index.html")?.match(/#postmortem/g)).toHaveLength(1);
    const page = files.get(way) ?? "";
    expect(page).toMatch(/<h2 id="postmortem">Postmortem<\/h2>.*<h3>What happened<\/h3>.*<h2 id="updates">/s);
    expect(page.match(/<li id="update-/g)).toHaveLength(2);
    expect(page.slice(page.indexOf('id="updates"'))).not.toContain("An index was empty");
  });
});

describe("work that was called off", () => {
  const CALLED_OFF: PageIncident = {
    ...PLANNED,
    phase: "completed",
    endsAt: at("2010-07-05T08:00:00Z"),
    resolvedAt: at("2010-06-29T12:00:00Z"),
    updates: [
      { ...PLANNED.updates[0]!, number: 2, phase: "completed", at: at("2010-06-29T12:00:00Z") },
      { ...PLANNED.updates[0]!, components: PLANNED.components },
    ],
  };

  it("is said to be cancelled in lists, and to have taken no time", async () => {
    const files = await filesOf(site([CALLED_OFF]));
    for (const path of ["index.html", "history/2010-07.html"]) {
      const [entry = ""] = /<li class="entry">.*?<\/li>/s.exec(files.get(path) ?? "") ?? [];
      expect(wordsOf(entry), path).toMatch(/Payment system upgrade Maintenance Cancelled$/);
    }
  });

  it("tells on its page when it was planned for, and nothing as if it had been done", async () => {
    const page = await fileOf(`incidents/${CALLED_OFF.id}.html`, site([CALLED_OFF]));
    const [facts = ""] = /<article.*?<section/s.exec(page) ?? [];
    expect(wordsOf(facts)).toContain(
      "Maintenance Cancelled Planned for July 4, 2010, 11:00 PM PDT (July 5, 2010, 06:00 UTC) to July 5, 2010, 1:00 AM PDT (08:00 UTC)",
    );
    expect(wordsOf(facts)).toContain("Checkout and payments");
    expect(wordsOf(facts)).not.toMatch(/Completed|Lasted|1 min|Under maintenance|at worst/);
    expect(page).toContain('<meta name="description" content="Cancelled. ');
    const said = [...page.matchAll(/<div class="said"><b>(.*?)<\/b>/g)].map(([, phase]) => phase);
    expect(said).toEqual(["Cancelled", "Scheduled"]);
    const open = { ...CALLED_OFF, endsAt: null };
    expect(wordsOf(await fileOf(`incidents/${CALLED_OFF.id}.html`, site([open])))).toContain(
      "Cancelled Planned for July 4, 2010, 11:00 PM PDT (July 5, 2010, 06:00 UTC) ",
    );
  });

  it("is cancelled as well where that was said after its time had come", async () => {
    const late = { ...CALLED_OFF, resolvedAt: CALLED_OFF.startedAt };
    expect(await words(site([late], { generatedAt: at("2010-07-06T00:00:00Z") }))).toMatch(
      /upgrade Maintenance Cancelled/,
    );
  });

  it("is told apart from work that was done and from an incident that took no time", async () => {
    expect(await words(site([PAST[1]!]))).toMatch(/parcel tracking Maintenance 2 h 30 min/);
    const short = { ...PAST[0]!, resolvedAt: PAST[0]!.startedAt };
    expect(await words(site([short]))).not.toContain("Cancelled");
  });
});

describe("an incident's page", () => {
  it("says when it was, how long, and how badly each component was hit", async () => {
    const page = wordsOf(await fileOf("incidents/2010-05-21-kindle.html", site(PAST)));
    expect(page).toContain("Lasted 8 h 30 min");
    expect(page).toContain("May 21, 2010, 12:00 PM PDT (19:00 UTC) to May 21, 2010, 8:30 PM PDT");
    expect(page).toContain("Kindle downloads Partial outage");
    expect(page).toMatch(/Downloads work again everywhere\..*A network link in Frankfurt is down\./);
  });

  it("knows the way to the front page and to its month", async () => {
    const page = await fileOf("incidents/2010-05-21-kindle.html", site(PAST));
    expect(page).toContain('<a href="../index.html">');
    expect(page).toContain('<a href="../history/2010-05.html">May 2010</a>');
    expect(page).toContain('<link rel="stylesheet" href="../style.css">');
    expect(page).toContain(
      '<link rel="canonical" href="https://status.example.org/incidents/2010-05-21-kindle.html">',
    );
  });

  it("says of one that is over, and of no other, that its components were hit and not that they are", async () => {
    const files = await filesOf(site([OUTAGE, ...PAST, { ...NOTICE, components: OUTAGE.components }]));
    const page = (id: string) => wordsOf(files.get(`incidents/${id}.html`) ?? "");
    expect(page("2010-05-21-kindle")).toContain("Affected, at worst: Kindle downloads Partial outage");
    expect(page(OUTAGE.id)).toContain("Storefront Major outage");
    expect(page(OUTAGE.id)).not.toContain("at worst");
    const spared = { ...PAST[0]!, components: [{ id: "storefront", state: "operational" as const }] };
    const [told] = [{ ...spared, updates: [] }];
    const calm = wordsOf(await fileOf(`incidents/${told!.id}.html`, site([told!])));
    expect(calm).toContain("Storefront");
    expect(calm).not.toContain("at worst");
  });

  it("renews itself while it is open, and once it is over only says times in the reader's zone", async () => {
    const files = await filesOf(site([OUTAGE, ...PAST]));
    const open = files.get(`incidents/${OUTAGE.id}.html`) ?? "";
    expect(policyOf(open)).toMatch(/script-src 'sha256-[^']+'; .*connect-src 'self'/);
    expect(open).toContain('data-summary="../api/v2/summary.json"');
    const ended = files.get("incidents/2010-05-21-kindle.html") ?? "";
    expect(ended).toContain('<script src="../page.js"></script>');
    expect(policyOf(ended)).toMatch(/script-src 'self';/);
    expect(ended).not.toMatch(/connect-src|data-summary/);
  });
});

describe("history", () => {
  it("lists a month's incidents and maintenance, and all months by year with their number", async () => {
    const files = await filesOf(site([...PAST, OUTAGE, NOTICE]));
    const month = files.get("history/2010-06.html") ?? "";
    expect(wordsOf(month)).toMatch(
      /June 2010 .*Amazon\.com is unavailable.*Search is slow.*Database maintenance/,
    );
    expect(month).not.toContain(NOTICE.title);
    expect(wordsOf(files.get("history/index.html") ?? "")).toMatch(
      /History .*2010 June 2010 3 entries ?May 2010 1 entry/,
    );
    expect(wordsOf(await fileOf("history/index.html", site()))).toContain(
      "No incidents or maintenance so far.",
    );
  });
});

describe("the pages of what is over", () => {
  it("are the same bytes whatever happens elsewhere", async () => {
    const before = await filesOf(site([EXPLAINED, ...PAST, NOTICE]));
    const after = await filesOf(
      site([EXPLAINED, ...PAST, NOTICE, { ...OUTAGE, startedAt: at("2010-07-01T10:00:00Z") }, PLANNED], {
        revision: 4711,
        generatedAt: at("2011-02-03T04:05:06Z"),
        readings: READINGS,
      }),
    );
    const over = [...before.keys()].filter((path) => /^(incidents|history)\/(?!index)/.test(path));
    expect(over).toHaveLength(5 + 2);
    for (const path of over) expect(after.get(path), path).toBe(before.get(path));
  });

  it("are made again when a component has another name, and left alone when nothing changed", async () => {
    const given = site([EXPLAINED, ...PAST]);
    const load = async (ids: readonly string[]) => given.incidents.filter(({ id }) => ids.includes(id));
    const build = async (site: ToldSite, manifest: string | null) => {
      const files = new Map<string, unknown>();
      for await (const { path, content } of buildPage(site, load, { manifest, has: () => true }))
        files.set(path, content);
      return files;
    };
    const first = await build(given, null);
    const manifest = String(first.get(".status-page.json"));
    const pages = (files: Map<string, unknown>) =>
      [...files.keys()].filter((path) => path.startsWith("incidents/"));
    expect(pages(await build({ ...given, revision: 99 }, manifest))).toEqual([]);
    const renamed = given.components.map((each) => ({ ...each, name: `${each.name}!` }));
    expect(pages(await build({ ...given, components: renamed }, manifest))).toHaveLength(4);
    for (const incident of [
      { ...en.incident, cancelled: "Called off" },
      { ...en.incident, worst: "Hit:" },
    ]) {
      const words = { language: "en", texts: { ...en, incident } };
      expect(pages(await build({ ...given, words }, manifest))).toHaveLength(4);
    }
  });
});

describe("all pages", () => {
  it("lead only to files that are there, by paths that work from a folder", async () => {
    const files = await filesOf(everything());
    for (const [path, page] of files) {
      if (!/^(index|incidents\/.*|history\/.*)\.?.*html$/.test(path)) continue;
      for (const [, href = ""] of page.matchAll(/ (?:href|src)="([^"]*)"/g)) {
        if (/^(https?:|mailto:|data:|#)/.test(href)) continue;
        expect(href, path).not.toMatch(/^\/|\/$/);
        const target = new URL(href, `http://host/${path}`).pathname.slice(1);
        expect([...files.keys()], `${path} → ${href}`).toContain(target);
      }
    }
  });

  it("wear the brand: title, logo, colour, markup of the project's own, and its style by hash", async () => {
    const brand = {
      ...NO_BRAND,
      title: "Is it up?",
      logo: { path: "logo.svg", content: Buffer.from("<svg/>") },
      accent: { light: "#8a4b00", dark: "#ffb84d" },
      footer: '<p>Ours, <a href="{root}index.html">home</a></p><style>p{margin:0}</style>',
      style: "h1{color:red}</style><script>alert(1)</script>",
    };
    const files = await filesOf(site(PAST, { brand }));
    const front = files.get("index.html") ?? "";
    expect(front).toContain(
      '<img class="logo" src="logo.svg" alt="Amazon.com"><span class="name">Is it up?</span>',
    );
    expect(front).toContain("--accent:#8a4b00");
    expect(front).toMatch(/<style>[^<]*h1\{color:red\}<\\\/style><script>alert\(1\)<\\\/script><\/style>/);
    expect(policyOf(front)).toMatch(/style-src 'sha256-[^']+' 'sha256-[^']+';/);
    expect(front).toContain('<a href="index.html">home</a>');
    const ended = files.get("incidents/2010-05-21-kindle.html") ?? "";
    expect(ended).toContain('<a href="../index.html">home</a>');
    expect(ended).toContain('src="../logo.svg"');
    expect(files.get("style.css")).toContain("h1{color:red}");
    const headed = await index(site([], { brand: { ...NO_BRAND, header: "<p>Our header</p>" } }));
    expect(headed).toContain('<header><div class="frame"><p>Our header</p></div></header>');
    expect(headed).toContain('<h1 class="unseen">Amazon.com status</h1>');
  });

  it("say how old they are and whose times they show, below a footer of the project's own as well", async () => {
    const brand = { ...NO_BRAND, footer: "<p>Ours</p>" };
    const footer = async (path: string) =>
      /<footer>.*<\/footer>/s.exec(await fileOf(path, site([OUTAGE, ...PAST], { brand })))?.[0] ?? "";
    const front = await footer("index.html");
    expect(front).toMatch(/^<footer><div class="frame"><p>Ours<\/p>/);
    expect(wordsOf(front)).toMatch(
      /Ours ?Written June 29, 2010, 10:28 AM PDT .*revision 12\. ?Times are those of America\/Los Angeles/,
    );
    const ended = wordsOf(await footer("incidents/2010-05-21-kindle.html"));
    expect(ended).toMatch(/Ours ?Times are those of/);
    expect(ended).not.toContain("Written");
  });

  it("do not explain UTC by UTC", async () => {
    for (const timeZone of ["UTC", "Etc/UTC"]) {
      const shown = await words(site([], { property: { ...site().property, timeZone } }));
      expect(shown).toMatch(/revision 12\. ?Times are in UTC\./);
    }
  });

  it("can stand still in a frame: without script and logo, and otherwise as they are", async () => {
    const brand = { ...NO_BRAND, logo: { path: "logo.svg", content: Buffer.from("<svg/>") } };
    const page = await index(site([OUTAGE], { brand }));
    const still = stillOf(page);
    expect(page).toMatch(/<script>/);
    expect(still).not.toMatch(/<script|<img/);
    expect(wordsOf(still)).toBe(wordsOf(page));
  });
});

it("the front page is under 50 kB packed, after 10,000 incidents and with seven open that were written about at length", async () => {
  const components = Array.from({ length: 40 }, (_, each) => component(`c${each}`, `Component ${each}`));
  const ended = endedOnes(10_000, 5).map((incident, each) => ({
    ...incident,
    updates: incident.updates.map((update) => ({
      ...update,
      components: isClosed(update.phase)
        ? []
        : [{ id: `c${each % 40}`, state: COMPONENT_STATES[1 + (each % 4)]! }],
    })),
  }));
  const given = site([...openOnes(7, 40), ...ended], { components });
  const byId = new Map(given.incidents.map((incident) => [incident.id, incident]));
  const load = async (ids: readonly string[]) => ids.map((id) => byId.get(id)!);
  // What is over was written long ago.
  const { look } = JSON.parse((await filesOf(site([], { components }))).get(MANIFEST) ?? "");
  const incidents = Object.fromEntries(given.incidents.map(({ id }) => [id, [1, "2010-06"]]));
  const standing = { manifest: JSON.stringify({ look, incidents }), has: () => true };
  const files = new Map<string, string | Uint8Array | null>();
  for await (const { path, content } of buildPage(given, load, standing)) files.set(path, content);
  expect([...files.keys()].filter((path) => path.startsWith("incidents/"))).toHaveLength(7);
  const page = files.get("index.html") ?? "";
  expect(page).toContain("days with incidents, worst");
  expect(gzipSync(page).length).toBeGreaterThan(20_000);
  expect(gzipSync(page).length).toBeLessThan(50_000);
});
