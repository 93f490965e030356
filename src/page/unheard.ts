import type { Component } from "../incident/components.ts";
import type { View } from "./view.ts";

/**
 * The ids of the components of which nothing is known: another dashboard speaks for them and has not been heard, or does
 * not say how well it is, and nobody here has said that they are hit. A group is among them while all below it are.
 */
export function unheardOf({ site, overview }: Pick<View, "site" | "overview">): ReadonlySet<string> {
  const unheard = new Set<string>();
  const visit = ({ id, source, components }: Component): boolean => {
    const below = components.map(visit);
    const silent =
      (overview.states.get(id) ?? "operational") === "operational" &&
      (overview.sources.get(id)?.state ?? null) === null &&
      (below.length > 0 ? below.every(Boolean) : source !== undefined);
    if (silent) unheard.add(id);
    return silent;
  };
  site.components.forEach(visit);
  return unheard;
}
