import { type Component, flatten } from "../incident/components.ts";
import { type Chart, createChart, legend } from "./chart.ts";
import { markElsewhere, renderElsewhere } from "./elsewhere.ts";
import { type Html, html } from "./html.ts";
import { mark, stateMark } from "./symbols.ts";
import { authored } from "./update-words.ts";
import type { View } from "./view.ts";

/** The component tree; a group stands open while anything in it is not operational. */
export function renderComponents(view: View): Html | null {
  const { components } = view.site;
  if (components.length === 0) return null;
  const chart = createChart(view);
  return html`<section aria-labelledby="components"><h2 id="components">${view.speech.texts.headings.components}</h2>
<div class="tree card">${branch(components, chart, view)}</div>
${legend(view)}</section>`;
}

function branch(components: readonly Component[], chart: Chart, view: View): Html {
  return html`<ul class="plain">${components.map((component) => html`<li>${node(component, chart, view)}</li>\n`)}</ul>`;
}

function node(component: Component, chart: Chart, view: View): Html {
  const { id, name, description, source, components } = component;
  const title = html`<span class="name"${authored(view)}>${name}${description === undefined ? null : html` <small>${description}</small>`}</span>`;
  if (components.length > 0) {
    const folded = isWell(component, view);
    return html`<details id="in-${id}"${folded ? null : html` open`}><summary class="row">${title} ${chart(component)} ${markOf(component, view)}</summary>
${renderElsewhere(component, view)}${branch(components, chart, view)}</details>`;
  }
  // Another dashboard keeps its own history; ours knows only what was said here.
  if (source !== undefined)
    return html`<div class="row">${title} ${markElsewhere(component, view)}</div>${renderElsewhere(component, view)}`;
  return html`<div class="row">${title} ${chart(component)} ${markOf(component, view)}</div>`;
}

function isWell(component: Component, { overview }: View): boolean {
  return (overview.states.get(component.id) ?? "operational") === "operational";
}

/** A group is not called operational while another dashboard that speaks for a part of it has not been heard. */
function markOf(component: Component, view: View): Html {
  const { overview, speech } = view;
  const unheard = flatten([component]).some(
    ({ id, source }) => source !== undefined && overview.sources.get(id)?.state == null,
  );
  if (unheard && isWell(component, view)) return mark("unknown", speech.texts.tree.partlyUnknown);
  return stateMark(overview.states.get(component.id) ?? "operational", speech.texts);
}
