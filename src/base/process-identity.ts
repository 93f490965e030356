import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Names this process so that another on the same machine can tell whether it still lives:
 * host, boot, process id and start time, joined by `/`.
 */
export function processIdentity(): string {
  return [hostname(), bootId(), process.pid, startTimeOf(process.pid) ?? "0"].join("/");
}

/** True only where it is sure: same host, and another boot, or the process is gone or its id was given to another. */
export function isProvablyDead(identity: string): boolean {
  const [host, boot, pid, start] = identity.split("/");
  if (host !== hostname()) return false;
  if (boot !== bootId()) return boot !== "" && bootId() !== "";
  const startedNow = startTimeOf(Number(pid));
  if (startedNow !== null) return startedNow !== start;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

let knownBootId: string | null = null;
function bootId(): string {
  knownBootId ??= read("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return knownBootId;
}

/** In clock ticks since boot, from field 22 of /proc/PID/stat; null where there is no such process or no /proc. */
function startTimeOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
