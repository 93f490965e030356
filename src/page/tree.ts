import type { Component } from "../incident/components.ts";
import { type Html, html } from "./html.ts";
import type { Overview } from "./overview.ts";
import type { Site } from "./site.ts";
import { stateMark } from "./symbols.ts";
import { language } from "./words.ts";

/** Where another dashboard speaks for a component, ours does not call it well: it does not know. */
function elsewhere(source: string): Html {
  return html`<a class="elsewhere" href="${source}">See ${new URL(source).hostname}</a>`;
}

/** The component tree; a group stands open while anything in it is not operational. */
export function renderComponents(site: Site, { states }: Overview): Html | null {
  if (site.components.length === 0) return null;
  const branch = (components: readonly Component[]): Html =>
    html`<ul class="plain">${components.map((component) => html`<li>${node(component)}</li>`)}</ul>`;
  const node = (component: Component): Html => {
    const state = states.get(component.id) ?? "operational";
    const row = html`<span class="name"${language(site)}>${component.name}${
      component.description === undefined ? null : html`<small>${component.description}</small>`
    }</span> ${component.source !== undefined && state === "operational" ? elsewhere(component.source) : stateMark(state)}`;
    if (component.components.length === 0) return html`<div class="row">${row}</div>`;
    return html`<details${state === "operational" ? null : html` open`}><summary class="row">${row}</summary>
${branch(component.components)}</details>`;
  };
  return html`<section aria-labelledby="components"><h2 id="components">Components</h2>
<div class="tree card">${branch(site.components)}</div></section>`;
}
