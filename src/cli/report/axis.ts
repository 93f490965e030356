import { localTime } from "../../base/zone.ts";
import { clockTime, dayOf } from "./report.ts";

/** A round time on the wall of the property's zone. */
export interface Tick {
  readonly at: Date;
  readonly label: string;
  /** Midnight: the label is the day's. */
  readonly day: boolean;
}

const MINUTE_MS = 60_000;
const DAY_MIN = 24 * 60;
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720] as const;

/** About `most` round times strictly between the two, the same wall-clock distance apart. */
export function ticksBetween(from: Date, to: Date, timeZone: string, most: number): Tick[] {
  const minutes = (to.getTime() - from.getTime()) / MINUTE_MS;
  const step =
    STEPS_MIN.find((candidate) => minutes / candidate <= most) ??
    DAY_MIN * Math.ceil(minutes / DAY_MIN / Math.max(1, most));
  const ticks: Tick[] = [];
  const first = Math.floor(wallMinutes(from, timeZone) / step) * step;
  for (let wall = first; wall <= first + minutes + 2 * step; wall += step) {
    const at = atWall(wall, from, timeZone);
    const before = ticks.at(-1)?.at ?? from;
    if (at > before && at < to) ticks.push(tick(at, timeZone));
  }
  return ticks;
}

function tick(at: Date, timeZone: string): Tick {
  const { hour, minute } = localTime(at, timeZone);
  const day = hour === 0 && minute === 0;
  return { at, day, label: day ? dayOf(at, timeZone) : clockTime(at, timeZone) };
}

/** What the wall shows, in minutes, as if it were UTC. */
function wallMinutes(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute } = localTime(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute) / MINUTE_MS;
}

/** The instant at which the wall shows this, or close to it where clocks change just then. */
function atWall(wall: number, near: Date, timeZone: string): Date {
  const offset = (at: Date) => wallMinutes(at, timeZone) - Math.floor(at.getTime() / MINUTE_MS);
  const guess = new Date((wall - offset(near)) * MINUTE_MS);
  return new Date((wall - offset(guess)) * MINUTE_MS);
}
