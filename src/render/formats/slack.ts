import type { Block, Inline } from "../document.ts";
import { fitBlocks } from "../fit-blocks.ts";
import { inlineText, toPlainText } from "./plain.ts";

type Style = {
  readonly bold?: true;
  readonly italic?: true;
  readonly code?: true;
};

type SlackText = {
  readonly type: "text";
  readonly text: string;
  readonly style?: Style;
};
type SlackLink = {
  readonly type: "link";
  readonly url: string;
  readonly text?: string;
  readonly style?: Style;
};
export type SlackInline = SlackText | SlackLink;

type SlackSection = {
  readonly type: "rich_text_section";
  readonly elements: readonly SlackInline[];
};
type SlackElement =
  | SlackSection
  | {
      readonly type: "rich_text_quote";
      readonly elements: readonly SlackInline[];
    }
  | {
      readonly type: "rich_text_preformatted";
      readonly elements: readonly SlackText[];
    }
  | {
      readonly type: "rich_text_list";
      readonly style: "bullet" | "ordered";
      readonly indent: number;
      readonly offset: number;
      readonly elements: readonly SlackSection[];
    };

/** Block Kit as this project uses it: plain JSON in which Slack parses nothing. */
export type SlackBlock =
  | { readonly type: "rich_text"; readonly elements: readonly SlackElement[] }
  | { readonly type: "divider" };

/** Slack, Block Kit, read 2026-11: 3,000 characters an element; a whole message holds about 13,000. */
const ELEMENT = 3000;
const MESSAGE = 12_000;
const BLOCKS = 45;

/**
 * The blocks as Block Kit. Data stands only in rich text elements, where neither mrkdwn, mentions nor emoji names
 * are read. At most 45 blocks, 12,000 characters in all: more is cut at a sentence, ending in `…`.
 */
export function toSlackBlocks(blocks: readonly Block[]): SlackBlock[] {
  const kept = fitBlocks(blocks, {
    limit: MESSAGE,
    measure: (candidate) => toPlainText(candidate).length,
  });
  const result: SlackBlock[] = [];
  let elements: SlackElement[] = [];
  const close = () => {
    if (elements.length > 0) result.push({ type: "rich_text", elements });
    elements = [];
  };
  for (const block of kept.blocks) {
    if (block.type !== "rule") {
      elements.push(...element(block, elements.length > 0));
    } else if (elements.length > 0 && result.length < BLOCKS - 2) {
      close();
      result.push({ type: "divider" });
    }
  }
  close();
  return result;
}

/** Text for a mrkdwn field, such as the fallback `text`: nothing in it is a mention, a command or a link. */
export function escapeMrkdwn(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function element(block: Block, spaced: boolean): SlackElement[] {
  switch (block.type) {
    case "paragraph":
      return section(inlines(block.children, {}), spaced);
    case "heading":
      return section(inlines(block.children, { bold: true }), spaced);
    case "code": {
      const elements = texts(block.text.replace(/\n+$/, ""), {});
      return elements.length === 0 ? [] : [{ type: "rich_text_preformatted", elements }];
    }
    case "quote": {
      const elements = flow(block.children);
      return elements.length === 0 ? [] : [{ type: "rich_text_quote", elements }];
    }
    case "list":
      return list(block, 0);
    case "rule":
      return [];
  }
}

/** A section after another element begins with an empty line, as Slack's own composer writes it. */
function section(elements: readonly SlackInline[], spaced: boolean): SlackElement[] {
  if (elements.length === 0) return [];
  const space: readonly SlackInline[] = spaced ? [{ type: "text", text: "\n" }] : [];
  return [{ type: "rich_text_section", elements: [...space, ...elements] }];
}

/** Lists cannot nest: a list inside an item becomes a list of deeper indent between the items. */
function list(block: Extract<Block, { type: "list" }>, indent: number): SlackElement[] {
  const result: SlackElement[] = [];
  const style = block.ordered ? "ordered" : "bullet";
  let elements: SlackSection[] = [];
  let offset = block.ordered ? Math.max(0, block.start - 1) : 0;
  const close = () => {
    if (elements.length > 0) result.push({ type: "rich_text_list", style, indent, offset, elements });
    if (block.ordered) offset += elements.length;
    elements = [];
  };
  for (const item of block.items) {
    const own = flow(item.filter((child) => child.type !== "list"));
    elements.push({
      type: "rich_text_section",
      elements: own.length > 0 ? own : [{ type: "text", text: " " }],
    });
    for (const child of item) {
      if (child.type !== "list") continue;
      close();
      result.push(...list(child, Math.min(indent + 1, 8)));
    }
  }
  close();
  return result;
}

/** Blocks as one run of inline elements, for places that hold nothing else. */
function flow(blocks: readonly Block[]): SlackInline[] {
  const parts = blocks.map((block) => {
    if (block.type === "paragraph") return inlines(block.children, {});
    if (block.type === "heading") return inlines(block.children, { bold: true });
    if (block.type === "code") return texts(block.text.replace(/\n+$/, ""), { code: true });
    return texts(toPlainText([block]), {});
  });
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index): SlackInline[] => (index === 0 ? part : [{ type: "text", text: "\n" }, ...part]));
}

function inlines(nodes: readonly Inline[], style: Style): SlackInline[] {
  return nodes.flatMap((node) => inline(node, style));
}

function inline(node: Inline, style: Style): SlackInline[] {
  switch (node.type) {
    case "text":
      return texts(node.text, style);
    case "code":
      return texts(node.text, { ...style, code: true });
    case "strong":
      return inlines(node.children, { ...style, bold: true });
    case "emphasis":
      return inlines(node.children, { ...style, italic: true });
    case "break":
      return texts("\n", {});
    case "link":
      return [link(node.href, inlineText(node.children).trim(), style)];
  }
}

function link(url: string, label: string, style: Style): SlackInline {
  if (url.length > ELEMENT)
    return {
      type: "text",
      text: label.slice(0, ELEMENT) || "…",
      ...styled(style),
    };
  const text = label === "" || label === url ? {} : { text: label.slice(0, ELEMENT) };
  return { type: "link", url, ...text, ...styled(style) };
}

/** Slack refuses empty texts and long ones; the pieces of a long one read as one. */
function texts(text: string, style: Style): SlackText[] {
  const pieces = text.match(new RegExp(`.{1,${ELEMENT}}`, "gsu")) ?? [];
  return pieces.map((piece) => ({
    type: "text",
    text: piece,
    ...styled(style),
  }));
}

function styled(style: Style): { style?: Style } {
  return Object.keys(style).length === 0 ? {} : { style };
}
