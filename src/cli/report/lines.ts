import { sayDuration } from "../../base/duration.ts";
import { oneLine } from "../../base/printable.ts";
import { sayTime, zoneName } from "../../base/zone.ts";
import type { OnChannel, Totals } from "../../cadence/figures.ts";
import type { Lane } from "../../cadence/silence.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import type { Style } from "../output/style.ts";
import { ticksBetween } from "./axis.ts";
import { resultOf } from "./chart.ts";
import { failed } from "./lane.ts";
import { clockTime, type Report, type Telling } from "./report.ts";
import { headline, headlineOfAll, sayFirstWord, sayWait, sayWorst, titleOfAll } from "./sentence.ts";

/** What the cells of a lane are drawn with; every sign differs without colour. */
interface Signs {
  readonly quiet: string;
  readonly red: string;
  readonly free: string;
  readonly out: string;
  readonly promise: string;
  readonly cross: string;
  readonly word: string;
}

const DRAWN: Signs = { quiet: "─", red: "█", free: "╌", out: "·", promise: "┼", cross: "×", word: "●" };
const ASCII: Signs = { quiet: "-", red: "#", free: " ", out: ".", promise: "|", cross: "x", word: "o" };

/** One incident for a terminal: the sentence, the silence chart in letters, and the figures. */
export function incidentLines(report: Report, telling: Telling, style: Style): string {
  const { incident, silence } = report;
  const { chalk } = style;
  const end = incident.resolvedAt ?? silence.to;
  const facts = [
    incident.id,
    PHASE_WORDS[incident.phase].toLowerCase(),
    `began ${sayTime(incident.startedAt, telling.timeZone, true)}`,
    `${silence.open ? "open for" : "lasted"} ${sayDuration(Math.max(0, +end - +incident.startedAt))}`,
  ];
  return [
    chalk.bold(oneLine(incident.title)),
    ...folded(facts.join(" · "), widthOf(style)).map((line) => chalk.dim(line)),
    "",
    ...folded(headline(report, telling), widthOf(style)),
    "",
    ...(silence.lanes.length === 0 ? ["It was said on no channel."] : chart(report, telling, style)),
    "",
    ...figures(report, telling, style),
    "",
  ].join("\n");
}

/** The table of all incidents, with the worst channel beside the figures. */
const WIDE_TABLE = 80;

/** Lines in a log may be as long as they like, but a chart has to be read. */
function widthOf({ columns }: Style): number {
  return Number.isFinite(columns) ? Math.min(Math.max(columns, 60), 120) : 80;
}

function chart({ silence, updates }: Report, { timeZone }: Telling, style: Style): string[] {
  const { lanes, from, to } = silence;
  const { chalk } = style;
  const signs = style.symbols.bar === "│" ? DRAWN : ASCII;
  const results = lanes.map(resultOf);
  const left = Math.min(18, Math.max(4, ...lanes.map(({ channel }) => channel.length)));
  const right = Math.max(...results.map(({ text }) => text.length));
  const cells = widthOf(style) - left - right - 5;
  const length = Math.max(1, to.getTime() - from.getTime());
  const at = (time: Date) =>
    Math.max(0, Math.min(cells - 1, Math.floor((cells * (time.getTime() - from.getTime())) / length)));
  const margin = " ".repeat(left + 2);
  const phases = cutLabels(
    updates
      .filter(({ standing }, index) => index === 0 || standing.phase !== updates[index - 1]!.standing.phase)
      .map((update) => ({ cell: at(update.at), text: PHASE_WORDS[update.standing.phase].toLowerCase() })),
    cells,
  );
  const zone = zoneName(from, timeZone);
  const times = labels(
    ticksBetween(from, to, timeZone, cells / 10).map((tick) => ({ cell: at(tick.at), text: tick.label })),
    cells,
  );
  return [
    chalk.dim(`${margin}${phases}`),
    ...lanes.map((lane, index) => {
      const name = lane.channel.length > left ? `${lane.channel.slice(0, left - 1)}…` : lane.channel;
      const { text, look } = results[index]!;
      const said = look === "bad" ? chalk.red(text) : chalk.dim(text);
      return `${name.padEnd(left)}  ${coloured(laneCells(lane, at, cells, signs), signs, style)}  ${said}`;
    }),
    chalk.dim(`${zone.slice(0, left).padEnd(left)}  ${times}`),
    "",
    ...flowed(
      [
        "a number: that update",
        `${signs.quiet} silence`,
        `${signs.red} silence beyond what was promised`,
        `${signs.promise} a promise falls due`,
        ...(lanes.some(({ misses }) => misses.some(failed)) ? [`${signs.cross} did not get through`] : []),
        ...(lanes.some(({ silences }) => silences.some(({ leftOut }) => leftOut))
          ? [`${signs.out} left out`]
          : []),
      ],
      widthOf(style),
    ).map((line) => chalk.dim(line)),
  ];
}

