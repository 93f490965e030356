import { describe, expect, it } from "vitest";
import { en } from "../../src/page/words/en.ts";
import { bundledWords } from "../../src/page/words/index.ts";

/** Every text by its place: `overall.andMore.one`. */
function texts(of: object, place = ""): [string, string][] {
  return Object.entries(of).flatMap(([name, value]) =>
    typeof value === "string" ? [[`${place}${name}`, value]] : texts(value as object, `${place}${name}.`),
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([each]) => each).sort();
const english = new Map(texts(en));

describe.each(Object.entries(bundledWords))("the page in %s", (language, words) => {
  it("has every text, with the values that the English one has", () => {
    const own = new Map(texts(words));
    for (const [place, text] of english) {
      const there = own.get(place);
      expect(there, place).toBeDefined();
      // Where a form stands for one thing only, a language may leave the number out.
      const needed = placeholders(text).filter((name) => name !== "{count}" || !place.endsWith(".one"));
      expect(placeholders(there!), place).toEqual(expect.arrayContaining(needed));
      for (const name of placeholders(there!)) expect(`${text}{count}`, place).toContain(name);
    }
  });

  it("has all forms that its numbers need", () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const plural = (place: string) => place.endsWith(".other");
    for (const [place] of texts(words).filter(([place]) => plural(place)))
      for (const form of forms.filter((each) => each === "one" || each === "other"))
        expect(new Map(texts(words)).has(place.replace(/other$/, form)), `${place} ${form}`).toBe(true);
  });
});
