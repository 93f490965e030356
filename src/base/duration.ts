const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** How a duration is written, as a regular expression. */
export const DURATION = "^(\\d{1,6}(ms|[smhd])){1,5}$";
const WRITTEN = new RegExp(DURATION);

/** `30m`, `1h30m`, `90s`, `500ms`, `5d` in milliseconds; null for anything else, and above a year. A unit is required: `30` means nothing. */
export function parseDuration(text: string): number | null {
  if (!WRITTEN.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhd])/g)) total += Number(amount) * UNITS[unit!]!;
  return total <= 366 * UNITS.d! ? total : null;
}

/** As `parseDuration` reads it, in the largest unit that says it exactly: `90m`, `5d`. */
export function writeDuration(ms: number): string {
  const [unit = "ms", size = 1] =
    Object.entries(UNITS)
      .reverse()
      .find(([, size]) => ms % size === 0 && ms >= size) ?? [];
  return `${ms / size}${unit}`;
}

/** The two largest units, for people, to the nearest minute: `2 h 5 min`, `45 s`, `3 d`. */
export function sayDuration(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}
