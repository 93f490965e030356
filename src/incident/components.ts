import { type AffectedComponent, COMPONENT_STATES, type ComponentState, type Impact } from "./incident.ts";

/** A part of the property as the configuration names it. A component with children is a group. */
export interface Component {
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Another dashboard that speaks for this component. */
  readonly source?: ComponentSource | undefined;
  readonly components: readonly Component[];
}

/** A Statuspage-compatible page by its own address, or an RSS or Atom feed by the feed's. */
export interface ComponentSource {
  readonly form: "statuspage" | "feed";
  readonly url: string;
}

/** The state that an impact gives a component which was named without one. */
export const STATE_OF_IMPACT: Readonly<Record<Impact, ComponentState>> = {
  none: "operational",
  minor: "degraded_performance",
  major: "partial_outage",
  critical: "major_outage",
};

/** How a state is said to people. */
export const STATE_WORDS: Readonly<Record<ComponentState, string>> = {
  operational: "Operational",
  under_maintenance: "Under maintenance",
  degraded_performance: "Degraded performance",
  partial_outage: "Partial outage",
  major_outage: "Major outage",
};

/** Every component of the tree, parents before children. */
export function flatten(tree: readonly Component[]): Component[] {
  return tree.flatMap((component) => [component, ...flatten(component.components)]);
}

/** The worse of two states, by the order of COMPONENT_STATES. */
export function worse(a: ComponentState, b: ComponentState): ComponentState {
  return COMPONENT_STATES.indexOf(a) >= COMPONENT_STATES.indexOf(b) ? a : b;
}

/**
 * The state of every component id in the tree while `affected` (of all open incidents) holds.
 * A group shows the worst of itself and all below it.
 */
export function statesOf(
  tree: readonly Component[],
  affected: readonly AffectedComponent[],
): Map<string, ComponentState> {
  const own = new Map<string, ComponentState>();
  for (const { id, state } of affected) own.set(id, worse(own.get(id) ?? "operational", state));
  const states = new Map<string, ComponentState>();
  const visit = (component: Component): ComponentState => {
    let state = own.get(component.id) ?? "operational";
    for (const child of component.components) state = worse(state, visit(child));
    states.set(component.id, state);
    return state;
  };
  tree.forEach(visit);
  return states;
}
