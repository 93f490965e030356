import { fit as cutToFit } from "../render/fit.ts";

/** The text within so many characters: whole, or cut at a sentence, else at a word with `…`. */
export function cut(text: string, limit: number): string {
  // What lies far behind the cut has no say in where it falls, and would cost as much as the rest.
  return cutToFit(text.slice(0, limit + 200), { limit, measure: ({ length }) => length }).text;
}
