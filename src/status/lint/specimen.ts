import { digest } from "../../base/ids.ts";
import type { ComposeContext, Property } from "../../channels/contract.ts";
import { type Component, flatten, STATE_OF_IMPACT } from "../../incident/components.ts";
import {
  type ComponentState,
  type Impact,
  type IncidentType,
  isClosed,
  type Phase,
  type Verb,
} from "../../incident/incident.ts";
import { phasesOf } from "../../incident/phases.ts";
import type { Facts } from "../../render/facts.ts";
import type { TemplateSet } from "../../render/template.ts";
import { specimenWords } from "./specimen-words.ts";

/**
 * How much a specimen says.
 * typical    what most updates have; the template's own words
 * worded     the same with an author's own words, for everybody and for colleagues
 * everything all that a template can be given, an author's message among it
 * bare       nothing but what must be there
 */
export const FILLINGS = ["typical", "worded", "everything", "bare"] as const;
export type Filling = (typeof FILLINGS)[number];

/** An incident that never was, at the moment when a template would word it. */
export interface Specimen {
  readonly facts: Facts;
  readonly context: ComposeContext;
}

export interface Ground {
  readonly property: Property;
  readonly now: Date;
  /** BCP 47: the language of the title and of the author's words. */
  readonly locale: string;
}

type Worded = Pick<TemplateSet, "name" | "type" | "phase" | "ask">;

/** The facts that a template is tried with. `chosen` sets one of the values that it asks for. */
export function specimenOf(
  template: Worded,
  filling: Filling,
  { property, now, locale }: Ground,
  chosen: Readonly<Record<string, string>> = {},
): Specimen {
  const { name, type } = template;
  const words = specimenWords(locale);
  const phase = phaseOf(template);
  const times = timesOf(name, type, phase, now);
  const impact = impactOf(type, filling);
  const over = isClosed(phase);
  const worded = filling === "worded" || filling === "everything";
  const nextUpdateAt = over || filling === "bare" ? null : times.nextUpdateAt;
  const components = componentsOf(property.components, filling).map(({ id, name: known }) => ({
    ...{ id, name: known },
    state: over ? ("operational" as const) : stateOf(type, impact),
  }));
  const title = words.title[type];
  const { startedAt, endsAt } = times;
  const common = { type, title, phase, impact, startedAt, endsAt, nextUpdateAt };
  return {
    facts: {
      ...common,
      components,
      message: worded ? words.message[over && type === "incident" ? "over" : type] : null,
      short: null,
      internal: worded ? words.internal : null,
      brokenGlass: null,
      property: { name: property.name, url: property.url },
      statusUrl: property.statusUrl,
      resolvedAt: over ? times.resolvedAt : null,
      now,
      incidentId: "specimen",
      updateNumber: times.number,
      set: { ...valuesOf(template, filling, words.set), ...chosen },
      drill: false,
    },
    context: {
      keyOf: (part) => digest("specimen", name, part),
      incident: { id: "specimen", ...common, components },
      update: { id: "specimen", number: times.number, verb: verbOf(name, phase), at: now },
      rootSubject: times.number === 1 ? null : title,
    },
  };
}

/** Where an incident stands when a template without a phase of its own words it. */
function phaseOf({ name, type, phase }: Worded): Phase {
  if (phase !== null) return phase;
  const phases = phasesOf(type);
  // Commands choose the template by the phase, whatever its file says.
  const named = phases.find((each) => each === name);
  if (named !== undefined) return named;
  if (name === "postmortem") return phases.at(-1) ?? "resolved";
  return (OPENING.has(name) ? phases[0] : phases[1]) ?? phases[0] ?? "resolved";
}

/** Templates that begin an incident; a name of the project's own may be said at any time. */
const OPENING = new Set(["acknowledge", "deploying", "deploy", "maintenance-scheduled"]);

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How many minutes after the beginning a phase's update is said, and as which. */
const AFTER: Readonly<Record<Phase, readonly [minutes: number, number: number]>> = {
  investigating: [42, 2],
  identified: [72, 3],
  monitoring: [102, 4],
  resolved: [138, 5],
  scheduled: [-26 * 60, 2],
  in_progress: [5, 2],
  verifying: [70, 3],
  completed: [85, 4],
};

function timesOf(name: string, type: IncidentType, phase: Phase, now: Date) {
  const later = (minutes: number) => new Date(now.getTime() + minutes * MINUTE);
  const opens = OPENING.has(name) || type === "notice";
  const [after, number] = AFTER[phase];
  const before = name === "maintenance-cancelled" ? AFTER.scheduled[0] : name === "acknowledge" ? 9 : after;
  const ago = name === "postmortem" ? 3 * DAY : 0;
  const startedAt = type === "notice" ? now : new Date(later(-before).getTime() - ago);
  return {
    startedAt,
    endsAt: type === "maintenance" ? new Date(startedAt.getTime() + 90 * MINUTE) : null,
    resolvedAt: new Date(now.getTime() - ago),
    nextUpdateAt: phase === "scheduled" ? startedAt : later(30),
    number: opens ? 1 : number,
  };
}

function impactOf(type: IncidentType, filling: Filling): Impact {
  if (type === "notice") return "none";
  return filling === "everything" ? "critical" : "minor";
}

function stateOf(type: IncidentType, impact: Impact): ComponentState {
  return type === "maintenance" ? "under_maintenance" : STATE_OF_IMPACT[impact];
}

/** Parts that customers know, none that only groups others. */
function componentsOf(tree: readonly Component[], filling: Filling): Component[] {
  const leaves = flatten(tree).filter(({ components }) => components.length === 0);
  return leaves.slice(0, { typical: 1, worded: 1, everything: 3, bare: 0 }[filling]);
}

function valuesOf({ ask }: Worded, filling: Filling, words: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(ask).flatMap(([key, { choices, default: usual }]): [string, string][] => {
      if (filling !== "everything" && usual !== null) return [];
      const own = Object.hasOwn(words, key) ? words[key] : words.other;
      return [[key, choices[0] ?? own ?? usual ?? ""]];
    }),
  );
}

function verbOf(name: string, phase: Phase): Verb {
  if (name === "correction") return "correct";
  if (name === "retraction") return "retract";
  if (name === "maintenance-cancelled") return "maintenance cancel";
  if (OPENING.has(name)) return phase === "scheduled" ? "maintenance schedule" : "announce";
  return phase === "resolved" ? "resolve" : "update";
}
