import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText } from "../../src/channels/page/sources/charset.ts";
import { readFeed } from "../../src/channels/page/sources/feed.ts";
import { SourceFault } from "../../src/channels/page/sources/source-fault.ts";
import { readSummary, summaryAddress } from "../../src/channels/page/sources/statuspage.ts";
import type { DashboardReport } from "../../src/page/site.ts";
import { awsFeed, googleAtom, historyAtom, historyRss, incident, rss, summary } from "./sources-samples.ts";
import { NOW, readOne, serving } from "./sources-servers.ts";

const titles = (report: DashboardReport | null) => report?.items.map(({ title }) => title);

describe("a Statuspage-compatible dashboard", () => {
  it("is read at its summary, unpacked, and says when", async () => {
    await using page = await serving(summary());
    expect(await readOne("statuspage", page.url)).toEqual({
      url: page.url,
      triedAt: NOW,
      readAt: NOW,
      fault: null,
      report: { state: "operational", sentence: "All Systems Operational", items: [] },
    });
    expect(page.requests[0]).toMatchObject({
      method: "GET",
      url: "/api/v2/summary.json",
      headers: { "accept-encoding": "identity", accept: "application/json" },
    });
  });

  it.each([
    ["https://a.example", "https://a.example/api/v2/summary.json"],
    ["https://a.example/", "https://a.example/api/v2/summary.json"],
    ["https://a.example/shop//", "https://a.example/shop/api/v2/summary.json"],
    ["https://a.example/api/v2/summary.json", "https://a.example/api/v2/summary.json"],
    ["https://a.example/api/v2/summary.json?x=1#y", "https://a.example/api/v2/summary.json?x=1"],
  ])("at %s has its summary at %s", (url, address) => expect(summaryAddress(url)).toBe(address));

  it.each([
    ["none", "operational"],
    ["maintenance", "under_maintenance"],
    ["minor", "degraded_performance"],
    ["major", "partial_outage"],
    ["critical", "major_outage"],
    ["splendid", null],
    ["constructor", null],
  ])("with the indicator %s is %s", (indicator, state) =>
    expect(readSummary(summary({ status: { indicator, description: "Words" } })).state).toBe(state),
  );

  it("shows what is unresolved, newest first, then maintenance under way, five in all", () => {
    const report = readSummary(
      summary({
        incidents: [
          incident("third", "2026-11-20T09:00:00Z"),
          incident("first", "2026-11-20T11:00:00Z", { status: "monitoring" }),
          incident("over", "2026-11-20T11:30:00Z", { status: "resolved" }),
          incident("over too", "2026-11-20T11:30:00Z", { resolved_at: "2026-11-20T11:30:00Z" }),
          incident("second", "2026-11-20T10:00:00+00:00"),
          incident("undated", "yesterday", { created_at: 7, shortlink: "javascript:alert(1)" }),
        ],
        scheduled_maintenances: [
          incident("to come", "2026-11-20T11:59:00Z", { status: "scheduled" }),
          incident("under way", "2026-11-20T11:59:00Z", { status: "in_progress" }),
          incident("one too many", "2026-11-20T08:00:00Z", { status: "verifying" }),
        ],
      }),
    );
    expect(titles(report)).toEqual(["first", "second", "third", "undated", "under way"]);
    expect(report.items[0]).toEqual({
      title: "first",
      link: "https://stspg.example/abc",
      at: new Date("2026-11-20T11:00:00Z"),
    });
    expect(report.items[3]).toEqual({ title: "undated", link: null, at: null });
  });

  it("may leave out or garble all but its status", () => {
    for (const incidents of [undefined, null, 3, {}, [null, 1, "x", {}, { name: 4 }, { name: "" }]])
      expect(readSummary(summary({ incidents })).items).toEqual([]);
    expect(readSummary(`\ufeff${summary()}`).state).toBe("operational");
    expect(readSummary('{"status":{"indicator":"minor"}}').sentence).toBe("Degraded performance");
  });

  it.each([
    ["", "summary.json is not JSON"],
    ["<!doctype html><title>Hello</title>", "summary.json is not JSON"],
    ["[".repeat(400_000), "summary.json is not JSON"],
    ["null", "no status in summary.json"],
    ["[]", "no status in summary.json"],
    ["{}", "no status in summary.json"],
    ['{"status":"ok"}', "no status in summary.json"],
    ['{"status":{"indicator":3,"description":null}}', "no status in summary.json"],
    [`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, "no status in summary.json"],
    ['{"__proto__":{"status":{"indicator":"none","description":"x"}}}', "no status in summary.json"],
  ])("is not one that answers %.40j", async (body, why) => {
    await using page = await serving(body);
    const reading = await readOne("statuspage", page.url);
    expect(reading).toMatchObject({ fault: `not a status page: ${why}`, readAt: null, report: null });
  });
});

describe("AWS's feeds", () => {
  const soon = "Fri, 20 Nov 2026 03:30:00 PST";
  const earlier = "Fri, 20 Nov 2026 01:00:00 PST";
  const longAgo = "Thu, 12 Nov 2026 01:00:00 PST";

  it.each([
    ["Service is operating normally: [RESOLVED] Increased Error Rates", "operational"],
    ["Informational message: [RESOLVED] Increased Error Rates", "operational"],
    ["Service disruption: Increased Error Rates", "major_outage"],
    ["Service degradation: Increased Error Rates", "degraded_performance"],
    ["Service impact: Increased Error Rates", "degraded_performance"],
    ["Performance issues: Increased Error Rates", "degraded_performance"],
    ["Informational message: Increased Error Rates", null],
    ["Increased Error Rates", null],
  ])("say with `%s` that it is %s", (title, state) => {
    const report = readFeed(awsFeed([{ title, date: soon }]), NOW);
    expect(report).toMatchObject({
      state,
      sentence: title,
      items: [{ at: new Date("2026-11-20T11:30:00Z") }],
    });
  });

  it("without an item say that all is well", () =>
    expect(readFeed(awsFeed([]), NOW)).toEqual({
      state: "operational",
      sentence: "Nothing to report",
      items: [],
    }));

  it("do not say that all is well where an item says nothing", () => {
    const over = { title: "Service is operating normally: [RESOLVED] Errors", date: earlier };
    const mute = awsFeed([{ title: " ", date: soon, service: "compute-eu-west-9" }, over]);
    expect(readFeed(mute, NOW)).toMatchObject({ state: null, sentence: over.title, items: [{}] });
    const nothing = awsFeed([{ title: "", date: soon }]);
    expect(() => readFeed(nothing, NOW)).toThrow("its items have no titles");
  });

  it("count the newest word on each service, whatever the order, and the worst of all services", () => {
    const service = "compute-eu-west-9";
    const over = awsFeed([
      { title: "Service disruption: API errors", date: earlier },
      { title: "Service is operating normally: [RESOLVED] API errors", date: soon },
    ]);
    expect(readFeed(over, NOW).state).toBe("operational");
    const one = awsFeed([
      { title: "Service is operating normally: [RESOLVED] API errors", date: soon },
      { title: "Service degradation: Slow starts", date: earlier, service },
      { title: "Service disruption: No starts", date: "Fri, 20 Nov 2026 00:30:00 PST", service },
    ]);
    expect(readFeed(one, NOW)).toMatchObject({
      state: "degraded_performance",
      sentence: "Service degradation: Slow starts",
    });
  });

  it("are as bad as the worst service, though something milder is newer", () => {
    const feed = awsFeed([
      { title: "Service degradation: Slow starts", date: soon, service: "compute-eu-west-9" },
      { title: "Service disruption: No reads", date: earlier },
    ]);
    expect(readFeed(feed, NOW)).toMatchObject({
      state: "major_outage",
      sentence: "Service disruption: No reads",
    });
  });

  it("do not say how it is where something was left open for more than a day", () => {
    const report = readFeed(awsFeed([{ title: "Service disruption: Errors", date: longAgo }]), NOW);
    expect(report).toMatchObject({ state: null, sentence: "Service disruption: Errors" });
    const dateless = readFeed(awsFeed([{ title: "Service disruption: Errors", date: "soon" }]), NOW);
    expect(dateless).toMatchObject({ state: null, items: [{ at: null }] });
    const resolved = "Service is operating normally: [RESOLVED] Errors";
    expect(readFeed(awsFeed([{ title: resolved, date: longAgo }]), NOW).state).toBe("operational");
  });
});

describe("Statuspage's history", () => {
  const updated = "2026-11-20T11:00:00Z";

  it.each([
    [["Resolved", "Investigating"], "operational"],
    [["Completed", "In progress", "Scheduled"], "operational"],
    [["Postmortem", "Resolved"], "operational"],
    [["Scheduled"], "operational"],
    [["In progress", "Scheduled"], "under_maintenance"],
    [["Investigating"], null],
    [["Update", "Resolved"], null],
    [["Perfectly fine"], null],
    [[], null],
  ])("ending in %j is %s, as Atom and as RSS", (phases, state) => {
    const entries = [
      { title: "Late parcels", updated, phases },
      { title: "Older", updated: "2026-10-01T00:00:00Z", phases: ["Resolved"] },
    ];
    for (const feed of [historyAtom(entries), historyRss(entries)])
      expect(readFeed(feed, NOW)).toMatchObject({
        state,
        sentence: "Late parcels",
        items: [{ link: "https://status.parcels.example/incidents/0", at: new Date(updated) }, {}],
      });
  });

  it("shows an open incident as its sentence although something newer is over", () => {
    const feed = historyAtom([
      { title: "Lost labels", updated, phases: ["Resolved"] },
      { title: "Late parcels", updated: "2026-11-20T10:00:00Z", phases: ["Identified"] },
    ]);
    expect(readFeed(feed, NOW)).toMatchObject({ state: null, sentence: "Late parcels" });
  });
});

describe("Google Cloud's feed", () => {
  it("is operational once the newest word on every incident is RESOLVED", () => {
    const resolved = { title: "RESOLVED: Slow queues", incident: "a1", updated: "2026-11-20T11:00:00+00:00" };
    const update = { title: "UPDATE: Slow queues", incident: "a1", updated: "2026-11-20T10:00:00+00:00" };
    expect(readFeed(googleAtom([update, resolved]), NOW).state).toBe("operational");
    expect(readFeed(googleAtom([resolved, { ...update, incident: "b2" }]), NOW)).toMatchObject({
      state: null,
      sentence: "UPDATE: Slow queues",
    });
  });
});

describe("any other feed", () => {
  const item = (title: string, date: string) =>
    `<item><title>${title}</title><link>https://news.example/${title}</link><pubDate>${date}</pubDate></item>`;

  it("says words and no state: its five newest items, newest first", () => {
    const days = [3, 1, 6, 4, 2, 5].map((day) => item(`d${day}`, `0${day} Nov 2026 10:00 GMT`));
    expect(readFeed(rss(days.join("") + item("undated", "")), NOW)).toMatchObject({
      state: null,
      sentence: "d6",
      items: ["d6", "d5", "d4", "d3", "d2"].map((title) => ({
        title,
        link: `https://news.example/${title}`,
      })),
    });
  });

  it("without items has nothing to report and claims nothing", () => {
    expect(readFeed(rss(""), NOW)).toEqual({ state: null, sentence: "Nothing to report", items: [] });
    expect(readFeed(historyAtom([]), NOW).state).toBeNull();
  });

  it("may be RSS 1.0", () => {
    const feed = `<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel rdf:about="https://news.example/"><title>News</title></channel>
      <item rdf:about="https://news.example/1"><title>Older</title><link>https://news.example/1</link><dc:date>2026-11-01</dc:date></item>
      <item rdf:about="https://news.example/2"><title>Newer</title><link>https://news.example/2</link><dc:date>2026-11-02T10:00:00+01:00</dc:date></item>
    </rdf:RDF>`;
    expect(readFeed(feed, NOW).items).toEqual([
      { title: "Newer", link: "https://news.example/2", at: new Date("2026-11-02T09:00:00Z") },
      { title: "Older", link: "https://news.example/1", at: new Date("2026-11-01T00:00:00Z") },
    ]);
  });

  it("may be Atom with prefixes, several links and a title in HTML", () => {
    const feed = `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry>
      <a:title type="html">Q&amp;amp;A: &lt;b&gt;late&lt;/b&gt; parcels</a:title>
      <a:link rel="edit" href="https://news.example/edit"/><a:link href="https://news.example/1?a=1&amp;b=2"/>
      <a:published>2026-11-01T10:00:00Z</a:published></a:entry></a:feed>`;
    expect(readFeed(feed, NOW).items).toEqual([
      {
        title: "Q&A: late parcels",
        link: "https://news.example/1?a=1&b=2",
        at: new Date("2026-11-01T10:00:00Z"),
      },
    ]);
  });

  it.each([
    ["AT&amp;amp;T", "AT&amp;T"],
    ["Late <![CDATA[parcels]]> today", "Late parcels today"],
    ["<![CDATA[AT&amp;T &#8217;26]]>", "AT&T ’26"],
    ["&lt;b&gt;Late&lt;/b&gt;&lt;br/&gt;parcels", "Late parcels"],
    ["<![CDATA[<img src=x onerror=alert(1)>Late]]>", "Late"],
    ["&amp;lt;script&amp;gt;alert(1)", "&lt;script&gt;alert(1)"],
    ["1 &lt; 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"],
    ["a\u202egnp.exe\u2066b\u0000\u001b[31m\n\tc", "agnp.exeb [31m c"],
    ["&#x202e;&#0;&#27;x&#xD800;", "\ufffd x"],
    ["می\u200cخواهم 👩\u200d👧", "می\u200cخواهم 👩\u200d👧"],
    ["&nbsp;&unknown;", "&nbsp;&unknown;"],
    ["x".repeat(300), `${"x".repeat(199)}…`],
  ])("has its title %.40j as %.40j", (title, shown) =>
    expect(titles(readFeed(rss(`<item><title>${title}</title></item>`), NOW))).toEqual([shown]),
  );

  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "//news.example/1",
    "/1",
    "https://bank.example@evil.example/",
    "ftp://news.example/",
    `https://news.example/${"a".repeat(3000)}`,
    "https://",
  ])("has no link %.40s", (link) => {
    const feed = rss(`<item><title>x</title><link>${link}</link><guid>${link}</guid></item>`);
    expect(readFeed(feed, NOW).items[0]!.link).toBeNull();
  });

  it("has a permanent guid as its link, and no other", () => {
    const linked = (attribute: string) =>
      readFeed(rss(`<item><title>x</title><guid ${attribute}>https://news.example/1</guid></item>`), NOW);
    expect(linked("").items[0]!.link).toBe("https://news.example/1");
    expect(linked('isPermaLink="false"').items[0]!.link).toBeNull();
  });

  it.each([
    ["2026-11-20T10:00:00"],
    ["20 Nov 2026 10:00"],
    ["20 Nov 2026 10:00 CEST"],
    ["Release 7"],
    ["99 Nov 2026 10:00 GMT"],
    ["2026"],
  ])("has no date `%s`, which could mean several", (date) =>
    expect(readFeed(rss(item("x", date)), NOW).items[0]!.at).toBeNull(),
  );

  it.each([
    ["", "not well-formed XML"],
    ["garbage", "not well-formed XML"],
    ["\u0000\u0001\u0002", "not well-formed XML"],
    ["{}", "not well-formed XML"],
    ["<!doctype html><html><body><br>Hello</body></html>", "not well-formed XML"],
    ["<html><body>Hello</body></html>", "neither RSS nor Atom"],
    ["<rss></rss>", "neither RSS nor Atom"],
    ["<rss><a/></rss>", "it has no channel"],
    [awsFeed([]).slice(0, -7), "not well-formed XML"],
    [rss(`${"<a>".repeat(200)}${"</a>".repeat(200)}`), "not well-formed XML"],
    [rss("<a>".repeat(100_000)), "not well-formed XML"],
    [rss("<__proto__><polluted>1</polluted></__proto__>"), "not well-formed XML"],
    [rss("", `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>`), "not well-formed XML"],
  ])("is not one that answers %.40j", async (body, why) => {
    await using page = await serving(body);
    expect(await readOne("feed", page.url)).toMatchObject({ fault: `not a feed: ${why}`, report: null });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("expands nothing that it defines itself", () => {
    const laughs = Array.from({ length: 20 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join(
      "",
    );
    const feed = rss("<item><title>&l20;</title></item>", `<!DOCTYPE rss [<!ENTITY l0 "ha">${laughs}]>`);
    expect(titles(readFeed(feed, NOW))).toEqual(["&l20;"]);
    const own = rss(
      "<item><title>&amp;&x;</title></item>",
      `<!DOCTYPE rss [<!ENTITY x "ha"><!ENTITY amp "no">]>`,
    );
    expect(titles(readFeed(own, NOW))).toEqual(["&&x;"]);
  });

  it("may have huge attributes and strange names", () => {
    const odd = `<item a="${"b".repeat(500_000)}"><toString>1</toString><title hasOwnProperty="1">x</title></item>`;
    expect(titles(readFeed(rss(odd), NOW))).toEqual(["x"]);
  });
});

describe("the encoding of a feed", () => {
  const words = "<item><title>Störung “x” €</title></item>";
  const windows1252 = (text: string) =>
    Buffer.from(text.replace("“", "\x93").replace("”", "\x94").replace("€", "\x80"), "latin1");
  const declared = (name: string) => rss(words).replace("?>", ` encoding="${name}"?>`);
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");

  it.each([
    ["UTF-8 where nothing is said", Buffer.from(rss(words)), "text/xml"],
    ["UTF-8 with a mark, against the header", Buffer.from(`\ufeff${rss(words)}`), "text/xml; charset=latin1"],
    ["the header's", windows1252(declared("utf-8")), 'text/xml; charset="windows-1252"'],
    ["the declaration's", windows1252(declared("windows-1252")), "application/rss+xml"],
    ["ISO 8859-1, which everyone reads as windows-1252", windows1252(declared("ISO-8859-1")), ""],
    ["UTF-16 with a mark", utf16(rss(words)), ""],
    ["UTF-16 with the other mark", utf16(rss(words)).swap16(), ""],
    ["UTF-8 where the header's is unknown", Buffer.from(rss(words)), "text/xml; charset=klingon"],
    ["UTF-8 where the declaration cannot be true", Buffer.from(declared("UTF-16")), ""],
  ])("is %s", async (_name, body, type) => {
    await using page = await serving(body, type === "" ? {} : { "content-type": type });
    expect(titles((await readOne("feed", page.url)).report)).toEqual(["Störung “x” €"]);
  });

  it("is never the end of it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.string(), (bytes, type) => {
        expect(typeof decodeText(bytes, type)).toBe("string");
      }),
    );
  });
});

describe("whatever a dashboard says", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.constantFrom(
      "<b>x</b>",
      "&lt;script&gt;",
      "]]>",
      "\u202e",
      "javascript:x",
      "https://a.example/",
      "x".repeat(900),
    ),
    fc.constantFrom(
      "2026-11-20T10:00:00Z",
      "Fri, 20 Nov 2026 01:00:00 PST",
      "[RESOLVED]",
      "<strong>Resolved</strong>",
    ),
  );
  const escaped = text.map((words) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;"));
  const marked = fc.oneof(
    text,
    escaped,
    text.map((words) => `<![CDATA[${words.replaceAll("]]>", "")}]]>`),
  );

  /** What may stand on our page, or the one error that is for its reader. */
  function check(read: () => DashboardReport) {
    let report: DashboardReport;
    try {
      report = read();
    } catch (error) {
      expect(error).toBeInstanceOf(SourceFault);
      expect((error as SourceFault).message).toMatch(/^not a (feed|status page): [\w .-]{1,60}$/);
      return;
    }
    expect(report.items.length).toBeLessThanOrEqual(5);
    for (const line of [report.sentence, ...report.items.map(({ title }) => title)]) {
      expect([...line].length).toBeLessThanOrEqual(200);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      expect(line).not.toMatch(/\p{Cs}/u);
    }
    for (const { link, at } of report.items) {
      if (link !== null) expect(link).toMatch(/^https?:\/\/[^\s<>"]{1,2000}$/);
      if (at !== null) expect(Number.isFinite(at.getTime())).toBe(true);
    }
    expect(JSON.parse(JSON.stringify(report))).toBeTruthy();
  }

  it("as JSON, becomes a bounded report or its own fault", () => {
    const value = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }));
    const event = fc.record(
      { name: value, status: value, shortlink: value, updated_at: value, resolved_at: value },
      { requiredKeys: [] },
    );
    const events = fc.oneof(value, fc.array(fc.oneof(value, event), { maxLength: 9 }));
    const page = fc.record({
      status: fc.oneof(
        value,
        fc.record({ indicator: fc.oneof(value, fc.constant("minor")), description: value }),
      ),
      incidents: events,
      scheduled_maintenances: events,
    });
    fc.assert(fc.property(page, (body) => check(() => readSummary(JSON.stringify(body)))));
    fc.assert(fc.property(text, (body) => check(() => readSummary(body))));
  });

  it("as XML, becomes a bounded report or its own fault", () => {
    const element = fc
      .tuple(fc.constantFrom("title", "link", "guid", "pubDate", "dc:date", "description", "a:b"), marked)
      .map(([name, words]) => `<${name}>${words}</${name}>`);
    const item = fc.array(element, { maxLength: 6 }).map((elements) => `<item>${elements.join("")}</item>`);
    const head = fc.constantFrom(
      "",
      "<generator>AWS Service Health Dashboard</generator>",
      "<description>Statuspage</description>",
    );
    const feed = fc
      .tuple(head, fc.array(item, { maxLength: 9 }))
      .map(([start, items]) => rss(start + items.join("")));
    fc.assert(
      fc.property(feed, (xml) => check(() => readFeed(xml, NOW))),
      { numRuns: 300 },
    );
    const cut = fc
      .tuple(feed, fc.nat(2000), text)
      .map(([xml, at, words]) => xml.slice(0, at) + words + xml.slice(at + 3));
    fc.assert(
      fc.property(cut, (xml) => check(() => readFeed(xml, NOW))),
      { numRuns: 300 },
    );
    fc.assert(fc.property(text, (xml) => check(() => readFeed(xml, NOW))));
  });
});
