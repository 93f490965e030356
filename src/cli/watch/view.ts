import { sayDuration } from "../../base/duration.ts";
import { indented, oneLine } from "../../base/printable.ts";
import { localTime, sayTime, zoneName } from "../../base/zone.ts";
import { hasSpoken } from "../../broadcast/report.ts";
import type { Debt } from "../../cadence/due.ts";
import type { CadencePolicy } from "../../cadence/policy.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import type { ChannelCoverage } from "../../status/coverage.ts";
import { commandFor, nextStep, WHAT } from "../../status/due.ts";
import type { Style } from "../output/style.ts";
import { sayRest } from "./changes.ts";
import { hasHeardNewest, owedOn, type Watched } from "./room.ts";

/** Something that the watch did or could not do. */
export interface WatchEvent {
  readonly at: Date;
  readonly text: string;
  readonly good: boolean;
}

export interface View {
  readonly property: string;
  readonly timeZone: string;
  readonly policy: CadencePolicy;
  readonly now: Date;
  readonly watched: readonly Watched[];
  /** How many actions should be carried out by now. */
  readonly overdueActions: number;
  /** Oldest first. */
  readonly events: readonly WatchEvent[];
  /** What the watch does of its own accord, in one line. */
  readonly does: string;
  readonly style: Style;
  readonly columns: number;
  readonly rows: number;
}

/** From all that can be said of an incident to what must be. */
const DETAILS = ["words", "reasons", "channels", "count"] as const;
type Detail = (typeof DETAILS)[number];

/** The room in at most `rows` lines of `columns` characters: the less room, the less detail; what is due always stands. */
export function viewLines(view: View): string[] {
  const { style, columns, rows } = view;
  const head = headLine(view);
  const foot = footLines(view);
  const space = rows - foot.length - 2;
  let body: string[] = [];
  for (const detail of DETAILS) {
    body = view.watched.flatMap((watched) => ["", ...incidentLines(view, watched, detail)]);
    if (body.length <= space) break;
  }
  if (view.watched.length === 0)
    body = ["", "No incident is open.", style.chalk.dim("To open one: status announce")];
  if (body.length > space) {
    const more = `… and ${body.length - space + 1} more lines; make the window taller`;
    body = [...body.slice(0, Math.max(0, space - 1)), style.chalk.yellow(cut(more, columns))];
  }
  const gap = Array.from({ length: Math.max(0, rows - 1 - body.length - foot.length) }, () => "");
  return [head, ...body, ...gap, ...foot].slice(0, rows);
}

function headLine({ property, watched, overdueActions, now, timeZone, style, columns }: View): string {
  const clock = secondsOf(now, timeZone);
  const open = watched.length === 0 ? "all quiet" : `${watched.length} open`;
  const actions = `${overdueActions} action${overdueActions === 1 ? "" : "s"} overdue`;
  const count = overdueActions === 0 ? open : `${open} · ${actions}`;
  const name = cut(oneLine(property), columns - clock.length - count.length - 7);
  return style.chalk.inverse(`${` ${name} · ${count}`.padEnd(columns - clock.length - 1)}${clock} `);
}

function footLines({ events, does, timeZone, style, columns }: View): string[] {
  const { chalk, symbols } = style;
  const told = events.slice(-3).map(({ at, text, good }) => {
    const line = cut(
      `${good ? symbols.good : symbols.bad} ${sayTime(at, timeZone)}  ${oneLine(text)}`,
      columns,
    );
    return good ? line : chalk.red(line);
  });
  return ["", ...told, chalk.dim(cut(does, columns))];
}

function incidentLines(view: View, watched: Watched, detail: Detail): string[] {
  const { style, columns, now, timeZone, policy } = view;
  const { chalk } = style;
  const { incident } = watched.each;
  const age = now.getTime() - incident.startedAt.getTime();
  const began =
    age >= 0
      ? `since ${sayTime(incident.startedAt, timeZone, age > 18 * 3_600_000)} (${sayDuration(age)})`
      : `from ${sayTime(incident.startedAt, timeZone, age < -18 * 3_600_000)}`;
  const facts = [PHASE_WORDS[incident.phase].toLowerCase(), `impact ${incident.impact}`, began];
  const owed = owedOn(watched, now, policy);
  return [
    chalk.bold(cut(oneLine(incident.title), columns)),
    chalk.dim(cut(facts.join(" · "), columns)),
    ...(detail === "count" ? [] : [""]),
    ...(owed.length === 0
      ? ["  no next update promised", chalk.dim(cut(`  ${nextStep(incident)}`, columns))]
      : owed.flatMap((debt, index) => debtLines(view, watched, debt, index === 0 || debt.overdue))),
    ...(detail === "count" ? [] : [""]),
    ...coverageLines(view, watched, detail),
    ...(detail === "words" ? wordsLines(view, watched) : []),
  ];
}

