import { parseDuration } from "../../base/duration.ts";
import { usageError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { namedIncident } from "../../status/incidents.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { exportLines, inertJson } from "../log/export.ts";
import { logLines } from "../log/lines.ts";
import { type Entry, readRecord } from "../log/record.ts";
import { styleFor } from "../output/style.ts";
import { writeWhole } from "../output/write-whole.ts";

export interface LogFlags {
  readonly since?: string;
  /** A file; `-` for stdout. */
  readonly export?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
}

const DEFAULT_SINCE = "30d";

/** An export is for its owner's eyes: it names people. */
const EXPORT_MODE = 0o600;

/**
 * `status log [incident]`: who said, approved, overrode and corrected what, oldest first; of one incident from its
 * beginning, of all for `--since`. `--export` writes the whole record as NDJSON: everything ever, unless `--since` or an
 * incident narrows it.
 */
export async function log(app: App, reference: string | null, flags: LogFlags): Promise<number> {
  const sinceMs = checkFlags(reference, flags);
  const { stdout, stderr, clock, cwd } = app.surroundings;
  const ledger = await app.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const incident = reference === null || ledger === null ? null : await namedIncident(ledger, reference);
  const since = sinceMs === null ? null : new Date(clock.now().getTime() - sinceMs);
  const record: readonly Entry[] =
    ledger === null ? [] : await readRecord(ledger, incident?.id ?? null, since);
  if (flags.export !== undefined) {
    const lines = ledger === null ? "" : await exportLines(ledger, record);
    if (flags.export === "-") {
      stdout.write(lines);
      return EXIT.ok.code;
    }
    writeWhole(cwd, flags.export, lines, EXPORT_MODE);
    stderr.write(`Written: ${printable(flags.export)}\n`);
  }
  if (flags.json === true) stdout.write(`${inertJson({ version: 1, entries: record })}\n`);
  else if (flags.export === undefined) {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    const scope = { one: incident !== null, sinceMs: incident === null ? sinceMs : null };
    stdout.write(logLines(record, scope, app.config.property.timeZone, style));
  }
  return EXIT.ok.code;
}

/** How far back to look, in milliseconds; null for all. */
function checkFlags(reference: string | null, flags: LogFlags): number | null {
  if (reference === "")
    throw usageError(
      "INCIDENT_EMPTY",
      "The incident's name is empty.",
      "Is a variable unset? Give an id, or leave it out.",
    );
  if (flags.export === "")
    throw usageError("FILE_EMPTY", "--export names no file.", "Give a name, or - for stdout.");
  if (flags.export === "-" && flags.json === true)
    throw usageError("STDOUT_TWICE", "Only one of --export - and --json can go to stdout.", "Name a file.");
  if (flags.since === undefined && (reference !== null || flags.export !== undefined)) return null;
  const sinceMs = parseDuration(flags.since ?? DEFAULT_SINCE);
  if (sinceMs === null || sinceMs === 0)
    throw usageError(
      "SINCE_UNREADABLE",
      `--since ${flags.since} is no duration of up to a year.`,
      "Say 30d, 90d or 12h.",
    );
  return sinceMs;
}
