import { sayDuration } from "../../base/duration.ts";
import { indented, oneLine } from "../../base/printable.ts";
import { sayTime } from "../../base/zone.ts";
import {
  type ChannelReport,
  hasSpoken,
  type Outcome,
  type PartReport,
  silentChannels,
} from "../../broadcast/report.ts";
import { LIST_PART } from "../../channels/contract.ts";
import type { Incident, IncidentType, Update } from "../../incident/incident.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import type { Style } from "./style.ts";

/** Who has heard what: one line a channel, the reason and the remedy under each that has not. */
export function coverageTable(reports: readonly ChannelReport[], style: Style, timeZone: string): string {
  const nameWidth = Math.max(...reports.map((report) => report.channel.length));
  const below = (text: string, code = "") =>
    indented(`${sentence(text)}${code}`, " ".repeat(nameWidth + 6), style.columns);
  const lines = reports.flatMap((report) => {
    const seconds = report.elapsedMs === null ? "" : saySeconds(report.elapsedMs);
    const where = oneLine(report.url ?? report.reason ?? "");
    const start = `${report.channel.padEnd(nameWidth)}  ${stateWord(report).padEnd(10)} ${seconds.padStart(6)}`;
    const fits = start.length + where.length + 8 <= style.columns;
    const margin = nameWidth + 6;
    // A terminal that wraps an address begins its rest in the first column: the further left, the more fits.
    const indent = !where.includes(" ") && margin + where.length > style.columns ? 2 : margin;
    const head = `  ${mark(report, style)} ${start}  ${fits ? where : `\n${indented(where, " ".repeat(indent), style.columns)}`}`;
    const parts = report.parts.map(
      (part) =>
        `      ${part.state.padEnd(10)} ${oneLine(part.part)}${part.error === null || part.error.message === report.error?.message ? "" : `  ${oneLine(part.error.message)}`}`,
    );
    if (report.error === null || hasSpoken(report) === true) return [head.trimEnd(), ...parts];
    const { code, message, hint, retryAt } = report.error;
    return [
      head.trimEnd(),
      ...parts,
      below(message, ` [${code}]`),
      ...(hint === null ? [] : [style.chalk.dim(below(hint))]),
      ...(retryAt === null
        ? []
        : [style.chalk.dim(below(`it may be tried again from ${sayTime(retryAt, timeZone, true)}`))]),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** `1.2 s`; below what one figure shows, `<0.1 s`. */
export function saySeconds(ms: number): string {
  return ms < 50 ? "<0.1 s" : `${(ms / 1000).toFixed(1)} s`;
}

/** Channels word their errors to stand after a colon; here they stand alone. A name that begins one stays as it is written. */
function sentence(text: string): string {
  const line = oneLine(text);
  const whole = /^[a-z]+ /.test(line) ? line.charAt(0).toUpperCase() + line.slice(1) : line;
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}

function mark(report: ChannelReport, { chalk, symbols }: Style): string {
  const spoken = hasSpoken(report);
  if (report.state === "unknown") return chalk.yellow(symbols.unsure);
  if (report.state === "pending") return chalk.yellow(symbols.unsure);
  if (spoken === null) return chalk.dim(symbols.none);
  return spoken ? chalk.green(symbols.good) : chalk.red(symbols.bad);
}

/** What was done where it is done. */
export const DONE = { post: "sent", amend: "changed", remove: "removed" } as const;

function stateWord(report: PartReport | ChannelReport): string {
  return report.verification === "missing" || report.verification === "altered"
    ? report.verification
    : report.state === "sent"
      ? DONE[report.effect]
      : report.state;
}

/** The heading of a report: what was said, where the incident stands. */
export function heading(incident: Incident, update: Update, { chalk }: Style): string {
  const { standing } = update;
  const facts = [
    ...[incident.id, `update ${update.number}`, sayStanding(incident.type, standing)],
    ...(standing.security ? ["security"] : []),
  ];
  return `${chalk.bold(oneLine(standing.title))}\n${chalk.dim(facts.join(" · "))}\n\n`;
}

/** `investigating · impact major`; a notice has neither. */
export function sayStanding(
  type: IncidentType,
  { phase, impact }: Pick<Incident, "phase" | "impact">,
): string {
  return type === "notice" ? "notice" : `${PHASE_WORDS[phase].toLowerCase()} · impact ${impact}`;
}

/** The last lines of a report: the count, the promise, and what to type next. */
export function closing(
  outcome: Outcome,
  incident: Incident,
  reports: readonly ChannelReport[],
  now: Date,
  timeZone: string,
  style: Style,
  overtaken: readonly { channel: string; updateNumber: number; part: string }[] = [],
  /** Of more channels than these words were meant for: `left out of update 2: x`. */
  leftOut: readonly string[] = [],
): string {
  const { chalk } = style;
  const meant = reports.filter((report) => hasSpoken(report) !== null);
  const spoken = meant.filter((report) => hasSpoken(report) === true).length;
  const owed = notSpoken(reports, style);
  const lines: string[] = [];
  if (outcome === "nothing-to-do" && meant.length > 0)
    lines.push(chalk.green("Nothing to do: every channel has already heard this."));
  else if (meant.length === 0 && reports.length > 0)
    lines.push(`Nothing was sent: ${sayNobodyMeant(reports)}.`);
  else if (leftOut.length > 0)
    lines.push(
      (spoken === meant.length ? chalk.green : chalk.yellow)(
        `${spoken} of ${reports.length} channels ${spoken === 1 ? "has" : "have"} spoken; ${leftOut.join("; ")}.`,
      ),
    );
  else if (spoken === meant.length)
    lines.push(
      chalk.green(
        meant.length === 1 ? "The channel has spoken." : `All ${meant.length} channels have spoken.`,
      ),
    );
  else
    lines.push(
      chalk.yellow(`${spoken} of ${meant.length} channels ${spoken === 1 ? "has" : "have"} spoken.`),
    );
  lines.push(...owed);
  for (const [word, rows] of [
    ["it was heard", overtaken.filter(({ part }) => part !== LIST_PART)],
    ["all on the list had heard it", overtaken.filter(({ part }) => part === LIST_PART)],
  ] as const) {
    const names = rows.map(({ channel, updateNumber }) => `update ${updateNumber} on ${channel}`);
    if (names.length > 0) lines.push(chalk.dim(`Overtaken before ${word}: ${names.join(", ")}.`));
  }
  if (incident.nextUpdateAt !== null && (spoken > 0 || outcome === "nothing-to-do"))
    lines.push(`Next update promised by ${sayPromise(incident.nextUpdateAt, now, timeZone)}.`);
  const next: string[] = [];
  if (owed.length > 0) next.push(`status retry ${incident.id}`);
  if (incident.nextUpdateAt !== null) next.push(...nextWords(incident));
  if (next.length > 0) lines.push("", "Type next:", ...next.map((command) => `  ${command}`));
  return `\n${lines.join("\n")}\n`;
}

/** Who has still to hear it, and what to type for that; empty where nobody has. */
export function whatIsOwed(
  { id }: Pick<Incident, "id">,
  reports: readonly ChannelReport[],
  style: Style,
): string {
  const lines = notSpoken(reports, style);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n\nType next:\n  status retry ${id}\n`;
}

function notSpoken(reports: readonly ChannelReport[], { chalk }: Style): string[] {
  const silent = silentChannels(reports);
  const unknown = reports.filter((report) => report.state === "unknown").map((report) => report.channel);
  return [
    ...(silent.length > 0 ? [`${chalk.red("Silent:")} ${silent.join(", ")}`] : []),
    ...(unknown.length > 0
      ? [`${chalk.yellow("Unknown:")} ${unknown.join(", ")} (it may be out; look before you repeat it)`]
      : []),
  ];
}

/** Why no channel was meant to hear it, or to hear all of it. */
function sayNobodyMeant(reports: readonly ChannelReport[]): string {
  const overtaken = reports.filter(({ state }) => state === "superseded").length;
  if (overtaken === 0) return "every channel is left out";
  return overtaken === reports.length
    ? "on every channel, later words have taken the place of these"
    : "every channel is left out, or was told later words";
}

/** What is likely to be said next. */
function nextWords({ id, type, phase, automatic }: Incident): string[] {
  if (type !== "maintenance") return [`status update ${id} --message "…"`, `status resolve ${id}`];
  if (automatic) return ["status follow-up --yes"];
  const step = phase === "scheduled" ? "start" : "complete";
  return [`status maintenance ${step} ${id}`];
}

/** `10:30 PDT (in 30 min)`, `10:30 PDT (12 min overdue)`. */
export function sayPromise(at: Date, now: Date, timeZone: string): string {
  const left = at.getTime() - now.getTime();
  const farAway = Math.abs(left) > 18 * 3_600_000;
  return `${sayTime(at, timeZone, farAway)} (${left >= 0 ? `in ${sayDuration(left)}` : `${sayDuration(left)} overdue`})`;
}
