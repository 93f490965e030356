import { StatusError, usageError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import type { Reminded } from "../broadcast/remind.ts";
import { outcomeOf, reportChannels } from "../broadcast/report.ts";
import { type Case, debts, promiseInForce } from "../cadence/due.ts";
import { followUpTurn, passedBy, type Turn } from "../cadence/follow-up.ts";
import { makerOf } from "../cadence/reminders.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import type { Caller } from "./caller.ts";
import { carryOut, type Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import {
  broadcastDocument,
  type FollowUpDocument,
  type FollowUpsDocument,
  incidentFields,
  NOTHING,
} from "./documents.ts";
import { caseOf, commandFor, WHAT } from "./due.ts";
import { EMPTY_LEDGER, namedIncident } from "./incidents.ts";
import { followUpMaintenance } from "./maintenance.ts";
import { clockStep } from "./maintenance-steps.ts";
import type { SpeakOptions } from "./options.ts";
import { previewDocument } from "./preview-document.ts";
import { internalChannels, remindColleagues, sayReminded } from "./remind.ts";
import { isPreview, type Preview } from "./say.ts";
import { update } from "./update.ts";

/** What a follow-up came to on one incident. */
export interface Round {
  readonly incident: Incident;
  /** `said`, or shown; `fault` for what kept it from being said. */
  readonly came: "said" | "wait" | "leave" | "retry" | "fault";
  /** What was said, or would be; null where nothing was. */
  readonly result: Said | Preview | null;
  /** Whether words stay due that a person has to see to. */
  readonly overdue: boolean;
  readonly fault: StatusError | null;
  /** When it is next due; null where nothing was promised, or it is due already. */
  readonly until: Date | null;
  /** What to tell a person of what was not said; null where there is nothing to tell. */
  readonly told: string | null;
  readonly document: FollowUpDocument;
}

/** What is said, and how. */
export interface Script {
  readonly options: SpeakOptions;
  /** For a follow-up that repeats: what it promises, and how long after the last word it speaks where nothing was promised. */
  readonly everyMs: number | null;
  /** Whether words of an earlier follow-up that are surely not out are tried again; else whoever repeats it sees to that. */
  readonly retriesOwn?: boolean;
}

/** What a round is where there is nothing more to it. */
const QUIET = { result: null, overdue: false, fault: null, until: null, told: null, document: NOTHING };

/**
 * Says the scripted follow-up where the promised time has come and nobody has spoken since; without an incident on every open
 * one. Exactly one of many runners speaks. Throws INCIDENT_NEEDED where a key is given for more than one.
 */
export async function followUp(
  desk: Desk,
  reference: string | null,
  options: SpeakOptions,
  caller: Caller,
): Promise<readonly Round[]> {
  const ledger = await desk.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", `There is no incident "${reference}".`, EMPTY_LEDGER);
  if (ledger === null) return [];
  const incidents =
    reference === null
      ? await ledger.openIncidents()
      : [await namedIncident(ledger, reference)].filter(isOpen);
  if (options.key !== undefined && incidents.length > 1)
    throw usageError(
      "INCIDENT_NEEDED",
      `${incidents.length} incidents are open, and a key speaks once.`,
      `Name one: status follow-up ${incidents[0]?.id} --key ${options.key}`,
    );
  const script: Script = { options, everyMs: null, retriesOwn: true };
  const rounds: Round[] = [];
  for (const incident of incidents) rounds.push(await followUpRound(desk, ledger, incident, script, caller));
  return rounds;
}

/** One document for all rounds. */
export function followUpDocument(rounds: readonly Round[]): FollowUpDocument | FollowUpsDocument {
  const documents = rounds
    .filter(({ came }) => came !== "wait" && came !== "leave")
    .map(({ document }) => document);
  if (documents.length < 2) return documents[0] ?? NOTHING;
  const outcomes = documents.flatMap(({ outcome }) => outcome ?? []);
  const outcome = outcomes.find((each) => each !== "delivered") ?? outcomes[0] ?? "nothing-to-do";
  const silent = documents.flatMap((document) => document.silent ?? []);
  return { version: 1, outcome, followUps: documents, silent };
}

/** Says the scripted follow-up on one incident if it is due and nobody has spoken since. Throws usage errors, and bugs. */
export async function followUpRound(
  desk: Desk,
  ledger: Ledger,
  incident: Incident,
  script: Script,
  caller: Caller,
): Promise<Round> {
  const each = await caseOf(ledger, incident, desk.config);
  const turn = turnOf(each, desk.surroundings.clock.now(), script.everyMs);
  const quiet = { ...QUIET, incident };
  switch (turn.act) {
    case "wait":
      return { ...quiet, came: "wait", until: turn.until };
    case "leave":
      return { ...quiet, came: "leave", told: `Somebody is speaking about ${incident.id} at this moment.` };
    case "retry":
      return (await retryRound(desk, each, script)) ?? silentRound(each, turn.silent);
    case "speak":
      return speakRound(desk, ledger, each, script, caller);
  }
}

/** Planned work also has the steps that the clock takes: what it does by itself makes the words before it old. */
export function turnOf(each: Case, now: Date, everyMs: number | null): Turn {
  const turn = followUpTurn(each, now, everyMs);
  const { incident } = each;
  if (incident.type !== "maintenance" || turn.act === "leave" || turn.act === "speak") return turn;
  const step = clockStep(incident, now);
  const speaks = step !== null && (turn.act === "wait" || step.phase !== incident.phase);
  return speaks ? { act: "speak", at: now } : turn;
}

/** An earlier follow-up's own words, where they are surely not out; null where there are none to try again. */
async function retryRound(
  desk: Desk,
  { incident, updates, deliveries }: Case,
  { options, retriesOwn }: Script,
): Promise<Round | null> {
  const newest = updates.at(-1);
  if (retriesOwn !== true || newest?.verb !== "follow-up" || options.dryRun === true) return null;
  const now = desk.surroundings.clock.now();
  const rows = deliveries.filter(
    ({ updateId, state, error }) =>
      updateId === newest.id &&
      (state === "planned" || state === "waiting" || state === "refused") &&
      (error?.retryAt ?? now) <= now,
  );
  if (rows.length === 0) return null;
  const result = await carryOut(desk, newest.id, rows, options, { resumed: true });
  return { ...QUIET, incident, came: "said", result, document: documentOf(result) };
}

function documentOf(result: Said | Preview): FollowUpDocument {
  if (isPreview(result)) return previewDocument(result);
  const { outcome, incident, update, reports } = result;
  return broadcastDocument(outcome, incident, update, reports);
}

/** The newest words are still to be heard: a follow-up would overtake them. */
function silentRound({ incident, updates, deliveries }: Case, silent: readonly string[]): Round {
  const newest = updates.at(-1)!;
  const reports = reportChannels(deliveries.filter(({ updateId }) => updateId === newest.id));
  const command = `status retry ${incident.id}`;
  return {
    ...{ ...QUIET, incident, came: "retry", overdue: true },
    told: `What was said about ${incident.id} has not been heard on ${oneLine(silent.join(", "))}. A follow-up would overtake those words; nothing was sent.\n  ${command}`,
    document: { ...broadcastDocument(outcomeOf(reports), incident, newest, reports), silent, command },
  };
}

async function speakRound(
  desk: Desk,
  ledger: Ledger,
  each: Case,
  { options }: Script,
  caller: Caller,
): Promise<Round> {
  const { incident } = each;
  const isWork = incident.type === "maintenance";
  if (isWork && clockStep(incident, desk.surroundings.clock.now()) === null) return personsRound(desk, each);
  try {
    const result = isWork
      ? await followUpMaintenance(desk, incident, options, caller)
      : await update(desk, "follow-up", incident.id, options, caller);
    const said = { ...QUIET, incident, came: "said", result, document: documentOf(result) } as const;
    // The clock's own steps of planned work make the words before them old.
    const silent = isWork ? [] : [...passedBy(each).keys()];
    if (silent.length === 0 || !(isPreview(result) || isHeard(result))) return said;
    const command = `status retry ${incident.id}`;
    return {
      ...{ ...said, overdue: true },
      told: `Not said on ${oneLine(silent.join(", "))}, which has still to hear what was said before.\n  ${command}`,
      document: { ...said.document, command },
    };
  } catch (error) {
    if (!(error instanceof StatusError) || error.blame === "usage") throw error;
    // Somebody else has just kept the promise, or ended the incident: that is what was wanted.
    const newest = (await ledger.updates(incident.id)).at(-1);
    const overtaken =
      error.code === "UPDATE_OVERTAKEN" ||
      error.code === "ALREADY_RESOLVED" ||
      // Words that are being said leave no channel to a script, and those just said by another one are not to be repeated.
      (error.blame === "refused" && newest?.id !== each.updates.at(-1)?.id);
    if (overtaken)
      return {
        ...{ ...QUIET, incident, came: "leave" },
        told: `Somebody else has just spoken about ${incident.id}.`,
      };
    const reminded =
      error.code === "FOLLOW_UP_NEEDS_WORDS" && options.dryRun !== true
        ? await remindOfWords(desk, ledger, each)
        : null;
    return faultRound(desk, incident, error, reminded);
  }
}

function isHeard({ outcome, interrupted }: Said): boolean {
  return !interrupted && (outcome === "delivered" || outcome === "nothing-to-do");
}

/** Planned work whose start or end a person says. */
function personsRound(desk: Desk, each: Case): Round {
  const { incident } = each;
  const now = desk.surroundings.clock.now();
  const [debt] = debts([each], [], now, 0, desk.config.cadence);
  if (debt === undefined) return { ...QUIET, incident, came: "wait" };
  const command = commandFor(debt);
  return {
    ...{ ...QUIET, incident, came: "retry", overdue: true },
    told: `${WHAT[debt.kind]} of ${incident.id} is overdue, and a person says it.\n  ${command}`,
    document: { ...NOTHING, incident: incidentFields(incident), command },
  };
}

function faultRound(
  desk: Desk,
  incident: Incident,
  fault: StatusError,
  reminded: readonly Reminded[] | null,
): Round {
  const { code, message, hint } = fault;
  const lines = [`${oneLine(incident.id)}: ${oneLine(message)} [${code}]`];
  if (hint !== null) lines.push(`  ${oneLine(hint)}`);
  if (reminded !== null) {
    const said = internalChannels(desk).length === 0 ? NOBODY_TO_REMIND : sayReminded(reminded);
    if (said !== null) lines.push(`  ${oneLine(said)}`);
  }
  return {
    ...{ ...QUIET, incident, came: "fault", fault, told: lines.join("\n") },
    document: {
      version: 1,
      incident: incidentFields(incident),
      error: { code, message, hint, retryAt: null },
      ...(reminded === null
        ? {}
        : { reminded: reminded.map(({ channel, error }) => ({ channel, error: error && { ...error } })) }),
    },
  };
}

export const NOBODY_TO_REMIND = "no channel has audience: internal, so nobody was reminded";

async function remindOfWords(desk: Desk, ledger: Ledger, each: Case): Promise<readonly Reminded[]> {
  const { incident, updates } = each;
  const { promise, madeBy } = promiseInForce(each);
  const newest = updates.at(-1)!;
  const number = madeBy === null ? newest.number : (makerOf(each, madeBy)?.number ?? madeBy);
  const dueAt = promise ?? desk.surroundings.clock.now();
  const debt = { incident, kind: "update", dueAt, silent: [] } as const;
  return remindColleagues(desk, ledger, each, { promise: String(number), kind: "words", debt });
}