/** The countdown: the word stands beside the colour. */
function debtLines(view: View, { newest }: Watched, debt: Debt, withCommand: boolean): string[] {
  const { style, columns, now, timeZone, policy } = view;
  const { chalk } = style;
  const left = debt.dueAt.getTime() - now.getTime();
  const by = sayTime(debt.dueAt, timeZone, Math.abs(left) > 18 * 3_600_000);
  const pressing = debt.overdue || left <= policy.remindBefore;
  const mark = debt.overdue ? `OVERDUE by ${sayCountdown(-left)}` : `in ${sayCountdown(left)}`;
  const said =
    debt.silent.length > 0
      ? `update ${newest.number} is still to be heard on ${debt.silent.join(", ")}`
      : `${WHAT[debt.kind]} ${debt.kind === "acknowledgement" ? "due" : "promised"} by ${by}`;
  const colour = debt.overdue ? chalk.red.bold : pressing ? chalk.yellow.bold : chalk.bold;
  // Until something is due before it begins, the work itself comes next.
  const ahead = debt.kind === "update" && debt.silent.length === 0 && !pressing;
  const command = cut(`  ${ahead ? nextStep(debt.incident) : commandFor(debt)}`, columns);
  return [
    `  ${colour(mark)}   ${cut(said, columns - mark.length - 5)}`,
    ...(withCommand ? [pressing ? chalk.cyan(command) : chalk.dim(command)] : []),
  ];
}

function coverageLines({ style, columns }: View, watched: Watched, detail: Detail): string[] {
  const { chalk, symbols } = style;
  const { channels, newest } = watched;
  const heard = channels.filter((channel) => hasHeardNewest(watched, channel));
  const rest = channels.filter((channel) => !hasHeardNewest(watched, channel));
  const silent = rest.filter((channel) => hasSpoken(channel) === false);
  const count = `update ${newest.number} heard on ${heard.length} of ${channels.length} channels`;
  if (detail === "count") {
    const mark = silent.length === 0 ? symbols.good : symbols.bad;
    const line = cut(`  ${mark} ${[count, ...sayRest(watched)].join("; ")}`, columns);
    return [silent.length === 0 ? line : chalk.red(line)];
  }
  const mark = (channel: ChannelCoverage): string =>
    hasHeardNewest(watched, channel)
      ? symbols.good
      : channel.state === "unknown" || channel.state === "pending"
        ? symbols.unsure
        : silent.includes(channel)
          ? symbols.bad
          : symbols.none;
  const paint = (channel: ChannelCoverage) =>
    mark(channel) === symbols.good
      ? chalk.green
      : mark(channel) === symbols.unsure
        ? chalk.yellow
        : mark(channel) === symbols.bad
          ? chalk.red
          : chalk.dim;
  const named = detail === "channels" ? channels : heard;
  const lines = [cut(`  ${count}`, columns), ...flowed(named, mark, paint, columns)];
  if (detail === "channels") return lines;
  const width = Math.max(0, ...rest.map(({ channel }) => channel.length));
  for (const channel of rest) {
    const reason = silent.includes(channel)
      ? reasonOf(channel)
      : `left out of update ${channel.updateNumber}`;
    const text = cut(` ${channel.channel.padEnd(width)}  ${oneLine(reason)}`, columns - 3);
    lines.push(`  ${paint(channel)(mark(channel))}${silent.includes(channel) ? text : chalk.dim(text)}`);
  }
  return lines;
}

function reasonOf({ state, verification, error, reason }: ChannelCoverage): string {
  const word = verification === "missing" ? "missing" : state;
  const why = error?.message ?? reason;
  return why === null ? word : `${word}: ${why}`;
}

/** `✓ x   ✓ customers`, in as many lines as it takes. */
function flowed(
  channels: readonly ChannelCoverage[],
  mark: (channel: ChannelCoverage) => string,
  paint: (channel: ChannelCoverage) => (text: string) => string,
  columns: number,
): string[] {
  const lines: string[] = [];
  let used = Infinity;
  for (const channel of channels) {
    const name = cut(channel.channel, columns - 6);
    const width = name.length + 5;
    if (used + width > columns) {
      lines.push("  ");
      used = 2;
    }
    lines[lines.length - 1] += `${paint(channel)(mark(channel))} ${name}   `;
    used += width;
  }
  return lines.map((line) => line.trimEnd());
}

const WORDS_LINES = 4;

function wordsLines({ style, columns, timeZone, now }: View, { newest, words }: Watched): string[] {
  const { chalk, symbols } = style;
  const text = words
    .split("\n")
    .filter((line) => line.trim() !== "" && line.trim() !== newest.standing.title)
    .join("\n");
  const age = sayDuration(Math.max(0, now.getTime() - newest.at.getTime()));
  const by = `  update ${newest.number}, ${sayTime(newest.at, timeZone)} (${age} ago), ${oneLine(newest.author)}`;
  const lines = indented(text, `  ${symbols.bar} `, columns).split("\n");
  const shown =
    lines.length > WORDS_LINES ? [...lines.slice(0, WORDS_LINES - 1), `  ${symbols.bar} …`] : lines;
  return ["", chalk.dim(cut(by, columns)), ...(text === "" ? [] : shown)];
}

/** To the second in the last hour, when people look at it: `4 min 09 s`. */
export function sayCountdown(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds >= 3600) return sayDuration(ms);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

export function secondsOf(now: Date, timeZone: string): string {
  const { hour, minute } = localTime(now, timeZone);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(hour)}:${two(minute)}:${two(now.getUTCSeconds())} ${zoneName(now, timeZone)}`;
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 1 ? text.slice(0, Math.max(0, width)) : `${text.slice(0, width - 1)}…`;
}
