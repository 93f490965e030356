import { STATE_WORDS } from "../incident/components.ts";
import type { ComponentState, Impact, IncidentType } from "../incident/incident.ts";
import { Html, html } from "./html.ts";
import type { Indicator } from "./overview.ts";

/** Every state has its own outline as well as its own colour and word. */
const SHAPES = {
  fine: '<circle cx="8" cy="8" r="7"/><path class="ink" d="m4.6 8.3 2.3 2.3 4.5-4.9"/>',
  work: '<rect x="1" y="1" width="14" height="14" rx="3"/><path class="ink" d="M5 5.2h6M5 8h6M5 10.8h3.6"/>',
  slow: '<path d="M8 .8 15.6 14.6H.4Z"/><path class="ink" d="M8 6v4M8 12.3v.1"/>',
  part: '<path d="M8 .4 15.6 8 8 15.6.4 8Z"/><path class="ink" d="M8 4.6v4M8 11.2v.1"/>',
  down: '<path d="M4.9.6h6.2l4.3 4.3v6.2l-4.3 4.3H4.9L.6 11.1V4.9Z"/><path class="ink" d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4"/>',
} as const;

export type Shape = keyof typeof SHAPES;

const SHAPE_OF_STATE: Readonly<Record<ComponentState, Shape>> = {
  operational: "fine",
  under_maintenance: "work",
  degraded_performance: "slow",
  partial_outage: "part",
  major_outage: "down",
};

export const SHAPE_OF_INDICATOR: Readonly<Record<Indicator, Shape>> = {
  none: "fine",
  maintenance: "work",
  minor: "slow",
  major: "part",
  critical: "down",
};

/** All outlines once; `symbol` refers to them. */
export const sprite = new Html(
  `<svg class="sprite" aria-hidden="true" focusable="false">${Object.entries(SHAPES)
    .map(([name, shape]) => `<symbol id="symbol-${name}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join("")}</svg>`,
);

/** Decoration only: the word always stands beside it. */
export function symbol(shape: Shape): Html {
  return html`<svg class="symbol" aria-hidden="true" focusable="false"><use href="#symbol-${shape}"/></svg>`;
}

export function stateMark(state: ComponentState): Html {
  const shape = SHAPE_OF_STATE[state];
  return html`<span class="state is-${shape}">${symbol(shape)}${STATE_WORDS[state]}</span>`;
}

/** `Critical impact`; maintenance and notices are not said to have an impact of none. */
export function impactWords(impact: Impact, type: IncidentType): string | null {
  if (impact === "none") return type === "incident" ? "No impact" : null;
  return `${impact[0]?.toUpperCase()}${impact.slice(1)} impact`;
}

/** The tab's picture, so that the state shows even in the background; it is part of the page and fetches nothing. */
export function icon(indicator: Indicator): string {
  const colour = {
    none: "1d7a46",
    maintenance: "2b62b3",
    minor: "8a6100",
    major: "b04a06",
    critical: "b3261e",
  }[indicator];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="#${colour}">${
    SHAPES[SHAPE_OF_INDICATOR[indicator]]
  }</g></svg>`.replaceAll('class="ink"', 'fill="none" stroke="#fff" stroke-width="1.7"');
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
