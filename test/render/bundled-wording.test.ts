import { describe, expect, it } from "vitest";
import { listTemplates, loadTemplateSet } from "../../src/render/template.ts";
import { checkWording } from "../../src/render/wording/check.ts";
import { DEFAULT_WORDING } from "../../src/render/wording/policy.ts";
import { composed, KIND_NAMES } from "./as-read.ts";
import { BUNDLED } from "./project.ts";
import { FULLNESS, LOCALES, sampleOf } from "./samples.ts";

const places = { projectDirectory: null, bundledDirectory: BUNDLED };
const sets = await Promise.all(
  (await listTemplates(places)).map(({ name }) => loadTemplateSet({ ...places, name })),
);

describe.each(LOCALES)("the bundled templates in %s", (locale) => {
  it.each(FULLNESS)("give the wording rules nothing to find, with %s", (fullness) => {
    for (const set of sets) {
      const { facts, context } = sampleOf(set, locale, fullness);
      const posts = KIND_NAMES.map((kind) => ({
        ...{ channel: kind, locale, live: true, before: null },
        audience: kind === "slack" ? ("internal" as const) : ("public" as const),
        text: composed(set, kind, locale, fullness).text,
      }));
      const { type, phase, impact, components, nextUpdateAt } = facts;
      const findings = checkWording(
        {
          written: [],
          posts,
          facts: {
            ...{ type, phase, impact, components, nextUpdateAt, template: set.name },
            verb: context.update.verb,
            data: facts.set.data ?? null,
          },
        },
        DEFAULT_WORDING,
      );
      // Whether data is at risk is for a person to say; where it was said, the rule sees it.
      const said = facts.set.data !== undefined;
      expect(
        findings.filter(({ rule }) => said || rule !== "no-data-sentence"),
        set.name,
      ).toEqual([]);
    }
  });
});
