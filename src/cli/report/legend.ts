import { type Html, html } from "../../page/html.ts";
import { failed, hatching } from "./lane.ts";
import type { Report } from "./report.ts";

/** A sign of the chart, 20 units high, with what it means. */
export interface Sign {
  readonly width: number;
  readonly draw: (id: string) => Html;
  readonly meaning: string;
}

/** The signs that stand in these charts, and no others. */
export function legendOf(reports: readonly Report[]): Sign[] {
  const lanes = reports.flatMap(({ silence }) => silence.lanes);
  const silences = lanes.flatMap((lane) => lane.silences);
  const said = lanes.some(({ words }) => words.length > 0);
  const promised = lanes.some(({ promises }) => promises.length > 0);
  const failing = lanes.some(({ misses }) => misses.some(failed));
  return [
    ...(said ? [WORD] : []),
    ...(silences.some(({ allowedUntil, leftOut }) => allowedUntil !== null && !leftOut) ? [QUIET] : []),
    ...(silences.some(({ brokenFrom }) => brokenFrom !== null) ? [RED] : []),
    ...(silences.some(({ allowedUntil, leftOut }) => allowedUntil === null && !leftOut) ? [FREE] : []),
    ...(promised ? [PROMISE] : []),
    ...(failing ? [FAILED] : []),
    ...(silences.some(({ leftOut }) => leftOut) ? [LEFT_OUT] : []),
    ...(reports.some(({ silence }) => silence.open) ? [NOW] : []),
  ];
}

const WORD: Sign = {
  width: 20,
  draw: () => html`<circle class="mark" cx="10" cy="10" r="9.5"/><text class="digit" x="10" y="14">1</text>`,
  meaning: "a word, with the update’s number",
};
const QUIET: Sign = {
  width: 28,
  draw: () => html`<rect class="quiet" y="5.5" width="28" height="9"/>`,
  meaning: "silence within what was promised",
};
const RED: Sign = {
  width: 28,
  draw: (id) =>
    html`<defs>${hatching(id)}</defs><rect class="red" y="1" width="28" height="18" rx="2"/><rect fill="url(#${id}-hatch)" y="1" width="28" height="18" rx="2"/><rect class="edge" y="1" width="28" height="18" rx="2"/>`,
  meaning: "silence beyond it",
};
const FREE: Sign = {
  width: 28,
  draw: () => html`<rect class="quiet" y="8.5" width="28" height="3"/>`,
  meaning: "nothing was promised",
};
const PROMISE: Sign = {
  width: 10,
  draw: () => html`<path class="flag" d="M1 1h8l-4 5.5z"/><path class="tick" d="M5 2V19"/>`,
  meaning: "next update promised by then",
};
const FAILED: Sign = {
  width: 12,
  draw: () => html`<path class="cross" d="M1.5 5.5l9 9m0 -9l-9 9"/>`,
  meaning: "did not get through",
};
const LEFT_OUT: Sign = {
  width: 28,
  draw: () => html`<path class="out" d="M2 10H27"/>`,
  meaning: "left out by choice",
};
const NOW: Sign = { width: 6, draw: () => html`<path class="now" d="M3 1V19"/>`, meaning: "now" };
