import type { en } from "./en.ts";

/** A text that differs by number: `{count}` stands for it. Which forms a language has is Intl.PluralRules' to say. */
export type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

type Widen<T> = T extends string
  ? string
  : T extends { other: string }
    ? Plural
    : { readonly [K in keyof T]: Widen<T[K]> };

/** Everything that the page says by itself, in one language. `{name}` stands for a value. */
export interface Words {
  /** BCP 47: what `lang` and `dir` are set from. */
  readonly language: string;
  readonly texts: Texts;
}

export type Texts = Widen<typeof en>;
