import { usageError } from "../base/errors.ts";
import { stoppedEarly } from "./caller.ts";
import { GRACE_MS } from "./circumstances.ts";

/** The operations of one caller: counted, stopped together, and awaited at the end. */
export interface UnderWay {
  /** Aborted when the caller's signal is, or at the end: nothing new is started. */
  readonly stopping: AbortSignal;
  /** Aborted three seconds later: what is in flight is given up. */
  readonly stopped: AbortSignal;
  /** Begins an operation. Rejects with STATUS_CLOSED after the end, with STATUS_STOPPED where the signal is aborted already. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Lets nothing new begin, stops what runs, and resolves when it has come to its end. */
  end(): Promise<void>;
}

/** Listens to the signal only while an operation runs: one signal may serve any number of callers. */
export function underWay(signal: AbortSignal | undefined): UnderWay {
  const stopping = new AbortController();
  const stopped = new AbortController();
  const running = new Set<Promise<unknown>>();
  let closed = false;
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    grace = setTimeout(() => stopped.abort(), GRACE_MS).unref();
  };
  const begin = (work: Promise<unknown>) => {
    if (running.size === 0) signal?.addEventListener("abort", stop, { once: true });
    running.add(work);
  };
  const finish = (work: Promise<unknown>) => {
    running.delete(work);
    if (running.size > 0) return;
    signal?.removeEventListener("abort", stop);
    clearTimeout(grace);
  };
  return {
    stopping: stopping.signal,
    stopped: stopped.signal,
    async run(operation) {
      if (closed)
        throw usageError(
          "STATUS_CLOSED",
          "close() was called; nothing new begins.",
          "Call createStatus again.",
        );
      if (signal?.aborted === true || stopping.signal.aborted) throw stoppedEarly();
      const work = operation();
      begin(work);
      try {
        return await work;
      } finally {
        finish(work);
      }
    },
    async end() {
      closed = true;
      if (running.size > 0) stop();
      await Promise.allSettled(running);
    },
  };
}
