import type { Surroundings } from "./surroundings.ts";

/** Questions to a person. Ctrl-C in any of them throws Cancelled. */
export interface Dialog {
  /** Defaults to No. */
  confirm(question: string): Promise<boolean>;
  input(question: string, initial?: string): Promise<string>;
  select<T>(question: string, choices: readonly { name: string; value: T }[], initial?: T): Promise<T>;
  checkbox<T>(question: string, choices: readonly { name: string; value: T }[]): Promise<T[]>;
}

export class Cancelled extends Error {}

/** Prompts appear only where a person can see and answer them, and has not said that nobody will. */
export function canPrompt(
  { stdin, stderr, env }: Surroundings,
  flags: { json?: boolean; yes?: boolean },
): boolean {
  return stdin.isTTY === true && stderr.isTerminal && !env.CI && flags.json !== true && flags.yes !== true;
}

/** Questions on stderr, so that stdout holds results only. */
export async function openDialog(surroundings: Surroundings): Promise<Dialog> {
  const { default: inquirer } = await import("inquirer");
  const prompt = inquirer.createPromptModule({
    input: surroundings.stdin as NodeJS.ReadStream,
    output: surroundings.promptOutput,
  });
  const ask = async <T>(question: Record<string, unknown>): Promise<T> => {
    try {
      const answers = (await prompt([{ ...question, name: "answer" }] as never)) as { answer: T };
      return answers.answer;
    } catch (error) {
      if (error instanceof Error && error.name === "ExitPromptError") throw new Cancelled();
      throw error;
    }
  };
  return {
    confirm: (message) => ask<boolean>({ type: "confirm", message, default: false }),
    input: (message, initial) =>
      ask<string>({
        type: "input",
        message,
        ...(initial === undefined ? {} : { default: initial }),
      }),
    select: (message, choices, initial) =>
      ask({ type: "select", message, choices, default: initial, loop: false }),
    checkbox: (message, choices) => ask({ type: "checkbox", message, choices, loop: false, pageSize: 15 }),
  };
}
