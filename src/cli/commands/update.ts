import { sayDuration } from "../../base/duration.ts";
import { refusal, usageError } from "../../base/errors.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { followUpTurn } from "../../cadence/follow-up.ts";
import { boundByPlan } from "../../cadence/plan.ts";
import { type CadencePolicy, promiseFrom } from "../../cadence/policy.ts";
import {
  type Incident,
  isClosed,
  isOpen,
  type Phase,
  type Update,
  type Verb,
} from "../../incident/incident.ts";
import { PHASE_WORDS, phasesOf } from "../../incident/phases.ts";
import { advance } from "../../incident/standing.ts";
import { loadTemplateSet } from "../../render/template.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";
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
  type SpeakFlags,
} from "../flags.ts";
import { heldElsewhere } from "../held-elsewhere.ts";
import { EMPTY_LEDGER, openIncident } from "../incidents.ts";
import { resumeKey } from "../key.ts";
import { oneLine } from "../output/printable.ts";
import { Overtaken } from "../say.ts";
import { speak } from "../speak.ts";
import type { Typed } from "../typed.ts";
import { askVariables } from "../variables.ts";
import { templateOfPhase } from "../wording.ts";
import { completeStep, type Step } from "./maintenance-steps.ts";
import { noticeStep, titleBy } from "./notice.ts";

/**
 * `status update [incident]` and `status resolve [incident]`: broadcast what comes next, or the end.
 * `stepOf` tells for another verb what it makes of the incident as it is now; it throws where it cannot, and null
 * means that somebody else has done it.
 */
