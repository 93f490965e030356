import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import Parser from "rss-parser";
import { describe, expect, it } from "vitest";
import { feedFiles } from "../../src/page/feeds.ts";
import { at, NOTICE, OUTAGE, PAST, PLANNED, site, type ToldSite } from "./sites.ts";
import { crowd, HOSTILE, hostile, viewOf } from "./views.ts";

const FULL = site([OUTAGE, ...PAST, NOTICE, PLANNED]);

function feedsOf(given: ToldSite) {
  const files = new Map(feedFiles(viewOf(given)).map(({ path, content }) => [path, String(content)]));
  return {
    atom: files.get("history.atom")!,
    rss: files.get("history.rss")!,
    json: JSON.parse(files.get("history.json")!),
  };
}

const read = (xml: string) => new Parser().parseString(xml);

/** XML that every parser takes: the validator lets pass what XML 1.0 forbids. */
function expectWellFormed(xml: string): void {
  expect(XMLValidator.validate(xml)).toBe(true);
  expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  expect(xml).not.toMatch(/="[^"]*</);
  expect(xml.replace(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
}

describe("the feeds", () => {
  it("are read by an independent parser, the last spoken of first", async () => {
    const { atom, rss, json } = feedsOf(FULL);
    const titles = [OUTAGE, PLANNED, NOTICE, PAST[0]!, PAST[1]!, PAST[2]!].map(({ title }) => title);
    expect((await read(atom)).items.map(({ title }) => title)).toEqual(titles);
    expect((await read(rss)).items.map(({ title }) => title)).toEqual(titles);
    expect(json.items.map(({ title }: { title: string }) => title)).toEqual(titles);
  });

  it("name an incident by its public address, with the time of its newest update", async () => {
    const { atom, rss, json } = feedsOf(FULL);
    const address = `https://status.example.org/incidents/${OUTAGE.id}.html`;
    const [first, last] = ["2010-06-29T16:47:00.000Z", "2010-06-29T17:28:00.000Z"];
    // This parser takes an entry's first day for its date.
    expect((await read(atom)).items[0]).toMatchObject({ id: address, link: address, isoDate: first });
    expect(new XMLParser().parse(atom).feed.entry[0]).toMatchObject({ published: first, updated: last });
    expect((await read(rss)).items[0]).toMatchObject({
      guid: address,
      link: address,
      isoDate: last,
      categories: ["Identified", "Storefront", "Checkout and payments", "Kindle downloads"],
    });
    expect(json.items[0]).toMatchObject({
      id: address,
      url: address,
      date_published: first,
      date_modified: last,
      tags: ["Identified", "Storefront", "Checkout and payments", "Kindle downloads"],
    });
  });

  it("hold every update, newest first, with phase, time and promise", () => {
    const [{ content_html }] = feedsOf(FULL).json.items;
    const places = [
      "next update is due by",
      "We have found the cause",
      "Most visitors see",
      "We know that",
    ].map((words) => content_html.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(content_html).toContain(
      '<strong>Identified</strong> · <time datetime="2010-06-29T17:28:00.000Z">',
    );
    expect(content_html).toContain("Storefront (Major outage)");
  });

  it("say of planned work when it is, and of a notice no phase", () => {
    const planned = { ...PLANNED, endsAt: at("2010-07-05T07:00:00Z") };
    const [work, notice] = feedsOf(site([planned, NOTICE])).json.items;
    expect(work.content_html).toMatch(
      /Planned from <time datetime="2010-07-05T06:00.*to <time datetime="2010-07-05T07:00/,
    );
    expect(notice.content_html).not.toContain("Resolved");
    expect(notice.tags).toEqual(["Notice"]);
  });

  it("keep names of their own where nobody said where the page is read", async () => {
    const nowhere = { url: null, property: { ...FULL.property, url: null } };
    const { atom, rss, json } = feedsOf({ ...FULL, ...nowhere });
    const again = feedsOf({ ...site([OUTAGE]), ...nowhere });
    const entries = (await read(atom)).items;
    expect(entries[0]?.id).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(entries[0]?.id).toBe((await read(again.atom)).items[0]?.id);
    expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
    expect(entries[0]?.link).toBe(`incidents/${OUTAGE.id}.html`);
    expect((await read(rss)).items[0]?.link).toBeUndefined();
    expect(json.items[0]).not.toHaveProperty("url");
    for (const xml of [atom, rss]) expectWellFormed(xml);
  });

  it("do not depend on when they are made", () => {
    const later = { ...FULL, generatedAt: at("2010-07-01T00:00:00Z"), revision: 99 };
    expect(feedsOf(later)).toEqual(feedsOf(FULL));
  });

  it("are whole while nothing was ever said", async () => {
    const { atom, rss, json } = feedsOf(site());
    expectWellFormed(atom);
    expect((await read(atom)).items).toEqual([]);
    expect(await read(rss)).toMatchObject({ title: "Amazon.com status", items: [], language: "en-US" });
    expect(json.items).toEqual([]);
  });

  it("tell the language of the words from that of the page", () => {
    const { atom, json } = feedsOf({ ...FULL, property: { ...FULL.property, locale: "de-DE" } });
    expect(atom).toContain('xml:lang="de-DE"');
    expect(json.language).toBe("de-DE");
    expect(json.items[0].content_html).toContain('<p lang="en"><strong>Identified');
    expect(feedsOf(FULL).json.items[0].content_html).not.toContain("lang=");
  });

  it("mark a postmortem", () => {
    const update = { ...PAST[0]!.updates[0]!, number: 3, template: "postmortem" };
    const explained = { ...PAST[0]!, updates: [update, ...PAST[0]!.updates] };
    expect(feedsOf(site([explained])).json.items[0].content_html).toContain("<strong>Postmortem</strong>");
  });

  it.each(HOSTILE)("show a hostile text as it is: %j", async (words) => {
    const { atom, rss, json } = feedsOf(hostile(words));
    const shown = words
      .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
      .replace(/\r\n?/g, "\n");
    for (const xml of [atom, rss]) {
      expectWellFormed(xml);
      const parsed = new XMLParser({ ignoreAttributes: false, trimValues: false }).parse(xml);
      const entries = parsed.feed?.entry ?? parsed.rss.channel.item;
      expect(entries).toHaveLength(4);
    }
    for (const xml of [atom, rss]) {
      const [item] = (await read(xml)).items;
      expect(item?.title?.trim().replace(/\r\n?/g, "\n")).toBe(shown.trim());
      expect(item?.content).not.toMatch(/<(script|b)>alert|<b>&/);
    }
    expect(json.items[0].title).toBe(words);
    expect(json.items[0].content_html).not.toContain("<script");
  });

  it("stay well-formed whatever is said", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (words) => {
        const { atom, rss } = feedsOf(hostile(words));
        expectWellFormed(atom);
        expectWellFormed(rss);
      }),
      { numRuns: 60 },
    );
  });

  it("list fifty, and count what an entry has no room for", () => {
    const { atom, rss, json } = feedsOf(site(crowd(10_000, 2, "A short word. ")));
    expect(json.items).toHaveLength(50);
    expect(atom.length + rss.length).toBeLessThan(300_000);
    const long = feedsOf(site(crowd(60, 200, "Very long & winding. ".repeat(1200))));
    expect(long.json.items[0].content_html).toContain("199 earlier updates");
    expect(long.atom.length).toBeLessThan(4_000_000);
  });
});
