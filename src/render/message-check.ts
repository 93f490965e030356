import MarkdownIt from "markdown-it";
import { usageError } from "../base/errors.ts";
import { harmless } from "./literal.ts";
import { DEEPEST } from "./markdown.ts";

/** Characters; a status page's body ends at 25,000, a forum's at 32,000: longer words are another document. */
const LONGEST = 50_000;

const markdown = new MarkdownIt("commonmark", { html: false, maxNesting: 100 });

/** What an author writes in Markdown: for everybody, or for colleagues only. */
export type Authored = "message" | "internal";
const NAMES: Readonly<Record<Authored, string>> = { message: "message", internal: "internal message" };

/**
 * Refuses a message that we would have to show otherwise than it was written. Throws usage errors
 * MESSAGE_EMPTY, MESSAGE_TOO_LONG, MESSAGE_HAS_IMAGE and MESSAGE_TOO_NESTED.
 * HTML, `<!channel>` and their like are words, and pass.
 */
export function checkMessage(source: string, authored: Authored = "message"): void {
  const name = NAMES[authored];
  const text = harmless(source);
  const length = [...text].length;
  if (text.trim() === "")
    throw usageError(
      "MESSAGE_EMPTY",
      `The ${name} is empty.`,
      authored === "message" ? "Leave --message out to use the template's words." : "Leave --internal out.",
    );
  if (length > LONGEST)
    throw usageError(
      "MESSAGE_TOO_LONG",
      `The ${name} has ${length} characters; at most ${LONGEST} are taken.`,
      "Say what matters to customers and link to the rest.",
    );
  let line = 1;
  for (const token of markdown.parse(text, {})) {
    if (token.map !== null) line = token.map[0] + 1;
    if (token.level > DEEPEST)
      throw usageError(
        "MESSAGE_TOO_NESTED",
        `Line ${line} of the ${name} nests lists or quotes deeper than ${DEEPEST} levels.`,
        "Use fewer levels.",
      );
    let inside = line;
    for (const child of token.children ?? []) {
      if (child.type === "softbreak" || child.type === "hardbreak") inside++;
      if (child.type === "image")
        throw usageError(
          "MESSAGE_HAS_IMAGE",
          `Line ${inside} of the ${name} has an image, which most channels cannot show.`,
          "Link to it instead: [words](https://…).",
        );
    }
  }
}
