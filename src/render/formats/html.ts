import type { Block, Inline } from "../document.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an element or a quoted attribute: `& < > " '` as entities. */
export function escapeHtml(text: string): string {
  // Most text has none.
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "") : text;
}

/** The blocks as an HTML fragment of bare elements, no styles, classes or scripts; all data escaped. */
export function toHtml(blocks: readonly Block[]): string {
  return blocks.map(block).join("\n");
}

function block(node: Block): string {
  switch (node.type) {
    case "paragraph":
      return `<p>${inlines(node.children)}</p>`;
    case "heading":
      return `<h${node.level}>${inlines(node.children)}</h${node.level}>`;
    case "code":
      return `<pre><code>${escapeHtml(node.text)}</code></pre>`;
    case "rule":
      return "<hr>";
    case "quote":
      return `<blockquote>\n${toHtml(node.children)}\n</blockquote>`;
    case "list": {
      const items = node.items.map((blocks) => `<li>${item(blocks)}</li>`).join("\n");
      if (!node.ordered) return `<ul>\n${items}\n</ul>`;
      return `<ol${node.start === 1 ? "" : ` start="${node.start}"`}>\n${items}\n</ol>`;
    }
  }
}

/** A lone paragraph in a list item needs no element of its own. */
function item(blocks: readonly Block[]): string {
  const [first, ...rest] = blocks;
  if (first?.type !== "paragraph" || rest.some((child) => child.type !== "list")) return toHtml(blocks);
  return [inlines(first.children), ...rest.map(block)].join("\n");
}

function inlines(nodes: readonly Inline[]): string {
  return nodes.map(inline).join("");
}

function inline(node: Inline): string {
  switch (node.type) {
    case "text":
      return escapeHtml(node.text);
    case "code":
      return `<code>${escapeHtml(node.text)}</code>`;
    case "strong":
      return `<strong>${inlines(node.children)}</strong>`;
    case "emphasis":
      return `<em>${inlines(node.children)}</em>`;
    case "link":
      return `<a href="${escapeHtml(node.href)}">${inlines(node.children)}</a>`;
    case "break":
      return "<br>";
  }
}
