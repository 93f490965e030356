import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkWording, type Wording } from "../../../src/render/wording/check.ts";
import { RULES, type Rule } from "../../../src/render/wording/policy.ts";
import { LOOKS } from "../../../src/render/wording/rules.ts";
import { OPEN, POLICY } from "./corpus.ts";

const SOURCES = new URL("../../../src/render/wording/", import.meta.url);

/** Beginnings that patterns take hold of and that never come to an end. */
const FRAGMENTS = [
  "a",
  "a ",
  "a.",
  "a-1.",
  "web-",
  "web-1-",
  "1.",
  "1:",
  "f:",
  "::",
  "-",
  "_",
  "0123456789",
  "Aa",
  "Ab.",
  "é",
  "İ",
  "🚧",
  "\ud800",
  "\u00ad",
  "\u200b",
  " ",
  "\n",
  "\n\n",
  "\t",
  "'",
  '"',
  "“",
  "(",
  "[",
  "{{",
  "{%",
  "${",
  "<%= a",
  "%s ",
  "$",
  "password",
  "password=",
  "password: ",
  "token is ",
  "bearer ",
  "-u a:b",
  "a://b:",
  "a://b:c@",
  "eyJa",
  "eyJaaaaaaaa.",
  "-----BEGIN ",
  "-----BEGIN PRIVATE KEY-----",
  "hooks.slack.com/services/",
  "localhost ",
  "aaaaaaaaaa-aaaaaaaaaa-",
  "version 1.2.3.4 and ",
  "1.1.1.1 ",
  "at a.b(",
  "at async ",
  'File "',
  "goroutine 1 [",
  "#1 /",
  "thread 'a",
  "system.",
  "OPS-1",
  "jane doe ",
  "will ",
  "will be back ",
  "will be back in 30 minutes ",
  "in 30 minutes ",
  "by noon ",
  "eta ",
  "should take about 1 ",
  "1–",
  "wird wieder in ",
  "bis etwa zum ",
  "innerhalb von etwa ",
  "se resolverá en ",
  "en unos ",
  "test ",
  "ignore this ",
  "if we think ",
  "könnte a b ",
  "scheint a a ",
  "outage ",
  "no outage ",
  "still failing ",
  "is fixed ",
  "null ",
  "since null ",
  "update 1 ",
  "12 march ",
  "12:30 ",
  "sorry for any a ",
  "unannehmlichkeiten a b ",
];

const wordingOf = (text: string, phase: "investigating" | "resolved" = "investigating"): Wording => ({
  written: [
    { place: "message", text, audience: "public" },
    { place: "internal", text: text.slice(0, text.length / 2), audience: "internal" },
  ],
  posts: [{ channel: "x", audience: "public", locale: "en", live: true, text, before: `${text} x` }],
  facts: { ...OPEN, phase },
});

describe("hostile text", () => {
  it("gets no more than fifty findings of a rule for each text, whatever it repeats", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: "binary", maxLength: 8 })), {
          maxLength: 300,
        }),
        fc.constantFrom("investigating" as const, "resolved" as const),
        (fragments, phase) => {
          const wording = wordingOf(fragments.join(""), phase);
          const findings = checkWording(wording, POLICY);
          for (const rule of Object.keys(RULES) as Rule[])
            expect(findings.filter((finding) => finding.rule === rule).length).toBeLessThanOrEqual(102);
          for (const { excerpt } of findings) {
            expect([...excerpt].length).toBeLessThanOrEqual(60);
            expect(excerpt).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
          }
          expect(checkWording(wording, POLICY)).toEqual(findings);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("gives every rule places inside the text, in words that are there", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 100 }), (fragments) => {
        const text = fragments.join("").normalize("NFC");
        const wording = wordingOf(text);
        const passage = {
          typed: "message",
          channel: null,
          audience: "public",
          live: true,
          text,
          before: null,
        } as const;
        for (const look of Object.values(LOOKS))
          for (const { start, end } of look.text?.find(passage, wording, POLICY) ?? [])
            expect(0 <= start && start < end && end <= text.length).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ...[
      "a",
      "a-1.",
      "web-1-",
      "1.",
      "1:2:",
      "{{",
      "%s ",
      "-----BEGIN PRIVATE KEY-----",
      "eyJaaaaaaaa.",
      "password=",
    ],
    ...[
      "localhost ",
      "at a.b(",
      "will be back in 30 minutes ",
      "scheint a a ",
      "outage ",
      "is fixed ",
      " ",
      "\n",
    ],
  ])("of 200 kB is checked to its end, where a secret stands: %j again and again", (fragment) => {
    const text = fragment.repeat(Math.ceil(200_000 / fragment.length));
    const findings = checkWording(wordingOf(`${text}\nghp_a8Kd02LmZx93QpVn4RtYw71BcEu5HsJf6GkT`), POLICY);
    expect(findings.map(({ rule }) => rule)).toContain("secret");
  });
});

describe("the patterns", () => {
  it("repeat no group without an upper bound, so that none can go back over its choices without end", () => {
    const offenders = readdirSync(SOURCES).flatMap((file) =>
      (
        readFileSync(new URL(file, SOURCES), "utf8").match(/(?<!\\)\)(?:[*+]|\{\d+,\})[^\n]{0,20}/g) ?? []
      ).map((where) => `${file}: ${where}`),
    );
    expect(offenders).toEqual([]);
  });
});
