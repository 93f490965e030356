import type { Clock } from "../../base/clock.ts";
import { StatusError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import type { Delivery, Ledger } from "../../broadcast/ledger.ts";
import { type Case, type Debt, debts } from "../../cadence/due.ts";
import { type DueReminder, dueReminders } from "../../cadence/reminders.ts";
import { type Incident, isOpen } from "../../incident/incident.ts";
import { carryOut } from "../../status/carry-out.ts";
import { type BroadcastDocument, broadcastDocument, type FollowUpDocument } from "../../status/documents.ts";
import { caseOf, WHAT } from "../../status/due.ts";
import { turnOf } from "../../status/follow-up.ts";
import { internalChannels, remindColleagues, sayReminded } from "../../status/remind.ts";
import type { App } from "../app.ts";
import { optionsOf } from "../flags.ts";
import { followUpRound } from "../follow-up-round.ts";
import { narrated } from "../speaking.ts";
import type { Counters } from "./metrics.ts";
import { nextLook } from "./next-look.ts";
import { resumable } from "./resume.ts";
import type { Voice } from "./voice.ts";

/** Nobody is there to ask; and lists are carried by themselves. */
const ALONE = { yes: true, json: true, wait: false };

export interface Duties {
  /** Whether the holding update is said where a promise has lapsed. */
  readonly followUps: boolean;
  readonly remind: boolean;
}

/** What a look is made with. */
export interface Looker {
  /** For reading; nothing is said with it. */
  readonly app: App;
  readonly duties: Duties;
  readonly clock: Clock;
  /** The clock of leases, in ms since the epoch. */
  leaseNow(): number;
  readonly voice: Voice;
  readonly counters: Counters;
  /** How often this worker has looked for a post that may be out, by delivery: each time later. */
  readonly lookedFor: Map<string, number>;
  /** Gives an App that prints nothing, for one thing to be said; closes it after. */
  quietly<T>(work: (quiet: App) => Promise<T>): Promise<T>;
}

/** What a look found when it had done what was due. */
export interface Seen {
  readonly incident: Incident;
  /** Null where nothing lies ahead. */
  readonly next: Date | null;
  /** It is over, and nothing will be done about it by itself. */
  readonly settled: boolean;
  readonly owed: readonly Debt[];
}

/**
 * Does what is due about one incident: goes on with a script's words that were left, says a scripted follow-up or a step of
 * automatic work, reminds colleagues. Each is claimed in the ledger, so that looks at one time from many places say it once.
 * Null where there is no such incident. Throws what the ledger throws.
 */
export async function look(id: string, by: Looker): Promise<Seen | null> {
  const { app, clock } = by;
  const ledger = await app.ledger();
  const read = async (): Promise<Case | null> => {
    const incident = await ledger.incident(id);
    return incident === null ? null : caseOf(ledger, incident, app.config);
  };
  let each = await read();
  if (each !== null && (await resume(each, by))) each = await read();
  if (each !== null && (await followUp(each, by))) each = await read();
  if (each === null) return null;
  if (by.duties.remind && isOpen(each.incident))
    for (const reminder of dueReminders(each, clock.now(), app.config.cadence))
      await remindOf(each, reminder, by, ledger);
  const now = clock.now();
  const { cadence } = app.config;
  const next = nextLook(each, now, cadence);
  const open = isOpen(each.incident);
  const owed = open ? debts([each], [], now, Number.POSITIVE_INFINITY, cadence) : [];
  return { incident: each.incident, next, settled: !open && next === null, owed };
}

/** True where anything may have changed. */
async function resume(each: Case, by: Looker): Promise<boolean> {
  const rows = resumable(each, by.clock.now(), by.leaseNow(), (id) => by.lookedFor.get(id) ?? 0);
  const chosen: Delivery[] = [];
  for (const row of rows) {
    const unsure = row.state === "unknown";
    // Where it cannot be looked for, it is a person's.
    if (unsure && !(await searchable(by.app)).has(row.channel)) continue;
    if (unsure) by.lookedFor.set(row.id, (by.lookedFor.get(row.id) ?? 0) + 1);
    chosen.push(row);
  }
  if (chosen.length === 0) return false;
  const newest = each.updates.at(-1)!;
  const { incident } = each;
  const document = await by.quietly((quiet) => goOn(quiet, newest.id, chosen));
  const unheard = unheardOf(document);
  count(by, "status_worker_retries_total", document);
  // A channel that stays silent would be told of with every try.
  const text = `went on with update ${newest.number} of ${incident.id}${unheard}`;
  if (unheard === "") {
    by.voice.mended(`${incident.id} resumed`);
    by.voice.tell({ event: "resumed", text, incidentId: incident.id, document: { ...document } });
  } else
    by.voice.fault(`${incident.id} resumed`, text, { incidentId: incident.id, document: { ...document } });
  return true;
}

const SEARCHABLE = new WeakMap<App, Promise<ReadonlySet<string>>>();

/** The channels that can be asked whether a post is out. */
function searchable(app: App): Promise<ReadonlySet<string>> {
  const known =
    SEARCHABLE.get(app) ??
    app
      .speakers(false)
      .then(
        (all) => new Set(all.filter(({ channel }) => channel.find !== undefined).map(({ name }) => name)),
      );
  SEARCHABLE.set(app, known);
  return known;
}

/** True where anything may have changed. */
async function followUp(each: Case, by: Looker): Promise<boolean> {
  const { incident } = each;
  const { voice } = by;
  // Work that runs by the clock was asked to by whoever planned it.
  const asked = by.duties.followUps || (incident.type === "maintenance" && incident.automatic);
  if (!asked || !isOpen(incident)) return false;
  const { act } = turnOf(each, by.clock.now(), null);
  if (act !== "speak" && act !== "retry") {
    voice.mended(incident.id);
    return false;
  }
  const script = { flags: ALONE, message: null, everyMs: null };
  const round = await by.quietly(async (quiet) =>
    followUpRound(quiet, await quiet.ledger(), incident, script),
  );
  const { document } = round;
  if (round.came === "said") {
    voice.mended(incident.id);
    const text = `said update ${document.update?.number ?? ""} of ${incident.id}${unheardOf(document)}`;
    voice.tell({ event: "said", text, incidentId: incident.id, document: { ...document } });
    count(by, "status_worker_updates_said_total", document);
  }
  if (round.came !== "leave" && round.told !== null) {
    const told = voice.fault(incident.id, round.told, { incidentId: incident.id, document: { ...document } });
    const code = document.error?.code ?? "WORDS_UNHEARD";
    if (told) by.counters.add("status_worker_faults_total", { code });
  }
  return round.came === "said" || round.came === "leave";
}

async function remindOf(
  each: Case,
  { promise, kind, debt }: DueReminder,
  { app, quietly, voice, counters }: Looker,
  ledger: Ledger,
): Promise<void> {
  const { id } = each.incident;
  const sent = (await ledger.reminders(id)).filter((row) => row.promise === promise && row.kind === kind);
  if (internalChannels(app).every((name) => sent.some(({ channel }) => channel === name))) return;
  const reminded = await quietly(async (quiet) =>
    remindColleagues(quiet, await quiet.ledger(), each, { promise, kind, debt }),
  );
  for (const { error } of reminded)
    counters.add("status_worker_reminders_total", { outcome: error === null ? "sent" : "failed" });
  const text = sayReminded(reminded);
  if (text === null) return;
  const why = `${WHAT[debt.kind]} of ${id} ${kind === "before" ? "soon due" : "overdue"}`;
  const document = { promise, kind, channels: reminded.map(({ channel, error }) => ({ channel, error })) };
  voice.tell({ event: "reminded", text: `${oneLine(text)} (${why})`, incidentId: id, document });
}

/** Takes what was left as far as it can go. */
async function goOn(quiet: App, updateId: string, rows: readonly Delivery[]): Promise<BroadcastDocument> {
  const { outcome, incident, update, reports } = await narrated(quiet, ALONE, (desk) =>
    carryOut(desk, updateId, rows, optionsOf(ALONE, null), { resumed: true }),
  );
  return broadcastDocument(outcome, incident, update, reports);
}

/** Who has not heard it, as the end of a line. */
function unheardOf({ deliveries = [], silent: names = [] }: FollowUpDocument): string {
  const unknown = deliveries.filter(({ state }) => state === "unknown").map(({ channel }) => channel);
  // What waits without a reason is a list, which is sent to by itself.
  const list = (name: string) =>
    deliveries.some(
      ({ channel, state, reason, error }) =>
        channel === name && state === "waiting" && reason === null && error === null,
    );
  const silent = names.filter((name) => !list(name));
  const parts = [
    ...(silent.length === 0 ? [] : [`silent: ${silent.join(", ")}`]),
    ...(unknown.length === 0 ? [] : [`unknown: ${unknown.join(", ")}`]),
  ];
  return parts.map((part) => `; ${oneLine(part)}`).join("");
}

function count(
  { counters }: Looker,
  name: string,
  { outcome = "unknown", deliveries = [] }: FollowUpDocument,
): void {
  counters.add(name, { outcome });
  for (const { channel, kind, state } of deliveries)
    counters.add("status_worker_posts_total", { channel, kind, state });
}

/** The ledger is gone: no fault of what was looked at. */
export function isLedgerFault(error: unknown): error is StatusError {
  return error instanceof StatusError && error.code === "LEDGER_UNREACHABLE";
}
