import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import type { Words } from "./words.ts";

const LANGUAGES: Readonly<Record<string, Words>> = { en, de, es };

/** The words of the locale's language (BCP 47, `de-AT`); English where there are none. */
export function wordsIn(locale: string): Words {
  const language = locale.split(/[-_]/, 1)[0]?.toLowerCase() ?? "";
  return (Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined) ?? en;
}
