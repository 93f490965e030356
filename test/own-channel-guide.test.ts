import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;
const GUIDE = readFileSync(join(ROOT, "docs/own-channel.md"), "utf8");
const run = promisify(execFile);

/** Code blocks in their order: files, whose name stands behind the language, and what is typed. */
const BLOCKS = [...GUIDE.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, file, text]) => ({
  language: language ?? "",
  file: file ?? null,
  text: text ?? "",
}));
const [install = "", speak = "", prove = "", pack = ""] = BLOCKS.filter(
  ({ language }) => language === "sh",
).map(({ text }) => text);

/** The guide's blocks as a reader leaves them behind; only what comes from the registry lies there already. */
describe("the guide to a channel of one's own", () => {
  let folder: string;
  let port: number;
  let board: ChildProcess;

  const type = (lines: string) =>
    run("bash", ["-euo", "pipefail", "-c", lines], {
      cwd: folder,
      env: {
        ...{
          PATH: `${join(folder, "node_modules/.bin")}:${process.env.PATH}`,
          HOME: folder,
          LANG: "C.UTF-8",
        },
        ...{ BOARD_TOKEN: "practice-token", NO_COLOR: "1" },
      },
    });
  const notes = async () => {
    const headers = { authorization: "Bearer practice-token" };
    const answers = [1, 2, 3].map((id) => fetch(`http://127.0.0.1:${port}/notes/${id}`, { headers }));
    const found = (await Promise.all(answers)).filter(({ ok }) => ok);
    return Promise.all(
      found.map((answer) => answer.json() as Promise<{ text: string; under: string | null }>),
    );
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "status-guide-"));
    port = await freePort();
    for (const name of ["vitest", "fast-check"])
      link(join(ROOT, "node_modules", name), `node_modules/${name}`);
    link(ROOT, "node_modules/status");
    link(join(ROOT, "bin/status.js"), "node_modules/.bin/status");
    link(join(ROOT, "node_modules/vitest/vitest.mjs"), "node_modules/.bin/vitest");
    for (const { file, text } of BLOCKS)
      if (file !== null) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text.replaceAll("4700", String(port)), { mode: 0o600 });
      }
    board = spawn(process.execPath, ["board.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => {
      board.stdout?.once("data", () => resolve());
      board.once("exit", () => reject(new Error("the board fell down")));
    });
  });
  afterAll(() => {
    board.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const link = (target: string, name: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(target, join(folder, name));
  };

  it("installs the package, and what its conformance suite stands on", () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      peerDependencies: Record<string, string>;
    };
    expect(install).toContain('npm install --save-dev "$STATUS" vitest@4 fast-check@4');
    expect(peerDependencies).toMatchObject({ vitest: "^4.0.0", "fast-check": "^4.0.0" });
  });

  it("ends in a channel that is checked, previewed and speaks, and proves what it said", async () => {
    const { stdout } = await type(speak);
    expect(stdout).toContain("speaks as status");
    expect(stdout).toContain("of 500 characters");
    expect(GUIDE).toContain("*The channel has spoken*, and *Read back: board*");
    expect(stdout.match(/The channel has spoken\./g)).toHaveLength(2);
    expect(stdout.match(/Read back: board\./g)).toHaveLength(2);
    expect(await notes()).toMatchObject([
      { text: expect.stringContaining("Some orders fail."), under: null },
      { text: expect.stringContaining("Orders work again."), under: "1" },
    ]);
  }, 60_000);

  it("stands a check of its types, as an editor makes it", async () => {
    const compilerOptions = {
      ...{ allowJs: true, noImplicitAny: false, typeRoots: [join(ROOT, "node_modules/@types")] },
      paths: { "status/channel": [join(ROOT, "src/channel.ts")] },
    };
    const config = { extends: join(ROOT, "tsconfig.json"), compilerOptions, include: ["noticeboard.mjs"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { stdout } = await type(
      `${process.execPath} ${join(ROOT, "node_modules/typescript/bin/tsc")} -p .`,
    );
    expect(stdout).toBe("");
  }, 60_000);

  it("proves the channel by the suite that the built-in ones pass", async () => {
    const { stdout } = await type(prove);
    expect(stdout).toMatch(/Tests +\d\d passed \| 2 skipped/);
  }, 120_000);

  it("fails, without the line that is to be taken out, as the guide says it does", async () => {
    const file = join(folder, "noticeboard.mjs");
    const whole = readFileSync(file, "utf8");
    const line = BLOCKS.find((block) => block.language === "js" && block.file === null)?.text ?? "";
    expect(whole.split(line)).toHaveLength(2);
    const [, cases, name, words] = /One case of (\d+) fails now, `(.*?)`:\n\*(.*?)\*/.exec(GUIDE) ?? [];
    writeFileSync(file, whole.replace(line, ""));
    try {
      const ran = (await type(prove).catch((error: unknown) => error)) as Record<"stdout" | "stderr", string>;
      const { stdout } = ran;
      expect(stdout).toContain(`× ${name}`);
      expect(ran.stderr).toContain(words);
      expect(stdout).toMatch(new RegExp(`Tests +1 failed \\| ${Number(cases) - 1} passed \\| 2 skipped`));
    } finally {
      writeFileSync(file, whole);
    }
  }, 120_000);

  it("tells whose file Node takes for CommonJS what to call it", async () => {
    writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
    writeFileSync(join(folder, "noticeboard.js"), readFileSync(join(folder, "noticeboard.mjs")));
    const config = readFileSync(join(folder, ".statusrc"), "utf8").replace("board.mjs", "board.js");
    writeFileSync(join(folder, "other.yaml"), config, { mode: 0o600 });
    await expect(type("npx status preview announce --title X --config other.yaml")).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/OWN_KIND_BROKEN[\s\S]*end in \.mjs/),
    });
  }, 60_000);

  it("ends in a package that speaks the same, found by its full name", async () => {
    const lines = pack.trim().split("\n");
    const installing = lines.findIndex((line) => line.startsWith("npm install"));
    expect(lines[installing]).toBe("npm install --save-dev ./status-channel-board-1.0.0.tgz");
    await type(lines.slice(0, installing).join("\n"));
    // As npm would, without asking the registry for the rest.
    await type(
      "mkdir node_modules/status-channel-board && tar -xzf status-channel-board-1.0.0.tgz -C node_modules/status-channel-board --strip-components=1 && rm noticeboard.mjs",
    );
    const { stdout } = await type(lines.slice(installing + 1).join("\n"));
    expect(stdout).toContain("speaks as status");
    expect(stdout).toContain("The channel has spoken.");
    expect((await notes()).at(-1)?.text).toContain("Refunds fail since 11:00.");
  }, 120_000);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
