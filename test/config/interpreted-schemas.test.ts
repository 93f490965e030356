import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KINDS } from "../../src/channels/registry.ts";
import { commonSchema, configSchema } from "../../src/config/schema.ts";

const places = fc.record(
  {
    property: fc.record({ name: fc.string(), locale: fc.string(), nmae: fc.string() }, { requiredKeys: [] }),
    components: fc.array(fc.record({ id: fc.string(), name: fc.anything() }, { requiredKeys: [] })),
    channels: fc.dictionary(fc.string(), fc.record({ kind: fc.string() })),
    cadence: fc.record({ acknowledgeWithin: fc.constantFrom("15m", "15", 15), updates: fc.anything() }),
    wording: fc.record({ tickets: fc.anything(), rules: fc.anything() }, { requiredKeys: [] }),
    store: fc.oneof(fc.string(), fc.integer()),
    stoer: fc.anything(),
  },
  { requiredKeys: [] },
);

/** The command's own build checks values as it goes; from the sources, zod makes functions of its schemas. */
describe("a schema that is interpreted", () => {
  it("says of a configuration what a compiled one says", () => {
    fc.assert(
      fc.property(fc.oneof(places, fc.anything()), (content) => {
        const interpreted = configSchema.safeParse(content, { jitless: true });
        expect(interpreted).toEqual(configSchema.safeParse(content));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(Object.keys(KINDS))("says of the settings of %s what a compiled one says", async (kind) => {
    const { settings } = await KINDS[kind]!();
    const keys = fc.constantFrom("kind", "baseUrl", "url", "token", "to", "from", "directory", "timeout");
    const values = fc.oneof(
      fc.constantFrom(kind, "https://example.com", "env:TOKEN", "a@example.com"),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.dictionary(keys, values), (given) => {
        for (const schema of [settings, commonSchema])
          expect(schema.safeParse(given, { jitless: true })).toEqual(schema.safeParse(given));
      }),
    );
  });
});
