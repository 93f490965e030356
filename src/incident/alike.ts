import type { Incident } from "./incident.ts";

/** What an incident is recognized by. */
type Recognized = Pick<Incident, "type" | "title" | "impact" | "components" | "startedAt" | "endsAt">;

/**
 * Whether two incidents are most likely one, announced by two people or by two runs: they bear one title, or have the same
 * components and impact. Planned work at another time is other work; of a notice there is never another.
 */
export function isAlike(one: Recognized, other: Recognized): boolean {
  if (one.type !== other.type || one.type === "notice" || !meet(one, other)) return false;
  if (one.title.toLowerCase() === other.title.toLowerCase()) return true;
  const affected = idsOf(one);
  return affected !== "" && affected === idsOf(other) && one.impact === other.impact;
}

function idsOf({ components }: Recognized): string {
  return components
    .map(({ id }) => id)
    .sort()
    .join();
}

function meet(a: Recognized, b: Recognized): boolean {
  return (a.endsAt === null || a.endsAt > b.startedAt) && (b.endsAt === null || b.endsAt > a.startedAt);
}
