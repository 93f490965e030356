import type { Block } from "../render/document.ts";
import { toHtml } from "../render/formats/html.ts";
import { Html, html } from "./html.ts";
import type { Site } from "./site.ts";

/** An update's words, their headings below the page's own. */
export function renderWords(blocks: readonly Block[], site: Site): Html {
  return html`<div class="words"${language(site)}>${new Html(toHtml(blocks.map(demote)))}</div>`;
}

/** An incident's title stands at level three, so whatever an author calls a heading is level four. */
function demote(block: Block): Block {
  switch (block.type) {
    case "heading":
      return { ...block, level: 4 };
    case "quote":
      return { ...block, children: block.children.map(demote) };
    case "list":
      return { ...block, items: block.items.map((item) => item.map(demote)) };
    default:
      return block;
  }
}

/** The page's own words are English; an author's words are marked where they are not. */
export function language(site: Site): Html | null {
  return /^en\b/i.test(site.property.locale) ? null : html` lang="${site.property.locale}"`;
}
