import { worse } from "../incident/components.ts";
import { type AffectedComponent, type ComponentState, isClosed } from "../incident/incident.ts";
import { type Html, html } from "./html.ts";
import { incidentPath } from "./identity.ts";
import { namesOf } from "./overview.ts";
import type { PageEntry, PageIncident, PageUpdate } from "./site.ts";
import { impactMark, shapeOf, stateMark } from "./symbols.ts";
import { authored, renderWords } from "./update-words.ts";
import type { View } from "./view.ts";

/** How much of an incident is shown where it is one of several. */
export interface Telling {
  /** The newest updates, as `renderUpdate` made them. */
  readonly shown: readonly Html[];
  /** So many of them stand open; where there are clearly more, the older ones are folded below. */
  readonly unfolded: number;
  /** How many more stand on the incident's own page. */
  readonly left: number;
}

/** One open or planned incident among others, with what there is room to tell of it. */
export function renderIncident(incident: PageIncident, { shown, unfolded, left }: Telling, view: View): Html {
  const { speech } = view;
  const page = incidentHref(incident.id, 0);
  return html`<article class="incident card is-${shapeOf(incident)}${incident.phase === "scheduled" ? " planned" : ""}" id="${incident.id}" aria-labelledby="${incident.id}-title">
<header><h3 id="${incident.id}-title"${authored(view)}><a href="${page}">${incident.title}</a></h3>
${renderFacts(incident, view)}</header>
<div class="inside">${renderAffected(incident, view)}${promise(incident, view)}
${renderUpdates(incident.id, shown, unfolded, view)}${
  left === 0
    ? null
    : html`<p class="more"><a href="${page}">${speech.count(speech.texts.incident.more, left)}</a></p>`
}${hasPostmortem(incident) ? html`<p class="more"><a href="${page}#postmortem">${speech.texts.incident.readPostmortem}</a></p>` : null}</div>
</article>`;
}

/** Impact, phase and times. */
export function renderFacts(entry: PageEntry, view: View): Html {
  const { site, speech, times } = view;
  const { incident, phases } = speech.texts;
  const from = times.full(entry.startedAt);
  if (entry.type === "notice")
    return html`<p class="facts"><b>${incident.notice}</b> <span>${from}</span></p>`;
  const grave = html`${impactMark(entry, speech.texts)} <b>${phases[entry.phase]}</b>`;
  if (isCancelled(entry)) {
    const to = entry.endsAt;
    const time = to === null ? from : speech.sayHtml(incident.span, { from, to: times.full(to) });
    return html`<p class="facts">${impactMark(entry, speech.texts)} <b>${incident.cancelled}</b></p>
<p class="facts"><span>${speech.sayHtml(incident.planned, { time })}</span></p>`;
  }
  if (isClosed(entry.phase)) {
    const to = endOf(entry);
    const duration = times.lasted(entry.startedAt, to);
    return html`<p class="facts">${grave} <span>${speech.say(incident.lasted, { duration })}</span></p>
<p class="facts"><span>${speech.sayHtml(incident.span, { from, to: times.full(to) })}</span></p>`;
  }
  if (entry.phase === "scheduled") {
    const time = times.range(entry.startedAt, entry.endsAt, site.generatedAt);
    return html`<p class="facts">${grave} <span>${speech.sayHtml(incident.planned, { time })}</span></p>`;
  }
  const end =
    entry.endsAt === null ? null : speech.sayHtml(incident.ends, { time: times.full(entry.endsAt) });
  return html`<p class="facts">${grave} <span>${speech.sayHtml(incident.since, { time: from })}</span>${end === null ? null : html` <span>${end}</span>`}</p>`;
}

