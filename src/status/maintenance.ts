import { usageError } from "../base/errors.ts";
import type { Incident, Verb } from "../incident/incident.ts";
import { announce } from "./announce.ts";
import type { Caller } from "./caller.ts";
import type { Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import {
  cancelStep,
  clockStep,
  completeStep,
  extendStep,
  type Step,
  startStep,
} from "./maintenance-steps.ts";
import type { SpeakOptions } from "./options.ts";
import type { Preview } from "./say.ts";
import { update } from "./update.ts";

export type MaintenanceVerb = Extract<Verb, `maintenance ${string}`>;

type StepOf = (before: Incident, now: Date, options: SpeakOptions, timeZone: string) => Step;
const STEPS: Readonly<Record<Exclude<MaintenanceVerb, "maintenance schedule">, StepOf>> = {
  "maintenance start": startStep,
  "maintenance complete": completeStep,
  "maintenance extend": extendStep,
  "maintenance cancel": cancelStep,
};

/** Says that work is planned, has begun, is done, ends at another time, or will not take place. */
export async function maintenance(
  desk: Desk,
  verb: MaintenanceVerb,
  reference: string | null,
  options: SpeakOptions,
  caller: Caller,
): Promise<Said | Preview> {
  if (verb === "maintenance schedule") return announce(desk, null, options, caller, verb);
  const ends = verb === "maintenance complete" || verb === "maintenance cancel";
  if (options.phase !== undefined || (ends && options.nextUpdate !== undefined))
    throw usageError(
      "FLAG_MISFIT",
      `status ${verb} takes no ${options.phase === undefined ? "--next-update: it ends the work" : "--phase: it sets the phase itself"}.`,
      "To say something else of it: status update --phase …",
    );
  const asks = verb === "maintenance extend" && options.until === undefined && options.from === undefined;
  const until = asks ? await caller.person?.newEnd() : undefined;
  const given = until === undefined ? options : { ...options, until };
  const { timeZone } = desk.config.property;
  const stepOf = (before: Incident, now: Date) => STEPS[verb](before, now, given, timeZone);
  return update(desk, verb, reference, given, caller, stepOf);
}

/**
 * Says what the clock alone says of planned work: a reminder, and the start and the end of automatic work.
 * Exactly one of many runners speaks; the others throw UPDATE_OVERTAKEN, as `update` does.
 */
export async function followUpMaintenance(
  desk: Desk,
  incident: Incident,
  options: SpeakOptions,
  caller: Caller,
): Promise<Said | Preview> {
  // These belong to the follow-ups of incidents; work keeps its own times and words.
  const { template, phase, nextUpdate, every, until, ...rest } = options;
  return update(desk, "follow-up", incident.id, rest, caller, clockStep);
}
