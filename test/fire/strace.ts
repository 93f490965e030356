import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The n-th call of one system call, counted in each thread. */
export interface Point {
  readonly call: string;
  readonly n: number;
  /** What it touches, for people. */
  readonly on: string;
}

/** Everything by which the command changes a disk or reaches a vendor. */
const CALLS =
  "fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg,rename,renameat2,link,unlink,rmdir,connect,ftruncate,mkdir";

/** One worker thread, so that its calls come in the same order each time. */
export const STEADY = { UV_THREADPOOL_SIZE: "1" };

/** Why no tracer can be used here; null where one can. */
export function noTracer(): string | null {
  const tried = spawnSync("strace", ["-f", "--seccomp-bpf", "-o", "/dev/null", "true"], { encoding: "utf8" });
  if (tried.error !== undefined) return `strace cannot be started (${tried.error.message})`;
  return tried.status === 0
    ? null
    : `strace is not allowed to trace here: ${tried.stderr.trim().split("\n")[0]}`;
}

/** Words to put before a command so that it dies at this point: the call is entered, and never made. */
export function killAt({ call, n }: Pick<Point, "call" | "n">): string[] {
  return tampering(call, `inject=${call}:signal=KILL:when=${n}`);
}

/** Words to put before a command so that it is stopped when this call has been entered; it is made after SIGCONT. */
export function stopAt({ call, n }: Pick<Point, "call" | "n">): string[] {
  return tampering(call, `inject=${call}:signal=STOP:when=${n}`);
}

/** Words to put before a command so that from this point on every such call fails. */
export function failFrom({ call, n }: Pick<Point, "call" | "n">, error: string, path?: string): string[] {
  const only = path === undefined ? [] : ["-P", path];
  return [...tampering(call, `inject=${call}:error=${error}:when=${n}+`), ...only];
}

function tampering(call: string, expression: string): string[] {
  return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", expression];
}

/** Runs a command once under the tracer and returns every point at which it touches a disk or a vendor, in order. */
export async function tracePoints(
  run: (under: readonly string[]) => Promise<unknown>,
  calls = CALLS,
): Promise<{ points: Point[]; lines: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "status-trace-"));
  const file = join(folder, "trace");
  try {
    await run(["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "64", "-o", file, "-e", `trace=${calls}`]);
    const lines = readFileSync(file, "utf8").split("\n");
    return { points: withoutRepeats(pointsOf(lines)), lines };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pointsOf(lines: readonly string[]): Point[] {
  const counts = new Map<string, number>();
  const points: Point[] = [];
  const known = new Set<string>();
  for (const line of lines) {
    const [, thread, call, rest] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (call === undefined || rest === undefined) continue;
    const n = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, n);
    // Whichever thread comes to n first is the one that dies there: a later thread's n-th call is out of reach.
    if (known.has(`${call} ${n}`)) continue;
    known.add(`${call} ${n}`);
    if (touchesNothing(rest)) continue;
    points.push({ call, n, on: /<([^>]*)>|"([^"]*)"/.exec(rest)?.slice(1).find(Boolean) ?? "" });
  }
  return points;
}

/** Of many writes to one file in a row only the first and the last: what lies between is one unfinished transaction. */
function withoutRepeats(points: readonly Point[]): Point[] {
  const same = (a: Point | undefined, b: Point) => a?.call === "pwrite64" && a.on === b.on;
  return points.filter(
    (point, index) =>
      point.call !== "pwrite64" || !same(points[index - 1], point) || !same(points[index + 1], point),
  );
}

/** Wake-ups between threads, our own output, and questions to this machine. */
function touchesNothing(rest: string): boolean {
  return (
    /^(\d+<(anon_inode|pipe):|[012]<)/.test(rest) || /AF_UNIX|RTM_|nlmsg/.test(rest) || /-shm>/.test(rest)
  );
}
