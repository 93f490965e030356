/** Numbers in [0, 1) that a seed decides, so that a failing run can be had again. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` of `all`, evenly spread over its order; where between two the seed decides. All of it for a larger count. */
export function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  if (count >= all.length) return [...all];
  const random = chance(seed);
  const stride = all.length / count;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index + random()) * stride)]!);
}

/** What `FIRE_SEED` says, else 1. */
export const SEED = Number(process.env.FIRE_SEED ?? "1");
/** With `FIRE_FULL=1` every point is tried, not a sample. */
export const FULL = process.env.FIRE_FULL === "1";

/** One line of JSON for people and scripts. */
export function tell(figures: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ seed: SEED, ...figures })}\n`);
}
