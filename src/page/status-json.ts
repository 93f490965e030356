import { type Component, flatten } from "../incident/components.ts";
import { type ComponentState, isOpen } from "../incident/incident.ts";
import { toPlainText } from "../render/formats/plain.ts";
import { openActions } from "./actions.ts";
import { cut } from "./cut.ts";
import { publicAddressOf } from "./elsewhere.ts";
import { addressOf } from "./identity.ts";
import type { PageIncident } from "./site.ts";
import { unheardOf } from "./unheard.ts";
import type { View } from "./view.ts";

/** How much of what there is goes into the document. */
interface Measure {
  /** Open and planned incidents; the worst are kept. */
  readonly open: number;
  readonly ended: number;
  /** Updates of each open incident, the newest. */
  readonly updates: number;
  /** Characters of an update's words, and of every line (title, subject, name, sentence). */
  readonly words: number;
  readonly line: number;
  /** Components, and dashboards read; where there are more, those without trouble are left out first. */
  readonly components: number;
}

/** From all that is wanted to what fits whatever was said. */
const MEASURES: readonly Measure[] = [
  { open: 50, ended: 20, updates: 5, words: 2_000, line: 300, components: 1_000 },
  { open: 20, ended: 20, updates: 2, words: 1_000, line: 300, components: 300 },
  { open: 10, ended: 5, updates: 1, words: 500, line: 200, components: 50 },
  { open: 3, ended: 0, updates: 1, words: 300, line: 100, components: 10 },
];
const LIMIT_BYTES = 64_000;

/**
 * `status.json`: the page for those who must know quickly, at most 64 kB; everything else stands in `api/v2/`.
 *
 * Times are in UTC with milliseconds. `incidents` are those open or planned, with the newest five updates, and the 20 newest
 * of the rest without any; `updateCount` tells how many there are. `complete` is false where open incidents or components had
 * to be left out. `actions` are the most pressing of what was promised in public and is not carried out. A component's `state` is null where only another dashboard could tell it and has not, or does not say how
 * well it is; that of a group where this holds of all below it. Addresses are relative where nobody said where the page is read. Fields are only ever added.
 */
export function statusJson(view: View): string {
  let document = "";
  for (const measure of MEASURES) {
    document = `${JSON.stringify(describe(view, measure))}\n`;
    if (Buffer.byteLength(document) <= LIMIT_BYTES) break;
  }
  return document;
}

function describe(view: View, measure: Measure): object {
  const { site, overview, recent } = view;
  const line = (text: string) => cut(text, measure.line);
  const current = [...overview.open, ...overview.underWay, ...overview.planned];
  const shown = new Set([
    ...current.slice(0, measure.open).map(({ id }) => id),
    ...recent
      .filter((incident) => !isOpen(incident))
      .slice(0, measure.ended)
      .map(({ id }) => id),
  ]);
  const all = flatten(site.components);
  const unheard = unheardOf(view);
  const stateOf = (id: string): ComponentState | null =>
    unheard.has(id) ? null : (overview.states.get(id) ?? "operational");
  const troubled = all.filter(({ id }) => (overview.states.get(id) ?? "operational") !== "operational");
  const listed = new Set((all.length <= measure.components ? all : troubled).slice(0, measure.components));
  const tree = (components: readonly Component[]): object[] =>
    components
      .filter((component) => listed.has(component))
      .map(({ id, name, components: below }) => ({
        ...{ id, name: line(name), state: stateOf(id), components: tree(below) },
      }));
  return {
    version: 1,
    revision: site.revision,
    generatedAt: site.generatedAt,
    complete: current.length <= measure.open && listed.size === all.length,
    link: site.url,
    property: { name: line(site.property.name), url: site.property.url, timeZone: site.property.timeZone },
    indicator: overview.indicator,
    description: line(overview.sentence),
    components: tree(site.components),
    sources: sourcesOf(view, measure),
    actions: openActions(site.actions)
      .slice(0, measure.open)
      .map(({ id, incidentId, text, dueAt }) => ({
        ...{ id, incident: incidentId, text: cut(text, measure.line), dueAt },
      })),
    incidents: recent
      .filter(({ id }) => shown.has(id))
      .map((incident) => incidentOf(incident, view, measure)),
  };
}

function incidentOf(incident: PageIncident, { site }: View, measure: Measure): object {
  const { id, type, phase, impact, components, startedAt, endsAt, resolvedAt, nextUpdateAt } = incident;
  const updates = isOpen(incident) ? incident.updates.slice(0, measure.updates) : [];
  return {
    ...{
      id,
      type,
      title: cut(incident.title, measure.line),
      url: addressOf(id, site),
      open: isOpen(incident),
    },
    ...{ phase, impact, components: components.slice(0, measure.components) },
    ...{ startedAt, endsAt, resolvedAt, nextUpdateAt, updateCount: incident.updates.length },
    updates: updates.map(({ number, phase, at, subject, blocks }) => ({
      ...{ number, phase, at, subject: cut(subject, measure.line) },
      text: cut(toPlainText(blocks), measure.words),
    })),
  };
}

/** What other dashboards say, for which components of ours, and how far that counts: `state` only while it is current. */
function sourcesOf({ site, overview }: View, measure: Measure): object[] {
  const components = new Map<string, string[]>();
  for (const { id, source } of flatten(site.components))
    if (source !== undefined) components.set(source.url, [...(components.get(source.url) ?? []), id]);
  return [...components].slice(0, measure.components).map(([url, ids]) => {
    const { knowledge, state, reading } = overview.sources.get(ids[0]!)!;
    const line = (text: string | undefined) => (text === undefined ? null : cut(text, measure.line));
    return {
      ...{ url: publicAddressOf({ url }), components: ids.slice(0, measure.components), knowledge, state },
      sentence: line(reading?.report?.sentence),
      ...{ readAt: reading?.readAt ?? null, triedAt: reading?.triedAt ?? null },
      fault: line(reading?.fault ?? undefined),
    };
  });
}
