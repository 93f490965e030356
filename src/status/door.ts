import { types } from "node:util";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { type StatusError, usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import type { StatusEvent } from "./create-status.ts";
import type {
  AddActionOptions,
  Duration,
  LintOptions as Linting,
  PageOptions,
  PlanOptions,
  RecipientsOptions as Receiving,
  RetryOptions as Retrying,
  SinceOptions,
  SpeakOptions,
  WhyOptions,
} from "./options.ts";

export interface CreateOptions {
  /** A configuration file; or what one would hold, with paths relative to `cwd`. The nearest file where left out. */
  readonly config?: string | object;
  /** Where a configuration is looked for; this process's folder where left out. */
  readonly cwd?: string;
  /** What secrets and settings are read from, and what the programs that a configuration names get; this process's where left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Aborted to end: nothing new is started, and what is in flight has three seconds to come to its end. */
  readonly signal?: AbortSignal;
  /** Work from this machine's copy of the ledger, where the ledger is out of reach. */
  readonly offline?: boolean;
  /** Told what happens. What it throws is ignored: what is being sent goes on. */
  readonly onEvent?: (event: StatusEvent) => void;
}

/** Which incident: an id, a unique prefix of one, or the key it was announced with; the only open one where left out. */
export interface About {
  readonly incident?: string;
}

type Words = "template" | "message" | "short" | "internal" | "set" | "security";
type Sending =
  | "only"
  | "except"
  | "key"
  | "timeout"
  | "verify"
  | "wait"
  | "resendUnknown"
  | "allow"
  | "breakGlass";
type Facts = "title" | "impact" | "components" | "startedAt" | "nextUpdate";

export type AnnounceOptions = Pick<
  SpeakOptions,
  Words | Sending | Facts | "phase" | "until" | "automatic" | "new"
>;
export type UpdateOptions = About & Pick<SpeakOptions, Words | Sending | Facts | "phase" | "long">;
export type ResolveOptions = About & Pick<SpeakOptions, Words | Sending | Exclude<Facts, "nextUpdate">>;
export type CorrectOptions = About &
  Pick<SpeakOptions, Words | Sending> & {
    /** The number of the update; the newest that is out where left out. */
    readonly update?: number;
    /** Take posts away where the place lets one, instead of changing their words. */
    readonly delete?: boolean;
  };
export type FollowUpOptions = About & Pick<SpeakOptions, Words | Sending>;
export type RetryOptions = About & Omit<Retrying, "dryRun" | "key">;
export type ScheduleOptions = Omit<AnnounceOptions, "startedAt" | "until"> &
  Required<Pick<SpeakOptions, "from" | "until">>;
export type WorkOptions = About & Pick<SpeakOptions, Words | Sending | "title" | "components">;
export type StartOptions = WorkOptions & Pick<SpeakOptions, "until" | "nextUpdate">;
export type ReportOptions = About & SinceOptions;
export type LogOptions = About &
  SinceOptions & {
    /** Everything ever; else the last 30 days, or all about one incident. */
    readonly all?: boolean;
  };
export type ListActionsOptions = About & {
  /** With what is carried out. */
  readonly all?: boolean;
};
export interface ApproveOptions {
  /** The SSH key to sign with: the file of a private one, or of a public one whose other half an agent holds. */
  readonly sign?: string;
  /** A signature that was made elsewhere. */
  readonly signature?: string;
}
export type LintOptions = Linting & {
  /** One template; all in use where left out. */
  readonly template?: string;
};
export type RecipientsOptions = About & Receiving;
export type WritePageOptions = PageOptions & {
  /** One page channel; all where left out. */
  readonly channel?: string;
};
export type ExtendOptions = WorkOptions & Pick<SpeakOptions, "from" | "until" | "nextUpdate">;

/** What each operation takes. */
export interface Taken {
  createStatus: CreateOptions;
  announce: AnnounceOptions;
  update: UpdateOptions;
  resolve: ResolveOptions;
  correct: CorrectOptions;
  retract: CorrectOptions;
  followUp: FollowUpOptions;
  retry: RetryOptions;
  "maintenance.schedule": Partial<ScheduleOptions>;
  "maintenance.start": StartOptions;
  "maintenance.complete": WorkOptions;
  "maintenance.extend": ExtendOptions;
  "maintenance.cancel": WorkOptions;
  say: PlanOptions;
  list: { readonly all?: boolean };
  show: About;
  due: { readonly within?: Duration };
  verify: About & { readonly timeout?: Duration };
  recipients: RecipientsOptions;
  report: ReportOptions;
  log: LogOptions;
  "action.add": AddActionOptions;
  "action.done": WhyOptions;
  "action.drop": WhyOptions;
  "action.list": ListActionsOptions;
  approve: ApproveOptions;
  lint: LintOptions;
  "page.build": WritePageOptions;
  "page.publish": WritePageOptions;
}

/** What the checks let in, and how it is said; whether the value itself makes sense, the operation tells. */
const optional = (schema: z.ZodType, wanted: string) => schema.optional().describe(wanted);
const text = (wanted: string) => optional(z.string(), wanted);
const yesOrNo = optional(z.boolean(), "true or false");
const date = z.custom<Date>((value) => types.isDate(value)).transform((given) => new Date(given));
/** Also what is no number, which each operation refuses in its own words. */
const number = z.custom<number>((value) => typeof value === "number");
const duration = optional(z.union([z.string(), number]), 'milliseconds, or text such as "30m"');
const time = optional(z.union([z.string(), date]), 'a Date, or text such as "09:40"');
const timeOrSpan = optional(
  z.union([z.string(), number, date]),
  'a Date, milliseconds, or text such as "30m" or "18:30"',
);
const channels = optional(z.array(z.string()), 'a list of channels\' names, such as ["x", "page"]');
const texts = z.record(z.string(), z.string());

const about = { incident: text("text: an incident's id, the beginning of one, or its key") };
const words = {
  template: text("text: a template's name"),
  message: optional(z.string().nullable(), "text in Markdown, or null for the template's own words"),
  short: text("text"),
  internal: text("text for internal channels"),
  set: optional(texts, 'an object of texts, such as { version: "4.2" }'),
  security: yesOrNo,
};
const sending = {
  ...{ only: channels, except: channels, resendUnknown: channels },
  key: text("text that names this very update"),
  timeout: duration,
  ...{ verify: yesOrNo, wait: yesOrNo },
  allow: optional(texts, 'an object of rules with reasons, such as { vendor: "they said so themselves" }'),
  breakGlass: text("text: the reason"),
};
const component = z.union([
  z.string(),
  z.strictObject({ id: z.string(), state: z.string().optional() }).transform(withoutUndefined),
]);
const affected = {
  title: text("text in one line"),
  components: optional(
    z.array(component),
    'a list of ids, such as ["checkout", "search=degraded_performance"], or of { id, state }',
  ),
};
const facts = {
  ...{ ...affected, startedAt: time, nextUpdate: timeOrSpan },
  impact: text('text, such as "major"'),
};
const phase = text('text, such as "monitoring"');
const announced = { ...words, ...sending, ...facts, phase, automatic: yesOrNo, new: yesOrNo };
const anew = {
  ...{ ...about, ...words, ...sending, delete: yesOrNo },
  update: optional(number, "the number of an update"),
};
const { startedAt: _began, ...planned } = announced;
const work = { ...about, ...words, ...sending, ...affected };
const { nextUpdate: _promise, ...over } = facts;

const why = { reason: text("text in one line") };
const page = { channel: text("text: a page channel's name"), sources: yesOrNo, verify: yesOrNo };

const FIELDS: { readonly [N in keyof Taken]: { readonly [O in keyof Required<Taken[N]>]: z.ZodType } } = {
  createStatus: {
    config: optional(
      z.union([z.string(), z.custom(isObject).transform(copied)]),
      "a file's path, or an object that holds what a file would",
    ),
    cwd: text("text: a folder's path"),
    env: optional(
      z.custom(isEnvironment).transform((env) => ({ ...(env as object) })),
      "an object of texts",
    ),
    clock: optional(
      z.custom((value) => isObject(value) && typeof (value as Partial<Clock>).now === "function"),
      "{ now(): Date }",
    ),
    signal: optional(
      z.custom((value) => isObject(value) && typeof (value as Partial<AbortSignal>).aborted === "boolean"),
      "an AbortSignal",
    ),
    offline: yesOrNo,
    onEvent: optional(
      z.custom((value) => typeof value === "function"),
      "a function",
    ),
  },
  announce: { ...announced, until: timeOrSpan },
  update: { ...about, ...words, ...sending, ...facts, phase, long: yesOrNo },
  resolve: { ...about, ...words, ...sending, ...over },
  correct: anew,
  retract: anew,
  followUp: { ...about, ...words, ...sending },
  retry: {
    ...{ ...about, only: channels, except: channels, resendUnknown: channels },
    ...{ timeout: duration, verify: yesOrNo, wait: yesOrNo },
  },
  "maintenance.schedule": { ...planned, from: time, until: timeOrSpan },
  "maintenance.start": { ...work, until: timeOrSpan, nextUpdate: timeOrSpan },
  "maintenance.complete": work,
  "maintenance.extend": { ...work, from: time, until: timeOrSpan, nextUpdate: timeOrSpan },
  "maintenance.cancel": work,
  say: { timeout: duration, verify: yesOrNo, wait: yesOrNo, breakGlass: sending.breakGlass },
  list: { all: yesOrNo },
  show: about,
  due: { within: duration },
  verify: { ...about, timeout: duration },
  recipients: {
    ...{ ...about, channel: text("text: a channel's name") },
    states: optional(z.array(z.string()), 'a list of states, such as ["refused"]'),
  },
  report: { ...about, since: duration },
  log: { ...about, since: duration, all: yesOrNo },
  "action.add": {
    ...{ ...about, public: yesOrNo, allow: sending.allow },
    owner: text("text: a person or a team"),
    due: optional(
      z.union([z.string(), number, date]),
      'a Date, milliseconds, or text such as "14d" or "2026-12-01"',
    ),
  },
  "action.done": why,
  "action.drop": why,
  "action.list": { ...about, all: yesOrNo },
  approve: { sign: text("text: the path of an SSH key"), signature: text("text: an SSH signature") },
  lint: {
    ...{ template: words.template, message: text("text in Markdown"), internal: yesOrNo, phase },
    ...{
      impact: facts.impact,
      locales: optional(z.array(z.string()), 'a list of languages, such as ["en", "de"]'),
    },
  },
  "page.build": page,
  "page.publish": page,
};

/**
 * A copy of what an operation was given: whoever changes his own later changes nothing. Throws OPTION_UNKNOWN for a name that it
 * does not take, OPTION_UNREADABLE for a value of another kind.
 */
export function taken<N extends keyof Taken>(operation: N, given: unknown): Taken[N] {
  const fields: Readonly<Record<string, z.ZodType>> = FIELDS[operation];
  const known = Object.keys(fields);
  const { data, error } = z.strictObject(fields).safeParse(given === undefined ? {} : given);
  if (error === undefined) return withoutUndefined(data) as Taken[N];
  const unknown = error.issues.find(({ code }) => code === "unrecognized_keys");
  const { path, ...issue } = unknown ?? error.issues[0]!;
  const place = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  const [option] = path;
  if (issue.code === "unrecognized_keys" && option === undefined)
    throw unknownOption(operation, issue.keys[0]!, known);
  if (option === undefined)
    throw usageError(
      "OPTION_UNREADABLE",
      `${operation} takes an object of options, and was given ${kindOf(given)}.`,
      `Its options: ${known.join(", ")}.`,
    );
  const next = `Give ${String(option)} as ${fields[String(option)]?.description}.`;
  if (issue.code === "unrecognized_keys")
    throw usageError("OPTION_UNKNOWN", `${operation}: ${place} takes no "${issue.keys[0]}".`, next);
  const held = path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
    given,
  );
  throw usageError("OPTION_UNREADABLE", `${operation}: ${place} cannot be ${kindOf(held)}.`, next);
}

/** Where an operation takes one text beside its options. Throws OPTION_UNREADABLE. */
export function takenText(operation: string, name: string, given: unknown): string {
  if (typeof given === "string") return given;
  throw usageError(
    "OPTION_UNREADABLE",
    `${operation} takes ${name} as text, and was given ${kindOf(given)}.`,
    `Give it: ${operation}("…")`,
  );
}

function unknownOption(operation: string, name: string, known: readonly string[]): StatusError {
  return usageError(
    "OPTION_UNKNOWN",
    `${operation} takes no option "${name}".`,
    name === "dryRun" ? `To send nothing: status.preview.${operation}(…)` : suggest(name, known),
  );
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  if (types.isDate(value)) return "a Date";
  if (typeof value === "string") return "text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isEnvironment(value: unknown): boolean {
  const fits = (held: unknown) => held === undefined || typeof held === "string";
  return isObject(value) && !Array.isArray(value) && Object.values(value).every(fits);
}

/** Deep; what is neither a list nor a plain object stays as it is. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (!isObject(value)) return value;
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== null && proto !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, copied(held)]));
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined));
}
