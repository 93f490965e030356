import MarkdownIt, { type Token } from "markdown-it";
import type { Block, Inline } from "./document.ts";
import { toPlainText } from "./formats/plain.ts";
import { harmless } from "./literal.ts";
import { type Slot, Slots } from "./slots.ts";

/** Deeper lists and quotes than this are refused by the message check; markdown-it itself would drop them. */
export const DEEPEST = 20;

const markdown = new MarkdownIt("commonmark", { html: false, maxNesting: 100 });
// Addresses are checked below, after the values are in; until then they hold marks.
markdown.validateLink = () => true;
markdown.normalizeLink = (address) => address;
markdown.normalizeLinkText = (address) => address;

/**
 * Markdown as blocks, with the values in place of their marks. HTML is text, an image its alternative text,
 * a link to anything but http(s) or mailto its words; a bare http(s) address becomes a link.
 */
export function parseMarkdown(source: string, slots: Slots = new Slots()): Block[] {
  const reader = new Reader(markdown.parse(source, {}), slots);
  return reader.blocks();
}

/** Reads markdown-it's flat token list from left to right. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #slots: Slots;
  #at = 0;

  constructor(tokens: readonly Token[], slots: Slots) {
    this.#tokens = tokens;
    this.#slots = slots;
  }

  /** Blocks up to the closing token, which is consumed. */
  blocks(): Block[] {
    const result: Block[] = [];
    for (let token = this.#next(); token !== undefined && token.nesting !== -1; token = this.#next())
      result.push(...this.#block(token));
    return result;
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #block(token: Token): Block[] {
    switch (token.type) {
      case "paragraph_open": {
        const inline = this.#content();
        const slot = this.#slots.alone(inline?.content ?? "");
        if (slot?.type === "message") return [...slot.blocks];
        const children = readInline(inline?.children ?? [], this.#slots);
        return children.length === 0 ? [] : [{ type: "paragraph", children }];
      }
      case "heading_open": {
        const level = Number(token.tag.slice(1)) as 1 | 2 | 3 | 4 | 5 | 6;
        const children = readInline(this.#content()?.children ?? [], this.#slots);
        return children.length === 0 ? [] : [{ type: "heading", level, children }];
      }
      case "bullet_list_open":
      case "ordered_list_open": {
        const items: Block[][] = [];
        while (this.#next()?.type === "list_item_open") items.push(this.blocks());
        const ordered = token.type === "ordered_list_open";
        return [
          {
            type: "list",
            ordered,
            start: ordered ? Number(token.attrGet("start") ?? 1) : 1,
            items,
          },
        ];
      }
      case "blockquote_open":
        return [{ type: "quote", children: this.blocks() }];
      case "fence":
      case "code_block":
        return [
          {
            type: "code",
            text: plain(this.#slots.split(token.content)).replace(/\n$/, ""),
          },
        ];
      case "hr":
        return [{ type: "rule" }];
      default:
        return [];
    }
  }

  /** The inline token of a paragraph or heading; its closing token is consumed too. */
  #content(): Token | undefined {
    const inline = this.#next();
    this.#next();
    return inline;
  }
}

type Frame = {
  readonly children: Inline[];
  readonly close: (children: Inline[]) => Inline[];
};

function readInline(tokens: readonly Token[], slots: Slots): Inline[] {
  const root: Inline[] = [];
  const stack: Frame[] = [];
  let links = 0;
  const push = (nodes: readonly Inline[]) => {
    const target = stack.at(-1)?.children ?? root;
    for (const node of nodes) append(target, node);
  };
  const open = (close: Frame["close"]) => stack.push({ children: [], close });
  for (const token of tokens) {
    switch (token.type) {
      case "text":
        push(links > 0 ? words(slots.split(token.content)) : linked(token.content, slots));
        break;
      case "code_inline":
        push([{ type: "code", text: plain(slots.split(token.content)) }]);
        break;
      case "image":
        push(words(slots.split(token.content)));
        break;
      case "softbreak":
        push([{ type: "text", text: " " }]);
        break;
      case "hardbreak":
        push([{ type: "break" }]);
        break;
      case "strong_open":
        open((children) => [{ type: "strong", children }]);
        break;
      case "em_open":
        open((children) => [{ type: "emphasis", children }]);
        break;
      case "link_open": {
        links++;
        const href = address(String(token.attrGet("href") ?? ""), slots);
        open((children) => (href === null ? children : [{ type: "link", href, children }]));
        break;
      }
      default: {
        if (token.nesting !== -1) break;
        if (token.type === "link_close") links--;
        const frame = stack.pop();
        if (frame !== undefined && frame.children.length > 0) push(frame.close(frame.children));
      }
    }
  }
  return trimmed(root);
}

const BARE_ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/gi;

/** Text in which the author's bare addresses are links; data is only data, whatever it looks like. */
function linked(text: string, slots: Slots): Inline[] {
  const result: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(BARE_ADDRESS)) {
    const found = withoutTrailing(match[0]);
    const href = address(found, slots);
    if (href === null) continue;
    const children = words(slots.split(found)).filter((node) => node.type === "text");
    result.push(...words(slots.split(text.slice(at, match.index))), {
      type: "link",
      href,
      children,
    });
    at = match.index + found.length;
  }
  return [...result, ...words(slots.split(text.slice(at)))];
}

/** A sentence's punctuation, and a bracket opened before the address, are not part of it. */
function withoutTrailing(found: string): string {
  let end = found.length;
  let opened = found.split("(").length - found.split(")").length;
  for (; end > 0; end--) {
    const last = found[end - 1] ?? "";
    if (last === ")" && opened < 0) opened++;
    else if (!/[.,;:!?*_~\]]/.test(last)) break;
  }
  return found.slice(0, end);
}

function words(pieces: readonly (string | Slot)[]): Inline[] {
  return pieces.flatMap((piece): Inline[] => {
    if (typeof piece === "string") return [{ type: "text", text: piece }];
    if (piece.type === "text") return [piece];
    if (piece.type === "message") return flattened(piece.blocks);
    const href = checked(piece.href);
    const text: Inline = { type: "text", text: piece.href };
    return [href === null ? text : { type: "link", href, children: [text] }];
  });
}

/** A message in the middle of a line: its paragraphs' content; other blocks as their words. */
function flattened(blocks: readonly Block[]): Inline[] {
  return blocks.flatMap((block, index): Inline[] => {
    const before: Inline[] = index === 0 ? [] : [{ type: "break" }];
    if (block.type === "paragraph" || block.type === "heading") return [...before, ...block.children];
    return [...before, { type: "text", text: toPlainText([block]).replace(/\s+/g, " ") }];
  });
}

function plain(pieces: readonly (string | Slot)[]): string {
  return pieces.map(plainPiece).join("");
}

function plainPiece(piece: string | Slot): string {
  if (typeof piece === "string") return piece;
  if (piece.type === "text") return piece.text;
  return piece.type === "address" ? piece.href : toPlainText(piece.blocks);
}

/** A rendered line of front matter as plain text: the values as they are, nothing read as Markdown. */
export function plainText(source: string, slots: Slots): string {
  return harmless(plain(slots.split(source))).trim();
}

/** A link's address with its values: whole at the start, percent-encoded within. Null if it may not be linked. */
function address(source: string, slots: Slots): string | null {
  const pieces = slots.split(source);
  const text = pieces.map((piece, index) =>
    typeof piece === "string" || index === 0 ? plainPiece(piece) : encodeURIComponent(plainPiece(piece)),
  );
  return checked(text.join(""));
}

/** The address if it is http(s) or mailto, without characters that end it early in some format; else null. */
function checked(href: string): string | null {
  if (!/^(?:https?:\/\/|mailto:)[^\s]/i.test(href) || !URL.canParse(href)) return null;
  const { username, password } = new URL(href);
  if (username !== "" || password !== "") return null;
  return /^[!#-;=?-[\]_a-z~]+$/i.test(href) ? href : new URL(href).href.replace(/["'<>`\\^{|}]/g, encoded);
}

function encoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Neighbouring texts become one, so that a format sees what stands together. */
function append(nodes: Inline[], node: Inline): void {
  const last = nodes.at(-1);
  if (node.type === "text" && last?.type === "text")
    nodes[nodes.length - 1] = { type: "text", text: last.text + node.text };
  else nodes.push(node);
}

/** Without white space or breaks at the ends, which an empty value leaves behind. */
function trimmed(nodes: readonly Inline[]): Inline[] {
  const empty = (node: Inline | undefined) =>
    node?.type === "break" || (node?.type === "text" && node.text.trim() === "");
  let start = 0;
  let end = nodes.length;
  while (start < end && empty(nodes[start])) start++;
  while (end > start && empty(nodes[end - 1])) end--;
  return nodes.slice(start, end);
}
