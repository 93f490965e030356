import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block } from "../../src/render/document.ts";
import { escapeDiscord, toDiscordMarkdown } from "../../src/render/formats/discord.ts";
import { literal } from "../../src/render/literal.ts";
import { parseMarkdown } from "../../src/render/markdown.ts";
import { HOSTILE, hostileText } from "./hostile.ts";
import { anyBlocks } from "./trees.ts";

/** As Discord reads: what stands behind a backslash or in code is text, `[label](<address>)` and `<address>` are links. */
function read(markdown: string): { text: string; live: string; links: string[] } {
  const links: string[] = [];
  let text = "";
  let live = "";
  let rest = markdown;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(rest);
    if (match !== null) rest = rest.slice(match[0].length);
    return match;
  };
  while (rest !== "") {
    const code =
      take(/^```\n([\s\S]*?)\n(?:> | )*```/) ?? take(/^(?<ticks>`{1,2})(?!`)([\s\S]*?[^`])\k<ticks>(?!`)/);
    if (code !== null) {
      text += code.at(-1);
      continue;
    }
    const link =
      take(/^\[((?:\\.|[^\\\]])*)\]\(<(https?:\/\/[^\s<>]*)>\)/) ?? take(/^<()(https?:\/\/[^\s<>]*)>/);
    if (link !== null) {
      links.push(link[2] ?? "");
      const label = read(link[1] ?? "");
      text += label.text;
      live += label.live;
      continue;
    }
    const escaped = take(/^\\([^\p{L}\p{N}\s])/u);
    if (escaped !== null) text += escaped[1];
    else {
      const [character = ""] = rest;
      rest = rest.slice(character.length);
      text += character;
      live += character;
    }
  }
  return { text, live, links };
}

/** Without white space, and what breaks a name. */
const squeezed = (text: string) => literal(text.replace(/\u200b/g, "")).replace(/\s+/g, "");

/** Names, emoji, time stamps, commands, spoilers, addresses: all that Discord would make more of than words. */
const LIVE = /@(?:everyone|here)|<|:[\w-]+:|\|\||~~|__|https?:\/\//;

const paragraphs = (markdown: string) => toDiscordMarkdown(parseMarkdown(markdown));

describe("escapeDiscord", () => {
  it("reads back as the same words and nothing else", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { text: back, live, links } = read(escapeDiscord(text));
        expect(links).toEqual([]);
        expect(live).not.toMatch(/[\\`*_~|<>[\]:#]|@(?=[^\s\u200b])/);
        expect(squeezed(back)).toBe(squeezed(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(HOSTILE)("leaves nothing alive in %j", (text) => {
    expect(read(escapeDiscord(text)).live).not.toMatch(LIVE);
  });

  it.each(["- a", "+ a", "1. a", "12) a", "# a", "-# small", "> a", ">>> a"])(
    "opens no block with %j",
    (text) => {
      expect(escapeDiscord(text)).not.toMatch(/^(?:[-+*] |\d+[.)] |#|-#|>)/);
    },
  );
});

describe("toDiscordMarkdown", () => {
  it("makes nothing live of any words", () => {
    fc.assert(
      fc.property(anyBlocks, (blocks: Block[]) => {
        const { live } = read(toDiscordMarkdown(blocks));
        expect(live).not.toMatch(LIVE);
      }),
      { numRuns: 1000 },
    );
  });

  it("links to what was linked to, without a preview", () => {
    expect(paragraphs("See [the page](https://example.com/a_(b)) or <https://example.com>.")).toBe(
      "See [the page](<https://example.com/a_%28b%29>) or <https://example.com>.",
    );
    expect(paragraphs("Write to [us](mailto:status@example.com).")).toBe(
      "Write to us (status@\u200bexample.com).",
    );
  });

  it("shows the address beside a label that looks like another", () => {
    expect(paragraphs("[https://bank.example](https://evil.example.com)")).toBe(
      "https\\://bank.example (<https://evil.example.com>)",
    );
  });

  it("keeps emphasis, lists, quotes, headings and code", () => {
    expect(paragraphs("**Down** since _noon_, `GET /x` fails")).toBe("**Down** since *noon*, `GET /x` fails");
    expect(paragraphs("1. one\n2. two\n   - deeper")).toBe("1. one\n2. two\n   - deeper");
    expect(paragraphs("> a\n>\n> b")).toBe("> a\n> \n> b");
    expect(paragraphs("#### Now")).toBe("### Now");
    expect(paragraphs("```\na ``` b\n```")).toBe("```\na `\u200b`` b\n```");
  });

  it("parts marks that would be read as one", () => {
    expect(
      toDiscordMarkdown([
        {
          type: "paragraph",
          children: [
            { type: "strong", children: [{ type: "text", text: "a" }] },
            { type: "emphasis", children: [{ type: "text", text: "b" }] },
          ],
        },
      ]),
    ).toBe("**a**\u200b*b*");
  });
});
