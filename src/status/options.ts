import { parseDuration } from "../base/duration.ts";
import { usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { lastOccurrence, nextOccurrence } from "../base/zone.ts";
import type { RecipientState } from "../broadcast/mailings.ts";
import type { Config } from "../config/load.ts";
import { flatten } from "../incident/components.ts";
import {
  COMPONENT_STATES,
  type ComponentState,
  IMPACTS,
  type Impact,
  INCIDENT_PHASES,
  MAINTENANCE_PHASES,
  type Phase,
} from "../incident/incident.ts";
import type { NamedComponent } from "../incident/standing.ts";
import { literal } from "../render/literal.ts";

/** How long: in milliseconds, or `30m`, `1h30m`, `90s`. */
export type Duration = number | string;

/** A component by its id or name, alone or as `ID=STATE`; without a state it takes it from the impact. */
export type ComponentOption = string | { readonly id: string; readonly state?: ComponentState };

/** What every operation that speaks takes. */
export interface SpeakOptions {
  /** The template that words it; by the phase where left out. */
  readonly template?: string;
  /** In one line, at most 200 characters. */
  readonly title?: string;
  /** The author's Markdown; null, or left out, for the template's own words. */
  readonly message?: string | null;
  /** For channels with tight limits. */
  readonly short?: string;
  /** Words for internal channels only. */
  readonly internal?: string;
  /** An incident of security: public channels stay closed to it until the policy opens them. */
  readonly security?: boolean;
  readonly impact?: Impact;
  readonly components?: readonly ComponentOption[];
  readonly phase?: Phase;
  /** An instant, `09:40` (the last one in the property's zone) or `10m ago`. */
  readonly startedAt?: Date | string;
  /** How long until the next update, when it comes (`18:30`: the next one in the property's zone), or `none`. By cadence where left out. */
  readonly nextUpdate?: Duration | Date;
  /** When planned work begins. */
  readonly from?: Date | string;
  /** When planned work ends, as an instant, a time of day or how long; a notice, too, may end. */
  readonly until?: Date | Duration;
  /** Planned work that the clock starts and ends. */
  readonly automatic?: boolean;
  /** Of an incident that drags on: the longer intervals of the cadence. */
  readonly long?: boolean;
  /** Of a scripted follow-up: how long until the next. */
  readonly every?: Duration;
  /** What the template asks for. */
  readonly set?: Readonly<Record<string, string>>;
  /** These channels alone; or all but these. */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** Names this very update: a second call with it completes what the first began, and says nothing twice. */
  readonly key?: string;
  /** Open another incident though one like it is open. */
  readonly new?: boolean;
  /** For the whole broadcast, from 1 s to 1 h; 60 s where left out. */
  readonly timeout?: Duration;
  /** False: what was sent is not read back. */
  readonly verify?: boolean;
  /** False: lists are left to workers, or to `retry`. */
  readonly wait?: boolean;
  /** Channels whose unknown posts are sent again: what may be out already is then said twice. */
  readonly resendUnknown?: readonly string[];
  /** Wording rules that are not heeded this once, each with its reason. */
  readonly allow?: Readonly<Record<string, string>>;
  /** Speak without the approval that is needed, for this reason: it is recorded, and colleagues are told. */
  readonly breakGlass?: string;
  /** Only show what would be said. */
  readonly dryRun?: boolean;
}

/** What a retry takes. */
export type RetryOptions = Pick<
  SpeakOptions,
  "only" | "except" | "resendUnknown" | "timeout" | "verify" | "wait" | "key" | "dryRun"
>;

/** What can be said beside a plan: nothing of its words, channels or facts. */
export type PlanOptions = Pick<SpeakOptions, "timeout" | "verify" | "wait" | "breakGlass">;

/** What an action that is promised takes. */
export interface AddActionOptions extends Pick<SpeakOptions, "allow"> {
  /** The one that it follows from: an id, a unique prefix of one, or a key; the newest that has ended where left out. */
  readonly incident?: string;
  /** Who sees to it; never shown to the public. */
  readonly owner?: string;
  /** By when: a day (`2026-12-01`, to its end in the property's zone), or how long from now. */
  readonly due?: Date | Duration;
  /** Shown to customers, on the page and in the postmortem. */
  readonly public?: boolean;
}

/** What becomes of an action, and why. */
export interface WhyOptions {
  /** In one line, for the record. */
  readonly reason?: string;
}

/** What writing the pages takes. */
export interface PageOptions {
  /** False: other dashboards are not read. */
  readonly sources?: boolean;
  /** False: what was published is not read back. */
  readonly verify?: boolean;
}

/** Whose fate a look at mailings asks for. */
export interface RecipientsOptions {
  /** One list; all of the incident's where left out. */
  readonly channel?: string;
  /** Those who were not reached where left out. */
  readonly states?: readonly RecipientState[];
}

/** What a look at templates, or at words, takes. */
export interface LintOptions {
  /** Words to look at, in place of templates. */
  readonly message?: string;
  /** Of such words: for colleagues alone. */
  readonly internal?: boolean;
  /** Of what they would be said: `minor` where left out. */
  readonly impact?: Impact;
  /** Which template would word them: that of `investigating` where left out. */
  readonly phase?: Phase;
  /** These languages alone. */
  readonly locales?: readonly string[];
}

/** Of all incidents or entries: how far back to look. */
export interface SinceOptions {
  readonly since?: Duration;
}

/** Options that say nothing about the words: two calls with one key may differ in them. */
const NOT_INPUT = new Set<string>([
  "message",
  "dryRun",
  "timeout",
  "verify",
  "wait",
  "resendUnknown",
  "key",
  "new",
  "allow",
  "breakGlass",
]);

/** As they were given, for comparing when a key comes again, from a program or from the command line. */
export function inputsOf(options: SpeakOptions, named: string | null): Record<string, string | string[]> {
  const inputs: Record<string, string | string[]> = {};
  if (named !== null) inputs.argument = named;
  for (const [option, value] of Object.entries(options)) {
    if (NOT_INPUT.has(option) || value === undefined) continue;
    if (option === "components") inputs.component = options.components!.map(componentText);
    else if (option === "set")
      inputs.set = Object.entries(options.set!).map(([name, text]) => `${name}=${text}`);
    else if (Array.isArray(value)) inputs[option] = [...(value as string[])];
    else inputs[option] = timeText(value);
  }
  if (options.message != null) inputs.message = options.message;
  return inputs;
}

function componentText(given: ComponentOption): string {
  if (typeof given === "string") return given;
  return given.state === undefined ? given.id : `${given.id}=${given.state}`;
}

/** As it would be typed. */
export function timeText(value: unknown): string {
  if (value instanceof Date && isInstant(value)) return value.toISOString();
  return typeof value === "number" ? durationText(value) : String(value);
}

/** False for a date that is none, such as `new Date("soon")`. */
export function isInstant(date: Date): boolean {
  return !Number.isNaN(date.getTime());
}

function durationText(ms: number): string {
  for (const [unit, length] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const)
    if (ms >= length && ms % length === 0) return `${ms / length}${unit}`;
  return `${ms}ms`;
}

export function parseImpact(value: string): Impact {
  const impact = IMPACTS.find((known) => known === value.toLowerCase());
  if (impact !== undefined) return impact;
  throw usageError(
    "IMPACT_UNKNOWN",
    `--impact ${value}: there is no such impact.`,
    `Known: ${IMPACTS.join(", ")}.`,
  );
}

export function parsePhase(value: string): Phase {
  const phases: readonly Phase[] = [...INCIDENT_PHASES, ...MAINTENANCE_PHASES];
  const phase = phases.find((known) => known === value.toLowerCase());
  if (phase !== undefined) return phase;
  throw usageError("PHASE_UNKNOWN", `--phase ${value}: there is no such phase.`, suggest(value, phases));
}

/** `ID`, `ID=STATE`; the name of a component does as well as its id. */
export function parseComponents(given: readonly ComponentOption[], config: Config): NamedComponent[] {
  const components = flatten(config.property.components);
  return given.map(componentText).map((value) => {
    const [wanted, state, ...rest] = value.split("=").map((part) => part.trim());
    const component = components.find(
      ({ id, name }) => id === wanted || name.toLowerCase() === wanted?.toLowerCase(),
    );
    if (component === undefined)
      throw usageError(
        "COMPONENT_UNKNOWN",
        `--component ${value}: the configuration has no component "${wanted}".`,
        suggest(
          wanted ?? "",
          components.flatMap(({ id, name }) => (name.toLowerCase() === id ? [id] : [id, name])),
        ),
      );
    if (state === undefined) return { id: component.id, state: null };
    const known = COMPONENT_STATES.find((candidate) => candidate === state);
    if (known === undefined || rest.length > 0)
      throw usageError(
        "COMPONENT_STATE_UNKNOWN",
        `--component ${value}: there is no state "${state}".`,
        suggest(state, COMPONENT_STATES),
      );
    return { id: component.id, state: known satisfies ComponentState };
  });
}

/** `2010-06-29T16:40Z`, `09:40` (the last one in the property's zone) or `10m ago`. */
export function parseStartedAt(given: Date | string, now: Date, timeZone: string): Date {
  const value = timeText(given);
  const ago = /^(\S+) ago$/.exec(value.trim());
  const past = ago === null ? null : parseDuration(ago[1]!);
  const clock = parseClockTime(value);
  let instant: Date;
  if (past !== null) instant = new Date(now.getTime() - past);
  else if (clock !== null) instant = lastOccurrence(clock.hour, clock.minute, now, timeZone);
  else if (given instanceof Date) instant = given;
  else if (isRealDate(value)) instant = new Date(value);
  else instant = new Date(Number.NaN);
  if (Number.isNaN(instant.getTime()))
    throw usageError(
      "STARTED_AT_UNREADABLE",
      `--started-at ${value} is no time.`,
      "Say 2010-06-29T16:40Z, 09:40, or '10m ago'.",
    );
  if (now.getTime() - instant.getTime() > LONGEST_MS)
    throw usageError(
      "STARTED_AT_LONG_AGO",
      `--started-at ${value} is more than a year ago.`,
      "Give the time it began.",
    );
  if (instant > now)
    throw usageError(
      "STARTED_AT_FUTURE",
      `--started-at ${value} is still to come.`,
      "Give the time it began.",
    );
  return instant;
}

const LONGEST_MS = 366 * 86_400_000;

/** ISO 8601 with a zone, and a day and an hour that exist: no 30 February, no 24:00. */
export function isRealDate(value: string): boolean {
  const [, date, time] =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/.exec(value) ??
    [];
  const day = new Date(`${date}T00:00:00Z`);
  return time !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date!);
}

