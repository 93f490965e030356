/** Why a signal was aborted whose time is over, by the name that AbortSignal.timeout gives it. */
export function timeIsOver(): DOMException {
  return new DOMException("The time is over.", "TimeoutError");
}

/** Whether it was aborted because its time was over, and not because somebody wants an end. */
export function isOverdue({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException && reason.name === "TimeoutError";
}

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
  const timer = setTimeout(() => controller.abort(timeIsOver()), ms);
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
