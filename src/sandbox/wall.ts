import { Html, html } from "../page/html.ts";
import { AUDIENCES, type Audience } from "./wall/audiences.ts";
import { renderCell } from "./wall/cells.ts";
import { newsOf } from "./wall/news.ts";
import { WALL_STYLE } from "./wall/style.ts";
import type { World } from "./world.ts";

/** A drill as it is shown to people: what each audience saw, step by step. */
export interface Wall {
  readonly title: string;
  readonly property: string;
  /** IANA name, for the times on the wall. */
  readonly timeZone: string;
  /** Who was to hear it: a column each. */
  readonly audiences: readonly Audience[];
  /** Oldest first. */
  readonly steps: readonly WallStep[];
  /** When the outage began. */
  readonly startedAt: Date;
  /** When the first public word was said. */
  readonly firstWordAt: Date;
  /** What happened on the real day; null for a rehearsal of nothing that happened. */
  readonly history: History | null;
}

interface History {
  readonly headline: string;
  readonly facts: readonly string[];
  readonly channels: readonly { readonly name: string; readonly said: string }[];
}

export interface WallStep {
  readonly at: Date;
  /** As typed: `status announce --title …`. */
  readonly command: string;
  readonly label: string;
  /** Everything seen up to and including this step. */
  readonly world: World;
  /** The built-in status page as it stood after this step; null where there is none yet. */
  readonly pageHtml: string | null;
}

/**
 * One self-contained HTML document without scripts. Mails and pages stand in it as they are, each in a frame that can
 * run nothing and reach nothing.
 */
export function renderWall(wall: Wall): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${wall.title}</title>
<link rel="icon" href="data:,">
<style>${new Html(WALL_STYLE)}</style>
</head>
<body>
<header><h1>${wall.title}</h1><p>${wall.property}, ${dayOf(wall.startedAt, wall)}</p></header>
<main>
${comparison(wall)}
${timeLine(wall)}
</main>
<footer><p>A drill: these are imitations of the services on one machine. Nothing was sent to anyone.</p></footer>
</body>
</html>
`.markup;
}

/** The frames inherit it, and the look of a mail stands in style attributes: so inline styles, and nothing else. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

function comparison(wall: Wall): Html {
  const minutes = minutesBetween(wall.startedAt, wall.firstWordAt);
  return html`<div class="compare">
<section class="now" aria-labelledby="now"><h2 id="now">In this drill</h2>
<p class="figure"><b>${minutes < 1 ? "<1" : minutes}</b> <span>${minutes === 1 ? "minute" : "minutes"} from outage to first word</span></p>
<p class="aside">${heard(wall)}</p></section>
${wall.history === null ? null : happened(wall.history)}
</div>`;
}

function happened({ headline, facts, channels }: History): Html {
  return html`<section class="then" aria-labelledby="then"><h2 id="then">What really happened that day</h2>
<p class="headline">${headline}</p>
<dl>${channels.map(({ name, said }) => html`<div><dt>${name}</dt><dd>${said}</dd></div>`)}</dl>
<ul>${facts.map((fact) => html`<li>${fact}</li>`)}</ul></section>`;
}

/** How many of the audiences the first step reached. */
function heard(wall: Wall): string {
  const [first] = wall.steps;
  if (first === undefined) return "Nothing was said.";
  const news = newsOf(first, null);
  const { audiences } = wall;
  const reached = audiences.filter((id) => renderCell(id, news, 0) !== null).length;
  return `${reached} of ${audiences.length} ${audiences.length === 1 ? "audience" : "audiences"} heard it with the first command; ${wall.steps.length} ${
    wall.steps.length === 1 ? "command" : "commands"
  } in all.`;
}

function timeLine(wall: Wall): Html {
  const columns = AUDIENCES.filter(({ id }) => wall.audiences.includes(id));
  const rows = wall.steps.map((step, index) => {
    const news = newsOf(step, wall.steps[index - 1] ?? null);
    return html`<tr id="step-${index + 1}"><th scope="row" class="step"><b>${after(wall.startedAt, step.at)}</b> <time datetime="${step.at.toISOString()}">${clockOf(
      step.at,
      wall,
    )}</time><span class="label">${step.label}</span><code>${typed(step.command)}</code></th>
${columns.map(({ id, name }) => cell(id, name, renderCell(id, news, index + 1)))}</tr>
`;
  });
  return html`<section class="line" aria-labelledby="line"><h2 id="line">What each audience saw, as it appeared</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Steps and audiences; scrolls sideways"><table style="--columns:${columns.length}">
<thead><tr><td></td>${columns.map(({ name, place }) => html`<th scope="col">${name}<small>${place}</small></th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div></section>`;
}

function cell(id: Audience, name: string, content: Html | null): Html {
  if (content === null) return html`<td class="nothing"><span>Nothing new</span></td>`;
  return html`<td class="${id}" data-audience="${name}">${content}</td>`;
}

/** Whole minutes, never flattering: a begun minute counts. */
function minutesBetween(from: Date, to: Date): number {
  const ms = to.getTime() - from.getTime();
  return ms < 60_000 ? 0 : Math.ceil(ms / 60_000);
}

/** `+7 min`, `+3 h 10 min` */
function after(start: Date, at: Date): string {
  const minutes = minutesBetween(start, at);
  if (minutes < 60) return `+${minutes < 1 ? "<1" : minutes} min`;
  return `+${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}

/** A narrow column would break a line within `--title`. */
function typed(command: string): readonly Html[] {
  return command
    .split(/(\s+)/)
    .map((word) => (word.startsWith("-") ? html`<span class="flag">${word}</span>` : html`${word}`));
}

function clockOf(at: Date, { timeZone }: Wall): string {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  });
  // Node releases disagree about the kind of space before AM and PM.
  return format.format(at).replace(/\u202f/g, "\u00a0");
}

function dayOf(at: Date, { timeZone }: Wall): string {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(at);
}
