import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SCRIPT } from "../../src/page/script.ts";
import type { PageIncident } from "../../src/page/site.ts";
import { launch, NO_BROWSER } from "./browser.ts";
import { answered, type Host, serve, type Visit, visit } from "./host.ts";
import { at, filesOf, OUTAGE, PAST, PLANNED, paragraph, site, text } from "./sites.ts";

const OUTAGE_PAGE = `incidents/${OUTAGE.id}.html`;
/** Longer than the longest wait between two looks, and shorter than the shortest two. */
const A_WHILE = 80_000;

const well = site(PAST, { generatedAt: at("2010-06-29T16:00:00Z"), revision: 1 });
/** The outage after so many of its updates. */
function told(count: number, more: Partial<PageIncident> = {}): PageIncident {
  return { ...OUTAGE, told: count, updates: OUTAGE.updates.slice(-count), ...more };
}
const announced = site([told(1, { nextUpdateAt: at("2010-06-29T17:10:00Z") }), ...PAST], {
  generatedAt: at("2010-06-29T16:47:10Z"),
  revision: 2,
});
const updated = site([told(3), ...PAST], { revision: 3 });
const resolved = site(
  [
    told(3, {
      phase: "resolved",
      nextUpdateAt: null,
      resolvedAt: at("2010-06-29T19:40:00Z"),
      components: OUTAGE.components.map(({ id }) => ({ id, state: "operational" })),
      updates: [
        {
          ...OUTAGE.updates[1]!,
          number: 4,
          phase: "resolved",
          at: at("2010-06-29T19:40:00Z"),
          blocks: [paragraph(text("Everything works again."))],
        },
        ...OUTAGE.updates,
      ],
    }),
    ...PAST,
  ],
  { generatedAt: at("2010-06-29T19:40:05Z"), revision: 4 },
);

/** As a reader sees it: releases differ in the kind of space before AM. */
const read = async (page: Page, selector: string) =>
  (await page.textContent(selector))?.replace(/\s+/g, " ").trim();
const sentence = (page: Page) => read(page, "#overall");
const voice = (page: Page) => read(page, "body > [role=status].unseen");
const promise = (page: Page) => read(page, ".overall .promise");
const polled = (host: Host) => host.asked.filter((path) => path === "api/v2/summary.json").length;

describe("the page's script", () => {
  it("travels in less than 4 kB", () => {
    expect(gzipSync(SCRIPT).length).toBeLessThan(4096);
  });
});

