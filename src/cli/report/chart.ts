import { sayDuration } from "../../base/duration.ts";
import { zoneName } from "../../base/zone.ts";
import { brokenMs } from "../../cadence/figures.ts";
import type { Lane } from "../../cadence/silence.ts";
import { isClosed, type Phase } from "../../incident/incident.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import { type Html, html } from "../../page/html.ts";
import { ticksBetween } from "./axis.ts";
import { aboutLane, DOT, drawLane, hatching, type Span } from "./lane.ts";
import { fitted, tenth, textWidth } from "./lettering.ts";
import { clockTime, dayOf, type Report, type Telling } from "./report.ts";

/** Where the parts of a chart stand, in units of the picture. */
export interface Layout {
  readonly width: number;
  /** Names and results stand beside the lanes, or above each of them where there is no room. */
  readonly names: { readonly left: number; readonly right: number } | "above";
}

export interface Chart {
  readonly markup: Html;
  readonly height: number;
}

const BAND_TOP = 22;
const BAND_HEIGHT = 24;

/** The silence chart: time from left to right, the phases as a band on top, and a lane for each channel. `id` is unique in the document. */
export function drawChart(report: Report, telling: Telling, layout: Layout, id: string): Chart {
  const { silence } = report;
  const { names, width } = layout;
  const left = names === "above" ? 11 : names.left;
  const right = width - (names === "above" ? 11 : names.right);
  const shown = spanOf(report, telling.now);
  const x = (at: Date) =>
    left +
    ((right - left) * (at.getTime() - shown.from.getTime())) /
      Math.max(1, shown.to.getTime() - shown.from.getTime());
  const dot = dotFor(silence.lanes, x);
  const laneHeight = names === "above" ? 60 : 46;
  const below = BAND_TOP + BAND_HEIGHT + (dot === null ? 0 : 16);
  const key = names === "above" ? phaseKey(report, { ...shown, left, right, x, dot }, below) : null;
  const laneAt = (index: number) => below + (key?.height ?? 0) + 12 + index * laneHeight;
  const bottom = laneAt(silence.lanes.length) + (names === "above" ? 2 : 0);
  const span: Span = { ...shown, left, right, x, dot };
  const middleOf = (index: number) => laneAt(index) + (names === "above" ? 38 : laneHeight / 2);
  // Where results stand above the lanes, the line leaves them out.
  const through =
    names === "above"
      ? silence.lanes.map((_, index): [number, number] => [middleOf(index) - 16, middleOf(index) + 16])
      : [[BAND_TOP + BAND_HEIGHT, bottom] as [number, number]];
  const bars = silence.lanes.map((lane, index) => {
    const middle = middleOf(index);
    return html`${label(lane, telling, layout, middle)}${drawLane(lane, span, middle, id, telling.timeZone)}`;
  });
  const markup = html`<defs>${hatching(id)}</defs>
${axis(span, telling, bottom)}${ends(report, span, telling)}${phases(report, span, telling)}${dot === null ? null : numbers(report, span)}${key?.markup ?? null}
${bars}${silence.open ? nowLine(span, telling.now, through) : null}`;
  return { markup, height: bottom + 24 };
}

/** The size of plain marks where half of the numbered ones on a lane would touch; null where they would not. */
function dotFor(lanes: readonly Lane[], x: (at: Date) => number): number | null {
  const medians = lanes.flatMap(({ words }) => {
    const gaps = words.slice(1).map(({ at }, index) => x(at) - x(words[index]!.at));
    return gaps.length < 6 ? [] : [gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!];
  });
  const tightest = Math.min(...medians);
  if (tightest >= 26) return null;
  return Math.max(2.2, Math.min(DOT, tightest / 3));
}

/** Where the marks are too small for them: the updates' numbers, as many as there is room for. */
function numbers({ updates, silence }: Report, { x, left }: Span): Html {
  let free = left - 20;
  const shown = updates.filter(({ at, number }) => {
    if (at > silence.to || x(at) - textWidth(`${number}`, 12) / 2 < free) return false;
    free = x(at) + textWidth(`${number}`, 12) / 2 + 3;
    return true;
  });
  return html`${shown.map(({ number, at }) => html`<text class="fine soft" x="${tenth(x(at))}" y="${BAND_TOP + BAND_HEIGHT + 16}" text-anchor="middle">${number}</text>`)}
`;
}

