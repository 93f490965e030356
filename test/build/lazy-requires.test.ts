import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const PLUGIN = new URL("../../.ci/lazy-requires.mjs", import.meta.url).href;
const { lazyRequires } = (await import(PLUGIN)) as { lazyRequires(): Plugin };

/** What was read, in order: each module of these programs tells when. */
const SEEN = "globalThis.seen.push";

describe("a chunk that the build has made", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "status-lazy-"));
    (globalThis as { seen?: string[] }).seen = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Builds these modules, of which each is a chunk, and reads `main`. */
  async function built(
    modules: Readonly<Record<string, string>>,
    minify = true,
  ): Promise<Record<string, () => unknown>> {
    const source = join(folder, "src");
    mkdirSync(source);
    for (const [name, code] of Object.entries(modules)) writeFileSync(join(source, name), code);
    const bundle = await rolldown({
      input: Object.fromEntries(
        Object.keys(modules).map((name) => [name.split(".")[0]!, join(source, name)]),
      ),
      platform: "node",
      logLevel: "silent",
      plugins: [lazyRequires()],
    });
    await bundle.write({ dir: join(folder, "dist"), format: "cjs", entryFileNames: "[name].cjs", minify });
    await bundle.close();
    return createRequire(join(folder, "dist/main.cjs"))("./main.cjs");
  }
  const seen = () => (globalThis as { seen?: string[] }).seen;

  it("reads another at the first use of it, once", async () => {
    const { main } = await built({
      "main.js": `import { say } from "./other.js"; ${SEEN}("main"); export const main = () => say() + say();`,
      "other.js": `${SEEN}("other"); export const say = () => "said";`,
    });
    expect(seen()).toEqual(["main"]);
    expect(main!()).toBe("saidsaid");
    expect(seen()).toEqual(["main", "other"]);
  });

  it.each([true, false])(
    "uses what it imports in every place where a name may stand (minified: %s)",
    async (minify) => {
      const { main } = await built(
        {
          "main.js": `import fallback, { Thing, word, tell } from "./other.js";
          import * as all from "./other.js";
          import { basename } from "node:path";
          const shorthand = () => ({ word, tell });
          function shadowed(word) { return word; }
          class Own extends Thing { word() { return word; } }
          export function main() {
            const { word: renamed } = shorthand();
            return [new Thing("new").name, new Own("own").word(), shadowed("its own"), renamed, fallback(), all.word,
              tell\`a \${word}\`, typeof tell, [word].map((each) => each), basename("/a/b"), word in { word: 1 }];
          }`,
          "other.js": `export class Thing { constructor(name) { this.name = name; } }
          export const word = "word"; export const tell = ({ raw }, ...given) => raw.join("-") + given;
          export default () => "default";`,
        },
        minify,
      );
      expect(main!()).toEqual([
        ...["new", "word", "its own", "word", "default", "word", "a -word", "function", ["word"], "b", true],
      ]);
    },
  );

  it("sees what another exports as it is by then", async () => {
    const { main } = await built({
      "main.js": `import { count, more } from "./other.js"; export const main = () => [count, more(), count];`,
      "other.js": `export let count = 0; export const more = () => ++count;`,
    });
    expect(main!()).toEqual([0, 1, 1]);
  });

  it("knows each other where two import one another", async () => {
    const { main } = await built({
      "main.js": `import { back } from "./other.js"; export const name = "main"; export const main = () => back();`,
      "other.js": `import { name } from "./main.js"; export const back = () => "from " + name;`,
    });
    expect(main!()).toBe("from main");
  });
});
