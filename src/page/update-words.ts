import type { Block } from "../render/document.ts";
import { toHtml } from "../render/formats/html.ts";
import { Html, html } from "./html.ts";
import type { View } from "./view.ts";

/** An update's words; the first heading in them stands at `level`, the others below it as their author meant, none left out. */
export function renderWords(blocks: readonly Block[], level: number, view: View): Html {
  return html`<div class="words"${authored(view)}>${new Html(toHtml(outline(blocks, level)))}</div>`;
}

/** Whatever ranks an author gave to the headings, they begin at `top` and go down one step at a time. */
function outline(blocks: readonly Block[], top: number): readonly Block[] {
  const above: number[] = [];
  const visit = (block: Block): Block => {
    switch (block.type) {
      case "heading": {
        while (above.length > 0 && (above.at(-1) ?? 0) >= block.level) above.pop();
        above.push(block.level);
        return { ...block, level: Math.min(6, top + above.length - 1) as typeof block.level };
      }
      case "quote":
        return { ...block, children: block.children.map(visit) };
      case "list":
        return { ...block, items: block.items.map((item) => item.map(visit)) };
      default:
        return block;
    }
  };
  return blocks.map(visit);
}

/** Attributes for an author's words where they are in another language than the page's own; their direction shows itself. */
export function authored({ site, speech }: View): Html | null {
  const { locale } = site.property;
  return base(locale) === base(speech.language) ? null : html` lang="${locale}" dir="auto"`;
}

function base(tag: string): string {
  return tag.split(/[-_]/)[0]?.toLowerCase() ?? "";
}
