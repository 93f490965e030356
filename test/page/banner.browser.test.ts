import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { de } from "../../src/page/words/de.ts";
import { launch, NO_BROWSER, violations } from "./browser.ts";
import { answered, type Fault, type Host, serve, type Visit, visit } from "./host.ts";
import { at, filesOf, NOTICE, OUTAGE, PAST, PLANNED, site } from "./sites.ts";

/** A shop with a layout of its own, whose rules would spoil any banner that they reached. */
function shopPage(banner: string, policy = ""): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${policy}
<link rel="stylesheet" href="shop.css"><script>window.before = Object.getOwnPropertyNames(window).sort().join()</script>${banner}</head>
<body><header><p>Shop</p></header><main><h1>Kettles</h1><p id="content">Boils water.</p></main></body></html>`;
}
const SHOP_STYLE = `*{letter-spacing:.3em}html{font-size:9px}body{display:flex;margin:24px;font:20px serif;background:#fff;color:#111}
header,main{padding:1em}section,p,button,status-banner{display:inline;color:#a00;position:static}`;

const HOSTILE = [
  '<img src="https://elsewhere.example/x.png" onerror="alert(1)">',
  "</script><script>alert(2)</script>",
];
const hostile = JSON.stringify({
  indicator: "major",
  description: HOSTILE.join(" "),
  link: "javascript:alert(3)",
  incidents: [
    { open: true, id: HOSTILE[0], title: HOSTILE[1], url: "javascript:alert(4)", nextUpdateAt: HOSTILE[0] },
  ],
});
const NOTHING_TO_SAY: readonly Fault[] = [
  404,
  503,
  "cut",
  { garbage: "<html>sign in</html>" },
  { garbage: "null" },
  { garbage: '"critical"' },
  { garbage: '{"indicator":"__proto__","description":"x"}' },
  { garbage: '{"indicator":"critical","description":7}' },
  { garbage: `{"indicator":"critical","description":"x","more":"${"x".repeat(10_000_000)}"}` },
];

describe.skipIf(NO_BROWSER !== null)(
  `the banner${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
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
      include(`<script src="${status.origin}/banner.js" async></script>`);
    });
    afterEach(async () => {
      await coming?.close();
      coming = null;
      await status.close();
      await shop.close();
    });

    function include(banner: string, policy = "") {
      shop.files = new Map([
        ["index.html", shopPage(banner, policy)],
        ["shop.css", SHOP_STYLE],
      ]);
    }
    async function files(incidents: Parameters<typeof site>[0]) {
      return filesOf(site(incidents, { url: status.origin }));
    }
    async function come(options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
      coming = await visit(browser, `${shop.origin}/`, {
        ...{ now: at("2010-06-29T17:30:00Z"), timezoneId: "America/Los_Angeles", hosts: [status] },
        ...options,
      });
      return coming;
    }
    const appears = (page: Page) => page.waitForSelector("status-banner section");
    const says = async (page: Page) =>
      (await page.locator("status-banner [role=status]").textContent())?.replace(/\s+/g, " ").trim();
    const reload = (page: Page) => answered(page, "status.json", () => page.reload());

    it("says what is wrong and when there will be news, above everything and without moving anything else", async () => {
      status.files = await files([OUTAGE, PLANNED, NOTICE, ...PAST]);
      const { page, trouble } = await come();
      await appears(page);
      const { description } = JSON.parse(status.files.get("status.json")!);
      expect(await says(page)).toBe(`${description} Next update due by 11:00 AM PDT`);
      expect(await page.locator("status-banner a").getAttribute("href")).toBe(`${status.origin}/`);
      const box = (await page.locator("status-banner").boundingBox())!;
      expect(box).toMatchObject({ x: 0, y: 0, width: 1280 });
      expect(box.height).toBeLessThan(60);
      const top = "document.body.getBoundingClientRect().top";
      const below = await page.evaluate<number>(top);
      await page.locator("status-banner button").click();
      expect(below - (await page.evaluate<number>(top))).toBe(box.height);
      expect(trouble).toEqual([]);
    });

    it("leaves nothing behind in the site's own scope, and takes nothing of its style", async () => {
      status.files = await files([OUTAGE]);
      const { page } = await come();
      await appears(page);
      // `before` is the shop's own.
      const left =
        "Object.getOwnPropertyNames(window).filter((name) => !before.split(',').includes(name)).join()";
      expect(await page.evaluate(left)).toBe("before");
      const style =
        "(({ position, display, color, letterSpacing }) => [position, display, letterSpacing].join())";
      expect(await page.evaluate(`${style}(getComputedStyle(document.querySelector('status-banner')))`)).toBe(
        "relative,block,normal",
      );
      const inner = "document.querySelector('status-banner').shadowRoot.querySelector('section')";
      expect(await page.evaluate(`getComputedStyle(${inner}).display`)).toBe("flex");
    });

    it("stays closed in that tab until something new is said", async () => {
      status.files = await files([{ ...OUTAGE, updates: OUTAGE.updates.slice(1) }]);
      const { page } = await come();
      await appears(page);
      await page.locator("status-banner button").click();
      expect(await page.locator("status-banner").count()).toBe(0);
      await reload(page);
      expect(await page.locator("status-banner").count()).toBe(0);
      status.files = await files([OUTAGE]);
      await page.reload();
      await appears(page);
    });

    it("comes and can be closed where the browser keeps nothing", async () => {
      status.files = await files([OUTAGE]);
      const before =
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('kept out') } })";
      const { page, trouble } = await come({ before });
      await appears(page);
      await page.locator("status-banner button").click();
      expect(await page.locator("status-banner").count()).toBe(0);
      expect(trouble).toEqual([]);
    });

    it("is absent while all is well", async () => {
      status.files = await files([PLANNED, NOTICE, ...PAST]);
      const { page, trouble } = await come();
      await reload(page);
      expect(await page.locator("status-banner").count()).toBe(0);
      expect(trouble).toEqual([]);
    });

    it("is absent where status.json is barred, slow, or makes no sense", async () => {
      status.files = await files([OUTAGE]);
      const { page, trouble } = await come();
      await appears(page);
      for (const fault of NOTHING_TO_SAY) {
        status.faults.set("status.json", fault);
        await reload(page);
        expect(await page.locator("status-banner").count(), JSON.stringify(fault).slice(0, 60)).toBe(0);
      }
      status.faults.set("status.json", "hang");
      await page.reload();
      await answered(page, "status.json", () => page.clock.fastForward(6000));
      expect(await page.locator("status-banner").count()).toBe(0);
      status.faults.clear();
      // The script itself may be had from anywhere; what it reads may not.
      status.headers.clear();
      await reload(page);
      expect(await page.locator("status-banner").count()).toBe(0);
      expect(trouble).toEqual([]);
    });

    it("shows hostile answers as the text they are", async () => {
      status.files = await files([OUTAGE]);
      status.faults.set("status.json", { garbage: hostile });
      const { page, trouble } = await come();
      await appears(page);
      expect(await says(page)).toBe(HOSTILE.join(" "));
      expect(await page.locator("status-banner img").count()).toBe(0);
      expect(await page.locator("status-banner a").getAttribute("href")).toBe(`${status.origin}/`);
      expect(trouble).toEqual([]);
    });

    it("works under a strict policy that lets it load and ask, and does no harm under one that does not", async () => {
      status.files = await files([OUTAGE]);
      const script = `<script src="${status.origin}/banner.js" async></script>`;
      const policy = (more: string) =>
        `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; ${more}">`;
      include(
        script,
        policy(
          `script-src ${status.origin}; connect-src ${status.origin}; require-trusted-types-for 'script'`,
        ),
      );
      const { page } = await come();
      await appears(page);
      const inner = "document.querySelector('status-banner').shadowRoot.querySelector('section')";
      expect(await page.evaluate(`getComputedStyle(${inner}).display`)).toBe("flex");
      include(script, policy(`script-src ${status.origin}`));
      await page.reload();
      await page.waitForLoadState("load");
      expect(await page.locator("status-banner").count()).toBe(0);
      expect(await page.textContent("#content")).toBe("Boils water.");
    });

    it("works copied into the site's own head, twice over, whatever the property is called", async () => {
      const named = site([OUTAGE], {
        url: status.origin,
        property: { name: "</script><!-- \u2028", url: null, timeZone: "UTC", locale: "en" },
      });
      status.files = await filesOf(named);
      const copy = `<script>${status.files.get("banner.js")}</script>`;
      include(copy + copy);
      const { page, trouble } = await come();
      await appears(page);
      await page.waitForLoadState("networkidle");
      expect(await page.locator("status-banner").count()).toBe(1);
      expect(await page.locator("status-banner section").getAttribute("aria-label")).toBe(
        "Status of </script><!-- \u2028",
      );
      expect(trouble).toEqual([]);
    });

    it.each(["text/html", "text/html; charset=windows-1252"])(
      "is spelt right on a page sent as %s, whatever the host says of the script",
      async (type) => {
        const name = "Café – Tee „Süß“ 🫖";
        const given = site([OUTAGE], {
          url: status.origin,
          property: { ...site().property, name },
          words: { language: "de", texts: de },
        });
        status.files = await filesOf(given);
        status.types.set("banner.js", "text/javascript");
        expect(status.files.get("banner.js")).not.toMatch(/[^\0-\x7f]/);
        include(`<script src="${status.origin}/banner.js" async></script>`);
        shop.types.set("index.html", type);
        shop.files = new Map([
          ["index.html", shop.files.get("index.html")!.replace('<meta charset="utf-8">', "")],
        ]);
        const { page } = await come();
        await appears(page);
        expect(await page.evaluate("document.characterSet")).toBe("windows-1252");
        const label = (selector: string) => page.locator(selector).getAttribute("aria-label");
        expect(await label("status-banner section")).toBe(`Status von ${name}`);
        expect(await label("status-banner button")).toBe("Diese Meldung schließen");
        expect(await page.locator("status-banner button").textContent()).toBe("×");
        expect(await says(page)).toContain("Nächste Meldung bis");
      },
    );

    it("breaks no accessibility rule and fits 320 px, light and dark", async () => {
      status.files = await files([OUTAGE]);
      const { page, trouble } = await come({ viewport: { width: 320, height: 640 } });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await appears(page);
        expect(await violations(page)).toEqual([]);
        expect(await page.locator("status-banner section").evaluate((bar) => bar.scrollWidth)).toBe(320);
        status.files = await files([{ ...PLANNED, phase: "in_progress" }]);
        await reload(page);
      }
      await appears(page);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      expect(await page.locator("status-banner").count()).toBe(0);
      expect(trouble).toEqual([]);
    });
  },
);
