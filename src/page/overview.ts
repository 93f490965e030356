import { flatten, statesOf, worse } from "../incident/components.ts";
import { type ComponentState, IMPACTS, type Impact, isOpen } from "../incident/incident.ts";
import type { PageIncident, Site } from "./site.ts";

/** The state of the whole property; `none` only while nothing is open. */
export type Indicator = "none" | "maintenance" | "minor" | "major" | "critical";

/** What follows from a site: who is hit, how badly, and which section each incident belongs to. */
export interface Overview {
  readonly indicator: Indicator;
  /** The overall state in one sentence. */
  readonly sentence: string;
  /** Worst first, then newest. */
  readonly open: readonly PageIncident[];
  /** Maintenance that has begun. */
  readonly underWay: readonly PageIncident[];
  /** Maintenance that has not; soonest first. It changes no state yet. */
  readonly planned: readonly PageIncident[];
  readonly notices: readonly PageIncident[];
  /** Resolved and completed, newest first. */
  readonly past: readonly PageIncident[];
  readonly states: ReadonlyMap<string, ComponentState>;
}

const INDICATOR_OF_STATE: Readonly<Record<ComponentState, Indicator>> = {
  operational: "none",
  under_maintenance: "maintenance",
  degraded_performance: "minor",
  partial_outage: "major",
  major_outage: "critical",
};
const INDICATORS: readonly Indicator[] = ["none", "maintenance", "minor", "major", "critical"];

export function survey(site: Site): Overview {
  const newestFirst = [...site.incidents].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  const going = newestFirst.filter((incident) => isOpen(incident) && incident.phase !== "scheduled");
  const open = going.filter((incident) => incident.type === "incident").sort(byImpact);
  const underWay = going.filter((incident) => incident.type === "maintenance");
  return {
    indicator: indicate(open, underWay),
    sentence: say(site, open, underWay),
    open,
    underWay,
    planned: newestFirst.filter((incident) => isOpen(incident) && incident.phase === "scheduled").reverse(),
    notices: newestFirst.filter((incident) => incident.type === "notice"),
    past: newestFirst.filter((incident) => incident.type !== "notice" && !isOpen(incident)),
    states: statesOf(
      site.components,
      going.flatMap((incident) => incident.components),
    ),
  };
}

function byImpact(a: PageIncident, b: PageIncident): number {
  return IMPACTS.indexOf(b.impact) - IMPACTS.indexOf(a.impact);
}

function indicate(open: readonly PageIncident[], underWay: readonly PageIncident[]): Indicator {
  const found: Indicator[] = [
    ...open.map((incident): Indicator => (incident.impact === "none" ? "minor" : incident.impact)),
    ...underWay.map((): Indicator => "maintenance"),
    ...[...open, ...underWay].map((incident) => INDICATOR_OF_STATE[worstState(incident)]),
  ];
  return INDICATORS[Math.max(0, ...found.map((indicator) => INDICATORS.indexOf(indicator)))] ?? "none";
}

function worstState(incident: PageIncident): ComponentState {
  return incident.components.map(({ state }) => state).reduce(worse, "operational");
}

const TROUBLE: Readonly<Record<ComponentState, { one: string; many: string }>> = {
  operational: { one: "is affected", many: "are affected" },
  under_maintenance: {
    one: "is under maintenance",
    many: "are under maintenance",
  },
  degraded_performance: {
    one: "has degraded performance",
    many: "have degraded performance",
  },
  partial_outage: {
    one: "has a partial outage",
    many: "have a partial outage",
  },
  major_outage: { one: "has a major outage", many: "have a major outage" },
};

function say(site: Site, open: readonly PageIncident[], underWay: readonly PageIncident[]): string {
  const [worst] = open;
  if (worst === undefined) {
    const [work] = underWay;
    return work === undefined ? "No known problems." : `${describe(site, work)}.`;
  }
  const others = open.length - 1;
  const more =
    others === 0
      ? ""
      : `, and ${others === 1 ? "one more incident is" : `${others} more incidents are`} open`;
  return `${describe(site, worst)}${more}.`;
}

function describe(site: Site, incident: PageIncident): string {
  const state = worstState(incident);
  if (state === "operational") return describeByImpact(incident);
  const hit = incident.components.filter((component) => component.state === state);
  const touched = incident.components.filter(
    (component) => component.state !== state && component.state !== "operational",
  ).length;
  const words = TROUBLE[state][hit.length === 1 ? "one" : "many"];
  const rest =
    touched === 0 ? "" : `; ${touched === 1 ? "one more component is" : `${touched} more are`} affected`;
  return `${enumerate(
    namesOf(
      site,
      hit.map(({ id }) => id),
    ),
  )} ${words}${rest}`;
}

function describeByImpact(incident: PageIncident): string {
  const title = incident.title.replace(/[\s.]+$/, "");
  if (incident.type === "maintenance") return `Maintenance is under way: ${title}`;
  const kind: Readonly<Record<Impact, string>> = {
    none: "An incident",
    minor: "A minor incident",
    major: "A major incident",
    critical: "A critical incident",
  };
  return `${kind[incident.impact]} is open: ${title}`;
}

/** Ids that the configuration no longer knows keep their id for a name. */
export function namesOf(site: Site, ids: readonly string[]): string[] {
  const names = new Map(flatten(site.components).map((component) => [component.id, component.name]));
  return ids.map((id) => names.get(id) ?? id);
}

function enumerate(names: readonly string[]): string {
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more components`] : names;
  const last = shown.at(-1) ?? "";
  // `Storefront and Checkout and payments` would be three components to a reader.
  const and = shown.some((name) => / and /.test(name)) ? " as well as " : " and ";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")}${and}${last}`;
}
