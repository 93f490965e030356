/** What a server sees in a text (Extractor, Account::MENTION_RE, Tag::HASHTAG_RE and StatusLengthValidator, read 2026-11). */
const ADDRESS = /https?:\/\/(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#](?:[^\s<>"]*[^\s<>"'.,;:!?)\]…])?)?/gi;
const NAME =
  /(?<![=/\p{L}\p{N}\p{M}\p{Pc}])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?:@[\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*)?)/giu;
const TAG = /(?<![^\s([{])[#＃]([\p{L}\p{N}\p{M}_·・\u200c]*[\p{L}_][\p{L}\p{N}\p{M}_·・\u200c]*)/gu;

/** Graphemes, an address with a known host as 23. */
export function countOf(text: string): number {
  const replaced = text.replace(ADDRESS, "x".repeat(23));
  return [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(replaced)].length;
}

/** Everyone whom the text calls by name. */
export function mentionsIn(text: string): string[] {
  return Array.from(text.matchAll(NAME), ([, name = ""]) => name);
}

export function hashtagsIn(text: string): string[] {
  return Array.from(text.replace(ADDRESS, "").matchAll(TAG), ([, name = ""]) => name);
}

/** Paragraphs, line breaks, and addresses as links of which the ends are hidden. */
export function htmlOf(text: string): string {
  let html = "";
  let at = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    html += entities(text.slice(at, index)) + link(address);
    at = index + address.length;
  }
  html += entities(text.slice(at));
  const paragraphs = html.split(/\n{2,}/).map((part) => `<p>${part.replaceAll("\n", "<br />")}</p>`);
  return paragraphs.join("");
}

function link(address: string): string {
  const [scheme = ""] = /^https?:\/\//i.exec(address) ?? [];
  const rest = address.slice(scheme.length);
  const [begin, end] = [rest.slice(0, 30), rest.slice(30)];
  return `<a href="${entities(address)}" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">${scheme}</span><span class="${
    end === "" ? "" : "ellipsis"
  }">${entities(begin)}</span><span class="invisible">${entities(end)}</span></a>`;
}

function entities(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
