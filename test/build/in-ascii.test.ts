import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const PLUGIN = new URL("../../.ci/in-ascii.mjs", import.meta.url).href;
const { inAscii } = (await import(PLUGIN)) as { inAscii(): Plugin };

describe("a chunk in ASCII", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "status-ascii-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function built(code: string): Promise<{ text: string; said: unknown }> {
    const [source, file] = [join(folder, "main.js"), join(folder, "main.cjs")];
    writeFileSync(source, code);
    const bundle = await rolldown({
      input: source,
      platform: "node",
      logLevel: "silent",
      plugins: [inAscii()],
    });
    await bundle.write({ file, format: "cjs", minify: true });
    await bundle.close();
    return { text: readFileSync(file, "utf8"), said: createRequire(file)(file).said };
  }

  it("says what it said", async () => {
    const { text, said } = await built(
      String.raw`const tag = ({ length }, ...given) => length + given.join("");
      export const said = ["é…", 'a\é\\é', ${"`”${1}“`"}, tag${"`–${2}–`"}, "🔥".length, /^[à-ü🔥]+$/u.test("ä🔥é"), /\é\\|–/.test("–")];`,
    );
    expect(text).toMatch(/^[\0-\x7f]*$/);
    expect(said).toEqual(["é…", "aé\\é", "”1“", "22", 2, true, true]);
  });

  it("stays as it is where a name is not ASCII", async () => {
    const { text, said } = await built('globalThis.größe = "ü"; export const said = globalThis.größe;');
    expect(text).toContain("größe");
    expect(said).toBe("ü");
  });

  it("is not made where a text is read as it stands", async () => {
    await expect(built("export const said = String.raw`ü`;")).rejects.toThrow("ü");
  });
});
