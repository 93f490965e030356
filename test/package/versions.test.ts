import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, exec, folderOf, install, plainEnv } from "./installed.ts";
import { LINES, nodeOf } from "./nodes.ts";
import { MANIFEST } from "./tarball.ts";

const nodes = await Promise.all(LINES.map(async (line) => ({ line, node: await nodeOf(line) })));

for (const { line, node } of nodes) {
  if (node === null) process.stderr.write(`skipped: the registry has no Node.js ${line} for this platform\n`);
  describe.skipIf(node === null)(`installed by Node.js ${node?.version ?? line}`, () => {
    let folder: string;
    let project: string;
    const run = (argv: readonly string[], within = "work here"): Promise<Ended> => {
      const cwd = join(folder, within);
      mkdirSync(cwd, { recursive: true });
      const program = join(project, "node_modules", ".bin", "status");
      return exec(program, argv, { cwd, env: plainEnv(node!.folder, folder) });
    };
    const evaluate = (source: string) =>
      exec("node", ["--input-type=module", "--eval", source], {
        cwd: project,
        env: plainEnv(node!.folder, folder),
      });

    beforeAll(async () => {
      folder = folderOf(line);
      project = await install(node!.folder, folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("brings few packages along", () => {
      const modules = join(project, "node_modules");
      const brought = readdirSync(modules, { encoding: "utf8" })
        .filter((name) => !name.startsWith("."))
        .flatMap((name) => (name.startsWith("@") ? readdirSync(join(modules, name)) : [name]));
      process.stdout.write(
        `Node.js ${node!.version}: ${brought.length} packages, ${megabytes(modules)} MB\n`,
      );
      expect(brought.length).toBeLessThan(15);
    });

    it("says its version and its help", async () => {
      expect((await evaluate("process.stdout.write(process.version)")).stdout).toBe(`v${node!.version}`);
      const version = await run(["--version"]);
      expect(version).toEqual({ code: 0, stdout: `${MANIFEST.version}\n`, stderr: "" });
      const help = await run(["--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toContain("status announce");
    });

    it("plays the drill to its end", async () => {
      const { code, stdout, stderr } = await run(["drill", "amazon-2010"]);
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("From outage to first word: 5 minutes.");
    });

    it("writes a configuration, proves it, and keeps a ledger", async () => {
      const set = await run(["init", "--yes", "--property", "Example Shop"], "a shop");
      expect({ code: set.code, stderr: set.code === 0 ? "" : set.stderr }).toEqual({ code: 0, stderr: "" });
      const doctor = await run(["doctor", "--json"], "a shop");
      expect([0, 3]).toContain(doctor.code);
      const { version, checks } = JSON.parse(doctor.stdout) as {
        version: number;
        checks: { channel: string }[];
      };
      expect(version).toBe(1);
      expect(checks.length).toBeGreaterThan(0);
      const said = await run(["announce", "--title", "Checkout is failing", "--yes", "--json"], "a shop");
      expect(said.stderr).not.toMatch(/Warning:/);
      expect(JSON.parse(said.stdout)).toMatchObject({ version: 1, outcome: "delivered", silent: [] });
      const list = await run(["list", "--json"], "a shop");
      expect(JSON.parse(list.stdout).incidents).toHaveLength(1);
    });

    it("can be imported by each name that it exports", async () => {
      const entries = Object.keys(MANIFEST.exports).filter((name) => !name.endsWith(".json"));
      // The suite for channels belongs to those who have vitest.
      for (const name of entries.filter((entry) => entry !== "./conformance")) {
        const specifier = JSON.stringify(join(MANIFEST.name, name));
        const { code, stdout, stderr } = await evaluate(
          `const all = await import(${specifier}); process.stdout.write(String(Object.keys(all).length))`,
        );
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        expect(Number(stdout)).toBeGreaterThan(0);
      }
      const { stdout } = await evaluate(`
        import { createRequire } from "node:module";
        process.stdout.write(createRequire(import.meta.url)(${JSON.stringify(`${MANIFEST.name}/package.json`)}).version);`);
      expect(stdout).toBe(MANIFEST.version);
    });
  });
}

function megabytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  const bytes = files.reduce((sum, file) => sum + (statSync(file).isFile() ? statSync(file).size : 0), 0);
  return Math.round(bytes / 1e5) / 10;
}
