import { readFileSync, readlinkSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { digest } from "./ids.ts";

/**
 * Names this process so that another on the same machine can tell whether it still lives:
 * host, boot, process id and start time, joined by `/`. Containers may share a host's name and not its processes,
 * so the host carries the number of its process namespace.
 */
export function processIdentity(): string {
  return [host(), bootId(), process.pid, startTimeOf(process.pid) ?? "0"].join("/");
}

/**
 * True only where it is sure: same host in the same boot, and the process is gone or its id was given to another.
 * Another boot proves nothing: machines made from one image share a name, and may share a ledger.
 */
export function isProvablyDead(identity: string): boolean {
  const [owner, boot, pid, start] = identity.split("/");
  if (owner !== host() || boot !== bootId()) return false;
  const startedNow = startTimeOf(Number(pid));
  if (startedNow !== null) return startedNow !== start;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** True only where it is sure: on this machine, alive, and stopped (Ctrl-Z, SIGSTOP, a debugger): it may go on at any moment. */
export function isStopped(identity: string): boolean {
  const [owner, boot, pid, start] = identity.split("/");
  if (owner !== host() || boot !== bootId() || startTimeOf(Number(pid)) !== start) return false;
  return /^[Tt]$/.test(statOf(Number(pid))?.[0] ?? "");
}

/** The process id in an identity, where that process would be on this machine; else null. */
export function localPid(identity: string): number | null {
  const [owner, boot, pid] = identity.split("/");
  return owner === host() && boot === bootId() ? Number(pid) : null;
}

let knownHost: string | null = null;
function host(): string {
  knownHost ??= `${hostname()}${processNamespace()}${bootId() === "" ? hardware() : ""}`;
  return knownHost;
}

/** Tells machines of one name apart where the system does not number its boots. */
function hardware(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ mac }) => mac));
  return `-${digest(...[...new Set(addresses)].sort())}`;
}

function processNamespace(): string {
  try {
    return `:${/\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? ""}`;
  } catch {
    return "";
  }
}

let knownBootId: string | null = null;
function bootId(): string {
  knownBootId ??= read("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return knownBootId;
}

/** In clock ticks since boot; null where there is no such process or no /proc. */
function startTimeOf(pid: number): string | null {
  return statOf(pid)?.[19] ?? null;
}

/** The fields of /proc/PID/stat from the third on: state first, start time at 19. */
function statOf(pid: number): string[] | null {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
