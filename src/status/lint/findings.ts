import { checkWording, type Finding, type Wording } from "../../render/wording/check.ts";
import type { Rule, WordingPolicy } from "../../render/wording/policy.ts";
import { isFault, type Rehearsed, type Trial } from "./rehearse.ts";
import type { Specimen } from "./specimen.ts";

/** What a look at a template's files has against one of them; `place` is that file. */
const FILE_RULES = [
  "missing-language",
  "mixed-languages",
  "ignores-message",
  "ignores-internal",
  "hides-next-update",
] as const;
export type FileRule = (typeof FILE_RULES)[number];

/** What a wording rule, or a look at its files, has against a template. */
export interface Found extends Omit<Finding, "rule"> {
  /** Null for all that come with the program. */
  readonly template: string | null;
  /** The language in which it was seen first. */
  readonly locale: string;
  readonly rule: Rule | FileRule;
}

/** A finding in these is about the specimen, not about the template. */
const SPECIMEN = "specimen";

/** Where the rules find what an update lacks: that is its author's to say, not the template's. */
export const WHOLE = "the whole update";

/** What the rules have against the templates' own words. */
export function findingsOf(trials: readonly Trial[], policy: WordingPolicy): Found[] {
  const groups = new Map<Specimen, Rehearsed[]>();
  for (const { outcome } of trials)
    if (!isFault(outcome)) groups.set(outcome.specimen, [...(groups.get(outcome.specimen) ?? []), outcome]);
  return [...groups].flatMap(([specimen, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const { template, locale } = first;
    return checkWording({ ...wordingOf(group), written: valuesOf(specimen) }, policy)
      .filter(({ place }) => place !== WHOLE && !place.startsWith(SPECIMEN))
      .map((finding) => ({ ...finding, template, locale }));
  });
}

/** One update on all channels, as the rules look at it; nothing of it was typed by its author. */
export function wordingOf(group: readonly Rehearsed[]): Wording {
  const [first] = group;
  if (first === undefined) throw new RangeError("no text to check");
  const { facts, context } = first.specimen;
  return {
    written: [],
    posts: group.flatMap(({ speaker, locale, posts, message }) =>
      posts.slice(0, 1).map(({ text }) => ({
        channel: speaker.name,
        audience: speaker.audience,
        ...{ locale, live: true, before: null },
        // Some places show the subject apart from the text.
        text: text.includes(message.subject) ? text : `${message.subject}\n\n${text}`,
      })),
    ),
    facts: {
      verb: context.update.verb,
      type: facts.type,
      phase: facts.phase,
      impact: facts.impact,
      components: facts.components,
      nextUpdateAt: facts.nextUpdateAt,
      data: facts.set.data ?? null,
      template: first.template,
    },
  };
}

function valuesOf({ facts }: Specimen): Wording["written"] {
  const { title, message, internal, property, statusUrl, components, set } = facts;
  const values = [title, message, property.name, property.url, statusUrl];
  const written = [...values, ...components.map(({ name }) => name), ...Object.values(set)]
    .filter((text) => text !== null && text !== "")
    .map((text) => ({ place: SPECIMEN, text: text ?? "", audience: "public" as const }));
  return internal === null
    ? written
    : [...written, { place: SPECIMEN, text: internal, audience: "internal" }];
}

/** The same words found again, in another language's rendering or with other facts, are one finding. */
export function merge(findings: readonly Found[]): Found[] {
  const alike = new Map<string, Found>();
  for (const finding of findings) {
    const { template, rule, excerpt } = finding;
    const inFile = excerpt === "" || FILE_RULES.some((own) => own === rule);
    const key = JSON.stringify([template, rule, excerpt, inFile ? finding.place : ""]);
    const before = alike.get(key);
    const channels = [...new Set([...(before?.channels ?? []), ...finding.channels])];
    alike.set(key, { ...(before ?? finding), channels });
  }
  return [...alike.values()];
}
