import { setupError } from "../../base/errors.ts";
import type { Brand } from "../../page/site.ts";
import { readOwn } from "./own-file.ts";

const LIMIT = 100_000;

/** The picture at `path`, named by what it is, whatever its file is called. Throws setupError `PAGE_LOGO_UNUSABLE`, `PAGE_FILE_UNUSABLE`. */
export async function readLogo(path: string): Promise<NonNullable<Brand["logo"]>> {
  const content = await readOwn(path, LIMIT);
  if (content === null)
    throw setupError(
      "PAGE_LOGO_UNUSABLE",
      `There is no logo at ${path}.`,
      "Correct `logo`, or leave it out.",
    );
  const extension = pictureOf(content);
  if (extension === null)
    throw setupError(
      "PAGE_LOGO_UNUSABLE",
      `The logo ${path} is no picture that every browser shows.`,
      "Take a PNG, SVG, JPEG or WebP.",
    );
  return { path: `logo.${extension}`, content };
}

/** By the first bytes: a name can say anything, and hosts send what the name says. */
function pictureOf(content: Uint8Array): "png" | "jpg" | "webp" | "svg" | null {
  const head = Buffer.from(content.subarray(0, 4096));
  const latin = head.toString("latin1");
  if (latin.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (latin.startsWith("\xff\xd8\xff")) return "jpg";
  if (latin.startsWith("RIFF") && latin.slice(8, 12) === "WEBP") return "webp";
  return beginsAsSvg(head.toString("utf8").replace(/^\ufeff/, "")) ? "svg" : null;
}

/** Whether the first element is `svg`, after what may stand before it. */
function beginsAsSvg(markup: string): boolean {
  let rest = markup.trimStart();
  for (;;) {
    const end = ENDS.find(([begin]) => rest.startsWith(begin))?.[1];
    if (end === undefined) return /^<svg[\s>]/.test(rest);
    const found = rest.indexOf(end);
    if (found === -1) return false;
    rest = rest.slice(found + end.length).trimStart();
  }
}

const ENDS = [
  ["<?", "?>"],
  ["<!--", "-->"],
  ["<!DOCTYPE svg", ">"],
  // What drawing programs declare within it.
  ["<!ENTITY", ">"],
  ["]", ">"],
] as const;
