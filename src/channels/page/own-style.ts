import { setupError } from "../../base/errors.ts";
import { readOwnText } from "./own-file.ts";

const LIMIT = 20_000;

/**
 * The project's own style, to stand after ours; null where there is none. What the page's policy would silently block is
 * refused aloud. Throws setupError `PAGE_STYLE_UNUSABLE`, `PAGE_FILE_UNUSABLE`.
 */
export async function readStyle(path: string): Promise<string | null> {
  const text = await readOwnText(path, LIMIT);
  if (text === null) return null;
  const fault = faultOf(text.replace(/\/\*.*?\*\//gs, ""));
  if (fault !== null || /<\/style/i.test(text))
    throw setupError(
      "PAGE_STYLE_UNUSABLE",
      `${path} has ${fault ?? "</style, which would end the page's style"}.`,
      "The page fetches nothing from elsewhere, so that it stands when everything else is down. A small picture can stand in the style itself: url(data:…).",
    );
  return text.trim() === "" ? null : text.trim();
}

/** Of a style without its remarks. */
function faultOf(style: string): string | null {
  if (/@import\b/i.test(style)) return "an @import, which the page's policy blocks";
  for (const [, target = ""] of style.matchAll(/(?:url|image-set|src)\(\s*(["']?[^)]*)/gi)) {
    const address = target.replace(/^["'\s]+/, "");
    if (/^(?:\/\/|\\|(?!data:)[a-z][a-z0-9+.-]*:)/i.test(address))
      return `the address ${address.slice(0, 60).replace(/["'\s]+$/, "")}, which the page's policy blocks`;
  }
  return null;
}
