import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NO_BRAND } from "../../src/page/site.ts";
import { launch, NO_BROWSER, overflow, violations } from "./browser.ts";
import { answered, type Fault, type Host, serve, type Visit, visit } from "./host.ts";
import { at, filesOf, NOTICE, OUTAGE, PAST, PLANNED, site } from "./sites.ts";

const CALM = "Amazon.com could not answer you just now.";
const UNKNOWN = "Our status page does not know of this yet.";

const HOSTILE = [
  '<img src="https://elsewhere.example/x.png" onerror="alert(1)">',
  "<script>alert(2)</script>",
  "</style><svg onload=alert(3)>",
  "javascript:alert(4)",
];
const hostile = JSON.stringify({
  indicator: "major",
  description: HOSTILE.join(" "),
  link: "javascript:alert(5)",
  incidents: [
    ...HOSTILE.map((title) => ({
      ...{ id: title, title, open: true, phase: title, type: title },
      ...{ url: "javascript:alert(6)", startedAt: title, nextUpdateAt: "2010-06-29T18:00:00Z" },
    })),
    ...[null, 7, "incident", [], { open: true, title: {} }, { open: "yes", title: "not open" }],
  ],
});
/** What no status page would say. */
const GARBAGE: readonly Fault[] = [
  404,
  { garbage: "<html>sign in</html>" },
  { garbage: "null" },
  { garbage: "[]" },
  { garbage: '{"indicator":"constructor","description":"x"}' },
  { garbage: '{"indicator":["critical"],"description":"x"}' },
  { garbage: '{"indicator":"critical","description":{"toString":"x"}}' },
  { garbage: `{"indicator":"critical","description":"x","more":"${"x".repeat(10_000_000)}"}` },
];

