import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { parse } from "yaml";

/** The sources' own root: where `action.yml` stands. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly using: string; readonly main: string };
}
export const ACTION = parse(readFileSync(join(ROOT, "action.yml"), "utf8")) as Action;

/** What one step left behind, as a runner sees it. */
export interface StepRun {
  readonly code: number | null;
  readonly log: string;
  readonly stderr: string;
  /** The commands that the runner would carry out, in order. */
  readonly commands: readonly RunnerCommand[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface RunnerCommand {
  readonly name: string;
  readonly properties: string;
  readonly data: string;
}

const KNOWN = new Set(
  "add-mask add-path add-matcher remove-matcher debug echo error warning notice group endgroup save-state set-output set-env".split(
    " ",
  ),
);

/** The rules of actions/runner, ActionCommand.cs and ActionCommandManager.cs, as read on 2026-11-23. */
export function commandsIn(log: string): RunnerCommand[] {
  const found: RunnerCommand[] = [];
  let resumeBy: string | null = null;
  for (const line of log.split(/\r?\n/)) {
    const known = (name: string) =>
      KNOWN.has(name.toLowerCase()) || name === "stop-commands" || name === resumeBy;
    const [, second, properties = "", data = ""] =
      /^::([^ :]*)(?: (.*?))?::(.*)$/s.exec(line.replace(/^[\s\p{Cf}\p{Mn}]+/u, "")) ?? [];
    const [, first, older = "", rest = ""] = /##\[([^ \]]*)(?: ([^\]]*))?\](.*)$/s.exec(line) ?? [];
    const command =
      second !== undefined && known(second)
        ? { name: second, properties, data }
        : first !== undefined && known(first)
          ? { name: first, properties: older, data: rest }
          : null;
    if (command === null) continue;
    if (resumeBy !== null) {
      if (command.name === resumeBy) resumeBy = null;
    } else if (command.name === "stop-commands") resumeBy = command.data;
    else found.push(command);
  }
  return found;
}

/** The file of outputs as a runner reads it: the first line that is the delimiter ends a value. */
export function outputsIn(file: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = file.split("\n");
  while (lines.length > 0) {
    const line = lines.shift()!;
    if (line === "") continue;
    const [, name, end] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name === undefined || end === undefined) throw new Error(`no output: ${line}`);
    const value: string[] = [];
    while (lines[0] !== end) {
      if (lines.length === 0) throw new Error(`${name} has no end`);
      value.push(lines.shift()!);
    }
    lines.shift();
    outputs[name] = value.join("\n");
  }
  return outputs;
}

/** A runner's machine: a workspace, a home and a temporary folder that nobody has used. */
export interface Machine {
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
}

export function newMachine(env: NodeJS.ProcessEnv = {}): Machine {
  const folder = mkdtempSync(join(tmpdir(), "status-runner-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["work", "home", "temp"]) mkdirSync(join(folder, name));
  const workspace = join(folder, "work");
  return {
    workspace,
    env: {
      ...{ HOME: join(folder, "home"), RUNNER_TEMP: join(folder, "temp"), LANG: "C.UTF-8" },
      ...{ PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, CI: "true" },
      ...{ GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: workspace },
      ...env,
    },
  };
}

/** Runs the action's main file as a runner does. `during` may send signals to it. */
export async function runAction(
  machine: Machine,
  inputs: Readonly<Record<string, string>>,
  {
    root = ROOT,
    node = process.execPath,
    env = {},
    during,
  }: {
    readonly root?: string;
    readonly node?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly during?: (kill: (signal: NodeJS.Signals) => void) => Promise<void>;
  } = {},
): Promise<StepRun> {
  const given = Object.entries(ACTION.inputs).map(([name, input]) => [
    `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
    inputs[name] ?? input.default ?? "",
  ]);
  const files = mkdtempSync(join(machine.env.RUNNER_TEMP!, "step-"));
  const [output, summary] = [join(files, "output"), join(files, "summary")];
  for (const file of [output, summary]) writeFileSync(file, "");
  const child = spawn(node, [join(root, ACTION.runs.main)], {
    cwd: machine.workspace,
    env: {
      ...machine.env,
      ...Object.fromEntries(given),
      ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const [log, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
    during?.((signal) => void child.kill(signal)),
  ]);
  return {
    ...{ code, log, stderr, commands: commandsIn(log) },
    outputs: outputsIn(readFileSync(output, "utf8")),
    summary: readFileSync(summary, "utf8"),
  };
}

export interface Workflow {
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly steps: readonly {
    readonly id?: string;
    readonly if?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly with?: Readonly<Record<string, string | boolean | number>>;
  }[];
}

/** What stands outside of a workflow while it runs. */
export interface World {
  /** `${{ github.run_id }}` and its like. */
  readonly values: Readonly<Record<string, string>>;
  /** Sets up the workspace, as a checkout does. */
  checkout(machine: Machine): void;
  /** Of every machine. */
  readonly env: NodeJS.ProcessEnv;
  /** Where caches are kept between runs. */
  readonly caches: string;
}

/** Runs every job on a machine of its own, one after another. Returns each job's steps, and whether it succeeded. */
export async function runWorkflow(
  workflow: Workflow,
  world: World,
): Promise<Record<string, { readonly ok: boolean; readonly steps: readonly StepRun[] }>> {
  const done: Record<string, { ok: boolean; steps: StepRun[] }> = {};
  for (const [name, job] of Object.entries(workflow.jobs)) {
    if (job.needs !== undefined && done[job.needs]?.ok !== true) continue;
    const outcome = { ok: true, steps: [] as StepRun[] };
    done[name] = outcome;
    const machine = newMachine(world.env);
    const values: Record<string, string> = { ...world.values };
    const filled = (of: Readonly<Record<string, unknown>> = {}) =>
      Object.fromEntries(Object.entries(of).map(([key, value]) => [key, fill(String(value), values)]));
    for (const step of job.steps) {
      const wanted = step.if ?? "success()";
      if (!({ "success()": outcome.ok, "failure()": !outcome.ok, "always()": true }[wanted] ?? false))
        continue;
      const env = { ...filled(workflow.env), ...filled(job.env), ...filled(step.env) };
      const inputs = filled(step.with);
      const [action] = (step.uses ?? "").split("@");
      if (action === "actions/checkout") world.checkout(machine);
      else if (action?.startsWith("actions/cache/")) {
        const there = join(world.caches, "saved");
        const path = join(machine.workspace, inputs.path!);
        const [from, to] = action.endsWith("/restore") ? [there, path] : [path, there];
        if (existsSync(from)) cpSync(from, to, { recursive: true });
      } else if (action === "OWNER/status") {
        for (const input of Object.keys(inputs))
          if (!Object.hasOwn(ACTION.inputs, input)) throw new Error(`no such input: ${input}`);
        const ran = await runAction(machine, inputs, { env });
        outcome.steps.push(ran);
        for (const [output, value] of Object.entries(ran.outputs))
          values[`steps.${step.id}.outputs.${output}`] = value;
        outcome.ok &&= ran.code === 0;
      } else if (step.run !== undefined) {
        const script = join(machine.env.RUNNER_TEMP!, "step.sh");
        writeFileSync(script, step.run);
        const child = spawn("bash", ["-e", script], {
          cwd: machine.workspace,
          env: { ...machine.env, ...env },
          stdio: ["ignore", "pipe", "pipe"],
        });
        const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
        const [log, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
        outcome.steps.push({ code, log, stderr, commands: commandsIn(log), outputs: {}, summary: "" });
        outcome.ok &&= code === 0;
      } else throw new Error(`a step that nothing is known of: ${JSON.stringify(step)}`);
    }
  }
  return done;
}

function fill(value: string, values: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => {
    if (name.startsWith("secrets.")) return "x";
    const known = values[name];
    if (known === undefined) throw new Error(`nothing is known of ${name}`);
    return known;
  });
}
