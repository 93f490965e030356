import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageIncident } from "../../src/page/site.ts";
import { launch, look, NO_BROWSER, overflow, violations } from "./browser.ts";
import { ARABIC, ELSEWHERE, EXPLAINED, everything, READINGS } from "./crowds.ts";
import { type Host, serve, visit } from "./host.ts";
import {
  at,
  component,
  filesOf,
  OUTAGE,
  PAST,
  PLANNED,
  paragraph,
  site,
  type ToldSite,
  text,
} from "./sites.ts";

const NOW = at("2010-06-29T17:29:00Z");
const index = async (site: ToldSite): Promise<string> => (await filesOf(site)).get("index.html") ?? "";
const unfold = (page: Page) =>
  page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");

const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "javascript:alert(3)",
  "</style></title><svg onload=alert(4)>",
  "' onmouseover='alert(5)",
  "<iframe srcdoc='<script>alert(6)</script>'></iframe>",
  "--></script><!-- {time} {name} $&",
  "a".repeat(300),
];

function hostile(words: string, number: number): PageIncident {
  const type = (["incident", "maintenance", "notice", "incident"] as const)[number % 4]!;
  return {
    ...OUTAGE,
    id: `hostile-${number}`,
    type,
    title: words,
    phase: number % 4 === 3 ? "resolved" : type === "maintenance" ? "in_progress" : "investigating",
    components: [{ id: words, state: "major_outage" }],
    updates: [
      {
        ...OUTAGE.updates[1]!,
        template: number === 3 ? "postmortem" : "update",
        subject: words,
        blocks: [
          paragraph(text(words), { type: "code", text: words }),
          { type: "code", text: words },
          { type: "heading", level: 1, children: [text(words)] },
          paragraph({
            type: "link",
            href: 'https://example.com/?q="><script>alert(7)</script>',
            children: [text(words)],
          }),
        ],
      },
    ],
  };
}

function hostileSite(): ToldSite {
  const readings = new Map(
    [...READINGS].map(([url, reading]) => [
      url,
      {
        ...reading,
        fault: null,
        readAt: reading.triedAt,
        report: {
          state: null,
          sentence: HOSTILE.join(" "),
          items: HOSTILE.map((words) => ({ title: words, link: words, at: null })),
        },
      },
    ]),
  );
  const given = site(HOSTILE.map(hostile), {
    components: [
      ...HOSTILE.map((words, number) =>
        component(`c${number}`, words, { ...component(words, words), description: words }),
      ),
      ...ELSEWHERE,
    ],
    readings,
    actions: HOSTILE.map((words, number) => ({
      ...{ id: `a${number}`, incidentId: `hostile-${number % 4}`, text: words },
      ...{ dueAt: at("2010-07-15T06:59:00Z"), doneAt: null },
    })),
    url: `https://status.example.org/${HOSTILE[1]}`,
  });
  return {
    ...given,
    property: { ...given.property, name: HOSTILE[1]!, url: `https://example.com/${HOSTILE[1]}` },
    brand: { ...given.brand, about: HOSTILE.join("\n\n"), subscribe: HOSTILE[2]! },
  };
}

