import { suggest } from "../../base/nearest.ts";
import { en } from "./en.ts";
import type { Plural, Texts } from "./words.ts";

export interface Overlay {
  readonly texts: Texts;
  /** What is wrong with what was given, each naming its place; the texts are to be used only where there is none. */
  readonly problems: readonly string[];
  /** The places that were not given. */
  readonly missing: readonly string[];
}

type Group = Readonly<Record<string, unknown>>;

/**
 * The texts with those in their place that somebody wrote for `language`: a part of them or all, in the form of the English
 * ones. Each must have the placeholders of its English text and no others.
 */
export function overlay(texts: Texts, given: unknown, language: string): Overlay {
  const problems: string[] = [];
  const missing: string[] = [];
  const forms = formsOf(language);

  const group = (english: Group, base: Group, own: unknown, path: readonly string[]): Group => {
    if (!isGroup(own)) {
      problems.push(`${name(path)} is not a list of texts`);
      return base;
    }
    for (const key of Object.keys(own))
      if (!Object.hasOwn(english, key))
        problems.push(`there is no text "${name([...path, key])}". ${suggest(key, Object.keys(english))}`);
    return Object.fromEntries(
      Object.entries(english).map(([key, text]) => {
        const place = [...path, key];
        if (Object.hasOwn(own, key)) return [key, one(text, base[key], own[key], place)];
        missing.push(name(place));
        return [key, base[key]];
      }),
    );
  };
  const one = (english: unknown, base: unknown, own: unknown, path: readonly string[]): unknown => {
    if (typeof english === "string") return plain(own, namesIn(english), namesIn(english), path);
    if (isPlural(english)) return plural(english, own, path);
    return group(english as Group, base as Group, own, path);
  };
  const plural = (english: Plural, own: unknown, path: readonly string[]): unknown => {
    if (!isGroup(own) || !Object.hasOwn(own, "other")) {
      problems.push(
        `${name(path)} needs a text for each form of the number: ${[...forms.keys()].join(", ")}`,
      );
      return english;
    }
    const known = namesIn(english.other);
    return Object.fromEntries(
      Object.entries(own).map(([form, text]) => {
        if (!forms.has(form))
          problems.push(
            `${name([...path, form])} is no form of ${language}: ${[...forms.keys()].join(", ")}`,
          );
        // `one more component` needs no number in it.
        const free = forms.get(form) === true ? ["count"] : [];
        return [
          form,
          plain(
            text,
            known,
            known.filter((each) => !free.includes(each)),
            [...path, form],
          ),
        ];
      }),
    );
  };
  const plain = (
    own: unknown,
    known: readonly string[],
    needed: readonly string[],
    path: readonly string[],
  ): string => {
    if (typeof own !== "string" || own.trim() === "") {
      problems.push(`${name(path)} is not a text; put it in quotes`);
      return "";
    }
    const used = namesIn(own);
    for (const lost of needed.filter((each) => !used.includes(each)))
      problems.push(`${name(path)} has lost {${lost}}`);
    for (const unknown of used.filter((each) => !known.includes(each)))
      problems.push(`${name(path)} cannot say {${unknown}}. ${suggest(unknown, known)}`);
    if (/[{}]/.test(own.replace(PLACEHOLDER, "")))
      problems.push(`${name(path)} has a brace that belongs to no {name}`);
    return own.trim();
  };
  const made = group(en, texts, given ?? {}, []) as unknown as Texts;
  return { texts: made, problems, missing };
}

const PLACEHOLDER = /\{(\w+)\}/g;

function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map(([, found]) => found ?? ""))];
}

function name(path: readonly string[]): string {
  return path.length === 0 ? "the file" : path.join(".");
}

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlural(value: unknown): value is Plural {
  return isGroup(value) && typeof value.other === "string";
}

/** The forms that a language has, each with whether it stands for one number alone. */
function formsOf(language: string): Map<string, boolean> {
  const rules = new Intl.PluralRules([language, "en"]);
  const numbers = new Map<string, number>();
  for (let count = 1; count <= 200; count++) {
    const form = rules.select(count);
    numbers.set(form, (numbers.get(form) ?? 0) + 1);
  }
  const { pluralCategories } = rules.resolvedOptions();
  return new Map(pluralCategories.map((form) => [form, form !== "other" && (numbers.get(form) ?? 0) <= 1]));
}
