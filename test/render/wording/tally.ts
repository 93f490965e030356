import { checkWording } from "../../../src/render/wording/check.ts";
import { RULES, type Rule } from "../../../src/render/wording/policy.ts";
import { POLICY, type Sample, wordingOf } from "./corpus.ts";

/** The rules that speak of a sample, each once. */
export function rulesOf(sample: Sample): ReadonlySet<Rule> {
  return new Set(checkWording(wordingOf(sample), POLICY).map(({ rule }) => rule));
}

/** What the rules did with some samples, by rule: found and right, not found, found and wrong. */
export function tally(
  samples: readonly Sample[],
): Record<Rule, { hits: number; misses: number; alarms: number }> {
  const names = Object.keys(RULES) as Rule[];
  const counts = Object.fromEntries(
    names.map((rule) => [rule, { hits: 0, misses: 0, alarms: 0 }]),
  ) as ReturnType<typeof tally>;
  for (const sample of samples) {
    const found = rulesOf(sample);
    for (const rule of names) {
      const expected = sample.expect.includes(rule);
      if (expected) counts[rule][found.has(rule) ? "hits" : "misses"]++;
      else if (found.has(rule)) counts[rule].alarms++;
    }
  }
  return counts;
}
