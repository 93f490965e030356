import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { ACTION, newMachine, ROOT, runWorkflow, type Workflow, type World } from "../support/runner.ts";
import { type Config, type Stage, setStage } from "../support/stage.ts";

const DOC = readFileSync(join(ROOT, "docs/ci.md"), "utf8");
const blocks = (language: string): string[] =>
  [...DOC.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, kind]) => kind === language)
    .map(([, , body]) => body!);
const workflow = (name: string): Workflow => {
  const found = blocks("yaml").find((body) => body.startsWith(`name: ${name}\n`));
  return parse(found!) as Workflow;
};

interface Place extends Stage {
  /** Where `status` and, for the recipes, `deploy.sh` come from. */
  readonly bin: string;
  /** The environment of a machine that shares the ledger. */
  readonly shared: NodeJS.ProcessEnv;
}

/** A property whose channels can be looked up, on the real clock. */
async function place(
  change: (config: Config, mail: Record<string, unknown>) => void = () => {},
): Promise<Place> {
  const stage = await setStage((config) => {
    const { x, sellers, ops, customers } = config.channels;
    config.channels = { x: x!, sellers: sellers!, ops: ops! };
    for (const settings of Object.values(config.channels)) settings.timeout = "3s";
    change(config, customers!);
  });
  stage.clock.set(new Date());
  const bin = join(stage.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "status"), `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/bin/status.js" "$@"\n`);
  chmodSync(join(bin, "status"), 0o755);
  const shared = {
    STATUS_STORE: join(stage.folder, "shared.db"),
    PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
  };
  return { ...stage, bin, shared };
}

/** Puts the configuration and a deploy that ends with `code` into a folder. */
function checkout(stage: Stage, folder: string, code: number): void {
  copyFileSync(join(stage.folder, ".statusrc"), join(folder, ".statusrc"));
  chmodSync(join(folder, ".statusrc"), 0o600);
  writeFileSync(join(folder, "deploy.sh"), `#!/bin/sh\nexit ${code}\n`);
  chmodSync(join(folder, "deploy.sh"), 0o755);
}

function worldOf(stage: Place, { deploys = 0, shares = true, values = {} } = {}): World {
  const caches = mkdtempSync(join(tmpdir(), "status-caches-"));
  onTestFinished(() => rmSync(caches, { recursive: true, force: true }));
  const { PATH, ...store } = stage.shared;
  return {
    values: {
      "github.run_id": "812",
      "github.run_attempt": "1",
      "github.ref_name": "v4.2",
      ...values,
    },
    checkout: (machine) => checkout(stage, machine.workspace, deploys),
    env: shares ? { PATH, ...store } : { PATH },
    caches,
  };
}

/** Each command is a process of its own, on a machine that may have other work. */
const UNHURRIED = { timeout: 120_000 };
const heard = (stage: Stage) => {
  const { x, forum, slack } = stage.heard();
  return [x, forum, slack];
};
const texts = (stage: Stage) => stage.sandbox.world().tweets.map(({ text }) => text);

