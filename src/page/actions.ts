import { type Html, html } from "./html.ts";
import { incidentHref } from "./incidents.ts";
import type { PageAction, PageIncident } from "./site.ts";
import { authored } from "./update-words.ts";
import type { View } from "./view.ts";

/** How many open ones the front page lists; the others stand on the pages of their incidents. */
const SHOWN = 10;

/** What followed from one incident: what is still to be done, then what is carried out. */
export function renderActionsOf({ id }: Pick<PageIncident, "id">, view: View): Html | null {
  const own = byIncident(view.site.actions).get(id);
  if (own === undefined) return null;
  const items = [
    ...mostPressingFirst(own.filter(isOpenAction)),
    ...own.filter((each) => !isOpenAction(each)),
  ];
  return section(
    items.map((action) => item(action, null, view)),
    null,
    view,
  );
}

const sorted = new WeakMap<readonly PageAction[], Map<string | null, PageAction[]>>();

/** Looked through once, not for every incident. */
function byIncident(actions: readonly PageAction[]): ReadonlyMap<string | null, readonly PageAction[]> {
  const known = sorted.get(actions);
  if (known !== undefined) return known;
  const made = new Map<string | null, PageAction[]>();
  for (const action of actions) {
    const own = made.get(action.incidentId);
    if (own === undefined) made.set(action.incidentId, [action]);
    else own.push(action);
  }
  sorted.set(actions, made);
  return made;
}

/** The open ones of all incidents, while there are any. */
export function renderOpenActions(view: View): Html | null {
  const { site, speech } = view;
  const open = openActions(site.actions);
  if (open.length === 0) return null;
  const titles = new Map(site.incidents.map(({ id, title }) => [id, title]));
  const left = open.length - SHOWN;
  const more = left <= 0 ? null : html`<p class="more">${speech.count(speech.texts.actions.more, left)}</p>`;
  return section(
    open.slice(0, SHOWN).map((action) => item(action, titles.get(action.incidentId ?? "") ?? null, view)),
    more,
    view,
  );
}

/** Those that are not carried out, the most pressing first. */
export function openActions(actions: readonly PageAction[]): PageAction[] {
  return mostPressingFirst(actions.filter(isOpenAction));
}

function isOpenAction({ doneAt }: PageAction): boolean {
  return doneAt === null;
}

function mostPressingFirst(actions: readonly PageAction[]): PageAction[] {
  const due = ({ dueAt }: PageAction) => dueAt?.getTime() ?? Number.MAX_VALUE;
  return [...actions].sort((a, b) => due(a) - due(b));
}

function section(items: readonly Html[], more: Html | null, { speech }: View): Html {
  return html`<section class="actions" aria-labelledby="actions"><h2 id="actions">${speech.texts.headings.actions}</h2>
<ul class="entries plain">${items}</ul>${more}</section>
`;
}

/** `about` is the title of the incident that it follows from, where that does not stand above it. */
function item({ text, incidentId, dueAt, doneAt }: PageAction, about: string | null, view: View): Html {
  const { speech, times } = view;
  const { actions } = speech.texts;
  const when =
    doneAt !== null
      ? speech.sayHtml(actions.done, { date: times.date(doneAt) })
      : dueAt !== null
        ? speech.sayHtml(actions.due, { date: times.date(dueAt) })
        : html`${actions.open}`;
  const link =
    about === null || incidentId === null
      ? null
      : html` <a class="name" href="${incidentHref(incidentId, 0)}"${authored(view)}>${about}</a>`;
  return html`<li class="action${doneAt === null ? "" : " done"}"><p class="name"${authored(view)}>${text}</p>
<p class="facts"><span>${when}</span>${link}</p></li>
`;
}
