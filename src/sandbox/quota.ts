import type { Clock } from "../base/clock.ts";

/** Counts what comes in a rolling window of the clock, and says when one more is too many. */
export class Quota {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #windowMs: number;
  #taken: readonly number[] = [];

  constructor(clock: Clock, most: number, windowMs: number) {
    this.#clock = clock;
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Null where one more is taken; else the whole seconds until there is room. */
  take(): number | null {
    const now = this.#clock.now().getTime();
    this.#taken = this.#taken.filter((at) => now - at < this.#windowMs && at <= now);
    const [oldest] = this.#taken;
    if (oldest !== undefined && this.#taken.length >= this.#most)
      return Math.max(1, Math.ceil((oldest + this.#windowMs - now) / 1000));
    this.#taken = [...this.#taken, now];
    return null;
  }
}
