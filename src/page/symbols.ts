import type { ComponentState, Impact } from "../incident/incident.ts";
import { Html, html } from "./html.ts";
import type { Indicator } from "./overview.ts";
import type { PageEntry } from "./site.ts";
import type { Texts } from "./words/words.ts";

/** Every state has its own outline as well as its own colour and word. */
const SHAPES = {
  fine: '<circle cx="8" cy="8" r="7"/><path class="ink" d="m4.6 8.3 2.3 2.3 4.5-4.9"/>',
  work: '<rect x="1" y="1" width="14" height="14" rx="3"/><path class="ink" d="M5 5.2h6M5 8h6M5 10.8h3.6"/>',
  slow: '<path d="M8 .8 15.6 14.6H.4Z"/><path class="ink" d="M8 6v4M8 12.3v.1"/>',
  part: '<path d="M8 .4 15.6 8 8 15.6.4 8Z"/><path class="ink" d="M8 4.6v4M8 11.2v.1"/>',
  down: '<path d="M4.9.6h6.2l4.3 4.3v6.2l-4.3 4.3H4.9L.6 11.1V4.9Z"/><path class="ink" d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4"/>',
  unknown:
    '<path class="rim" d="M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6Z"/><path class="rim" d="M6.1 6.2A2 2 0 1 1 8 8.5v.9M8 11.5v.1"/>',
} as const;

export type Shape = keyof typeof SHAPES;

export const SHAPE_OF_STATE: Readonly<Record<ComponentState, Shape>> = {
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

const SHAPE_OF_IMPACT: Readonly<Record<Impact, Shape>> = {
  none: "slow",
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

/** A shape with the words that say the same. */
export function mark(shape: Shape, words: string | Html): Html {
  return html`<span class="state is-${shape}">${symbol(shape)}<span>${words}</span></span>`;
}

export function stateMark(state: ComponentState, { states }: Texts): Html {
  return mark(SHAPE_OF_STATE[state], states[state]);
}

/** How grave an incident is or was: an open one is never shown as well. */
export function shapeOf({ type, impact }: Pick<PageEntry, "type" | "impact">): Shape {
  return type === "maintenance" ? "work" : SHAPE_OF_IMPACT[impact];
}

/** `Critical impact`; maintenance is called by its name, since an impact of none would say nothing. */
export function impactMark(entry: Pick<PageEntry, "type" | "impact">, texts: Texts): Html {
  const words =
    entry.type === "maintenance" && entry.impact === "none"
      ? texts.incident.maintenance
      : texts.impacts[entry.impact];
  return mark(shapeOf(entry), words);
}

const COLOUR_OF_INDICATOR: Readonly<Record<Indicator, string>> = {
  none: "1d7a46",
  maintenance: "2b62b3",
  minor: "8a6100",
  major: "b04a06",
  critical: "b3261e",
};

/**
 * The tab's picture, part of the page so that it fetches nothing. The front page's shows the state even in the background;
 * null is a plain one for pages that must not know it.
 */
export function icon(indicator: Indicator | null): string {
  const shape =
    indicator === null
      ? '<g fill="none" stroke="#77808a" stroke-width="2.4"><circle cx="8" cy="8" r="6.4"/><path d="M8 4.4V8l2.6 1.6" stroke-linecap="round"/></g>'
      : `<g fill="#${COLOUR_OF_INDICATOR[indicator]}">${SHAPES[SHAPE_OF_INDICATOR[indicator]]}</g>`.replaceAll(
          'class="ink"',
          'fill="none" stroke="#fff" stroke-width="1.7"',
        );
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${shape}</svg>`)}`;
}
