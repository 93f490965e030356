import { existsSync } from "node:fs";
import { parseDuration } from "../base/duration.ts";
import { usageError } from "../base/errors.ts";
import type { DeliveryStanding, Ledger } from "../broadcast/ledger.ts";
import { type ActionDebt, actionDebts, type Case, type Debt, debts } from "../cadence/due.ts";
import type { Config } from "../config/load.ts";
import type { Incident } from "../incident/incident.ts";
import type { Desk } from "./desk.ts";
import type { DueDocument, DueEntry } from "./documents.ts";
import type { Duration } from "./options.ts";
import { usualPath } from "./postmortem-path.ts";

/** What is overdue, or falls due within `within`; soonest first. Throws WITHIN_UNREADABLE. */
export async function due(desk: Desk, { within = 0 }: { readonly within?: Duration }): Promise<Owing[]> {
  const withinMs = typeof within === "string" ? parseDuration(within) : within >= 0 ? within : null;
  if (withinMs === null)
    throw usageError("WITHIN_UNREADABLE", `--within ${within} is no duration.`, "Say 5m or 1h.");
  const ledger = await desk.existingLedger();
  return ledger === null ? [] : allOwed(desk, ledger, desk.surroundings.clock.now(), withinMs);
}

export function dueDocument(found: readonly Owing[]): DueDocument {
  return { version: 1, due: found.map(({ document }) => document) };
}

/** A debt of either sort, as it is told. */
export interface Owing {
  readonly title: string;
  readonly what: string;
  readonly dueAt: Date;
  readonly overdue: boolean;
  readonly command: string;
  readonly document: DueEntry;
}

async function allOwed(desk: Desk, ledger: Ledger, now: Date, within: number): Promise<Owing[]> {
  const [words, actions] = await Promise.all([
    owed(desk, ledger, now, within),
    ledger.actions({ open: true }),
  ]);
  const all: Owing[] = [
    ...words.map((debt) => owingOf(debt, desk)),
    ...actionDebts(actions, now, within).map(owingOfAction),
  ];
  return all.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}

function owingOf(debt: Debt, { config }: Desk): Owing {
  const { incident, kind, dueAt, overdue, silent, beyondBound } = debt;
  const drafted = kind === "postmortem" && existsSync(usualPath(config.folder, incident.id));
  const command = drafted ? `status postmortem publish ${incident.id}` : commandFor(debt);
  const what = silent.length > 0 ? `words still to be heard on ${silent.join(", ")}` : WHAT[kind];
  const document = {
    ...{ incident: incident.id, title: incident.title, kind, dueAt, overdue, beyondBound, silent, command },
    action: null,
  };
  return { title: incident.title, what, dueAt, overdue, command, document };
}

function owingOfAction({ action, dueAt, overdue }: ActionDebt): Owing {
  const { id, incidentId, text } = action;
  const command = `status action done ${id}`;
  const document: DueEntry = {
    ...{ incident: incidentId, title: text, kind: "action", dueAt, overdue, beyondBound: false, silent: [] },
    ...{ command, action: id },
  };
  // Behind its id: a CI runner must not find foreign text at the margin.
  return { title: `Action ${id}: ${text}`, what: "is", dueAt, overdue, command, document };
}

/** What is owed over all incidents; open ones, and ended ones with somebody still to hear the end, are read whole. */
export async function owed(desk: Desk, ledger: Ledger, now: Date, withinMs: number): Promise<Debt[]> {
  const { cadence } = desk.config;
  const concerned = [...(await ledger.openIncidents()), ...(await ledger.endedUnheard())];
  const cases = await casesOf(ledger, concerned, desk.config);
  return debts(cases, await ledger.unexplained(cadence.postmortemFor), now, withinMs, cadence);
}

/** Incidents with their records. A channel that the configuration no longer has is owed nothing. */
async function casesOf(
  ledger: Ledger,
  incidents: readonly Incident[],
  config: Pick<Config, "channels">,
): Promise<Case<DeliveryStanding>[]> {
  const records = await ledger.records(incidents.map(({ id }) => id));
  return incidents.map((incident) => {
    const { updates, deliveries } = records.get(incident.id)!;
    return { incident, updates, deliveries: owedTo(deliveries, config) };
  });
}

/** The same of one, with what was posted. */
export async function caseOf(
  ledger: Ledger,
  incident: Incident,
  config: Pick<Config, "channels">,
): Promise<Case> {
  const deliveries = await ledger.deliveries({ incidentId: incident.id });
  return {
    incident,
    updates: await ledger.updates(incident.id),
    deliveries: owedTo(deliveries, config),
  };
}

function owedTo<D extends DeliveryStanding>(
  deliveries: readonly D[],
  { channels }: Pick<Config, "channels">,
): D[] {
  const configured = new Set(channels.map(({ name }) => name));
  return deliveries.filter(({ channel }) => configured.has(channel));
}

/** How a debt is named to people. */
export const WHAT: Readonly<Record<Debt["kind"], string>> = {
  acknowledgement: "first public word",
  update: "next update",
  start: "start of planned work",
  end: "end of planned work",
  postmortem: "postmortem",
};

/** What to type to pay it. */
export function commandFor({ incident, kind, silent }: Pick<Debt, "incident" | "kind" | "silent">): string {
  if (silent.length > 0) return `status retry ${incident.id}`;
  if (kind === "start") return `status maintenance start ${incident.id}`;
  if (kind === "end") return `status maintenance complete ${incident.id}`;
  if (kind === "postmortem") return `status postmortem draft ${incident.id}`;
  return `status update ${incident.id}`;
}

/** What comes next where nothing is owed. */
export function nextStep({ id, phase }: Pick<Incident, "id" | "phase">): string {
  return phase === "scheduled" ? `status maintenance start ${id}` : `status update ${id}`;
}
