import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documents, ROOT } from "./blocks.ts";

const recipes = documents().flatMap((document) =>
  [...readFileSync(join(ROOT, document), "utf8").matchAll(/^( *)```(\w+)\n(.*?)^\1```$/gms)].map(
    ([, , language, body]) => ({ document, language: language!, body: body!.replace(/\\\n\s*/g, "") }),
  ),
);

describe("the recipes of the documentation", () => {
  it("give every notice of a deploy an end, for the job with its last word may never run", () => {
    const typed = recipes.flatMap(({ document, body }) =>
      body
        .split("\n")
        .filter((line) => /\bannounce deploy/.test(line))
        .map((line) => ({ document, line })),
    );
    const steps = recipes.flatMap(({ document, body }) =>
      body
        .split(/\n(?= *- )/)
        .filter((step) => /^\s*template: deploy/m.test(step))
        .map((line) => ({ document, line })),
    );
    expect(typed.length).toBeGreaterThan(4);
    expect(steps.length).toBeGreaterThan(1);
    for (const { document, line } of typed) expect(line, document).toContain(" --until ");
    for (const { document, line } of steps) expect(line, document).toMatch(/^\s*until: /m);
  });

  it("measure by benchmarks and tests that are there", () => {
    const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" });
    const texts = documents().map((document) => ({
      document,
      text: readFileSync(join(ROOT, document), "utf8"),
    }));
    for (const { document, text } of texts) {
      for (const [, name] of text.matchAll(/\bnode bench\/run\.mjs ([a-z]+)/g))
        expect(existsSync(join(ROOT, "bench", `${name}.ts`)), `${document}: ${name}`).toBe(true);
      for (const [, given] of text.matchAll(/\bvitest run --config \S+((?: test\/[\w./-]+)+)/g))
        for (const path of given!.trim().split(" "))
          expect(
            tests.some((file) => `test/${file}`.startsWith(path)),
            `${document}: ${path}`,
          ).toBe(true);
      if (/\b(?:were measured|measured on|medians? of)\b/.test(text))
        expect(text, `${document} says how it was measured`).toMatch(
          /node bench\/run\.mjs [a-z]+|vitest run --config/,
        );
    }
  });

  it("name the action by one placeholder, which the page says once", () => {
    const used = recipes.flatMap(({ body }) =>
      [...body.matchAll(/uses: (\S+\/status@\S+)/g)].map(([, by]) => by),
    );
    expect(new Set(used)).toEqual(new Set(["OWNER/status@v0"]));
    expect(readFileSync(join(ROOT, "docs/ci.md"), "utf8").match(/`OWNER`/g)).toHaveLength(1);
  });
});
