import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pauseBefore } from "../../src/broadcast/retry-policy.ts";

const NOW = new Date("2026-11-23T03:10:00Z");
const fates = fc.constantFrom("refused" as const, "unknown" as const);

describe("pauseBefore", () => {
  it("never repeats what was refused or may be out", () => {
    fc.assert(
      fc.property(fates, fc.integer({ min: 1, max: 9 }), (fate, attempt) => {
        expect(pauseBefore(attempt, { fate, retryAt: null }, NOW, 60_000, 0.5)).toBeNull();
      }),
    );
  });

  it("keeps the time that the vendor states, and gives up where the deadline comes first", () => {
    const retryAt = new Date(NOW.getTime() + 5000);
    expect(pauseBefore(1, { fate: "not-sent", retryAt }, NOW, 60_000, 0.9)).toBe(5000);
    expect(pauseBefore(1, { fate: "not-sent", retryAt }, NOW, 4000, 0.9)).toBeNull();
  });

  it("does not wait for a time that has passed", () => {
    expect(pauseBefore(1, { fate: "not-sent", retryAt: new Date(0) }, NOW, 60_000, 0)).toBe(0);
  });

  it("waits longer each time, with jitter, and stops after four attempts", () => {
    const pauses = [1, 2, 3, 4].map((attempt) =>
      pauseBefore(attempt, { fate: "not-sent", retryAt: null }, NOW, 60_000, 0),
    );
    expect(pauses).toEqual([250, 500, 1000, null]);
  });

  it("never waits beyond the deadline", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.nat(5000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, left, random) => {
          const pause = pauseBefore(attempt, { fate: "not-sent", retryAt: null }, NOW, left, random);
          expect(pause === null || pause < left).toBe(true);
        },
      ),
    );
  });
});
