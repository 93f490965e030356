import { StatusError, setupError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { escapeHtml } from "../../render/formats/html.ts";
import { compile } from "../../render/liquid.ts";
import { readOwnText } from "./own-file.ts";

const LIMIT = 20_000;

/** What a header or a footer of the project's own can say. */
export interface MarkupScope {
  readonly property: { readonly name: string; readonly url: string | null };
  readonly page: { readonly title: string; readonly url: string | null };
  readonly language: string;
}

/**
 * Markup from the project, trusted as it stands, with the values in it escaped; null where there is none. `{root}` stays
 * for whoever places it in a document. Throws setupError `PAGE_MARKUP_UNUSABLE`, `PAGE_FILE_UNUSABLE`.
 */
export async function readMarkup(path: string, scope: MarkupScope): Promise<string | null> {
  const text = await readOwnText(path, LIMIT);
  if (text === null) return null;
  try {
    const program = compile({ file: path, line: 1, text });
    const { text: made, slots } = program.render({ ...scope });
    const markup = slots.split(made).map((piece) => {
      if (typeof piece === "string") return piece;
      return piece.type === "text" ? escapeHtml(piece.text) : "";
    });
    return markup.join("").trim();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const unknown = /no variable "([^"]+)"/.exec(error.message)?.[1];
    throw setupError(
      "PAGE_MARKUP_UNUSABLE",
      error.message,
      unknown === undefined ? error.hint : suggest(unknown, KNOWN),
      error,
    );
  }
}

const KNOWN = ["property.name", "property.url", "page.title", "page.url", "language"];
