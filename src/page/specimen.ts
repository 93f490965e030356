import { flatten } from "../incident/components.ts";
import { COMPONENT_STATES, IMPACTS, type IncidentType } from "../incident/incident.ts";
import { phasesOf } from "../incident/phases.ts";
import type { Block } from "../render/document.ts";
import { renderMonth } from "./history.ts";
import { renderIncidentPage } from "./incident-page.ts";
import type { PageAction, PageIncident, PageUpdate } from "./site.ts";
import type { View } from "./view.ts";

/** Incidents and a month with all that such pages can show: they come out differently when the look of pages has changed. */
export function specimen({ site, ...rest }: View): string {
  const view = { ...rest, site: { ...site, actions: ACTIONS } };
  const incidents = (["incident", "maintenance", "notice"] as const).flatMap((type) => [
    ...IMPACTS.map((impact) => sample(type, impact, view)),
    ...LASTED.map((end) => ({ ...sample(type, "minor", view), resolvedAt: new Date(end), updates: [] })),
  ]);
  incidents.push(
    ...incidents
      .filter(({ type }) => type === "maintenance")
      .slice(0, 1)
      .map(callOff),
  );
  const pages = incidents.map((incident) => renderIncidentPage(incident, view));
  return [...pages, renderMonth("2010-06", incidents, view), renderMonth("2010-06", [], view)].join("\n");
}

function callOff(work: PageIncident): PageIncident {
  return { ...work, resolvedAt: work.startedAt };
}

function sample(type: IncidentType, impact: PageIncident["impact"], { site }: View): PageIncident {
  const startedAt = new Date(BEGAN);
  const resolvedAt = new Date(LASTED[2]);
  const phases = phasesOf(type);
  const ids = [...COMPONENT_STATES, ...flatten(site.components).map(({ id }) => id)];
  const components = ids.map((id, index) => ({
    id,
    state: COMPONENT_STATES[index % COMPONENT_STATES.length] ?? "operational",
  }));
  const update = (number: number, template: string): PageUpdate => ({
    ...{ number, template, impact, components, at: startedAt, subject: "Specimen", blocks: WORDS },
    phase: phases[number % phases.length] ?? "resolved",
  });
  return {
    ...{
      id: "specimen",
      type,
      title: "Specimen",
      impact,
      components,
      startedAt,
      resolvedAt,
      explained: true,
      told: 1,
    },
    ...{ phase: phases.at(-1) ?? "resolved", endsAt: resolvedAt, nextUpdateAt: null },
    updates: [
      update(0, "postmortem"),
      ...Array.from({ length: 12 }, (_, index) => update(index + 1, "update")),
    ],
  };
}

const ACTIONS: readonly PageAction[] = [
  { dueAt: null, doneAt: null },
  { dueAt: new Date("2010-07-29T06:59:00Z"), doneAt: null },
  { dueAt: null, doneAt: new Date("2010-07-01T19:45:00Z") },
].map((times, index) => ({ ...times, id: String(index), incidentId: "specimen", text: "Specimen" }));

const BEGAN = "2010-06-29T16:40:00Z";
/** Minutes, hours and days after that. */
const LASTED = ["2010-06-29T17:03:00Z", "2010-06-29T20:15:00Z", "2010-07-01T19:45:00Z"] as const;

const WORDS: readonly Block[] = [
  { type: "heading", level: 1, children: [{ type: "text", text: "Specimen" }] },
  { type: "heading", level: 2, children: [{ type: "text", text: "Specimen" }] },
  {
    type: "paragraph",
    children: [{ type: "link", href: "https://example.com", children: [{ type: "code", text: "S" }] }],
  },
  { type: "list", ordered: true, start: 2, items: [[{ type: "rule" }]] },
  { type: "quote", children: [{ type: "code", text: "S" }] },
];
