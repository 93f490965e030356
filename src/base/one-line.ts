import { stripVTControlCharacters } from "node:util";

/** Control characters, line breaks, and what turns the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Whether a text is one line that shows all it holds: no control character, escape sequence or bidi override. */
export function isOneLine(text: string): boolean {
  return !UNSEEN.test(text);
}

/** The letters, marks, digits, signs and blanks of a text, without whole escape sequences: never more than one line. */
export function tidied(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, " ")
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "")
    .trim();
}