/** For an open incident the picture looks ahead to the promise, as far as it leaves room for what has been. */
function spanOf({ silence }: Report, now: Date): { from: Date; to: Date } {
  const { from, to, open, promises } = silence;
  if (!open) return { from, to: to > from ? to : new Date(from.getTime() + 60_000) };
  const ahead = Math.max(60_000, (to.getTime() - from.getTime()) * 0.4);
  const promised = Math.max(
    now.getTime(),
    ...promises.flatMap(({ fate, dueAt }) => (fate === "open" ? dueAt.getTime() : [])),
  );
  return {
    from,
    to: new Date(Math.max(to.getTime(), Math.min(promised, to.getTime() + ahead), from.getTime() + 60_000)),
  };
}

function axis({ from, to, left, right, x }: Span, { timeZone }: Telling, bottom: number): Html {
  const ticks = ticksBetween(from, to, timeZone, (right - left) / 68);
  const zone = zoneName(from, timeZone);
  const beside = left > 40;
  let free = beside ? 0 : left + textWidth(zone, 12) + 6;
  return html`<path class="grid" d="${ticks.map(({ at }) => `M${tenth(x(at))} ${BAND_TOP + BAND_HEIGHT}V${tenth(bottom)}`).join("")}M${left} ${tenth(bottom)}H${right}"/>
<text class="fine soft" x="${beside ? left - 16 : left - 11}" y="${tenth(bottom + 18)}"${beside ? html` text-anchor="end"` : null}>${zone}</text>
${ticks.map(({ at, label, day }) => {
  const half = textWidth(label, 12) / 2;
  const middle = Math.min(x(at), right + 10 - half);
  if (middle - half < free) return html``;
  free = middle + half + 8;
  return html`<text class="fine ${day ? "strong" : "soft"}" x="${tenth(middle)}" y="${tenth(bottom + 18)}" text-anchor="middle">${label}</text>`;
})}`;
}

/** When it began, and how it ends here. */
function ends({ incident, silence }: Report, { from, left, right, x }: Span, telling: Telling): Html {
  const { timeZone, now } = telling;
  const planned = incident.type === "maintenance" && incident.startedAt > from;
  const began = planned
    ? `Told ${clockTime(from, timeZone)}`
    : `Began ${clockTime(incident.startedAt, timeZone)}`;
  const over = incident.resolvedAt ?? now;
  const multiDay = dayOf(from, timeZone) !== dayOf(over, timeZone);
  const day = multiDay ? `, ${dayOf(over, timeZone)}` : "";
  const word = silence.open ? "Now" : PHASE_WORDS[incident.phase];
  const end = `${word} ${clockTime(over, timeZone)}${day}`;
  const first = multiDay ? `${began}, ${dayOf(from, timeZone)}` : began;
  const fits = textWidth(first, 13) + textWidth(end, 13) + 12 < right - left;
  const at = Math.max(x(over), left + textWidth(end, 13));
  return html`<text class="strong" x="${left}" y="13">${fits ? first : began}</text><text class="strong" x="${tenth(fits ? Math.max(at, left + textWidth(first, 13) + textWidth(end, 13) + 12) : right)}" y="13" text-anchor="end">${end}</text>`;
}

/** Planned work goes through phases of its own, with the same colours. */
const COLOUR: Readonly<Record<Phase, string>> = {
  investigating: "investigating",
  identified: "identified",
  monitoring: "monitoring",
  resolved: "resolved",
  scheduled: "identified",
  in_progress: "investigating",
  verifying: "monitoring",
  completed: "resolved",
};

interface PhaseBar {
  readonly phase: Phase;
  readonly start: number;
  readonly end: number;
  readonly at: Date;
}

function phaseBars({ updates, silence }: Report, { x }: Span): PhaseBar[] {
  const said = updates
    .filter(({ standing }, index) => index === 0 || standing.phase !== updates[index - 1]!.standing.phase)
    .filter(({ at }) => at <= silence.to);
  return said.map(({ at, standing: { phase } }, index) => {
    const start = x(at);
    const end = x(said[index + 1]?.at ?? silence.to);
    return { phase, start, end: isClosed(phase) ? Math.max(end, start + 3) : end, at };
  });
}

const KEY_ROW = 18;