describe.skipIf(NO_BROWSER !== null)(
  `the error page${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
  () => {
    let browser: Browser;
    let status: Host;
    let shop: Host;
    let coming: Visit | null = null;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());
    beforeEach(async () => {
      status = await serve();
      status.headers.set("access-control-allow-origin", "*");
      shop = await serve();
    });
    afterEach(async () => {
      await coming?.close();
      coming = null;
      await status.close();
      await shop.close();
    });

    const at1728 = { generatedAt: at("2010-06-29T17:28:04Z") };
    async function files(incidents: Parameters<typeof site>[0], more: Parameters<typeof site>[1] = {}) {
      return filesOf(site(incidents, { url: status.origin, ...at1728, ...more }));
    }

    /** Somebody asks the shop for something that it cannot give. */
    async function come(options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
      shop.files = new Map([["basket.html", status.files.get("error-page.html") ?? ""]]);
      coming = await visit(browser, `${shop.origin}/basket.html`, {
        ...{ now: at("2010-06-29T17:30:00Z"), timezoneId: "America/Los_Angeles", hosts: [status] },
        ...options,
      });
      return coming;
    }
    const read = async ({ page }: Visit, selector = "main") =>
      (await page.textContent(selector))?.replace(/\s+/g, " ").trim() ?? "";

    it("tells what is wrong, since when, and when there will be news, in the reader's time", async () => {
      status.files = await files([OUTAGE, PLANNED, NOTICE, ...PAST]);
      const visitor = await come({ timezoneId: "Europe/Berlin" });
      await visitor.page.waitForSelector("#known section");
      const shown = await read(visitor);
      expect(shown).toContain(CALM);
      expect(shown).toContain(JSON.parse(status.files.get("status.json")!).description);
      expect(await read(visitor, "#known h3")).toBe(OUTAGE.title);
      expect(await visitor.page.locator("#known h3").count()).toBe(1);
      expect(shown).toContain("Since June 29, 2010, 6:40 PM GMT+2 (16:40 UTC)");
      expect(shown).toContain("Next update due by June 29, 2010, 8:00 PM GMT+2 (18:00 UTC)");
      expect(await visitor.page.getAttribute("main a", "href")).toBe(`${status.origin}/`);
      expect(visitor.trouble).toEqual([]);
    });

    it("calls a promise late that has passed", async () => {
      status.files = await files([OUTAGE]);
      const visitor = await come({ now: at("2010-06-29T18:20:00Z") });
      await visitor.page.waitForSelector("#known section");
      expect(await read(visitor)).toContain(
        "The next update is late; it was due by June 29, 2010, 11:00 AM PDT",
      );
    });

    it("says that the status page does not know of it while that says all is well", async () => {
      status.files = await files([...PAST, PLANNED]);
      const visitor = await come();
      await visitor.page.waitForSelector("#known p");
      expect(await read(visitor)).toContain(UNKNOWN);
      expect(await visitor.page.locator("#known section").count()).toBe(0);
    });

    it("keeps to the calm words and the link where status.json is not to be read, or makes no sense", async () => {
      status.files = await files([OUTAGE]);
      const alone = await read(await come({ javaScriptEnabled: false }));
      expect(alone).toContain(CALM);
      expect(alone).toContain("Go to the status page");
      await coming?.close();

      status.headers.clear();
      const apart = await come();
      await expect.poll(() => status.asked).toContain("status.json");
      expect(await read(apart)).toBe(alone);
      status.headers.set("access-control-allow-origin", "*");

      for (const fault of GARBAGE) {
        status.faults.set("status.json", fault);
        await answered(apart.page, "status.json", () => apart.page.reload());
        expect(await read(apart), JSON.stringify(fault).slice(0, 80)).toBe(alone);
        expect(await apart.page.locator("#known > *").count(), JSON.stringify(fault).slice(0, 80)).toBe(0);
      }
      status.faults.set("status.json", "hang");
      await apart.page.reload();
      await answered(apart.page, "status.json", () => apart.page.clock.fastForward(6000));
      expect(await read(apart)).toBe(alone);
      expect(apart.trouble).toEqual([]);
    });

    it("shows hostile answers as the text they are, and follows none of their links", async () => {
      status.files = await files([OUTAGE]);
      status.faults.set("status.json", { garbage: hostile });
      const visitor = await come();
      await visitor.page.waitForSelector("#known section");
      const shown = await read(visitor);
      for (const words of HOSTILE) expect(shown).toContain(words);
      expect(shown).not.toContain("not open");
      expect(await visitor.page.locator("main img, main script, [onerror], [onload]").count()).toBe(0);
      expect(await visitor.page.locator("a").count()).toBe(1);
      expect(await visitor.page.getAttribute("a", "href")).toBe(`${status.origin}/`);
      expect(await visitor.page.locator("#known p").count()).toBe(HOSTILE.length);
      expect(visitor.trouble).toEqual([]);
    });

    it("breaks no accessibility rule and fits 320 px, light and dark, with and without news", async () => {
      status.files = await files([]);
      const { page, trouble } = await come({ viewport: { width: 320, height: 640 } });
      for (const incidents of [[OUTAGE], [{ ...PLANNED, phase: "in_progress" as const }], []]) {
        status.files = await files(incidents);
        await page.reload();
        await page.waitForSelector("#known > *");
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await violations(page)).toEqual([]);
          expect(await overflow(page)).toBe(0);
        }
      }
      expect(trouble).toEqual([]);
    });

    it("is one small document that depends on nothing said, and is none without a public address", async () => {
      const busy = (await files([OUTAGE, PLANNED, NOTICE, ...PAST])).get("error-page.html")!;
      expect((await files([], { revision: 99 })).get("error-page.html")).toBe(busy);
      expect(Buffer.byteLength(busy)).toBeLessThan(12_000);
      expect(busy).not.toMatch(/(src|href)="(?!data:|http:\/\/127)[^"#]/);
      expect(busy).toContain(`connect-src ${status.origin};`);
      for (const url of [null, "javascript:alert(1)", "not an address"])
        expect((await files([], { url })).has("error-page.html")).toBe(false);
    });

    it("carries a small logo within itself, and the name in the place of a large one", async () => {
      const drawing =
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" rx="6"/></svg>';
      const logo = (content: string) => ({
        ...NO_BRAND,
        logo: { path: "logo.svg", content: Buffer.from(content) },
      });
      status.files = await files([], { brand: logo(drawing) });
      const visitor = await come();
      expect(await visitor.page.evaluate("document.querySelector('header img').naturalWidth")).toBe(90);
      expect(visitor.trouble).toEqual([]);
      const large = (await files([], { brand: logo(drawing.padEnd(9000)) })).get("error-page.html")!;
      expect(large).not.toContain("<img");
      expect(large).toContain("<header><p>Amazon.com</p></header>");
    });
  },
);
