import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { setStage } from "../support/stage.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const GUIDE = readFileSync(join(ROOT, "docs/library.md"), "utf8");

/** Each example of the guide, with what it prints. */
const EXAMPLES = [...GUIDE.matchAll(/^```ts\n(.*?)^```\n\n^```text\n(.*?)^```$/gms)].map(
  ([, code, printed]) => ({ code: code!, printed: printed! }),
);

describe("docs/library.md", () => {
  it("has an output under every example", () => {
    expect(EXAMPLES.length).toBeGreaterThan(5);
    expect(EXAMPLES).toHaveLength(GUIDE.split("```ts\n").length - 1);
  });

  it("has examples that print what stands there, and nothing else, one after the other", async () => {
    const { folder } = await setStage();
    const home = join(folder, "node_modules/status");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), '{ "type": "module", "exports": "./index.js" }');
    writeFileSync(join(home, "index.js"), `export * from ${JSON.stringify(join(ROOT, "dist/index.cjs"))};\n`);
    for (const [index, { code, printed }] of EXAMPLES.entries()) {
      const file = join(folder, `example-${index}.mjs`);
      writeFileSync(file, code);
      const env = { HOME: folder, PATH: process.env.PATH };
      const ran = await run(process.execPath, [file], { cwd: folder, env });
      expect(ran).toEqual({ stdout: printed, stderr: "" });
    }
  }, 120_000);

  it("has examples that the types agree with", async () => {
    const { folder } = await setStage();
    for (const [index, { code }] of EXAMPLES.entries())
      writeFileSync(join(folder, `example-${index}.ts`), code);
    const base = JSON.parse(readFileSync(join(ROOT, "tsconfig.json"), "utf8")) as {
      compilerOptions: Record<string, unknown>;
    };
    const compilerOptions = {
      ...{ ...base.compilerOptions, noEmit: true, skipLibCheck: true },
      ...{ paths: { status: [join(ROOT, "src/index.ts")] } },
      ...{ typeRoots: [join(ROOT, "node_modules/@types")], types: ["node"] },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const checked = await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(checked.stdout).toBe("");
  }, 120_000);
});