/** The names of the phases whose bars are too short for them, below the band; null where none is. The end is named above. */
function phaseKey(report: Report, span: Span, top: number): Chart | null {
  const bars = phaseBars(report, span);
  const named = bars.filter(
    ({ phase, start, end }) => isClosed(phase) || fits(PHASE_WORDS[phase], end - start),
  );
  const missing = [...new Set(bars.map(({ phase }) => phase))].filter(
    (phase) => !named.some((bar) => bar.phase === phase),
  );
  if (missing.length === 0) return null;
  let [x, row] = [0, 0];
  const markup = missing.map((phase) => {
    const room = 15 + textWidth(PHASE_WORDS[phase], 12);
    if (x > 0 && x + room > span.right + 11) [x, row] = [0, row + 1];
    const [at, y] = [x, top + 6 + row * KEY_ROW];
    x += room + 10;
    return html`<rect class="bg-${COLOUR[phase]}" x="${tenth(at)}" y="${y}" width="10" height="10" rx="2"/><text class="phase halo ink-${COLOUR[phase]}" x="${tenth(at + 15)}" y="${y + 9.5}">${PHASE_WORDS[phase]}</text>`;
  });
  return { markup: html`${markup}`, height: 6 + (row + 1) * KEY_ROW };
}

function phases(report: Report, span: Span, telling: Telling): Html {
  const { left } = span;
  const parts = phaseBars(report, span);
  const unsaid = (parts[0]?.start ?? left) - left;
  return html`${unsaid > 1 ? html`<rect class="unsaid" x="${left + 0.5}" y="${BAND_TOP + 0.5}" width="${tenth(unsaid - 1)}" height="${BAND_HEIGHT - 1}" rx="3"><title>Nothing written yet</title></rect>${written("Not yet announced", left, unsaid, "soft")}` : null}
${parts.map(
  ({ phase, start, end, at }) =>
    html`<rect class="bg-${COLOUR[phase]}" x="${tenth(start)}" y="${BAND_TOP}" width="${tenth(Math.max(1, end - start - 1))}" height="${BAND_HEIGHT}" rx="3"><title>${`${PHASE_WORDS[phase]} from ${clockTime(at, telling.timeZone)}`}</title></rect>${written(PHASE_WORDS[phase], start, end - start, `ink-${COLOUR[phase]}`)}`,
)}`;
}

function fits(text: string, room: number): boolean {
  return textWidth(text, 12) + 14 <= room;
}

function written(text: string, start: number, room: number, look: string): Html | null {
  if (!fits(text, room)) return null;
  return html`<text class="phase ${look}" x="${tenth(start + 8)}" y="${BAND_TOP + 16.5}">${text}</text>`;
}

/** The channel, and in words what its lane shows. */
function label(lane: Lane, { kinds }: Telling, { names, width }: Layout, middle: number): Html {
  const about = aboutLane(lane, kinds);
  const result = resultOf(lane);
  if (names === "above") {
    const room = width - textWidth(result.text, 13) - 14;
    const name = fitted(lane.channel, 14, room);
    const rest = room - textWidth(name, 14.5) - 8;
    return html`<text class="name halo" x="0" y="${tenth(middle - 23)}">${name}${rest > 30 ? html` <tspan class="fine soft" font-weight="400" dx="3">${fitted(about, 12, rest)}</tspan>` : null}</text><text class="${result.look} halo" x="${width}" y="${tenth(middle - 23)}" text-anchor="end">${result.text}</text>`;
  }
  const heard = `${lane.words.length} ${lane.words.length === 1 ? "word" : "words"}`;
  return html`<text class="name" x="0" y="${tenth(middle - 2)}">${fitted(lane.channel, 14.5, names.left - 18)}</text><text class="fine soft" x="0" y="${tenth(middle + 14)}">${fitted(about, 12, names.left - 18)}</text>
<text class="${result.look}" x="${width}" y="${tenth(middle - 2)}" text-anchor="end">${fitted(result.text, 13.5, names.right - 14)}</text><text class="fine soft" x="${width}" y="${tenth(middle + 14)}" text-anchor="end">${heard}</text>`;
}

export function resultOf(lane: Lane): { readonly text: string; readonly look: "bad" | "soft" } {
  const broken = brokenMs(lane);
  if (broken > 0) return { text: `${sayDuration(broken)} too long`, look: "bad" };
  if (lane.promises.some(({ fate }) => fate === "broken" || fate === "late"))
    return { text: "promise not kept", look: "bad" };
  if (lane.words.length > 0) return { text: "in time", look: "soft" };
  return { text: lane.silences.some(({ leftOut }) => leftOut) ? "left out" : "no word yet", look: "soft" };
}

function nowLine({ x }: Span, now: Date, through: readonly (readonly [number, number])[]): Html {
  const pieces = [[BAND_TOP - 3, BAND_TOP + BAND_HEIGHT] as const, ...through];
  return html`<path class="now" d="${pieces.map(([from, to]) => `M${tenth(x(now))} ${tenth(from)}V${tenth(to)}`).join("")}"/>`;
}
