import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, it } from "vitest";
import { MANIFEST, ROOT } from "./tarball.ts";

const { path, size, unpackedSize, files } = inject("tarball");
const names = files.map((file) => file.path);
const textOf = (name: string) => readFileSync(join(ROOT, name), "utf8");

/** What a bundled package would load if it were there, and does without. */
const OPTIONAL = { "pg-native": "pg, when told to by NODE_PG_FORCE_NATIVE" };

/** What a package may weigh that people fetch in an emergency, in bytes. */
const BUDGET = 3_000_000;

/** All that may be published; whatever else turns up was not meant to. */
const MEANT: readonly RegExp[] = [
  /^(package\.json|LICENSE|(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|\.statusrc\.example)$/,
  /^bin\/([\w-]+\.js|package\.json)$/,
  /^dist\/[\w.-]+\.c?js$/,
  /^dist\/(third-parties\.txt|schema\.json)$/,
  /^dist\/types\/([\w-]+\/)*[\w-]+\.d\.ts$/,
  /^docs\/([\w-]+\/)?[\w-]+\.md$/,
  /^docs\/images\/\w+\.(svg|webp|png)$/,
  /^templates\/(\w\w\/)?[\w.-]+\.md$/,
];

describe("the package", () => {
  it("holds what is meant to be published, and nothing else", () => {
    expect(names.filter((name) => !MEANT.some((pattern) => pattern.test(name)))).toEqual([]);
    for (const pattern of MEANT.slice(1))
      expect(names, String(pattern)).toContainEqual(expect.stringMatching(pattern));
  });

  it("holds every file that its manifest names", () => {
    const named = [
      ...Object.values(MANIFEST.bin),
      ...Object.values(MANIFEST.exports).flatMap((at) => (typeof at === "string" ? [at] : Object.values(at))),
    ];
    for (const file of named) expect(names).toContain(file.replace(/^\.\//, ""));
  });

  it("holds every template and no built file of yesterday", () => {
    const templates = readdirSync(join(ROOT, "templates"), { recursive: true, encoding: "utf8" });
    for (const template of templates.filter((file) => file.endsWith(".md")))
      expect(names).toContain(`templates/${template}`);
    const reached = new Set(names.filter((name) => name.startsWith("bin/")));
    for (const at of Object.values(MANIFEST.exports))
      if (typeof at !== "string") reached.add(at.default.replace(/^\.\//, ""));
    for (const name of reached)
      for (const [, file] of textOf(name).matchAll(/["'`](?:\.\/|\.\.\/dist\/)([\w.-]+\.c?js)["'`]/g))
        if (names.includes(`dist/${file}`)) reached.add(`dist/${file}`);
    expect(names.filter((name) => /^dist\/[^/]+\.c?js$/.test(name) && !reached.has(name))).toEqual([]);
  });

  it("can be executed, and is not too much to download", () => {
    for (const program of Object.values(MANIFEST.bin)) {
      expect(files.find((file) => file.path === program)!.mode & 0o111).toBe(0o111);
      expect(textOf(program)).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
    process.stdout.write(
      `${names.length} files, ${Math.round(size / 1024)} KiB packed, ${Math.round(unpackedSize / 1024)} KiB unpacked\n`,
    );
    expect(size).toBeLessThan(BUDGET);
  });

  it("tells nothing of the machine that made it", () => {
    for (const name of names) {
      const text = textOf(name);
      expect(text.includes(ROOT.replace(/\/$/, "")), name).toBe(false);
      expect(/^\/\/# sourceMappingURL=/m.test(text), name).toBe(false);
    }
  });

  it("asks npm for what its files import, and for nothing that is built into them", () => {
    const imported = new Set<string>();
    for (const name of names.filter((file) => /^(bin|dist)\/.*\.(c?js|d\.ts)$/.test(file)))
      for (const [, , specifier] of textOf(name).matchAll(
        /(?:^(?:import|export)\b[^"';]*?from\s*|^import\s*|\bimport\(\s*|\b_*require(?:\.resolve)?\(\s*)(?<quote>["'`])([^"'`\n]+)\k<quote>/gm,
      ))
        imported.add(specifier!);
    const others = [...imported]
      .filter((specifier) => !/^[./]|^node:/.test(specifier) && !builtinModules.includes(specifier))
      .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0])
      .filter((name) => !(name in OPTIONAL) && !(name in (MANIFEST.peerDependencies ?? {})));
    expect([...new Set(others)].sort()).toEqual(Object.keys(MANIFEST.dependencies).sort());
  });

  it("carries the licences of what is built into it", () => {
    const notices = textOf("dist/third-parties.txt");
    for (const name of ["zod", "commander", "kysely", "markdown-it", "@slack/web-api"])
      expect(notices).toMatch(new RegExp(`^== ${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, "m"));
    expect(notices.match(/^== .* \(see below\)$/gm)).toBeNull();
  });

  it("is one that publint finds nothing to say of", async () => {
    const tarball = new Uint8Array(readFileSync(path)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true, level: "suggestion" });
    expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
  });
});