describe.skipIf(NO_BROWSER !== null)(
  `the pages in a real browser${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
  () => {
    let browser: Browser;
    let host: Host;
    let rich: ReadonlyMap<string, string>;
    beforeAll(async () => {
      browser = await launch();
      host = await serve();
      rich = await filesOf(everything());
    });
    afterAll(async () => {
      await browser?.close();
      await host?.close();
    });

    const open = (files: ReadonlyMap<string, string>, path: string, options: BrowserContextOptions = {}) => {
      host.files = files;
      return visit(browser, `${host.origin}/${path}`, { now: NOW, ...options });
    };
    const FRONT = "index.html";
    const EXPLANATION = `incidents/${EXPLAINED.id}.html`;
    const PAGES = [FRONT, "incidents/open-0.html", EXPLANATION, "history/2010-06.html", "history/index.html"];

    it("break no accessibility rule and ask for nothing that is not theirs", async () => {
      const calm = await filesOf(site());
      for (const [files, path] of [...PAGES.map((path) => [rich, path] as const), [calm, FRONT] as const]) {
        const { page, trouble, close } = await open(files, path);
        await unfold(page);
        expect(await violations(page), path).toEqual([]);
        expect(trouble, path).toEqual([]);
        await close();
      }
    });

    it("break none in the dark either", async () => {
      for (const path of [FRONT, EXPLANATION]) {
        const { page, close } = await open(rich, path, { colorScheme: "dark" });
        await unfold(page);
        expect(await violations(page), path).toEqual([]);
        await close();
      }
    });

    for (const [name, words] of [
      ["left to right", undefined],
      ["right to left", ARABIC],
    ] as const)
      it(`fit a width of 320 px with nothing beyond the edge, ${name}`, async () => {
        const files = words === undefined ? rich : await filesOf(everything({ words }));
        for (const path of PAGES) {
          const { page, trouble, close } = await open(files, path, { viewport: { width: 320, height: 700 } });
          await unfold(page);
          expect(await overflow(page), path).toBe(0);
          expect(trouble, path).toEqual([]);
          if (path === FRONT && words === ARABIC) expect(await violations(page)).toEqual([]);
          await close();
        }
      });

    it("mirror themselves for a script that runs from right to left", async () => {
      const { page, close } = await open(await filesOf(everything({ words: ARABIC })), "index.html");
      const left = (selector: string) =>
        page.evaluate(`document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect().left`);
      expect(await page.evaluate("getComputedStyle(document.body).direction")).toBe("rtl");
      expect(await left(".row > .state")).toBeLessThan((await left(".row > .name")) as number);
      expect(
        await page.evaluate("getComputedStyle(document.querySelector('.chart svg')).transform"),
      ).toContain("-1");
      expect(await page.evaluate("document.querySelector('.words').lang")).toBe("en-US");
      await close();
    });

    it("show hostile names, titles and words as the text they are, and run none of it", async () => {
      const files = await filesOf(hostileSite());
      for (const path of [
        "index.html",
        "incidents/hostile-0.html",
        "incidents/hostile-3.html",
        "history/2010-06.html",
      ]) {
        const { page, trouble, close } = await open(files, path, { viewport: { width: 320, height: 700 } });
        await unfold(page);
        const shown = (await page.evaluate("document.body.textContent")) as string;
        if (path === "index.html") for (const words of HOSTILE) expect(shown).toContain(words);
        expect(
          await page.evaluate(
            "document.querySelectorAll('body script:not(body > script:last-of-type),img,iframe,[onerror],[onload],[onmouseover]').length",
          ),
        ).toBe(0);
        expect(
          await page.evaluate("[...document.links].every(({ protocol }) => /^https?:$/.test(protocol))"),
        ).toBe(true);
        expect(await overflow(page), path).toBe(0);
        await page.mouse.move(200, 300);
        expect(trouble, path).toEqual([]);
        await close();
      }
    });

    it("let every link and every fold be reached and opened with the keyboard alone", async () => {
      const given = site([OUTAGE, ...PAST, PLANNED], {
        components: [...site().components, ...ELSEWHERE],
        readings: READINGS,
      });
      const { page, close } = await open(await filesOf(given), "index.html");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.className")).toBe("skip");
      expect(
        await page.evaluate("document.activeElement.getBoundingClientRect().left"),
      ).toBeGreaterThanOrEqual(0);
      const all = (await page.evaluate("document.querySelectorAll('a[href],summary').length")) as number;
      const closed = (await page.evaluate(
        "document.querySelectorAll('details:not([open])').length",
      )) as number;
      expect(closed).toBeGreaterThan(0);
      let reached = 1;
      for (; reached < all; reached++) {
        await page.keyboard.press("Tab");
        const focus =
          "(({ localName, parentElement }) => localName === 'summary' && !parentElement.open)(document.activeElement)";
        if (await page.evaluate(focus)) await page.keyboard.press("Enter");
        expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
      }
      expect(
        await page.evaluate(
          "document.activeElement === [...document.querySelectorAll('a[href],summary')].at(-1)",
        ),
      ).toBe(true);
      expect(await page.evaluate("document.querySelectorAll('details:not([open])').length")).toBe(0);
      await close();
    });

    it("say everything without a script", async () => {
      const { page, trouble, close } = await open(rich, "index.html", { javaScriptEnabled: false });
      for (const words of [
        "3 more incidents are open",
        "Word 8 of trouble 0",
        "Payment system upgrade",
        "Cloud",
        "Older incidents",
      ])
        await page.getByText(words).first().waitFor();
      const group = page.locator("#in-readers > summary");
      await group.click();
      await page.locator("#in-paper > summary").waitFor({ state: "visible" });
      expect(trouble).toEqual([]);
      await close();
    });

    it("are whole when they are opened from a folder", async () => {
      const folder = await mkdtemp(join(tmpdir(), "status-page-"));
      try {
        for (const [path, content] of rich) {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), content);
        }
        const { page, trouble, close } = await visit(browser, `file://${folder}/index.html`, { now: NOW });
        await page.click('a[href="history/2010-06.html"]');
        await page.click("text=Search finds nothing");
        expect(await page.textContent("h2#postmortem")).toBe("Postmortem");
        expect(
          await page.evaluate("getComputedStyle(document.querySelector('.postmortem')).borderRadius"),
        ).toBe("12px");
        expect(trouble).toEqual([]);
        await close();
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it("are styled by what was written with them alone: a style that is slipped in has no effect", async () => {
      const slipped = (await index(site())).replace("</head>", "<style>h1{display:none}</style></head>");
      const { page, trouble, close } = await look(browser, slipped);
      expect(await page.evaluate("getComputedStyle(document.querySelector('.overall')).borderRadius")).toBe(
        "14px",
      );
      expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).display")).not.toBe("none");
      expect(trouble.join()).toContain("Content Security Policy");
      await close();
    });

    it("print what is folded, and no skip link", async () => {
      const { page, close } = await open(rich, "index.html");
      const visible = "document.querySelector('#in-paper > summary').checkVisibility()";
      expect(await page.evaluate(visible)).toBe(false);
      await page.emulateMedia({ media: "print" });
      expect(await page.evaluate(visible)).toBe(true);
      expect(await page.evaluate("document.querySelector('.skip').checkVisibility()")).toBe(false);
      await close();
    });

    it("keep their marks where a reader has chosen the colours", async () => {
      const { page, close } = await open(rich, "index.html", { forcedColors: "active" });
      const stroke = "getComputedStyle(document.querySelector('.chart .days')).stroke";
      const fill = "getComputedStyle(document.querySelector('.symbol')).fill";
      const ink = await page.evaluate("getComputedStyle(document.body).color");
      expect(await page.evaluate(stroke)).toBe(ink);
      expect(await page.evaluate(fill)).toBe(ink);
      await close();
    });
  },
);
