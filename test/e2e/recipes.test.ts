import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cadenceSchema } from "../../src/config/schema.ts";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";

const BINARY = fileURLToPath(new URL("../../bin/status.js", import.meta.url));
const DOC = readFileSync(new URL("../../docs/follow-ups.md", import.meta.url), "utf8");

/** The fenced blocks of the document, by language, in order. */
function blocks(language: string): string[] {
  return [...DOC.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, kind]) => kind === language)
    .map(([, , body]) => body!);
}
const yaml = <T>(word: string): T => parse(blocks("yaml").find((body) => body.includes(word))!) as T;

/** An incident whose promised time has passed, told on a few channels; and `status` on a path of its own. */
async function overdue(): Promise<Stage & { bin: string }> {
  const stage = await setStage((config) => {
    const { x, sellers, ops } = config.channels;
    config.channels = { x: x!, sellers: sellers!, ops: ops! };
    for (const settings of Object.values(config.channels)) settings.timeout = "2s";
  });
  stage.clock.set(new Date(Date.now() - 20 * 60_000));
  expect((await stage.run(ANNOUNCE)).code).toBe(0);
  stage.clock.set(new Date());
  const bin = join(stage.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "status"), `#!/bin/sh\nexec "${process.execPath}" "${BINARY}" "$@"\n`);
  chmodSync(join(bin, "status"), 0o755);
  return { ...stage, bin };
}

