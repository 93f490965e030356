import { usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import type { Block } from "./document.ts";
import type { RenderRequest } from "./facts.ts";
import type { Ask } from "./front-matter.ts";
import { literal } from "./literal.ts";
import { parseMarkdown } from "./markdown.ts";
import { TemplateTime } from "./times.ts";
import { wordsIn } from "./words/index.ts";

/** What the author wrote in Markdown, in a template; remembers whether the template put it anywhere. */
export class TemplateMessage {
  readonly blocks: readonly Block[];
  readonly #source: string;
  used = false;

  constructor(source: string) {
    this.#source = source;
    this.blocks = parseMarkdown(source);
  }

  /** Through a filter it is its source, as literal text. */
  toString(): string {
    this.used = true;
    return this.#source;
  }
}

/** A configured address: printed in a template it is a link. */
export class TemplateAddress {
  readonly #href: string;
  constructor(href: string) {
    this.#href = href;
  }
  toString(): string {
    return this.#href;
  }
}

/** A thing with fields that prints as its name. */
class Named {
  readonly name: string;
  constructor(fields: {
    readonly name: string;
    readonly [field: string]: unknown;
  }) {
    this.name = fields.name;
    Object.assign(this, fields);
  }
  toString(): string {
    return this.name;
  }
}

export interface Variables {
  /** What a template sees. */
  readonly scope: Readonly<Record<string, unknown>>;
  readonly message: TemplateMessage | null;
  /** Null on public channels. */
  readonly internal: TemplateMessage | null;
}

/** A template names, in a text for customers, a value that is for colleagues only. */
export class Leak extends Error {
  readonly variable: string;
  constructor(variable: string) {
    super(`"${variable}" is for colleagues only`);
    this.name = "Leak";
    this.variable = variable;
  }
}

/** Everything a template may name. Throws usage errors for `--set` values that are missing, reserved or no choice. */
export function variablesOf(request: RenderRequest, template: string, ask: Asked): Variables {
  const { facts } = request;
  const time = (instant: Date | null) =>
    instant === null ? null : new TemplateTime(instant, facts.now, request);
  const words = wordsIn(request.locale);
  const message = facts.message === null ? null : new TemplateMessage(facts.message);
  const internal =
    facts.internal === null || request.audience === "public" ? null : new TemplateMessage(facts.internal);
  const own = {
    title: literal(facts.title) || null,
    message,
    internal,
    short: facts.short === null ? null : literal(facts.short),
    type: facts.type,
    phase: facts.phase,
    phaseText: words.phases[facts.phase],
    impact: facts.impact,
    components: facts.components.map(
      ({ id, name, state }) =>
        new Named({
          id,
          name: literal(name),
          state,
          stateText: words.states[state],
          stateInSentence: lowered(words.states[state]),
        }),
    ),
    property: new Named({
      name: literal(facts.property.name),
      url: addressOf(facts.property.url),
    }),
    statusUrl: addressOf(facts.statusUrl),
    startedAt: time(facts.startedAt),
    endsAt: time(facts.endsAt),
    nextUpdate: time(facts.nextUpdateAt),
    resolvedAt: time(facts.resolvedAt),
    now: time(facts.now),
    incident: { id: facts.incidentId },
    update: { number: facts.updateNumber },
    drill: facts.drill,
    audience: request.audience,
  };
  const scope = { ...setValues(facts.set, template, ask, Object.keys(own)), ...own };
  if (request.audience === "public") guard(scope, ask);
  return { scope, message, internal };
}

/** Replaces what is for colleagues only by something that cannot even be looked at. */
function guard(scope: Record<string, unknown>, ask: Asked): void {
  for (const [name, { audience }] of Object.entries(ask))
    if (audience === "internal")
      Object.defineProperty(scope, name, {
        enumerable: true,
        get() {
          throw new Leak(name);
        },
      });
}

/** The state within a sentence: `in Wartung`, `major outage`. */
function lowered(words: string): string {
  return words.slice(0, 1).toLowerCase() + words.slice(1);
}

export type Asked = Readonly<Record<string, Ask>>;

function setValues(
  set: Readonly<Record<string, string>>,
  template: string,
  ask: Asked,
  reserved: readonly string[],
): Record<string, string | null> {
  const values: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(set)) {
    if (reserved.includes(key))
      throw usageError(
        "SET_RESERVED",
        `--set ${key}=… would hide the template variable "${key}".`,
        "Use another name.",
      );
    if (!/^[A-Za-z_][\w-]*$/.test(key))
      throw usageError(
        "SET_NAME",
        `"${literal(key)}" is no name for a --set value.`,
        "Use letters, digits, _ and -, beginning with a letter.",
      );
    values[key] = literal(value) || null;
  }
  for (const [key, { help, choices, ...rest }] of Object.entries(ask)) {
    if (!Object.hasOwn(values, key)) {
      if (rest.default === null) {
        const words = help === null ? "" : ` (${help})`;
        throw usageError(
          "TEMPLATE_NEEDS_VALUE",
          `The template "${template}" needs a value for "${key}"${words}.`,
          `Add --set ${key}=${choices.length > 0 ? choices.join("|") : "…"}`,
        );
      }
      values[key] = literal(rest.default) || null;
    }
    const value = values[key] ?? "";
    const unsaid = value === "" && rest.default === "";
    if (choices.length > 0 && !choices.includes(value) && !unsaid)
      throw usageError(
        "SET_NOT_A_CHOICE",
        `"${value}" is no choice for --set ${key}=.`,
        suggest(value, choices),
      );
  }
  return values;
}

function addressOf(url: string | null): TemplateAddress | null {
  return url === null ? null : new TemplateAddress(url);
}
