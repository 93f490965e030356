import { sayDuration } from "../../base/duration.ts";
import type { Miss, Word } from "../../cadence/heard.ts";
import type { Lane, PromiseHeard, Silence } from "../../cadence/silence.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import { type Html, html } from "../../page/html.ts";
import { tenth, textWidth } from "./lettering.ts";
import { clockTime } from "./report.ts";

/** What a chart shows, from when to when and from where to where. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
  readonly left: number;
  readonly right: number;
  readonly x: (at: Date) => number;
  /** The size of a mark where numbered ones would cover the silences between them; null where these fit. */
  readonly dot: number | null;
}

const RED_HEIGHT = 22;
const MARK = 9.5;
export const DOT = 4.5;

/** The pattern of a silence that was too long: colour is never the only sign. */
export function hatching(id: string): Html {
  return html`<pattern id="${id}-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M1 0V7"/></pattern>`;
}

/** One channel: its silences, the promises it heard, and a mark for each word. */
export function drawLane(lane: Lane, span: Span, middle: number, id: string, timeZone: string): Html {
  const { silences, promises, misses, words } = lane;
  const taken = [...words, ...misses.filter(failed)].map(({ at }) => span.x(at));
  return html`<g>${silences.map((silence) => quiet(silence, span, middle))}${silences.map((silence) => broken(silence, span, middle, id, taken))}
${promises.map((promise) => flag(promise, span, middle))}${misses.filter(failed).map((miss) => cross(miss, span, middle, timeZone))}${groups(words, span).map((group) => marks(group, span, middle, timeZone))}</g>
`;
}

function quiet({ from, to, allowedUntil, brokenFrom, leftOut }: Silence, { x }: Span, middle: number): Html {
  const start = x(from);
  const width = x(brokenFrom ?? to) - start;
  if (width <= 0) return html``;
  if (leftOut)
    return html`<path class="out" d="M${tenth(start + 3)} ${middle}H${tenth(start + width)}"><title>Left out by choice</title></path>`;
  const height = allowedUntil === null ? 3 : 9;
  return html`<rect class="quiet" x="${tenth(start)}" y="${tenth(middle - height / 2)}" width="${tenth(width)}" height="${height}"/>`;
}

function broken(
  { brokenFrom, to }: Silence,
  { x }: Span,
  middle: number,
  id: string,
  taken: readonly number[],
): Html {
  if (brokenFrom === null) return html``;
  const start = x(brokenFrom);
  const width = Math.max(2.5, x(to) - start);
  const said = sayDuration(to.getTime() - brokenFrom.getTime());
  const box = html`x="${tenth(start)}" y="${tenth(middle - RED_HEIGHT / 2)}" width="${tenth(width)}" height="${RED_HEIGHT}" rx="2"`;
  const room = textWidth(said, 12.5) + 12;
  const centre = clearPlace(start, start + width, room, taken);
  const plate =
    centre === null
      ? null
      : html`<rect class="red" x="${tenth(centre - room / 2)}" y="${tenth(middle - RED_HEIGHT / 2 + 1)}" width="${tenth(room)}" height="${RED_HEIGHT - 2}"/><text class="plate" x="${tenth(centre)}" y="${tenth(middle + 4.5)}">${said}</text>`;
  return html`<g><title>Silent for ${said} too long</title><rect class="red" ${box}/><rect fill="url(#${id}-hatch)" ${box}/><rect class="edge" ${box}/>${plate}</g>`;
}

/** The middle of the widest stretch without a mark, if a text has room there. */
function clearPlace(start: number, end: number, room: number, taken: readonly number[]): number | null {
  const edges = [start, ...taken.filter((at) => at > start - MARK && at < end + MARK), end].sort(
    (a, b) => a - b,
  );
  let best: { readonly width: number; readonly centre: number } | null = null;
  edges.slice(1).forEach((edge, index) => {
    const before = edges[index]!;
    const width = edge - before;
    if (width >= room + 2 * MARK + 4 && width > (best?.width ?? 0))
      best = { width, centre: before + width / 2 };
  });
  return (best as { readonly centre: number } | null)?.centre ?? null;
}

