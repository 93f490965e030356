import { describe, expect, it } from "vitest";
import { digest, randomId, slug } from "../../src/base/ids.ts";

describe("slug", () => {
  it("keeps ASCII words in lower case", () => {
    expect(slug("Amazon.com is unavailable")).toBe("amazon-com-is-unavailable");
    expect(slug("Störung: Café")).toBe("storung-cafe");
  });
  it("cuts at a word", () => {
    expect(slug("aaaa bbbb cccc", 10)).toBe("aaaa-bbbb");
  });
  it("is never empty", () => {
    expect(slug("停电")).toBe("untitled");
    expect(slug("")).toBe("untitled");
  });
});

describe("digest", () => {
  it("tells lists apart whose joined text is the same", () => {
    expect(digest("ab", "c")).not.toBe(digest("a", "bc"));
    expect(digest("ab", "c")).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("randomId", () => {
  it("gives 16 characters that differ", () => {
    expect(randomId()).toMatch(/^[0-9a-z]{16}$/);
    expect(randomId()).not.toBe(randomId());
  });
});
