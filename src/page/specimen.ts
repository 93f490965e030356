import { flatten } from "../incident/components.ts";
import { IMPACTS, type IncidentType } from "../incident/incident.ts";
import { phasesOf } from "../incident/phases.ts";
import type { Block } from "../render/document.ts";
import { renderMonth } from "./history.ts";
import { renderIncidentPage } from "./incident-page.ts";
import type { PageIncident, PageUpdate } from "./site.ts";
import type { View } from "./view.ts";

/** Incidents and a month with all that such pages can show: they come out differently when the look of pages has changed. */
export function specimen(view: View): string {
  const incidents = (["incident", "maintenance", "notice"] as const).flatMap((type) =>
    IMPACTS.map((impact) => sample(type, impact, view)),
  );
  const pages = incidents.map((incident) => renderIncidentPage(incident, view));
  return [...pages, renderMonth("2010-06", incidents, view), renderMonth("2010-06", [], view)].join("\n");
}

function sample(type: IncidentType, impact: PageIncident["impact"], { site }: View): PageIncident {
  const startedAt = new Date("2010-06-29T16:40:00Z");
  const resolvedAt = new Date("2010-07-01T19:45:00Z");
  const phases = phasesOf(type);
  const components = flatten(site.components).map(({ id }) => ({ id, state: "major_outage" as const }));
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