/** Who is hit and how; of what is over, how badly each was hit at the worst. */
export function renderAffected(incident: PageIncident, view: View): Html | null {
  const components = isClosed(incident.phase) ? worstOf(incident) : incident.components;
  if (components.length === 0) return null;
  const { texts } = view.speech;
  const names = namesOf(
    view.site,
    components.map(({ id }) => id),
  );
  // Work that is only planned, or was called off, has changed nothing.
  const told = incident.phase !== "scheduled" && !isCancelled(incident);
  const list = components.map(
    ({ state }, index) =>
      html`<li><span class="name"${authored(view)}>${names[index] ?? ""}</span> ${told && state !== "operational" ? stateMark(state, texts) : null}</li>`,
  );
  const over = incident.type !== "notice" && isClosed(incident.phase);
  // Beside "Resolved" a state alone would read as that of today.
  if (over && told && components.some(({ state }) => state !== "operational"))
    return html`<div class="hit"><p id="affected">${texts.incident.worst}</p> <ul class="hit plain" aria-labelledby="affected">${list}</ul></div>`;
  return html`<ul class="hit plain" aria-label="${texts.incident.affected}">${list}</ul>`;
}

function worstOf(incident: PageIncident): readonly AffectedComponent[] {
  const worst = new Map<string, ComponentState>();
  for (const { components } of [incident, ...incident.updates])
    for (const { id, state } of components) worst.set(id, worse(worst.get(id) ?? "operational", state));
  return [...worst].map(([id, state]) => ({ id, state }));
}

/** The page cannot know the hour at which it is read; it says when the promise was late as it was written. */
export function promise(incident: PageEntry, { site, speech, times }: View): Html | null {
  if (incident.nextUpdateAt === null) return null;
  const late = incident.nextUpdateAt < site.generatedAt;
  const text = late ? speech.texts.incident.late : speech.texts.incident.due;
  return html`<p class="promise${late ? " late" : ""}">${speech.sayHtml(text, { time: times.full(incident.nextUpdateAt) })}</p>`;
}

/** `id` is its anchor, `level` that of an author's first heading, `phase` what is said of where it left the incident. */
export function renderUpdate(
  update: PageUpdate,
  id: string,
  level: number,
  view: View,
  phase = view.speech.texts.phases[update.phase],
): Html {
  return html`<li id="${id}"><div class="said"><b>${phase}</b> ${view.times.full(update.at)}</div>
${renderWords(update.blocks, level, view)}</li>
`;
}

/** Updates, newest first, the older of many folded; a fold that would hide but two or three is not worth its while. */
export function renderUpdates(
  id: string,
  updates: readonly Html[],
  unfolded: number,
  { speech }: View,
): Html {
  if (updates.length === 0) return html`<p class="none">${speech.texts.incident.nothing}</p>`;
  if (updates.length < unfolded + 3) return html`<ol class="updates plain">${updates}</ol>`;
  const older = updates.slice(unfolded);
  return html`<ol class="updates plain">${updates.slice(0, unfolded)}</ol>
<details class="older" id="${id}-older"><summary><span class="name">${speech.count(speech.texts.incident.folded, older.length)}</span></summary>
<ol class="updates plain">${older}</ol></details>`;
}

/** What was said while it lasted; the explanation afterwards stands apart. */
export function updatesOf(incident: PageIncident): readonly PageUpdate[] {
  return incident.updates.filter((update) => !isPostmortem(update));
}

export function postmortemsOf(incident: PageIncident): readonly PageUpdate[] {
  return incident.updates.filter(isPostmortem);
}

export function hasPostmortem(incident: PageIncident): boolean {
  return incident.updates.some(isPostmortem);
}

function isPostmortem({ template }: PageUpdate): boolean {
  return template === "postmortem";
}

/** The way to an incident's page from a page that stands `depth` folders below the front one. */
export function incidentHref(id: string, depth: 0 | 1): string {
  return `${"../".repeat(depth)}${incidentPath(id)}`;
}

/** Work that was called off: it ended before it began, or as it was to begin. */
export function isCancelled({ type, phase, startedAt, resolvedAt }: PageEntry): boolean {
  return type === "maintenance" && isClosed(phase) && resolvedAt !== null && resolvedAt <= startedAt;
}

/** When a finished incident was over: as recorded, else its last word. */
export function endOf(incident: PageEntry): Date {
  return incident.resolvedAt ?? incident.startedAt;
}
