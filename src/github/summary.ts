import { oneLine } from "../base/printable.ts";
import type { Step } from "./inputs.ts";
import { exitWord } from "./inputs.ts";
import { faultOf, type Result, type Told, whyOf } from "./result.ts";

/** GitHub takes 1 MiB of summary from a step, and none of a longer one. Some is left for what else the step writes. */
const MOST_BYTES = 1_000_000;
/** Of one cell: a vendor's answer may be a whole page. */
const LONGEST_CELL = 1000;

/** What a step did, in GitHub's Markdown: a table of channels, and in a dry run each channel's text. */
export function summarize(
  command: Step["command"] | null,
  results: readonly Result[],
  code: number,
  dryRun: boolean,
): string {
  const what = command === null ? "status" : `status ${command}`;
  const parts = results.flatMap((result) => [
    `### ${what}: ${cell(result.outcome ?? exitWord(code))}\n`,
    ...(result.error === undefined ? [] : [failure(result.error)]),
    ...(result.incident === undefined ? [] : [standing(result.incident)]),
    ...(result.deliveries.length === 0 ? [] : [table(result.deliveries)]),
    ...(result.silent.length === 0
      ? []
      : [`Silent: ${result.silent.map(cell).join(", ")}. To go on: retry.\n`]),
    ...(result.due === undefined ? [] : [debts(result.due)]),
    ...(result.checks === undefined ? [] : [checks(result.checks)]),
    ...(result.findings.length === 0 ? [] : [findings(result.findings)]),
    ...(dryRun ? result.deliveries.flatMap(text) : []),
  ]);
  if (results.length === 0) parts.push(`### ${what}: ${cell(exitWord(code))}\n`);
  return within(parts);
}

/** As many of the parts as there is room for; what does not fit is said to be missing. */
function within(parts: readonly string[]): string {
  let summary = "";
  for (const [index, part] of parts.entries()) {
    const next = `${summary}${part}\n`;
    if (Buffer.byteLength(next) > MOST_BYTES)
      return `${summary}*${parts.length - index} more parts are left out: the summary of a step has little room. They are in the output json.*\n`;
    summary = next;
  }
  return summary;
}

/**
 * Text from anywhere as inert words on one line: every character that Markdown, HTML, a table or an emoji's name could take for
 * its own stands as its number. What is longer than a cell should be is cut.
 */
export function cell(text: string): string {
  const line = oneLine(text);
  const short = line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL)}…` : line;
  return short.replace(/[!-/:-@[-`{-~]/g, (char) => (/[.,-]/.test(char) ? char : `&#${char.charCodeAt(0)};`));
}

/** An address as a link, where it is one of the web. */
function link(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) return cell(url);
  const inert = address.href.replace(
    /[^\w.~:/?#@!$&'+,;=%-]/g,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
  );
  return `[${cell(url)}](<${inert}>)`;
}

function standing({ id, title, type, phase, impact }: NonNullable<Result["incident"]>): string {
  const facts = type === "notice" ? [id, "notice"] : [id, phase, `impact ${impact}`];
  return `**${cell(title)}** · ${facts.map(cell).join(" · ")}\n`;
}

function table(deliveries: readonly Told[]): string {
  const rows = deliveries.map((told) => {
    const fault = faultOf(told);
    const where = told.url === null ? "" : link(told.url);
    const why = fault === null && told.state !== "skipped" ? "" : cell(whyOf(told));
    const state = fault === null ? told.state : `${fault === "silent" ? told.state : fault}`;
    const name = told.audience === "internal" ? `${cell(told.channel)} (internal)` : cell(told.channel);
    return `| ${mark(told)} | ${name} | ${cell(told.kind)} | ${cell(state)} | ${[where, why].filter(Boolean).join(" ")} |`;
  });
  return `| | channel | kind | state | where, or why not |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function mark(told: Told): string {
  const fault = faultOf(told);
  if (fault === "unknown") return "❔";
  if (fault !== null) return "❌";
  return told.state === "sent" || told.state === "verified" ? "✅" : "➖";
}

function failure({ code, message, hint }: NonNullable<Result["error"]>): string {
  return `**${cell(code)}**: ${cell(message)}\n${hint === null ? "" : `\n${cell(hint)}\n`}`;
}

function debts(due: NonNullable<Result["due"]>): string {
  if (due.length === 0) return "Nothing is due.\n";
  const rows = due.map(
    ({ title, kind, dueAt, overdue, command }) =>
      `| ${overdue ? "❌" : "➖"} | ${cell(title)} | ${cell(kind)} | ${cell(dueAt)} | ${cell(command)} |`,
  );
  return `| | what | owed | by | type |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function checks(all: NonNullable<Result["checks"]>): string {
  const marks: Readonly<Record<string, string>> = { ok: "✅", warn: "❔", fail: "❌" };
  const rows = all.map(
    ({ channel, name, level, message, hint }) =>
      `| ${marks[level] ?? "❔"} | ${cell(channel ?? "status")} | ${cell(name)} | ${cell(message)} | ${level === "ok" ? "" : cell(hint ?? "")} |`,
  );
  return `| | channel | check | found | to mend it |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function findings(all: Result["findings"]): string {
  return `${all.map(({ level, rule, message }) => `- ${cell(level)}: ${cell(rule)} ${cell(message ?? "")}`).join("\n")}\n`;
}

/** What a channel would say, fenced by more backticks than it has in a row. */
function text(told: Told): string[] {
  if (told.text === null) return [];
  const runs = told.text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return [`#### ${cell(told.channel)}\n\n${fence}text\n${told.text.replaceAll("\r", "")}\n${fence}\n`];
}
