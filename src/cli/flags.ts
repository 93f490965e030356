import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { parseDuration } from "../base/duration.ts";
import { usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { lastOccurrence, nextOccurrence } from "../base/zone.ts";
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
import { unlessStopped } from "./cancelled.ts";
import type { Surroundings } from "./surroundings.ts";

/** What every command that speaks takes, as commander hands it over. */
export interface SpeakFlags {
  readonly template?: string;
  readonly title?: string;
  readonly message?: string;
  readonly messageFile?: string;
  readonly short?: string;
  readonly internal?: string;
  /** The document of a postmortem. */
  readonly file?: string;
  readonly edit?: boolean;
  readonly security?: boolean;
  readonly allow?: readonly string[];
  readonly plan?: string;
  readonly breakGlass?: string;
  readonly impact?: string;
  readonly component?: readonly string[];
  readonly phase?: string;
  readonly startedAt?: string;
  readonly nextUpdate?: string;
  /** When planned work begins and ends; a notice, too, may end, and so may follow-ups that repeat. */
  readonly from?: string;
  readonly until?: string;
  readonly automatic?: boolean;
  readonly long?: boolean;
  /** Of a follow-up that repeats. */
  readonly every?: string;
  readonly max?: string;
  readonly set?: readonly string[];
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly key?: string;
  readonly new?: boolean;
  readonly timeout?: string;
  readonly verify?: boolean;
  /** False: lists are left to workers, or to `status retry`. */
  readonly wait?: boolean;
  readonly resendUnknown?: readonly string[];
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly debug?: boolean;
  readonly config?: string;
  readonly offline?: boolean;
}

/** Flags that say nothing about the words: two runs with one key may differ in them. */
const NOT_INPUT = new Set([
  "offline",
  "yes",
  "json",
  "plain",
  "debug",
  "config",
  "dryRun",
  "timeout",
  "verify",
  "wait",
  "resendUnknown",
  "key",
  "new",
  "messageFile",
  "edit",
  "allow",
  "plan",
  "breakGlass",
]);

/** The flags as given, for comparing when a key comes again; a message from a file or stdin counts by its text. */
export function inputsOf(
  flags: SpeakFlags,
  named: string | null,
  message: string | null,
): Record<string, string | string[]> {
  const inputs: Record<string, string | string[]> = {};
  if (named !== null) inputs.argument = named;
  for (const [flag, value] of Object.entries(flags)) {
    if (NOT_INPUT.has(flag) || value === undefined) continue;
    inputs[flag] = Array.isArray(value) ? [...(value as string[])] : String(value);
  }
  if (message !== null) inputs.message = message;
  return inputs;
}

/** No channel takes as much, and to look through more takes time: in characters. */
const LONGEST_MESSAGE = 500_000;

/** The author's Markdown from `--message`, `--message -` or `--message-file`; null where none was given. Throws usage errors. */
export async function readMessage(flags: SpeakFlags, surroundings: Surroundings): Promise<string | null> {
  const message = await givenMessage(flags, surroundings);
  if (message === null || message.length <= LONGEST_MESSAGE) return message;
  throw usageError(
    "MESSAGE_TOO_LONG",
    `The message has ${message.length} characters.`,
    "Say what matters to customers and link to the rest.",
  );
}

async function givenMessage(flags: SpeakFlags, surroundings: Surroundings): Promise<string | null> {
  if (flags.message !== undefined && flags.messageFile !== undefined)
    throw usageError("MESSAGE_TWICE", "--message and --message-file were both given.", "Give one of them.");
  if (flags.messageFile !== undefined) {
    try {
      return readFileSync(resolve(surroundings.cwd, flags.messageFile), "utf8");
    } catch (error) {
      throw usageError(
        "MESSAGE_FILE_UNREADABLE",
        `--message-file ${flags.messageFile} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      );
    }
  }
  if (flags.message !== "-") return flags.message ?? null;
  if (surroundings.stdin.isTTY === true)
    throw usageError(
      "MESSAGE_FROM_TERMINAL",
      "--message - reads from a pipe, and stdin is a terminal.",
      "Pipe the text in, or give it: --message TEXT",
    );
  return unlessStopped(readAll(surroundings.stdin), surroundings.stopping).catch((error: unknown) => {
    // What is still being read would keep the process alive.
    surroundings.stdin.destroy();
    throw error;
  });
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
export function parseComponents(values: readonly string[], config: Config): NamedComponent[] {
  const components = flatten(config.property.components);
  return values.map((value) => {
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
export function parseStartedAt(value: string, now: Date, timeZone: string): Date {
  const ago = /^(\S+) ago$/.exec(value.trim());
  const past = ago === null ? null : parseDuration(ago[1]!);
  const clock = parseClockTime(value);
  let instant: Date;
  if (past !== null) instant = new Date(now.getTime() - past);
  else if (clock !== null) instant = lastOccurrence(clock.hour, clock.minute, now, timeZone);
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
function isRealDate(value: string): boolean {
  const [, date, time] =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/.exec(value) ??
    [];
  const day = new Date(`${date}T00:00:00Z`);
  return time !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date!);
}

/** `30m`, `18:30` (the next one in the property's zone) or `none`. */
export function parseNextUpdate(value: string, now: Date, timeZone: string): Date | null {
  if (value === "none") return null;
  const span = parseDuration(value);
  if (span !== null && (span < 60_000 || span > 30 * 86_400_000))
    throw usageError(
      "NEXT_UPDATE_RANGE",
      `--next-update ${value} is less than a minute or more than 30 days from now.`,
      "Say 30m, 18:30, or none.",
    );
  if (span !== null) return new Date(now.getTime() + span);
  const clock = parseClockTime(value);
  if (clock !== null) return nextOccurrence(clock.hour, clock.minute, now, timeZone);
  throw usageError(
    "NEXT_UPDATE_UNREADABLE",
    /^\d+$/.test(value) ? `--next-update ${value} has no unit.` : `--next-update ${value} is no time.`,
    `Say ${/^\d+$/.test(value) ? `${value}m` : "30m"}, 18:30, or none; at least a minute from now.`,
  );
}

/** `--every`: how long between two follow-ups, from a minute to 30 days, in milliseconds. */
export function parseEvery(value: string): number {
  const ms = parseDuration(value);
  if (ms !== null && ms >= 60_000 && ms <= 30 * 86_400_000) return ms;
  throw usageError("EVERY_UNREADABLE", `--every ${value} is no duration from 1m to 30d.`, "Say 30m or 1h.");
}

/** `--max`: how many follow-ups at most. */
export function parseMax(value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw usageError("MAX_UNREADABLE", `--max ${value} is no number from 1 up.`, "Say --max 4.");
}

/** `--until`: ISO 8601 with a zone, `18:30` (the next one in the property's zone) or `2h`. */
export function parseUntil(value: string, now: Date, timeZone: string): Date {
  const span = parseDuration(value);
  if (span !== null) return new Date(now.getTime() + span);
  const clock = parseClockTime(value);
  if (clock !== null) return nextOccurrence(clock.hour, clock.minute, now, timeZone);
  if (!isRealDate(value))
    throw usageError(
      "UNTIL_UNREADABLE",
      `--until ${value} is no time.`,
      "Say 2010-06-29T18:30Z, 18:30, or 2h.",
    );
  const until = new Date(value);
  if (until <= now)
    throw usageError("UNTIL_PAST", `--until ${value} has passed.`, "Give a time that is still to come.");
  return until;
}

function parseClockTime(value: string): { hour: number; minute: number } | null {
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

export function parseTimeout(value: string): number {
  const ms = parseDuration(value);
  if (ms !== null && ms >= 1000 && ms <= 3_600_000) return ms;
  throw usageError(
    "TIMEOUT_UNREADABLE",
    `--timeout ${value} is no duration from 1s to 1h.`,
    "Say 60s or 2m.",
  );
}

/** Throws where a flag is given an empty value, as an unset variable of a script gives it: it must never mean "any". */
export function refuseEmpty(reference: string | null, flags: SpeakFlags): void {
  if (reference === "")
    throw usageError(
      "INCIDENT_EMPTY",
      "The incident's name is empty.",
      "Is a variable unset? Give an id, or leave it out.",
    );
  if (flags.key !== undefined && (flags.key.trim() === "" || flags.key.length > 200))
    throw usageError(
      "KEY_UNUSABLE",
      flags.key.trim() === "" ? "--key is empty." : "--key is longer than 200 characters.",
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
export function leftOutChannels(flags: SpeakFlags, names: readonly string[]): Map<string, string> {
  for (const [flag, values] of [
    ["--only", flags.only],
    ["--except", flags.except],
    ["--resend-unknown", flags.resendUnknown],
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
    if (flags.only !== undefined && !flags.only.includes(name))
      leftOut.set(name, `not among --only ${flags.only.join(", ")}`);
    else if (flags.except?.includes(name)) leftOut.set(name, "left out by --except");
  }
  if (leftOut.size === names.length)
    throw usageError(
      "NO_CHANNEL_LEFT",
      "--only and --except leave no channel to speak on.",
      `Channels: ${names.join(", ")}.`,
    );
  return leftOut;
}
