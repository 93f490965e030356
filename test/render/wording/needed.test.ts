import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AS_IT_STANDS,
  IN_ANY_CASE,
  IN_WORDS,
  matchesIn,
  mayMatch,
} from "../../../src/render/wording/needed.ts";
import { anyOf, maySay, phrasesIn } from "../../../src/render/wording/phrases.ts";

/** A part of a pattern, and a text that it matches where nothing around it forbids. */
type Piece = readonly [source: string, text: string];

const literal = fc.constantFrom<Piece>(
  ...["up", "is", "kiss", "é", "straße", "we're", "n't", "o", "x–y", "_", "1", "ab,", "🚧", "K", "ſ"].map(
    (text): Piece => [text, text],
  ),
  ...([
    ["\\.", "."],
    ["p\\.m", "p.m"],
    ["\\/", "/"],
    ["[a-z]", "q"],
    ["[ab]c", "bc"],
    ["[^|)]", "z"],
    ["[\\])]", ")"],
    ["\\d{1,2}", "12"],
    ["\\p{L}", "ж"],
    ["\\p{L}\\p{L}", "up"],
    ["\\u00e9", "é"],
    [".", "k"],
    ["(?<!zz)", ""],
    ["(?! no)", ""],
    ["(?<=(?:p|s))", ""],
    ["(?=(?:u|i))", ""],
  ] satisfies Piece[]),
);
const blank = fc.constantFrom<Piece>([" ", " "], [" ", "\n"], [" ", " \u00a0"], [" ?", ""], [" ?", " "]);

const { pattern } = fc.letrec<{ piece: Piece; row: Piece; pattern: Piece }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 2 },
    { arbitrary: literal, weight: 4 },
    { arbitrary: blank, weight: 2 },
    {
      arbitrary: tie("pattern").chain(([source, text]) =>
        fc.constantFrom<Piece>(
          ...[`(?:${source})`, `(${source})`, `(?:${source})?`, `(?:${source}){1,2}`].map(
            (each): Piece => [each, text],
          ),
          [`(?:${source})?`, ""],
          [`(?:${source}){0,2}?`, ""],
          [`(?:${source}){2}`, text + text],
        ),
      ),
      weight: 2,
    },
    {
      arbitrary: fc.constantFrom<Piece>(
        ["ups?", "up"],
        ["ups?", "ups"],
        ["ab*c", "ac"],
        ["a{2}", "aa"],
        ["(?:up|s)+", "sup"],
        ["x(?:up)*", "x"],
      ),
      weight: 1,
    },
  ),
  row: fc
    .array(tie("piece"), { minLength: 1, maxLength: 4 })
    .map(
      (pieces): Piece => [pieces.map(([source]) => source).join(""), pieces.map(([, text]) => text).join("")],
    ),
  pattern: fc
    .tuple(fc.array(tie("row"), { minLength: 1, maxLength: 3 }), fc.nat(2))
    .map(([rows, at]): Piece => [rows.map(([source]) => source).join("|"), rows[at % rows.length]![1]]),
}));

const around = fc.constantFrom("", " ", ".", "\n", "÷", "_", "a", "é", "🚧", "\u00a0", "'", "ж", " as", "1");
const noise = fc.constantFrom("", "up", " is ", "KISS", "is", "ſ", "we", "\u200b", "we are back up");
const twisted = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.replaceAll("s", "ſ").replaceAll("k", "K"),
);
const cases = fc
  .tuple(pattern, noise, around, twisted, around, noise)
  .map(([[source, text], before, left, twist, right, after]) => ({
    source,
    text: `${before}${left}${twist(text)}${right}${after}`,
  }));

const found = (matches: Iterable<RegExpExecArray>) =>
  [...matches].map(({ 0: words, index }) => [words, index]);

describe("a look for the words that a pattern needs", () => {
  it.each(["g", "gi", "gu", "giu"])("loses no match of it, with the flags %s", (flags) => {
    let matched = 0;
    fc.assert(
      fc.property(cases, ({ source, text }) => {
        const all = found(text.matchAll(new RegExp(source, flags)));
        if (all.length > 0) matched++;
        expect(found(matchesIn(text, new RegExp(source, flags)))).toEqual(all);
      }),
      { numRuns: 400 },
    );
    expect(matched).toBeGreaterThan(80);
  });

  it("loses no phrase, in any case and behind whatever stands before it", () => {
    let matched = 0;
    fc.assert(
      fc.property(cases, ({ source, text }) => {
        const whole = `(?<![\\p{L}\\p{N}_])(?:${source.replaceAll(" ", "(?:\\s+)")})(?![\\p{L}\\p{N}_])`;
        // The capital of the dotted i alone grows when it is made small, and is in none of the texts.
        const all = found(text.toLowerCase().matchAll(new RegExp(whole, "gu")));
        if (all.length > 0) matched++;
        if (all.length > 0) expect(maySay(text, anyOf(source))).toBe(true);
        expect(phrasesIn(text, anyOf(source)).map(({ start }) => start)).toEqual(
          all.map(([, index]) => index),
        );
      }),
      { numRuns: 1000 },
    );
    expect(matched).toBeGreaterThan(80);
  });

  it("rules out what lacks any of them", () => {
    expect(mayMatch("(?:AKIA|ASIA)[A-Z0-9]{16}", AS_IT_STANDS)("Some orders fail.")).toBe(false);
    expect(mayMatch("(?:AKIA|ASIA)[A-Z0-9]{16}", AS_IT_STANDS)("AKIA")).toBe(true);
    expect(mayMatch("bearer\\s{1,3}\\w", IN_ANY_CASE)(IN_ANY_CASE.text("Bears"))).toBe(false);
    const soon = mayMatch("soon(?! as)|(?:be|come) back(?: up)?", IN_WORDS);
    expect(soon(IN_WORDS.text("or sooner, be it on the ground"))).toBe(false);
    expect(soon(IN_WORDS.text("back to be"))).toBe(true);
    expect(soon(IN_WORDS.text("“soon”"))).toBe(true);
  });

  it("takes any white space for a blank", () => {
    for (const text of ["we  think", "We\n\tthink", "we\u00a0 think"])
      expect(phrasesIn(text, anyOf("we think|i guess"))).toEqual([{ start: 0, end: text.length }]);
  });

  it("says nothing of groups too deep for it", () => {
    for (const text of ["bcdefg", "nothing of it"])
      expect(mayMatch("(((((a|b|)c)d)e)f)g", AS_IT_STANDS)(text)).toBe(true);
    expect(mayMatch("((((a|b)c)d)e)f", AS_IT_STANDS)("nothing of it")).toBe(false);
  });

  it("goes on finding once a pattern has been found", () => {
    const pattern = /up(?: again)?/g;
    for (const [text, count] of [
      ["down", 0],
      ["up again", 1],
      ["down", 0],
      ["up, up", 2],
    ] as const)
      expect(matchesIn(text, pattern).length).toBe(count);
  });
});
