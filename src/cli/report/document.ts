import { createHash } from "node:crypto";
import { sayDuration } from "../../base/duration.ts";
import { sayTime } from "../../base/zone.ts";
import type { Totals } from "../../cadence/figures.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import { Html, html } from "../../page/html.ts";
import { literal } from "../../render/literal.ts";
import { drawChart, type Layout } from "./chart.ts";
import { legendOf } from "./legend.ts";
import type { Report, Telling } from "./report.ts";
import { headline, headlineOfAll, titleOfAll } from "./sentence.ts";
import { REPORT_STYLE } from "./style.ts";
import { channelTable, figureList, incidentTable, promiseTable, wordTable } from "./tables.ts";

/** One incident as an HTML document that stands alone: the sentence, the silence chart, the figures, and every word. */
export function renderReport(report: Report, telling: Telling): string {
  const { incident, silence } = report;
  const { timeZone } = telling;
  return page(
    literal(incident.title),
    telling,
    html`<header><p>${telling.property}: ${incident.type} report</p><h1>${literal(incident.title)}</h1>
<ul class="facts"><li><b>${PHASE_WORDS[incident.phase]}</b></li>${incident.type === "incident" ? html`<li>Impact ${incident.impact}</li>` : null}<li>Began ${timeOf(incident.startedAt, timeZone)}</li><li>${lasted(report)}</li></ul></header>
<main>
<p class="headline">${unbroken(headline(report, telling))}</p>
${silence.lanes.length === 0 ? html`<p>It was said on no channel.</p>` : picture(report, telling, "c")}
<section aria-labelledby="figures"><h2 id="figures">Figures</h2>
${figureList(report, telling)}</section>
<section aria-labelledby="channels"><h2 id="channels">Channels</h2>
${channelTable(report, telling)}</section>
${promiseTable(report, telling)}
<section aria-labelledby="words"><h2 id="words">Every word, and when it was heard</h2>
${wordTable(report, telling)}</section>
</main>`,
  );
}

/** All incidents of a time, as an HTML document that stands alone. `since` in milliseconds. */
export function renderOverview(
  reports: readonly Report[],
  totals: Totals,
  telling: Telling,
  sinceMs: number,
): string {
  const title = titleOfAll(sinceMs);
  return page(
    title,
    telling,
    html`<header><p>${telling.property}: how incidents were told</p><h1>${title}</h1></header>
<main>
<p class="headline">${unbroken(headlineOfAll(totals))}</p>
${reports.length === 0 ? null : incidentTable(reports, totals, telling)}
${reports.map(
  (
    report,
    index,
  ) => html`<article class="one"><h2 class="title" id="i${index}">${literal(report.incident.title)}</h2>
<ul class="facts"><li>${timeOf(report.incident.startedAt, telling.timeZone)}</li><li>${lasted(report)}</li></ul>
<p>${unbroken(headline(report, telling))}</p>
${report.silence.lanes.length === 0 ? null : picture(report, telling, `c${index}`)}</article>
`,
)}</main>`,
  );
}

function page(title: string, telling: Telling, content: Html): string {
  const style = createHash("sha256").update(REPORT_STYLE).digest("base64");
  const { property, now, timeZone, policy } = telling;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} · ${property}</title>
<link rel="icon" href="data:,">
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<div class="frame">${content}
<footer><p>The first word is owed ${sayDuration(policy.acknowledgeWithinMs)} after an incident begins. After that, each channel is owed the next word by the time that it was last promised there; a word within the promised minute keeps the promise. A change to words that are out already is no new word.</p>
<p>Times are in the time zone ${timeZone.replaceAll("_", " ")}. Made ${timeOf(now, timeZone)}.</p></footer></div>
</body>
</html>
`.markup;
}

/** A length of time stays on one line. */
function unbroken(sentence: string): string {
  return sentence
    .replace(/(\d) (?=(?:s|min|h|d)\b)/g, "$1\u00a0")
    .replace(/(\u00a0[hd]) (?=\d)/g, "$1\u00a0");
}

function lasted({ incident, silence }: Report): string {
  const end = incident.resolvedAt ?? silence.to;
  const length = sayDuration(Math.max(0, end.getTime() - incident.startedAt.getTime()));
  if (silence.open && end < incident.startedAt) return "not begun yet";
  return silence.open ? `open for ${length}` : `lasted ${length}`;
}

function timeOf(at: Date, timeZone: string): Html {
  return html`<time datetime="${at.toISOString()}">${sayTime(at, timeZone, true)}</time>`;
}

/** One drawing for each width of window, so that letters stay letters on a phone; only one is ever shown. */
const LAYOUTS: readonly (Layout & { readonly name: string })[] = [
  { name: "narrow", width: 320, names: "above" },
  { name: "small", width: 470, names: "above" },
  { name: "middle", width: 680, names: { left: 128, right: 148 } },
  { name: "wide", width: 1090, names: { left: 170, right: 156 } },
];

function picture(report: Report, telling: Telling, id: string): Html {
  const sentence = headline(report, telling);
  return html`<figure class="picture">${LAYOUTS.map((layout) => {
    const chart = drawChart(report, telling, layout, `${id}-${layout.name}`);
    return html`<svg class="chart ${layout.name}" viewBox="0 0 ${layout.width} ${chart.height}" role="img" aria-label="Silence chart. ${sentence}">${chart.markup}</svg>
`;
  })}<figcaption><ul class="legend">${legendOf([report]).map(
    ({ width, draw, meaning }, index) =>
      html`<li><svg class="chart" width="${width}" height="20" viewBox="0 0 ${width} 20" aria-hidden="true">${draw(`${id}-sign${index}`)}</svg>${meaning}</li>`,
  )}</ul></figcaption></figure>`;
}
