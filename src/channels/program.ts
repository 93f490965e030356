import { type ChildProcess, spawn } from "node:child_process";
import { isOverdue } from "../base/deadline.ts";

/** How long what a program left running may keep its pipes open. */
const DRAIN_MS = 500;
/** An answer is a few lines; a program that prints without end is stopped. */
const MOST_BYTES = 1024 * 1024;

export interface Run {
  readonly cwd: string;
  /** This process's own where absent. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Everything that stands on its standard input. */
  readonly input: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Open files that it gets as descriptors 3 and up. */
  readonly files?: readonly number[];
}

/** How a program ended. `not-started`: it never ran, and has done nothing. */
export interface Ran {
  readonly end: "exited" | "killed" | "timed-out" | "stopped" | "flooded" | "not-started";
  /** Only where it exited. */
  readonly code: number | null;
  /** The system's word for it (`ENOENT`, `SIGSEGV`); empty where there is none. */
  readonly reason: string;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell, in a process group of its own, and never rejects. When its time is over, the caller
 * stops, or it prints more than 1 MiB, it is ended with all that it had started.
 */
export function runProgram(argv: readonly string[], run: Run): Promise<Ran> {
  const [program = "", ...args] = argv;
  const notStarted = (reason: string): Ran => ({
    ...{ end: "not-started", code: null, reason },
    ...{ stdout: "", stderr: "" },
  });
  if (run.signal.aborted) return Promise.resolve(notStarted("ABORTED"));
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        cwd: run.cwd,
        env: run.env,
        stdio: ["pipe", "pipe", "pipe", ...(run.files ?? [])],
        detached: true,
        windowsHide: true,
      });
    } catch (error) {
      // Arguments that no program can get.
      resolve(notStarted((error as NodeJS.ErrnoException).code ?? "BAD_ARGUMENTS"));
      return;
    }
    const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let size = 0;
    let over = false;
    let ended: Ran["end"] | null = null;
    let drain: NodeJS.Timeout | undefined;
    const finish = (end: Ran["end"], code: number | null, reason: string) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      clearTimeout(drain);
      run.signal.removeEventListener("abort", onAbort);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      const text = (name: keyof typeof said) => Buffer.concat(said[name]).toString("utf8");
      resolve({ end, code, reason, stdout: text("stdout"), stderr: text("stderr") });
    };
    const stop = (why: Ran["end"]) => {
      ended ??= why;
      killGroup(child);
    };
    for (const name of ["stdout", "stderr"] as const)
      child[name]
        ?.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > MOST_BYTES) stop("flooded");
          else said[name].push(chunk);
        })
        // A pipe that breaks says nothing that the exit does not.
        .on("error", () => {});
    // A program may answer without reading to the end.
    child.stdin?.on("error", () => {});
    child.stdin?.end(run.input);
    const timer = setTimeout(() => stop("timed-out"), run.timeoutMs);
    const onAbort = () => stop(isOverdue(run.signal) ? "timed-out" : "stopped");
    run.signal.addEventListener("abort", onAbort, { once: true });
    const judge = (code: number | null, by: NodeJS.Signals | null) =>
      ended === null
        ? finish(code === null ? "killed" : "exited", code, by ?? "")
        : finish(ended, null, by ?? "");
    child.on("error", (error: NodeJS.ErrnoException) => finish("not-started", null, error.code ?? ""));
    child.on("exit", (code, by) => {
      clearTimeout(timer);
      drain = setTimeout(() => judge(code, by), ended === null ? DRAIN_MS : 0);
    });
    child.on("close", judge);
  });
}

/** SIGKILL: a program that ignores a polite signal would go on after its fate was told. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
