import { parseDuration } from "../../base/duration.ts";
import { usageError } from "../../base/errors.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { type Case, type Debt, debts } from "../../cadence/due.ts";
import type { Incident } from "../../incident/incident.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { oneLine } from "../output/printable.ts";
import { styleFor } from "../output/style.ts";
import { sayPromise } from "../output/table.ts";

/** `status due`: exit 0 where nothing is due, 8 where something is overdue or falls due within `--within`. */
export async function due(
  app: App,
  flags: { within?: string; json?: boolean; plain?: boolean },
): Promise<number> {
  const within = flags.within === undefined ? 0 : parseDuration(flags.within);
  if (within === null)
    throw usageError("WITHIN_UNREADABLE", `--within ${flags.within} is no duration.`, "Say 5m or 1h.");
  const { stdout, clock } = app.surroundings;
  const ledger = await app.existingLedger();
  const now = clock.now();
  const found = ledger === null ? [] : await owed(app, ledger, now, within);
  if (flags.json === true) {
    const document = found.map(({ incident, kind, dueAt, overdue, silent, beyondBound }) => ({
      ...{ incident: incident.id, title: incident.title, kind, dueAt, overdue, beyondBound, silent },
      command: commandFor({ incident, kind, silent }),
    }));
    stdout.write(`${JSON.stringify({ version: 1, due: document })}\n`);
  } else if (found.length === 0) stdout.write("Nothing is due.\n");
  else {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    for (const debt of found) {
      const when = sayPromise(debt.dueAt, now, app.config.property.timeZone);
      const what =
        debt.silent.length > 0 ? `${WHAT[debt.kind]} (silent: ${debt.silent.join(", ")})` : WHAT[debt.kind];
      stdout.write(
        `${style.chalk.bold(oneLine(debt.incident.title))}  ${what} due ${debt.overdue ? style.chalk.red(when) : when}\n  ${commandFor(debt)}\n`,
      );
    }
  }
  return found.length === 0 ? EXIT.ok.code : EXIT.overdue.code;
}

/** What is owed over all incidents; open ones are read whole. */
export async function owed(app: App, ledger: Ledger, now: Date, withinMs: number): Promise<Debt[]> {
  const { cadence } = app.config;
  const open = await ledger.openIncidents();
  const cases = await Promise.all(open.map((incident) => caseOf(ledger, incident)));
  return debts(cases, await ledger.unexplained(cadence.postmortemFor), now, withinMs, cadence);
}

export async function caseOf(ledger: Ledger, incident: Incident): Promise<Case> {
  return {
    incident,
    updates: await ledger.updates(incident.id),
    deliveries: await ledger.deliveries({ incidentId: incident.id }),
  };
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
  if (kind === "postmortem")
    return `status update ${incident.id} --phase resolved --template postmortem --message-file postmortem.md`;
  return `status update ${incident.id}`;
}
