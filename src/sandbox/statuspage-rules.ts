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
/**
 * What stands against these fields of an incident, in the vendor's words; empty where nothing does.
 * `current` is the incident's status, null for a new one. `exists` tells which component ids the page has.
 */
export function flawsOf(given: Fields, current: string | null, exists: (id: string) => boolean): string[] {
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
