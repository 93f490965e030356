/** Until policies by impact and phase exist, one interval serves all. */
const DEFAULT_INTERVAL_MS = 30 * 60_000;

/** When the next update is due unless the speaker says otherwise. */
export function promiseFrom(now: Date): Date {
  return new Date(now.getTime() + DEFAULT_INTERVAL_MS);
}
