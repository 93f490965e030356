import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { unlessStopped } from "../base/cancelled.ts";
import { parseDuration } from "../base/duration.ts";
import { usageError } from "../base/errors.ts";
import { nextOccurrence } from "../base/zone.ts";
import {
  isRealDate,
  parseClockTime,
  parseImpact,
  parsePhase,
  parseSet,
  refuseTooLong,
  type SpeakOptions,
} from "../status/options.ts";
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

/** The author's Markdown from `--message`, `--message -` or `--message-file`; null where none was given. Throws usage errors. */
export async function readMessage(flags: SpeakFlags, surroundings: Surroundings): Promise<string | null> {
  const message = await givenMessage(flags, surroundings);
  refuseTooLong(message);
  return message;
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

/** What the operations take, out of what was typed; the message is read by then. Throws usage errors. */
export function optionsOf(flags: SpeakFlags, message: string | null): SpeakOptions {
  const { component, set, allow, impact, phase, message: _, messageFile, ...rest } = flags;
  const { json, plain, debug, yes, config, offline, edit, file, plan, max, ...given } = rest;
  return {
    ...given,
    ...(message === null ? {} : { message }),
    ...(component === undefined ? {} : { components: component }),
    ...(impact === undefined ? {} : { impact: parseImpact(impact) }),
    ...(phase === undefined ? {} : { phase: parsePhase(phase) }),
    ...(set === undefined ? {} : { set: parseSet(set) }),
    ...(allow === undefined ? {} : { allow: parseAllow(allow) }),
  };
}

/** `RULE=REASON`, as often as it is given. */
export function parseAllow(values: readonly string[]): Record<string, string> {
  const pairs = values.map((value) => {
    const [, rule = "", reason = ""] = /^([a-z-]+)=(.*)$/s.exec(value) ?? [];
    if (reason.trim() !== "") return [rule, reason];
    throw usageError(
      "ALLOW_UNREADABLE",
      `--allow ${value} is not of the form RULE=REASON.`,
      'Such as: --allow ip-address="customers must open this address in their firewall"',
    );
  });
  return Object.fromEntries(pairs);
}
