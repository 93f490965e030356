/**
 * A signal that aborts after `ms`, or with any of `others`; call `end` when the work is done.
 * AbortSignal.timeout inside AbortSignal.any may be collected before it fires (Node 20), so the timer is held here.
 */
export function deadline(
  ms: number,
  ...others: readonly AbortSignal[]
): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  for (const other of others) {
    if (other.aborted) abort();
    other.addEventListener("abort", abort, { once: true });
  }
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      for (const other of others) other.removeEventListener("abort", abort);
    },
  };
}
