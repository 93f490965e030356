import type { Speaker } from "../../broadcast/context.ts";
import type { Property } from "../../channels/contract.ts";
import type { TemplateSet } from "../../render/template.ts";
import type { TemplatePlaces } from "../../render/template-files.ts";
import type { WordingPolicy } from "../../render/wording/policy.ts";
import { gathered } from "./faults.ts";
import { fileFindings } from "./file-findings.ts";
import { type Found, findingsOf, merge } from "./findings.ts";
import { knownLanguages, missingLanguages, sameLanguage } from "./languages.ts";
import { readTemplates } from "./read-templates.ts";
import { type Fault, isFault, type Trial, tryTemplate } from "./rehearse.ts";

/** What is to be looked at. */
export interface Scope {
  readonly speakers: readonly Speaker[];
  /** The same, speaking a language as if their readers read it. */
  readonly speaking: (locale: string) => Promise<readonly Speaker[]>;
  readonly property: Property;
  readonly places: TemplatePlaces;
  readonly policy: WordingPolicy;
  readonly now: Date;
  /** One template; null for all in use. */
  readonly name: string | null;
  /** These languages; null for those in use and those that templates have words in. */
  readonly locales: readonly string[] | null;
}

export interface Examination {
  /** By name; those that cannot be read are among them. */
  readonly names: readonly string[];
  readonly sets: readonly TemplateSet[];
  readonly locales: readonly string[];
  /** Language by language, and in each way by way. */
  readonly trials: readonly Trial[];
  readonly faults: readonly Fault[];
  readonly findings: readonly Found[];
}

/** Tries every template on every channel in every language, and reads what comes out as the wording rules do. Sends nothing. */
export async function examine(scope: Scope): Promise<Examination> {
  const { speakers, property, places, policy, now } = scope;
  const { names, sets, faults } = await readTemplates(scope.name, places);
  const locales = scope.locales ?? (await knownLanguages(speakers, property, places));
  const speaking = await Promise.all(
    locales.map(async (locale) => ({ locale, speakers: await scope.speaking(locale) })),
  );
  const trials = sets.flatMap((set) =>
    speaking.flatMap((one) => tryTemplate(set, one.speakers, one.locale, property, now)),
  );
  const outcomes = trials.map(({ outcome }) => outcome);
  const missing = (await missingLanguages(names, speakers, property, places)).filter(({ locale }) =>
    locales.some((one) => sameLanguage(one, locale)),
  );
  return {
    ...{ names, sets, locales, trials },
    faults: [...faults, ...gathered(outcomes.filter(isFault), speakers.length, locales.length)],
    findings: merge([
      ...findingsOf(trials, policy),
      ...(await fileFindings(trials, sets, property, places)),
      ...missing.map(
        ({ template, channels, locale, place, message }): Found => ({
          ...{ template, channels, locale, rule: "missing-language", level: "warn", place, excerpt: "" },
          reason: message,
          better: `Write templates/${place}`,
        }),
      ),
    ]),
  };
}
