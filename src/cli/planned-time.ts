import { localTime, zoneName } from "../base/zone.ts";
import type { Incident } from "../incident/incident.ts";
import { clockTime, dayOf } from "./report/report.ts";

/** `planned 24 Nov 22:00–23:30 PST`; what is not plain is said: another day, another year, another zone name. */
export function sayPlanned(
  { startedAt, endsAt }: Pick<Incident, "startedAt" | "endsAt">,
  now: Date,
  timeZone: string,
): string {
  const day = (at: Date) => {
    const { year } = localTime(at, timeZone);
    return `${dayOf(at, timeZone)}${year === localTime(now, timeZone).year ? "" : ` ${year}`}`;
  };
  const zone = zoneName(startedAt, timeZone);
  const from = `${day(startedAt)} ${clockTime(startedAt, timeZone)}`;
  if (endsAt === null) return `planned from ${from} ${zone}`;
  const until = `${clockTime(endsAt, timeZone)} ${zoneName(endsAt, timeZone)}`;
  const start = zone === zoneName(endsAt, timeZone) ? from : `${from} ${zone}`;
  if (day(startedAt) === day(endsAt)) return `planned ${start}–${until}`;
  return `planned ${start} – ${day(endsAt)} ${until}`;
}
