import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCommented } from "../../src/incident/commented.ts";
import {
  type DraftSection,
  publishedText,
  readPostmortem,
  SECTIONS,
  unanswered,
  writePostmortem,
} from "../../src/incident/postmortem.ts";

const QUESTION = "What broke?\nAnd why? At least one action.";
const QUESTIONS = [QUESTION];
const FACTS = "- **Began:** 09:40";

/** A draft of all sections, with what people wrote by the section's id. */
function draft(own: Readonly<Record<string, string>> = {}): string {
  const sections = SECTIONS.map(
    ({ id, kind }): DraftSection => ({
      ...{ id, kind, heading: `## About ${id}`, own: own[id] ?? "" },
      question: kind === "facts" ? null : QUESTION,
      facts: kind === "facts" ? FACTS : id === "actions" ? "" : null,
    }),
  );
  return writePostmortem({ front: 'incident: "x"', preamble: "# Title\n\n<!-- guide -->", sections });
}

const REQUIRED = SECTIONS.filter(({ kind }) => kind === "required").map(({ id }) => id);
const answers = Object.fromEntries(REQUIRED.map((id) => [id, `We say ${id}.`]));
const missing = (source: string) => unanswered(readPostmortem(source), QUESTIONS).map(({ id }) => id);
const published = (source: string) => publishedText(readPostmortem(source), QUESTIONS);
const section = (source: string, id: string) =>
  readPostmortem(source).sections.find((each) => each.id === id)!;

describe("a question", () => {
  it.each([
    ["<br>"],
    ["&nbsp;"],
    ["1.\n2.\n3."],
    ["- \n- "],
    ["[answer]: https://example.com"],
    [`**${QUESTION}**`],
  ])("is not answered by what shows nothing: %j", (answer) => {
    expect(missing(draft({ ...answers, cause: answer }))).toEqual(["cause"]);
  });

  it("is open while nothing stands below it", () => {
    expect(missing(draft())).toEqual(REQUIRED);
    expect(missing(draft(answers))).toEqual([]);
  });

  it("is named with its heading and line", () => {
    const [first] = unanswered(readPostmortem(draft()), QUESTIONS);
    expect(first).toEqual({ id: "summary", heading: "About summary", inComment: false, line: 10 });
    expect(draft().split("\n")[first!.line! - 1]).toBe("## About summary");
  });

  it("is no answer to itself, nor is what stands for one to come", () => {
    for (const nothing of [
      QUESTION,
      `> ${QUESTION.replace("\n", "\n> ")}`,
      "TODO",
      "…",
      "- ?",
      "### Cause",
      "<!-- said -->",
    ])
      expect(missing(draft({ ...answers, cause: nothing })), nothing).toEqual(["cause"]);
    for (const something of ["None, because it worked.", "No.", "7", "### Cause\n\nA cable.", "`x`", "因为"])
      expect(missing(draft({ ...answers, cause: something })), something).toEqual([]);
  });

  it("tells when its answer may have been written into the comment", () => {
    const source = draft(answers).replace(
      /(<!-- required: fix\n)[\s\S]*?-->\n\nWe say fix\./,
      "$1We took it back.\n-->",
    );
    expect(unanswered(readPostmortem(source), QUESTIONS)).toMatchObject([{ id: "fix", inComment: true }]);
  });

  it("is missed where somebody took it away", () => {
    const source = draft(answers).replace(/<!-- required: cause[\s\S]*?-->/, "");
    expect(unanswered(readPostmortem(source), QUESTIONS)).toMatchObject([{ id: "cause", line: null }]);
  });

  it("is answered by what stands above it, below another heading, or beside it in one line", () => {
    const source = draft(answers).replace(
      /## About cause\n\n(<!-- required: cause[\s\S]*?-->)\n\nWe say cause\./,
      "### A cable <!-- required: cause -->\n\nIt was loose.",
    );
    expect(missing(source)).toEqual([]);
    expect(published(source)).toContain("### A cable\n\nIt was loose.");
    const above = draft(answers).replace(/(<!-- required: fix[\s\S]*?-->)\n\n(We say fix\.)/, "$2\n\n$1");
    expect(missing(above)).toEqual([]);
  });
});

