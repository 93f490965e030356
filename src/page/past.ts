import { isClosed } from "../incident/incident.ts";
import { type Html, html } from "./html.ts";
import { endOf, incidentHref, isCancelled } from "./incidents.ts";
import type { PageEntry } from "./site.ts";
import { impactMark } from "./symbols.ts";
import { authored } from "./update-words.ts";
import type { View } from "./view.ts";

/** An incident in a list: what it was, when, how long and how grave, with the way to everything about it. */
export function renderEntry(entry: PageEntry, { depth }: { depth: 0 | 1 }, view: View): Html {
  const { texts } = view.speech;
  const href = incidentHref(entry.id, depth);
  const outcome = isCancelled(entry)
    ? texts.incident.cancelled
    : isClosed(entry.phase)
      ? view.times.lasted(entry.startedAt, endOf(entry))
      : texts.phases[entry.phase];
  return html`<li class="entry"><span class="day">${view.times.day(entry.startedAt)}</span>
<div><a class="name" href="${href}"${authored(view)}>${entry.title}</a>
<p class="facts">${impactMark(entry, texts)} <span>${outcome}</span>${entry.explained ? html` <a href="${href}#postmortem">${texts.past.postmortem}</a>` : null}</p></div></li>
`;
}
