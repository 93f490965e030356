import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { REFERENCE } from "../../.ci/reference/pages.ts";
import { readModules } from "../../.ci/reference/source.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");

/** Words that look like an error's code and are none; an entry that the sources do not hold any more fails. */
const NO_ERRORS: Readonly<Record<string, string>> = {
  BAD_ARGUMENTS: "why a program could not be started, within another error's words",
  BAD_URL: "a reason inside the HTTP client, which channels turn into theirs",
  NOT_LOOPBACK: "a reason inside the HTTP client, which channels turn into theirs",
  TOO_LARGE: "a reason inside the HTTP client, which channels turn into theirs",
  ERR_BUFFER_TOO_LARGE: "of Node.js",
  ERR_STREAM_PREMATURE_CLOSE: "of Node.js",
  ERR_MODULE_NOT_FOUND: "of Node.js",
  WORDS_UNHEARD: "a label of the worker's metrics",
  SLACK_MESSAGE_NOT_FOUND: "Slack's word message_not_found, under SLACK_‹WORD›",
};

const VARIABLES = /\benv: \[[^\]]*\]|xdgFolder\([^,]*,|"STATUS_CONFIG"/g;

describe("the generated reference", () => {
  for (const { path, page } of REFERENCE)
    it(`says in ${path} what the code says (else: npm run docs)`, async () => {
      expect(read(path)).toBe(await page(ROOT));
    });

  it("has every code that stands in the sources, and gives each its words", () => {
    const errors = read("docs/reference/errors.md");
    const modules = readModules(ROOT).filter(({ path }) => !path.startsWith("sandbox/"));
    const codes = modules.flatMap(({ text }) =>
      // The names of environment variables are no codes.
      [...text.replace(VARIABLES, "").matchAll(/"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g)].map(
        ([, code]) => code!,
      ),
    );
    const documented = new Set([...errors.matchAll(/^### (\S+)$/gm)].map(([, code]) => code!));
    expect(documented.size).toBeGreaterThan(300);
    expect([...new Set(codes)].filter((code) => !documented.has(code)).sort()).toEqual(
      Object.keys(NO_ERRORS).sort(),
    );
    for (const entry of errors.split(/^### /m).slice(1)) expect(entry).toMatch(/\n\n\S/);
  });

  it("gives every command that does something an example", () => {
    const commands = read("docs/reference/commands.md");
    const lacking = commands
      .split(/^## (?=status )/m)
      .slice(1)
      .filter((section) => !section.includes("```console\n"))
      .map((section) => section.split("\n")[0]);
    expect(lacking).toEqual([]);
  });
});
