import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exec, folderOf, install } from "./installed.ts";
import { MANIFEST, ROOT } from "./tarball.ts";

const TSC = join(ROOT, "node_modules", "typescript", "bin", "tsc");
const STRICT = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  target: "es2022",
  lib: ["es2023"],
  types: ["node"],
  // Our declarations are checked too, and those that they lead to.
  skipLibCheck: false,
};

describe("a consumer's type checker", () => {
  let folder: string;
  let project: string;
  beforeAll(async () => {
    folder = folderOf("types");
    const { version } = JSON.parse(
      readFileSync(join(ROOT, "node_modules", "@types", "node", "package.json"), "utf8"),
    ) as { version: string };
    project = await install(dirname(process.execPath), folder, `@types/node@${version}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    { module: "nodenext", moduleResolution: "nodenext" },
    { module: "esnext", moduleResolution: "bundler" },
  ])("takes what is exported, with moduleResolution $moduleResolution", async (resolution) => {
    write(project, resolution, ["", "/channel"]);
    expect(await check(project)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("takes the suite for channels, beside vitest", async () => {
    for (const peer of ["vitest", "fast-check"])
      symlinkSync(join(ROOT, "node_modules", peer), join(project, "node_modules", peer));
    // What vitest itself declares is not ours to answer for.
    write(project, { module: "nodenext", skipLibCheck: true }, ["/channel", "/conformance"]);
    expect(await check(project)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("is told of a name that is not there", async () => {
    write(project, { module: "nodenext" }, [""]);
    writeFileSync(
      join(project, "index.ts"),
      `import { nothing } from "${MANIFEST.name}";\nexport { nothing };\n`,
    );
    expect(await check(project)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("no exported member"),
    });
  });
});

function write(
  project: string,
  options: Readonly<Record<string, unknown>>,
  entries: readonly string[],
): void {
  const config = { compilerOptions: { ...STRICT, ...options }, files: ["index.ts"] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
  const lines = entries.map((entry, index) => `import * as entry${index} from "${MANIFEST.name}${entry}";`);
  const all = entries.map((_, index) => `entry${index}`).join(", ");
  writeFileSync(
    join(project, "index.ts"),
    `${lines.join("\n")}\nexport const names: readonly string[] = [${all}].flatMap((entry) => Object.keys(entry));\n`,
  );
}

const check = (project: string) => exec(process.execPath, [TSC, "-p", project], { cwd: project });
