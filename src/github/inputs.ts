import { StatusError, usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { EXIT } from "../cli/exit-codes.ts";

/** What a workflow step asks for. */
export interface Step {
  readonly command: Command;
  /** For `main`: an array, so that no input ever reaches a shell. */
  readonly argv: readonly string[];
  /** Relative to where the job works; empty for that place itself. */
  readonly workingDirectory: string;
  /** The exit codes that fail the step. */
  readonly failsOn: ReadonlySet<number>;
}

const SPEAKING = [
  "announce",
  "update",
  "resolve",
  "follow-up",
  "correct",
  "retract",
  "maintenance schedule",
  "maintenance start",
  "maintenance extend",
  "maintenance complete",
  "maintenance cancel",
] as const;
const COMMANDS = [...SPEAKING, "retry", "due", "verify", "doctor"] as const;
export type Command = (typeof COMMANDS)[number];

/** These open something: there is no incident yet that could be named. */
const OPENING = new Set<Command>(["announce", "maintenance schedule"]);
/** These work without the name of an incident, and say nothing new. */
const UNNAMED = new Set<Command>(["follow-up", "retry", "due", "verify", "doctor"]);

/** Inputs that are flags of the same name. */
const VALUES = ["template", "title", "impact", "phase", "next-update", "until", "key", "config"] as const;
/** One value a line. */
const LISTS = ["component", "set", "only", "except"] as const;

/**
 * Reads a step's inputs from `INPUT_…`, as a runner hands them over. The runner gives an input that was left out as an empty
 * one, so an empty one is as if left out; commands with new words must name their incident all the same. Throws usage errors.
 */
export function readStep(env: NodeJS.ProcessEnv): Step {
  const input = (name: string) => (env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
  const lines = (name: string) =>
    input(name)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const command = commandOf(input("command"));
  const incident = input("incident");
  refuseMisnamed(command, incident);
  const message = input("message");
  const flags = [
    ...VALUES.flatMap((name) => (input(name) === "" ? [] : [`--${name}=${input(name)}`])),
    ...LISTS.flatMap((name) => lines(name).map((value) => `--${name}=${value}`)),
    // A dash alone would read stdin.
    ...(message === "" ? [] : [`--message=${message === "-" ? "\\-" : message}`]),
    ...(yesOrNo("dry-run", input("dry-run")) ? ["--dry-run"] : []),
    ...lines("flags").map(moreFlags),
  ];
  const asks = command === "retry" || SPEAKING.some((each) => each === command);
  return {
    command,
    argv: [
      ...command.split(" "),
      ...flags,
      ...(asks && !flags.includes("--yes") ? ["--yes"] : []),
      "--json",
      ...(incident === "" ? [] : ["--", incident]),
    ],
    workingDirectory: input("working-directory"),
    failsOn: failsOn(input("fail-on")),
  };
}

/** The codes that fail a step whose inputs cannot be read: all. */
export const ALL_FAIL: ReadonlySet<number> = failsOn("");

function commandOf(words: string): Command {
  const given = words.split(/\s+/).join(" ");
  const command = COMMANDS.find((known) => known === given);
  if (command !== undefined) return command;
  throw given === ""
    ? usageError("INPUT_NEEDED", "The input command is missing.", "Give it, such as: command: announce")
    : usageError("INPUT_COMMAND", `There is no command "${given}" for a step.`, suggest(given, COMMANDS));
}

function refuseMisnamed(command: Command, incident: string): void {
  if (OPENING.has(command) && incident !== "")
    throw usageError(
      "INPUT_MISFIT",
      `The input incident does not go with ${command}: it opens one.`,
      "To name it for later steps: key.",
    );
  if (!OPENING.has(command) && !UNNAMED.has(command) && incident === "")
    throw usageError(
      "INPUT_NEEDED",
      `The input incident is empty, and ${command} must say what it speaks of.`,
      "Give the key that it was announced with, or its id. Is an output unset that it comes from?",
    );
}

/** `--name` or `--name=value`, one a line: a value of its own would become an argument. */
function moreFlags(line: string): string {
  if (/^--[a-z]/.test(line)) return line;
  throw usageError(
    "INPUT_FLAGS",
    `The input flags has a line that is no flag: "${line}".`,
    "One flag a line, with its value behind =, such as: --started-at=09:40",
  );
}

function yesOrNo(name: string, value: string): boolean {
  if (/^(true|yes)$/i.test(value)) return true;
  if (/^(false|no|)$/i.test(value)) return false;
  throw usageError("INPUT_UNREADABLE", `The input ${name} is "${value}".`, "Say true or false.");
}

/** `any`, `none`, or exit codes by number or by their word, in any order. */
function failsOn(words: string): ReadonlySet<number> {
  const all = Object.entries(EXIT).filter(([name]) => name !== "ok");
  if (words === "" || words === "any") return new Set(all.map(([, { code }]) => code));
  if (words === "none") return new Set();
  return new Set(
    words.split(/[\s,]+/).map((word) => {
      const [, known] = all.find(([name, { code }]) => name === word || String(code) === word) ?? [];
      if (known !== undefined) return known.code;
      const names = all.map(([name]) => name);
      throw usageError(
        "INPUT_FAIL_ON",
        `The input fail-on knows no "${word}".`,
        suggest(word, ["any", "none", ...names]),
      );
    }),
  );
}

/** The word for an exit code: `partial`. */
export function exitWord(code: number): string {
  return Object.entries(EXIT).find(([, each]) => each.code === code)?.[0] ?? "bug";
}

/** A failure before any command ran, in the form in which a command prints its own. */
export function failureDocument(error: unknown): { readonly line: string; readonly code: number } {
  const known = error instanceof StatusError;
  const failure = known
    ? { code: error.code, message: error.message, hint: error.hint, retryAt: null }
    : { code: "BUG", message: String(error), hint: "This is a bug in status.", retryAt: null };
  return {
    line: JSON.stringify({ version: 1, error: failure }),
    code: known ? EXIT.usage.code : EXIT.bug.code,
  };
}
