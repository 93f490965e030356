import { refusal, usageError } from "../../base/errors.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { promiseFrom } from "../../cadence/promise.ts";
import { statesOf } from "../../incident/components.ts";
import {
  type ComponentState,
  type Incident,
  isClosed,
  isOpen,
  type Phase,
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
  parseImpact,
  parseNextUpdate,
  parsePhase,
  parseSet,
  parseStartedAt,
  parseTitle,
  type SpeakFlags,
} from "../flags.ts";
import { openIncident } from "../incidents.ts";
import { resumeKey } from "../key.ts";
import { oneLine } from "../output/printable.ts";
import { Overtaken, speak } from "../speak.ts";
import type { Typed } from "../typed.ts";
import { askVariables } from "../variables.ts";

/** `status update [incident]` and `status resolve [incident]`: broadcast what comes next, or the end. */
export async function update(
  app: App,
  verb: Exclude<Verb, "announce">,
  reference: string | null,
  flags: SpeakFlags,
  givenMessage: string | null,
  dialog: Dialog | null,
  typed: Typed,
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
    throw usageError("NO_OPEN_INCIDENT", "No incident is open.", "To open one: status announce");
  const chosen = await openIncident(ledger, reference, dialog);
  // Counted before the incident is read: whoever speaks from here on makes this update's number taken.
  let seen = (await ledger.updates(chosen.id)).length;
  const before = (await ledger.incident(chosen.id))!;
  if (before.type === "notice")
    throw usageError("NOTICE_ENDED", `${before.id} is a notice; it has no updates.`, null);
  if (verb === "follow-up" && !isDue(before, surroundings.clock.now()))
    throw refusal("UPDATE_OVERTAKEN", `Somebody has just spoken about ${before.id}.`, null);
  if (verb === "resolve" && !isOpen(before))
    throw refusal(
      "ALREADY_RESOLVED",
      `${before.id} is ${PHASE_WORDS[before.phase].toLowerCase()} already.`,
      `To say more: status update ${before.id} --phase ${phasesOf(before.type)[2]}`,
    );
  if (verb === "update" && !isOpen(before) && flags.phase === undefined)
    throw refusal(
      "ALREADY_RESOLVED",
      `${before.id} is ${PHASE_WORDS[before.phase].toLowerCase()}.`,
      `To reopen it: status update ${before.id} --phase ${phasesOf(before.type)[0]}`,
    );

  const now = surroundings.clock.now();
  const { timeZone } = config.property;
  let phase = phaseAfter(verb, before, flags);
  if (dialog !== null && verb === "update" && flags.phase === undefined && flags.template === undefined) {
    const phases = phasesOf(before.type).filter((candidate) => !isClosed(candidate));
    phase = await dialog.select(
      "Where does it stand?",
      phases.map((value) => ({ name: PHASE_WORDS[value], value })),
      before.phase,
    );
    typed.keep({ phase });
  }
  let message = givenMessage;
  if (dialog !== null && message === null && verb !== "follow-up") {
    message =
      (
        await dialog.input("What do you want to say? (Enter for the template's own words)", {
          abandoned: (text) => typed.keep({ message: text }),
        })
      ).trim() || null;
    if (message !== null) typed.keep({ message });
  }
  const template = await loadTemplateSet({
    name: flags.template ?? templateFor(verb, phase),
    ...app.templates,
  });
  if (template.type === "notice")
    throw usageError(
      "TEMPLATE_MISFIT",
      `The template ${template.name} words a notice, and ${before.id} is none.`,
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
  const set = await askVariables(template, parseSet(flags.set ?? []), dialog, typed);
  const promised =
    flags.nextUpdate === undefined ? promiseFrom(now) : parseNextUpdate(flags.nextUpdate, now, timeZone);
  const change = {
    phase,
    impact: flags.impact === undefined ? undefined : parseImpact(flags.impact),
    title: flags.title === undefined ? undefined : parseTitle(flags.title),
    startedAt: flags.startedAt === undefined ? undefined : parseStartedAt(flags.startedAt, now, timeZone),
    components: parseComponents(flags.component ?? [], config),
    nextUpdateAt: promised,
  };
  const standing = advance(before, change, await heldElsewhere(ledger, before, app));
  const incident: Incident = {
    ...before,
    ...standing,
    resolvedAt: isClosed(phase) ? (before.resolvedAt ?? now) : null,
  };
  for (;;) {
    try {
      const said = {
        verb,
        incident,
        opens: false,
        number: seen + 1,
        template,
        title: standing.title,
        message,
        set,
        inputs,
      };
      return await speak(app, said, flags, dialog);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (error.by === "key-taken") return (await resumeKey(app, verb, inputs, flags))!;
      seen = await askOvertaken(ledger, before, dialog);
    }
  }
}

/** Whether the promised time of an open incident's next update has come. */
export function isDue(incident: Incident, now: Date): boolean {
  return isOpen(incident) && incident.nextUpdateAt !== null && incident.nextUpdateAt <= now;
}

function phaseAfter(verb: Verb, before: Incident, flags: SpeakFlags): Phase {
  if (verb === "resolve") return before.type === "maintenance" ? "completed" : "resolved";
  return flags.phase === undefined ? before.phase : parsePhase(flags.phase);
}

function templateFor(verb: Verb, phase: Phase): string {
  if (verb === "follow-up") return "holding";
  return phase === "completed" ? "resolved" : phase;
}

/** The states that other open incidents give to components: resolving this one must not paint those green. */
async function heldElsewhere(
  ledger: Ledger,
  incident: Incident,
  app: App,
): Promise<ReadonlyMap<string, ComponentState>> {
  const others = (await ledger.incidents()).filter((other) => other.id !== incident.id && isOpen(other));
  const affected = others.flatMap(({ components }) => components);
  const states = statesOf(app.config.property.components, affected);
  return new Map(affected.map(({ id, state }) => [id, states.get(id) ?? state]));
}

/** Somebody spoke in between: shows what was said, and goes on only if a person says so. Returns the newest update's number. */
async function askOvertaken(ledger: Ledger, incident: Incident, dialog: Dialog | null): Promise<number> {
  const latest = (await ledger.updates(incident.id)).at(-1)!;
  const [said] = (await ledger.deliveries({ updateId: latest.id })).filter(
    (delivery) => delivery.post !== null,
  );
  const what = `${latest.author} has just said update ${latest.number} of ${incident.id} (${PHASE_WORDS[latest.standing.phase].toLowerCase()}): "${oneLine(said?.post?.text ?? "")}"`;
  if (dialog !== null && (await dialog.confirm(`${what}\nSay yours as well?`))) return latest.number;
  throw refusal(
    "UPDATE_OVERTAKEN",
    what,
    "Nothing of yours was sent. Read it, and type your command again if it still adds something.",
  );
}
