import { sayDuration } from "../base/duration.ts";
import { refusal, usageError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { followUpTurn } from "../cadence/follow-up.ts";
import { boundByPlan } from "../cadence/plan.ts";
import { type CadencePolicy, promiseFrom } from "../cadence/policy.ts";
import { type Incident, isClosed, isOpen, type Phase, type Update, type Verb } from "../incident/incident.ts";
import { PHASE_WORDS, phasesOf } from "../incident/phases.ts";
import { advance } from "../incident/standing.ts";
import { loadTemplateSet } from "../render/template.ts";
import type { Caller, Person } from "./caller.ts";
import type { Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import { heldElsewhere } from "./held-elsewhere.ts";
import { EMPTY_LEDGER, openIncident } from "./incidents.ts";
import { resumeKey } from "./key.ts";
import { completeStep, type Step } from "./maintenance-steps.ts";
import { noticeStep, titleBy } from "./notice.ts";
import {
  inputsOf,
  parseComponents,
  parseEvery,
  parseImpact,
  parseNextUpdate,
  parsePhase,
  parseSet,
  parseStartedAt,
  parseTitle,
  type SpeakOptions,
  setOf,
} from "./options.ts";
import { Overtaken, type Preview } from "./say.ts";
import { speak } from "./speak.ts";
import { templateOfPhase } from "./wording.ts";

/**
 * Broadcasts what comes next, or the end.
 * `stepOf` tells for another verb what it makes of the incident as it is now; it throws where it cannot, and null
 * means that somebody else has done it.
 */
export async function update(
  desk: Desk,
  verb: Exclude<Verb, "announce" | "maintenance schedule">,
  reference: string | null,
  options: SpeakOptions,
  caller: Caller,
  stepOf: ((before: Incident, now: Date) => Step | null) | null = null,
): Promise<Said | Preview> {
  if (verb === "resolve" && (options.phase !== undefined || options.nextUpdate !== undefined))
    throw usageError(
      "RESOLVE_ENDS_IT",
      `status resolve takes no ${options.phase === undefined ? "--next-update" : "--phase"}: it ends the incident.`,
      "To go on with it: status update --phase …",
    );
  if (options.new === true)
    throw usageError(
      "NEW_IS_FOR_ANNOUNCE",
      `status ${verb} takes no --new.`,
      "To open another incident: status announce --new",
    );
  const { person } = caller;
  const inputs = inputsOf(options, reference);
  const resumed = await resumeKey(desk, verb, inputs, options);
  if (resumed !== null) return resumed;

  const { config, surroundings } = desk;
  const ledger = await desk.existingLedger();
  if (ledger === null)
    throw reference === null
      ? usageError("NO_OPEN_INCIDENT", "No incident is open.", "To open one: status announce")
      : usageError("INCIDENT_UNKNOWN", `There is no incident "${reference}".`, EMPTY_LEDGER);
  const chosen = await openIncident(
    ledger,
    reference,
    person,
    verb.startsWith("maintenance") ? "maintenance" : null,
  );
  // Counted before the incident is read: whoever speaks from here on makes this update's number taken.
  const updates = await ledger.updates(chosen.id);
  let seen = updates.length;
  let keeps = promiseOf(updates.at(-1));
  const before = (await ledger.incident(chosen.id))!;
  const every = options.every === undefined ? null : parseEvery(options.every);
  const now = surroundings.clock.now();
  const notice =
    before.type === "notice" && stepOf === null
      ? await noticeStep(ledger, before, updates, verb, options, now)
      : null;
  const ending = verb === "resolve" && before.type === "maintenance" && isOpen(before) ? completeStep : null;
  const step = (stepOf ?? ending)?.(before, now) ?? null;
  if (stepOf !== null && step === null) throw overtaken(before);
  if (
    stepOf === null &&
    verb === "follow-up" &&
    !(await mayFollowUp(ledger, before, updates, surroundings.clock.now(), every))
  )
    throw overtaken(before);
  if (verb === "resolve" && notice === null && !isOpen(before))
    throw refusal(
      "ALREADY_RESOLVED",
      `${before.id} is ${PHASE_WORDS[before.phase].toLowerCase()} already.`,
      `To say more: status update ${before.id} --phase ${phasesOf(before.type)[2]}`,
    );
  const explains = options.template === "postmortem";
  if (verb === "update" && notice === null && !isOpen(before) && options.phase === undefined && !explains)
    throw refusal(
      "ALREADY_RESOLVED",
      `${before.id} is ${PHASE_WORDS[before.phase].toLowerCase()}.`,
      `To reopen it: status update ${before.id} --phase ${phasesOf(before.type)[0]}`,
    );

  const { timeZone } = config.property;
  let phase = step?.phase ?? phaseAfter(verb, before, options);
  const asksPhase = verb === "update" && notice === null;
  if (person !== null && asksPhase && options.phase === undefined && options.template === undefined)
    phase = await person.phase(
      phasesOf(before.type).filter((candidate) => !isClosed(candidate)),
      before.phase,
    );
  let message = options.message ?? null;
  if (person !== null && message === null && verb !== "follow-up") message = await person.message();
  const template = await loadTemplateSet({
    name: options.template ?? step?.template ?? notice?.template ?? templateFor(verb, phase),
    ...desk.templates,
  });
  if ((template.type === "notice") !== (before.type === "notice"))
    throw usageError(
      "TEMPLATE_MISFIT",
      `The template ${template.name} words ${template.type === "notice" ? "a notice" : "none"}, and ${before.id} is ${before.type === "notice" ? "one" : "none"}.`,
      "Choose another with --template.",
    );
  if (
    options.template !== undefined &&
    options.phase === undefined &&
    verb === "update" &&
    template.phase !== null
  )
    phase = template.phase;
  if (!phasesOf(before.type).includes(phase))
    throw usageError(
      "PHASE_MISFIT",
      `${phase} is no phase of a ${before.type}.`,
      `Known: ${phasesOf(before.type).join(", ")}.`,
    );
  const told = before.type !== "incident" ? await toldOfThePlan(ledger, updates) : {};
  const known = { ...told, ...setOf(options) };
  const set = (await person?.variables(template, known)) ?? known;
  const startedAt =
    options.startedAt === undefined
      ? (step?.startedAt ?? before.startedAt)
      : parseStartedAt(options.startedAt, now, timeZone);
  const endsAt = notice === null ? (step?.endsAt ?? before.endsAt) : notice.endsAt;
  const impact = options.impact === undefined ? before.impact : parseImpact(options.impact);
  const long = options.long ?? before.long;
  if (options.long === true) refuseEarlyLong(before.type, startedAt, now, config.cadence);
  const change = {
    phase,
    impact,
    title: options.title === undefined ? undefined : parseTitle(options.title),
    startedAt,
    endsAt,
    long,
    // Only ever closed by this: what opens public channels again is the policy's to say.
    security: before.security || options.security === true,
    components: parseComponents(options.components ?? [], config),
    nextUpdateAt:
      every !== null
        ? boundByPlan(new Date(now.getTime() + every), { phase, startedAt, endsAt }, now)
        : options.nextUpdate === undefined
          ? promiseFrom(now, { impact, phase, startedAt, endsAt, long }, config.cadence)
          : boundByPlan(
              parseNextUpdate(options.nextUpdate, now, timeZone),
              { phase, startedAt, endsAt },
              now,
            ),
  };
  const held = notice === null ? await heldElsewhere(ledger, before, desk) : new Map();
  const standing = advance(before, change, held);
  const resolvedAt = isClosed(phase) ? (step?.resolvedAt ?? before.resolvedAt ?? now) : null;
  let incident: Incident = { ...before, ...standing, resolvedAt: notice?.resolvedAt ?? resolvedAt };
  for (;;) {
    try {
      const said = {
        verb,
        incident,
        opens: false,
        closes: incident.security && !before.security,
        number: seen + 1,
        keeps,
        template,
        title: notice === null ? standing.title : notice.title,
        message,
        set,
        inputs,
      };
      if (said.title === "") {
        incident = { ...incident, title: titleBy(desk, said, options) };
        said.incident = incident;
      }
      return await speak(desk, said, options, caller);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (error.by === "key-taken") return (await resumeKey(desk, verb, inputs, options))!;
      const latest = await askOvertaken(ledger, before, verb, person);
      seen = latest.number;
      keeps = promiseOf(latest);
    }
  }
}

function overtaken({ id }: Incident): Error {
  return refusal("UPDATE_OVERTAKEN", `Somebody has just spoken about ${id}.`, null);
}

/** Looked at again once this update's number is settled: what others have said since makes that number taken. */
async function mayFollowUp(
  ledger: Ledger,
  incident: Incident,
  updates: readonly Update[],
  now: Date,
  everyMs: number | null,
): Promise<boolean> {
  const deliveries = await ledger.deliveries({ incidentId: incident.id });
  return followUpTurn({ incident, updates, deliveries }, now, everyMs).act === "speak";
}

/** Who promised a next update, as the number of that update. */
function promiseOf(update: Update | undefined): number | null {
  return update === undefined || update.standing.nextUpdateAt === null ? null : update.number;
}

/** Longer intervals are for incidents that drag on; chosen early they would only be fewer words. */
function refuseEarlyLong(type: Incident["type"], startedAt: Date, now: Date, { long }: CadencePolicy): void {
  const age = now.getTime() - startedAt.getTime();
  if (type !== "incident")
    throw usageError("LONG_MISFIT", "--long is for incidents; planned work promises its end.", null);
  if (age < long.after)
    throw usageError(
      "LONG_TOO_EARLY",
      `--long is for incidents older than ${sayDuration(long.after)}; this one began ${sayDuration(age)} ago.`,
      "For one longer wait: --next-update 1h",
    );
}

function phaseAfter(verb: Verb, before: Incident, options: SpeakOptions): Phase {
  if (verb === "resolve") return before.type === "maintenance" ? "completed" : "resolved";
  return options.phase === undefined ? before.phase : parsePhase(options.phase);
}

function templateFor(verb: Verb, phase: Phase): string {
  return verb === "follow-up" ? "holding" : templateOfPhase(phase);
}

/** Somebody spoke in between: shows what was said, and goes on only if a person says so. Returns the newest update. */
async function askOvertaken(
  ledger: Ledger,
  incident: Incident,
  verb: Verb,
  person: Person | null,
): Promise<Update> {
  const latest = (await ledger.updates(incident.id)).at(-1)!;
  // A script has kept the last promise meanwhile: it had nothing new, and must not stand in a person's way.
  const samePhase = latest.standing.phase === incident.phase;
  if (latest.verb === "follow-up" && verb !== "follow-up" && samePhase) return latest;
  const [said] = (await ledger.deliveries({ updateId: latest.id })).filter(
    (delivery) => delivery.post !== null,
  );
  const what = `${latest.author} has just said update ${latest.number} of ${incident.id} (${PHASE_WORDS[latest.standing.phase].toLowerCase()}): "${oneLine(said?.post?.text ?? "")}"`;
  // What was typed was meant for where it stood before.
  if (samePhase && (await person?.speakAsWell(what)) === true) return latest;
  throw refusal(
    "UPDATE_OVERTAKEN",
    what,
    "Nothing of yours was sent. Read it, and type your command again if it still adds something.",
  );
}

/** The `--set` values that all were told last: what still works is as true in a reminder. What was meant for colleagues alone stays there. */
async function toldOfThePlan(ledger: Ledger, updates: readonly Update[]): Promise<Record<string, string>> {
  const rows = await ledger.deliveries({ incidentId: updates[0]!.incidentId });
  const isPublic = rows.some(({ audience }) => audience === "public");
  for (const { id } of updates.toReversed()) {
    const meant = rows.filter(({ updateId, state }) => updateId === id && state !== "skipped");
    if (isPublic && !meant.some(({ audience }) => audience === "public")) continue;
    const inputs = await ledger.inputs(id);
    if (typeof inputs === "object" && inputs !== null && "set" in inputs)
      return parseSet(inputs.set as readonly string[]);
  }
  return {};
}
