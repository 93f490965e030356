import type { Delivery } from "../broadcast/ledger.ts";
import { type Incident, isOpen, type Update } from "../incident/incident.ts";
import type { CadencePolicy } from "./policy.ts";

/** An open incident with its record, oldest update first. */
export interface Case {
  readonly incident: Incident;
  readonly updates: readonly Update[];
  readonly deliveries: readonly Delivery[];
}

/** Something that customers were promised, or are owed. */
export interface Debt {
  readonly incident: Incident;
  /** `start` and `end` are those of planned work. */
  readonly kind: "acknowledgement" | "update" | "start" | "end" | "postmortem";
  readonly dueAt: Date;
  readonly overdue: boolean;
  /** Required channels that have not heard the newest update: then retrying pays, not speaking anew. */
  readonly silent: readonly string[];
  /** True where not even the outer bound for a first word was kept. */
  readonly beyondBound: boolean;
}

/**
 * What is overdue, or falls due within `withinMs`; most pressing first.
 * An incident owes its acknowledgement until the first public word, then each promised update; a grave one that has ended
 * (`unexplained`) its postmortem. A promise is made once one required channel has heard it, and kept when all have heard
 * the next update.
 */
export function debts(
  open: readonly Case[],
  unexplained: readonly Incident[],
  now: Date,
  withinMs: number,
  policy: CadencePolicy,
): Debt[] {
  const owed = [
    ...open.filter(({ incident }) => isOpen(incident)).flatMap((each) => owedBy(each, now, policy)),
    ...unexplained.flatMap((incident) => postmortemOf(incident, policy)),
  ];
  return owed
    .filter(({ dueAt }) => dueAt.getTime() <= now.getTime() + withinMs)
    .map((debt) => ({
      ...debt,
      overdue: debt.dueAt <= now,
      beyondBound:
        debt.kind === "acknowledgement" &&
        now.getTime() - debt.incident.startedAt.getTime() >= policy.acknowledgeAtTheLatest,
    }))
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}

type Owed = Omit<Debt, "overdue" | "beyondBound">;

function owedBy(each: Case, now: Date, policy: CadencePolicy): Owed[] {
  const { incident } = each;
  const { promise, silent, unpaid } = promiseInForce(each);
  const owed: Owed[] = [];
  if (incident.acknowledgedAt === null && incident.type === "incident") {
    const dueAt = new Date(incident.startedAt.getTime() + policy.acknowledgeWithin);
    owed.push({ incident, kind: "acknowledgement", dueAt, silent });
  } else if (unpaid !== null) owed.push({ incident, kind: "update", dueAt: unpaid, silent });
  if (promise !== null) owed.push({ incident, ...stepOf(incident, promise, now), silent: [] });
  return owed;
}

/** What the promise comes to. A start or an end that has passed is owed instead of what was to be said before it. */
function stepOf(
  { phase, startedAt, endsAt }: Incident,
  promise: Date,
  now: Date,
): { readonly kind: Debt["kind"]; readonly dueAt: Date } {
  const reaches = (step: Date) => promise >= step || now >= step;
  const later = (step: Date) => (promise > step ? promise : step);
  if (phase === "scheduled" && reaches(startedAt)) return { kind: "start", dueAt: later(startedAt) };
  if ((phase === "in_progress" || phase === "verifying") && endsAt !== null && reaches(endsAt))
    return { kind: "end", dueAt: later(endsAt) };
  return { kind: "update", dueAt: promise };
}

function postmortemOf(incident: Incident, { postmortemFor, postmortemWithin }: CadencePolicy): Owed[] {
  if (incident.resolvedAt === null || !postmortemFor.includes(incident.impact)) return [];
  const dueAt = new Date(incident.resolvedAt.getTime() + postmortemWithin);
  return [{ incident, kind: "postmortem", dueAt, silent: [] }];
}

export interface InForce {
  /** The next update that audiences were promised; null where none was. */
  readonly promise: Date | null;
  /** The number of the update that made it. */
  readonly madeBy: number | null;
  /** Required channels that have not heard the newest words meant for them. */
  readonly silent: readonly string[];
  /** When the oldest of those words were owed; null where no channel is silent. */
  readonly unpaid: Date | null;
}

/** Where the promises of an incident stand. Words that nobody has heard promise nothing, and keep nothing. */
export function promiseInForce({ updates, deliveries }: Case): InForce {
  const meant = deliveries.filter(
    (row) => row.required && row.state !== "skipped" && row.state !== "superseded",
  );
  const unheard = newestWords(meant).filter((rows) => rows.some((row) => row.state !== "sent"));
  const owed = unheard.map(([row]) => {
    const update = updates.find(({ id }) => id === row?.updateId);
    const promised = updates.find(({ number }) => number === update?.keeps)?.standing.nextUpdateAt;
    return promised ?? update?.at ?? null;
  });
  const silence = {
    silent: unheard.map(([row]) => row!.channel),
    unpaid: owed.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), null),
  };
  for (const update of updates.toReversed()) {
    const rows = meant.filter((row) => row.updateId === update.id);
    if (rows.length > 0 && rows.every((row) => row.state !== "sent")) continue;
    return { promise: update.standing.nextUpdateAt, madeBy: update.number, ...silence };
  }
  return { promise: null, madeBy: null, ...silence };
}

/** For each channel the rows of the newest update among these. */
function newestWords(rows: readonly Delivery[]): Delivery[][] {
  const newest = new Map<string, Delivery[]>();
  for (const row of rows) {
    const known = newest.get(row.channel) ?? [];
    const before = known[0]?.updateNumber ?? 0;
    if (row.updateNumber > before) newest.set(row.channel, [row]);
    else if (row.updateNumber === before) known.push(row);
  }
  return [...newest.values()];
}
