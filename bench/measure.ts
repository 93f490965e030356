import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What one run of a command cost, start and end of its process included. */
export interface Cost {
  readonly ms: number;
  readonly peakMb: number;
}

/** A command whose runs are timed. */
export interface Command {
  readonly file: string;
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** One of the commands that are run in turn. */
export interface Arm<Name extends string = string> {
  readonly name: Name;
  /** `round` is 0 for the run whose memory is looked at. */
  command(round: number): Command;
  /** Not timed: puts things as they were. */
  before?(round: number): unknown;
  /** Not timed: throws where the command did not do its work. */
  after?(round: number): unknown;
}

export interface Figures {
  /** Milliseconds of each round, in order. */
  readonly ms: readonly number[];
  /** Milliseconds of user and system time of the process and its children, mean of all rounds; null off Linux. */
  readonly cpuMs: number | null;
  /** The most that one of its processes held; null off Linux. */
  readonly peakMb: number | null;
}

const ROOT = new URL("../..", import.meta.url).pathname;
const LOOK_EVERY_MS = 3;
const IDLE_MS = 20;

/** The command as it is shipped. */
export const BINARY = join(ROOT, "bin/status.js");

/** `BENCH_ROUNDS` says how many, for all benchmarks; 1 is for seeing whether they run. */
export function rounds(usual: number): number {
  const given = Number(process.env.BENCH_ROUNDS ?? usual);
  if (!Number.isInteger(given) || given < 1)
    throw new Error(`BENCH_ROUNDS=${process.env.BENCH_ROUNDS} is no number of rounds`);
  return given;
}

/**
 * What every command that is measured finds in its environment: nothing of the caller's but where programs are. A certificate
 * bundle alone (NODE_EXTRA_CA_CERTS) would double the start of Node 20, and a proxy would stand between it and loopback.
 */
export function environment(home: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LANG: "C.UTF-8", HOME: home, TMPDIR: tmpdir(), ...more };
}

/** Runs `status` as its own process in `folder`. Throws where it fails: a failure is no figure. */
export function status(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Cost> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const command = [join(ROOT, "bench/peak.mjs"), BINARY, ...argv];
    execFile(
      process.execPath,
      command,
      { cwd: folder, env: environment(folder, env) },
      (error, _, stderr) => {
        const ms = performance.now() - began;
        const peak = /peak (\d+) kB/.exec(stderr)?.[1];
        if (error !== null || peak === undefined) reject(new Error(`status ${argv.join(" ")}: ${stderr}`));
        else resolve({ ms, peakMb: Number(peak) / 1024 });
      },
    );
  });
}

/**
 * Runs all in turn, round by round, so that whatever else the machine does falls on all alike. A round before the first warms up;
 * in it memory is looked at, which takes time itself.
 */
export async function interleave<Name extends string>(
  arms: readonly Arm<Name>[],
  count: number,
): Promise<Map<Name, Figures>> {
  const told = new Map(arms.map(({ name }) => [name, { ms: [] as number[], cpu: 0, peakMb: 0 }]));
  for (let round = 0; round <= count; round++)
    for (const { name, command, before, after } of arms) {
      const figures = told.get(name)!;
      await before?.(round);
      await idle();
      const cpu = childrensCpuMs();
      const { ms, peakMb } = await run(command(round), round === 0);
      if (round === 0) figures.peakMb = peakMb;
      else {
        figures.ms.push(ms);
        figures.cpu += childrensCpuMs() - cpu;
      }
      await after?.(round);
    }
  const onLinux = existsSync("/proc/self/stat");
  return new Map(
    [...told].map(([name, { ms, cpu, peakMb }]) => [
      name,
      { ms, cpuMs: onLinux ? cpu / count : null, peakMb: peakMb > 0 ? peakMb : null },
    ]),
  );
}

/** What this process has left to do itself, such as to let go of what it wrote before, would be measured as well. */
async function idle(): Promise<void> {
  for (let took = Number.POSITIVE_INFINITY, tries = 0; took > 3 * IDLE_MS && tries < 50; tries++) {
    const began = performance.now();
    await sleep(IDLE_MS);
    took = performance.now() - began;
  }
}

/** Throws where it fails: a failure is no figure. */
function run({ file, argv, cwd, env }: Command, watched: boolean): Promise<Cost> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    let peakMb = 0;
    let said = "";
    const look = () => {
      peakMb = Math.max(peakMb, ...family(child.pid).map(heldMb));
    };
    const looking = watched ? setInterval(look, LOOK_EVERY_MS) : null;
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const ms = performance.now() - began;
      if (looking !== null) clearInterval(looking);
      if (code === 0) resolve({ ms, peakMb });
      else reject(new Error(`${file} ${argv.join(" ")} ended with ${code}: ${said}`));
    });
  });
}

/** A process and all below it. */
function family(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    return [pid, ...children.flatMap((child) => family(Number(child)))];
  } catch {
    return [];
  }
}

function heldMb(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Of all that have ended and were waited for; the kernel counts in hundredths of a second. */
function childrensCpuMs(): number {
  if (!existsSync("/proc/self/stat")) return 0;
  // The name of the program may hold blanks: the fields begin behind its bracket, at the third.
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)!.split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at % 1);
}

/** `812 ms (790–844)` */
export function spread(values: readonly number[]): string {
  const round = (value: number) => Math.round(value).toString();
  return `${round(median(values))} ms (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

/** Of each round's pair: the median, and between which the middle half lies. `1.76 (1.70–1.83)` */
export function ratio(own: readonly number[], base: readonly number[]): string {
  const pairs = own.map((ms, index) => ms / base[index]!);
  const show = (part: number) => quantile(pairs, part).toFixed(2);
  return pairs.length === 1 ? show(0.5) : `${show(0.5)} (${show(0.25)}–${show(0.75)})`;
}

/** `58 MB`, or nothing where it is not known. */
export function megabytes(value: number | null): string {
  return value === null ? "" : `${value.toFixed(0)} MB`;
}

/** `58 ms`, or nothing where it is not known. */
export function milliseconds(value: number | null): string {
  return value === null ? "" : `${value.toFixed(0)} ms`;
}

/** Where a program lies; where it is not installed this says so, with the package that brings it. */
export function program(name: string, debian: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (folder !== "" && existsSync(path)) return path;
  }
  missing(name, `apt-get install ${debian}`);
  return null;
}

/** Says what is left out, and how to have it. */
export function missing(what: string, hint: string): void {
  console.log(`Without ${what}, which is not here: ${hint}\n`);
}

/** A folder to work in, gone when the benchmark ends, whichever way. In memory where there is such a file system, if asked. */
export function scratch(where: "on disk" | "in memory" = "on disk"): string {
  const above = where === "in memory" && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(above, "status-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  if (process.listenerCount("SIGINT") === 0)
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const)
      process.once(signal, () => process.exit(code));
  return folder;
}
