import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WORKFLOWS = join(ROOT, ".github", "workflows");

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly needs?: string;
  readonly uses?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(WORKFLOWS).map((file) => {
  const text = readFileSync(join(WORKFLOWS, file), "utf8");
  const workflow = parse(text, { strict: true, uniqueKeys: true }) as Workflow;
  return { file, text, workflow, jobs: Object.entries(workflow.jobs) };
});
const scripts = workflows.flatMap(({ file, jobs }) =>
  jobs.flatMap(([job, { steps = [] }]) =>
    steps.flatMap(({ run }, index) => (run === undefined ? [] : [{ where: `${file} ${job} ${index}`, run }])),
  ),
);

describe("the workflows", () => {
  it("use nothing of others' but by the whole hash of a commit, with its version beside it", () => {
    for (const { file, text } of workflows)
      for (const [, uses] of text.matchAll(/^\s*(?:- )?uses: (.*)$/gm))
        expect(uses, file).toMatch(
          /^(\.\/\.github\/workflows\/[\w-]+\.yml|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
        );
  });

  it("let each job do what it must, for a while, and no more", () => {
    const writes = workflows.flatMap(({ file, workflow, jobs }) => {
      expect(workflow.permissions, file).toBeDefined();
      return jobs.flatMap(([job, { permissions = {}, "timeout-minutes": minutes, uses }]) => {
        if (uses === undefined) expect(minutes, `${file} ${job}`).toBeGreaterThan(0);
        return Object.entries({ ...workflow.permissions, ...permissions })
          .filter(([, right]) => right === "write")
          .map(([what]) => `${file} ${job}: ${what}`);
      });
    });
    expect(writes).toEqual(
      expect.arrayContaining(["release.yml publish: id-token", "release.yml release: contents"]),
    );
    expect(writes.filter((write) => /^(ci\.yml|release\.yml check)/.test(write))).toEqual([]);
  });

  it("hand values to the shell by its environment, never as words of the script", () => {
    for (const { where, run } of scripts) expect(run, where).not.toContain("${{");
  });

  it("run what bash can read", () => {
    for (const { where, run } of scripts)
      expect(spawnSync("bash", ["-n"], { input: run, encoding: "utf8" }).stderr, where).toBe("");
  });

  const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
  it.skipIf(!hasShellcheck)("run what shellcheck finds no fault with", () => {
    const all = [...scripts, { where: ".ci/run", run: readFileSync(join(ROOT, ".ci", "run"), "utf8") }];
    for (const { where, run } of all) {
      const { stdout } = spawnSync("shellcheck", ["--shell=bash", "--severity=style", "-"], {
        // As the runner starts bash.
        input: run.startsWith("#!") ? run : `set -eo pipefail\n${run}`,
        encoding: "utf8",
      });
      expect(stdout, where).toBe("");
    }
  });
});

/** A checkout that is ready to be released, and the programs of a runner, which write down what they were asked. */
function scene(change: (manifest: Record<string, unknown>) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "status-release-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [bin, checkout] = [join(folder, "bin"), join(folder, "checkout")];
  for (const path of [bin, join(checkout, ".ci")]) mkdirSync(path, { recursive: true });
  const program = (path: string, lines: readonly string[]) => {
    writeFileSync(path, `#!/usr/bin/env bash\nset -e\n${lines.join("\n")}\n`);
    chmodSync(path, 0o755);
  };
  const asked = join(folder, "asked");
  writeFileSync(asked, "");
  const noted = (name: string) => `printf '%s\\n' "${name} $*" >>"${asked}"`;
  // npm pack, as far as the next steps see it.
  program(join(bin, "npm"), [
    noted("npm"),
    "for last; do :; done",
    'if [ "$1" = pack ]; then echo packed >"$last/status-1.2.3.tgz"; fi',
  ]);
  program(join(bin, "gh"), [noted("gh")]);
  program(join(checkout, ".ci", "run"), [noted(".ci/run")]);
  copyFileSync(join(ROOT, ".ci", "release-notes.mjs"), join(checkout, ".ci", "release-notes.mjs"));
  const manifest = {
    name: "status",
    version: "1.2.3",
    repository: { type: "git", url: "git+https://github.com/example/status.git" },
  };
  change(manifest);
  writeFileSync(join(checkout, "package.json"), JSON.stringify(manifest));
  writeFileSync(
    join(checkout, "CHANGELOG.md"),
    "# Changes\n\n## Unreleased\n\n## 1.2.3 · 2026-12-01\n\n- What is new.\n\n## 1.2.2\n\n- What was.\n",
  );

  /** Runs a job's steps as a runner does, until one fails. */
  const run = (name: string, tag = "v1.2.3") => {
    const { workflow } = workflows.find(({ file }) => file === "release.yml")!;
    for (const { run: script } of workflow.jobs[name]!.steps!) {
      if (script === undefined) continue;
      const file = join(folder, "step.sh");
      writeFileSync(file, script);
      const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], {
        cwd: checkout,
        encoding: "utf8",
        env: {
          PATH: `${bin}:${process.execPath.replace(/\/[^/]+$/, "")}:/usr/bin:/bin`,
          HOME: folder,
          GITHUB_WORKSPACE: checkout,
          GITHUB_REF_NAME: tag,
          GITHUB_REPOSITORY: "example/status",
        },
      });
      if (status !== 0) return stderr;
    }
    return null;
  };
  return { checkout, run, asked: () => readFileSync(asked, "utf8").trim().split("\n") };
}

