/** A text that rules look at: what the author typed, or what one channel would read. */
export interface Passage {
  /** The flag or place that it was typed in; null for a channel's text. */
  readonly typed: string | null;
  /** The channel that would read it; null for what was typed. */
  readonly channel: string | null;
  readonly audience: "public" | "internal";
  readonly live: boolean;
  /** In the form that `readable` gives. */
  readonly text: string;
  /** The newest text on that channel before, or null. */
  readonly before: string | null;
}

// Zero-width characters, word joiners and soft hyphens: invisible, and in the middle of a word they would hide it.
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Letters, digits and signs of ASCII in the width of East Asian ones. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/** The text as the rules compare it: composed, without invisible characters, with straight apostrophes. */
export function readable(text: string): string {
  return text
    .normalize("NFC")
    .replace(INVISIBLE, "")
    .replace(FULL_WIDTH, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[’‘ʼ]/g, "'")
    .replace(/\r\n?/g, "\n");
}

/** The words of a text, in lower case, without marks: letters and digits only. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Where a person finds it: `line 2, column 14`, both counted from 1. */
export function positionOf(text: string, index: number): string {
  const before = text.slice(0, index).split("\n");
  return `line ${before.length}, column ${[...before.at(-1)!].length + 1}`;
}

/** The sentence around an index, up to it: from the last full stop, question mark, semicolon or line of its own. */
export function clauseBefore(text: string, index: number): string {
  const before = text.slice(Math.max(0, index - 240), index);
  const ends = [...before.matchAll(/[.!?;…](?=\s)|\n[ \t]{0,8}\n|\n[-*•] /g)];
  const last = ends.at(-1);
  return last === undefined ? before : before.slice(last.index + last[0].length);
}

/** The rest of the sentence from an index on. */
export function clauseAfter(text: string, index: number): string {
  const after = text.slice(index, index + 240);
  const end = after.search(/[.!?;…](?=\s|$)|\n[ \t]{0,8}\n|\n[-*•] /);
  return end < 0 ? after : after.slice(0, end);
}
