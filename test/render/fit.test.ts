import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fit as cutToFit, fitWithTail } from "../../src/render/fit.ts";
import { fitBlocks } from "../../src/render/fit-blocks.ts";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { tweetLength } from "../../src/render/tweet.ts";
import { hostileText } from "./hostile.ts";
import { anyBlocks } from "./trees.ts";

const characters = (text: string) => text.length;
const long = fc.array(hostileText, { maxLength: 8 }).map((texts) => texts.join(" "));

describe("fit", () => {
  it("leaves a text that fits as it is", () => {
    fc.assert(
      fc.property(long, (text) => {
        expect(cutToFit(text, { limit: tweetLength(text), measure: tweetLength })).toEqual({
          text,
          cut: false,
        });
      }),
    );
  });

  it("never exceeds the limit", () => {
    fc.assert(
      fc.property(long, fc.integer({ min: 0, max: 60 }), (text, limit) => {
        for (const measure of [characters, tweetLength, Buffer.byteLength])
          expect(measure(cutToFit(text, { limit, measure }).text)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it("takes the full stop of an ordinal for no end", () => {
    const text = "Betroffen: Kasse. Zeitraum: 6. Juli, 11:00 MESZ.";
    expect(cutToFit(text, { limit: 36, measure: characters }).text).toBe("Betroffen: Kasse.");
    const counted = "It failed 60 times. Then it worked, all at once.";
    expect(cutToFit(counted, { limit: 30, measure: characters }).text).toBe("It failed 60 times.");
  });

  it("cuts at the end of a sentence", () => {
    const text = "Checkout fails. We are working on it. We do not know the cause yet.";
    expect(cutToFit(text, { limit: 50, measure: characters })).toEqual({
      text: "Checkout fails. We are working on it.",
      cut: true,
    });
  });

  it("does not take an abbreviation or an address for the end of a sentence", () => {
    const text = "Orders, e.g. from status.example.com stores are slow today because of work";
    expect(cutToFit(text, { limit: 40, measure: characters }).text).toBe(
      "Orders, e.g. from status.example.com…",
    );
  });

  it("cuts at a word where the first sentence is too long or too short to stand for the whole", () => {
    expect(
      cutToFit("Checkout fails for most customers", {
        limit: 20,
        measure: characters,
      }).text,
    ).toBe("Checkout fails for…");
    expect(
      cutToFit(`Hi. ${"word ".repeat(100)}`, {
        limit: 100,
        measure: characters,
      }).text,
    ).toMatch(/word…$/);
  });

  it("cuts inside a word only between graphemes", () => {
    expect(cutToFit("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", { limit: 24, measure: characters }).text).toBe(
      "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…",
    );
  });

  it("cuts 50,000 characters quickly", () => {
    const begin = performance.now();
    for (const piece of ["a.", "word ", "Sentence. ", "!", " .", '."'])
      cutToFit(piece.repeat(50_000 / piece.length), {
        limit: 280,
        measure: tweetLength,
      });
    expect(performance.now() - begin).toBeLessThan(1_000);
  });
});

describe("fitWithTail", () => {
  it("keeps the tail whole and cuts only the head", () => {
    const tail = "Next update: 10:10 PDT.\nhttps://status.example.org";
    fc.assert(
      fc.property(long, (head) => {
        const { text, cut } = fitWithTail(head, tail, {
          limit: 100,
          measure: tweetLength,
        });
        expect(text.endsWith(tail)).toBe(true);
        expect(tweetLength(text)).toBeLessThanOrEqual(100);
        if (!cut) expect(text).toBe(head === "" ? tail : `${head}\n${tail}`);
      }),
    );
  });

  it("says so when the tail alone is too long", () => {
    expect(() => fitWithTail("a", "tail".repeat(10), { limit: 20, measure: characters })).toThrow(RangeError);
  });
});

describe("fitBlocks", () => {
  it("keeps what fits, marks the cut and never exceeds the limit", () => {
    const measure = (blocks: Parameters<typeof toPlainText>[0]) => toPlainText(blocks).length;
    fc.assert(
      fc.property(anyBlocks, fc.integer({ min: 10, max: 200 }), (blocks, limit) => {
        const kept = fitBlocks(blocks, { limit, measure });
        expect(measure(kept.blocks)).toBeLessThanOrEqual(limit);
        expect(kept.cut).toBe(measure(blocks) > limit);
        if (kept.cut && kept.blocks.length > 0) expect(toPlainText(kept.blocks.slice(-1))).toMatch(/…$/);
        if (!kept.cut) expect(kept.blocks).toEqual(blocks);
      }),
    );
  });
});
