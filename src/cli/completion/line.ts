import { splitWords } from "../shell-words.ts";

/** What was typed up to the cursor. */
export interface Typed {
  /** The words behind the command's own name, without the one at the cursor. */
  readonly words: readonly string[];
  /** The beginning of the word at the cursor; empty where a new one begins. */
  readonly current: string;
}

/** Stands for the cursor; in no line that somebody typed. */
const CURSOR = "\u0000";

/** A bash command line up to the cursor, and the part of its last word that bash itself takes for the whole. */
export function readLine(line: string): Typed & { readonly cut: number } {
  const [, ...words] = splitWords(`${line}${CURSOR}`);
  const current = (words.pop() ?? "").replaceAll(CURSOR, "");
  // Readline begins a word again behind these; what it replaces is only what follows.
  const last = /[^=:"'\s]*$/.exec(line)?.[0] ?? "";
  return { words, current, cut: Math.max(0, current.length - last.length) };
}
