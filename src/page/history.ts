import { renderDocument } from "./document.ts";
import { html } from "./html.ts";
import { renderEntry } from "./past.ts";
import type { PageEntry } from "./site.ts";
import type { View } from "./view.ts";

/**
 * One month's incidents and maintenance, `2010-06`, newest first, each with the way to its own page. It knows nothing of
 * other months, so that a new one leaves it as it is: the way to them is the list of all.
 */
export function renderMonth(month: string, entries: readonly PageEntry[], view: View): string {
  const { texts } = view.speech;
  const [first] = entries;
  const name = first === undefined ? month : view.times.month(first.startedAt);
  return renderDocument(view, {
    title: name,
    description: view.speech.count(texts.history.count, entries.length),
    path: `history/${month}.html`,
    live: false,
    trail: [{ name: texts.headings.history, href: "index.html" }],
    main: html`<h1>${name}</h1>
<ul class="entries plain">${entries.map((entry) => renderEntry(entry, { depth: 1 }, view))}</ul>
<p class="more"><a href="index.html">${texts.history.all}</a></p>`,
  });
}

/** All months by year, newest first, with how many incidents each had. */
export function renderHistory(months: ReadonlyMap<string, readonly PageEntry[]>, view: View): string {
  const { count, texts } = view.speech;
  const years = new Map<string, [string, readonly PageEntry[]][]>();
  for (const [month, entries] of [...months].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const year = month.slice(0, -3);
    years.set(year, [...(years.get(year) ?? []), [month, entries]]);
  }
  return renderDocument(view, {
    title: texts.headings.history,
    description: texts.headings.history,
    path: "history/index.html",
    live: false,
    trail: [],
    main: html`<h1>${texts.headings.history}</h1>
${years.size === 0 ? html`<p class="none">${texts.history.none}</p>` : null}${[...years].map(
  ([year, list]) => html`<section aria-labelledby="year-${year}"><h2 id="year-${year}">${year}</h2>
<ul class="months plain">${list.map(
    ([month, entries]) =>
      html`<li><a href="${month}.html">${entries[0] === undefined ? month : view.times.month(entries[0].startedAt)}</a> <span>${count(texts.history.count, entries.length)}</span></li>`,
  )}</ul></section>
`,
)}`,
  });
}