export async function update(
  app: App,
  verb: Exclude<Verb, "announce" | "maintenance schedule">,
  reference: string | null,
  flags: SpeakFlags,
  givenMessage: string | null,
  dialog: Dialog | null,
  typed: Typed,
  stepOf: ((before: Incident, now: Date) => Step | null) | null = null,
): Promise<number> {
  if (verb === "resolve" && (flags.phase !== undefined || flags.nextUpdate !== undefined))
    throw usageError(
      "RESOLVE_ENDS_IT",
      `status resolve takes no ${flags.phase === undefined ? "--next-update" : "--phase"}: it ends the incident.`,
      "To go on with it: status update --phase …",
    );
  if (flags.new === true)
    throw usageError(
      "NEW_IS_FOR_ANNOUNCE",
      `status ${verb} takes no --new.`,
      "To open another incident: status announce --new",
    );
  const inputs = inputsOf(flags, reference, givenMessage);
  const resumed = await resumeKey(app, verb, inputs, flags);
  if (resumed !== null) return resumed;

  const { config, surroundings } = app;
  const ledger = await app.existingLedger();
  if (ledger === null)
    throw reference === null
      ? usageError("NO_OPEN_INCIDENT", "No incident is open.", "To open one: status announce")
      : usageError("INCIDENT_UNKNOWN", `There is no incident "${reference}".`, EMPTY_LEDGER);
  const chosen = await openIncident(
    ledger,
    reference,
    dialog,
    verb.startsWith("maintenance") ? "maintenance" : null,
  );
  // Counted before the incident is read: whoever speaks from here on makes this update's number taken.
  const updates = await ledger.updates(chosen.id);
  let seen = updates.length;
  let keeps = promiseOf(updates.at(-1));
  const before = (await ledger.incident(chosen.id))!;
  const every = flags.every === undefined ? null : parseEvery(flags.every);
  const now = surroundings.clock.now();
  const notice =
    before.type === "notice" && stepOf === null
      ? await noticeStep(ledger, before, updates, verb, flags, now)
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
  const explains = flags.template === "postmortem";
  if (verb === "update" && notice === null && !isOpen(before) && flags.phase === undefined && !explains)
    throw refusal(
      "ALREADY_RESOLVED",
      `${before.id} is ${PHASE_WORDS[before.phase].toLowerCase()}.`,
      `To reopen it: status update ${before.id} --phase ${phasesOf(before.type)[0]}`,
    );

  const { timeZone } = config.property;
  let phase = step?.phase ?? phaseAfter(verb, before, flags);
  const asksPhase = verb === "update" && notice === null;
  if (dialog !== null && asksPhase && flags.phase === undefined && flags.template === undefined) {
    const phases = phasesOf(before.type).filter((candidate) => !isClosed(candidate));
    phase = await dialog.select(
      "Where does it stand?",
      phases.map((value) => ({ name: PHASE_WORDS[value], value })),
      before.phase,
    );
    typed.keep({ phase });
  }
  let message = givenMessage;
  if (dialog !== null && message === null && verb !== "follow-up" && flags.edit !== true) {
    message =
      (
        await dialog.input("What do you want to say? (Enter for the template's own words)", {
          abandoned: (text) => typed.keep({ message: text }),
        })
      ).trim() || null;
    if (message !== null) typed.keep({ message });
  }
  const template = await loadTemplateSet({
    name: flags.template ?? step?.template ?? notice?.template ?? templateFor(verb, phase),
    ...app.templates,
  });
  if ((template.type === "notice") !== (before.type === "notice"))
    throw usageError(
      "TEMPLATE_MISFIT",
      `The template ${template.name} words ${template.type === "notice" ? "a notice" : "none"}, and ${before.id} is ${before.type === "notice" ? "one" : "none"}.`,
      "Choose another with --template.",
    );
  if (
    flags.template !== undefined &&
    flags.phase === undefined &&
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
  const set = await askVariables(template, { ...told, ...parseSet(flags.set ?? []) }, dialog, typed);
  const startedAt =
    flags.startedAt === undefined
      ? (step?.startedAt ?? before.startedAt)
      : parseStartedAt(flags.startedAt, now, timeZone);
  const endsAt = notice === null ? (step?.endsAt ?? before.endsAt) : notice.endsAt;
  const impact = flags.impact === undefined ? before.impact : parseImpact(flags.impact);
  const long = flags.long ?? before.long;
  if (flags.long === true) refuseEarlyLong(before.type, startedAt, now, config.cadence);
  const change = {
    phase,
    impact,
    title: flags.title === undefined ? undefined : parseTitle(flags.title),
    startedAt,
    endsAt,
    long,
    // Only ever closed by this: what opens public channels again is the policy's to say.
    security: before.security || flags.security === true,
    components: parseComponents(flags.component ?? [], config),
    nextUpdateAt:
      every !== null
        ? boundByPlan(new Date(now.getTime() + every), { phase, startedAt, endsAt }, now)
        : flags.nextUpdate === undefined
          ? promiseFrom(now, { impact, phase, startedAt, endsAt, long }, config.cadence)
          : boundByPlan(parseNextUpdate(flags.nextUpdate, now, timeZone), { phase, startedAt, endsAt }, now),
  };
  const held = notice === null ? await heldElsewhere(ledger, before, app) : new Map();
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
        incident = { ...incident, title: titleBy(app, said, flags) };
        said.incident = incident;
      }
      return await speak(app, said, flags, dialog, typed);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (error.by === "key-taken") return (await resumeKey(app, verb, inputs, flags))!;
      const latest = await askOvertaken(ledger, before, verb, dialog);
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

function phaseAfter(verb: Verb, before: Incident, flags: SpeakFlags): Phase {
  if (verb === "resolve") return before.type === "maintenance" ? "completed" : "resolved";
  return flags.phase === undefined ? before.phase : parsePhase(flags.phase);
}

function templateFor(verb: Verb, phase: Phase): string {
  return verb === "follow-up" ? "holding" : templateOfPhase(phase);
}

/** Somebody spoke in between: shows what was said, and goes on only if a person says so. Returns the newest update. */
async function askOvertaken(
  ledger: Ledger,
  incident: Incident,
  verb: Verb,
  dialog: Dialog | null,
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
  if (samePhase && dialog !== null && (await dialog.confirm(`${what}\nSay yours as well?`))) return latest;
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
