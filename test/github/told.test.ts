import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { describe, expect, it, onTestFinished } from "vitest";
import { outputsOf, writeOutputs } from "../../src/github/outputs.ts";
import { type Result, readResults } from "../../src/github/result.ts";
import { summarize } from "../../src/github/summary.ts";
import { annotate, annotationLine } from "../../src/github/workflow-commands.ts";
import { commandsIn, outputsIn } from "../support/runner.ts";

/** As a reader who lets HTML through, which GitHub does in part: whatever is inert here is inert there. */
const reader = new MarkdownIt({ html: true, linkify: true });
const HOSTILE = [
  "::set-output name=x::y",
  "a\n::error::b",
  "##[add-mask]a",
  "<!-- c",
  "</td><script>alert(1)</script>",
  "a | b | c",
  "`x` ``` ~~~",
  "[x](javascript:alert(1)) ![i](http://example.com/i.png)",
  "**b** _i_ ~~s~~ # h",
  "> q",
  "- l",
  "@everyone :tada: $x$ &amp; &#60;",
  "https://evil.example www.evil.example a@evil.example",
  "\u202egnp \u0000 \u001b[2J",
];
const words = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string(),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 3 }).map((all) => all.join(" ")),
);
const document = fc.record({
  outcome: words,
  incident: fc.record({
    id: words,
    title: words,
    type: fc.constant("incident"),
    phase: words,
    impact: words,
  }),
  deliveries: fc.array(
    fc.record({
      channel: words,
      kind: words,
      state: fc.constantFrom("sent", "refused", "unknown", "skipped"),
      reason: words,
      url: fc.oneof(words, fc.webUrl()),
      text: words,
      error: fc.record({ code: words, message: words, hint: words }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  silent: fc.array(words, { maxLength: 2 }),
  error: fc.record({ code: words, message: words, hint: words }),
  due: fc.array(
    fc.record({
      ...{ incident: words, title: words, kind: words, dueAt: words, overdue: fc.boolean() },
      command: words,
    }),
    { maxLength: 2 },
  ),
  checks: fc.array(fc.record({ channel: words, name: words, level: words, message: words, hint: words }), {
    maxLength: 2,
  }),
  findings: fc.array(fc.record({ level: words, rule: words, message: words }), { maxLength: 2 }),
});
const read = (value: unknown): Result[] => readResults(JSON.stringify(value));

describe("the summary of a job", () => {
  it("makes tables, and nothing else of what people wrote", () => {
    fc.assert(
      fc.property(document, fc.boolean(), (value, dryRun) => {
        const html = reader.render(summarize("announce", read(value), 5, dryRun));
        const tags = new Set([...html.matchAll(/<\/?([a-z!][\w-]*)/gi)].map(([, tag]) => tag!.toLowerCase()));
        for (const tag of tags)
          expect("h3 h4 p strong table thead tbody tr th td a pre code ul li".split(" ")).toContain(tag);
        for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^https?:/);
        for (const [row] of html.matchAll(/<tr>.*?<\/tr>/gs)) expect(row.match(/<t[hd]>/g)).toHaveLength(5);
        const rows = (html.match(/<tr>/g) ?? []).length;
        const tables = (html.match(/<table>/g) ?? []).length;
        expect(rows - tables).toBe(value.deliveries.length + value.due.length + value.checks.length);
      }),
      { numRuns: 300 },
    );
  });

  it("shows names and reasons as they are", () => {
    const told = {
      channel: "a|b",
      kind: "slack",
      state: "refused",
      error: { code: "X", message: "<b> `c` | d" },
    };
    const html = reader.render(
      summarize("update", read({ outcome: "partial", deliveries: [told] }), 5, false),
    );
    expect(html).toContain("<td>a|b</td>");
    expect(html).toContain("&lt;b&gt; `c` | d");
  });

  it("has each channel's text in a dry run, whole and inert", () => {
    const text = "Before\n```\n<script>\n````text\n::error::x\nAfter";
    const deliveries = [{ channel: "x", kind: "twitter", state: "skipped", text }];
    const html = reader.render(summarize("announce", read({ outcome: "dry-run", deliveries }), 0, true));
    expect(html).toContain("&lt;script&gt;\n````text\n::error::x\nAfter\n</code></pre>");
    expect(summarize("announce", read({ outcome: "dry-run", deliveries }), 0, false)).not.toContain("After");
  });

  it("stays below what GitHub takes, and says what is missing", () => {
    const deliveries = Array.from({ length: 60 }, (_, index) => ({
      ...{ channel: `c${index}`, kind: "webhook", state: "skipped", text: "ä".repeat(25_000) },
    }));
    const summary = summarize("announce", read({ outcome: "dry-run", deliveries }), 0, true);
    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
    expect(summary).toContain("| c59 |");
    expect(summary).toMatch(/\d+ more parts are left out/);
  });
});

describe("the annotations of a step", () => {
  const lines = (value: unknown, fails = true) => annotate(read(value), "update", fails).map(annotationLine);

  it("are the only commands, whatever people wrote", () => {
    fc.assert(
      fc.property(document, (value) => {
        const written = lines(value);
        const commands = commandsIn(written.join("\n"));
        expect(commands).toHaveLength(written.length);
        for (const { name, properties } of commands) {
          expect(["error", "warning"]).toContain(name);
          expect(properties).toMatch(/^title=[^,:]*$/);
        }
      }),
    );
  });

  it("name who is silent, what is unknown, and why; an optional channel is a warning", () => {
    const error = { code: "X", message: "the forum said no", hint: "Ask for the right." };
    const deliveries = [
      { channel: "sellers", kind: "discourse", state: "refused", error },
      { channel: "x", kind: "twitter", state: "unknown" },
      { channel: "extra", kind: "webhook", state: "waiting", required: false, error },
      { channel: "page", kind: "page", state: "verified", verification: "seen" },
      { channel: "ops", kind: "slack", state: "skipped", reason: "left out by --except" },
    ];
    expect(lines({ outcome: "unknown", deliveries })).toEqual([
      "::error title=status%3A sellers is silent::the forum said no — Ask for the right.",
      "::error title=status%3A x is unknown%3A it may be out; look before it is repeated::x: unknown",
      "::warning title=status%3A extra is silent::the forum said no — Ask for the right.",
    ]);
    expect(
      lines({ outcome: "unknown", deliveries }, false).every((line) => line.startsWith("::warning ")),
    ).toBe(true);
  });

  it("are no more than GitHub shows, and the last names the rest", () => {
    const deliveries = Array.from({ length: 25 }, (_, index) => ({
      ...{ channel: `c${index}`, kind: "webhook", state: "refused" },
    }));
    const written = lines({ outcome: "silent", deliveries });
    expect(written).toHaveLength(10);
    expect(written.at(-1)).toContain("and 16 more: ");
    expect(written.at(-1)).toContain("c24");
  });
});

describe("the outputs of a step", () => {
  it("reach later steps as they are, and set nothing else", () => {
    const folder = mkdtempSync(join(tmpdir(), "status-outputs-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    fc.assert(
      fc.property(document, (value) => {
        const file = join(folder, String(Math.random()));
        const outputs = outputsOf(read(value), JSON.stringify(value), 5);
        writeOutputs(file, outputs);
        expect(outputsIn(readFileSync(file, "utf8"))).toEqual(outputs);
      }),
    );
  });

  it("end each value by a word that no other run has", () => {
    const folder = mkdtempSync(join(tmpdir(), "status-outputs-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "outputs");
    writeOutputs(file, { outcome: "delivered" });
    const [, end] = /<<(.*)\n/.exec(readFileSync(file, "utf8"))!;
    writeOutputs(file, { url: `x\n${end}\nincident=other` });
    expect(outputsIn(readFileSync(file, "utf8"))).toEqual({
      outcome: "delivered",
      url: `x\n${end}\nincident=other`,
    });
  });

  it("leave the document out where a runner would not take it", () => {
    const long = JSON.stringify({
      outcome: "dry-run",
      deliveries: [{ channel: "x", kind: "x", state: "skipped", text: "x".repeat(600_000) }],
    });
    expect(outputsOf(readResults(long), long, 0)).toMatchObject({ outcome: "dry-run", json: "" });
  });
});
