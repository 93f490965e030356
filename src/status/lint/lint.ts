import { usageError } from "../../base/errors.ts";
import { loadTemplateSet } from "../../render/template.ts";
import type { Desk } from "../desk.ts";
import type { LintDocument } from "../documents.ts";
import { type LintOptions, parseImpact, parsePhase, refuseTooLong } from "../options.ts";
import { checkMessage, templateOf } from "./check-message.ts";
import { type Examination, examine } from "./examine.ts";
import type { Found } from "./findings.ts";
import type { Fault } from "./rehearse.ts";

/** What stands against templates, or against words that somebody means to say. */
export interface Linted {
  readonly faults: readonly Fault[];
  readonly findings: readonly Found[];
  /** Null where words were looked at. */
  readonly templates: Examination | null;
  /** How many would say it. */
  readonly channels: number;
  readonly document: LintDocument;
}

/**
 * Whether every template, or the one named, can be said on every channel in every language, and what the wording rules have
 * against it; or against `message`. Sends nothing. Throws LINT_WHAT, LOCALE_UNREADABLE, TEMPLATE_*.
 */
export async function lint(desk: Desk, name: string | null, options: LintOptions): Promise<Linted> {
  refuseMisfits(name, options);
  const { message, internal = false } = options;
  const { property, wording: policy } = desk.config;
  const speakers = await desk.speakers(false);
  const locales = options.locales?.map(parseLocale) ?? null;
  const now = desk.surroundings.clock.now();
  if (message !== undefined) {
    refuseTooLong(message);
    const phase = parsePhase(options.phase ?? "investigating");
    const template = await loadTemplateSet({ name: templateOf(phase), ...desk.templates });
    const impact = parseImpact(options.impact ?? "minor");
    const words = { text: message, internal, impact, phase };
    const seen = checkMessage(words, template, speakers, property, now, policy, locales);
    return { ...seen, templates: null, channels: speakers.length, document: documentOf(seen) };
  }
  const templates = await examine({
    ...{ speakers, property, places: desk.templates, policy, now, name, locales },
    speaking: (locale) => desk.speakers(false, locale),
  });
  const { faults, findings } = templates;
  return { faults, findings, templates, channels: speakers.length, document: documentOf(templates) };
}

function documentOf({ faults, findings }: Pick<Linted, "faults" | "findings">): LintDocument {
  return {
    version: 1,
    findings: findings.map(({ template, channels, locale, rule, level, place, excerpt, reason, better }) => ({
      ...{ template, channels, locale, rule, level, place, excerpt, reason, better },
    })),
    faults,
  };
}

function refuseMisfits(name: string | null, { message, internal, impact, phase }: LintOptions): void {
  if (name === "")
    throw usageError("TEMPLATE_EMPTY_NAME", "The template's name is empty.", "Is a variable unset?");
  if (message !== undefined && name !== null)
    throw usageError(
      "LINT_WHAT",
      "A template and words of your own were both given.",
      "Check one of them at a time; --phase chooses the template that words them.",
    );
  for (const [flag, given] of [
    ["--internal", internal],
    ["--impact", impact],
    ["--phase", phase],
  ] as const)
    if (message === undefined && given !== undefined)
      throw usageError(
        "LINT_WHAT",
        `${flag} is about words of your own, and none were given.`,
        "Add --message.",
      );
}

function parseLocale(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? tag;
  } catch {
    throw usageError("LOCALE_UNREADABLE", `--locale ${tag} is no language tag.`, "Such as: en, de or pt-BR.");
  }
}
