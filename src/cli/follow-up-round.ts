import { StatusError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import type { Reminded } from "../broadcast/remind.ts";
import { outcomeOf, reportChannels } from "../broadcast/report.ts";
import { type Case, debts, promiseInForce } from "../cadence/due.ts";
import { followUpTurn, passedBy, type Turn } from "../cadence/follow-up.ts";
import { makerOf } from "../cadence/reminders.ts";
import type { Incident } from "../incident/incident.ts";
import { broadcastDocument, incidentFields } from "../status/documents.ts";
import { caseOf, commandFor, WHAT } from "../status/due.ts";
import { followUpMaintenance } from "../status/maintenance.ts";
import { clockStep } from "../status/maintenance-steps.ts";
import { internalChannels, remindColleagues, sayReminded } from "../status/remind.ts";
import { update } from "../status/update.ts";
import type { App } from "./app.ts";
import { EXIT, EXIT_OF_BLAME } from "./exit-codes.ts";
import type { SpeakFlags } from "./flags.ts";
import { carryOut, speaking } from "./speaking.ts";
import { Typed } from "./typed.ts";

/** What a follow-up came to on one incident. */
export interface Round {
  readonly incident: Incident;
  /** `said` and told on stdout as any update is; `fault` for what kept it from being said. */
  readonly came: "said" | "wait" | "leave" | "retry" | "fault";
  readonly code: number;
  /** When it is next due; null where nothing was promised, or it is due already. */
  readonly until: Date | null;
  /** What to tell a person of what was not said; null where there is nothing to tell. */
  readonly told: string | null;
  /** For `--json`. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** What is said, and how: without the flags of a follow-up that repeats. */
export interface Script {
  readonly flags: SpeakFlags;
  readonly message: string | null;
  /** For a follow-up that repeats: what it promises, and how long after the last word it speaks where nothing was promised. */
  readonly everyMs: number | null;
  /** Whether words of an earlier follow-up that are surely not out are tried again; else whoever repeats it sees to that. */
  readonly retriesOwn?: boolean;
}

const NOTHING = { version: 1, outcome: "nothing-to-do", deliveries: [], silent: [] };

/** Says the scripted follow-up on one incident if it is due and nobody has spoken since. Throws usage errors, and bugs. */
export async function followUpRound(
  app: App,
  ledger: Ledger,
  incident: Incident,
  script: Script,
): Promise<Round> {
  const each = await caseOf(ledger, incident, app.config);
  const turn = turnOf(each, app.surroundings.clock.now(), script.everyMs);
  const quiet = { incident, code: EXIT.ok.code, until: null, told: null, document: NOTHING };
  switch (turn.act) {
    case "wait":
      return { ...quiet, came: "wait", until: turn.until };
    case "leave":
      return { ...quiet, came: "leave", told: `Somebody is speaking about ${incident.id} at this moment.` };
    case "retry":
      return (await retryRound(app, each, script)) ?? silentRound(each, turn.silent);
    case "speak":
      return speakRound(app, ledger, each, script);
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
  app: App,
  { incident, updates, deliveries }: Case,
  script: Script,
): Promise<Round | null> {
  const newest = updates.at(-1);
  if (script.retriesOwn !== true || newest?.verb !== "follow-up" || script.flags.dryRun === true) return null;
  const now = app.surroundings.clock.now();
  const rows = deliveries.filter(
    ({ updateId, state, error }) =>
      updateId === newest.id &&
      (state === "planned" || state === "waiting" || state === "refused") &&
      (error?.retryAt ?? now) <= now,
  );
  if (rows.length === 0) return null;
  const { printed, sunk } = sinkOf(app, script.flags);
  const code = await carryOut(sunk, newest.id, rows, script.flags);
  const text = printed();
  const document = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { incident, came: "said", code, until: null, told: null, document };
}

/** With `--json` one document stands for all that is said: what each prints is kept. */
function sinkOf(app: App, { json }: SpeakFlags): { printed(): string; readonly sunk: App } {
  let text = "";
  const { stdout } = app.surroundings;
  const write = (more: string) => {
    text += more;
  };
  const sink = json === true ? { ...stdout, write } : stdout;
  return { printed: () => text, sunk: { ...app, surroundings: { ...app.surroundings, stdout: sink } } };
}

/** The newest words are still to be heard: a follow-up would overtake them. */
function silentRound({ incident, updates, deliveries }: Case, silent: readonly string[]): Round {
  const newest = updates.at(-1)!;
  const reports = reportChannels(deliveries.filter(({ updateId }) => updateId === newest.id));
  const command = `status retry ${incident.id}`;
  return {
    ...{ incident, came: "retry", code: EXIT.overdue.code, until: null },
    told: `What was said about ${incident.id} has not been heard on ${oneLine(silent.join(", "))}. A follow-up would overtake those words; nothing was sent.\n  ${command}`,
    document: { ...broadcastDocument(outcomeOf(reports), incident, newest, reports), silent, command },
  };
}

async function speakRound(app: App, ledger: Ledger, each: Case, script: Script): Promise<Round> {
  const { incident } = each;
  const { printed, sunk } = sinkOf(app, script.flags);
  const isWork = incident.type === "maintenance";
  if (isWork && clockStep(incident, app.surroundings.clock.now()) === null) return personsRound(app, each);
  try {
    const asked = { message: script.message, dialog: null, typed: new Typed() };
    const code = await speaking(sunk, script.flags, asked, (desk, options, caller) =>
      isWork
        ? followUpMaintenance(desk, incident, options, caller)
        : update(desk, "follow-up", incident.id, options, caller),
    );
    const text = printed();
    const document = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    // The clock's own steps of planned work make the words before them old.
    const silent = incident.type === "maintenance" ? [] : [...passedBy(each).keys()];
    if (code !== EXIT.ok.code || silent.length === 0)
      return { incident, came: "said", code, until: null, told: null, document };
    const command = `status retry ${incident.id}`;
    return {
      ...{ incident, came: "said", code: EXIT.overdue.code, until: null },
      told: `Not said on ${oneLine(silent.join(", "))}, which has still to hear what was said before.\n  ${command}`,
      document: { ...document, command },
    };
  } catch (error) {
    if (!(error instanceof StatusError) || error.blame === "usage") throw error;
    // Somebody else has just kept the promise, or ended the incident: that is what was wanted.
    const newest = (await ledger.updates(incident.id)).at(-1);
    const overtaken =
      error.code === "UPDATE_OVERTAKEN" ||
      error.code === "ALREADY_RESOLVED" ||
      // Words that are being said leave no channel to a script.
      (error.code === "NO_CHANNEL_LEFT" && newest?.id !== each.updates.at(-1)?.id);
    if (overtaken)
      return {
        ...{ incident, came: "leave", code: EXIT.ok.code, until: null },
        told: `Somebody else has just spoken about ${incident.id}.`,
        document: NOTHING,
      };
    const reminded =
      error.code === "FOLLOW_UP_NEEDS_WORDS" && script.flags.dryRun !== true
        ? await remindOfWords(app, ledger, each)
        : null;
    return faultRound(app, incident, error, reminded);
  }
}

/** Planned work whose start or end a person says. */
function personsRound(app: App, each: Case): Round {
  const { incident } = each;
  const now = app.surroundings.clock.now();
  const [debt] = debts([each], [], now, 0, app.config.cadence);
  const quiet = { incident, until: null, document: NOTHING } as const;
  if (debt === undefined) return { ...quiet, came: "wait", code: EXIT.ok.code, told: null };
  const command = commandFor(debt);
  return {
    ...{ incident, came: "retry", code: EXIT.overdue.code, until: null },
    told: `${WHAT[debt.kind]} of ${incident.id} is overdue, and a person says it.\n  ${command}`,
    document: { ...NOTHING, incident: incidentFields(incident), command },
  };
}

function faultRound(
  app: App,
  incident: Incident,
  { code, message, hint, blame }: StatusError,
  reminded: readonly Reminded[] | null,
): Round {
  const lines = [`${oneLine(incident.id)}: ${oneLine(message)} [${code}]`];
  if (hint !== null) lines.push(`  ${oneLine(hint)}`);
  if (reminded !== null) {
    const said = internalChannels(app).length === 0 ? NOBODY_TO_REMIND : sayReminded(reminded);
    if (said !== null) lines.push(`  ${oneLine(said)}`);
  }
  return {
    ...{ incident, came: "fault", code: EXIT_OF_BLAME[blame], until: null, told: lines.join("\n") },
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

async function remindOfWords(app: App, ledger: Ledger, each: Case): Promise<readonly Reminded[]> {
  const { incident, updates } = each;
  const { promise, madeBy } = promiseInForce(each);
  const newest = updates.at(-1)!;
  const number = madeBy === null ? newest.number : (makerOf(each, madeBy)?.number ?? madeBy);
  const dueAt = promise ?? app.surroundings.clock.now();
  const debt = { incident, kind: "update", dueAt, silent: [] } as const;
  return remindColleagues(app, ledger, each, { promise: String(number), kind: "words", debt });
}
