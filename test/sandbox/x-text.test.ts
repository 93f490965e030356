import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cashtagsIn, linksIn, weightOf } from "../../src/sandbox/x-text.ts";

// The library ships no types of its own.
const twitter = createRequire(import.meta.url)("twitter-text") as {
  parseTweet(text: string): { weightedLength: number };
};

const links = (text: string) => linksIn(text).map((link) => link.text);

describe("the imitation's counting of X text", () => {
  it.each([
    ["", 0],
    ["plain", 5],
    ["é", 1],
    ["e\u0301", 1],
    ["…", 2],
    ["→ • ✓", 8],
    ["–—’", 3],
    ["日本", 4],
    ["👍", 2],
    ["👩‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["status.io", 23],
    ["see status.example.com.", 28],
    ["Node.js 10.0.0.1 a.b.c.d", 24],
    [`https://example.com/${"x".repeat(100)}`, 23],
    ["mail status@example.com", 23],
  ])("weighs %j as %i, and so does the vendor's library", (text, weight) => {
    expect(weightOf(text)).toBe(weight);
    expect(twitter.parseTweet(text).weightedLength).toBe(weight);
  });

  it.each([
    ["see https://a.example.com/x(y)?z=1.", ["https://a.example.com/x(y)?z=1"]],
    ["(status.example.com/now)", ["status.example.com/now"]],
    ["Amazon.com is unavailable", ["Amazon.com"]],
    ["e.g. and so on...no", []],
    ["status@example.com", []],
    ["1.5 million, 10.5s", []],
  ])("finds the links of %j", (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  it.each([
    ["$PATH and $HOME", 2],
    ["$5 and $10", 0],
    ["US$AMZN", 0],
    ["$AMZN", 1],
  ])("counts the cashtags of %j", (text, count) => {
    expect(cashtagsIn(text)).toBe(count);
  });

  it("agrees with the vendor's library on words, marks and links as incident texts have them", () => {
    const piece = fc.constantFrom(
      "Storefront",
      "is down.",
      "—",
      "…",
      "é",
      "日本語",
      "👩‍🚒",
      "✓",
      "“quoted”",
      "https://status.example.com/incidents/1",
      "http://example.com.",
      "status.example.com,",
      "(example.org)",
      "Node.js",
      "v1.2.3",
      "@someone",
      "#tag",
      "12:30",
      "next update 18:30 PDT",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join(" ");
        expect(weightOf(text)).toBe(twitter.parseTweet(text).weightedLength);
      }),
      { numRuns: 200 },
    );
  });
});