describe("the recipe for GitHub Actions", UNHURRIED, () => {
  it("opens and closes a notice across jobs, and says nothing again when the run is repeated", async () => {
    const stage = await place();
    const world = worldOf(stage);
    const first = await runWorkflow(workflow("deploy"), world);
    expect(first.deploy).toMatchObject({ ok: true });
    expect(heard(stage)).toEqual([2, 2, 2]);
    expect(texts(stage)[0]).toContain("Example Shop v4.2 is going live");
    expect(texts(stage)[1]).toContain("Example Shop v4.2 is live.");
    expect(stage.sandbox.world().topics).toHaveLength(1);
    expect(first.deploy?.steps.at(-1)?.outputs).toMatchObject({
      outcome: "delivered",
      "exit-code": "0",
      silent: "",
    });
    expect(first.deploy?.steps.at(-1)?.summary).toContain("### status resolve: delivered");
    const again = await runWorkflow(workflow("deploy"), world);
    expect(again.deploy?.steps.at(-1)?.outputs.outcome).toBe("nothing-to-do");
    expect(heard(stage)).toEqual([2, 2, 2]);
  });

  it("says that a deploy failed, and that the next attempt did not", async () => {
    const stage = await place();
    const failed = await runWorkflow(workflow("deploy"), worldOf(stage, { deploys: 1 }));
    expect(failed.deploy?.ok).toBe(false);
    expect(texts(stage)[1]).toContain("v4.2 did not go live");
    await runWorkflow(workflow("deploy"), worldOf(stage, { values: { "github.run_attempt": "2" } }));
    expect(heard(stage)).toEqual([3, 3, 3]);
    expect(texts(stage)[2]).toContain("Example Shop v4.2 is live.");
  });

  it("deploys although a channel is silent", async () => {
    const stage = await place();
    stage.sandbox.fault("discourse", "refuse");
    const ran = await runWorkflow(workflow("deploy"), worldOf(stage));
    expect(ran.begin).toMatchObject({ ok: true });
    expect(ran.begin?.steps[0]?.outputs).toMatchObject({
      outcome: "partial",
      "exit-code": "5",
      silent: "sellers",
    });
    expect(ran.begin?.steps[0]?.commands).toMatchObject([{ name: "warning" }]);
    expect(ran.deploy?.steps[0]).toMatchObject({ code: 0 });
  });

  it("shows an incident's texts by a button, and says them by it", async () => {
    const stage = await place();
    const inputs = { "inputs.title": "Nobody can pay", "inputs.impact": "major" };
    const looked = await runWorkflow(
      workflow("incident"),
      worldOf(stage, { values: { ...inputs, "inputs.look-only": "true" } }),
    );
    expect(looked.announce?.steps[0]?.summary).toContain("Nobody can pay");
    expect(heard(stage)).toEqual([0, 0, 0]);
    const said = await runWorkflow(
      workflow("incident"),
      worldOf(stage, { values: { ...inputs, "inputs.look-only": "false" } }),
    );
    expect(said.announce?.ok).toBe(true);
    expect(said.announce?.steps[1]?.log).toBe("delivered\n\n");
    expect(heard(stage)).toEqual([1, 1, 1]);
  });

  it("fails where something is overdue", async () => {
    const stage = await place();
    const quiet = await runWorkflow(workflow("overdue"), worldOf(stage));
    expect(quiet.due).toMatchObject({ ok: true });
    stage.clock.set(new Date(Date.now() - 3 * 3_600_000));
    await stage.run(["announce", "--title", "Search is slow", "--yes"], {
      env: { HOME: stage.folder, ...stage.shared },
    });
    const late = await runWorkflow(workflow("overdue"), worldOf(stage));
    expect(late.due?.ok).toBe(false);
    expect(late.due?.steps[0]).toMatchObject({ code: 8, outputs: { outcome: "overdue" } });
    expect(late.due?.steps[0]?.commands).toMatchObject([{ name: "error" }]);
  });

  it("goes on from a cache on another machine", async () => {
    const stage = await place();
    const world = worldOf(stage, { shares: false });
    const first = await runWorkflow(workflow("deploy, with a cache"), world);
    expect(first.deploy?.ok).toBe(true);
    const again = await runWorkflow(workflow("deploy, with a cache"), world);
    expect(again.deploy?.steps.at(-1)?.outputs.outcome).toBe("nothing-to-do");
    expect(heard(stage)).toEqual([2, 2, 2]);
  });

  it("asks for no right but to read", () => {
    for (const body of blocks("yaml").filter((each) => each.includes("runs-on")))
      expect(parse(body)).toMatchObject({ permissions: { contents: "read" } });
  });
});

