import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import type { Texts } from "./words.ts";

/** The languages that the page speaks by itself, by their BCP 47 tag. */
export const bundledWords: Readonly<Record<string, Texts>> = { en, de, es };
