import { sayDuration } from "../../base/duration.ts";
import { sayTime } from "../../base/zone.ts";
import { brokenMs, countPromises, longestMs, type OnChannel, type Totals } from "../../cadence/figures.ts";
import type { Word } from "../../cadence/heard.ts";
import type { Fate, Lane } from "../../cadence/silence.ts";
import type { Update } from "../../incident/incident.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import { type Html, html } from "../../page/html.ts";
import { literal } from "../../render/literal.ts";
import { aboutLane, sayMiss } from "./lane.ts";
import { clockTime, dayOf, type Report, type Telling } from "./report.ts";
import { sayFirstWord, sayWait, sayWorst } from "./sentence.ts";

/** The four figures that a postmortem wants. */
export function figureList({ figures, silence }: Report, { policy }: Telling): Html {
  const { firstWordMs, firstWordInTime, promises, longestSilence, worst } = figures;
  const due = promises.kept + promises.late + promises.broken;
  const allowed = sayDuration(policy.acknowledgeWithinMs);
  const more = [
    promises.late > 0 ? `${promises.late} late` : "",
    promises.broken > 0 ? `${promises.broken} broken` : "",
    promises.open > 0 ? `${promises.open} still open` : "",
  ].filter((part) => part !== "");
  return html`<dl class="figures">
${figure(
  "First public word",
  firstWordMs === null ? "None" : sayWait(firstWordMs),
  firstWordInTime === false
    ? `${allowed} were allowed`
    : silence.firstWord === null
      ? ""
      : `on ${silence.firstWord.channel}`,
  firstWordInTime === false,
)}
${figure("Promises kept", due === 0 ? "None due" : `${promises.kept} of ${due}`, more.join(", "), promises.kept < due)}
${figure("Longest silence", ...onChannel(longestSilence), false)}
${figure(
  "Beyond what was owed",
  worst === null ? "None" : sayDuration(worst.ms),
  worst === null ? "" : `on ${sayWorst(worst)}`,
  worst !== null,
)}
</dl>`;
}

function figure(term: string, value: string, note: string, bad: boolean): Html {
  return html`<div${bad ? html` class="wrong"` : null}><dt>${term}</dt><dd><b>${value}</b>${note}</dd></div>`;
}

function onChannel(found: OnChannel | null): [string, string] {
  return found === null ? ["None", ""] : [sayDuration(found.ms), `on ${found.channel}`];
}

export function channelTable({ silence, incident }: Report, { kinds }: Telling): Html {
  return scrolling(
    "Channels",
    html`<table><thead><tr><th scope="col">Channel</th><th scope="col">Words</th><th scope="col">First word</th><th scope="col">Longest silence</th><th scope="col">Too long</th><th scope="col">Promises kept</th></tr></thead>
<tbody>${silence.lanes.map((lane) => {
      const first = lane.words[0];
      const broken = brokenMs(lane);
      const { kept, late, broken: none } = countPromises(lane.promises);
      const due = kept + late + none;
      return html`<tr><th scope="row">${lane.channel}<small>${aboutLane(lane, kinds)}</small></th><td>${lane.words.length}</td><td>${first === undefined ? quietly("none") : sayWait(first.at.getTime() - incident.startedAt.getTime())}</td><td>${longestMs(lane) === 0 ? quietly("–") : sayDuration(longestMs(lane))}</td><td>${broken === 0 ? quietly("–") : html`<span class="bad">${sayDuration(broken)}</span>`}</td><td>${due === 0 ? quietly("none due") : html`<span${kept < due ? html` class="bad"` : null}>${kept} of ${due}</span>`}</td></tr>
`;
    })}</tbody></table>`,
  );
}

export const FATE_WORDS: Readonly<Record<Fate, string>> = {
  kept: "kept",
  late: "late",
  broken: "broken",
  open: "still open",
  waived: "left out",
};

/** From so many on, what went well is counted instead of listed. */
const MANY = 12;

/** What became of each promise; null where none was made. */
export function promiseTable({ silence }: Report, { timeZone }: Telling): Html | null {
  if (silence.promises.length === 0) return null;
  const many = silence.promises.length > MANY;
  const shown = many ? silence.promises.filter(({ fate }) => fate !== "kept") : silence.promises;
  const kept = silence.promises.length - shown.length;
  return html`<section aria-labelledby="promises"><h2 id="promises">Promises of a next update</h2>
${kept === 0 ? null : html`<p class="note">${shown.length === 0 ? `All ${kept} were kept.` : `${kept} were kept. The others:`}</p>`}${
  shown.length === 0
    ? null
    : scrolling(
        "Promises of a next update",
        html`<table><thead><tr><th scope="col">Made with</th><th scope="col">Due by</th><th scope="col">It was</th><th scope="col">Next word</th><th scope="col" class="long">Where not</th></tr></thead>
<tbody>${shown.map(({ number, dueAt, fate, answeredAt }) => {
          const where = silence.lanes.filter(({ promises }) =>
            promises.some((own) => own.number === number && (own.fate === "late" || own.fate === "broken")),
          );
          const bad = fate === "late" || fate === "broken";
          return html`<tr><th scope="row">Update ${number}</th><td>${momentOf(dueAt, silence.from, timeZone)}</td><td>${bad ? html`<span class="bad">${FATE_WORDS[fate]}</span>` : FATE_WORDS[fate]}</td><td>${answeredAt === null ? quietly("–") : momentOf(answeredAt, silence.from, timeZone)}</td><td class="long">${where.map(({ channel }) => channel).join(", ")}</td></tr>
`;
        })}</tbody></table>`,
      )
}</section>`;
}

