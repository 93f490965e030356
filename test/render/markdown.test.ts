import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block, Inline } from "../../src/render/document.ts";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { harmless, literal } from "../../src/render/literal.ts";
import { parseMarkdown } from "../../src/render/markdown.ts";
import { checkMessage } from "../../src/render/message-check.ts";
import { Slots } from "../../src/render/slots.ts";
import { HOSTILE, hostileText } from "./hostile.ts";

const paragraph = (...children: Inline[]): Block => ({
  type: "paragraph",
  children,
});
const text = (words: string): Inline => ({ type: "text", text: words });

function links(markdown: string): string[] {
  const found: string[] = [];
  JSON.stringify(parseMarkdown(markdown), (key, value) => {
    if (key === "href") found.push(value);
    return value;
  });
  return found;
}

describe("parseMarkdown", () => {
  it("reads HTML as words", () => {
    expect(parseMarkdown("<b>x</b> <!channel>\n\n<script>alert(1)</script>")).toEqual([
      paragraph(text("<b>x</b> <!channel>")),
      paragraph(text("<script>alert(1)</script>")),
    ]);
  });

  it("shows an image as its alternative text", () => {
    expect(toPlainText(parseMarkdown("![a chart](https://example.com/x.png) here"))).toBe("a chart here");
  });

  it.each([
    ["javascript:alert(1)", []],
    ["JaVaScRiPt:alert(1)", []],
    ["data:text/html,x", []],
    ["file:///etc/passwd", []],
    ["//example.com", []],
    ["/relative", []],
    ["https://user:secret@example.com/", []],
    ["&#106;avascript:alert(1)", []],
    ["https://example.com/a", ["https://example.com/a"]],
    ["HTTP://example.com", ["HTTP://example.com"]],
    ["mailto:a@example.com", ["mailto:a@example.com"]],
    ["<https://example.com/a b>", ["https://example.com/a%20b"]],
    ['https://example.com/"onclick', ["https://example.com/%22onclick"]],
  ])("links [words](%s) to %j", (target, hrefs) => {
    expect(links(`[words](${target})`)).toEqual(hrefs);
    expect(toPlainText(parseMarkdown(`[words](${target})`))).toContain("words");
  });

  it("makes the author's bare addresses links, without the sentence's punctuation", () => {
    expect(
      links("See https://example.com/a_(b), (http://example.org) or https://example.net/x?y=1."),
    ).toEqual(["https://example.com/a_(b)", "http://example.org", "https://example.net/x?y=1"]);
    expect(links("`https://example.com` example.com www.example.com")).toEqual([]);
  });

  it("reads hostile markup in linear time", () => {
    const begin = performance.now();
    for (const piece of ["[", "*a ", "`", "> ", "- ", "![", "<", "https://", "\\", "a.", "[a](", "|"])
      parseMarkdown(piece.repeat(50_000 / piece.length));
    expect(performance.now() - begin).toBeLessThan(4_000);
  });
});

describe("values in a template's text", () => {
  it("stay words, whatever they hold", () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        fc.pre(literal(value) !== "");
        const slots = new Slots();
        const mark = slots.hold({ type: "text", text: literal(value) });
        const plain = parseMarkdown("# Head X\n\nBefore **X** after\n\n- X\n- last", new Slots());
        const filled = parseMarkdown(
          `# Head ${mark}\n\nBefore **${mark}** after\n\n- ${mark}\n- last`,
          slots,
        );
        expect(shape(filled)).toBe(shape(plain));
      }),
    );
  });

  it("cannot forge another value's mark", () => {
    const slots = new Slots();
    slots.hold({ type: "address", href: "https://example.com" });
    const mark = slots.hold({ type: "text", text: harmless("\ufdd00\ufdd1") });
    expect(parseMarkdown(`${mark} \ufdd099\ufdd1 \ufdd0x`, slots)).toEqual([paragraph(text("0  x"))]);
  });

  it("are encoded inside an address and checked at its start", () => {
    const slots = new Slots();
    const id = slots.hold({ type: "text", text: "a/b?c d" });
    const bad = slots.hold({ type: "text", text: "javascript:alert(1)" });
    expect(parseMarkdown(`[one](https://example.com/${id}) [two](${bad})`, slots)).toEqual([
      paragraph(
        {
          type: "link",
          href: "https://example.com/a%2Fb%3Fc%20d",
          children: [text("one")],
        },
        text(" two"),
      ),
    ]);
  });

  it("print a configured address as a link", () => {
    const slots = new Slots();
    const mark = slots.hold({
      type: "address",
      href: "https://status.example.org",
    });
    expect(parseMarkdown(`See ${mark}.`, slots)).toEqual([
      paragraph(
        text("See "),
        {
          type: "link",
          href: "https://status.example.org",
          children: [text("https://status.example.org")],
        },
        text("."),
      ),
    ]);
  });

  it("put a message that stands alone in as its own blocks, and one within a line as its words", () => {
    const slots = new Slots();
    const blocks = parseMarkdown("One\n\n- two\n\n```\nopen fence");
    const mark = slots.hold({ type: "message", blocks });
    expect(parseMarkdown(`${mark}\n\n**Next**`, slots)).toEqual([
      ...blocks,
      paragraph({ type: "strong", children: [text("Next")] }),
    ]);
    expect(toPlainText(parseMarkdown(`Said: ${mark}`, slots))).toBe("Said: One\n- two\nopen fence");
  });
});

describe("checkMessage", () => {
  const code = (message: string) => {
    try {
      checkMessage(message);
      return null;
    } catch (error) {
      return error;
    }
  };

  it.each([
    ["", "MESSAGE_EMPTY", "empty"],
    [" \n\t\u001b ", "MESSAGE_EMPTY", "empty"],
    ["x".repeat(50_001), "MESSAGE_TOO_LONG", "50001"],
    ["one\n![x](https://example.com/x.png)", "MESSAGE_HAS_IMAGE", "Line 2"],
    [`${"> ".repeat(30)}x`, "MESSAGE_TOO_NESTED", "Line 1"],
  ])("refuses %j as %s", (message, expected, words) => {
    expect(code(message)).toMatchObject({
      blame: "usage",
      code: expected,
      message: expect.stringContaining(words),
    });
  });

  it.each([
    "<!channel> <@U123> @here",
    "a < b and c > d",
    "`<b>`",
    "\\<b>",
    "<https://example.com> <a@example.com>",
    "```\n<b>\n```",
    "x".repeat(50_000),
    "😀".repeat(50_000),
  ])("takes %.40j", (message) => {
    expect(code(message)).toBeNull();
  });
});

describe("literal", () => {
  it("is one line without controls, bidi overrides or marks", () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        expect(literal(value)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef]/u);
        expect(literal(literal(value))).toBe(literal(value));
      }),
    );
  });

  it("keeps the words of the hostile corpus", () => {
    expect(HOSTILE.map(literal).every((words) => words.length > 0)).toBe(true);
    expect(literal("Subject\r\nBcc: victim@example.com")).toBe("Subject Bcc: victim@example.com");
    expect(literal("\u001b[31mred\u001b[0m")).toBe("[31mred[0m");
  });
});

/** The document's structure without its words. */
function shape(blocks: readonly Block[]): string {
  const hidden = (key: string, value: unknown) => (key === "text" ? "" : value);
  return JSON.stringify(blocks, hidden)
    .replaceAll('{"type":"text","text":""}', "")
    .replace(/,+(?=])|(?<=\[),+/g, "");
}
