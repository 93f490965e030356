import { usageError } from "../../base/errors.ts";
import type { Incident, Verb } from "../../incident/incident.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";
import type { SpeakFlags } from "../flags.ts";
import { Typed } from "../typed.ts";
import { announce } from "./announce.ts";
import {
  cancelStep,
  clockStep,
  completeStep,
  extendStep,
  type Step,
  startStep,
} from "./maintenance-steps.ts";
import { update } from "./update.ts";

export type MaintenanceVerb = Extract<Verb, `maintenance ${string}`>;

type StepOf = (before: Incident, now: Date, flags: SpeakFlags, timeZone: string) => Step;
const STEPS: Readonly<Record<Exclude<MaintenanceVerb, "maintenance schedule">, StepOf>> = {
  "maintenance start": startStep,
  "maintenance complete": completeStep,
  "maintenance extend": extendStep,
  "maintenance cancel": cancelStep,
};

/** `status maintenance schedule`, and `start`, `complete`, `extend` and `cancel` of one that was scheduled. */
export async function maintenance(
  app: App,
  verb: MaintenanceVerb,
  reference: string | null,
  flags: SpeakFlags,
  message: string | null,
  dialog: Dialog | null,
  typed: Typed,
): Promise<number> {
  if (verb === "maintenance schedule") return announce(app, null, flags, message, dialog, typed, verb);
  const ends = verb === "maintenance complete" || verb === "maintenance cancel";
  if (flags.phase !== undefined || (ends && flags.nextUpdate !== undefined))
    throw usageError(
      "FLAG_MISFIT",
      `status ${verb} takes no ${flags.phase === undefined ? "--next-update: it ends the work" : "--phase: it sets the phase itself"}.`,
      "To say something else of it: status update --phase …",
    );
  const until = verb === "maintenance extend" ? await askUntil(flags, dialog, typed) : {};
  const { timeZone } = app.config.property;
  const stepOf = (before: Incident, now: Date) => STEPS[verb](before, now, { ...flags, ...until }, timeZone);
  return update(app, verb, reference, { ...flags, ...until }, message, dialog, typed, stepOf);
}

async function askUntil(
  flags: SpeakFlags,
  dialog: Dialog | null,
  typed: Typed,
): Promise<Pick<SpeakFlags, "until">> {
  if (flags.until !== undefined || flags.from !== undefined || dialog === null) return {};
  const until = await dialog.input("When does it end now? (05:30, or 45m from now)");
  typed.keep({ until });
  return { until };
}

/**
 * Says what the clock alone says of planned work: a reminder, and the start and the end of automatic work. Returns the exit
 * code, or null where nothing is to be said in public: then it is up to a person (see `status due`).
 * Exactly one of many runners speaks; the others throw UPDATE_OVERTAKEN, as `update` does.
 */
export async function followUpMaintenance(
  app: App,
  incident: Incident,
  flags: SpeakFlags,
  message: string | null = null,
): Promise<number | null> {
  if (clockStep(incident, app.surroundings.clock.now()) === null) return null;
  // These belong to the follow-ups of incidents; work keeps its own times and words.
  const { template, phase, nextUpdate, every, until, max, ...rest } = flags;
  return update(app, "follow-up", incident.id, rest, message, null, new Typed(), clockStep);
}
