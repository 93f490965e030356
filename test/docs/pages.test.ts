import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { documents, ROOT } from "./blocks.ts";

const wordsOf = (document: string) =>
  readFileSync(join(ROOT, document), "utf8").replace(/^( *)```.*?^\1```/gms, "");

/** The files of this project that a page leads to, or shows. */
function leadsTo(document: string): string[] {
  const links = wordsOf(document).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g);
  return [...links].map(([, target]) => normalize(join(dirname(document), target!)));
}

describe("the pages of the documentation", () => {
  it("can all be reached from the README, and most from the map", () => {
    const seen = new Set(["README.md"]);
    for (const page of seen)
      for (const next of leadsTo(page))
        if (next.endsWith(".md") && existsSync(join(ROOT, next))) seen.add(next);
    expect(documents().filter((document) => !seen.has(document))).toEqual([]);
    const listed = new Set(["docs/README.md", ...leadsTo("docs/README.md")]);
    const guides = documents().filter((document) => /^docs\/[^/]+\.md$/.test(document));
    expect(guides.filter((guide) => !listed.has(guide))).toEqual([]);
  });

  for (const document of documents().filter((path) => !path.includes("/decisions/0")))
    it(`begin with what they are for, in ${document}`, () => {
      const text = readFileSync(join(ROOT, document), "utf8").replace(/^<!--.*?-->\n*/gms, "");
      const [heading, first] = text.split(/\n{2,}/);
      expect(heading).toMatch(/^# [^\n]+$/);
      expect(first).toMatch(/^[\p{L}`*[]/u);
    });
});

describe("the pages in the package", () => {
  it("lead only to files that are in it", () => {
    const argv = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const output = execFileSync("npm", argv, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }];
    const packed = new Set(files.map(({ path }) => path));
    const pages = documents().filter((document) => packed.has(document));
    expect(pages).toEqual(documents());
    for (const page of pages)
      for (const target of leadsTo(page)) expect([...packed], `${page} leads to ${target}`).toContain(target);
  }, 60_000);
});
