import { type Incident, isOpen } from "../incident/incident.ts";

/** Something that customers were promised, or are owed. */
export interface Debt {
  readonly incident: Incident;
  readonly kind: "acknowledgement" | "update";
  readonly dueAt: Date;
  readonly overdue: boolean;
}

/**
 * What is overdue, or falls due within `withinMs`; most pressing first.
 * An incident owes its acknowledgement until the first public word, and then each promised update.
 */
export function debts(
  incidents: readonly Incident[],
  now: Date,
  withinMs: number,
  acknowledgeWithinMs: number,
): Debt[] {
  const found = incidents.filter(isOpen).flatMap((incident): Omit<Debt, "overdue">[] => {
    const owed: Omit<Debt, "overdue">[] = [];
    if (incident.acknowledgedAt === null && incident.type === "incident")
      owed.push({
        incident,
        kind: "acknowledgement",
        dueAt: new Date(incident.startedAt.getTime() + acknowledgeWithinMs),
      });
    if (incident.nextUpdateAt !== null) owed.push({ incident, kind: "update", dueAt: incident.nextUpdateAt });
    return owed;
  });
  return found
    .filter(({ dueAt }) => dueAt.getTime() <= now.getTime() + withinMs)
    .map((debt) => ({ ...debt, overdue: debt.dueAt <= now }))
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}
