import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { wordingSchema } from "../../../src/config/schema.ts";
import { RULES, type Rule } from "../../../src/render/wording/policy.ts";
import { EXAMPLES, figuresAsMarkdown, rulesAsMarkdown } from "./as-markdown.ts";
import { ENDED, OPEN } from "./corpus.ts";
import { rulesOf } from "./tally.ts";

const docs = readFileSync(new URL("../../../docs/wording.md", import.meta.url), "utf8");

describe("docs/wording.md", () => {
  it("has the rules as the code has them", () => {
    expect(Object.keys(EXAMPLES)).toEqual(Object.keys(RULES));
    expect(docs).toContain(rulesAsMarkdown());
  });

  it("has the figures as the corpus gives them", () => {
    expect(docs).toContain(figuresAsMarkdown());
  });

  it("has a configuration that can be read", () => {
    const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(docs) ?? [];
    expect(wordingSchema.parse(parse(example).wording).tickets).toContain("OPS");
  });
});

describe("an example in the docs", () => {
  it.each(Object.entries(EXAMPLES))("of %s is found, and what to write instead is not", (rule, example) => {
    const { instead, write, given = {} } = example;
    expect([...rulesOf({ ...given, message: instead, expect: [] })]).toEqual([rule]);
    // What it lacks is a fact, and the better one has it.
    const owed: Partial<Record<Rule, typeof OPEN>> = { "no-next-update": OPEN, "no-data-sentence": ENDED };
    const facts = rule === "no-next-update" ? owed[rule] : given.facts;
    expect([...rulesOf({ ...given, ...(facts && { facts }), message: write, expect: [] })]).toEqual([]);
  });
});
