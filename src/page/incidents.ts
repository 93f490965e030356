import { PHASE_WORDS } from "../incident/phases.ts";
import { type Html, html } from "./html.ts";
import { type Indicator, namesOf } from "./overview.ts";
import type { PageIncident, PageUpdate, Site } from "./site.ts";
import { impactWords, SHAPE_OF_INDICATOR, stateMark } from "./symbols.ts";
import { lasted, type Times } from "./times.ts";
import { language, renderWords } from "./words.ts";

/** One open incident or maintenance with everything said about it. */
export function renderIncident(incident: PageIncident, site: Site, times: Times): Html {
  const severity: Indicator = incident.type === "maintenance" ? "maintenance" : atLeastMinor(incident);
  const impact = impactWords(incident.impact, incident.type);
  return html`<article class="incident card is-${SHAPE_OF_INDICATOR[severity]}" id="${incident.id}" aria-labelledby="${incident.id}-title">
<h3 id="${incident.id}-title"${language(site)}>${incident.title}</h3>
<p class="facts"><b>${PHASE_WORDS[incident.phase]}</b>${impact === null ? null : html`<span>${impact}</span>`}<span>${
    incident.phase === "scheduled" ? "Starts" : "Since"
  } ${times.full(incident.startedAt)}</span></p>
${renderAffected(incident, site)}${promise(incident, site, times)}
${renderUpdates(incident.updates, site, times)}
</article>`;
}

function atLeastMinor(incident: PageIncident): Indicator {
  return incident.impact === "none" ? "minor" : incident.impact;
}

function renderAffected(incident: PageIncident, site: Site): Html | null {
  if (incident.components.length === 0) return null;
  const names = namesOf(
    site,
    incident.components.map(({ id }) => id),
  );
  return html`<ul class="hit plain" aria-label="Affected components">${incident.components.map(
    ({ state }, index) => html`<li>${names[index] ?? ""} ${stateMark(state)}</li>`,
  )}</ul>`;
}

/** The page cannot know the hour at which it is read; it says when the promise was late as it was written. */
export function promise(incident: PageIncident, site: Site, times: Times): Html | null {
  if (incident.nextUpdateAt === null) return null;
  const late = incident.nextUpdateAt < site.generatedAt;
  return html`<p class="promise">${late ? "The next update is late; it was due by" : "Next update due by"} ${times.full(incident.nextUpdateAt)}</p>`;
}

function renderUpdates(updates: readonly PageUpdate[], site: Site, times: Times): Html {
  return html`<ol class="updates plain" reversed>${updates.map(
    (update) => html`<li><div class="said"><b>${PHASE_WORDS[update.phase]}</b>${times.full(update.at)}</div>
${renderWords(update.blocks, site)}</li>`,
  )}</ol>`;
}

/** One finished incident, folded. */
export function renderPast(incident: PageIncident, site: Site, times: Times): Html {
  const end = endOf(incident);
  const impact = impactWords(incident.impact, incident.type);
  return html`<details><summary class="row"><span class="name"${language(site)}>${incident.title}</span> <small>${times.day(
    incident.startedAt,
  )}, ${lasted(incident.startedAt, end)}</small></summary>
<div class="inside" id="${incident.id}"><p class="facts"><b>${PHASE_WORDS[incident.phase]}</b>${
    impact === null ? null : html`<span>${impact}</span>`
  }<span>From ${times.full(incident.startedAt)}</span><span>to ${times.full(end)}</span></p>
${renderAffected(incident, site)}${renderUpdates(incident.updates, site, times)}</div></details>`;
}

/** A notice: something worth saying that changes nothing. */
export function renderNotice(notice: PageIncident, site: Site, times: Times): Html {
  return html`<li id="${notice.id}"><h3${language(site)}>${notice.title}</h3>${notice.updates.map(
    (update) => html`<div>${times.full(update.at)}</div>${renderWords(update.blocks, site)}`,
  )}</li>`;
}

/** When a finished incident was over: as recorded, else its last word. */
export function endOf(incident: PageIncident): Date {
  return incident.resolvedAt ?? incident.updates[0]?.at ?? incident.startedAt;
}