/** `30m`, `18:30` (the next one in the property's zone) or `none`. */
export function parseNextUpdate(given: Duration | Date, now: Date, timeZone: string): Date | null {
  if (given === "none") return null;
  const value = timeText(given);
  if (given instanceof Date) return inReach(given, now) ? given : outOfReach(value);
  const span = parseDuration(value);
  if (span !== null) {
    const at = new Date(now.getTime() + span);
    return inReach(at, now) ? at : outOfReach(value);
  }
  const clock = parseClockTime(value);
  if (clock !== null) return nextOccurrence(clock.hour, clock.minute, now, timeZone);
  throw usageError(
    "NEXT_UPDATE_UNREADABLE",
    /^\d+$/.test(value) ? `--next-update ${value} has no unit.` : `--next-update ${value} is no time.`,
    `Say ${/^\d+$/.test(value) ? `${value}m` : "30m"}, 18:30, or none; at least a minute from now.`,
  );
}

function inReach(at: Date, now: Date): boolean {
  const span = at.getTime() - now.getTime();
  return span >= 60_000 && span <= 30 * 86_400_000;
}

function outOfReach(value: string): never {
  throw usageError(
    "NEXT_UPDATE_RANGE",
    `--next-update ${value} is less than a minute or more than 30 days from now.`,
    "Say 30m, 18:30, or none.",
  );
}

