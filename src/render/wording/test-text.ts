import { wordsOf } from "./passage.ts";
import { anyOf, phrasesIn, spans } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

/** What says only this is no update. */
const NO_NEWS = new Set([
  "test",
  "tests",
  "testing",
  "test test",
  "test test test",
  "testing testing",
  "testing 123",
  "testing 1 2 3",
  "testing one two three",
  "test 123",
  "test 1 2 3",
  "test 1",
  "test 2",
  "test post",
  "test message",
  "test update",
  "test incident",
  "test announcement",
  "just testing",
  "just a test",
  "only a test",
  "please ignore",
  "ignore",
  "ignore this",
  "ignore me",
  "hello world",
  "foo",
  "bar",
  "baz",
  "foo bar",
  "abc",
  "abc123",
  "123",
  "1234",
  "xyz",
  "blah",
  "blah blah",
  "blah blah blah",
  "dummy",
  "dummy text",
  "testnachricht",
  "test bitte ignorieren",
  "bitte ignorieren",
  "testmeldung",
  "nur ein test",
  "prueba",
  "prueba 123",
  "pruebas",
  "probando",
  "probando 123",
  "mensaje de prueba",
  "solo una prueba",
  "hola mundo",
  "ignorar",
]);

const EVIDENT = anyOf(
  "(?:this|it) is (?:only |just )?(?:a|another) test(?: (?:update|message|post|announcement|incident|mail|email|broadcast))?(?= ?(?:[.!,;)\\n]|$| please| only| and | –| -| for ))",
  "testing,? (?:testing|1,? 2,? 3|123|one,? two,? three)",
  "(?:please |just )?ignore this(?: (?:test|update|message|post|announcement|incident|mail|email|one))?(?= ?(?:[.!)\\n]|$))",
  "(?:test|testing)[,:.;–-]? (?:please|just|pls) ignore",
  "please ignore(?= ?(?:[.!)\\n]|$))",
  "foo ?bar(?: ?baz)?|nothing to see here",
  "(?:asdf|qwert|qwertz|asd asd|sdfsdf|dfgdfg|hjkl)\\p{L}*",
  "blah,? blah",
  "(?:das|dies|hier|es) ist (?:nur |lediglich )?ein test(?: ?(?:eintrag|nachricht|meldung))?(?= ?(?:[.!,;)\\n]|$))",
  "(?:test|testnachricht|testmeldung)[,:.;–-]? bitte ignorieren",
  "bitte (?:diese nachricht |dies )?ignorieren(?= ?(?:[.!)\\n]|$))",
  "(?:esto|este|esta) es (?:solo |sólo |únicamente )?(?:una prueba|un mensaje de prueba)(?= ?(?:[.!,;)\\n]|$))",
  "(?:por favor,? )?ignoren? este (?:mensaje|aviso)(?= ?(?:[.!)\\n]|$))",
);

const MARKED: readonly RegExp[] = [
  /^\W{0,3}(?:test(?:ing)?|TEST|Test)\]?(?:[:!]| [–-])(?=\s|$)/gm,
  /^\[test\]/gim,
];

export const testText: TextRule = {
  publicOnly: false,
  liveOnly: true,
  find: ({ text, typed }): Hit[] => {
    // A value may be any word: the version of a deploy is "123".
    const whole =
      typed !== null &&
      !typed.startsWith("set.") &&
      text.length < 100 &&
      NO_NEWS.has(wordsOf(text).join(" "));
    return [
      ...(whole ? [{ start: 0, end: text.length }] : []),
      ...phrasesIn(text, EVIDENT),
      ...spans(text, ...MARKED),
    ]
      .sort((a, b) => a.start - b.start)
      .slice(0, 1)
      .map(({ start, end }) => ({
        start,
        end,
        reason: "This looks like a test, and the channel is live.",
        better: "Rehearse with `status drill`, or look with `status preview`: neither sends anything.",
      }));
  },
};
