import { usageError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { loadTemplateSet } from "../../render/template.ts";
import type { Fault } from "../../status/lint/rehearse.ts";
import { parseImpact, parsePhase } from "../../status/options.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { readMessage } from "../flags.ts";
import { checkMessage, templateOf } from "../lint/check-message.ts";
import { examine, type Scope } from "../lint/examine.ts";
import type { Found } from "../lint/findings.ts";
import { findingLines, lintLines, summary, verdict } from "../lint/lines.ts";
import { styleFor } from "../output/style.ts";
import { writeWhole } from "../output/write-whole.ts";

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
  checkFlags(name, flags);
  const message = await readMessage(messageFlags(flags), app.surroundings);
  const { property, wording: policy } = app.config;
  const { clock, stdout } = app.surroundings;
  const speakers = await app.speakers(false);
  const locales = flags.locale === undefined ? null : flags.locale.map(parseLocale);
  const now = clock.now();
  if (message !== null) {
    const phase = parsePhase(flags.phase ?? "investigating");
    const template = await loadTemplateSet({ name: templateOf(phase), ...app.templates });
    const impact = parseImpact(flags.impact ?? "minor");
    const words = { text: message, internal: flags.internal === true, impact, phase };
    return tell(app, flags, null, checkMessage(words, template, speakers, property, now, policy, locales));
  }
  const scope: Scope = {
    ...{ speakers, property, places: app.templates, policy, now, name, locales },
    speaking: (locale) => app.speakers(false, locale),
  };
  const seen = await examine(scope);
  if (flags.gallery !== undefined && flags.gallery !== false) {
    const { renderGallery } = await import("../lint/gallery/document.ts");
    const file = typeof flags.gallery === "string" ? flags.gallery : GALLERY;
    const markup = renderGallery(seen, app.config, now);
    if (file === "-") {
      stdout.write(markup);
      return exitOf(seen, flags);
    }
    writeWhole(app.surroundings.cwd, file, markup);
    app.surroundings.stderr.write(`Written: ${printable(file)}\n`);
  }
  return tell(app, flags, { ...seen, channels: speakers.length }, seen);
}

interface Result {
  readonly faults: readonly Fault[];
  readonly findings: readonly Found[];
}

function tell(
  { surroundings }: App,
  flags: LintFlags,
  templates: (Result & { names: readonly string[]; locales: readonly string[]; channels: number }) | null,
  result: Result,
): number {
  const { stdout } = surroundings;
  const style = styleFor(stdout, surroundings, flags.plain === true);
  const { faults, findings } = result;
  if (flags.json === true)
    stdout.write(`${JSON.stringify({ version: 1, findings: findings.map(fieldsOf), faults })}\n`);
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

function fieldsOf({ template, channels, locale, rule, level, place, excerpt, reason, better }: Found) {
  return { template, channels, locale, rule, level, place, excerpt, reason, better };
}

function exitOf({ faults, findings }: Result, { strict }: LintFlags): number {
  if (faults.length > 0) return EXIT.setup.code;
  const counts = findings.some(({ level }) => strict === true || level === "block");
  return counts ? EXIT.refused.code : EXIT.ok.code;
}

function checkFlags(name: string | null, flags: LintFlags): void {
  if (name === "")
    throw usageError("TEMPLATE_EMPTY_NAME", "The template's name is empty.", "Is a variable unset?");
  const words = flags.message !== undefined || flags.messageFile !== undefined;
  if (words && name !== null)
    throw usageError(
      "LINT_WHAT",
      "A template and words of your own were both given.",
      "Check one of them at a time; --phase chooses the template that words them.",
    );
  if (words && flags.gallery !== undefined)
    throw usageError(
      "LINT_WHAT",
      "--gallery shows templates, and --message gives words of your own.",
      "Leave out one of the two. To see your words on every channel: status preview update",
    );
  for (const [flag, given] of [
    ["--internal", flags.internal],
    ["--impact", flags.impact],
    ["--phase", flags.phase],
  ] as const)
    if (!words && given !== undefined)
      throw usageError(
        "LINT_WHAT",
        `${flag} is about words of your own, and none were given.`,
        "Add --message.",
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

function parseLocale(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? tag;
  } catch {
    throw usageError("LOCALE_UNREADABLE", `--locale ${tag} is no language tag.`, "Such as: en, de or pt-BR.");
  }
}