/** `--every`: how long between two follow-ups, from a minute to 30 days, in milliseconds. */
export function parseEvery(given: Duration): number {
  const value = timeText(given);
  const ms = parseDuration(value);
  if (ms !== null && ms >= 60_000 && ms <= 30 * 86_400_000) return ms;
  throw usageError("EVERY_UNREADABLE", `--every ${value} is no duration from 1m to 30d.`, "Say 30m or 1h.");
}

export function parseClockTime(value: string): { hour: number; minute: number } | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value);
  return match === null ? null : { hour: Number(match[1]), minute: Number(match[2]) };
}

export function parseSet(values: readonly string[]): Record<string, string> {
  const set: Record<string, string> = {};
  for (const value of values) {
    const [, key, text] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(value) ?? [];
    if (key === undefined)
      throw usageError(
        "SET_UNREADABLE",
        `--set ${value} is not of the form KEY=VALUE.`,
        "KEY is a word of letters, digits and _.",
      );
    if (key in Object.prototype)
      throw usageError(
        "SET_RESERVED",
        `--set ${key}=…: that name is taken.`,
        "Choose another name, and use it in the template.",
      );
    set[key] = text!;
  }
  return set;
}

/** The values of `set`, with names that a template can use. Throws SET_UNREADABLE, SET_RESERVED. */
export function setOf({ set = {} }: SpeakOptions): Record<string, string> {
  return parseSet(Object.entries(set).map(([name, text]) => `${name}=${text}`));
}