function flag({ dueAt, fate }: PromiseHeard, { to, x, dot }: Span, middle: number): Html {
  const at = tenth(x(dueAt));
  const gone = fate === "late" || fate === "broken";
  // Beside so many words, the promises that were kept would be noise.
  if (dueAt > to || (dot !== null && !gone && fate !== "open")) return html``;
  const top = middle - RED_HEIGHT / 2 - 3;
  const look = gone ? " gone" : "";
  return html`<path class="tick${look}" d="M${at} ${tenth(top)}v${RED_HEIGHT + 5}"/><path class="flag${look}" d="M${tenth(at - 4)} ${tenth(top - 1)}h8l-4 5.5z"/>`;
}

/** Where it was meant to speak and did not. */
function cross({ number, at, state }: Miss, { x, to, dot }: Span, middle: number, timeZone: string): Html {
  const [cx, d] = [tenth(x(at > to ? to : at)), dot === null ? 4.5 : 3.5];
  const path = `M${tenth(cx - d)} ${tenth(middle - d)}l${2 * d} ${2 * d}m0 ${-2 * d}l${-2 * d} ${2 * d}`;
  return html`<g><title>${`Update ${number}, ${clockTime(at, timeZone)}: ${sayMiss(state)}`}</title><path class="under" d="${path}"/><path class="cross" d="${path}"/></g>`;
}

/** What sort of channel it is, and for whom. */
export function aboutLane(lane: Lane, kinds: ReadonlyMap<string, string>): string {
  return [
    kinds.get(lane.kind) ?? lane.kind,
    lane.audience === "internal" ? "internal" : "",
    lane.required ? "" : "optional",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** Whether somebody meant it to be heard. */
export function failed({ state }: Miss): boolean {
  return state !== "absent" && state !== "skipped";
}

export function sayMiss(state: Miss["state"]): string {
  switch (state) {
    case "absent":
      return "not set up";
    case "skipped":
      return "left out";
    case "superseded":
      return "overtaken";
    case "planned":
    case "sending":
      return "waiting";
    case "pending":
      return "held back";
    case "unknown":
      return "unknown";
    default:
      return state;
  }
}

/** Words whose marks would cover each other stand together. */
function groups(words: readonly Word[], { x, dot }: Span): Word[][] {
  if (dot !== null) return words.map((word) => [word]);
  const found: Word[][] = [];
  for (const word of words) {
    const last = found.at(-1);
    if (last !== undefined && x(word.at) - x(last.at(-1)!.at) < 2 * MARK - 1) last.push(word);
    else found.push([word]);
  }
  return found;
}

function marks(words: readonly Word[], { x, dot }: Span, middle: number, timeZone: string): Html {
  const [first, last] = [words[0]!, words.at(-1)!];
  const numbers = first === last ? `${first.number}` : `${first.number}–${last.number}`;
  const spread = x(last.at) - x(first.at);
  const room = Math.max(2 * MARK, textWidth(numbers, 11) + 9, spread + 2 * MARK);
  // A long row of them would hide the silences between.
  if (dot !== null || words.length > 3 || spread > 24)
    return html`${words.map((word) => html`<circle class="mark dot" cx="${tenth(x(word.at))}" cy="${tenth(middle)}" r="${dot ?? DOT}"><title>${told(word, timeZone)}</title></circle>`)}`;
  const centre = x(first.at) + spread / 2;
  return html`<g><title>${words.map((word) => told(word, timeZone)).join("; ")}</title><rect class="mark" x="${tenth(centre - room / 2)}" y="${tenth(middle - MARK)}" width="${tenth(room)}" height="${2 * MARK}" rx="${MARK}"/><text class="digit" x="${tenth(centre)}" y="${tenth(middle + 4)}">${numbers}</text></g>`;
}

function told({ number, phase, at, whole }: Word, timeZone: string): string {
  return `Update ${number}, ${PHASE_WORDS[phase]}, heard ${clockTime(at, timeZone)}${whole ? "" : ", in part"}`;
}