function laneCells(lane: Lane, at: (time: Date) => number, cells: number, signs: Signs): string[] {
  const drawn = new Array<string>(cells).fill(signs.free);
  const fill = (from: Date, to: Date, sign: string) => drawn.fill(sign, at(from), at(to) + 1);
  for (const { from, to, leftOut, allowedUntil } of lane.silences)
    fill(from, to, leftOut ? signs.out : allowedUntil === null ? signs.free : signs.quiet);
  for (const { dueAt, fate } of lane.promises) if (fate !== "open") drawn[at(dueAt)] = signs.promise;
  // Last, so that no silence that was too long is too short to be seen.
  for (const { brokenFrom, to } of lane.silences) if (brokenFrom !== null) fill(brokenFrom, to, signs.red);
  for (const miss of lane.misses.filter(failed)) drawn[at(miss.at)] = signs.cross;
  const taken = lane.words.map((word) => at(word.at));
  lane.words.forEach(({ number }, index) => {
    const cell = taken[index]!;
    const digits = String(number);
    // Two numbers side by side would read as one.
    const free =
      (taken[index - 1] ?? -2) < cell - 1 && (taken[index + 1] ?? cells + 1) > cell + digits.length;
    if (!free || cell + digits.length > cells) drawn[cell] = signs.word;
    else for (const [offset, digit] of [...digits].entries()) drawn[cell + offset] = digit;
  });
  return drawn;
}

function coloured(cells: readonly string[], signs: Signs, { chalk }: Style): string {
  return cells
    .map((cell) =>
      cell === signs.red
        ? chalk.red(cell)
        : /\d/.test(cell) || cell === signs.word
          ? chalk.bold(cell)
          : chalk.dim(cell),
    )
    .join("");
}

/** Texts at their places, cut where the next begins. */
function cutLabels(
  wanted: readonly { readonly cell: number; readonly text: string }[],
  cells: number,
): string {
  return wanted.reduce((line, { cell, text }, index) => {
    const room = (wanted[index + 1]?.cell ?? cells) - cell - 1;
    const shown = text.length <= room ? text : room < 4 ? "" : `${text.slice(0, room - 1)}.`;
    return shown === "" ? line : line.padEnd(cell) + shown;
  }, "");
}

/** Texts at their places, each where the one before leaves room. */
function labels(wanted: readonly { readonly cell: number; readonly text: string }[], cells: number): string {
  let line = "";
  for (const { cell, text } of wanted)
    if ((line === "" || line.length < cell) && cell + text.length <= cells) line = line.padEnd(cell) + text;
  return line;
}

