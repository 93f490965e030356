import type { Block, Inline } from "../document.ts";
import { harmless } from "../literal.ts";
import { inlineText } from "./plain.ts";

const BREAK = "\u200b";

/**
 * Text for a Discord message that reads as it is: no markup, link, mention, emoji name, time stamp or command arises.
 * Discord takes a backslash before any mark; `@everyone` is broken by a zero-width space besides.
 */
export function escapeDiscord(text: string): string {
  return startEscaped(escapeInline(text.replace(/[\n\t]/g, " ")));
}

/** The blocks in Discord's own Markdown (support article 210298617, read 2026-11). */
export function toDiscordMarkdown(blocks: readonly Block[]): string {
  return blocks
    .map(block)
    .filter((text) => text !== "")
    .join("\n\n");
}

function escapeInline(text: string): string {
  return harmless(text)
    .replace(/[\\`*_~|<>[\]:#]/g, "\\$&")
    .replace(/@(?=\S)/g, `@${BREAK}`);
}

/** What would open a list or small print at the start of a line. */
function startEscaped(line: string): string {
  return line
    .replace(/^\s+/, "")
    .replace(/^(?=[-+])/, "\\")
    .replace(/^(\d+)(?=[.)])/, "$1\\");
}

function block(node: Block): string {
  switch (node.type) {
    case "paragraph":
      return lines(node.children);
    case "heading": {
      const words = lines(node.children).replace(/\n/g, " ");
      // Discord has three levels.
      return words === "" ? "" : `${"#".repeat(Math.min(node.level, 3))} ${words}`;
    }
    case "code":
      return fence(node.text);
    case "rule":
      return "———";
    case "quote":
      // Without the space behind it the mark is no quote, on an empty line either.
      return toDiscordMarkdown(node.children).replace(/^/gm, "> ");
    case "list":
      return node.items
        .map((item, index) => {
          const marker = node.ordered ? `${node.start + index}. ` : "- ";
          const text = item.map(block).filter((part) => part !== "");
          return prefixed(text.join("\n") || BREAK, marker, " ".repeat(marker.length));
        })
        .join("\n");
  }
}

/** A paragraph's lines; only our own breaks part them. */
function lines(nodes: readonly Inline[]): string {
  return inlines(nodes)
    .split("\n")
    .map((line) => startEscaped(line.trimEnd()))
    .filter((line) => line !== "")
    .join("\n");
}

function inlines(nodes: readonly Inline[]): string {
  let text = "";
  for (const node of nodes) {
    const next = inline(node);
    // Two marks that touch would be read as one.
    text += /[*_`]$/.test(text) && /^[*_`]/.test(next) ? BREAK + next : next;
  }
  return text;
}

function inline(node: Inline): string {
  switch (node.type) {
    case "text":
      return escapeInline(node.text.replace(/[\n\t]/g, " "));
    case "code":
      return codeSpan(node.text);
    case "break":
      return "\n";
    case "strong":
      return delimited("**", node.children);
    case "emphasis":
      return delimited("*", node.children);
    case "link":
      return link(node.href, inlineText(node.children));
  }
}

/** Emphasis around its words; white space moves outside, and words of several lines go without. */
function delimited(mark: "**" | "*", children: readonly Inline[]): string {
  const content = inlines(children);
  const inner = content.trim();
  // Marks inside marks pair in ways that depend on their neighbours.
  if (inner === "" || inner.includes("\n") || /(?<!\\)[*_`]/.test(inner)) return content;
  const at = content.indexOf(inner);
  return `${content.slice(0, at)}${mark}${inner}${mark}${content.slice(at + inner.length)}`;
}

function codeSpan(text: string): string {
  const code = harmless(text).replace(/[\n\t]/g, " ");
  if (code.trim() === "") return code;
  const longest = Math.max(0, ...Array.from(code.matchAll(/`+/g), ([run]) => run.length));
  // A run of three opens a block, so what holds longer ones is said in words.
  if (longest > 1) return escapeInline(code);
  const ticks = "`".repeat(longest + 1);
  const pad = /^`|`$/.test(code) ? " " : "";
  return ticks + pad + code + pad + ticks;
}

/** Angle brackets keep Discord from showing a preview; it links to http and https only. */
function link(href: string, label: string): string {
  const words = label.replace(/\s+/g, " ").trim();
  if (!/^https?:/i.test(href)) {
    const address = href.replace(/^mailto:/i, "");
    return escapeInline(words === "" || words === address ? address : `${words} (${address})`);
  }
  const target = href
    .replace(/[\s<>()]/g, (mark) => encodeURIComponent(mark).replace("(", "%28").replace(")", "%29"))
    .replace(/\\/g, "%5C");
  const bare = words === "" || words === href;
  // Discord shows no link whose label looks like an address.
  if (bare) return `<${target}>`;
  return /:\/\//.test(words)
    ? `${escapeInline(words)} (<${target}>)`
    : `[${escapeInline(words)}](<${target}>)`;
}

function fence(text: string): string {
  const code = harmless(text).replace(/\n+$/, "");
  return code === "" ? "" : `\`\`\`\n${code.replace(/`(?=``)/g, `\`${BREAK}`)}\n\`\`\``;
}

function prefixed(text: string, first: string, rest: string): string {
  return text
    .split("\n")
    .map((line, index) => ((index === 0 ? first : rest) + line).trimEnd())
    .join("\n");
}
