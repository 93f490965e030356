import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block } from "../../src/render/document.ts";
import { escapeHtml, toHtml } from "../../src/render/formats/html.ts";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { escapeMrkdwn, type SlackBlock, toSlackBlocks } from "../../src/render/formats/slack.ts";
import { parseMarkdown } from "../../src/render/markdown.ts";
import { HOSTILE, hostileText } from "./hostile.ts";
import { anyBlocks } from "./trees.ts";

const SOURCE = `## What we know

Orders **fail** for *some* of you: see [our page](https://status.example.org) or https://example.com/help,
or write to <help@example.com>.

- Storefront
- Kindle
  1. downloads
  2. sync

> We are sorry.

---

\`\`\`
503 <unavailable>
\`\`\``;
const document = parseMarkdown(SOURCE);

describe("toPlainText", () => {
  it("says everything without markup", () => {
    expect(toPlainText(document)).toBe(`What we know

Orders fail for some of you: see our page (https://status.example.org) or https://example.com/help, or write to help@example.com.

- Storefront
- Kindle
  1. downloads
  2. sync

> We are sorry.

———

503 <unavailable>`);
  });
});

describe("toHtml", () => {
  it("writes bare elements", () => {
    expect(toHtml(document)).toBe(`<h2>What we know</h2>
<p>Orders <strong>fail</strong> for <em>some</em> of you: see <a href="https://status.example.org">our page</a> or <a href="https://example.com/help">https://example.com/help</a>, or write to <a href="mailto:help@example.com">help@example.com</a>.</p>
<ul>
<li>Storefront</li>
<li>Kindle
<ol>
<li>downloads</li>
<li>sync</li>
</ol></li>
</ul>
<blockquote>
<p>We are sorry.</p>
</blockquote>
<hr>
<pre><code>503 &lt;unavailable&gt;</code></pre>`);
  });

  it("has only its own tags, whatever the data says", () => {
    const own =
      /<\/?(?:p|h[1-6]|strong|em|code|pre|ul|ol|li|blockquote)>|<(?:hr|br)>|<ol start="\d+">|<a href="[^"<>]*">|<\/a>/g;
    fc.assert(
      fc.property(anyBlocks, (blocks) => {
        expect(toHtml(blocks).replace(own, "")).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("escapes text for attributes too", () => {
    expect(escapeHtml(`<a b='c' d="e">&`)).toBe("&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;");
  });
});

describe("toSlackBlocks", () => {
  const paragraph = (text: string): Block => ({
    type: "paragraph",
    children: [{ type: "text", text }],
  });

  it("writes rich text, nested lists by indent, and dividers", () => {
    const [first, divider, second] = toSlackBlocks(document);
    expect(divider).toEqual({ type: "divider" });
    expect(second).toEqual({
      type: "rich_text",
      elements: [
        {
          type: "rich_text_preformatted",
          elements: [{ type: "text", text: "503 <unavailable>" }],
        },
      ],
    });
    expect(first).toMatchObject({
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [{ type: "text", text: "What we know", style: { bold: true } }],
        },
        {
          type: "rich_text_section",
          elements: [
            { text: "\n" },
            { text: "Orders " },
            { text: "fail", style: { bold: true } },
            { text: " for " },
            { text: "some", style: { italic: true } },
            { text: " of you: see " },
            {
              type: "link",
              url: "https://status.example.org",
              text: "our page",
            },
            { text: " or " },
            { type: "link", url: "https://example.com/help" },
            { text: ", or write to " },
            {
              type: "link",
              url: "mailto:help@example.com",
              text: "help@example.com",
            },
            { text: "." },
          ],
        },
        {
          type: "rich_text_list",
          style: "bullet",
          indent: 0,
          elements: [{}, {}],
        },
        {
          type: "rich_text_list",
          style: "ordered",
          indent: 1,
          elements: [{}, {}],
        },
        { type: "rich_text_quote" },
      ],
    });
  });

  it("holds data only where Slack parses nothing", () => {
    fc.assert(
      fc.property(anyBlocks, (blocks) => {
        for (const { type, keys, text } of leaves(toSlackBlocks(blocks))) {
          expect(["text", "link"]).toContain(type);
          expect(keys.filter((key) => !["type", "text", "url", "style"].includes(key))).toEqual([]);
          if (type === "text") expect(text).not.toBe("");
          expect(text.length).toBeLessThanOrEqual(3000);
        }
      }),
    );
  });

  it("keeps every word of what fits", () => {
    for (const text of HOSTILE)
      expect(leaves(toSlackBlocks([paragraph(text)])).map((leaf) => leaf.text)).toEqual([text]);
  });

  it("stays within Slack's limits and shows that it was cut", () => {
    const many = toSlackBlocks(
      Array.from({ length: 200 }, () => [paragraph("x"), { type: "rule" as const }]).flat(),
    );
    expect(many.length).toBeLessThanOrEqual(45);
    expect(leaves(many).filter(({ text }) => text === "x")).toHaveLength(200);

    const long = leaves(toSlackBlocks([paragraph("One sentence more. ".repeat(2000))]));
    expect(long.every(({ text }) => text.length <= 3000)).toBe(true);
    const whole = long.map(({ text }) => text).join("");
    expect(whole.length).toBeLessThanOrEqual(12_000);
    expect(whole.length).toBeGreaterThan(11_900);
    expect(whole).toMatch(/more\. …$/);
  });
});

describe("escapeMrkdwn", () => {
  it("leaves nothing that Slack reads as a command, mention or link", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeMrkdwn(text);
        expect(escaped).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(escaped.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&")).toBe(text);
      }),
    );
  });
});

interface Leaf {
  readonly type: string;
  readonly keys: string[];
  readonly text: string;
}

/** Everything in the blocks that has a text of its own. */
function leaves(blocks: readonly SlackBlock[]): Leaf[] {
  const visit = (node: unknown): Leaf[] => {
    if (Array.isArray(node)) return node.flatMap(visit);
    if (node === null || typeof node !== "object") return [];
    const { type, elements, text = "" } = node as { type: string; elements?: unknown; text?: string };
    if (elements !== undefined) return visit(elements);
    return type === "divider" ? [] : [{ type, keys: Object.keys(node), text }];
  };
  return visit(blocks);
}
