import { Cancelled } from "../base/cancelled.ts";
import { foldLine } from "../base/fold.ts";
import type { Surroundings } from "./surroundings.ts";

/** Questions to a person. Ctrl-C in any of them throws Cancelled, and Ctrl-D where nothing is typed. */
export interface Dialog {
  /** Defaults to No. */
  confirm(question: string): Promise<boolean>;
  /** One key and Enter; Enter alone is No, and gives null. */
  choose<T>(
    question: string,
    choices: readonly { readonly key: string; readonly name: string; readonly value: T }[],
  ): Promise<T | null>;
  input(question: string, options?: InputOptions): Promise<string>;
  select<T>(question: string, choices: readonly { name: string; value: T }[], initial?: T): Promise<T>;
  checkbox<T>(
    question: string,
    choices: readonly {
      readonly name: string;
      /** Stands for the name once it is chosen. */
      readonly short?: string;
      readonly value: T;
      readonly checked?: boolean;
    }[],
  ): Promise<T[]>;
  /** What is typed is not shown, and Enter alone gives nothing. */
  hidden(question: string): Promise<string>;
}

export interface InputOptions {
  /** What Enter alone means. */
  readonly initial?: string;
  /** What is wrong with an answer; null where nothing is. */
  readonly check?: (answer: string) => string | null;
  /** Told what was typed so far when the question is cancelled. */
  readonly abandoned?: (typed: string) => void;
}

/** Prompts appear only where a person can see and answer them, and has not said that nobody will. */
export function canPrompt(surroundings: Surroundings, flags: { json?: boolean; yes?: boolean }): boolean {
  const { stderr, env } = surroundings;
  if (flags.json === true || flags.yes === true || env.CI || !stderr.isTerminal) return false;
  // Last, for looking at it makes a stream.
  return surroundings.stdin.isTTY === true;
}

/**
 * Questions on stderr, so that stdout holds results only; as plain lines where `--plain` or ACCESSIBLE asks for them, or where
 * the terminal cannot redraw.
 */
export async function openDialog(
  surroundings: Surroundings,
  { plain }: { plain?: boolean },
): Promise<Dialog> {
  if (plain === true || surroundings.env.ACCESSIBLE || surroundings.env.TERM === "dumb")
    return (await import("./plain-dialog.ts")).openPlainDialog(surroundings);
  const { default: inquirer } = await import("inquirer");
  const ask = async <T>(question: Record<string, unknown>): Promise<T> => {
    const closing = watchForEnd(surroundings.stdin);
    const prompt = inquirer.createPromptModule({
      input: surroundings.stdin as NodeJS.ReadStream,
      output: surroundings.promptOutput,
      signal: AbortSignal.any([surroundings.stopping, closing.signal]),
    });
    try {
      const answers = (await prompt([{ ...question, name: "answer" }] as never)) as { answer: T };
      return answers.answer;
    } catch (error) {
      if (error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name)) throw new Cancelled();
      throw error;
    } finally {
      closing.done();
    }
  };
  return {
    confirm: (message) => ask<boolean>({ type: "confirm", message, default: false }),
    async choose(message, choices) {
      const chosen = (answer: string) => {
        const typed = answer.trim().toLowerCase();
        return choices.find(({ key, name }) => typed === key || typed === name);
      };
      const answer = await ask<string>({
        type: "input",
        message: `${message} ${[...choices.map(labelOf), "[N]o"].join(", ")}`,
        validate: (typed: string) =>
          /^\s*(no?)?\s*$/i.test(typed) || chosen(typed) !== undefined
            ? true
            : `Type ${choices.map(({ key }) => key).join(", ")} or n; Enter alone is no.`,
      });
      return chosen(answer)?.value ?? null;
    },
    async input(message, { initial, check, abandoned } = {}) {
      let typed = "";
      const question = {
        type: "input",
        message,
        // Shows what is typed as it is; it is the one place that sees an answer grow.
        transformer: (value: string, { isFinal }: { readonly isFinal: boolean }) => {
          typed = value;
          return isFinal ? foldBehind(`? ${message} `, value, surroundings.stderr.columns) : value;
        },
        validate: (value: string) => check?.(value) ?? true,
        ...(initial === undefined ? {} : { default: initial }),
      };
      try {
        return await ask<string>(question);
      } catch (error) {
        if (error instanceof Cancelled && typed.trim() !== "") abandoned?.(typed);
        throw error;
      }
    },
    select: (message, choices, initial) =>
      ask({ type: "select", message, choices, default: initial, loop: false }),
    checkbox: (message, choices) =>
      ask({
        type: "checkbox",
        message: `${message} (space to mark, Enter to go on)`,
        choices,
        loop: false,
        pageSize: 15,
      }),
    hidden: (message) => ask<string>({ type: "password", message }),
  };
}

/** Aborted when Ctrl-D, or the input's end, closes a prompt's line: inquirer leaves the answer open then, and nothing would come any more. */
function watchForEnd(stdin: Surroundings["stdin"]): { readonly signal: AbortSignal; done(): void } {
  const closed = new AbortController();
  let isCtrlD = false;
  const keypress = (_: string, key?: { readonly ctrl?: boolean; readonly name?: string }) => {
    isCtrlD = key?.ctrl === true && key.name === "d";
  };
  const end = () => closed.abort();
  // With letters before the cursor the key takes none away and closes nothing.
  const pause = () => {
    if (isCtrlD) setImmediate(end);
  };
  stdin.prependListener("keypress", keypress).on("pause", pause).on("end", end);
  return {
    signal: closed.signal,
    done: () => void stdin.off("keypress", keypress).off("pause", pause).off("end", end),
  };
}

/** The answer as it stands behind its question, broken at words; inquirer breaks anywhere. */
function foldBehind(question: string, answer: string, columns: number): string {
  return foldLine(`${question}${answer}`, columns - 1)
    .join("\n")
    .slice(question.length);
}

/** `[e]dit the words` */
function labelOf({ key, name }: { readonly key: string; readonly name: string }): string {
  return name.startsWith(key) ? `[${key}]${name.slice(key.length)}` : `[${key}] ${name}`;
}
