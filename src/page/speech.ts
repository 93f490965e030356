import { escapeHtml } from "../render/formats/html.ts";
import { Html } from "./html.ts";
import type { Plural, Texts, Words } from "./words/words.ts";

type Values = Readonly<Record<string, string | number>>;

/** One language, ready to speak. */
export interface Speech {
  /** BCP 47, for `lang`. */
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly texts: Texts;
  /** The text with `{name}` replaced by its value; a name without a value stays as it is. */
  say(text: string, values: Values): string;
  /** The same as markup: text and values are escaped, Html values are not. */
  sayHtml(text: string, values: Readonly<Record<string, string | number | Html>>): Html;
  /** The form that this language uses for `count`; `{count}` is written as the language writes numbers. */
  count(plural: Plural, count: number, values?: Values): string;
  /** `Storefront, Checkout and Music`; `Storefront as well as Checkout and payments`. */
  list(names: readonly string[]): string;
}

const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"]);

export function createSpeech({ language, texts }: Words): Speech {
  const plurals = new Intl.PluralRules([language, "en"]);
  const numbers = new Intl.NumberFormat([language, "en"]);
  // American English would put a comma before the last.
  const lists = new Intl.ListFormat([language === "en" ? "en-GB" : language, "en-GB"], {
    type: "conjunction",
  });
  const [comma, and] = lists
    .formatToParts(["1", "2", "3"])
    .flatMap((part) => (part.type === "literal" ? [part.value] : []));
  const taken = new Map<string, readonly string[]>();
  const say = (text: string, values: Values) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : String(value);
    });
  return {
    language,
    direction: RIGHT_TO_LEFT.has(new Intl.Locale(language).language) ? "rtl" : "ltr",
    texts,
    say,
    sayHtml(text, values) {
      // What stands between the names, and the names, in turn.
      const parts = taken.get(text) ?? escapeHtml(text).split(/\{(\w+)\}/);
      taken.set(text, parts);
      let markup = parts[0] ?? "";
      for (let index = 1; index < parts.length; index += 2) {
        const name = parts[index] ?? "";
        const value = values[name];
        if (value === undefined) markup += `{${name}}`;
        else markup += value instanceof Html ? value.markup : escapeHtml(String(value));
        markup += parts[index + 1] ?? "";
      }
      return new Html(markup);
    },
    count: (plural, count, values = {}) =>
      say(plural[plurals.select(count)] ?? plural.other, { ...values, count: numbers.format(count) }),
    list(names) {
      // `Storefront and Checkout and payments` would be three components to a reader.
      const last = names.at(-1);
      if (
        last === undefined ||
        names.length < 2 ||
        and === undefined ||
        !names.some((name) => name.includes(and))
      )
        return lists.format(names);
      return say(texts.lists.apart, { names: names.slice(0, -1).join(comma), last });
    },
  };
}
