import { describe, expect, it } from "vitest";
import { explain } from "../../src/config/explain.ts";
import { configSchema } from "../../src/config/schema.ts";

/** What the user is told of a configuration with these parts; null where it is taken. */
function told(property: object, source?: object): string | null {
  const parsed = configSchema.safeParse({
    property: { name: "Shop", ...property },
    components: source === undefined ? [] : [{ id: "cloud", name: "Cloud", source }],
    channels: {},
  });
  return parsed.success ? null : explain(parsed.error, "the file", [], configSchema).message;
}

describe("an address", () => {
  it.each(["https://reader:sesame@example.com", "https://reader@example.com/health"])(
    "holds no user name or password: %s",
    (address) => {
      const complaint = "leave the user name and password out of the address";
      expect(told({ url: address })).toContain(`property.url: ${complaint}`);
      expect(told({ statusUrl: address })).toContain(`property.statusUrl: ${complaint}`);
      expect(told({}, { statuspage: address })).toContain(`components.0.source.statuspage: ${complaint}`);
      expect(told({}, { feed: address })).toContain(`components.0.source.feed: ${complaint}`);
    },
  );

  it("may hold an @ further on, and a query", () => {
    const address = "https://example.com/@shop?who=a@example.com";
    expect(told({ url: address }, { feed: address })).toBeNull();
  });
});

describe("another dashboard", () => {
  it("is named by one address", () => {
    const address = "https://example.com";
    expect(told({}, { statuspage: address })).toBeNull();
    for (const source of [{}, { statuspage: address, feed: address }])
      expect(told({}, source)).toContain("components.0.source: give either statuspage: or feed:");
    expect(told({}, { rss: address })).toContain('unknown key "rss"');
  });
});
