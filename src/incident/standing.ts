import { STATE_OF_IMPACT } from "./components.ts";
import {
  type AffectedComponent,
  type ComponentState,
  type Impact,
  isClosed,
  type Phase,
  type Standing,
} from "./incident.ts";
import { isPlanned } from "./phases.ts";

/** A component as it was named on the command line; without a state it takes the impact's. */
export interface NamedComponent {
  readonly id: string;
  readonly state: ComponentState | null;
}

/** What an update changes; what is left out stays. */
export interface StandingChange {
  readonly phase?: Phase | undefined;
  readonly impact?: Impact | undefined;
  readonly title?: string | undefined;
  readonly startedAt?: Date | undefined;
  readonly endsAt?: Date | null | undefined;
  readonly long?: boolean | undefined;
  readonly security?: boolean | undefined;
  readonly components?: readonly NamedComponent[] | undefined;
  readonly nextUpdateAt: Date | null;
}

/**
 * Gives each named component its state; the last mention of an id wins. Planned work holds a component under maintenance,
 * from its beginning on: while it is only scheduled nothing is affected yet.
 */
export function affect(named: readonly NamedComponent[], impact: Impact, phase: Phase): AffectedComponent[] {
  const usual = isPlanned(phase) ? "under_maintenance" : STATE_OF_IMPACT[impact];
  const states = new Map<string, ComponentState>();
  for (const { id, state } of named) states.set(id, state ?? usual);
  return [...states].map(([id, state]) => ({ id, state }));
}

/**
 * The standing after an update. Components named join those already affected.
 * A closed phase sets them operational, except those that `heldElsewhere` (the other open incidents) still affects.
 */
export function advance(
  before: Standing,
  change: StandingChange,
  heldElsewhere: ReadonlyMap<string, ComponentState>,
): Standing {
  const phase = change.phase ?? before.phase;
  const impact = change.impact ?? before.impact;
  const states = new Map(before.components.map(({ id, state }) => [id, state]));
  const named = affect(change.components ?? [], impact, phase);
  if (isClosed(phase)) for (const id of states.keys()) states.set(id, heldElsewhere.get(id) ?? "operational");
  for (const { id, state } of named) states.set(id, state);
  return {
    title: change.title ?? before.title,
    phase,
    impact,
    components: [...states].map(([id, state]) => ({ id, state })),
    startedAt: change.startedAt ?? before.startedAt,
    endsAt: change.endsAt === undefined ? before.endsAt : change.endsAt,
    automatic: before.automatic,
    long: change.long ?? before.long,
    security: change.security ?? before.security,
    nextUpdateAt: isClosed(phase) ? null : change.nextUpdateAt,
  };
}