function figures({ figures: found, silence }: Report, { timeZone, policy }: Telling, style: Style): string[] {
  const { chalk } = style;
  const { firstWordMs, firstWordInTime, promises } = found;
  const { kept, late, broken, open } = promises;
  const due = kept + late + broken;
  const more = [
    late > 0 ? `${late} late` : "",
    broken > 0 ? `${broken} broken` : "",
    open > 0 ? `${open} still open` : "",
  ].filter((part) => part !== "");
  const first = firstWordMs === null ? "none" : `${sayWait(firstWordMs)}, on ${silence.firstWord!.channel}`;
  const rows: readonly (readonly [string, string, boolean])[] = [
    [
      "First public word",
      `${first}${firstWordInTime === false ? ` (${sayDuration(policy.acknowledgeWithinMs)} were allowed)` : ""}`,
      firstWordInTime === false,
    ],
    ["Promises", [due === 0 ? "none due" : `${kept} of ${due} kept`, ...more].join(", "), late + broken > 0],
    ["Longest silence", where(found.longestSilence), false],
    [
      "Beyond what was owed",
      found.worst === null ? "none" : `${sayDuration(found.worst.ms)}, on ${sayWorst(found.worst)}`,
      found.worst !== null,
    ],
    ...silence.promises.flatMap(({ number, dueAt, fate, answeredAt }): [string, string, boolean][] =>
      fate === "late" || fate === "broken"
        ? [
            [
              `Promise of update ${number}`,
              `${fate}: due ${clockTime(dueAt, timeZone)}, ${answeredAt === null ? "not answered" : `answered ${clockTime(answeredAt, timeZone)}`} on ${silence.lanes
                .filter((lane) => lane.promises.some((own) => own.number === number && own.fate === fate))
                .map(({ channel }) => channel)
                .join(", ")}`,
              true,
            ],
          ]
        : [],
    ),
  ];
  return rows.map(([name, value, bad]) => {
    const text = folded(value, widthOf(style) - 22).join(`\n${" ".repeat(22)}`);
    return `${name.padEnd(22)}${bad ? chalk.red(text) : text}`;
  });
}

function where(found: OnChannel | null): string {
  return found === null ? "none" : `${sayDuration(found.ms)}, on ${found.channel}`;
}

/** All incidents for a terminal: two lines for each, and the totals. */
export function overviewLines(
  reports: readonly Report[],
  totals: Totals,
  { timeZone }: Telling,
  sinceMs: number,
  style: Style,
): string {
  const { chalk } = style;
  const narrow = style.columns < WIDE_TABLE;
  const row = (cells: readonly string[]) => {
    const figures = [14, 6, 6, 8, 19].map((width, index) => cells[index]!.padEnd(width)).join("");
    const worst = cells[5] === "none" ? "" : `\n  worst channel: ${cells[5]}`;
    return narrow ? `  ${figures.trimEnd()}${worst}` : `  ${figures}${cells[5]!}`.trimEnd();
  };
  const lines = [chalk.bold(titleOfAll(sinceMs)), ...folded(headlineOfAll(totals), widthOf(style))];
  if (reports.length === 0) return `${lines.join("\n")}\n`;
  lines.push(
    "",
    chalk.dim(`${" ".repeat(16)}promises`),
    chalk.dim(
      row(["first word", "kept", "late", "broken", "longest silence", narrow ? "none" : "worst channel"]),
    ),
  );
  for (const report of reports) {
    const { incident, figures } = report;
    const { firstWordInTime, promises, longestSilence, worst } = figures;
    lines.push(
      chalk.bold(oneLine(incident.title)),
      chalk.dim(`  ${incident.id} · ${sayTime(incident.startedAt, timeZone, true)}`),
      row([
        `${sayFirstWord(report)}${firstWordInTime === false ? " !" : ""}`,
        ...[promises.kept, promises.late, promises.broken].map(String),
        longestSilence === null ? "none" : sayDuration(longestSilence.ms),
        worst === null ? "none" : `${sayWorst(worst)}, ${sayDuration(worst.ms)} too long`,
      ]),
    );
  }
  const { promises, firstWord, longestSilence, worst } = totals;
  lines.push(
    chalk.bold(reports.length === 1 ? "In all" : `All ${reports.length}, first word as the median`),
    row([
      firstWord.medianMs === null ? "none" : sayWait(firstWord.medianMs),
      ...[promises.kept, promises.late, promises.broken].map(String),
      longestSilence === null ? "none" : sayDuration(longestSilence.ms),
      worst === null ? "none" : `${sayWorst(worst)}, ${sayDuration(worst.ms)} too long`,
    ]),
  );
  const shown = reports.find(({ incident }) => incident.type !== "maintenance") ?? reports[0]!;
  if (firstWord.late > 0) lines.push("", chalk.dim("!  later than the first word was owed"));
  lines.push("", `One of them with its chart: status report ${shown.incident.id}`, "");
  return lines.join("\n");
}

function folded(text: string, width: number): string[] {
  return flowed(text.split(" "), width, " ");
}

/** As many of them in a line as fit, each whole. */
function flowed(entries: readonly string[], width: number, between = "   "): string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + entry.length + between.length <= width)
      lines[lines.length - 1] = `${last}${between}${entry}`;
    else lines.push(entry);
  }
  return lines;
}
