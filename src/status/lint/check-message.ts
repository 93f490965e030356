import { usageError } from "../../base/errors.ts";
import type { Speaker } from "../../broadcast/context.ts";
import type { Property } from "../../channels/contract.ts";
import { STATE_OF_IMPACT } from "../../incident/components.ts";
import { type Impact, isClosed, type Phase } from "../../incident/incident.ts";
import { isPlanned } from "../../incident/phases.ts";
import { checkMessage as refuseUnsayable } from "../../render/message-check.ts";
import type { TemplateSet } from "../../render/template.ts";
import { checkWording } from "../../render/wording/check.ts";
import type { WordingPolicy } from "../../render/wording/policy.ts";
import { gathered } from "./faults.ts";
import { type Found, WHOLE, wordingOf } from "./findings.ts";
import { type Fault, isFault, type Rehearsed, rehearse } from "./rehearse.ts";
import { type Specimen, specimenOf } from "./specimen.ts";

/** Words that somebody means to say. */
export interface Words {
  readonly text: string;
  /** For colleagues alone. */
  readonly internal: boolean;
  readonly impact: Impact;
  readonly phase: Phase;
}

/** The template that words an update in a phase. */
export function templateOf(phase: Phase): string {
  const planned = { scheduled: "scheduled", in_progress: "started", verifying: "verifying" } as const;
  if (phase === "completed") return "maintenance-completed";
  return isPlanned(phase) ? `maintenance-${planned[phase as keyof typeof planned]}` : phase;
}

/**
 * Reads words as the rules read an update before it is said: on every channel that would say them, of an incident that
 * is no other than the phase and the impact make it. `locales` narrows; null takes each channel's own.
 * Throws NO_CHANNEL_LEFT where no channel would, and usage errors for words that no channel could say.
 */
export function checkMessage(
  words: Words,
  template: TemplateSet,
  speakers: readonly Speaker[],
  property: Property,
  now: Date,
  policy: WordingPolicy,
  locales: readonly string[] | null,
): { faults: Fault[]; findings: Found[] } {
  const audience = words.internal ? "internal" : "public";
  const hearing = speakers.filter((speaker) => !words.internal || speaker.audience === "internal");
  if (hearing.length === 0)
    throw usageError(
      "NO_CHANNEL_LEFT",
      "There is no internal channel that would say these words.",
      "Give one of the channels audience: internal, or leave out --internal.",
    );
  refuseUnsayable(words.text, words.internal ? "internal" : "message");
  const faults: Fault[] = [];
  const said: Rehearsed[] = [];
  for (const speaker of hearing)
    for (const locale of locales ?? [speaker.locale ?? property.locale]) {
      const specimen = withWords(specimenOf(template, "typical", { property, now, locale }), words);
      const outcome = rehearse(template, speaker, locale, specimen, property);
      if (isFault(outcome)) faults.push(outcome);
      else said.push(outcome);
    }
  const place = words.internal ? "internal" : "message";
  const written = [{ place, text: words.text, audience }] as const;
  const wording = said.length === 0 ? null : wordingOf(said);
  const findings = wording === null ? [] : checkWording({ ...wording, written }, policy);
  const locale = said[0]?.locale ?? property.locale;
  return {
    faults: gathered(faults, hearing.length, 1),
    // The template's own words are not what was asked about.
    findings: findings
      .filter((finding) => finding.place.startsWith(place) || (finding.place === WHOLE && !words.internal))
      .map((finding) => ({ ...finding, template: template.name, locale })),
  };
}

function withWords({ facts, context }: Specimen, { text, internal, impact, phase }: Words): Specimen {
  const state = isClosed(phase) ? ("operational" as const) : STATE_OF_IMPACT[impact];
  const components = facts.components.map((component) => ({ ...component, state }));
  return {
    facts: { ...facts, impact, components, ...(internal ? { internal: text } : { message: text }) },
    context: { ...context, incident: { ...context.incident, impact, components } },
  };
}
