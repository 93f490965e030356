import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { figuresOf, totalsOf } from "../../src/cadence/figures.ts";
import { silenceOf } from "../../src/cadence/silence.ts";
import { renderOverview, renderReport } from "../../src/cli/report/document.ts";
import type { Report, Telling } from "../../src/cli/report/report.ts";
import { renderSvg } from "../../src/cli/report/svg-file.ts";
import { asItWas, longHaul, oneRefused, stillOpen, toldWell } from "../cadence/days.ts";
import { type Made, plus, told } from "../cadence/told.ts";
import { launch, look, NO_BROWSER, overflow, violations } from "../page/browser.ts";

const TELLING: Telling = {
  property: "Amazon.com",
  timeZone: "America/Los_Angeles",
  now: plus(78),
  policy: { acknowledgeWithinMs: 15 * 60_000 },
  kinds: new Map([["twitter", "X"]]),
};

const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "</style></title></text></svg><svg onload=alert(3)>",
  "' onmouseover='alert(4) ]]> &amp; &#x26; <!--",
  "\u0000\u001b[2J\ud800 \ufffe bell\u0007",
  "a".repeat(300),
];

function reportOf({ incident, updates, deliveries }: Made): Report {
  const silence = silenceOf(incident, updates, deliveries, TELLING.now, TELLING.policy);
  return { incident, updates, silence, figures: figuresOf(silence) };
}

const days = { asItWas, toldWell, oneRefused, stillOpen, longHaul };
const hostile = HOSTILE.map((title, index) =>
  reportOf(
    told({ x: { kind: title }, ["long-name-".repeat(8)]: {} }, [{ at: 5, next: 35 }], {
      title,
      id: `h${index}`,
    }),
  ),
);

describe.skipIf(NO_BROWSER !== null)(
  `the report in a real browser${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    for (const dark of [false, true])
      it(`breaks no accessibility rule and asks for nothing, ${dark ? "dark" : "light"}`, async () => {
        const [was, refused, open] = [asItWas, oneRefused, stillOpen].map((day) => reportOf(day()));
        const few = [was!, open!];
        for (const markup of dark
          ? [renderReport(refused!, TELLING)]
          : [
              renderReport(open!, TELLING),
              renderOverview(few, totalsOf(few), TELLING, 90 * 86_400_000),
              renderOverview([], totalsOf([]), TELLING, 90 * 86_400_000),
            ]) {
          const { page, trouble, close } = await look(browser, markup, { dark });
          expect(await violations(page)).toEqual([]);
          expect(trouble).toEqual([]);
          await close();
        }
      });

    it("shows one chart at every width, nothing beyond the edge, and letters that can be read", async () => {
      const markup = renderReport(reportOf(longHaul()), TELLING);
      const { page, close } = await look(browser, markup);
      for (const width of [320, 390, 479, 480, 703, 704, 1039, 1040, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflow(page), `${width}`).toBe(0);
        const charts = (await page.evaluate(
          "[...document.querySelectorAll('svg[role=img]')].filter((svg) => svg.checkVisibility()).map((svg) => svg.clientWidth / svg.viewBox.baseVal.width)",
        )) as number[];
        expect(charts, `${width}`).toHaveLength(1);
        // The smallest letters are 12 units high.
        expect(charts[0]! * 12, `${width}`).toBeGreaterThan(9.9);
      }
      await close();
    });

    it("keeps every text of the chart inside it", async () => {
      for (const day of Object.values(days)) {
        const { page, close } = await look(browser, renderReport(reportOf(day()), TELLING), { width: 390 });
        expect(await page.evaluate(OUTSIDE)).toEqual([]);
        await page.setViewportSize({ width: 1280, height: 900 });
        expect(await page.evaluate(OUTSIDE)).toEqual([]);
        await close();
      }
    });

    it("names every phase on a phone, and draws the present through no text", async () => {
      const { page, close } = await look(browser, renderReport(reportOf(stillOpen()), TELLING), {
        width: 390,
      });
      const names = await page.evaluate(
        "[...document.querySelectorAll('svg.narrow .phase')].map((text) => text.textContent).sort()",
      );
      expect(names).toEqual(["Identified", "Investigating"]);
      expect(await page.evaluate(STRUCK)).toEqual([]);
      await close();
    });

    it("shows hostile titles and names as the text they are, and runs none of it", async () => {
      const all = renderOverview(
        hostile,
        totalsOf(hostile),
        { ...TELLING, property: HOSTILE[1]! },
        86_400_000,
      );
      for (const markup of [all, renderReport(hostile[2]!, TELLING)]) {
        const { page, trouble, close } = await look(browser, markup, { width: 320 });
        expect(
          await page.evaluate(
            "document.querySelectorAll('script,img,[onload],[onerror],[onmouseover]').length",
          ),
        ).toBe(0);
        expect(await overflow(page)).toBe(0);
        expect(trouble).toEqual([]);
        await close();
      }
      const { page, close } = await look(browser, all);
      const shown = await page.evaluate("document.body.textContent");
      for (const title of [...HOSTILE.slice(0, 4), HOSTILE[5]!]) expect(shown).toContain(title);
      await close();
    });

    it("draws a picture that an XML reader accepts whatever the title, with every sign of the chart", async () => {
      const { page, close } = await look(browser, "<!doctype html>");
      for (const report of [...hostile, ...Object.values(days).map((day) => reportOf(day()))]) {
        const error = await page.evaluate(
          `new DOMParser().parseFromString(${JSON.stringify(renderSvg(report, TELLING))}, "image/svg+xml").querySelector("parsererror")?.textContent ?? null`,
        );
        expect(error).toBeNull();
      }
      await close();
    });

    it("does not rely on colour: what was too long is hatched, and said in words", async () => {
      const { page, close } = await look(browser, renderReport(reportOf(asItWas()), TELLING));
      const hatched = await page.evaluate(
        "document.querySelectorAll('svg.wide rect[fill^=\"url(#\"]').length + '/' + document.querySelectorAll('svg.wide rect.edge').length",
      );
      expect(hatched).toBe("4/4");
      expect(await page.evaluate("document.querySelector('svg.wide').textContent")).toContain(
        "2 h 41 min too long",
      );
      await close();
    });

    it("prints the chart once, in the light colours", async () => {
      const { page, close } = await look(browser, renderReport(reportOf(oneRefused()), TELLING), {
        dark: true,
      });
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(
        await page.evaluate(
          "[...document.querySelectorAll('svg[role=img]')].filter((svg) => svg.checkVisibility()).length",
        ),
      ).toBe(1);
      expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(29, 33, 38)");
      await close();
    });
  },
);

/** Texts of the narrow chart that a piece of the line for the present runs through. */
const STRUCK = `(() => {
  const svg = document.querySelector("svg.narrow");
  const unit = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const top = svg.getBoundingClientRect().top;
  const line = svg.querySelector(".now");
  const x = line.getBoundingClientRect().left;
  const pieces = [...line.getAttribute("d").matchAll(/M[^ ]+ ([0-9.]+)V([0-9.]+)/g)].map(([, from, to]) => [top + from * unit, top + to * unit]);
  return [...svg.querySelectorAll("text:not(.digit,.plate)")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < x && box.right > x && pieces.some(([from, to]) => from < box.bottom - 4 && to > box.top + 4);
  }).map((text) => text.textContent);
})()`;

const OUTSIDE = `[...document.querySelectorAll("svg[role=img]")].filter((svg) => svg.checkVisibility()).flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
  }).map((text) => text.textContent);
})`;
