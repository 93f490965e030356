import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Scrubber } from "../base/scrubber.ts";

/** Where text goes. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
  /** How many lines a terminal shows; unknown where it cannot tell. */
  readonly rows?: number | undefined;
}

/** Questions to the domain name system; a failed one gives an empty list. */
export interface Names {
  addresses(host: string): Promise<readonly string[]>;
  nameServers(host: string): Promise<readonly string[]>;
}

/** All that a command knows of the world; tests and drills hand in their own. */
export interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  /** The stream behind stderr, for prompts. */
  readonly promptOutput: Writable;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborted at the first Ctrl-C or SIGTERM: nothing new is started. */
  readonly stopping: AbortSignal;
  /** Aborted a moment later, or at the second: what is in flight is given up. */
  readonly stopped: AbortSignal;
  /** Aborted at the second one alone: for what takes longer to come to its end than a command. */
  readonly insisted?: AbortSignal;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  readonly names: Names;
  /** Set in a drill: loopback only, no `cmd:` and no `publish:`; with `marked`, every text says DRILL. */
  readonly drill: { readonly marked: boolean } | null;
}

/** The same, with every secret that the scrubber knows taken out of what is written. */
export function scrubbed(surroundings: Surroundings, scrubber: Scrubber): Surroundings {
  const clean = (sink: Sink): Sink => ({
    write: (text) => sink.write(scrubber.scrub(text)),
    isTerminal: sink.isTerminal,
    get columns() {
      return sink.columns;
    },
    get rows() {
      return sink.rows;
    },
  });
  return { ...surroundings, stdout: clean(surroundings.stdout), stderr: clean(surroundings.stderr) };
}

const GRACE_MS = 3000;

/** The real ones. Installs handlers for SIGINT, SIGTERM and SIGHUP. */
export function processSurroundings(): Surroundings {
  const stopping = new AbortController();
  const stopped = new AbortController();
  const insisted = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) {
      stopped.abort();
      insisted.abort();
    }
    stopping.abort();
    setTimeout(() => stopped.abort(), GRACE_MS).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  // A pipe that was closed or a disk that is full must not stop what is being sent; the exit code still tells.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    stdin: process.stdin,
    promptOutput: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    stopping: stopping.signal,
    stopped: stopped.signal,
    insisted: insisted.signal,
    wait: abortableWait,
    names: systemNames,
    drill: null,
  };
}

function sink(stream: NodeJS.WriteStream): Sink {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows;
    },
  };
}

/** A timer that the signal ends early. */
export async function abortableWait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

const systemNames: Names = {
  async addresses(host) {
    const { lookup } = await import("node:dns/promises");
    return lookup(host, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    );
  },
  async nameServers(host) {
    const { resolveNs } = await import("node:dns/promises");
    // A zone's servers are recorded at its top: the first parent that has any.
    for (let zone = host; zone.includes("."); zone = zone.slice(zone.indexOf(".") + 1)) {
      const found = await resolveNs(zone).catch(() => []);
      if (found.length > 0) return found;
    }
    return [];
  },
};
