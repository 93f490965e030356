import { execFile } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

/** What one run of a command cost, start and end of its process included. */
export interface Cost {
  readonly ms: number;
  readonly peakMb: number;
}

const ROOT = new URL("../..", import.meta.url).pathname;

/** Runs `status` as its own process in `folder`. Throws where it fails: a failure is no figure. */
export function status(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Cost> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const command = [join(ROOT, "bench/peak.mjs"), join(ROOT, "bin/status.js"), ...argv];
    execFile(
      process.execPath,
      command,
      { cwd: folder, env: { ...process.env, ...env } },
      (error, _, stderr) => {
        const ms = performance.now() - began;
        const peak = /peak (\d+) kB/.exec(stderr)?.[1];
        if (error !== null || peak === undefined) reject(new Error(`status ${argv.join(" ")}: ${stderr}`));
        else resolve({ ms, peakMb: Number(peak) / 1024 });
      },
    );
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `812 ms (790–844)` */
export function spread(values: readonly number[]): string {
  const round = (value: number) => Math.round(value).toString();
  return `${round(median(values))} ms (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

/** `2 × Intel Xeon, 7.8 GB, Node 20.20.2, linux` */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? "unknown"}, ${(totalmem() / 2 ** 30).toFixed(1)} GB, Node ${process.versions.node}, ${process.platform}`;
}
