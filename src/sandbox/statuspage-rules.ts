import { type Fields, isObject } from "./fields.ts";

const REALTIME = ["investigating", "identified", "monitoring", "resolved"];
export const SCHEDULED = ["scheduled", "in_progress", "verifying", "completed"];
export const IMPACTS = ["none", "maintenance", "minor", "major", "critical"];
/** A component's state and the impact that the vendor computes from it, best first. */
export const STATES: Readonly<Record<string, string>> = {
  operational: "none",
  under_maintenance: "maintenance",
  degraded_performance: "minor",
  partial_outage: "major",
  major_outage: "critical",
};

/** Planned work on the page: its times, and what the page is to do by itself when they come. */
export interface Schedule {
  readonly from: Date;
  readonly until: Date | null;
  readonly startsItself: boolean;
  readonly completesItself: boolean;
}

/** The schedule after these fields; null for an incident that is not planned, and where its times cannot be read. */
export function scheduleOf(given: Fields, current: Schedule | null): Schedule | null {
  const from = timeOf(given.scheduled_for) ?? current?.from ?? null;
  if (from === null) return null;
  return {
    from,
    until: timeOf(given.scheduled_until) ?? current?.until ?? null,
    startsItself:
      (given.scheduled_auto_in_progress ?? given.scheduled_auto_transition ?? current?.startsItself) === true,
    completesItself: (given.scheduled_auto_completed ?? current?.completesItself) === true,
  };
}

/** Null where nothing readable was given. */
function timeOf(value: unknown): Date | null {
  const time = typeof value === "string" ? new Date(value) : new Date(Number.NaN);
  return Number.isNaN(time.getTime()) ? null : time;
}

function scheduleFlaws(given: Fields, status: string, current: Schedule | null): string[] {
  const flaws: string[] = [];
  for (const [field, words] of [
    ["scheduled_for", "Scheduled for"],
    ["scheduled_until", "Scheduled until"],
  ] as const)
    if (given[field] !== undefined && timeOf(given[field]) === null) flaws.push(`${words} is not a time`);
  const schedule = scheduleOf(given, current);
  if (SCHEDULED.includes(status) && schedule === null) flaws.push("Scheduled for can't be blank");
  if (!SCHEDULED.includes(status) && schedule !== null) flaws.push("Status is not included in the list");
  if (schedule !== null && schedule.until !== null && schedule.until <= schedule.from)
    flaws.push("Scheduled until must be after scheduled for");
  return flaws;
}

/**
 * What stands against these fields of an incident, in the vendor's words; empty where nothing does.
 * `current` is the incident's status, null for a new one; `planned` its schedule. `exists` tells which component ids the page has.
 */
export function flawsOf(
  given: Fields,
  current: string | null,
  planned: Schedule | null,
  exists: (id: string) => boolean,
): string[] {
  const flaws: string[] = [];
  const name = given.name;
  if (current === null && (typeof name !== "string" || name.trim() === "")) flaws.push("Name can't be blank");
  if (typeof name === "string" && name.length > 255)
    flaws.push("Name is too long (maximum is 255 characters)");
  if (typeof given.body === "string" && given.body.length > 25_000)
    flaws.push("Incident updates body is too long (maximum is 25000 characters)");
  const own = SCHEDULED.includes(current ?? "") ? SCHEDULED : REALTIME;
  const statuses = current === null ? [...REALTIME, ...SCHEDULED] : own;
  if (given.status !== undefined && !statuses.includes(String(given.status)))
    flaws.push("Status is not included in the list");
  flaws.push(...scheduleFlaws(given, String(given.status ?? current ?? "investigating"), planned));
  const impact = given.impact_override;
  if (impact !== undefined && impact !== null && !IMPACTS.includes(String(impact)))
    flaws.push("Impact override is not included in the list");
  const metadata = given.metadata;
  if (metadata !== undefined && !(isObject(metadata) && Object.values(metadata).every(isObject)))
    flaws.push("Metadata must be an object whose values are objects");
  const changes = given.components ?? {};
  if (!isObject(changes)) flaws.push("Components must be an object");
  else
    for (const state of Object.values(changes))
      if (state !== "" && STATES[String(state)] === undefined) flaws.push("Component status is not valid");
  const ids = [...(isObject(changes) ? Object.keys(changes) : []), ...idsOf(given.component_ids)];
  for (const id of ids) if (!exists(id)) flaws.push(`Component ${id} could not be found`);
  if (given.backfilled === true && ids.length > 0) flaws.push("Components cannot be set when backfilled");
  return flaws;
}

export function idsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
}
