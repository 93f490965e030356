import { parseDuration } from "../../base/duration.ts";
import { refusal, usageError } from "../../base/errors.ts";
import { digest, randomId } from "../../base/ids.ts";
import { indented, oneLine } from "../../base/printable.ts";
import { instantOf, sayTime } from "../../base/zone.ts";
import type { Act, JournalEntry } from "../../broadcast/journal.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { type Action, byPressure, isOverdue } from "../../incident/action.ts";
import { isClosed } from "../../incident/incident.ts";
import { literal } from "../../render/literal.ts";
import { checkWording, type Wording } from "../../render/wording/check.ts";
import { allowedBy, blocked } from "../../status/findings.ts";
import { identityOf } from "../../status/identity.ts";
import { namedIncident } from "../../status/incidents.ts";
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

const LONGEST_TEXT = 300;
const LONGEST_OWNER = 200;
const LONGEST_DUE_MS = 3653 * 86_400_000;

/**
 * `status action add TEXT`, `done ID`, `drop ID`: promises an action, or says what became of it. Each change enters the
 * journal. The pages that show a public one are written anew; exit 5 where one could not be.
 */
export async function changeAction(
  app: App,
  command: "action add" | "action done" | "action drop",
  argument: string | null,
  flags: ActionFlags,
): Promise<number> {
  const change =
    command === "action add"
      ? await add(app, argument, flags)
      : command === "action done"
        ? await carryOut(app, argument, flags)
        : await drop(app, argument, flags);
  const { stdout } = app.surroundings;
  if (flags.json === true)
    stdout.write(`${JSON.stringify({ version: 1, action: fieldsOf(change.action, nowOf(app)) })}\n`);
  else stdout.write(saidLines(change, app, styleFor(stdout, app.surroundings, flags.plain === true)));
  const rewritten =
    !change.changed || !change.action.public || (await rewritePages(app, flags.json === true));
  if (command === "action add" && flags.json !== true)
    stdout.write(`To say that it is done: status action done ${change.action.id}\n`);
  return rewritten ? EXIT.ok.code : EXIT.partial.code;
}