describe("a release", () => {
  it("checks first, publishes that very file, and attaches it with its checksum", () => {
    const { checkout, run, asked } = scene();
    expect(["check", "publish", "release"].map((job) => run(job))).toEqual([null, null, null]);
    expect(asked()).toEqual([
      ".ci/run ",
      "npm pack --ignore-scripts --pack-destination release",
      "npm publish --provenance --access public --ignore-scripts ./status-1.2.3.tgz",
      "gh release create v1.2.3 --repo example/status --verify-tag --title v1.2.3 --notes-file release/notes.md " +
        "release/status-1.2.3.tgz release/SHA256SUMS",
    ]);
    expect(readFileSync(join(checkout, "release", "notes.md"), "utf8")).toBe("- What is new.\n");
  });

  it("publishes before anything is announced, and after everything is checked", () => {
    const { jobs } = workflows.find(({ file }) => file === "release.yml")!.workflow;
    expect([jobs.publish?.needs, jobs.release?.needs]).toEqual(["check", "publish"]);
  });

  it("publishes no file that changed on the way", () => {
    const { checkout, run, asked } = scene();
    run("check");
    writeFileSync(join(checkout, "release", "status-1.2.3.tgz"), "something else");
    expect(run("publish")).toContain("did NOT match");
    expect(asked().filter((line) => line.includes("publish"))).toEqual([]);
  });

  it.each([
    ["of another version", "v1.2.4", () => {}, "has version 1.2.3"],
    [
      "of a package that is kept private",
      "v1.2.3",
      (m: Record<string, unknown>) => (m.private = true),
      "private",
    ],
    [
      "of another repository's package",
      "v1.2.3",
      (m: Record<string, unknown>) => (m.repository = "github:somebody/status-else"),
      "does not name example/status",
    ],
    [
      "of a version whose changes nobody wrote down",
      "v1.3.0",
      (m: Record<string, unknown>) => (m.version = "1.3.0"),
      'no "## 1.3.0"',
    ],
  ])("stops at a tag %s before anything is run", (_, tag, change, fault) => {
    const { checkout, run, asked } = scene(change);
    expect(run("check", tag)).toContain(fault);
    expect(asked()).toEqual([""]);
    expect(existsSync(join(checkout, "release"))).toBe(false);
  });
});
