import { isClosed } from "../incident/incident.ts";
import { toPlainText } from "../render/formats/plain.ts";
import { renderActionsOf } from "./actions.ts";
import { renderDocument } from "./document.ts";
import { type Html, html } from "./html.ts";
import { incidentPath } from "./identity.ts";
import {
  isCancelled,
  postmortemsOf,
  promise,
  renderAffected,
  renderFacts,
  renderUpdate,
  renderUpdates,
  updatesOf,
} from "./incidents.ts";
import type { PageIncident } from "./site.ts";
import { shapeOf } from "./symbols.ts";
import { authored, renderWords } from "./update-words.ts";
import type { View } from "./view.ts";

/** Here everything stands open. */
const UNFOLDED = Number.POSITIVE_INFINITY;

/** The page of one incident, at its stable address. That of an ended one depends on nothing but its own words and the look. */
export function renderIncidentPage(incident: PageIncident, view: View): string {
  const { speech, times } = view;
  const { texts } = speech;
  const ended = incident.type === "notice" || isClosed(incident.phase);
  return renderDocument(view, {
    title: incident.title,
    description: describe(incident, view),
    path: incidentPath(incident.id),
    live: !ended,
    trail:
      incident.type === "notice"
        ? []
        : [
            {
              name: times.month(incident.startedAt),
              href: `../history/${times.monthKey(incident.startedAt)}.html`,
            },
          ],
    main: html`<article class="one is-${shapeOf(incident)}"><h1${authored(view)}>${incident.title}</h1>
${renderFacts(incident, view)}
${renderAffected(incident, view)}${ended ? null : promise(incident, view)}
${postmortem(incident, view)}${renderActionsOf(incident, view)}<section aria-labelledby="updates"><h2 id="updates">${texts.headings.updates}</h2>
${renderUpdates(
  "updates",
  updatesOf(incident).map((update) =>
    renderUpdate(update, `update-${update.number}`, 3, view, phaseOf(incident, update, view)),
  ),
  UNFOLDED,
  view,
)}</section></article>`,
  });
}

/** The explanation afterwards; one that was rewritten stands above the older one. */
function postmortem(incident: PageIncident, view: View): Html | null {
  const told = postmortemsOf(incident);
  if (told.length === 0) return null;
  return html`<section class="postmortem" aria-labelledby="postmortem"><h2 id="postmortem">${view.speech.texts.headings.postmortem}</h2>
${told.map(
  (update) => html`<p class="said">${view.times.full(update.at)}</p>
${renderWords(update.blocks, 3, view)}`,
)}</section>
`;
}

/** Work that was called off is over, but was never completed. */
function phaseOf(
  incident: PageIncident,
  { phase }: Pick<PageIncident, "phase">,
  { speech }: Pick<View, "speech">,
): string {
  const { incident: texts, phases } = speech.texts;
  return isCancelled(incident) && isClosed(phase) ? texts.cancelled : phases[phase];
}

/** For previews of a link: where it stands, and the newest words. */
function describe(incident: PageIncident, { speech }: View): string {
  const phase =
    incident.type === "notice" ? speech.texts.incident.notice : phaseOf(incident, incident, { speech });
  const [newest] = incident.updates;
  const words = newest === undefined ? "" : toPlainText(newest.blocks).replace(/\s+/g, " ").trim();
  return `${phase}. ${words}`.trim();
}
