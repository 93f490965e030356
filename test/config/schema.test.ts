import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KINDS } from "../../src/channels/registry.ts";
import { adviceOn, explain } from "../../src/config/explain.ts";
import { approvalSchema, cadenceSchema, configSchema, wordingSchema } from "../../src/config/schema.ts";

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

describe("a section that is left out", () => {
  const { cadence, wording, approval } = configSchema.parse({ property: { name: "Shop" }, channels: {} });

  it.each([
    ["cadence", cadence, cadenceSchema],
    ["wording", wording, wordingSchema],
    ["approval", approval, approvalSchema],
  ])("says what an empty one says, in the same order: %s", (_, left, schema) => {
    expect(JSON.stringify(left)).toBe(JSON.stringify(schema.parse({})));
  });

  it.each(["cadence", "wording", "approval"])("is checked once it is there: %s", (section) => {
    const parsed = configSchema.safeParse({
      ...{ property: { name: "Shop" }, channels: {} },
      [section]: { rulse: [], lnog: {} },
    });
    const complaint = explain(parsed.error!, "the file", [], configSchema).message;
    expect(complaint).toContain(`unknown key "rulse" in ${section}`);
    expect(complaint).toContain(section === "cadence" ? 'Did you mean "long"?' : 'Did you mean "rules"?');
  });
});

describe("a value that will not do", () => {
  it.each(Object.entries(KINDS))("is told of in our own words, in every field: %s", async (_, load) => {
    const { settings } = await load();
    const { shape } = settings as unknown as { shape: Record<string, typeof configSchema> };
    const unlike = fc.oneof(
      fc.anything(),
      ...["", " ", "C0123456", 0, -1, 1.5, 1e9, [], [""], [7], {}, { cmd: [] }, { a: 1 }, true, null].map(
        (value) => fc.constant(value),
      ),
      fc.string({ minLength: 300, maxLength: 400 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(shape)), unlike, (field, value) => {
        for (const issue of shape[field]!.safeParse(value).error?.issues ?? []) {
          const raw = /Invalid |Too (?:small|big)|expected |received|undefined|Unrecognized/;
          expect(adviceOn(issue)).not.toMatch(raw);
        }
        const whole = settings.safeParse({ [field]: value });
        const { message } = explain(whole.error!, "the file", [], settings);
        expect(message.replace(/"[^"]*"/g, "")).not.toMatch(/Invalid |Too (?:small|big)|expected |received/);
      }),
      { numRuns: 300 },
    );
  });

  it("says what to give: a number, some letters, one of a few", () => {
    expect(told({ name: "" })).toContain("property.name: give text that is not empty");
    expect(told({ name: "x".repeat(101) })).toContain("property.name: give at most 100 characters");
    expect(told({ name: 7 })).toContain("property.name should be text");
  });
});
