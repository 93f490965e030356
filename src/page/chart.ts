import { type Component, worse } from "../incident/components.ts";
import { type AffectedComponent, COMPONENT_STATES, type ComponentState } from "../incident/incident.ts";
import { type Day, timelineOf } from "../incident/timeline.ts";
import { Html, html } from "./html.ts";
import { SHAPE_OF_STATE } from "./symbols.ts";
import { datesOf } from "./times.ts";
import type { View } from "./view.ts";

const DAYS = 90;
/** A day's bar is 3 wide and stands 4 after the one before; it is as long as the day was bad. Work has a gap in it. */
const BARS: Readonly<Record<ComponentState, string>> = {
  operational: " 8v8",
  under_maintenance: " 5v5m0 4v5",
  degraded_performance: " 5v14",
  partial_outage: " 2.5v19",
  major_outage: " 0v24",
};

/** Draws the last 90 days of a component, or of a group with all below it. */
export type Chart = (component: Component) => Html;

export function createChart(view: View): Chart {
  const { site, recent, speech, overview } = view;
  const date = dayAndMonth(datesOf(speech.language, site.property.locale));
  const going = [...overview.open, ...overview.underWay].flatMap(({ components }) => components);
  const daysOf = timelineOf(recent, site.generatedAt, site.property.timeZone, DAYS);
  return (component) => {
    const ids = idsOf(component);
    const days = daysOf(ids).map((day, index) =>
      // Today is never better than what is open, even where the words that said so were withdrawn.
      index < DAYS - 1 ? day : { ...day, worst: stateOf(ids, going, day.worst) },
    );
    const bars = COMPONENT_STATES.filter((state) => state !== "operational").map((state) => {
      const path = days
        .map(({ worst }, index) => (worst === state ? `M${index * 4 + 1.5}${BARS[state]}` : ""))
        .join("");
      return path === "" ? "" : `<path class="is-${SHAPE_OF_STATE[state]}" d="${path}"/>`;
    });
    const label = labelOf(days, speech, date);
    const troubled = days.some(({ worst }) => worst !== "operational");
    return html`<div class="chart"><svg viewBox="0 0 ${DAYS * 4 - 1} 24" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="days" d="M0 12h${DAYS * 4 - 1}"/>${new Html(bars.join(""))}</svg>${
      troubled ? html`<small aria-hidden="true">${label}</small>` : null
    }</div>`;
  };
}

/** What the bars mean, in the order of their height. */
export function legend({ speech }: View): Html {
  const { chart } = speech.texts;
  const bar = (state: ComponentState) =>
    html`<li><svg viewBox="0 0 3 24" aria-hidden="true"><path class="${state === "operational" ? "well" : `is-${SHAPE_OF_STATE[state]}`}" d="M1.5${BARS[state]}"/></svg>${chart.states[state]}</li>`;
  return html`<div class="legend chart"><p>${chart.legend}</p><ul class="plain">${COMPONENT_STATES.map(bar)}</ul></div>`;
}

function labelOf(days: readonly Day[], speech: View["speech"], date: (date: string) => string): string {
  const { chart } = speech.texts;
  const incidents = days.filter(({ worst }) => worst !== "operational" && worst !== "under_maintenance");
  const work = days.filter(({ worst }) => worst === "under_maintenance").length;
  if (incidents.length === 0) return work === 0 ? chart.none : speech.count(chart.maintenance, work);
  const rank = ({ worst }: Day) => COMPONENT_STATES.indexOf(worst);
  const worst = incidents.reduce((found, day) => (rank(day) >= rank(found) ? day : found));
  return speech.count(chart.incidents, incidents.length, {
    state: chart.states[worst.worst],
    date: date(worst.date),
  });
}

function stateOf(
  ids: readonly string[],
  going: readonly AffectedComponent[],
  least: ComponentState,
): ComponentState {
  return going.filter(({ id }) => ids.includes(id)).reduce((found, { state }) => worse(found, state), least);
}

function idsOf({ id, components }: Component): string[] {
  return [id, ...components.flatMap(idsOf)];
}

/** `June 29`, from `2010-06-29`. */
function dayAndMonth(locale: string): (date: string) => string {
  const format = new Intl.DateTimeFormat([locale, "en"], { day: "numeric", month: "long", timeZone: "UTC" });
  return (date) => format.format(new Date(`${date}T12:00:00Z`));
}
