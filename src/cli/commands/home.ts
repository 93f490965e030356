import { commandFor, nextStep, owed } from "../../status/due.ts";
import { type Listed, list } from "../../status/list.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import { sayPromise } from "../output/table.ts";
import { showList, silentIn } from "./list.ts";

/** `status` alone: what is open, who has not heard, when the next update is due, and what to type next. With `json`, the document of `status list`. */
export async function home(app: App, flags: { json?: boolean; plain?: boolean }): Promise<number> {
  const listed = await list(app, {});
  showList(app, listed, flags);
  if (flags.json === true) return EXIT.ok.code;
  const { stdout } = app.surroundings;
  const { chalk, columns } = styleFor(stdout, app.surroundings, flags.plain === true);
  const steps = [
    ...listed.incidents.flatMap((row) => stepsFor(row, listed.incidents.length === 1, app)),
    ...(await later(app)),
  ];
  if (steps.length === 0) return EXIT.ok.code;
  const width = Math.max(...steps.map(({ command }) => command.length));
  const beside = steps.every(({ why }) => width + why.length + 4 <= columns);
  const lines = steps.map(({ command, why }) =>
    why === ""
      ? `  ${command}`
      : `  ${beside ? `${command.padEnd(width)}  ` : `${command}\n      `}${chalk.dim(why)}`,
  );
  stdout.write(`Type next:\n${lines.join("\n")}\n`);
  return EXIT.ok.code;
}

interface Step {
  readonly command: string;
  readonly why: string;
}

function stepsFor({ incident, coverage, promise }: Listed, only: boolean, app: App): Step[] {
  const { clock } = app.surroundings;
  const silent = silentIn(coverage);
  const which = only ? "" : ` ${incident.id}`;
  const retry = { command: `status retry${which}`, why: `${silent.join(", ")} did not hear it` };
  const due = promise === null ? "" : `due ${sayPromise(promise, clock.now(), app.config.property.timeZone)}`;
  const own = nextStep(incident).replace(` ${incident.id}`, which);
  const next: Step[] =
    incident.type !== "maintenance"
      ? [
          { command: `status update${which} --message "…"`, why: due },
          { command: `status resolve${which}`, why: "when it is over" },
        ]
      : [
          { command: own, why: incident.phase === "scheduled" ? "when the work begins" : due },
          ...(incident.phase === "scheduled"
            ? []
            : [{ command: `status maintenance complete${which}`, why: "when the work is done" }]),
        ];
  return silent.length > 0 ? [retry, ...next] : next;
}

/** What is owed of incidents that have ended. */
async function later(app: App): Promise<Step[]> {
  const ledger = await app.existingLedger();
  if (ledger === null) return [];
  const { clock } = app.surroundings;
  const debts = await owed(app, ledger, clock.now(), 0);
  return debts
    .filter(({ kind }) => kind === "postmortem")
    .map((debt) => ({
      command: commandFor(debt),
      why: `due ${sayPromise(debt.dueAt, clock.now(), app.config.property.timeZone)}`,
    }));
}
