import { describe, expect, it } from "vitest";
import { COMPONENT_STATES } from "../../src/incident/incident.ts";
import { buildPage, MANIFEST, type PageFile } from "../../src/page/build.ts";
import { specimen } from "../../src/page/specimen.ts";
import { en } from "../../src/page/words/en.ts";
import { at, OUTAGE, PAST, site, type ToldSite } from "./sites.ts";
import { viewOf } from "./views.ts";

/** A folder as builds leave it. */
class Folder {
  readonly files = new Map<string, string>();

  /** Builds into the folder; the paths whose content changed, those taken away with a minus. */
  async build(site: ToldSite): Promise<string[]> {
    const load = async (ids: readonly string[]) => site.incidents.filter(({ id }) => ids.includes(id));
    const standing = {
      manifest: this.files.get(MANIFEST) ?? null,
      has: (path: string) => this.files.has(path),
    };
    const changed: string[] = [];
    for await (const file of buildPage(site, load, standing)) if (this.#put(file)) changed.push(mark(file));
    return changed;
  }

  #put({ path, content }: PageFile): boolean {
    if (content === null) return this.files.delete(path);
    const before = this.files.get(path);
    this.files.set(path, String(content));
    return before !== this.files.get(path);
  }
}

const mark = ({ path, content }: PageFile) => (content === null ? `-${path}` : path);
/** The documents that stay as they are while nothing is said of their incidents. */
const lasting = (paths: readonly string[]) =>
  paths.filter((path) => /^-?(incidents|history)\/(?!index)/.test(path));

const [search, database, kindle] = PAST as [(typeof PAST)[0], (typeof PAST)[0], (typeof PAST)[0]];

describe("a build", () => {
  it("makes a document for every incident and every month, and the front page last of what is read", async () => {
    const paths = await new Folder().build(site(PAST));
    expect(lasting(paths).sort()).toEqual(
      [
        "history/2010-05.html",
        "history/2010-06.html",
        `incidents/${database.id}.html`,
        `incidents/${search.id}.html`,
        `incidents/${kindle.id}.html`,
      ].sort(),
    );
    expect(paths.slice(-3)).toEqual(["status.json", "index.html", MANIFEST]);
  });

  it("touches only the documents of what was said since", async () => {
    const folder = new Folder();
    await folder.build(site(PAST));
    expect(lasting(await folder.build(site(PAST, { revision: 13 })))).toEqual([]);
    const corrected = { ...kindle, told: 2, title: "Kindle downloads fail in Europe" };
    expect(lasting(await folder.build(site([search, database, corrected], { revision: 14 })))).toEqual([
      `incidents/${kindle.id}.html`,
      "history/2010-05.html",
    ]);
  });

  it("writes an open incident again each time, since its promise may have lapsed", async () => {
    const folder = new Folder();
    await folder.build(site([OUTAGE]));
    const later = { revision: 13, generatedAt: at("2010-06-29T18:30:00Z") };
    expect(lasting(await folder.build(site([OUTAGE], later)))).toEqual([`incidents/${OUTAGE.id}.html`]);
  });

  it("writes a document again that somebody took away", async () => {
    const folder = new Folder();
    await folder.build(site(PAST));
    folder.files.delete(`incidents/${search.id}.html`);
    expect(lasting(await folder.build(site(PAST)))).toEqual([`incidents/${search.id}.html`]);
  });

  it("takes a withdrawn incident away, also when the look changes with it", async () => {
    for (const more of [{}, { property: { ...site().property, name: "Another name" } }]) {
      const folder = new Folder();
      await folder.build(site(PAST));
      const changed = lasting(await folder.build(site([search, database], more)));
      expect(changed).toEqual(
        expect.arrayContaining([`-incidents/${kindle.id}.html`, "-history/2010-05.html"]),
      );
      expect([...folder.files.keys()].filter((path) => path.includes(kindle.id))).toEqual([]);
    }
  });

  it("moves an incident to the month in which it really began", async () => {
    const folder = new Folder();
    await folder.build(site(PAST));
    const moved = { ...kindle, told: 2, startedAt: at("2010-04-30T12:00:00Z") };
    expect(lasting(await folder.build(site([search, database, moved])))).toEqual([
      `incidents/${kindle.id}.html`,
      "history/2010-04.html",
      "-history/2010-05.html",
    ]);
  });

  it("writes everything again when the look has changed, or when its record cannot be read", async () => {
    const folder = new Folder();
    const all = lasting(await folder.build(site(PAST)));
    expect(lasting(await folder.build(site(PAST, { components: [] })))).toEqual(
      expect.arrayContaining(all.slice(0, 1)),
    );
    folder.files.set(MANIFEST, "{");
    folder.files.delete(`incidents/${search.id}.html`);
    await folder.build(site(PAST));
    expect(folder.files.has(`incidents/${search.id}.html`)).toBe(true);
  });

  it.each([
    ["a state", { states: { ...en.states, degraded_performance: "Sluggish" } }],
    ["the place of words", { incident: { ...en.incident, nothing: "All was withdrawn." } }],
    ["what no specimen says", { follow: { ...en.follow, mail: "Letters" } }],
  ])("writes everything again when the word for %s has changed", async (_, words) => {
    const folder = new Folder();
    const all = lasting(await folder.build(site(PAST)));
    const manifest = folder.files.get(MANIFEST);
    await folder.build(site(PAST, { words: { language: "en", texts: { ...en, ...words } } }));
    expect(folder.files.get(MANIFEST)).not.toBe(manifest);
    expect(all.length).toBeGreaterThan(0);
  });

  it("makes its specimen of every state, of a telling without words, and of minutes, hours and days", () => {
    const looks = specimen(viewOf(site()));
    for (const state of COMPONENT_STATES.filter((each) => each !== "operational"))
      expect(looks).toContain(en.states[state]);
    expect(looks).toContain(en.incident.nothing);
    for (const duration of ["23 min", "3 h 35 min", "2 d 3 h"]) expect(looks).toContain(duration);
  });
});
