import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const ROOT = new URL("../..", import.meta.url).pathname;
const RUN = join(ROOT, "bench/run.mjs");
const DOCUMENT = join(ROOT, "docs/performance.md");

describe("the benchmarks", () => {
  it("measure each command that starts, and leave nothing behind", async () => {
    const { said, left } = await bench(["start"]);
    for (const command of [
      "node -e 0",
      "status --help",
      "status list",
      "status due",
      "status preview announce",
    ])
      expect(said).toMatch(new RegExp(`^\\| \`${command}\` \\| \\d+ ms .*\\| \\d+\\.\\d\\d \\|`, "m"));
    expect(left).toEqual([]);
  }, 120_000);

  it("say what is missing and measure the rest", async () => {
    const { said, left } = await bench(["announce"], ["node", "bash", "curl"]);
    expect(said).toContain("Without apprise, which is not here: apt-get install apprise");
    expect(said).toContain("Without swaks, which is not here");
    expect(said).toContain("Without crosspost, which is not here");
    for (const sender of ["shell script", "status, not read back", "status, read back"])
      expect(said).toMatch(new RegExp(`^\\| ${sender} \\| \\d+ ms`, "m"));
    expect(said).not.toContain("| Apprise |");
    expect(left).toEqual([]);
  }, 120_000);

  it("write nothing unless they are told to", async () => {
    const before = readFileSync(DOCUMENT, "utf8");
    await bench(["start"]);
    expect(readFileSync(DOCUMENT, "utf8")).toBe(before);
  }, 120_000);

  it("have a part of the document each", async () => {
    const document = readFileSync(DOCUMENT, "utf8");
    const { said } = await bench(["--help"], ["node"]).catch((error: Error) => ({ said: error.message }));
    const [, known = ""] = /known: (.*)/.exec(said) ?? [];
    expect(known.split(", ").length).toBeGreaterThan(6);
    for (const name of known.split(", "))
      expect(document).toMatch(
        new RegExp(`^<!-- measured: ${name} -->\\n[^]*^<!-- end of ${name} -->$`, "m"),
      );
  });
});

/** Rejects where it fails. With `programs` it finds no others than these. */
async function bench(argv: readonly string[], programs: readonly string[] | null = null) {
  const place = mkdtempSync(join(tmpdir(), "status-test-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const [temporary, bin] = [join(place, "tmp"), join(place, "bin")];
  mkdirSync(temporary);
  mkdirSync(bin);
  for (const name of programs ?? [])
    symlinkSync(name === "node" ? process.execPath : whereIs(name), join(bin, name));
  const env = {
    PATH: programs === null ? process.env.PATH : bin,
    TMPDIR: temporary,
    BENCH_ROUNDS: "1",
    BENCH_LATENCY_MS: "1",
  };
  const said = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [RUN, ...argv], { cwd: place, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr));
    });
  });
  return { said, left: readdirSync(temporary) };
}

function whereIs(name: string): string {
  return ["/usr/bin", "/bin"]
    .map((folder) => join(folder, name))
    .find((path) => readdirSync(join(path, "..")).includes(name))!;
}