export function parseTimeout(given: Duration): number {
  const value = timeText(given);
  const ms = parseDuration(value);
  if (ms !== null && ms >= 1000 && ms <= 3_600_000) return ms;
  throw usageError(
    "TIMEOUT_UNREADABLE",
    `--timeout ${value} is no duration from 1s to 1h.`,
    "Say 60s or 2m.",
  );
}

/** No channel takes as much, and to look through more takes time: in characters. */
const LONGEST_MESSAGE = 500_000;

export function refuseTooLong(message: string | null): void {
  if (message === null || message.length <= LONGEST_MESSAGE) return;
  throw usageError(
    "MESSAGE_TOO_LONG",
    `The message has ${message.length} characters.`,
    "Say what matters to customers and link to the rest.",
  );
}

/** Throws where a flag is given an empty value, as an unset variable of a script gives it: it must never mean "any". */
export function refuseEmpty(reference: string | null, options: Pick<SpeakOptions, "key">): void {
  if (reference === "")
    throw usageError(
      "INCIDENT_EMPTY",
      "The incident's name is empty.",
      "Is a variable unset? Give an id, or leave it out.",
    );
  if (options.key !== undefined && (options.key.trim() === "" || options.key.length > 200))
    throw usageError(
      "KEY_UNUSABLE",
      options.key.trim() === "" ? "--key is empty." : "--key is longer than 200 characters.",
      "Is a variable unset? Give a word that names this very announcement.",
    );
}

/** A title in one line of 1 to 200 characters. */
export function parseTitle(value: string): string {
  const title = literal(value).trim();
  if (title !== "" && title.length <= 200) return title;
  throw usageError(
    "TITLE_LENGTH",
    title === "" ? "The title is empty." : `The title is ${title.length} characters long; the limit is 200.`,
    "Say in one line what customers see.",
  );
}

/** The channels to leave out, with the reason. A misspelt name is an error: it must never silence a channel. */
export function leftOutChannels(
  options: Pick<SpeakOptions, "only" | "except" | "resendUnknown">,
  names: readonly string[],
): Map<string, string> {
  for (const [flag, values] of [
    ["--only", options.only],
    ["--except", options.except],
    ["--resend-unknown", options.resendUnknown],
  ] as const)
    for (const value of values ?? [])
      if (!names.includes(value))
        throw usageError(
          "CHANNEL_UNKNOWN",
          `${flag} ${value}: there is no channel "${value}".`,
          suggest(value, names),
        );
  const leftOut = new Map<string, string>();
  for (const name of names) {
    if (options.only !== undefined && !options.only.includes(name))
      leftOut.set(name, `not among --only ${options.only.join(", ")}`);
    else if (options.except?.includes(name)) leftOut.set(name, "left out by --except");
  }
  if (leftOut.size === names.length)
    throw usageError(
      "NO_CHANNEL_LEFT",
      "--only and --except leave no channel to speak on.",
      `Channels: ${names.join(", ")}.`,
    );
  return leftOut;
}
