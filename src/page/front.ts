import { renderOpenActions } from "./actions.ts";
import { nameOf, renderDocument } from "./document.ts";
import { renderAbout, renderFollow } from "./follow.ts";
import { type Html, html, textOf } from "./html.ts";
import { endOf, incidentHref, isCancelled, promise, renderIncident, updatesOf } from "./incidents.ts";
import { renderEntry } from "./past.ts";
import type { PageEntry, PageIncident } from "./site.ts";
import { SHAPE_OF_INDICATOR, symbol } from "./symbols.ts";
import { Room, tell } from "./telling.ts";
import { renderComponents } from "./tree.ts";
import { authored, renderWords } from "./update-words.ts";
import type { View } from "./view.ts";

/** How many finished incidents the front page lists; the rest stand under their months. */
const PAST_SHOWN = 15;
const NOTICES_SHOWN = 10;
/** Work planned further ahead is listed by name, and what comes after that stands in the calendar. */
const PLANNED_TOLD = 10;
const PLANNED_LISTED = 20;

/** A sentence with so many characters is set smaller. */
const LONG = 110;

/** `index.html`: where everything stands now. */
export function renderFront(view: View): string {
  const { overview, speech } = view;
  const { headings, incident } = speech.texts;
  const room = new Room();
  const told = (entries: readonly PageEntry[]) => entries.map(({ id }) => view.told(id));
  const going = told([...overview.open, ...overview.underWay]);
  const tellings = tell(going, room, view);
  const articles = going.map((each, index) => renderIncident(each, tellings[index] ?? NOTHING, view));
  const planned = told(overview.planned.slice(0, PLANNED_TOLD));
  const plannedTellings = tell(planned, room, view);
  const later = overview.planned.slice(PLANNED_TOLD);
  const unlisted = later.length - PLANNED_LISTED;
  return renderDocument(view, {
    title: `${overview.sentence.replace(/\.$/, "")} · ${nameOf(view)}`,
    description: [overview.sentence, ...standing(view).map(textOf)].join(" "),
    path: "index.html",
    live: true,
    trail: [],
    main: html`${overall(view)}
${section("open", headings.open, articles.slice(0, overview.open.length))}
${section("under-way", headings.underWay, articles.slice(overview.open.length))}
${section("planned", headings.planned, [
  ...planned.map((each, index) => renderIncident(each, plannedTellings[index] ?? NOTHING, view)),
  ...(later.length === 0
    ? []
    : [
        html`<h3 class="also">${incident.alsoPlanned}</h3><ul class="entries plain">${later
          .slice(0, PLANNED_LISTED)
          .map((entry) => renderEntry(entry, { depth: 0 }, view))}</ul>`,
      ]),
  ...(unlisted > 0
    ? [html`<p class="more"><a href="maintenance.ics">${speech.count(incident.inCalendar, unlisted)}</a></p>`]
    : []),
])}
${renderComponents(view)}
${notices(view, room)}
${renderOpenActions(view)}
${past(view)}
${renderFollow(view)}
${renderAbout(view)}`,
  });
}

const NOTHING = { shown: [], unfolded: 0, left: 0 };

function overall(view: View): Html {
  const { indicator, sentence } = view.overview;
  const shape = SHAPE_OF_INDICATOR[indicator];
  return html`<section class="overall is-${shape}" aria-labelledby="overall"><h2 id="overall"${sentence.length > LONG ? html` class="long"` : null}>${symbol(shape)}<span>${sentence}</span></h2>
${standing(view)}</section>`;
}

/** What a reader asks next: since when, and when there will be news; or when there last was any. */
function standing(view: View): readonly Html[] {
  const { overview, speech, times } = view;
  const { overall } = speech.texts;
  const current = overview.open[0] ?? overview.underWay[0];
  if (current !== undefined) {
    const due = promise(current, view);
    const since = html`<p>${speech.sayHtml(overall.since, { time: times.full(current.startedAt) })}</p>`;
    return due === null ? [since] : [since, due];
  }
  const last = overview.past.find((entry) => !isCancelled(entry));
  if (last === undefined) return [html`<p>${overall.noneOpen}</p>`];
  return [html`<p>${speech.sayHtml(overall.lastEnded, { time: times.full(endOf(last)) })}</p>`];
}

function section(id: string, heading: string, parts: readonly Html[]): Html | null {
  if (parts.length === 0) return null;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${parts}</section>`;
}

function notices(view: View, room: Room): Html | null {
  const { notices } = view.overview;
  if (notices.length === 0) return null;
  const shown = notices.slice(0, NOTICES_SHOWN).map(({ id }) => renderNotice(view.told(id), room, view));
  const { headings } = view.speech.texts;
  return html`<section aria-labelledby="notices"><h2 id="notices">${headings.notices}</h2>
<ul class="quiet plain">${shown}</ul></section>`;
}

/** Something worth saying that changes nothing: its newest words, where there is room for them. */
function renderNotice(notice: PageIncident, room: Room, view: View): Html {
  const [newest] = updatesOf(notice);
  const words = newest === undefined ? null : renderWords(newest.blocks, 4, view);
  return html`<li id="${notice.id}"><h3${authored(view)}><a class="name" href="${incidentHref(notice.id, 0)}">${notice.title}</a></h3>
<p class="facts">${view.times.full(newest?.at ?? notice.startedAt)}</p>${words !== null && room.take(words) ? words : null}</li>
`;
}

function past(view: View): Html {
  const { overview, speech, times, told } = view;
  const months = new Map<string, PageIncident[]>();
  for (const { id, startedAt } of overview.past.slice(0, PAST_SHOWN)) {
    const month = times.monthKey(startedAt);
    months.set(month, [...(months.get(month) ?? []), told(id)]);
  }
  const { headings, past: texts } = speech.texts;
  return html`<section class="past" aria-labelledby="past"><h2 id="past">${headings.past}</h2>
${overview.past.length === 0 ? html`<p class="none">${texts.none}</p>` : null}${[...months].map(
  ([
    month,
    [first, ...more],
  ]) => html`<h3><a href="history/${month}.html">${first === undefined ? month : times.month(first.startedAt)}</a></h3>
<ul class="entries plain">${[...(first === undefined ? [] : [first]), ...more].map((incident) =>
    renderEntry(incident, { depth: 0 }, view),
  )}</ul>
`,
)}${overview.past.length === 0 ? null : html`<p class="more"><a href="history/index.html">${overview.past.length > PAST_SHOWN ? texts.older : speech.texts.history.all}</a></p>`}</section>`;
}
