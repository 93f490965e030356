import { usageError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import type { Impact, Phase } from "../../incident/incident.ts";
import { type Linted, lint as look } from "../../status/lint/lint.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { readMessage } from "../flags.ts";
import { findingLines, lintLines, summary, verdict } from "../lint/lines.ts";
import { styleFor } from "../output/style.ts";
import { writeWhole } from "../output/write-whole.ts";
import { verbatim } from "../surroundings.ts";

export interface LintFlags {
  readonly message?: string;
  readonly messageFile?: string;
  readonly internal?: boolean;
  readonly impact?: string;
  readonly phase?: string;
  readonly locale?: readonly string[];
  readonly strict?: boolean;
  /** A file, `-` for stdout; true where no name was given. */
  readonly gallery?: string | boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
}

const GALLERY = "templates.html";

/**
 * `status lint [template]`: whether every template can be said on every channel in every language, and what the wording
 * rules have against it; or against words that somebody means to say. Sends nothing.
 * Exit 0 clean or warnings only, 3 where a template cannot be said, 4 where a finding blocks (any, with `--strict`).
 */
export async function lint(app: App, name: string | null, flags: LintFlags): Promise<number> {
  checkFlags(flags);
  const message = await readMessage(messageFlags(flags), app.surroundings);
  const { internal, impact, phase, locale } = flags;
  const linted = await look(app, name, {
    ...(message === null ? {} : { message }),
    ...(internal === undefined ? {} : { internal }),
    // What is none is refused by name.
    ...(impact === undefined ? {} : { impact: impact as Impact }),
    ...(phase === undefined ? {} : { phase: phase as Phase }),
    ...(locale === undefined ? {} : { locales: locale }),
  });
  const seen = linted.templates;
  if (seen === null) return tell(app, flags, null, linted);
  const { stdout, clock } = app.surroundings;
  if (flags.gallery !== undefined && flags.gallery !== false) {
    const { renderGallery } = await import("../lint/gallery/document.ts");
    const file = typeof flags.gallery === "string" ? flags.gallery : GALLERY;
    const markup = renderGallery(seen, app.config, clock.now());
    if (file === "-") {
      verbatim(stdout, markup);
      return exitOf(seen, flags);
    }
    writeWhole(app.surroundings.cwd, file, markup);
    app.surroundings.stderr.write(`Written: ${printable(file)}\n`);
  }
  return tell(app, flags, { ...seen, channels: linted.channels }, linted);
}

type Result = Pick<Linted, "faults" | "findings">;

function tell(
  { surroundings }: App,
  flags: LintFlags,
  templates: (Result & { names: readonly string[]; locales: readonly string[]; channels: number }) | null,
  result: Linted,
): number {
  const { stdout } = surroundings;
  const style = styleFor(stdout, surroundings, flags.plain === true);
  const { faults, findings } = result;
  if (flags.json === true) stdout.write(`${JSON.stringify(result.document)}\n`);
  else if (templates !== null)
    stdout.write(
      `${lintLines(templates, style)}\n${summary(templates, templates.channels, templates.locales, style)}\n`,
    );
  else {
    const broken = lintLines(
      { names: [...new Set(faults.map(({ template }) => template))], faults, findings: [] },
      style,
    );
    const parts = [
      ...(faults.length > 0 ? [broken] : []),
      ...findings.map((finding) => `${findingLines({ ...finding, template: null }, style)}\n`),
    ];
    const blank = parts.length > 0 ? "\n" : "";
    stdout.write(`${parts.join("")}${blank}These words: ${verdict(result, style)}\n`);
  }
  return exitOf(result, flags);
}

function exitOf({ faults, findings }: Result, { strict }: LintFlags): number {
  if (faults.length > 0) return EXIT.setup.code;
  const counts = findings.some(({ level }) => strict === true || level === "block");
  return counts ? EXIT.refused.code : EXIT.ok.code;
}

function checkFlags(flags: LintFlags): void {
  const words = flags.message !== undefined || flags.messageFile !== undefined;
  if (words && flags.gallery !== undefined)
    throw usageError(
      "LINT_WHAT",
      "--gallery shows templates, and --message gives words of your own.",
      "Leave out one of the two. To see your words on every channel: status preview update",
    );
  if (flags.gallery === "")
    throw usageError("FILE_EMPTY", "--gallery names no file.", "Give a name, or - for stdout.");
  if (flags.gallery === "-" && flags.json === true)
    throw usageError("STDOUT_TWICE", "Only one of --gallery - and --json can go to stdout.", "Name a file.");
}

/** `--internal` is a switch here, and words of their own elsewhere. */
function messageFlags({ message, messageFile }: LintFlags) {
  return {
    ...(message === undefined ? {} : { message }),
    ...(messageFile === undefined ? {} : { messageFile }),
  };
}
