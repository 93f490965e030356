import type { Delivery, DeliveryStanding } from "../broadcast/ledger.ts";
import { type Action, isOverdue } from "../incident/action.ts";
import { type Incident, isOpen, type Update } from "../incident/incident.ts";
import { isHeard } from "./heard.ts";
import type { CadencePolicy } from "./policy.ts";

/** An open incident with its record, oldest update first. */
export interface Case<D extends DeliveryStanding = Delivery> {
  readonly incident: Incident;
  readonly updates: readonly Update[];
  readonly deliveries: readonly D[];
}

/** Something that customers were promised, or are owed. */
export interface Debt {
  readonly incident: Incident;
  /** `start` and `end` are those of planned work. */
  readonly kind: "acknowledgement" | "update" | "start" | "end" | "postmortem";
  readonly dueAt: Date;
  readonly overdue: boolean;
  /** Required channels that have not heard the newest update: then retrying pays, not speaking again. */
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
  cases: readonly Case<DeliveryStanding>[],
  unexplained: readonly Incident[],
  now: Date,
  withinMs: number,
  policy: CadencePolicy,
): Debt[] {
  const owed = [
    ...cases.flatMap((each) => (isOpen(each.incident) ? owedBy(each, now, policy) : endOwedBy(each))),
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

/** An action that was promised for a day, and is not carried out. */
export interface ActionDebt {
  readonly action: Action;
  readonly dueAt: Date;
  readonly overdue: boolean;
}

/** The actions that are overdue, or fall due within `withinMs`; most pressing first. */
export function actionDebts(actions: readonly Action[], now: Date, withinMs: number): ActionDebt[] {
  return actions
    .flatMap((action) => {
      const { dueAt, doneAt } = action;
      if (dueAt === null || doneAt !== null || dueAt.getTime() > now.getTime() + withinMs) return [];
      return [{ action, dueAt, overdue: isOverdue(action, now) }];
    })
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}

/** An ended incident owes its last words where they have not been heard. */
function endOwedBy(each: Case<DeliveryStanding>): Owed[] {
  const { silent, unpaid } = promiseInForce(each);
  return unpaid === null ? [] : [{ incident: each.incident, kind: "update", dueAt: unpaid, silent }];
}

/** When the most pressing thing that an open incident owes is due; null where it owes nothing. */
export function nextOwed(each: Case<DeliveryStanding>, now: Date, policy: CadencePolicy): Date | null {
  const owed = owedBy(each, now, policy);
  // Words that a channel has still to hear are told as its silence.
  const promised = owed.filter(({ kind, silent }) => silent.length === 0 || kind === "acknowledgement");
  return earliest((promised.length > 0 ? promised : owed).map(({ dueAt }) => dueAt));
}

type Owed = Omit<Debt, "overdue" | "beyondBound">;

function owedBy(each: Case<DeliveryStanding>, now: Date, policy: CadencePolicy): Owed[] {
  const { incident } = each;
  const { promise, silent, unpaid } = promiseInForce(each);
  const owed: Owed[] = [];
  // Of an incident of security the public is not to hear yet.
  if (incident.acknowledgedAt === null && incident.type === "incident" && !incident.security) {
    const dueAt = new Date(incident.startedAt.getTime() + policy.acknowledgeWithin);
    owed.push({ incident, kind: "acknowledgement", dueAt, silent });
  } else if (unpaid !== null) owed.push({ incident, kind: "update", dueAt: unpaid, silent });
  // Where all are silent, what they were promised is what is unpaid.
  if (promise !== null && promise.getTime() !== unpaid?.getTime())
    owed.push({ incident, ...stepOf(incident, promise, now), silent: [] });
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
  /** Whether somebody has heard the newest update, or nobody was meant to. */
  readonly newestHeard: boolean;
}

/**
 * Where the promises of an incident stand, judged channel by channel: each audience was promised what it last heard. Words
 * that nobody has heard promise nothing and keep nothing. A channel that was left out by choice is owed nothing more while
 * another of its audience has heard later words.
 */
export function promiseInForce({ updates, deliveries }: Case<DeliveryStanding>): InForce {
  const channels = new Map<string, DeliveryStanding[]>();
  for (const row of deliveries)
    if (row.effect === "post" && row.required)
      channels.set(row.channel, [...(channels.get(row.channel) ?? []), row]);
  const standings = [...channels].map(([channel, rows]) => ({ channel, ...standingOf(rows, updates) }));
  const silent = standings.filter(({ waiting }) => waiting !== null);
  const told = standings.filter(
    ({ waiting, heard, audience }) =>
      waiting === null &&
      heard !== null &&
      !standings.some(
        (other) => other.audience === audience && other.heard !== null && other.heard.number > heard.number,
      ),
  );
  const owed = silent.map(({ heard, waiting }) => heard?.standing.nextUpdateAt ?? waiting?.at ?? null);
  // Where nothing is required, the newest words stand for all; where all are silent, what they heard last.
  const heard = (told.length > 0 ? told : silent).flatMap(({ heard }) => heard ?? []);
  const makers = standings.length === 0 ? updates.slice(-1) : heard;
  const maker = makers.reduce<Update | null>((first, update) => {
    const [a, b] = [first?.standing.nextUpdateAt ?? null, update.standing.nextUpdateAt];
    return first === null || (b !== null && (a === null || b < a)) ? update : first;
  }, null);
  return {
    promise: maker?.standing.nextUpdateAt ?? null,
    madeBy: maker?.number ?? null,
    silent: silent.map(({ channel }) => channel),
    unpaid: earliest(owed),
    newestHeard: isNewestHeard(updates.at(-1), deliveries, standings),
  };
}

function isNewestHeard(
  newest: Update | undefined,
  deliveries: readonly DeliveryStanding[],
  standings: readonly ChannelStanding[],
): boolean {
  const meant = deliveries.some(
    (row) => row.updateId === newest?.id && row.required && row.state !== "skipped",
  );
  return !meant || standings.some(({ heard }) => heard !== null && heard.number === newest?.number);
}

interface ChannelStanding {
  readonly audience: DeliveryStanding["audience"];
  /** The newest update that it has heard. */
  readonly heard: Update | null;
  /** A later update that was meant for it and that it has not heard; the oldest such. */
  readonly waiting: Update | null;
}

function standingOf(rows: readonly DeliveryStanding[], updates: readonly Update[]): ChannelStanding {
  let heard: Update | null = null;
  let waiting: Update | null = null;
  for (const update of updates) {
    const own = rows.filter((row) => row.updateId === update.id && row.state !== "skipped");
    if (own.length === 0) continue;
    if (own.some(isHeard)) heard = update;
    waiting = own.every((row) => isHeard(row)) ? null : (waiting ?? update);
  }
  return { audience: rows[0]!.audience, heard, waiting };
}

function earliest(dates: readonly (Date | null)[]): Date | null {
  return dates.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), null);
}
