import { bundledWords } from "../../../page/words/index.ts";
import type { Words } from "../../../page/words/words.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import type { PostmortemWords } from "./words.ts";

const WORDS: Readonly<Record<string, PostmortemWords>> = { en, de, es };

/** The words of a draft for readers of `locale`, with those that the page has in the same language; English where there are none. */
export function wordsFor(locale: string): { readonly own: PostmortemWords; readonly page: Words } {
  const language = locale.split(/[-_]/)[0]?.toLowerCase() ?? "";
  const [spoken, own, texts] = [language, WORDS[language], bundledWords[language]];
  if (own === undefined || texts === undefined)
    return { own: en, page: { language: "en", texts: bundledWords.en! } };
  return { own, page: { language: spoken, texts } };
}

/** Every question that a draft asks in any language, as it stands there for the incident `id`. */
export function questionsOf(id: string): string[] {
  return Object.values(WORDS).flatMap(({ sections }) =>
    Object.values(sections).flatMap(({ question }) =>
      question === null ? [] : [question.replaceAll("{id}", id)],
    ),
  );
}
