import type { Json } from "../contract.ts";

/** app.bsky.feed.post: 300 graphemes, and 3,000 bytes of UTF-8 (lexicon, read 2026-11). */
export const LIMIT = 300;
const BYTES_PER_UNIT = 10;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The length in graphemes; a text of many bytes counts a tenth of them, so that 300 keeps both limits. */
export function postLength(text: string): number {
  const bytes = Math.ceil(Buffer.byteLength(text) / BYTES_PER_UNIT);
  if (/^[\n\x20-\x7e]*$/.test(text)) return Math.max(text.length, bytes);
  let graphemes = 0;
  for (const _ of segmenter.segment(text)) graphemes += 1;
  return Math.max(graphemes, bytes);
}

/**
 * What makes the http(s) addresses of a text links: offsets in bytes of UTF-8. All else that a text may hold, names and
 * tags too, is inert without such a mark. An address that a cut went through becomes no link.
 */
export function linkFacets(text: string): readonly Json[] {
  return Array.from(text.matchAll(/(?<![\p{L}\p{N}])https?:\/\/[^\s<>"]+/giu))
    .map(({ 0: run, index }) => ({ address: withoutTrailing(run), index }))
    .filter(({ address }) => !address.includes("…") && URL.canParse(address))
    .map(({ address, index }) => {
      const byteStart = Buffer.byteLength(text.slice(0, index));
      return {
        index: { byteStart, byteEnd: byteStart + Buffer.byteLength(address) },
        features: [{ $type: "app.bsky.richtext.facet#link", uri: address }],
      };
    });
}

/** A full stop behind an address belongs to the sentence, and so does a bracket that the address did not open. */
function withoutTrailing(run: string): string {
  const bare = run.replace(/[.,;:!?'”’»]+$/u, "");
  const closesMore = bare.split(")").length > bare.split("(").length;
  return bare.endsWith(")") && closesMore ? withoutTrailing(bare.slice(0, -1)) : bare;
}
