import { describe, expect, it } from "vitest";
import { buildPage, MANIFEST } from "../../src/page/build.ts";
import type { PageAction } from "../../src/page/site.ts";
import { createTimes } from "../../src/page/times.ts";
import { bundledWords } from "../../src/page/words/index.ts";
import { EXPLAINED, PROMISED } from "./crowds.ts";
import { at, filesOf, PAST, site, type ToldSite } from "./sites.ts";
import { HOSTILE } from "./views.ts";

const INCIDENT = `incidents/${EXPLAINED.id}.html`;
const told = (actions: readonly PageAction[], more: Partial<ToldSite> = {}) =>
  site([EXPLAINED, ...PAST], { actions, ...more });
const pageOf = async (given: ToldSite, path = "index.html") => (await filesOf(given)).get(path) ?? "";
const action = (more: Partial<PageAction> = {}): PageAction => ({ ...PROMISED[0]!, ...more });
/** What a reader sees, in one line. */
const words = (page: string) => page.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
const section = (page: string) => /<section class="actions"[\s\S]*?<\/section>/.exec(page)?.[0] ?? "";

describe("the page of an incident", () => {
  it("shows what was promised after it, until and after it is carried out", async () => {
    const shown = words(section(await pageOf(told(PROMISED), INCIDENT)));
    expect(shown).toContain("What we promised to improve");
    expect(shown).toContain("An alarm on empty answers Due by July 14, 2010");
    expect(shown).toContain("A rehearsal every quarter Still to be done");
    expect(shown).toContain("The index is never empty while it is built Carried out June 20, 2010");
    // Most pressing first, what is done last.
    expect(shown).toMatch(/second index.*alarm.*rehearsal.*never empty/);
    expect(shown).not.toContain("One place to report trouble");
  });

  it("has nothing of it where nothing was promised", async () => {
    expect(section(await pageOf(told(PROMISED), `incidents/${PAST[0]!.id}.html`))).toBe("");
  });

  it("says a day as every reader has it, wherever their clocks stand", () => {
    const { date } = createTimes("en-US", "America/Los_Angeles");
    expect(date(at("2010-07-15T06:59:00Z")).markup).toBe('<time datetime="2010-07-14">July 14, 2010</time>');
  });

  it("is rewritten when its promises change, and no other page of what is over", async () => {
    const files = new Map<string, string>();
    const build = async (given: ToldSite) => {
      const changed: string[] = [];
      const load = async (ids: readonly string[]) => given.incidents.filter(({ id }) => ids.includes(id));
      const standing = { manifest: files.get(MANIFEST) ?? null, has: (path: string) => files.has(path) };
      for await (const { path, content } of buildPage(given, load, standing)) {
        if (files.get(path) !== String(content) && path.startsWith("incidents/")) changed.push(path);
        files.set(path, String(content));
      }
      return changed;
    };
    expect(await build(told([action()]))).toHaveLength(4);
    expect(await build(told([action()]))).toEqual([]);
    expect(await build(told([action({ doneAt: at("2010-06-29T17:00:00Z") })]))).toEqual([INCIDENT]);
    expect(await build(told([]))).toEqual([INCIDENT]);
    expect(await build(told([action({ incidentId: null })]))).toEqual([]);
  });
});

describe("the front page", () => {
  it("shows what is still to be done, with the incident that it follows from", async () => {
    const shown = section(await pageOf(told(PROMISED)));
    expect(words(shown)).toContain("An alarm on empty answers Due by July 14, 2010 Search finds nothing");
    expect(words(shown)).toContain("One place to report trouble");
    expect(words(shown)).not.toContain("never empty");
    expect(shown).toContain(`href="${INCIDENT}"`);
  });

  it("says nothing of it once everything is carried out", async () => {
    expect(section(await pageOf(told([action({ doneAt: at("2010-06-29T17:00:00Z") })])))).toBe("");
  });

  it("lists ten, and says how many more there are", async () => {
    const many = Array.from({ length: 13 }, (_, index) =>
      action({ id: String(index), text: `Promise ${index}.` }),
    );
    const shown = section(await pageOf(told(many)));
    expect(shown.match(/Promise \d+\./g)).toHaveLength(10);
    expect(words(shown)).toContain("3 more stand on the pages of their incidents");
  });

  it("speaks every language that the page speaks", async () => {
    for (const [language, texts] of Object.entries(bundledWords)) {
      const shown = section(await pageOf(told(PROMISED, { words: { language, texts } })));
      expect(shown).toContain(texts.headings.actions);
    }
  });
});

describe("the words of a promise", () => {
  it("are words, whatever they look like", async () => {
    for (const text of HOSTILE) {
      const files = await filesOf(told([action({ text })]));
      const clean = await filesOf(told([action({ text: "Plain" })]));
      for (const path of ["index.html", INCIDENT]) {
        const tags = (page: string) => page.match(/<[a-z/!][^>]*>/g)?.length;
        expect(tags(section(files.get(path)!))).toBe(tags(section(clean.get(path)!)));
      }
    }
  });

  it("stand in status.json while there is something to do", async () => {
    const { actions } = JSON.parse(await pageOf(told(PROMISED), "status.json"));
    expect(actions[0]).toEqual({
      ...{ id: "a2", incident: EXPLAINED.id, text: PROMISED[1]!.text, dueAt: "2010-07-01T06:59:00.000Z" },
    });
    expect(actions).toHaveLength(4);
  });
});
