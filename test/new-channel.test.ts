import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;
const LEFT_OUT = ["node_modules", "dist", ".git"].map((name) => join(ROOT, name));
const run = promisify(execFile);

describe("npm run new:channel", () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "status-new-channel-"));
    cpSync(ROOT, copy, { recursive: true, filter: (path) => !LEFT_OUT.includes(path) });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    execFileSync("git", ["init", "--quiet"], { cwd: copy });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const bin = (name: string, ...argv: string[]) =>
    run(process.execPath, [join(ROOT, "node_modules", name), ...argv], { cwd: copy }).then(
      () => "passes",
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );

  it("refuses a name that is none, and one that is there already, and writes nothing", async () => {
    const before = readFileSync(join(copy, "src/channels/registry.ts"), "utf8");
    for (const name of ["Pager", "slack", "../x", ""])
      await expect(run(process.execPath, [".ci/new-channel.mjs", name], { cwd: copy })).rejects.toThrow(
        /lower-case letters|there already/,
      );
    expect(readFileSync(join(copy, "src/channels/registry.ts"), "utf8")).toBe(before);
  });

  it("makes a kind that passes types, lint, dead code, the house's rules and its conformance test at once", async () => {
    const { stdout } = await run(process.execPath, [".ci/new-channel.mjs", "pager"], { cwd: copy });
    expect(stdout).toContain("src/channels/pager/index.ts");
    expect(await bin("typescript/bin/tsc", "--noEmit")).toBe("passes");
    expect(await bin("@biomejs/biome/bin/biome", "check", ".")).toBe("passes");
    expect(await bin("knip/bin/knip.js")).toBe("passes");
    expect(
      await bin(
        "vitest/vitest.mjs",
        ...["run", "--config", "test/vitest.config.ts", "test/architecture.test.ts"],
        "test/channels/conformance/pager.test.ts",
      ),
    ).toBe("passes");
  }, 240_000);
});
