import { usageError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { log as readLog } from "../../status/log.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { exportLines, inertJson } from "../log/export.ts";
import { logLines } from "../log/lines.ts";
import { styleFor } from "../output/style.ts";
import { writeWhole } from "../output/write-whole.ts";
import { verbatim } from "../surroundings.ts";

export interface LogFlags {
  readonly since?: string;
  /** A file; `-` for stdout. */
  readonly export?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/** An export is for its owner's eyes: it names people. */
const EXPORT_MODE = 0o600;

/**
 * `status log [incident]`: who said, approved, overrode and corrected what, oldest first; of one incident from its
 * beginning, of all for `--since`. `--export` writes the whole record as NDJSON: everything ever, unless `--since` or an
 * incident narrows it.
 */
export async function log(app: App, reference: string | null, flags: LogFlags): Promise<number> {
  checkFiles(flags);
  const { stdout, stderr, cwd } = app.surroundings;
  const { since } = flags;
  const all = flags.export !== undefined;
  const { record, ledger, sinceMs, document } = await readLog(app, reference, {
    ...(since === undefined ? {} : { since }),
    all,
  });
  if (flags.export !== undefined) {
    const lines = ledger === null ? "" : await exportLines(ledger, record);
    if (flags.export === "-") {
      verbatim(stdout, lines);
      return EXIT.ok.code;
    }
    writeWhole(cwd, flags.export, lines, EXPORT_MODE);
    stderr.write(`Written: ${printable(flags.export)}\n`);
  }
  if (flags.json === true) stdout.write(`${inertJson(document)}\n`);
  else if (flags.export === undefined) {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    const one = ledger !== null && reference !== null;
    const scope = { one, sinceMs: one ? null : sinceMs };
    stdout.write(logLines(record, scope, app.config.property.timeZone, style));
  }
  return EXIT.ok.code;
}

function checkFiles(flags: LogFlags): void {
  if (flags.export === "")
    throw usageError("FILE_EMPTY", "--export names no file.", "Give a name, or - for stdout.");
  if (flags.export === "-" && flags.json === true)
    throw usageError("STDOUT_TWICE", "Only one of --export - and --json can go to stdout.", "Name a file.");
}