async function exec(program: string, argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, argv, {
    cwd,
    env: { HOME: cwd, LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
const pathOf = (stage: { bin: string }) => `${stage.bin}:${dirname(process.execPath)}:/usr/bin:/bin`;
const spoken = (stage: Stage) => {
  const { x, forum, slack } = stage.heard();
  return [x, forum, slack];
};

describe("the recipe for cron", () => {
  const lines = blocks("crontab")[0]!.trim().split("\n");
  const setting = lines.find((line) => line.startsWith("PATH="))!;
  const job = lines.find((line) => line.startsWith("*"))!;
  const [, schedule, command] = /^((?:\S+ ){5})(.*)$/.exec(job)!;

  it("has five fields that cron takes, and no % that cron would take for a line's end", () => {
    const fields = schedule!.trim().split(" ");
    const bounds = [59, 23, 31, 12, 7];
    for (const [index, field] of fields.entries()) {
      const [, value, step] = /^(\*|\d+(?:-\d+)?)(?:\/(\d+))?$/.exec(field)!;
      for (const number of [...(value === "*" ? [] : value!.split("-")), step ?? "1"])
        expect(Number(number)).toBeLessThanOrEqual(bounds[index]!);
    }
    expect(fields).toHaveLength(5);
    expect(command).not.toContain("%");
    expect(setting).toMatch(/^PATH=[/\w:]+$/);
  });

  it("follows up through /bin/sh without a word, once, and says what went wrong", async () => {
    const stage = await overdue();
    const line = command!.replace("/srv/status", stage.folder);
    const cron = () => exec("/bin/sh", ["-c", line], "/", { PATH: pathOf(stage), SHELL: "/bin/sh" });
    expect(await cron()).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await cron()).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(spoken(stage)).toEqual([2, 2, 2]);
    writeFileSync(join(stage.folder, ".statusrc"), "nonsense: 1");
    expect((await cron()).stdout).toContain("CONFIG_");
  });
});

describe("the recipe for systemd", () => {
  const [service, timer] = blocks("ini") as [string, string];
  const value = (unit: string, key: string) => new RegExp(`^${key}=-?(.*)$`, "m").exec(unit)?.[1] ?? "";

  it("follows up with the unit's command in its folder", async () => {
    const stage = await overdue();
    const [program, ...argv] = value(service, "ExecStart").split(" ");
    expect(value(service, "WorkingDirectory")).toBe("/srv/status");
    expect(program).toBe("/usr/local/bin/status");
    const ran = await exec(join(stage.bin, "status"), argv, stage.folder, { PATH: "/usr/bin:/bin" });
    expect(ran.code).toBe(0);
    expect(spoken(stage)).toEqual([2, 2, 2]);
  });

  const analyze = spawnSync("systemd-analyze", ["--version"]).status === 0;
  it.skipIf(!analyze)("has units that systemd takes", async () => {
    const stage = await overdue();
    const at = (name: string, unit: string) => {
      const path = join(stage.folder, name);
      const here = unit
        .replace("/usr/local/bin/status", join(stage.bin, "status"))
        .replace("User=status\n", "")
        .replace("/srv/status", stage.folder);
      writeFileSync(path, here);
      return path;
    };
    const files = [at("status-follow-up.service", service), at("status-follow-up.timer", timer)];
    const ran = await exec("systemd-analyze", ["verify", "--man=no", ...files], stage.folder, {
      PATH: process.env.PATH,
    });
    // It also speaks of the machine's own units; of ours there must be nothing to say.
    expect(ran.stderr.split("\n").filter((line) => line.includes("status-follow-up"))).toEqual([]);
    expect(ran.code).toBe(0);
    const calendar = await exec("systemd-analyze", ["calendar", value(timer, "OnCalendar")], stage.folder, {
      PATH: process.env.PATH,
    });
    expect(calendar.code).toBe(0);
  });
});

describe("the recipe for GitHub Actions", () => {
  interface Workflow {
    on: { schedule: { cron: string }[] };
    jobs: Record<string, { steps: { run?: string; env?: Record<string, string> }[] }>;
  }

  it("follows up with each of its steps, as a runner runs them", async () => {
    const workflow = yaml<Workflow>("runs-on");
    const [job] = Object.values(workflow.jobs);
    const steps = job!.steps.filter(({ run }) => run !== undefined);
    expect(steps).toHaveLength(1);
    const stage = await overdue();
    for (const { run, env = {} } of steps) {
      const script = join(stage.folder, "step.sh");
      writeFileSync(script, run!);
      const secrets = Object.fromEntries(
        Object.entries(env).map(([name, value]) => [name, value.replace(/\$\{\{.*\}\}/, "x")]),
      );
      const ran = await exec("bash", ["-e", script], stage.folder, {
        ...secrets,
        ...{ PATH: pathOf(stage), CI: "true", GITHUB_ACTIONS: "true" },
        STATUS_STORE: env.STATUS_STORE!.replace("/srv/status", stage.folder),
      });
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.stdout).not.toMatch(/^::/m);
    }
    expect(spoken(stage)).toEqual([2, 2, 2]);
  });

  it("starts no more often than GitHub does", () => {
    for (const { cron } of yaml<Workflow>("runs-on").on.schedule)
      expect(cron).toMatch(/^\d+-\d+\/([5-9]|\d\d) \* \* \* \*$/);
  });
});

describe("the recipe for Kubernetes", () => {
  interface CronJob {
    apiVersion: string;
    kind: string;
    spec: {
      schedule: string;
      concurrencyPolicy: string;
      jobTemplate: {
        spec: {
          backoffLimit: number;
          template: {
            spec: {
              restartPolicy: string;
              containers: {
                command: string[];
                workingDir: string;
                volumeMounts: { name: string; mountPath: string }[];
              }[];
              volumes: { name: string }[];
            };
          };
        };
      };
    };
  }

  it("follows up with the container's command, in a folder that its volume holds", async () => {
    const { apiVersion, kind, spec } = yaml<CronJob>("CronJob");
    expect([apiVersion, kind, spec.concurrencyPolicy]).toEqual(["batch/v1", "CronJob", "Forbid"]);
    const pod = spec.jobTemplate.spec.template.spec;
    expect([pod.restartPolicy, spec.jobTemplate.spec.backoffLimit]).toEqual(["Never", 0]);
    const [container] = pod.containers;
    expect(container!.volumeMounts).toEqual([
      { name: pod.volumes[0]!.name, mountPath: container!.workingDir },
    ]);
    const stage = await overdue();
    const [program, ...argv] = container!.command;
    expect(program).toBe("status");
    const ran = await exec(join(stage.bin, program!), argv, stage.folder, { PATH: pathOf(stage) });
    expect(ran.code).toBe(0);
    expect(spoken(stage)).toEqual([2, 2, 2]);
  });
});

describe("the example of a cadence", () => {
  it("is one that the configuration takes", () => {
    expect(cadenceSchema.parse(yaml<{ cadence: unknown }>("cadence:").cadence)).toMatchObject({
      remindBefore: 600_000,
    });
  });
});

describe("a follow-up that is killed", () => {
  it("has spoken once, whoever runs next", async () => {
    const stage = await overdue();
    stage.sandbox.fault("discourse", "hang");
    const before = stage.sandbox.requests.length;
    const child = spawn(join(stage.bin, "status"), ["follow-up", "--yes"], {
      cwd: stage.folder,
      env: { HOME: stage.folder, PATH: pathOf(stage) },
      stdio: "ignore",
    });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    const asked = () =>
      stage.sandbox.requests
        .slice(before)
        .some(({ imitation, method }) => imitation === "discourse" && method === "POST");
    await expect.poll(asked, { timeout: 8000 }).toBe(true);
    await expect.poll(() => stage.heard().x, { timeout: 8000 }).toBe(2);
    child.kill("SIGKILL");
    await gone;
    stage.sandbox.fault("discourse", null);
    const next = await exec(join(stage.bin, "status"), ["follow-up", "--yes"], stage.folder, {
      PATH: pathOf(stage),
    });
    expect(next.code).toBe(0);
    expect(stage.heard().x).toBe(2);
    const retried = await exec(join(stage.bin, "status"), ["retry", "--yes"], stage.folder, {
      PATH: pathOf(stage),
    });
    expect(retried.code, retried.stdout).toBe(0);
    expect(spoken(stage)).toEqual([2, 2, 2]);
  });
});
