import type { Block } from "./document.ts";
import { harmless } from "./literal.ts";

/** What a template puts in: text that is never parsed, an address that is a link, or the author's message. */
export type Slot =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "address"; readonly href: string }
  | { readonly type: "message"; readonly blocks: readonly Block[] };

// Noncharacters, which `harmless` takes out of all that comes from outside: nobody can forge a mark.
const MARK = /\ufdd0(\d+)\ufdd1/;
const ALONE = /^\ufdd0(\d+)\ufdd1$/;

/**
 * The values of one rendering. The template's text carries marks in their place while it is parsed as Markdown,
 * so that no value can change the template's structure.
 */
export class Slots {
  readonly #slots: Slot[] = [];

  /** Keeps a value and gives the mark that stands for it. */
  hold(slot: Slot): string {
    this.#slots.push(slot);
    return `\ufdd0${this.#slots.length - 1}\ufdd1`;
  }

  /** The text in pieces: its own words, and the values in place of the marks. Broken marks vanish. */
  split(text: string): (string | Slot)[] {
    return text
      .split(MARK)
      .map((piece, index) => (index % 2 === 0 ? harmless(piece) : (this.#slots[Number(piece)] ?? "")))
      .flatMap((piece) => this.#nested(piece))
      .filter(
        (piece) => piece !== "" && !(typeof piece !== "string" && piece.type === "text" && piece.text === ""),
      );
  }

  /** The one value that makes up the whole text, or null. */
  alone(text: string): Slot | null {
    const index = ALONE.exec(text.trim())?.[1];
    return index === undefined ? null : (this.#slots[Number(index)] ?? null);
  }

  /** A value captured by the template, and put in again, is itself text with marks. */
  #nested(piece: string | Slot): (string | Slot)[] {
    if (typeof piece === "string" || piece.type !== "text" || !piece.text.includes("\ufdd0")) return [piece];
    return this.split(piece.text).map((inner) =>
      typeof inner === "string" ? { type: "text", text: inner } : inner,
    );
  }
}
