import type { Block, Inline } from "../document.ts";
import { harmless } from "../literal.ts";
import { inlineText, toPlainText } from "./plain.ts";

type Run = {
  readonly type: "TextRun";
  readonly text: string;
  readonly weight?: "Bolder";
  readonly size?: "Medium" | "Large";
  readonly italic?: true;
  readonly fontType?: "Monospace";
  readonly selectAction?: { readonly type: "Action.OpenUrl"; readonly url: string };
};
type Style = Pick<Run, "weight" | "size" | "italic" | "fontType">;

/** An element of an Adaptive Card's body as this project uses it: plain JSON in which nothing is parsed. */
export type CardElement =
  | {
      readonly type: "RichTextBlock";
      readonly inlines: readonly Run[];
      readonly spacing?: "None";
      readonly separator?: true;
    }
  | { readonly type: "Container"; readonly style: "emphasis"; readonly items: readonly CardElement[] };

/**
 * The blocks as elements of an Adaptive Card (version 1.2 and later). Data stands only in text runs, where no Markdown
 * is read, as it would be in a TextBlock; `{{DATE(…)}}`, which is read in both, is broken by a zero-width space.
 */
export function toCardElements(blocks: readonly Block[]): CardElement[] {
  const elements: CardElement[] = [];
  let ruled = false;
  for (const block of blocks) {
    if (block.type === "rule") {
      ruled = elements.length > 0;
      continue;
    }
    const [first, ...rest] = element(block);
    if (first === undefined) continue;
    elements.push(ruled && first.type === "RichTextBlock" ? { ...first, separator: true } : first, ...rest);
    ruled = false;
  }
  return elements;
}

/** A line of large letters, as it is. */
export function toCardTitle(text: string): CardElement[] {
  return rows([{ type: "text", text }], { weight: "Bolder", size: "Large" });
}

function element(block: Block): CardElement[] {
  switch (block.type) {
    case "paragraph":
      return rows(block.children, {});
    case "heading":
      return rows(block.children, { weight: "Bolder", ...(block.level < 3 ? { size: "Medium" } : {}) });
    case "code":
      return together(
        harmless(block.text)
          .replace(/\n+$/, "")
          .split("\n")
          .flatMap((line) => row(runs(line || " ", { fontType: "Monospace" }))),
      );
    case "quote": {
      const items = toCardElements(block.children);
      return items.length === 0 ? [] : [{ type: "Container", style: "emphasis", items }];
    }
    case "list":
      return together(list(block, ""));
    case "rule":
      return [];
  }
}

/** A card knows no lists: each item is a line with its marker in front. */
function list(block: Extract<Block, { type: "list" }>, indent: string): CardElement[] {
  return block.items.flatMap((item, index) => {
    const marker = `${indent}${block.ordered ? `${block.start + index}.` : "•"} `;
    const [first, ...rest] = item;
    const opens = first?.type === "paragraph" || first?.type === "heading";
    const style: Style = first?.type === "heading" ? { weight: "Bolder" } : {};
    const line = opens
      ? rows([{ type: "text", text: marker }, ...first.children], style)
      : row(runs(marker, {}));
    const deeper = `${indent}\u2003`;
    return [
      ...line,
      ...(opens ? rest : item).flatMap((child) => {
        if (child.type === "list") return list(child, deeper);
        const words: Inline = {
          type: "text",
          text: deeper + toPlainText([child]).replace(/\n/g, `\n${deeper}`),
        };
        return rows(
          child.type === "paragraph" ? [{ type: "text", text: deeper }, ...child.children] : [words],
          {},
        );
      }),
    ];
  });
}

/** One block for each line: not every client breaks lines within one. */
function rows(nodes: readonly Inline[], style: Style): CardElement[] {
  const lines: Run[][] = [[]];
  for (const run of nodes.flatMap((node) => inline(node, style)))
    run.text.split("\n").forEach((text, index) => {
      if (index > 0) lines.push([]);
      if (text !== "") lines.at(-1)?.push({ ...run, text });
    });
  return together(lines.flatMap(row));
}

function row(inlines: readonly Run[]): CardElement[] {
  const seen = inlines.some(({ text }) => text.trim() !== "" || text === " ");
  return seen ? [{ type: "RichTextBlock", inlines }] : [];
}

function together(elements: readonly CardElement[]): CardElement[] {
  return elements.map((one, index) =>
    index === 0 || one.type === "Container" ? one : { ...one, spacing: "None" },
  );
}

function inline(node: Inline, style: Style): Run[] {
  switch (node.type) {
    case "text":
      return runs(node.text, style);
    case "code":
      return runs(node.text, { ...style, fontType: "Monospace" });
    case "strong":
      return node.children.flatMap((child) => inline(child, { ...style, weight: "Bolder" }));
    case "emphasis":
      return node.children.flatMap((child) => inline(child, { ...style, italic: true }));
    case "break":
      return runs("\n", style);
    case "link": {
      const words = inlineText(node.children).replace(/\s+/g, " ").trim();
      if (!/^https?:/i.test(node.href)) return runs(inlineText([node]), style);
      return runs(words || node.href, style).map((run) => ({
        ...run,
        selectAction: { type: "Action.OpenUrl", url: node.href },
      }));
    }
  }
}

function runs(text: string, style: Style): Run[] {
  const safe = harmless(text).replace(/\{(?=\{)/g, "{\u200b");
  return safe === "" ? [] : [{ type: "TextRun", text: safe, ...style }];
}
