import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import type { Scrubber } from "../base/scrubber.ts";
import { type Circumstances, GRACE_MS, processCircumstances } from "../status/circumstances.ts";
import { foldText } from "./output/fold-text.ts";

/** Where text goes. */
export interface Sink {
  write(text: string): void;
  /** The same for what is not to be folded: a document, or a screen that is drawn. */
  verbatim?(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
  /** How many lines a terminal shows; unknown where it cannot tell. */
  readonly rows?: number | undefined;
}

/** All that a command knows of the world; tests and drills hand in their own. */
export interface Surroundings extends Circumstances {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  /** The stream behind stderr, for prompts. */
  readonly promptOutput: Writable;
  /** Aborted at the second Ctrl-C or SIGTERM alone: for what takes longer to come to its end than a command. */
  readonly insisted?: AbortSignal;
  /** Whether the whole process is this command's, and what is done to it lasts no longer than the command. */
  readonly ownsProcess?: true;
  /** Takes the handlers of signals off: once the work is done, any of them ends the process. */
  readonly unheed?: () => void;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * The same, with every secret that the scrubber knows taken out of what is written, and lines folded at words where a terminal
 * would break them anywhere.
 */
export function scrubbed(surroundings: Surroundings, scrubber: Scrubber): Surroundings {
  const clean = (sink: Sink): Sink => ({
    write: (text) =>
      sink.write(sink.isTerminal ? foldText(scrubber.scrub(text), sink.columns) : scrubber.scrub(text)),
    verbatim: (text) => verbatim(sink, scrubber.scrub(text)),
    isTerminal: sink.isTerminal,
    get columns() {
      return sink.columns;
    },
    get rows() {
      return sink.rows;
    },
  });
  return withParts(surroundings, { stdout: clean(surroundings.stdout), stderr: clean(surroundings.stderr) });
}

/** The same with other parts. Standard input, which few commands look at, is not looked at for this: that alone makes a stream. */
export function withParts(surroundings: Surroundings, parts: Partial<Surroundings>): Surroundings {
  const all = {
    ...Object.getOwnPropertyDescriptors(surroundings),
    ...Object.getOwnPropertyDescriptors(parts),
  };
  return Object.defineProperties({}, all) as Surroundings;
}

/** Writes text of which no line is folded, however narrow the terminal. */
export function verbatim(sink: Sink, text: string): void {
  if (sink.verbatim === undefined) sink.write(text);
  else sink.verbatim(text);
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

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
  for (const signal of SIGNALS) process.on(signal, stop);
  endWithTerminal();
  // A pipe that was closed or a disk that is full must not stop what is being sent; the exit code still tells.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    get stdin() {
      return process.stdin;
    },
    promptOutput: process.stderr,
    ...processCircumstances({ stopping: stopping.signal, stopped: stopped.signal }),
    insisted: insisted.signal,
    wait: abortableWait,
    ownsProcess: true,
    unheed: () => {
      for (const signal of SIGNALS) process.off(signal, stop);
    },
  };
}

/**
 * Where the terminal was closed, Node at its end tries to set it back and aborts (ResetStdio, node.cc, read 2026-11), which may
 * leave an image of the memory, secrets and all, on the disk. Once everything is done the hangup itself ends the process.
 */
function endWithTerminal(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on("exit", () => {
    if (terminals.every((descriptor) => isatty(descriptor))) return;
    process.removeAllListeners("SIGHUP");
    process.kill(process.pid, "SIGHUP");
  });
}

function sink(stream: NodeJS.WriteStream): Sink {
  // Of what others write to the stream, some goes elsewhere.
  const write = stream.write.bind(stream);
  return {
    write: (text) => void write(text),
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
