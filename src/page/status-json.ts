import type { Component } from "../incident/components.ts";
import { isOpen } from "../incident/incident.ts";
import { toPlainText } from "../render/formats/plain.ts";
import type { Overview } from "./overview.ts";
import type { Site } from "./site.ts";

/** The page for machines, times in UTC with milliseconds. Fields are only ever added. */
export function statusJson(site: Site, overview: Overview): string {
  const component = ({ id, name, components }: Component): object => ({
    id,
    name,
    state: overview.states.get(id) ?? "operational",
    components: components.map(component),
  });
  const newestFirst = [...site.incidents].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  const document = {
    version: 1,
    revision: site.revision,
    generatedAt: site.generatedAt,
    property: {
      name: site.property.name,
      url: site.property.url,
      timeZone: site.property.timeZone,
    },
    indicator: overview.indicator,
    description: overview.sentence,
    components: site.components.map(component),
    incidents: newestFirst.map((incident) => ({
      id: incident.id,
      type: incident.type,
      title: incident.title,
      open: isOpen(incident),
      phase: incident.phase,
      impact: incident.impact,
      components: incident.components,
      startedAt: incident.startedAt,
      resolvedAt: incident.resolvedAt,
      nextUpdateAt: incident.nextUpdateAt,
      updates: incident.updates.map(({ number, phase, at, subject, blocks }) => ({
        number,
        phase,
        at,
        subject,
        text: toPlainText(blocks),
      })),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
