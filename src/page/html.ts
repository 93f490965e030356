import { escapeHtml } from "../render/formats/html.ts";

/** Finished markup. Everything else that enters a page is text and gets escaped. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlPart = string | number | null | Html | readonly Html[];

/** Template tag: markup in the template stays, whatever is put into it is escaped unless it is Html itself. */
export function html(template: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let markup = template[0] ?? "";
  for (let index = 0; index < parts.length; index++)
    markup += markupOf(parts[index] ?? null) + (template[index + 1] ?? "");
  return new Html(markup);
}

function markupOf(part: HtmlPart): string {
  if (part === null) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "object") return part.map((each) => each.markup).join("");
  return escapeHtml(String(part));
}

const CHARACTERS: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** The words of markup made by `html`, in one line, for places that take text only. */
export function textOf({ markup }: Html): string {
  return markup
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => CHARACTERS[entity] ?? entity)
    .replace(/[ \t\r\n]+/g, " ")
    .trim();
}