/** Every update and every channel, with the time at which it was heard there. */
export function wordTable({ silence, updates }: Report, { timeZone }: Telling): Html {
  return scrolling(
    "Every word, and when it was heard",
    html`<table class="every${updates.length > MANY ? " dense" : ""}"><thead><tr><td></td><th scope="col">Written</th>${silence.lanes.map(({ channel }) => html`<th scope="col">${channel}</th>`)}<th scope="col">Next promised by</th></tr></thead>
<tbody>${updates.map((update) => {
      const { number, at, standing, verb } = update;
      const said =
        verb === "correct" ? "Correction" : verb === "retract" ? "Withdrawal" : PHASE_WORDS[standing.phase];
      return html`<tr><th scope="row">${number}<small>${said}</small></th><td>${momentOf(at, silence.from, timeZone)}</td>${silence.lanes.map((lane) => cell(lane, update, timeZone))}<td>${standing.nextUpdateAt === null ? quietly("–") : momentOf(standing.nextUpdateAt, silence.from, timeZone)}</td></tr>
`;
    })}</tbody></table>`,
  );
}

function cell(lane: Lane, { number, at: writtenAt }: Update, timeZone: string): Html {
  const word = [...lane.words, ...lane.afterwards].find((candidate) => candidate.number === number);
  if (word !== undefined) return html`<td>${heard(word, writtenAt, timeZone)}</td>`;
  const miss = lane.misses.find((candidate) => candidate.number === number);
  if (miss === undefined) return html`<td>${quietly("–")}</td>`;
  const chosen = miss.state === "skipped" || miss.state === "absent";
  return html`<td>${chosen ? quietly(sayMiss(miss.state)) : html`<span class="bad">${sayMiss(miss.state)}</span>`}</td>`;
}

function heard({ at, until, whole }: Word, writtenAt: Date, timeZone: string): Html {
  const last = until.getTime() - at.getTime() >= 60_000 ? `last part ${clockTime(until, timeZone)}` : "";
  const note = whole ? last : "in part";
  return html`${momentOf(at, writtenAt, timeZone)}${note === "" ? null : html`<small${whole ? null : html` class="bad"`}>${note}</small>`}`;
}

/** The clock time, with the day below where it is another than that of `beside`. */
function momentOf(at: Date, beside: Date, timeZone: string): Html {
  const day = dayOf(at, timeZone);
  return html`<time datetime="${at.toISOString()}">${clockTime(at, timeZone)}</time>${day === dayOf(beside, timeZone) ? null : html`<small>${day}</small>`}`;
}

/** Every incident in a row, and all of them together in the last. */
export function incidentTable(reports: readonly Report[], totals: Totals, { timeZone }: Telling): Html {
  return scrolling(
    "Incidents",
    html`<table><thead><tr><th scope="col" class="long">Incident</th><th scope="col">First word</th><th scope="col">Kept</th><th scope="col">Late</th><th scope="col">Broken</th><th scope="col">Longest silence</th><th scope="col">Worst channel</th></tr></thead>
<tbody>${reports.map((report, index) => {
      const { incident, figures } = report;
      const late = figures.firstWordInTime === false;
      return html`<tr><th scope="row" class="long"><a href="#i${index}">${literal(incident.title)}</a><small>${sayTime(incident.startedAt, timeZone, true)}</small></th><td>${late ? html`<span class="bad">${sayFirstWord(report)}</span>` : sayFirstWord(report)}</td>${counted(figures)}</tr>
`;
    })}</tbody>
<tfoot><tr><th scope="row" class="long">${reports.length === 1 ? "In all" : `All ${reports.length}`}</th><td>${totals.firstWord.medianMs === null ? quietly("none") : sayWait(totals.firstWord.medianMs)}${totals.incidents > 1 ? html`<small>median</small>` : null}</td>${counted(totals)}</tr></tfoot></table>`,
  );
}

function counted({
  promises,
  longestSilence,
  worst,
}: Pick<Totals, "promises" | "longestSilence" | "worst">): Html {
  return html`<td>${promises.kept}</td><td>${count(promises.late)}</td><td>${count(promises.broken)}</td><td>${longestSilence === null ? quietly("–") : html`${sayDuration(longestSilence.ms)}<small>${longestSilence.channel}</small>`}</td><td>${worst === null ? quietly("–") : html`<span class="bad">${sayWorst(worst)}</span><small>${sayDuration(worst.ms)} too long</small>`}</td>`;
}

function count(value: number): Html {
  return value === 0 ? quietly("0") : html`<span class="bad">${value}</span>`;
}

function quietly(text: string): Html {
  return html`<span class="no">${text}</span>`;
}

/** A wide table scrolls in its own frame, by keyboard as well. */
function scrolling(name: string, table: Html): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${name}; scrolls sideways">${table}</div>`;
}
