import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrast, hardest, inTheDark, PAPERS, TEXT_CONTRAST } from "../../src/page/colour.ts";
import { NO_BRAND } from "../../src/page/site.ts";
import { renderStyle } from "../../src/page/style.ts";

const colour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((number) => `#${number.toString(16).padStart(6, "0")}`);

/** The hue in degrees; null for a grey. */
function hueOf(hex: string): number | null {
  const [r, g, b] = [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16)) as [
    number,
    number,
    number,
  ];
  if (Math.max(r, g, b) - Math.min(r, g, b) < 40) return null;
  return (Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b) * 180) / Math.PI;
}

describe("the contrast of two colours", () => {
  it("is that of WCAG", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.478, 3);
    expect(contrast("#767676", "#FFFFFF")).toBeCloseTo(4.542, 3);
    expect(contrast("#ff0000", "#ffffff")).toBeCloseTo(3.998, 3);
    expect(contrast("#1c5a9c", "#1c5a9c")).toBe(1);
  });

  it("is the same both ways, and never less than one", () => {
    fc.assert(
      fc.property(colour, colour, (a, b) => {
        expect(contrast(a, b)).toBe(contrast(b, a));
        expect(contrast(a, b)).toBeGreaterThanOrEqual(1);
        expect(contrast(a, b)).toBeLessThanOrEqual(21);
      }),
    );
  });
});

describe("the papers", () => {
  it("are those of the page's style", () => {
    const short = (hex: string) => hex.replace(/^#(.)\1(.)\2(.)\3$/, "#$1$2$3");
    const shades = [...renderStyle(NO_BRAND).matchAll(/--(?:paper|card):(#[0-9a-f]+)/g)].map(
      ([, shade]) => shade,
    );
    const papers = [...PAPERS.light, ...PAPERS.dark].map(short);
    // Print has its own.
    expect(shades.slice(0, 4)).toEqual(papers);
  });

  it("are judged by the one on which a colour is hardest to read", () => {
    expect(hardest("#1c5a9c", "light")).toEqual({ paper: "#fbfaf7", ratio: contrast("#1c5a9c", "#fbfaf7") });
    expect(hardest("#8cbcf0", "dark")).toEqual({ paper: "#1a1e22", ratio: contrast("#8cbcf0", "#1a1e22") });
  });
});

describe("a colour in the dark", () => {
  it("can always be read, and keeps its hue", () => {
    fc.assert(
      fc.property(colour, (given) => {
        const dark = inTheDark(given);
        expect(dark).toMatch(/^#[0-9a-f]{6}$/);
        expect(hardest(dark, "dark").ratio).toBeGreaterThanOrEqual(TEXT_CONTRAST);
        const [before, after] = [hueOf(given), hueOf(dark)];
        if (before === null || after === null) return;
        const turned = Math.abs(((after - before + 540) % 360) - 180);
        expect(turned).toBeLessThan(4);
      }),
    );
  });

  it("stays as it is where it can be read already, and is no lighter than it must be", () => {
    expect(inTheDark("#8CBCF0")).toBe("#8cbcf0");
    expect(hardest(inTheDark("#1c5a9c"), "dark").ratio).toBeLessThan(4.7);
    expect(inTheDark("#000000")).toMatch(/^#(..)\1\1$/);
  });
});
