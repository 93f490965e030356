/** A person pressed Ctrl-C, or the process was told to end, before anything was sent. */
export class Cancelled extends Error {
  /** @param outcome What did not happen, in a sentence. */
  constructor(outcome = "Nothing was sent.") {
    super(outcome);
  }
}

/** The work's result, unless the signal comes first: then Cancelled is thrown. */
export function unlessStopped<T>(work: Promise<T>, stopping: AbortSignal): Promise<T> {
  if (stopping.aborted) return Promise.reject(new Cancelled());
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Cancelled());
    stopping.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => stopping.removeEventListener("abort", stop));
  });
}
