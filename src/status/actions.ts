import { parseDuration } from "../base/duration.ts";
import { refusal, usageError } from "../base/errors.ts";
import { digest, randomId } from "../base/ids.ts";
import { oneLine } from "../base/printable.ts";
import { instantOf, sayTime } from "../base/zone.ts";
import type { Act, JournalEntry } from "../broadcast/journal.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { type Action, byPressure, isOverdue } from "../incident/action.ts";
import { isClosed } from "../incident/incident.ts";
import { literal } from "../render/literal.ts";
import { checkWording, type Wording } from "../render/wording/check.ts";
import type { Desk } from "./desk.ts";
import { allowedBy, blocked } from "./findings.ts";
import { identityOf } from "./identity.ts";
import { namedIncident } from "./incidents.ts";
import { type AddActionOptions, type Duration, isInstant, timeText, type WhyOptions } from "./options.ts";
import type { ActionDocument, ActionFields, ActionsDocument } from "./record-documents.ts";

const LONGEST_TEXT = 300;
const LONGEST_OWNER = 200;
const LONGEST_DUE_MS = 3653 * 86_400_000;

/** What became of an action. */
export interface Change {
  readonly action: Action;
  readonly said: string;
  readonly changed: boolean;
  readonly dropped?: boolean;
}

/** What is still to be carried out, most pressing first; of one incident, or of all. `all` adds what has been. */
export async function listActions(
  desk: Desk,
  reference: string | null,
  { all = false }: { readonly all?: boolean },
): Promise<{
  readonly shown: readonly Action[];
  /** How many were ever promised. */
  readonly known: number;
  readonly document: ActionsDocument;
}> {
  refuseEmpty(reference ?? undefined, "The incident's name");
  const ledger = await desk.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const incident = reference === null ? undefined : (await namedIncident(ledger!, reference)).id;
  const known = (await ledger?.actions(incident === undefined ? {} : { incidentId: incident })) ?? [];
  const shown = known.filter(({ doneAt }) => doneAt === null || all).sort(byPressure);
  const now = nowOf(desk);
  return {
    ...{ shown, known: known.length },
    document: { version: 1, actions: shown.map((action) => fieldsOf(action, now)) },
  };
}

export function actionDocument({ action }: Change, now: Date): ActionDocument {
  return { version: 1, action: fieldsOf(action, now) };
}

/** Promises an action; the pages that show a public one are the caller's to write. Throws ACTION_*, DUE_*, WORDING_BLOCKED. */
export async function addAction(desk: Desk, text: string | null, options: AddActionOptions): Promise<Change> {
  const now = nowOf(desk);
  const { timeZone } = desk.config.property;
  refuseEmpty(options.incident, "--incident");
  refuseEmpty(options.owner, "--owner");
  if (typeof options.due === "string") refuseEmpty(options.due, "--due");
  const line = lineOf(text, LONGEST_TEXT, "action");
  const owner = options.owner === undefined ? null : lineOf(options.owner, LONGEST_OWNER, "owner");
  const dueAt = options.due === undefined ? null : parseDue(options.due, now, timeZone);
  const ledger = await desk.ledger();
  const incidentId =
    options.incident === undefined
      ? await newestEnded(ledger)
      : (await namedIncident(ledger, options.incident)).id;
  const action: Action = {
    ...{ id: await freshId(ledger), incidentId, text: line, owner, dueAt },
    ...{ public: options.public === true, addedAt: now, doneAt: null },
  };
  if (action.public) await refuseInPublic(desk, ledger, action, options);
  // What is dropped later is still known by these words.
  await ledger.keepAction(action, await entryOf(desk, "promised", action, line));
  return { action, said: "Promised.", changed: true };
}