describe("what is published", () => {
  it("has neither front matter, title, comments, questions nor what was left open", () => {
    const text = published(draft({ ...answers, process: "We meet. <!-- when? --> Daily." }));
    for (const inner of [
      "incident:",
      "# Title",
      "guide",
      "<!--",
      "-->",
      "What broke?",
      "when?",
      "About whys",
      "facts:",
    ])
      expect(text).not.toContain(inner);
    expect(text).toMatch(
      /^## About summary\n\nWe say summary\.\n\n## About glance\n\n- \*\*Began:\*\* 09:40/,
    );
    expect(text).toContain("We meet.  Daily.");
  });

  it("keeps code as it was written, comments in it and all", () => {
    const code = "```html\n<!-- required: cause -->\n\n\n\n## no heading\n```";
    const text = published(
      draft({ ...answers, cause: `${code}\n\nIn words: \`<!-- x -->\`, and \\<!-- y.` }),
    );
    expect(text).toContain(code);
    expect(text).toContain("`<!-- x -->`, and \\<!-- y.");
  });

  it("has what people wrote beside the facts, and above the first question", () => {
    const source = draft({ ...answers, timeline: "We were too slow." }).replace(
      "<!-- guide -->",
      "To whom it may concern",
    );
    expect(published(source)).toMatch(/^To whom it may concern\n\n## About summary/);
    expect(published(source)).toMatch(/09:40[\s\S]*We were too slow\.$/);
  });

  it("keeps every answer as it stands, and a new draft does too", () => {
    const line = fc.string({ unit: fc.constantFrom(..."abc 1.*_`<!->#[]()\\~:\t😀é|\"'"), maxLength: 30 });
    const answer = fc
      .array(line, { minLength: 1, maxLength: 5 })
      .map((lines) => lines.join("\n"))
      .map((text) => `We ${text.trim()}`.trim())
      // Comments and code that never ends are another matter.
      .filter((text) => {
        const { pieces, unclosed } = readCommented(`${text}\n`);
        return unclosed === null && pieces.every(({ type }) => type !== "comment");
      });
    fc.assert(
      fc.property(fc.record(Object.fromEntries(REQUIRED.map((id) => [id, answer]))), (own) => {
        const source = draft(own);
        expect(missing(source)).toEqual([]);
        const text = published(source);
        for (const id of REQUIRED) {
          expect(text).toContain(own[id]);
          expect(section(source, id).own).toBe(own[id]);
        }
        const kept = Object.fromEntries(readPostmortem(source).sections.map((each) => [each.id, each.own]));
        expect(draft(kept)).toBe(source);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a document that somebody has spoilt", () => {
  it("is taken apart all the same", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "<!-- required: cause\n",
            "-->",
            "<!-- facts: glance -->",
            "<!-- /facts -->",
            "## H\n",
            "```\n",
            "text",
            "\n",
            "---\n",
            "`",
            "\\",
            "> ",
          ),
          { maxLength: 30 },
        ),
        (pieces) => {
          const source = pieces.join("");
          expect(
            readCommented(source)
              .pieces.map(({ raw }) => raw)
              .join(""),
          ).toBe(source);
          const text = published(source);
          if (readPostmortem(source).unclosed === null && !source.includes("`") && !source.includes("\\"))
            expect(text).not.toContain("<!--");
          missing(source);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("names where a comment or code begins that never ends", () => {
    expect(readPostmortem(`${draft()}<!-- and`).unclosed).toEqual({
      what: "comment",
      line: draft().split("\n").length,
    });
    expect(readPostmortem("---\na: 1\n---\n\n```\nx").unclosed).toEqual({ what: "code", line: 5 });
  });
});

describe("facts whose end was taken away", () => {
  it("are said to be open, since what stands beneath would be taken for ours", () => {
    const source = draft(answers).replaceAll("<!-- /facts -->", "");
    expect(readPostmortem(source).unclosed).toMatchObject({ what: "facts" });
    expect(readPostmortem(draft(answers)).unclosed).toBeNull();
  });
});
