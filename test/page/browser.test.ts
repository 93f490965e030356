import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPage } from "../../src/page/render-page.ts";
import type { PageIncident, Site } from "../../src/page/site.ts";
import { launch, look, NO_BROWSER, overflow, violations } from "./browser.ts";
import { component, NOTICE, OUTAGE, PAST, PLANNED, paragraph, site, text } from "./sites.ts";

const index = (site: Site): string => renderPage(site).get("index.html") ?? "";

const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "javascript:alert(3)",
  "</style></title><svg onload=alert(4)>",
  "' onmouseover='alert(5)",
  "<iframe srcdoc='<script>alert(6)</script>'></iframe>",
  "a".repeat(300),
];

function hostile(words: string, number: number): PageIncident {
  const update = OUTAGE.updates[1]!;
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
        ...update,
        subject: words,
        blocks: [
          paragraph(text(words), { type: "code", text: words }),
          { type: "code", text: words },
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

describe.skipIf(NO_BROWSER !== null)(
  `the page in a real browser${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    const full = site([OUTAGE, ...PAST, NOTICE, PLANNED, { ...PLANNED, id: "now", phase: "in_progress" }]);

    for (const dark of [false, true])
      it(`breaks no accessibility rule and asks for nothing, ${dark ? "dark" : "light"}`, async () => {
        for (const given of [full, site()]) {
          const { page, trouble, close } = await look(browser, index(given), {
            dark,
          });
          await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
          expect(await violations(page)).toEqual([]);
          expect(trouble).toEqual([]);
          await close();
        }
      });

    it("shows hostile names, titles and words as the text they are, and runs none of it", async () => {
      const given = site(HOSTILE.map(hostile), {
        components: HOSTILE.map((words, number) => component(`c${number}`, words, component(words, words))),
      });
      const named = {
        ...given,
        property: {
          ...given.property,
          name: HOSTILE[1]!,
          url: `https://example.com/${HOSTILE[1]}`,
        },
      };
      const { page, trouble, close } = await look(browser, index(named));
      await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
      const shown = await page.evaluate("document.body.textContent");
      for (const words of HOSTILE) expect(shown).toContain(words);
      expect(
        await page.evaluate(
          "document.querySelectorAll('script,img,iframe,[onerror],[onload],[onmouseover]').length",
        ),
      ).toBe(0);
      expect(
        await page.evaluate("[...document.links].every(({ protocol }) => protocol.startsWith('http'))"),
      ).toBe(true);
      await page.mouse.move(200, 300);
      expect(trouble).toEqual([]);
      await close();
    });

    it("fits a width of 320 px with nothing beyond the edge, whatever the words", async () => {
      for (const given of [full, site(HOSTILE.map(hostile))]) {
        const { page, trouble, close } = await look(browser, index(given), {
          width: 320,
        });
        await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
        expect(await overflow(page)).toBe(0);
        expect(trouble).toEqual([]);
        await close();
      }
    });

    it("is styled by its own hash alone: a style that is slipped in has no effect", async () => {
      const slipped = index(full).replace("</head>", "<style>h1{display:none}</style></head>");
      const { page, trouble, close } = await look(browser, slipped);
      expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).display")).toBe("block");
      expect(await page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius")).toBe(
        "14px",
      );
      expect(trouble.join()).toContain("Content Security Policy");
      await close();
    });

    it("prints what is folded", async () => {
      const { page, close } = await look(browser, index(site(PAST)));
      const visible = "document.querySelector('.past .inside').checkVisibility()";
      expect(await page.evaluate(visible)).toBe(false);
      await page.emulateMedia({ media: "print" });
      expect(await page.evaluate(visible)).toBe(true);
      await close();
    });
  },
);
