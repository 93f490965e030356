/** Time as the domain sees it; deadlines and time-outs always run on the real timer. */
export interface Clock {
  /** The current instant. A drill's clock is scripted. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands where it is put; drills and tests move it by hand. */
export class ScriptedClock implements Clock {
  #now: Date;
  constructor(start: Date) {
    this.#now = start;
  }
  now(): Date {
    return new Date(this.#now);
  }
  set(instant: Date): void {
    this.#now = instant;
  }
  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}
