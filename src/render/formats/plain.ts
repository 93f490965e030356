import type { Block, Inline } from "../document.ts";

/**
 * The blocks as plain text without markup, for text mail, short forms and previews.
 * A link reads `label (https://…)`, or the address alone where the label is the address.
 */
export function toPlainText(blocks: readonly Block[]): string {
  return blocks
    .map(block)
    .filter((text) => text !== "")
    .join("\n\n");
}

/** Inline content as plain text; a break is a line break. */
export function inlineText(nodes: readonly Inline[]): string {
  return nodes.map(inline).join("");
}

function inline(node: Inline): string {
  switch (node.type) {
    case "text":
    case "code":
      return node.text;
    case "strong":
    case "emphasis":
      return inlineText(node.children);
    case "break":
      return "\n";
    case "link":
      return link(node.href, inlineText(node.children));
  }
}

function link(href: string, label: string): string {
  const address = href.replace(/^mailto:/i, "");
  if (label.trim() === "" || label === href || label === address) return address;
  return `${label} (${address})`;
}

function block(node: Block): string {
  switch (node.type) {
    case "paragraph":
    case "heading":
      return inlineText(node.children).trim();
    case "code":
      return node.text.replace(/\n+$/, "");
    case "rule":
      return "———";
    case "quote":
      return indent(toPlainText(node.children), "> ", "> ");
    case "list":
      return list(node);
  }
}

function list(node: Extract<Block, { type: "list" }>): string {
  const items = node.items.map((blocks, index) => {
    const marker = node.ordered ? `${node.start + index}. ` : "- ";
    // A list inside an item follows its line directly; a second paragraph keeps its distance.
    const text = blocks
      .map((child, at) => (at === 0 ? "" : child.type === "list" ? "\n" : "\n\n") + block(child))
      .join("");
    return indent(text, marker, " ".repeat(marker.length)).trimEnd();
  });
  return items.join("\n");
}

function indent(text: string, first: string, rest: string): string {
  return text
    .split("\n")
    .map((line, index) => ((index === 0 ? first : rest) + line).trimEnd())
    .join("\n");
}
