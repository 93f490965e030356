import type { Block } from "./document.ts";
import { fit as cutToFit } from "./fit.ts";
import { toPlainText } from "./formats/plain.ts";

/**
 * As many leading blocks as the limit holds; the first that does not fit whole becomes plain text,
 * cut at a sentence or a word, and ends in `…`.
 */
export function fitBlocks(
  blocks: readonly Block[],
  {
    limit,
    measure,
  }: {
    readonly limit: number;
    readonly measure: (blocks: readonly Block[]) => number;
  },
): { readonly blocks: readonly Block[]; readonly cut: boolean } {
  if (measure(blocks) <= limit) return { blocks, cut: false };
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (measure(blocks.slice(0, middle + 1)) <= limit) low = middle + 1;
    else high = middle;
  }
  // Where not even the mark of the cut fits behind what is kept, one block less is kept.
  for (let kept = low; kept >= 0; kept--) {
    const partial = (text: string): Block[] => [
      ...blocks.slice(0, kept),
      { type: "paragraph", children: [{ type: "text", text: elided(text) }] },
    ];
    const { text } = cutToFit(`${toPlainText(blocks.slice(kept, kept + 1))} …`, {
      limit,
      measure: (candidate) => measure(partial(candidate)),
    });
    if (text !== "") return { blocks: partial(text), cut: true };
  }
  return { blocks: [], cut: true };
}

/** A cut document says so, even where the cut fell at the end of a sentence. */
function elided(text: string): string {
  return text.endsWith("…") ? text : `${text} …`;
}
