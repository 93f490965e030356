import fc from "fast-check";
import MarkdownIt, { type Token } from "markdown-it";
import { describe, expect, it } from "vitest";
import type { Block, Inline } from "../../src/render/document.ts";
import { escapeForum, toForumMarkdown } from "../../src/render/formats/forum.ts";
import { literal } from "../../src/render/literal.ts";
import { parseMarkdown } from "../../src/render/markdown.ts";
import { HOSTILE, hostileText } from "./hostile.ts";
import { anyBlocks } from "./trees.ts";

/** As the forum reads: HTML and bare addresses on, tables and strikethrough too. */
const forum = new MarkdownIt({
  html: true,
  linkify: true,
  breaks: true,
  typographer: false,
});

function flat(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => [token, ...flat(token.children ?? [])]);
}

function read(markdown: string): { types: Set<string>; text: string } {
  const tokens = flat(forum.parse(markdown, {}));
  return {
    types: new Set(tokens.map(({ type }) => type)),
    text: tokens
      .filter(({ type }) => type === "text" || type === "code_inline" || type === "fence")
      .map(({ content }) => content)
      .join(""),
  };
}

const seen = (text: string) => literal(text.replace(/\u200b/g, ""));
const squeezed = (text: string) => seen(text).replace(/\s+/g, "");

function wordsOf(nodes: readonly (Block | Inline)[]): string {
  return nodes
    .map((node): string => {
      if (node.type === "text" || node.type === "code") return node.text;
      if (node.type === "list") return node.items.map(wordsOf).join("");
      if (node.type === "break" || node.type === "rule") return "";
      const words = wordsOf(node.children);
      return node.type === "link" && squeezed(words) === "" ? node.href.replace("mailto:", "") : words;
    })
    .join("");
}

describe("escapeForum", () => {
  it("reads back as the same words and nothing else", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { types, text: back } = read(escapeForum(text));
        for (const type of ["paragraph_open", "paragraph_close", "inline", "text"]) types.delete(type);
        expect([...types]).toEqual([]);
        expect(squeezed(back)).toBe(squeezed(text));
      }),
      { numRuns: 3000 },
    );
  });

  it("breaks mentions, hashtags and emoji names", () => {
    const text = escapeForum("@here @status a@example.com #outage #42 :smile: :+1: at 09:40:12");
    expect(text).not.toMatch(/[@#][\p{L}\p{N}_]/u);
    expect(text).not.toMatch(/:smile:|:\+1:/);
    expect(text).toContain("09:40:12");
  });

  it("leaves plain words as they are", () => {
    const text = "Checkout fails (about 1 in 3) - we're on it; next update at 10:10 PDT.";
    expect(escapeForum(text)).toBe(text);
  });
});

describe("toForumMarkdown", () => {
  it("writes CommonMark", () => {
    const source =
      "## What\n\nSome **bold**, *soft* and `code`, [a page](https://example.com/a_(b)).\n\n- one\n- two\n  1. deep\n\n> quoted\n\n---\n\n```js\nx < 1\n```";
    expect(toForumMarkdown(parseMarkdown(source))).toBe(
      "## What\n\nSome **bold**, _soft_ and `code`, [a page](https://example.com/a\\_\\(b\\)).\n\n- one\n\n- two\n\n  1. deep\n\n> quoted\n\n___\n\n```text\nx < 1\n```",
    );
  });

  it("writes an address that is its own label as an autolink", () => {
    expect(toForumMarkdown(parseMarkdown("See https://example.com/a_b."))).toBe(
      "See <https://example.com/a_b>.",
    );
  });

  it("keeps two lists in a row apart", () => {
    const list: Block = {
      type: "list",
      ordered: false,
      start: 1,
      items: [[{ type: "paragraph", children: [{ type: "text", text: "x" }] }]],
    };
    expect(parseMarkdown(toForumMarkdown([list, list, list]))).toEqual([list, list, list]);
  });

  it("takes empty items of lists within lists for no rule", () => {
    const list = (...items: Block[][]): Block => ({ type: "list", ordered: false, start: 1, items });
    const words: Block = { type: "paragraph", children: [{ type: "text", text: "words" }] };
    const nested = list([list([list([], [words])])]);
    expect(read(toForumMarkdown([nested])).types).not.toContain("hr");
    expect(squeezed(read(toForumMarkdown([nested])).text)).toBe(squeezed(wordsOf([nested])));
  });

  it("says the same words when it is read again", () => {
    fc.assert(
      fc.property(anyBlocks, (blocks) => {
        expect(squeezed(read(toForumMarkdown(blocks)).text)).toBe(squeezed(wordsOf(blocks)));
      }),
      { numRuns: 2000 },
    );
  });

  it("makes no HTML, image or table of any data", () => {
    fc.assert(
      fc.property(anyBlocks, (blocks) => {
        const { types } = read(toForumMarkdown(blocks));
        expect([...types].filter((type) => /html|image|table|^s_open/.test(type))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("makes a link only where the tree has one", () => {
    for (const text of HOSTILE)
      expect(
        read(toForumMarkdown([{ type: "paragraph", children: [{ type: "text", text }] }])).types,
      ).not.toContain("link_open");
  });
});
