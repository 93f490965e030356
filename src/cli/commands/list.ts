import { hasSpoken } from "../../broadcast/report.ts";
import { actionDebts, nextOwed } from "../../cadence/due.ts";
import { type Incident, isOpen } from "../../incident/incident.ts";
import type { App } from "../app.ts";
import { coverageOf, sayCoverage } from "../coverage.ts";
import { EXIT } from "../exit-codes.ts";
import { incidentFields } from "../output/json.ts";
import { oneLine } from "../output/printable.ts";
import { styleFor } from "../output/style.ts";
import { sayPromise, sayStanding } from "../output/table.ts";
import { sayPlanned } from "../planned-time.ts";
import { caseOf } from "./due.ts";

/** `status list`: what is open, who has heard what, when the next update is due. `all` adds what has ended. */
export async function list(
  app: App,
  flags: { json?: boolean; plain?: boolean; all?: boolean },
): Promise<number> {
  const { stdout, clock } = app.surroundings;
  const ledger = await app.existingLedger();
  const incidents = (await (flags.all === true ? ledger?.incidents() : ledger?.openIncidents())) ?? [];
  const rows = await Promise.all(
    incidents.map(async (incident) => ({
      incident,
      coverage: await coverageOf(ledger!, incident.id),
      // What audiences were really told; words that nobody has heard promise nothing.
      promise: isOpen(incident)
        ? nextOwed(await caseOf(ledger!, incident, app.config), clock.now(), app.config.cadence)
        : null,
    })),
  );
  const overdue = actionDebts((await ledger?.actions()) ?? [], clock.now(), 0);
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
    return EXIT.ok.code;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  const unheard = flags.all === true ? [] : ((await ledger?.endedUnheard()) ?? []);
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
  for (const { id } of unheard) {
    const silent = (await coverageOf(ledger!, id)).filter((channel) => hasSpoken(channel) === false);
    stdout.write(
      `${id} has ended, and ${silent.map(({ channel }) => channel).join(", ")} has still to hear all of it: status retry ${id}\n`,
    );
  }
  if (overdue.length > 0)
    stdout.write(
      `${overdue.length === 1 ? "One action is" : `${overdue.length} actions are`} overdue: status action list\n`,
    );
  return EXIT.ok.code;
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
