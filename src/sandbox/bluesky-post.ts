import { type Fields, isObject } from "./fields.ts";

/** What stands against a post by the lexicons app.bsky.feed.post and app.bsky.richtext.facet (read 2026-11), or null. */
export function refusalOfPost(record: Fields): string | null {
  const { $type, text, createdAt, facets, langs, reply } = record;
  if ($type !== "app.bsky.feed.post") return "$type must be app.bsky.feed.post";
  if (typeof text !== "string") return "Record/text must be a string";
  if (Buffer.byteLength(text) > 3000) return "Record/text must not be longer than 3000 characters";
  if ([...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].length > 300)
    return "Record/text must not be longer than 300 graphemes";
  if (
    typeof createdAt !== "string" ||
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(createdAt)
  )
    return "Record/createdAt must be an valid atproto datetime";
  if (langs !== undefined && (!Array.isArray(langs) || langs.length > 3))
    return "Record/langs must not have more than 3 elements";
  if (reply !== undefined && !(isObject(reply) && isRef(reply.root) && isRef(reply.parent)))
    return "Record/reply must have the properties root and parent";
  if (facets === undefined) return null;
  if (!Array.isArray(facets)) return "Record/facets must be an array";
  return (
    facets.map((facet) => refusalOfFacet(facet, Buffer.from(text))).find((flaw) => flaw !== null) ?? null
  );
}

function refusalOfFacet(facet: unknown, text: Buffer): string | null {
  const index = isObject(facet) && isObject(facet.index) ? facet.index : null;
  const features = isObject(facet) && Array.isArray(facet.features) ? facet.features : null;
  if (index === null || features === null) return "Record/facets must have the properties index and features";
  const { byteStart, byteEnd } = index;
  if (!Number.isInteger(byteStart) || !Number.isInteger(byteEnd))
    return "Record/facets/index must be integers";
  const [start, end] = [Number(byteStart), Number(byteEnd)];
  // A server takes these; readers' programs leave such a mark out, or break over it.
  if (start < 0 || end <= start || end > text.length) return "Record/facets/index lies outside the text";
  if (isInside(text[start]) || isInside(text[end])) return "Record/facets/index cuts a character";
  for (const feature of features) {
    if (!isObject(feature) || typeof feature.$type !== "string")
      return "Record/facets/features must have a $type";
    if (feature.$type.endsWith("#link") && !/^\w+:(?:\/\/)?[^\s/]\S*$/.test(String(feature.uri)))
      return "Record/facets/features/uri must be a uri";
  }
  return null;
}

/** True for a byte that goes on with a character. */
function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function isRef(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    /^at:\/\/did:[^/]+\/[^/]+\/[^/]+$/.test(String(value.uri)) && /^baf[a-z2-7]{50,}$/.test(String(value.cid))
  );
}
