import { hasSpoken } from "../../broadcast/report.ts";
import { type ActionDebt, actionDebts, nextOwed } from "../../cadence/due.ts";
import { type Incident, isOpen } from "../../incident/incident.ts";
import type { App } from "../app.ts";
import { type ChannelCoverage, coverageOf, sayCoverage } from "../coverage.ts";
import { EXIT } from "../exit-codes.ts";
import { incidentFields } from "../output/json.ts";
import { oneLine } from "../output/printable.ts";
import { styleFor } from "../output/style.ts";
import { sayPromise, sayStanding } from "../output/table.ts";
import { sayPlanned } from "../planned-time.ts";
import { caseOf } from "./due.ts";

/** Incidents with where they stand, and what else is not yet done. */
export interface Listed {
  readonly rows: readonly {
    readonly incident: Incident;
    readonly coverage: readonly ChannelCoverage[];
    /** What audiences were really told; words that nobody has heard promise nothing. */
    readonly promise: Date | null;
  }[];
  /** Ended, while a channel has still to hear all of it. */
  readonly unheard: readonly { readonly id: string; readonly silent: readonly string[] }[];
  readonly overdue: readonly ActionDebt[];
}

/** Reads what `status list` shows: the open ones, or all. */
export async function readList(app: App, all: boolean): Promise<Listed> {
  const { clock } = app.surroundings;
  const ledger = await app.existingLedger();
  if (ledger === null) return { rows: [], unheard: [], overdue: [] };
  const incidents = await (all ? ledger.incidents() : ledger.openIncidents());
  return {
    rows: await Promise.all(
      incidents.map(async (incident) => ({
        incident,
        coverage: await coverageOf(ledger, incident.id),
        promise: isOpen(incident)
          ? nextOwed(await caseOf(ledger, incident, app.config), clock.now(), app.config.cadence)
          : null,
      })),
    ),
    unheard: await Promise.all(
      (all ? [] : await ledger.endedUnheard()).map(async ({ id }) => ({
        id,
        silent: silentIn(await coverageOf(ledger, id)),
      })),
    ),
    overdue: actionDebts(await ledger.actions(), clock.now(), 0),
  };
}

/** The channels that were meant to hear it and have not. */
export function silentIn(coverage: readonly ChannelCoverage[]): string[] {
  return coverage.filter((channel) => hasSpoken(channel) === false).map(({ channel }) => channel);
}

/** `status list`: what is open, who has heard what, when the next update is due. `all` adds what has ended. */
export async function list(
  app: App,
  flags: { json?: boolean; plain?: boolean; all?: boolean },
): Promise<number> {
  showList(app, await readList(app, flags.all === true), flags);
  return EXIT.ok.code;
}

export function showList(
  app: App,
  { rows, unheard, overdue }: Listed,
  flags: { json?: boolean; plain?: boolean },
): void {
  const { stdout, clock } = app.surroundings;
  if (flags.json === true) {
    const documents = rows.map(({ incident, coverage, promise }) => ({
      ...incidentFields(incident),
      open: isOpen(incident),
      promise: promise === null ? null : { dueAt: promise, overdue: promise <= clock.now() },
      coverage: coverage.map(({ channel, state, updateNumber, url }) => ({
        channel,
        state,
        updateNumber,
        url,
      })),
    }));
    const overdueActions = overdue.map(({ action: { id, incidentId, text }, dueAt }) => ({
      ...{ id, incident: incidentId, text, dueAt },
    }));
    stdout.write(`${JSON.stringify({ version: 1, incidents: documents, overdueActions })}\n`);
    return;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  if (rows.length === 0)
    stdout.write(`No incident is open.\n${unheard.length === 0 ? "To open one: status announce\n" : ""}`);
  for (const { incident, coverage, promise } of rows) {
    const { timeZone } = app.config.property;
    const due = promiseLine(incident, promise, clock.now(), timeZone);
    stdout.write(
      [
        style.chalk.bold(oneLine(incident.title)),
        `  ${style.chalk.dim([incident.id, sayStanding(incident.type, incident)].join(" · "))}`,
        ...(incident.type === "maintenance" ? [`  ${sayPlanned(incident, clock.now(), timeZone)}`] : []),
        `  heard on ${sayCoverage(coverage)}`,
        ...(due === null ? [] : [`  ${due.overdue ? style.chalk.red(due.text) : due.text}`]),
        "",
        "",
      ].join("\n"),
    );
  }
  for (const { id, silent } of unheard)
    stdout.write(
      `${id} has ended, and ${silent.join(", ")} has still to hear all of it: status retry ${id}\n`,
    );
  if (overdue.length > 0)
    stdout.write(
      `${overdue.length === 1 ? "One action is" : `${overdue.length} actions are`} overdue: status action list\n`,
    );
}

function promiseLine(
  incident: Incident,
  promise: Date | null,
  now: Date,
  timeZone: string,
): { text: string; overdue: boolean } | null {
  if (promise === null) return isOpen(incident) ? { text: "no next update promised", overdue: false } : null;
  return { text: `next update ${sayPromise(promise, now, timeZone)}`, overdue: promise <= now };
}
