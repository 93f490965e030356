import type { Block, Inline } from "../document.ts";
import { harmless } from "../literal.ts";

const BREAK = "\u200b";

/**
 * Text for a Markdown forum (Discourse), on one line, that reads as it is: no Markdown, HTML, link,
 * mention, hashtag or emoji name arises. The last three ignore backslashes and are broken by a zero-width space.
 */
export function escapeForum(text: string): string {
  return startEscaped(escapeInline(text));
}

/** The blocks as CommonMark for Discourse. */
export function toForumMarkdown(blocks: readonly Block[]): string {
  const parts: string[] = [];
  let alternate = false;
  blocks.forEach((node, index) => {
    const before = blocks[index - 1];
    // Two lists in a row stay two only if their markers differ.
    alternate = node.type === "list" && before?.type === "list" && !alternate;
    const text = block(node, alternate);
    if (text !== "") parts.push(text);
  });
  return parts.join("\n\n");
}

function escapeInline(text: string): string {
  return harmless(text)
    .replace(/[\n\t]/g, " ")
    .replace(/[\\`*_[\]<>&|~^$#]/g, "\\$&")
    .replace(/(?<=\S)\.(?=[^\s.])/g, "\\.")
    .replace(/\/\//g, "\\/\\/")
    .replace(/@(?=[^\s@])/g, `\\@${BREAK}`)
    .replace(/(?<=\\#)(?=[\p{L}\p{N}_])/gu, BREAK)
    .replace(/:(?=[\w+-]{0,64}[a-z+-][\w+-]{0,64}:)/gi, `:${BREAK}`);
}

/** What would open a list, heading underline or rule at the start of a line. */
function startEscaped(line: string): string {
  return line
    .replace(/^\s+/, "")
    .replace(/^(?=[-+=])/, "\\")
    .replace(/^(\d+)(?=[.)])/, "$1\\");
}

function block(node: Block, alternate: boolean): string {
  switch (node.type) {
    case "paragraph":
      return lines(node.children);
    case "heading":
      return `${"#".repeat(node.level)} ${lines(node.children).replace(/\\\n/g, " ")}`;
    case "code":
      return fence(node.text);
    case "rule":
      // Three hyphens after a list's marker would be a rule in place of the list.
      return "___";
    case "quote":
      return prefixed(toForumMarkdown(node.children), "> ", "> ");
    case "list": {
      const marker = (index: number) =>
        node.ordered ? `${node.start + index}${alternate ? ")" : "."} ` : alternate ? "* " : "- ";
      const tight = node.items.every((item) => item.length <= 1);
      return node.items
        .map((item, index) => {
          const first = marker(index);
          // Three markers in a row with nothing behind them would be a rule.
          return prefixed(toForumMarkdown(item) || BREAK, first, " ".repeat(first.length));
        })
        .join(tight ? "\n" : "\n\n");
    }
  }
}

/** A paragraph's lines; only our own breaks part them. */
function lines(nodes: readonly Inline[]): string {
  return inlines(nodes, "", "")
    .split("\\\n")
    .map((line) => startEscaped(line.trimEnd()))
    .filter((line) => line !== "")
    .join("\\\n");
}

function inlines(nodes: readonly Inline[], before: string, after: string): string {
  let text = "";
  const filled = nodes.filter((node) => node.type !== "text" || node.text !== "");
  filled.forEach((node, index) => {
    const next = filled[index + 1];
    text += inline(node, (before + text).slice(-1), next === undefined ? after : firstOf(next));
  });
  return text;
}

function inline(node: Inline, before: string, after: string): string {
  switch (node.type) {
    case "text":
      return words(node.text, after);
    case "code":
      // Two runs of backticks that touch would be one.
      return before === "`" ? words(node.text, after) : codeSpan(node.text);
    case "break":
      return "\\\n";
    case "strong":
      return delimited("**", without("strong", node.children), before, after);
    case "emphasis":
      return delimited("_", without("emphasis", node.children), before, after);
    case "link":
      return link(node.href, inlines(node.children, "[", "]").replace(/\\\n/g, " "));
  }
}

/** With a link behind it, an exclamation mark would make an image. */
function words(text: string, after: string): string {
  return escapeInline(text).replace(/!$/, /[*[]/.test(after) ? "\\!" : "!");
}

/** Roughly what a neighbour begins with: a letter, a space, or a mark. */
function firstOf(node: Inline): string {
  if (node.type === "text") return node.text.slice(0, 1);
  if (node.type === "break") return "\n";
  return node.type === "link" ? "[" : "*";
}

/** Emphasis of a kind inside itself shows nothing, and its marks would pair wrongly. */
function without(type: "strong" | "emphasis", nodes: readonly Inline[]): Inline[] {
  return nodes.flatMap((node): Inline[] => {
    if (node.type !== "strong" && node.type !== "emphasis") return [node];
    const children = without(type, node.children);
    return node.type === type ? children : [{ type: node.type, children }];
  });
}

/** Emphasis where CommonMark will surely see it; elsewhere the words go without. White space moves outside. */
function delimited(mark: "**" | "_", children: readonly Inline[], before: string, after: string): string {
  const content = inlines(children, mark, mark);
  const inner = content.trim();
  const left = content.slice(0, content.length - content.trimStart().length);
  const right = content.slice(content.trimEnd().length);
  const open = left !== "" || before === "" || /[\s(]/.test(before);
  const shut = right !== "" || after === "" || /[\s.,:;!?)]/.test(after);
  const wordy = /^[\p{L}\p{N}]/u.test(inner) && /[\p{L}\p{N}]$/u.test(inner);
  const safe = (open && shut) || (mark === "**" && wordy && !/[*_]/.test(before + after));
  if (inner === "" || !safe || content.includes("\\\n")) return inlines(children, before, after);
  return left + mark + inner + mark + right;
}

function codeSpan(text: string): string {
  const code = harmless(text).replace(/[\n\t]/g, " ");
  if (code.trim() === "") return code;
  const ticks = "`".repeat(longestRun(code) + 1);
  const pad = /^`|`$|^ .* $/.test(code) ? " " : "";
  return ticks + pad + code + pad + ticks;
}

function link(href: string, label: string): string {
  const address = href.replace(/\s/g, "%20").replace(/</g, "%3C").replace(/>/g, "%3E").replace(/\\/g, "%5C");
  if (/^[\s\u200b]*$/.test(label) || label === escapeInline(href))
    return `<${address.replace(/^mailto:(?=[^?]*$)/i, "")}>`;
  const target = address.replace(/[()*_`[\]&]/g, "\\$&");
  return `[${label}](${target})`;
}

function fence(text: string): string {
  const code = harmless(text).replace(/\n+$/, "");
  const ticks = "`".repeat(Math.max(3, longestRun(code) + 1));
  return `${ticks}text\n${code}\n${ticks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}

function prefixed(text: string, first: string, rest: string): string {
  return text
    .split("\n")
    .map((line, index) => ((index === 0 ? first : rest) + line).trimEnd())
    .join("\n");
}
