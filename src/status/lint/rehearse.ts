import { StatusError } from "../../base/errors.ts";
import type { Speaker } from "../../broadcast/context.ts";
import { type Post, type Property, TooLong } from "../../channels/contract.ts";
import type { Message } from "../../render/document.ts";
import type { TemplateSet } from "../../render/template.ts";
import { FILLINGS, type Filling, type Specimen, specimenOf } from "./specimen.ts";

/** A specimen as one channel would say it in one language. */
export interface Rehearsed {
  readonly template: string;
  readonly speaker: Speaker;
  readonly locale: string;
  readonly specimen: Specimen;
  readonly message: Message;
  readonly posts: readonly Post[];
}

/** Why a template cannot be said; channel and locale null where it is so on all, or in all. */
export interface Fault {
  readonly template: string;
  /** The first of them, where it is so on several. */
  readonly channel: string | null;
  /** Where it is so on several, and not on all: each of them. */
  readonly channels?: readonly string[];
  readonly locale: string | null;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** One try, and what came of it; `choice`: typical but for one value. */
export interface Trial {
  readonly template: string;
  readonly channel: string;
  readonly locale: string;
  readonly filling: Filling | "choice";
  readonly outcome: Rehearsed | Fault;
  /** The author's words that it has no place for, and was tried without. */
  readonly ignored: readonly AuthorsWords[];
}

export type AuthorsWords = "message" | "internal";

export function isFault(outcome: Rehearsed | Fault): outcome is Fault {
  return "code" in outcome;
}

/** Words a specimen for one channel and composes it; throws nothing that a template can be blamed for. */
export function rehearse(
  template: TemplateSet,
  speaker: Speaker,
  locale: string,
  specimen: Specimen,
  { timeZone }: Pick<Property, "timeZone">,
): Rehearsed | Fault {
  const { name, kind, audience } = speaker;
  try {
    const { facts, context } = specimen;
    const message = template.render({ channel: name, kind, locale, timeZone, audience, facts });
    const posts = speaker.channel.compose(message, context);
    return { template: template.name, speaker, locale, specimen, message, posts };
  } catch (error) {
    return { template: template.name, channel: name, locale, ...blame(error) };
  }
}

/** Tries a template in one language on every channel that would say it: in every way, with every choice it leaves. */
export function tryTemplate(
  template: TemplateSet,
  speakers: readonly Speaker[],
  locale: string,
  property: Property,
  now: Date,
): Trial[] {
  const ground = { property, now, locale };
  const ways = [
    ...FILLINGS.map((filling) => ({ filling, specimen: specimenOf(template, filling, ground) })),
    ...choicesOf(template).map((chosen) => ({
      filling: "choice" as const,
      specimen: specimenOf(template, "typical", ground, chosen),
    })),
  ];
  return ways.flatMap(({ filling, specimen }) =>
    speakers
      .filter((speaker) => isSaidOn(template, speaker))
      .map((speaker): Trial => {
        const tried = rehearseWhatIsUsed(template, speaker, locale, specimen, property, []);
        return { template: template.name, channel: speaker.name, locale, filling, ...tried };
      }),
  );
}

const UNUSED: Readonly<Record<string, AuthorsWords>> = {
  TEMPLATE_IGNORES_MESSAGE: "message",
  TEMPLATE_IGNORES_INTERNAL: "internal",
};

/** A template need not take an author's words; it is no fault until some are given. */
function rehearseWhatIsUsed(
  template: TemplateSet,
  speaker: Speaker,
  locale: string,
  specimen: Specimen,
  property: Property,
  ignored: readonly AuthorsWords[],
): Pick<Trial, "outcome" | "ignored"> {
  const outcome = rehearse(template, speaker, locale, specimen, property);
  const unused = isFault(outcome) ? UNUSED[outcome.code] : undefined;
  if (unused === undefined || specimen.facts[unused] === null) return { outcome, ignored };
  const without = { ...specimen, facts: { ...specimen.facts, [unused]: null } };
  return rehearseWhatIsUsed(template, speaker, locale, without, property, [...ignored, unused]);
}

/** What colleagues alone are sent, whatever its words; the program says it, and nobody adds a word. */
export const INTERNAL_TEMPLATES = new Set(["reminder"]);

function isSaidOn({ name }: Pick<TemplateSet, "name">, { audience }: Speaker): boolean {
  return audience === "internal" || !INTERNAL_TEMPLATES.has(name);
}

/** Every choice that a template leaves to its author, less the first of each, which a specimen makes by itself. */
function choicesOf({ ask }: Pick<TemplateSet, "ask">): Readonly<Record<string, string>>[] {
  return Object.entries(ask).flatMap(([key, { choices }]) =>
    choices.slice(1).map((choice) => ({ [key]: choice })),
  );
}

/** Throws what is no template's fault. */
export function blame(error: unknown): Pick<Fault, "code" | "message" | "hint"> {
  if (error instanceof StatusError) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof TooLong)
    return { code: "TEXT_TOO_LONG", message: `${error.message}.`, hint: "Say it shorter in the template." };
  throw error;
}