async function exec(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn(argv[0]!, argv.slice(1), { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

describe("the recipe for GitLab", UNHURRIED, () => {
  interface Pipeline {
    readonly stages: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
    readonly [job: string]: unknown;
  }
  interface GitLabJob {
    readonly stage: string;
    readonly script: readonly string[];
    readonly when?: "on_failure";
    readonly allow_failure?: { readonly exit_codes: readonly number[] };
  }

  async function pipeline(stage: Place, deploys: number): Promise<number> {
    const {
      stages,
      variables,
      default: _,
      ...jobs
    } = parse(blocks("yaml").find((body) => body.startsWith("stages:"))!) as Pipeline;
    const [{ NOTICE }] = [variables];
    let failed = false;
    for (const name of stages)
      for (const job of Object.values(jobs as Record<string, GitLabJob>).filter(
        (each) => each.stage === name,
      )) {
        if ((job.when === "on_failure") !== failed) continue;
        const machine = newMachine(stage.shared);
        checkout(stage, machine.workspace, deploys);
        const { GITHUB_ACTIONS: _github, ...env } = machine.env;
        const ids = { CI_PIPELINE_ID: "9001", CI_COMMIT_TAG: "v4.2", CI_JOB_ID: "1" };
        const ran = await exec(["bash", "-e", "-c", job.script.join("\n")], machine.workspace, {
          ...{ ...env, ...ids, NOTICE: NOTICE!.replace("$CI_PIPELINE_ID", ids.CI_PIPELINE_ID) },
        });
        if (ran.code !== 0 && job.allow_failure?.exit_codes.includes(ran.code ?? -1) !== true) failed = true;
      }
    return failed ? 1 : 0;
  }

  it("opens and closes a notice across jobs", async () => {
    const stage = await place();
    expect(await pipeline(stage, 0)).toBe(0);
    expect(heard(stage)).toEqual([2, 2, 2]);
    expect(await pipeline(stage, 0)).toBe(0);
    expect(heard(stage)).toEqual([2, 2, 2]);
  });

  it("says that a deploy failed", async () => {
    const stage = await place();
    expect(await pipeline(stage, 1)).toBe(1);
    expect(texts(stage)[1]).toContain("v4.2 did not go live");
  });
});

describe("the recipe for any shell", UNHURRIED, () => {
  const script = blocks("bash").find((body) => body.startsWith("#!"))!;
  const env = (stage: Place) => ({
    ...newMachine(stage.shared).env,
    GITHUB_ACTIONS: "",
    BUILD_ID: "77",
    VERSION: "4.2",
  });
  const run = async (stage: Place, deploys: number) => {
    const { workspace } = newMachine();
    checkout(stage, workspace, deploys);
    return exec(["bash", "-c", script], workspace, env(stage));
  };

  it("opens and closes a notice, and ends as the deploy does", async () => {
    const stage = await place();
    expect(await run(stage, 0)).toMatchObject({ code: 0 });
    expect(heard(stage)).toEqual([2, 2, 2]);
    const failing = await place();
    expect(await run(failing, 3)).toMatchObject({ code: 3 });
    expect(texts(failing)[1]).toContain("4.2 did not go live");
  });

  it("goes on where a channel is silent, and stops where the command was wrong", async () => {
    const stage = await place();
    stage.sandbox.fault("discourse", "refuse");
    expect(await run(stage, 0)).toMatchObject({ code: 0 });
    const broken = await place((config) => Object.assign(config, { nonsense: 1 }));
    expect(await run(broken, 0)).toMatchObject({ code: 3 });
  });

  it("tells a program which channels are silent", async () => {
    const stage = await place();
    stage.sandbox.fault("discourse", "refuse");
    const { workspace } = newMachine();
    checkout(stage, workspace, 0);
    const reading = blocks("bash").find((body) => body.includes("status.json"))!;
    expect(await exec(["bash", "-e", "-c", reading], workspace, env(stage))).toMatchObject({
      code: 5,
      stdout: "sellers\n",
    });
  });

  it("has first lines that do what they say", async () => {
    const stage = await place();
    const { workspace } = newMachine();
    checkout(stage, workspace, 0);
    const ran = await exec(["sh", "-e", "-c", blocks("sh")[0]!], workspace, env(stage));
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(heard(stage)).toEqual([3, 3, 3]);
    expect(texts(stage)[1]).toContain("Half of the servers run it.");
  });
});

describe("the recipe for cron", UNHURRIED, () => {
  const lines = blocks("crontab")[0]!.trim().split("\n");
  const command = /^(?:\S+ ){5}(.*)$/.exec(lines[1]!)![1]!;

  it("says nothing while nothing is due, and then what", async () => {
    const stage = await place();
    expect(command).not.toContain("%");
    const line = command.replace("/srv/status", stage.folder);
    const cron = () => exec(["/bin/sh", "-c", line], "/", { HOME: stage.folder, ...stage.shared });
    expect(await cron()).toEqual({ code: 0, stdout: "", stderr: "" });
    stage.clock.set(new Date(Date.now() - 3 * 3_600_000));
    await stage.run(["announce", "--title", "Search is slow", "--yes"], {
      env: { HOME: stage.folder, ...stage.shared },
    });
    expect((await cron()).stdout).toContain("Search is slow");
  });
});

describe("a runner whose ledger has vanished", UNHURRIED, () => {
  const began = new Date(Date.now() - 60_000).toISOString();
  const announce = `announce deploying --set version=4.2 --started-at ${began} --key deploy-812 --yes --json`;
  /** On a machine that nobody has used. */
  async function elsewhere(stage: Place, ...commands: readonly string[]) {
    const machine = newMachine({ PATH: stage.shared.PATH });
    checkout(stage, machine.workspace, 0);
    const ran = [];
    for (const command of commands)
      ran.push(await exec(["status", ...command.split(" ")], machine.workspace, machine.env));
    return ran;
  }

  it("says an announcement once, and goes on in its threads once it has repeated it", async () => {
    const stage = await place();
    const [first] = await elsewhere(stage, announce);
    expect(first, first!.stderr).toMatchObject({ code: 0 });
    const [lost] = await elsewhere(stage, "resolve deploy-812 --yes --json");
    expect(JSON.parse(lost!.stdout)).toMatchObject({ error: { code: "INCIDENT_UNKNOWN" } });
    expect(lost!.code).toBe(2);
    expect(heard(stage)).toEqual([1, 1, 1]);
    const last = "resolve deploy-812 --key deploy-812-live --yes --json";
    const [again, end] = await elsewhere(stage, announce, last);
    expect(again, again!.stderr).toMatchObject({ code: 0 });
    expect(heard(stage)).toEqual([2, 2, 2]);
    expect(end!.code, end!.stdout).toBe(0);
    const { topics, tweets } = stage.sandbox.world();
    expect(topics).toHaveLength(1);
    expect(tweets[1]?.replyTo).toBe(tweets[0]?.id);
  });

  it("leaves it to a person where a channel cannot be looked up", async () => {
    const stage = await place((config, customers) => Object.assign(config.channels, { customers }));
    expect((await elsewhere(stage, announce))[0]!.code).toBe(0);
    const [again] = await elsewhere(stage, announce);
    expect(again!.code).toBe(7);
    expect(stage.heard().mail).toBe(1);
  });

  it("knows no key in a command that names one, and does not call that nothing to do", async () => {
    const stage = await place();
    for (const command of ["retry", "follow-up", "verify", "show", "update", "correct --message x"]) {
      const [word, ...rest] = command.split(" ");
      const yes = ["verify", "show"].includes(word!) ? "" : " --yes";
      const line = [word, "deploy-812", ...rest].join(" ");
      const [ran] = await elsewhere(stage, `${line}${yes} --json`);
      expect([command, ran!.code]).toEqual([command, 2]);
    }
  });
});

describe("docs/ci.md", () => {
  it("names every input and output of the action", () => {
    const listed = DOC.slice(DOC.indexOf("**Inputs.**"));
    for (const name of [...Object.keys(ACTION.inputs), ...Object.keys(ACTION.outputs)])
      expect(listed).toContain(`\`${name}\``);
  });
});
