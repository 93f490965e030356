import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block } from "../../src/render/document.ts";
import { type CardElement, toCardElements, toCardTitle } from "../../src/render/formats/adaptive-card.ts";
import { parseMarkdown } from "../../src/render/markdown.ts";
import { HOSTILE } from "./hostile.ts";
import { anyBlocks } from "./trees.ts";

const card = (markdown: string) => toCardElements(parseMarkdown(markdown));

/** A line for each block, as a reader sees it. */
function lines(elements: readonly CardElement[]): string[] {
  return elements.flatMap((element) =>
    element.type === "Container"
      ? lines(element.items).map((line) => `| ${line}`)
      : [element.inlines.map(({ text }) => text).join("")],
  );
}

describe("toCardElements", () => {
  it("puts words into text runs only, where Teams parses nothing", () => {
    fc.assert(
      fc.property(anyBlocks, (blocks: Block[]) => {
        const text = JSON.stringify(toCardElements(blocks));
        expect(text).not.toContain('"TextBlock"');
        expect(text).not.toContain("{{");
        for (const [, url] of text.matchAll(/"url":"([^"]*)"/g)) expect(url).toMatch(/^https?:/);
      }),
      { numRuns: 500 },
    );
  });

  it("makes no empty element, which Teams would refuse the card for", () => {
    const judge = (elements: readonly CardElement[]): void => {
      for (const element of elements) {
        if (element.type === "Container") {
          expect(element.items.length).toBeGreaterThan(0);
          judge(element.items);
        } else {
          expect(element.inlines.length).toBeGreaterThan(0);
          for (const { text } of element.inlines) expect(text).toMatch(/^[^\n]+$/);
        }
      }
    };
    fc.assert(
      fc.property(anyBlocks, (blocks: Block[]) => judge(toCardElements(blocks))),
      { numRuns: 500 },
    );
  });

  it.each(HOSTILE)("says %j as it is", (text) => {
    const [title] = lines(toCardTitle(text));
    expect(title?.replaceAll("\u200b", "")).toBe(
      text
        .split(/\r\n?|[\n\v\f\u0085\u2028\u2029]/)[0]
        ?.replace(
          /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\ufdd0\ufdd1]/g,
          "",
        )
        .replace(/[\ud800-\udfff]/gu, "\ufffd"),
    );
  });

  it("gives each line a block, with lists, quotes and code in words", () => {
    expect(lines(card("One\\\nTwo"))).toEqual(["One", "Two"]);
    expect(lines(card("1. one\n2. two\n   - deeper"))).toEqual(["1. one", "2. two", "\u2003• deeper"]);
    expect(lines(card("> said"))).toEqual(["| said"]);
    expect(lines(card("```\na\n\nb\n```"))).toEqual(["a", " ", "b"]);
  });

  it("keeps emphasis and links", () => {
    expect(card("**Down**, see [the page](https://example.com)")).toEqual([
      {
        type: "RichTextBlock",
        inlines: [
          { type: "TextRun", text: "Down", weight: "Bolder" },
          { type: "TextRun", text: ", see " },
          {
            type: "TextRun",
            text: "the page",
            selectAction: { type: "Action.OpenUrl", url: "https://example.com" },
          },
        ],
      },
    ]);
    expect(lines(card("[us](mailto:status@example.com)"))).toEqual(["us (status@example.com)"]);
  });

  it("draws a rule above what follows it", () => {
    expect(card("a\n\n---\n\nb")[1]).toMatchObject({ separator: true });
  });
});
