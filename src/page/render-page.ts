import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { endOf, promise, renderIncident, renderNotice, renderPast } from "./incidents.ts";
import { type Overview, survey } from "./overview.ts";
import type { PageIncident, Site } from "./site.ts";
import { statusJson } from "./status-json.ts";
import { STYLE } from "./style.ts";
import { icon, SHAPE_OF_INDICATOR, sprite, symbol } from "./symbols.ts";
import { createTimes, type Times } from "./times.ts";
import { renderComponents } from "./tree.ts";

/** Older ones stay in the ledger; a page that everyone opens during an outage must stay small. */
const PAST_SHOWN = 50;
const NOTICES_SHOWN = 10;

/**
 * The files of the status page by name, ready to be written into one folder: `status.json` and `index.html`.
 * Pure. The page is one self-contained document: it runs no script and fetches nothing.
 */
export function renderPage(site: Site): ReadonlyMap<string, string> {
  const overview = survey(site);
  return new Map([
    ["status.json", statusJson(site, overview)],
    ["index.html", indexHtml(site, overview)],
  ]);
}

function indexHtml(site: Site, overview: Overview): string {
  const times = createTimes(site.property.locale, site.property.timeZone);
  const style = createHash("sha256").update(STYLE).digest("base64");
  const { name } = site.property;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="status-revision" content="${site.revision}">
<title>${overview.sentence} · ${name} status</title>
<link rel="icon" href="${icon(overview.indicator)}">
<link rel="alternate" type="application/json" href="status.json">
<style>${new Html(STYLE)}</style>
</head>
<body>
${sprite}
<header><div class="frame"><h1>${name} status</h1>${propertyLink(site)}</div></header>
<main class="frame">
${overall(site, overview, times)}
${section("open", "Open incidents", overview.open, (incident) => renderIncident(incident, site, times))}
${section("under-way", "Maintenance under way", overview.underWay, (work) => renderIncident(work, site, times))}
${section("planned", "Planned maintenance", overview.planned, (work) => renderIncident(work, site, times))}
${renderComponents(site, overview)}
${notices(site, overview, times)}
${history(site, overview, times)}
</main>
<footer><div class="frame"><p>Written ${times.full(site.generatedAt)}, revision ${site.revision}. Reload for the newest word.</p>
<p>Times are in the time zone ${site.property.timeZone.replaceAll("_", " ")}, with UTC in brackets. <a href="status.json">The same as JSON</a></p></div></footer>
</body>
</html>
`.markup;
}

function propertyLink(site: Site): Html | null {
  const { url } = site.property;
  if (url === null || !/^https?:/i.test(url)) return null;
  return html`<a href="${url}">${url.replace(/^https?:\/\/|\/$/gi, "")}</a>`;
}

function overall(site: Site, overview: Overview, times: Times): Html {
  const shape = SHAPE_OF_INDICATOR[overview.indicator];
  return html`<section class="overall is-${shape}" aria-labelledby="overall"><h2 id="overall">${symbol(shape)}<span>${overview.sentence}</span></h2>
${standing(site, overview, times)}</section>`;
}

/** What a reader asks next: since when, and when there will be news; or when there last was any. */
function standing(site: Site, overview: Overview, times: Times): Html | null {
  const current = overview.open[0] ?? overview.underWay[0];
  if (current !== undefined)
    return html`<p>Since ${times.full(current.startedAt)}</p>${promise(current, site, times)}`;
  const last = overview.past[0];
  if (last === undefined) return html`<p>No incident is open.</p>`;
  return html`<p>No incident is open. The last one ended ${times.full(endOf(last))}.</p>`;
}

function section(
  id: string,
  heading: string,
  incidents: readonly PageIncident[],
  render: (incident: PageIncident) => Html,
): Html | null {
  if (incidents.length === 0) return null;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${incidents.map(render)}</section>`;
}

function notices(site: Site, { notices }: Overview, times: Times): Html | null {
  if (notices.length === 0) return null;
  const shown = notices.slice(0, NOTICES_SHOWN).map((notice) => renderNotice(notice, site, times));
  return html`<section aria-labelledby="notices"><h2 id="notices">Notices</h2>
<ul class="quiet plain">${shown}</ul></section>`;
}

function history(site: Site, { past }: Overview, times: Times): Html {
  const months = new Map<string, PageIncident[]>();
  for (const incident of past.slice(0, PAST_SHOWN)) {
    const month = times.month(incident.startedAt);
    months.set(month, [...(months.get(month) ?? []), incident]);
  }
  const left = past.length - PAST_SHOWN;
  return html`<section class="past" aria-labelledby="past"><h2 id="past">Past incidents</h2>
${past.length === 0 ? html`<p class="none">None yet.</p>` : null}${[...months].map(
  ([month, incidents]) => html`<h3>${month}</h3>
<div class="card">${incidents.map((incident) => renderPast(incident, site, times))}</div>
`,
)}${left > 0 ? html`<p class="none">${left} older ${left === 1 ? "one is" : "ones are"} not shown.</p>` : null}</section>`;
}
