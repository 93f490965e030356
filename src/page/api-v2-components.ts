import { type Component, flatten, worse } from "../incident/components.ts";
import type { AffectedComponent, ComponentState } from "../incident/incident.ts";
import { pageId } from "./identity.ts";
import type { Overview } from "./overview.ts";
import type { PageIncident, PageUpdate, Site } from "./site.ts";
import type { View } from "./view.ts";

export interface ListedComponent {
  readonly id: string;
  readonly name: string;
  readonly status: ComponentState;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Among those of the same group, from 1. */
  readonly position: number;
  readonly description: string | null;
  readonly showcase: boolean;
  readonly start_date: null;
  readonly group_id: string | null;
  readonly page_id: string;
  readonly group: boolean;
  readonly only_show_if_degraded: boolean;
  /** Of a group only: the ids of all below it. */
  readonly components?: readonly string[];
}

/** Every component of the tree by its id, a group before what lies below it; a group does not name those in `unheard`. */
export function listComponents(
  view: View,
  told: readonly PageIncident[],
  unheard: ReadonlySet<string>,
): Map<string, ListedComponent> {
  const changed = changeTimes(told);
  const places = view.site.components.flatMap((component, index) => [
    { component, name: component.name, group: null, position: index + 1 },
    ...placesBelow(component),
  ]);
  return new Map(
    places.map(({ component, name, group, position }) => {
      const { id, description = null } = component;
      const below = flatten(component.components).map((each) => each.id);
      const isGroup = group === null && below.length > 0;
      const listed = listedComponent(view, id);
      const changes = [id, ...below].flatMap((each) => changed.get(each) ?? []);
      const created = Math.min(listed.created_at.getTime(), ...changes);
      return [
        id,
        {
          ...listed,
          ...{ name, position, description, showcase: !isGroup, group: isGroup, group_id: group?.id ?? null },
          created_at: new Date(created),
          updated_at: new Date(Math.max(created, ...changes)),
          ...(isGroup ? { components: below.filter((each) => !unheard.has(each)) } : {}),
        },
      ];
    }),
  );
}

interface Place {
  readonly component: Component;
  readonly name: string;
  readonly group: Component | null;
  readonly position: number;
}

function placesBelow(group: Component): Place[] {
  const named = (parent: Component, path: string): { component: Component; name: string }[] =>
    parent.components.flatMap((component) => {
      const name = `${path}${component.name}`;
      return [{ component, name }, ...named(component, `${name} / `)];
    });
  return named(group, "").map((place, index) => ({ ...place, group, position: index + 1 }));
}

/** A component of which nothing is known but its id, as where the configuration no longer names it. */
export function listedComponent({ site, overview }: View, id: string): ListedComponent {
  const since = knownSince(site);
  return {
    ...{
      id,
      name: id,
      status: overview.states.get(id) ?? worstOf(overview, id),
      created_at: since,
      updated_at: since,
    },
    ...{ position: 1, description: null, showcase: false, start_date: null, group_id: null },
    ...{ page_id: pageId(site), group: false, only_show_if_degraded: false },
  };
}

/** The tree tells nothing of an id that the configuration no longer knows; the open incidents that name it do. */
function worstOf({ open, underWay }: Overview, id: string): ComponentState {
  return [...open, ...underWay]
    .flatMap(({ components }) => components)
    .filter((affected) => affected.id === id)
    .reduce<ComponentState>((worst, { state }) => worse(worst, state), "operational");
}

/** The ledger does not know when a component came to be: before its oldest incident it knows nothing at all. */
function knownSince({ incidents, generatedAt }: Site): Date {
  const oldest = incidents.at(-1)?.startedAt ?? generatedAt;
  return oldest < generatedAt ? oldest : generatedAt;
}

function changeTimes(told: readonly PageIncident[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { updates } of told)
    updates.forEach((update, index) => {
      for (const { id, from, to } of changesBy(update, updates[index + 1]))
        if (from !== to) times.set(id, Math.max(times.get(id) ?? 0, update.at.getTime()));
    });
  return times;
}

/** What an update made of each component that it or the update before it affects. */
export function changesBy(
  update: PageUpdate,
  before: PageUpdate | undefined,
): { readonly id: string; readonly from: ComponentState; readonly to: ComponentState }[] {
  const old = new Map(holding(before).map(({ id, state }) => [id, state]));
  const now = new Map(holding(update).map(({ id, state }) => [id, state]));
  return [...new Set([...now.keys(), ...old.keys()])].map((id) => ({
    id,
    from: old.get(id) ?? "operational",
    to: now.get(id) ?? "operational",
  }));
}

/** Work that has not begun changes no state yet. */
function holding(update: PageUpdate | undefined): readonly AffectedComponent[] {
  if (update?.phase !== "scheduled") return update?.components ?? [];
  return update.components.map(({ id }) => ({ id, state: "operational" }));
}
