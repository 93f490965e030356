import fc from "fast-check";
import twitterText from "twitter-text";
import { describe, expect, it } from "vitest";
import { escapeTweet, tweetLength } from "../../src/render/tweet.ts";
import { HOSTILE, hostileText } from "./hostile.ts";

const oracle = (text: string) => twitterText.parseTweet(text).weightedLength;

/** What X would make of a text, besides addresses. */
const live = (text: string) =>
  twitterText.extractEntitiesWithIndices(text).filter((entity) => entity.url === undefined);

const PIECES = [
  "https://example.com",
  "http://example.com/a/b.html?x=1&y=2#z",
  "https://t.co/abcdefghij",
  "https://t.co/abcdefghijk/more/path",
  "https://foo.notatld/path",
  "https://example.com.notatld",
  "https://example.com:8080/a",
  "https://127.0.0.1:1234/x",
  "https://日本.jp/é",
  "http://xn--bcher-kva.de",
  "status.example.com",
  "status.io/incident",
  "Node.js",
  "例子.中国",
  "日本example.co",
  "_a.com",
  "-a-.com",
  "a..com",
  "10.0.0.1",
  "a.b.c.d",
  "e.g.",
  "user@example.com",
  ".com",
  "é.com",
  "©",
  "™️",
  "👍🏽",
  "👩‍👩‍👧‍👦",
  "🇺🇸",
  "1️⃣",
  "…",
  "→",
  "–",
  "é",
  "\u0301",
  "ﬁ",
  "한국",
  " ",
  "\n",
  ".",
  "/",
  ":",
  "(",
  ")",
  '"',
  "@",
  "#",
  "$",
  "-",
  "_",
  "a",
  "Z",
  "0",
  "com",
  "co.uk",
  "%",
  "~",
  "!",
  "?",
  "=",
];
const mixture = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("tweetLength", () => {
  it.each([
    ["plain words", 11],
    ["é", 1],
    ["e\u0301", 1],
    ["…", 2],
    ["日本", 4],
    ["👍", 2],
    ["👩‍👩‍👧‍👦", 2],
    ["🇺🇸", 2],
    ["https://status.example.org/incidents/2010-06-29-amazon-com-unavailable", 23],
    ["See https://status.example.org.", 28],
    ["(https://status.example.org/a?b=c)", 25],
    ["status.example.com", 23],
    ["Amazon.com is unavailable", 38],
    ["http://a.co", 23],
  ])("counts %j as %i", (text, length) => {
    expect(tweetLength(text)).toBe(length);
    expect(oracle(text)).toBe(length);
  });

  it("counts a word with a dot inside as an address at least, whether X knows the ending or not", () => {
    expect(tweetLength("Node.js")).toBe(23);
    expect(tweetLength("file.internal-name-of-more-than-23")).toBe(34);
  });

  it("counts a number with a dot as it is written", () => {
    expect(tweetLength("99.9 % of 10.0.0.1")).toBe(18);
  });

  it("is never less than X's own count", () => {
    fc.assert(
      fc.property(fc.oneof(mixture, hostileText), (text) => {
        expect(tweetLength(text)).toBeGreaterThanOrEqual(oracle(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(["a.", "https://a.", "http://a.com/.", "@a", "#1", "a-", ".", "👩‍", "a.com/a.", "https://"])(
    "counts 20,000 × %j in linear time",
    (piece) => {
      const begin = performance.now();
      tweetLength(piece.repeat(20_000));
      escapeTweet(piece.repeat(20_000));
      expect(performance.now() - begin).toBeLessThan(1_000);
    },
  );
});

describe("escapeTweet", () => {
  it("leaves no mention, hashtag or cashtag alive", () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, mixture), (text) => {
        const escaped = escapeTweet(text);
        expect(live(escaped)).toEqual([]);
        expect(escaped.replace(/\u200b/g, "")).toBe(text.replace(/\u200b/g, ""));
      }),
      { numRuns: 2000 },
    );
  });

  it("breaks both cashtags of a shell line", () => {
    expect(live("$PATH and $HOME")).toHaveLength(2);
    expect(escapeTweet("$PATH and $HOME")).toBe("$\u200bPATH and $\u200bHOME");
  });

  it("leaves addresses, mail addresses, numbers and prices alone", () => {
    const text = "Incident #42 cost $5: https://example.com/@us/$x#top, status@example.com";
    expect(escapeTweet(text)).toBe(text);
  });

  it("handles the hostile corpus", () => {
    for (const text of HOSTILE) expect(live(escapeTweet(text))).toEqual([]);
  });
});
