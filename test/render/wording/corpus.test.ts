import { describe, expect, it } from "vitest";
import type { Sample } from "./corpus.ts";
import { HELD_OUT } from "./corpus-held-out.ts";
import { RETIRED } from "./corpus-retired.ts";
import { TUNED } from "./corpus-tuned.ts";
import { rulesOf } from "./tally.ts";

const ALL = [...TUNED, ...RETIRED, ...HELD_OUT];
const sorted = (rules: Iterable<string>) => [...rules].sort();

/** What the rules do otherwise than the sample says, in words that name the sample. */
function surprises(samples: readonly Sample[]) {
  return samples.flatMap((sample) => {
    const { expect: right, misses = [], alarms = [] } = sample;
    const found = sorted(rulesOf(sample));
    const known = sorted([...right.filter((rule) => !misses.includes(rule)), ...alarms]);
    return found.join() === known.join() ? [] : [{ message: sample.message, found, known }];
  });
}

describe("the corpus", () => {
  it("is large, half of it good, and a third held out", () => {
    expect(ALL.length).toBeGreaterThanOrEqual(120);
    expect(ALL.filter(({ expect: right }) => right.length === 0).length).toBeGreaterThanOrEqual(
      ALL.length / 2,
    );
    expect(HELD_OUT.length).toBeGreaterThanOrEqual(ALL.length / 3);
  });

  it("has no sample twice", () => {
    const keys = ALL.map((sample) => JSON.stringify(sample));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has no known miss or false alarm among the samples that the rules were tuned with", () => {
    expect([...TUNED, ...RETIRED].filter(({ misses, alarms }) => misses || alarms)).toEqual([]);
  });
});

describe("the wording rules", () => {
  it("find what they should, and nothing else, in the samples they were tuned with", () => {
    expect(surprises([...TUNED, ...RETIRED])).toEqual([]);
  });

  it("find in the samples held out what is noted there, misses and false alarms included", () => {
    expect(surprises(HELD_OUT)).toEqual([]);
  });
});
