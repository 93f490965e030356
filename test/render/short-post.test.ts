import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitShortPost, shortWords } from "../../src/render/short-post.ts";

const LINK = "https://status.example.org";
const within = (limit: number) => ({ limit, measure: (text: string) => text.length });

describe("a short post", () => {
  it("has promise and link on lines of their own below the words", () => {
    const { text, cut } = fitShortPost("Orders fail.", ["Next update by 20:40.", LINK], within(300));
    expect(text).toBe(`Orders fail.\nNext update by 20:40.\n${LINK}`);
    expect(cut).toBe(false);
  });

  it("says nothing twice that the words say already", () => {
    const words = `Orders fail. Next update by 20:40, or sooner. ${LINK}/`;
    expect(fitShortPost(words, ["Next update by 20:40.", LINK], within(300)).text).toBe(words);
    expect(fitShortPost(`See ${LINK}/help`, [LINK], within(300)).text).toBe(`See ${LINK}/help\n${LINK}`);
  });

  it("leaves out the whole line of a promise that it keeps below", () => {
    const words = `${"Orders fail for many. ".repeat(5)}\nNext update by 20:40, or sooner.`;
    const { text, cut } = fitShortPost(words, ["Next update by 20:40."], within(100));
    expect(text).toMatch(/^(?:Orders fail for many\. ?)+\nNext update by 20:40\.$/);
    expect(cut).toBe(true);
  });

  it("never exceeds the limit, and always keeps its parts", () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 60 }), fc.integer({ min: 60, max: 300 }), (words, limit) => {
        const { text } = fitShortPost(words, ["Next update by 20:40.", LINK], within(limit));
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(text.endsWith(`Next update by 20:40.\n${LINK}`)).toBe(true);
      }),
    );
  });

  it("fails where its parts alone are too long", () => {
    expect(() => fitShortPost("Orders fail.", [LINK], within(10))).toThrow(RangeError);
  });
});

describe("the words of a short post", () => {
  const text = (words: string) => [
    { type: "paragraph" as const, children: [{ type: "text" as const, text: words }] },
  ];
  const message = { subject: "[Investigating] Orders fail", keep: null, link: null };

  it("stand below the subject where nobody worded them", () => {
    const body = text("We are on it.");
    expect(shortWords({ ...message, body, short: "We are on it." }, "Orders fail")).toBe(
      "[Investigating] Orders fail\n\nWe are on it.",
    );
    expect(shortWords({ ...message, body: [], short: "" }, "Orders fail")).toBe(
      "[Investigating] Orders fail",
    );
  });

  it("say once that it is a rehearsal", () => {
    const body = [...text("This is a rehearsal."), ...text("We are on it.")];
    const drill = {
      subject: "DRILL: Orders fail",
      keep: null,
      link: null,
      body,
      short: "DRILL: We are on it.",
    };
    expect(shortWords(drill, "Orders fail")).toBe("DRILL: Orders fail\n\nWe are on it.");
    expect(shortWords({ ...drill, short: "DRILL: On it." }, "Orders fail")).toBe("DRILL: On it.");
  });

  it("are left as they were worded, and where they name the incident", () => {
    const body = text("We are on it.");
    expect(shortWords({ ...message, body, short: "On it." }, "Orders fail")).toBe("On it.");
    const named = "Orders fail for many. We are on it.";
    expect(shortWords({ ...message, body: text(named), short: named }, "Orders fail")).toBe(named);
  });
});
