import { parseDuration } from "../../base/duration.ts";
import { usageError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { totalsOf } from "../../cadence/figures.ts";
import { namedIncident } from "../../status/incidents.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import { writeWhole } from "../output/write-whole.ts";
import { renderOverview, renderReport } from "../report/document.ts";
import { reportDocument } from "../report/json.ts";
import { incidentLines, overviewLines } from "../report/lines.ts";
import { type Report, reportOn, type Telling } from "../report/report.ts";
import { renderSvg } from "../report/svg-file.ts";

interface ReportFlags {
  readonly since?: string;
  readonly html?: string;
  readonly svg?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
}

const DEFAULT_SINCE = "90d";

/**
 * `status report [incident]`: time to the first word, promises kept, and the silence on each channel; of one incident,
 * ended or not, or of all that began within `--since`. `--html` and `--svg` write files, `-` stands for stdout.
 */
export async function report(app: App, reference: string | null, flags: ReportFlags): Promise<number> {
  const sinceMs = checkFlags(reference, flags);
  const ledger = await app.existingLedger();
  if (ledger === null && (reference !== null || flags.svg !== undefined))
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const telling = tellingOf(app);
  const one = reference === null ? null : await oneReport(ledger!, reference, telling);
  const all = one === null ? await reportsSince(ledger, sinceMs, telling) : [one];
  const totals = totalsOf(all);
  const { stdout, stderr, cwd } = app.surroundings;
  const put = (file: string, content: string) => {
    if (file === "-") return stdout.write(content);
    writeWhole(cwd, file, content);
    stderr.write(`Written: ${printable(file)}\n`);
  };
  if (flags.html !== undefined)
    put(
      flags.html,
      one === null ? renderOverview(all, totals, telling, sinceMs) : renderReport(one, telling),
    );
  if (flags.svg !== undefined)
    put(flags.svg, renderSvg(one ?? (await newestReport(ledger!, telling)), telling));
  if (flags.json === true) stdout.write(`${JSON.stringify(reportDocument(all, totals))}\n`);
  else if (flags.html === undefined && flags.svg === undefined) {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    stdout.write(
      one === null ? overviewLines(all, totals, telling, sinceMs, style) : incidentLines(one, telling, style),
    );
  }
  return EXIT.ok.code;
}

/** Returns how far back to look, in milliseconds. */
function checkFlags(reference: string | null, { since, html, svg, json }: ReportFlags): number {
  if (reference === "")
    throw usageError(
      "INCIDENT_EMPTY",
      "The incident's name is empty.",
      "Is a variable unset? Give an id, or leave it out.",
    );
  if (reference !== null && since !== undefined)
    throw usageError(
      "SINCE_WITH_INCIDENT",
      "--since is for the report over all incidents, and one is named.",
      "Leave out one of the two.",
    );
  for (const [flag, file] of [
    ["--html", html],
    ["--svg", svg],
  ] as const)
    if (file === "")
      throw usageError("FILE_EMPTY", `${flag} names no file.`, "Give a name, or - for stdout.");
  if ([html === "-", svg === "-", json === true].filter(Boolean).length > 1)
    throw usageError(
      "STDOUT_TWICE",
      "Only one of --html -, --svg - and --json can go to stdout.",
      "Give the others a file.",
    );
  const sinceMs = parseDuration(since ?? DEFAULT_SINCE);
  if (sinceMs === null || sinceMs === 0)
    throw usageError(
      "SINCE_UNREADABLE",
      `--since ${since} is no duration of up to a year.`,
      "Say 30d, 90d or 12h.",
    );
  return sinceMs;
}

function tellingOf({ config, surroundings }: App): Telling {
  return {
    property: config.property.name,
    timeZone: config.property.timeZone,
    now: surroundings.clock.now(),
    policy: { acknowledgeWithinMs: config.cadence.acknowledgeWithin },
    kinds: new Map(config.channels.map(({ kind }) => [kind.kind, kind.title])),
  };
}

async function oneReport(ledger: Ledger, reference: string, telling: Telling): Promise<Report> {
  const incident = await namedIncident(ledger, reference);
  if (incident.type === "notice")
    throw usageError(
      "NOTICE_UNREPORTED",
      `${incident.id} is a notice; it promises nothing, so there is nothing to report.`,
      "To see it: status show",
    );
  return reportOn(incident, ledger, telling);
}

async function reportsSince(ledger: Ledger | null, sinceMs: number, telling: Telling): Promise<Report[]> {
  const earliest = telling.now.getTime() - sinceMs;
  const chosen = ((await ledger?.incidents()) ?? []).filter(
    ({ type, startedAt }) => type !== "notice" && startedAt.getTime() >= earliest,
  );
  const reports: Report[] = [];
  for (const incident of chosen) reports.push(await reportOn(incident, ledger!, telling));
  return reports.sort((a, b) => b.incident.startedAt.getTime() - a.incident.startedAt.getTime());
}

/** A picture shows one incident: without a name, the newest; planned work only where there is nothing else. */
async function newestReport(ledger: Ledger, telling: Telling): Promise<Report> {
  const all = await ledger.incidents();
  const newest =
    all.find(({ type }) => type === "incident") ?? all.find(({ type }) => type === "maintenance");
  if (newest !== undefined) return reportOn(newest, ledger, telling);
  throw usageError("INCIDENT_UNKNOWN", "There is no incident yet.", "To announce: status announce");
}