describe.skipIf(NO_BROWSER !== null)(
  `the page while it stands open${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
  () => {
    let browser: Browser;
    let host: Host;
    let files: Record<"well" | "announced" | "updated" | "resolved", Map<string, string>>;
    let visits: Visit[] = [];
    beforeAll(async () => {
      browser = await launch();
      files = {
        well: await filesOf(well),
        announced: await filesOf(announced),
        updated: await filesOf(updated),
        resolved: await filesOf(resolved),
      };
    });
    afterAll(() => browser?.close());
    beforeEach(async () => {
      host = await serve();
    });
    afterEach(async () => {
      for (const { close } of visits) await close();
      visits = [];
      await host.close();
    });

    async function come(
      path: string,
      now: string,
      options: Parameters<typeof visit>[2] = {},
    ): Promise<Visit> {
      const timeZoneOfProperty = { timezoneId: "America/Los_Angeles" };
      const coming = await visit(browser, `${host.origin}/${path}`, {
        now: at(now),
        ...timeZoneOfProperty,
        ...options,
      });
      visits.push(coming);
      return coming;
    }

    it("follows an incident from its announcement to its end, and says aloud what changed", async () => {
      host.files = files.well;
      const { page, trouble } = await come("", "2010-06-29T16:30:00Z");
      expect(await sentence(page)).toBe("No known problems.");
      expect(await voice(page)).toBe("");

      host.files = files.announced;
      await page.clock.fastForward(A_WHILE);
      await expect.poll(() => sentence(page)).toContain("major outage");
      expect(await voice(page)).toBe(await sentence(page));
      expect(await page.title()).toContain("major outage");
      expect(await page.getAttribute("link[rel=icon]", "href")).toContain("b3261e");
      expect(await page.locator(".incident .updates > li").count()).toBe(1);

      host.files = files.updated;
      await page.clock.fastForward(A_WHILE);
      await expect.poll(() => page.locator(".incident .updates > li").count()).toBe(3);

      host.files = files.resolved;
      await page.clock.fastForward(A_WHILE);
      await expect.poll(() => sentence(page)).toBe("No known problems.");
      expect(await voice(page)).toBe("No known problems.");
      expect(await page.locator(".incident").count()).toBe(0);
      expect(await read(page, ".past")).toContain(OUTAGE.title);
      expect(trouble).toEqual([]);
    });

    it("follows an open incident on its own page, and opens it again when its look changes at the end", async () => {
      host.files = files.announced;
      const { page, trouble } = await come(OUTAGE_PAGE, "2010-06-29T16:50:00Z");
      host.files = files.updated;
      await page.clock.fastForward(A_WHILE);
      await expect.poll(() => page.locator(".updates > li").count()).toBe(3);
      host.files = files.resolved;
      await page.clock.fastForward(A_WHILE);
      await expect.poll(() => read(page, "main")).toContain("Everything works again.");
      expect(host.asked).not.toContain("incidents/api/v2/summary.json");
      expect(trouble).toEqual([]);
    });

    it("leaves the document alone while nothing is new, however often it looks", async () => {
      host.files = files.updated;
      const { page } = await come("", "2010-06-29T17:30:00Z");
      await page.evaluate("document.querySelector('main').mine = true");
      for (let looks = 1; looks <= 3; looks++) {
        await page.clock.fastForward(A_WHILE);
        await expect.poll(() => polled(host)).toBe(looks);
      }
      expect(host.asked.filter((path) => path === "index.html")).toHaveLength(1);
      expect(await page.evaluate("document.querySelector('main').mine")).toBe(true);
    });

    it("does not go back to an older copy from some cache, and waits for a document that lags behind", async () => {
      host.files = files.updated;
      const { page } = await come("", "2010-06-29T17:30:00Z");
      const openAnew = () => answered(page, "", () => page.clock.fastForward(A_WHILE));
      host.files = files.announced;
      await openAnew();
      expect(await page.locator(".incident .updates > li").count()).toBe(3);
      host.files = new Map([...files.resolved, ["index.html", files.updated.get("index.html")!]]);
      await openAnew();
      host.files = files.resolved;
      await openAnew();
      expect(await sentence(page)).toBe("No known problems.");
    });

    it("keeps folds, place and focus", async () => {
      host.files = files.announced;
      const { page } = await come("", "2010-06-29T16:50:00Z", { viewport: { width: 800, height: 500 } });
      const [shut, open] = ["details:not([open])", "details[open]"].map((fold) => `.tree ${fold} > summary`);
      const shutName = await page.locator(`${shut} .name`).first().textContent();
      const openName = await page.locator(`${open} .name`).first().textContent();
      await page.locator(shut!).first().click();
      await page.locator(open!).first().click();
      await page.locator(".past .entry a.name").first().focus();
      await page.evaluate("document.querySelector('#past').scrollIntoView({ block: 'start' })");
      const place = "document.querySelector('#past').getBoundingClientRect().top";
      const top = await page.evaluate<number>(place);
      expect(await page.evaluate("scrollY")).toBeGreaterThan(300);

      host.files = files.updated;
      await page.clock.fastForward(A_WHILE);
      await expect.poll(() => page.locator(".incident .updates > li").count()).toBe(3);
      const isOpen = (name: string | null) =>
        page
          .locator(".tree details", { hasText: name ?? "" })
          .first()
          .getAttribute("open");
      expect(await isOpen(shutName)).toBe("");
      expect(await isOpen(openName)).toBeNull();
      expect(Math.abs((await page.evaluate<number>(place)) - top)).toBeLessThan(2);
      expect(await page.evaluate("document.activeElement.textContent")).toBe(PAST[0]!.title);
    });

    it("shows times in the reader's zone with UTC, keeps the property's beside, and does so again after news", async () => {
      host.files = files.announced;
      const { page } = await come("", "2010-06-29T16:50:00Z", { timezoneId: "Asia/Tokyo" });
      const since = page.locator(".overall time").first();
      expect(await read(page, ".overall time")).toBe(
        "June 30, 2010, 1:40 AM GMT+9 (June 29, 2010, 16:40 UTC)",
      );
      expect((await since.getAttribute("title"))?.replace(/\s+/g, " ")).toBe(
        "June 29, 2010, 9:40 AM PDT (16:40 UTC)",
      );
      expect(await read(page, "footer")).toContain("Asia/Tokyo");
      host.files = files.updated;
      await page.clock.fastForward(A_WHILE);
      await expect.poll(() => page.locator(".incident .updates > li").count()).toBe(3);
      expect(await read(page, ".incident .updates > li time")).toContain("June 30, 2010, 2:28 AM GMT+9");
      expect(await read(page, "footer")).toContain("Asia/Tokyo");
      expect(await page.locator("main time", { hasText: "PDT" }).count()).toBe(0);
    });

    it("changes no time for a reader in the property's own zone, and says UTC once to one who lives by it", async () => {
      host.files = files.announced;
      const near = await come("", "2010-06-29T16:50:00Z");
      expect(await read(near.page, ".overall time")).toBe("June 29, 2010, 9:40 AM PDT (16:40 UTC)");
      expect(await near.page.getAttribute(".overall time", "title")).toBeNull();
      const utc = await come("", "2010-06-29T16:50:00Z", { timezoneId: "UTC" });
      expect(await read(utc.page, ".overall time")).toBe("June 29, 2010, 4:40 PM UTC");
      expect(await read(utc.page, "footer")).toMatch(/Times are in UTC\.$/);
    });

    it("writes planned windows as one span in the reader's zone", async () => {
      const window = { ...PLANNED, endsAt: at("2010-07-05T08:00:00Z") };
      host.files = await filesOf(site([window]));
      const markup = host.files
        .get("index.html")!
        .replace(
          /(<main[^>]*>)/,
          '$1<p id="try"><span class="range"><time datetime="2010-07-05T06:00:00.000Z">July 4, <b>11:00 PM</b></time> – <time datetime="2010-07-05T08:00:00.000Z"><b>1:00 AM PDT</b></time></span></p>',
        );
      host.files = new Map([["index.html", markup]]);
      const { page } = await come("", "2010-06-29T17:30:00Z", { timezoneId: "Europe/Berlin" });
      expect(await read(page, "#try")).toBe("July 5, 8:00 – 10:00 AM GMT+2 (July 5, 06:00 – 08:00 UTC)");
    });

    it("counts down to the next update, and calls it late once its time has passed", async () => {
      host.files = files.announced;
      const { page, trouble } = await come("", "2010-06-29T16:58:00Z");
      expect(await promise(page)).toMatch(/^Next update due by .*10:10 AM PDT.* \(in 12 minutes\)$/);
      await page.clock.fastForward(5 * 60_000);
      await expect.poll(() => promise(page)).toContain("(in 7 minutes)");
      await page.clock.fastForward(10 * 60_000);
      await expect
        .poll(() => promise(page))
        .toMatch(/^The next update is late; it was due by .*10:10 AM PDT.* \(3 minutes ago\)$/);
      // Nobody is interrupted by a clock.
      expect(
        await page
          .locator(".promise")
          .first()
          .evaluate((e) => e.closest("[aria-live],[role]")),
      ).toBeNull();
      expect(trouble).toEqual([]);
    });

    it("says since when it has not been refreshed after three failures, asks less often, and recovers", async () => {
      host.files = files.announced;
      const { page, trouble } = await come("", "2010-06-29T16:50:00Z");
      for (const [count, fault] of [500, 404, { garbage: "<html>sign in" }].entries()) {
        expect(await page.locator(".stale").count()).toBe(0);
        host.faults.set("api/v2/summary.json", fault as number);
        await page.clock.fastForward(A_WHILE);
        await expect.poll(() => polled(host)).toBe(count + 1);
      }
      await expect.poll(() => page.locator(".stale").count()).toBe(1);
      expect(await read(page, ".stale")).toMatch(/^Not refreshed since 9:5\d AM PDT$/);

      host.faults.clear();
      await page.clock.fastForward(90_000);
      expect(polled(host)).toBe(3);
      await page.clock.fastForward(60_000);
      await expect.poll(() => page.locator(".stale").count()).toBe(0);
      expect(trouble).toEqual([]);
    });

    it("gives a host that hangs ten seconds", async () => {
      host.files = files.announced;
      const { page } = await come("", "2010-06-29T16:50:00Z");
      host.faults.set("api/v2/summary.json", "hang");
      for (let looks = 1; looks <= 3; looks++) {
        await page.clock.fastForward(A_WHILE);
        await expect.poll(() => polled(host)).toBe(looks);
        await page.clock.fastForward(11_000);
      }
      await expect.poll(() => page.locator(".stale").count()).toBe(1);
    });

    it("asks for nothing while hidden, and at once when it is seen again after a while", async () => {
      host.files = files.announced;
      const before = `let hidden = false;
        Object.defineProperty(document, "hidden", { get: () => hidden });
        window.hide = (now) => { hidden = now; document.dispatchEvent(new Event("visibilitychange")); };`;
      const { page } = await come("", "2010-06-29T16:50:00Z", { before });
      await page.evaluate("hide(true)");
      await page.clock.fastForward(20 * 60_000);
      await page.clock.runFor(1000);
      expect(polled(host)).toBe(0);
      host.files = files.updated;
      await page.evaluate("hide(false)");
      await page.clock.runFor(10);
      await expect.poll(() => page.locator(".incident .updates > li").count()).toBe(3);
      for (let flips = 0; flips < 5; flips++) {
        await page.evaluate("hide(true)");
        await page.evaluate("hide(false)");
        await page.clock.runFor(10);
      }
      expect(polled(host)).toBe(1);
    });

    it("opens a page with another look anew, once for each writing", async () => {
      host.files = files.announced;
      const { page } = await come("", "2010-06-29T16:50:00Z");
      const opened = () => host.asked.filter((path) => path === "index.html").length;
      const other = (policy: string) =>
        files.announced.get("index.html")!.replace("style-src ", `style-src 'sha256-${policy}' `);
      // The documents lag behind, and two copies of the host serve them in turns: that must not make the page spin.
      host.files = new Map([...files.updated, ["index.html", other("AAAA")]]);
      await page.clock.fastForward(A_WHILE);
      await expect.poll(opened).toBe(3);
      await page.waitForLoadState("load");
      host.files = new Map([...files.updated, ["index.html", other("BBBB")]]);
      await answered(page, "", () => page.clock.fastForward(A_WHILE));
      await page.waitForLoadState("networkidle");
      expect(opened()).toBe(4);
    });

    it("runs nothing that arrives with news, whatever it is, and sends nobody elsewhere", async () => {
      host.files = files.announced;
      const { page, trouble } = await come("", "2010-06-29T16:50:00Z");
      const hostile = [
        '{"page":{"updated_at":"<img src=x onerror=alert(1)>"}}',
        '{"page":{"updated_at":{"toString":"alert(1)"}}}',
        '{"page":null}',
        "[]",
        "x".repeat(10_000_000),
      ];
      for (const [index, garbage] of hostile.entries()) {
        host.faults.set("api/v2/summary.json", { garbage });
        await page.clock.fastForward(6 * 60_000);
        await expect.poll(() => polled(host)).toBe(index + 1);
      }
      await expect.poll(() => page.locator(".stale").count()).toBe(1);
      expect(await sentence(page)).toContain("major outage");

      // Even a document of ours that somebody has put something into.
      host.faults.clear();
      const slipped =
        "<p id='slipped'><script>alert(1)</script><img src='https://elsewhere.example/x.png' onerror='alert(2)'><svg onload='alert(3)'></svg></p>";
      const fresh = files.updated;
      host.files = new Map([
        ...fresh,
        ["index.html", fresh.get("index.html")!.replace("</main>", `${slipped}</main>`)],
      ]);
      await page.clock.fastForward(6 * 60_000);
      await expect.poll(() => page.locator("#slipped").count()).toBe(1);
      expect(await page.locator("main script").count()).toBe(0);
      expect(trouble.filter((line) => !/Content Security Policy|elsewhere\.example/.test(line))).toEqual([]);
      expect(trouble.filter((line) => line.startsWith("dialog"))).toEqual([]);
    });

    it("takes no page for its own that is something else", async () => {
      host.files = files.announced;
      const { page } = await come("", "2010-06-29T16:50:00Z");
      const fresh = files.updated;
      host.files = new Map([...fresh, ["index.html", "<!doctype html><main><h1>Sign in</h1></main>"]]);
      for (let looks = 1; looks <= 3; looks++) {
        await page.clock.fastForward(A_WHILE);
        await expect.poll(() => polled(host)).toBe(looks);
      }
      await expect.poll(() => page.locator(".stale").count()).toBe(1);
      expect(await sentence(page)).toContain("major outage");
    });

    it("says the reader's times on the page of what is over, from a folder too", async () => {
      const folder = await mkdtemp(join(tmpdir(), "status-page-"));
      const built = await filesOf(site(PAST));
      for (const path of [
        "page.js",
        "style.css",
        "incidents/2010-05-21-kindle.html",
        "history/2010-05.html",
      ]) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), built.get(path)!);
      }
      const coming = await visit(browser, `file://${folder}/incidents/2010-05-21-kindle.html`, {
        now: at("2010-06-29T16:50:00Z"),
        timezoneId: "Asia/Tokyo",
      });
      visits.push(coming);
      expect(await read(coming.page, "main time")).toContain("GMT+9");
      expect(coming.trouble).toEqual([]);
      await rm(folder, { recursive: true });
    });

    it("shows times from a folder, and asks for nothing there", async () => {
      const folder = await mkdtemp(join(tmpdir(), "status-page-"));
      await writeFile(join(folder, "index.html"), files.announced.get("index.html")!);
      const coming = await visit(browser, `file://${folder}/index.html`, {
        now: at("2010-06-29T16:50:00Z"),
        timezoneId: "Asia/Tokyo",
      });
      visits.push(coming);
      expect(await read(coming.page, ".overall time")).toContain("GMT+9");
      for (let looks = 0; looks < 6; looks++) {
        await coming.page.clock.fastForward(6 * 60_000);
        await coming.page.evaluate("new Promise((done) => requestAnimationFrame(done))");
      }
      expect(await coming.page.locator(".stale").count()).toBe(0);
      expect(coming.trouble).toEqual([]);
      await rm(folder, { recursive: true });
    });
  },
);