/** What stands on the page at once is looked at like an update; and of an incident of security the public hears by a postmortem. */
async function refuseInPublic(
  desk: Desk,
  ledger: Ledger,
  action: Action,
  options: AddActionOptions,
): Promise<void> {
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
    ...{ channel: "the page", audience: "public", live: desk.surroundings.drill === null, before: null },
    ...{ locale: desk.config.property.locale, text: action.text },
  };
  const written = [{ place: "action", text: action.text, audience: "public" as const }];
  const findings = checkWording({ written, posts: [post], facts }, desk.config.wording).filter(
    ({ level }) => level === "block",
  );
  const overridden = allowedBy(options, findings);
  const left = findings.filter(({ rule }) => !overridden.some((each) => each.rule === rule));
  if (left.length > 0) throw blocked(left);
  const by = await identityOf(desk);
  await ledger.enter(
    overridden.map(({ rule, reason }) => ({
      ...{ id: randomId(), at: nowOf(desk), by, act: "overrode", incidentId: action.incidentId },
      ...{ updateId: null, plan: null, what: rule, reason, proof: null },
    })),
  );
}

/** Says that an action is carried out; without an id the only open one. */
export async function carryOutAction(
  desk: Desk,
  reference: string | null,
  given: WhyOptions,
): Promise<Change> {
  const ledger = await existing(desk);
  const action = await named(ledger, reference, "done");
  const { timeZone } = desk.config.property;
  if (action.doneAt !== null)
    return { action, said: `It was carried out ${sayTime(action.doneAt, timeZone, true)}.`, changed: false };
  const done = { ...action, doneAt: nowOf(desk) };
  const entry = await entryOf(desk, "carried-out", action, reasonOf(given));
  if (await ledger.carryOutAction(action.id, done.doneAt, entry))
    return { action: done, said: "Carried out.", changed: true };
  // Somebody else was quicker.
  return carryOutAction(desk, action.id, given);
}

/** Takes an action back. Throws REASON_NEEDED for one that was promised in public. */
export async function dropAction(desk: Desk, reference: string | null, given: WhyOptions): Promise<Change> {
  const ledger = await existing(desk);
  const action = await named(ledger, reference, "drop");
  const reason = reasonOf(given);
  if (action.doneAt !== null)
    throw refusal("ACTION_DONE", `${action.id} is carried out already, and stays on record.`);
  if (action.public && reason === null)
    throw usageError(
      "REASON_NEEDED",
      `${action.id} was promised in public: ${oneLine(action.text)}`,
      `Say why it is not carried out: status action drop ${action.id} --reason "…"`,
    );
  if (!(await ledger.dropAction(action.id, await entryOf(desk, "dropped", action, reason))))
    // Somebody else was quicker.
    return dropAction(desk, action.id, given);
  return { action, said: "Dropped:", changed: true, dropped: true };
}

async function entryOf(desk: Desk, act: Act, action: Action, reason: string | null): Promise<JournalEntry> {
  return {
    ...{ id: randomId(), at: nowOf(desk), by: await identityOf(desk), act },
    ...{ incidentId: action.incidentId, updateId: null, plan: null, what: action.id, reason, proof: null },
  };
}

async function existing(desk: Desk): Promise<Ledger> {
  const ledger = await desk.existingLedger();
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
function parseDue(given: Date | Duration, now: Date, timeZone: string): Date {
  const value = timeText(given);
  const text = value.trim();
  const span = typeof given === "number" ? given : parseDuration(text.replace(/^in /, ""));
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
  const instant = given instanceof Date && isInstant(given) ? given : null;
  const dueAt = local === null ? instant : instantOf(local, timeZone);
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

function reasonOf({ reason }: WhyOptions): string | null {
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

function nowOf(desk: Desk): Date {
  return desk.surroundings.clock.now();
}

function fieldsOf(action: Action, now: Date): ActionFields {
  const { id, incidentId, text, owner, dueAt, addedAt, doneAt } = action;
  return {
    ...{ id, incident: incidentId, text, owner, dueAt, public: action.public, addedAt, doneAt },
    overdue: isOverdue(action, now),
  };
}
