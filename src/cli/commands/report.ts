import { usageError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { type Report, reportOn, silencePolicyOf, report as tellReports } from "../../status/report.ts";
import { reportDocument } from "../../status/report-document.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import { writeWhole } from "../output/write-whole.ts";
import { renderOverview, renderReport } from "../report/document.ts";
import { incidentLines, overviewLines } from "../report/lines.ts";
import type { Telling } from "../report/report.ts";
import { renderSvg } from "../report/svg-file.ts";
import { verbatim } from "../surroundings.ts";

interface ReportFlags {
  readonly since?: string;
  readonly html?: string;
  readonly svg?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/**
 * `status report [incident]`: time to the first word, promises kept, and the silence on each channel; of one incident,
 * ended or not, or of all that began within `--since`. `--html` and `--svg` write files, `-` stands for stdout.
 */
export async function report(app: App, reference: string | null, flags: ReportFlags): Promise<number> {
  checkFiles(flags);
  const { since, svg } = flags;
  const reports = await tellReports(app, reference, since === undefined ? {} : { since });
  const { reports: all, totals, sinceMs } = reports;
  const ledger = await app.existingLedger();
  if (ledger === null && svg !== undefined)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const telling = tellingOf(app);
  const one = reference === null ? null : all[0]!;
  const { stdout, stderr, cwd } = app.surroundings;
  const put = (file: string, content: string) => {
    if (file === "-") return verbatim(stdout, content);
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
  if (flags.json === true) stdout.write(`${JSON.stringify(reportDocument(reports))}\n`);
  else if (flags.html === undefined && flags.svg === undefined) {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    stdout.write(
      one === null ? overviewLines(all, totals, telling, sinceMs, style) : incidentLines(one, telling, style),
    );
  }
  return EXIT.ok.code;
}

function checkFiles({ html, svg, json }: ReportFlags): void {
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
}

function tellingOf(app: App): Telling {
  const { config, surroundings } = app;
  return {
    property: config.property.name,
    timeZone: config.property.timeZone,
    now: surroundings.clock.now(),
    policy: silencePolicyOf(app),
    kinds: new Map(config.channels.map(({ kind }) => [kind.kind, kind.title])),
  };
}

/** A picture shows one incident: without a name, the newest; planned work only where there is nothing else. */
async function newestReport(ledger: Ledger, telling: Telling): Promise<Report> {
  const all = await ledger.incidents();
  const newest =
    all.find(({ type }) => type === "incident") ?? all.find(({ type }) => type === "maintenance");
  if (newest !== undefined) return reportOn(newest, ledger, telling);
  throw usageError("INCIDENT_UNKNOWN", "There is no incident yet.", "To announce: status announce");
}
