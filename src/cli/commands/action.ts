import { usageError } from "../../base/errors.ts";
import { indented, oneLine } from "../../base/printable.ts";
import { sayTime } from "../../base/zone.ts";
import { type Action, isOverdue } from "../../incident/action.ts";
import {
  actionDocument,
  addAction,
  type Change,
  carryOutAction,
  dropAction,
  listActions as list,
} from "../../status/actions.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { parseAllow } from "../flags.ts";
import { type Style, styleFor } from "../output/style.ts";
import { sayPromise } from "../output/table.ts";
import { rewritePages } from "../rewrite-pages.ts";

export interface ActionFlags {
  readonly incident?: string;
  readonly owner?: string;
  readonly due?: string;
  readonly public?: boolean;
  readonly reason?: string;
  readonly allow?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/**
 * `status action add TEXT`, `done ID`, `drop ID`: promises an action, or says what became of it. Each change enters the
 * journal. The pages that show a public one are rewritten; exit 5 where one could not be.
 */
export async function changeAction(
  app: App,
  command: "action add" | "action done" | "action drop",
  argument: string | null,
  flags: ActionFlags,
): Promise<number> {
  const change = await changed(app, command, argument, flags);
  const { stdout } = app.surroundings;
  if (flags.json === true)
    stdout.write(`${JSON.stringify(actionDocument(change, app.surroundings.clock.now()))}\n`);
  else stdout.write(saidLines(change, app, styleFor(stdout, app.surroundings, flags.plain === true)));
  const rewritten =
    !change.changed || !change.action.public || (await rewritePages(app, flags.json === true));
  if (command === "action add" && flags.json !== true)
    stdout.write(`To say that it is done: status action done ${change.action.id}\n`);
  return rewritten ? EXIT.ok.code : EXIT.partial.code;
}

async function changed(
  app: App,
  command: "action add" | "action done" | "action drop",
  argument: string | null,
  { reason, incident, owner, due, allow, public: shown }: ActionFlags,
): Promise<Change> {
  const why = reason === undefined ? {} : { reason };
  if (command === "action done") return carryOutAction(app, argument, why);
  if (command === "action drop") return dropAction(app, argument, why);
  if (reason !== undefined)
    throw usageError("REASON_MISFIT", "status action add takes no --reason.", "Say it in the text.");
  return addAction(app, argument, {
    ...(incident === undefined ? {} : { incident }),
    ...(owner === undefined ? {} : { owner }),
    ...(due === undefined ? {} : { due }),
    ...(allow === undefined ? {} : { allow: parseAllow(allow) }),
    public: shown === true,
  });
}

/** `status action list [incident]`: what is still to be carried out, most pressing first; `--all` adds what has been. */
export async function listActions(app: App, reference: string | null, flags: ActionFlags): Promise<number> {
  const { stdout } = app.surroundings;
  const { shown, known, document } = await list(app, reference, { all: flags.all === true });
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(document)}\n`);
    return EXIT.ok.code;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  for (const action of shown) stdout.write(actionLines(action, app, style));
  if (shown.length === 0)
    stdout.write(
      known > 0 && flags.all !== true
        ? "Everything that was promised is carried out. To see it: status action list --all\n"
        : 'No action has been promised. To promise one: status action add "…" --due 14d\n',
    );
  return EXIT.ok.code;
}

/** What is dropped is owed no longer: only its name is left to tell. */
function saidLines({ said, action, dropped }: Change, app: App, style: Style): string {
  if (dropped !== true) return `${said}\n${actionLines(action, app, style)}`;
  return `${said} ${style.chalk.bold(action.id)}  ${indented(oneLine(action.text), "        ", style.columns).trimStart()}\n`;
}

function actionLines(action: Action, { config, surroundings }: App, { chalk, columns }: Style): string {
  const { id, text, owner, dueAt, doneAt, incidentId } = action;
  const now = surroundings.clock.now();
  const { timeZone } = config.property;
  const due = dueAt === null ? "no day promised" : `due ${sayPromise(dueAt, now, timeZone)}`;
  const when = doneAt === null ? due : `carried out ${sayTime(doneAt, timeZone, true)}`;
  const facts = [
    owner ?? "no owner",
    action.public ? "public" : "internal",
    ...(incidentId === null ? [] : [incidentId]),
  ];
  const below = indented([when, ...facts.map(oneLine)].join(" · "), "        ", columns);
  const shown = isOverdue(action, now) ? chalk.red(below) : chalk.dim(below);
  return `${chalk.bold(id)}  ${indented(oneLine(text), "        ", columns).trimStart()}\n${shown}\n`;
}