/** `status action list [incident]`: what is still to be carried out, most pressing first; `--all` adds what has been. */
export async function listActions(app: App, reference: string | null, flags: ActionFlags): Promise<number> {
  refuseEmpty(reference ?? undefined, "The incident's name");
  const { stdout } = app.surroundings;
  const ledger = await app.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const incident = reference === null ? undefined : (await namedIncident(ledger!, reference)).id;
  const all = (await ledger?.actions(incident === undefined ? {} : { incidentId: incident })) ?? [];
  const shown = all.filter(({ doneAt }) => doneAt === null || flags.all === true).sort(byPressure);
  if (flags.json === true) {
    const actions = shown.map((action) => fieldsOf(action, nowOf(app)));
    stdout.write(`${JSON.stringify({ version: 1, actions })}\n`);
    return EXIT.ok.code;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  for (const action of shown) stdout.write(actionLines(action, app, style));
  if (shown.length === 0)
    stdout.write(
      all.length > 0 && flags.all !== true
        ? "Everything that was promised is carried out. To see it: status action list --all\n"
        : 'No action has been promised. To promise one: status action add "…" --due 14d\n',
    );
  return EXIT.ok.code;
}

interface Change {
  readonly action: Action;
  readonly said: string;
  readonly changed: boolean;
  readonly dropped?: boolean;
}

/** What is dropped is owed no longer: only its name is left to tell. */
function saidLines({ said, action, dropped }: Change, app: App, style: Style): string {
  if (dropped !== true) return `${said}\n${actionLines(action, app, style)}`;
  return `${said} ${style.chalk.bold(action.id)}  ${indented(oneLine(action.text), "        ", style.columns).trimStart()}\n`;
}

async function add(app: App, text: string | null, flags: ActionFlags): Promise<Change> {
  const now = nowOf(app);
  const { timeZone } = app.config.property;
  refuseEmpty(flags.incident, "--incident");
  refuseEmpty(flags.owner, "--owner");
  refuseEmpty(flags.due, "--due");
  if (flags.reason !== undefined)
    throw usageError("REASON_MISFIT", "status action add takes no --reason.", "Say it in the text.");
  const line = lineOf(text, LONGEST_TEXT, "action");
  const owner = flags.owner === undefined ? null : lineOf(flags.owner, LONGEST_OWNER, "owner");
  const dueAt = flags.due === undefined ? null : parseDue(flags.due, now, timeZone);
  const ledger = await app.ledger();
  const incidentId =
    flags.incident === undefined
      ? await newestEnded(ledger)
      : (await namedIncident(ledger, flags.incident)).id;
  const action: Action = {
    ...{ id: await freshId(ledger), incidentId, text: line, owner, dueAt },
    ...{ public: flags.public === true, addedAt: now, doneAt: null },
  };
  if (action.public) await refuseInPublic(app, ledger, action, flags);
  // What is dropped later is still known by these words.
  await ledger.keepAction(action, await entryOf(app, "promised", action, line));
  return { action, said: "Promised.", changed: true };
}

/** What stands on the page at once is looked at like an update; and of an incident of security the public hears by a postmortem. */
async function refuseInPublic(app: App, ledger: Ledger, action: Action, flags: ActionFlags): Promise<void> {
  const incident = action.incidentId === null ? null : await ledger.incident(action.incidentId);
  if (incident?.security === true)
    throw refusal(
      "ACTION_CLOSED",
      `${incident.id} is an incident of security: the page must not tell of it by an action.`,
      "Leave --public out; what customers are to know, the postmortem says: status postmortem draft",
    );
  const facts: Wording["facts"] = {
    ...{ verb: "action add", type: "incident", phase: "resolved", impact: "none", components: [] },
    ...{ nextUpdateAt: null, data: "no", template: "" },
  };
  const post: Wording["posts"][number] = {
    ...{ channel: "the page", audience: "public", live: app.surroundings.drill === null, before: null },
    ...{ locale: app.config.property.locale, text: action.text },
  };
  const written = [{ place: "action", text: action.text, audience: "public" as const }];
  const findings = checkWording({ written, posts: [post], facts }, app.config.wording).filter(
    ({ level }) => level === "block",
  );
  const overridden = allowedBy(flags.allow === undefined ? {} : { allow: parseAllow(flags.allow) }, findings);
  const left = findings.filter(({ rule }) => !overridden.some((each) => each.rule === rule));
  if (left.length > 0) throw blocked(left);
  const by = await identityOf(app);
  await ledger.enter(
    overridden.map(({ rule, reason }) => ({
      ...{ id: randomId(), at: nowOf(app), by, act: "overrode", incidentId: action.incidentId },
      ...{ updateId: null, plan: null, what: rule, reason, proof: null },
    })),
  );
}

async function carryOut(app: App, reference: string | null, flags: ActionFlags): Promise<Change> {
  const ledger = await existing(app);
  const action = await named(ledger, reference, "done");
  const { timeZone } = app.config.property;
  if (action.doneAt !== null)
    return { action, said: `It was carried out ${sayTime(action.doneAt, timeZone, true)}.`, changed: false };
  const done = { ...action, doneAt: nowOf(app) };
  const entry = await entryOf(app, "carried-out", action, reasonOf(flags));
  if (await ledger.carryOutAction(action.id, done.doneAt, entry))
    return { action: done, said: "Carried out.", changed: true };
  // Somebody else was quicker.
  return carryOut(app, action.id, flags);
}

async function drop(app: App, reference: string | null, flags: ActionFlags): Promise<Change> {
  const ledger = await existing(app);
  const action = await named(ledger, reference, "drop");
  const reason = reasonOf(flags);
  if (action.doneAt !== null)
    throw refusal("ACTION_DONE", `${action.id} is carried out already, and stays on record.`);
  if (action.public && reason === null)
    throw usageError(
      "REASON_NEEDED",
      `${action.id} was promised in public: ${oneLine(action.text)}`,
      `Say why it is not carried out: status action drop ${action.id} --reason "…"`,
    );
  if (!(await ledger.dropAction(action.id, await entryOf(app, "dropped", action, reason))))
    // Somebody else was quicker.
    return drop(app, action.id, flags);
  return { action, said: "Dropped:", changed: true, dropped: true };
}

async function entryOf(app: App, act: Act, action: Action, reason: string | null): Promise<JournalEntry> {
  return {
    ...{ id: randomId(), at: nowOf(app), by: await identityOf(app), act },
    ...{ incidentId: action.incidentId, updateId: null, plan: null, what: action.id, reason, proof: null },
  };
}

async function existing(app: App): Promise<Ledger> {
  const ledger = await app.existingLedger();
  if (ledger !== null) return ledger;
  throw usageError(
    "ACTION_UNKNOWN",
    "No action has been promised yet.",
    'To promise one: status action add "…"',
  );
}

/** The action that an id, or the beginning of one, names; without either the only one that is open. */
async function named(ledger: Ledger, reference: string | null, verb: "done" | "drop"): Promise<Action> {
  refuseEmpty(reference ?? undefined, "The action's id");
  if (reference === null) {
    const open = await ledger.actions({ open: true });
    if (open.length === 1) return open[0]!;
    throw usageError(
      "ACTION_NEEDED",
      open.length === 0 ? "Nothing is left to be carried out." : `${open.length} actions are open.`,
      open.length === 0
        ? null
        : `Name one: status action ${verb} ${open[0]!.id} — to see them: status action list`,
    );
  }
  const matches = await ledger.actions({ idBegins: reference.toLowerCase() });
  const [match, ...others] = matches;
  if (match !== undefined && others.length === 0) return match;
  if (match === undefined)
    throw usageError(
      "ACTION_UNKNOWN",
      `There is no action "${oneLine(reference)}".`,
      "To see them: status action list --all",
    );
  throw usageError(
    "ACTION_AMBIGUOUS",
    `"${reference}" begins ${matches.length} actions: ${matches.map(({ id }) => id).join(", ")}.`,
    "Type more of the id.",
  );
}

async function newestEnded(ledger: Ledger): Promise<string | null> {
  const incidents = await ledger.incidents();
  return incidents.find(({ type, phase }) => type !== "notice" && isClosed(phase))?.id ?? null;
}

async function freshId(ledger: Ledger): Promise<string> {
  for (;;) {
    const id = digest(randomId()).slice(0, 6);
    if ((await ledger.actions({ idBegins: id })).length === 0) return id;
  }
}

/** `2026-12-01`: the end of that day on the property's clocks; `14d` or `in 14d` from now. Throws DUE_UNREADABLE, DUE_PAST. */
function parseDue(value: string, now: Date, timeZone: string): Date {
  const text = value.trim();
  const span = parseDuration(text.replace(/^in /, ""));
  if (span !== null && span > 0) return new Date(now.getTime() + span);
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  const real = day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  const local = real
    ? {
        year: day.getUTCFullYear(),
        month: day.getUTCMonth() + 1,
        day: day.getUTCDate(),
        hour: 23,
        minute: 59,
      }
    : null;
  const dueAt = local === null ? null : instantOf(local, timeZone);
  if (dueAt === null)
    throw usageError(
      "DUE_UNREADABLE",
      /^\d+$/.test(text)
        ? `--due ${value} has no unit.`
        : `--due ${value} is no day and no duration of up to a year.`,
      "Say 2026-12-01, 14d or 'in 14d'.",
    );
  if (dueAt.getTime() - now.getTime() > LONGEST_DUE_MS)
    throw usageError(
      "DUE_FAR",
      `--due ${value} is more than ten years ahead.`,
      "Give a day that people will live to see kept.",
    );
  if (dueAt <= now)
    throw usageError("DUE_PAST", `--due ${value} has passed.`, "Give a day that is still to come.");
  return dueAt;
}

function reasonOf({ reason }: ActionFlags): string | null {
  refuseEmpty(reason, "--reason");
  return reason === undefined ? null : lineOf(reason, LONGEST_TEXT, "reason");
}

/** One line of literal text. Throws ACTION_TEXT. */
function lineOf(value: string | null, longest: number, what: string): string {
  const line = literal(value ?? "");
  if (/[\p{L}\p{N}]/u.test(line) && line.length <= longest) return line;
  throw usageError(
    "ACTION_TEXT",
    line.length <= longest
      ? `The ${what} is empty.`
      : `The ${what} is ${line.length} characters long; the limit is ${longest}.`,
    what === "action"
      ? 'Say in one line what will be done: status action add "Alert when the queue grows"'
      : null,
  );
}

function refuseEmpty(value: string | undefined, what: string): void {
  if (value !== undefined && value.trim() === "")
    throw usageError("VALUE_EMPTY", `${what} is empty.`, "Is a variable unset? Give it, or leave it out.");
}

function nowOf(app: App): Date {
  return app.surroundings.clock.now();
}

function fieldsOf(action: Action, now: Date): Record<string, unknown> {
  const { id, incidentId, text, owner, dueAt, addedAt, doneAt } = action;
  return {
    ...{ id, incident: incidentId, text, owner, dueAt, public: action.public, addedAt, doneAt },
    overdue: isOverdue(action, now),
  };
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
