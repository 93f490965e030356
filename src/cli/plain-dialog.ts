import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { Cancelled } from "../base/cancelled.ts";
import type { Dialog } from "./dialog.ts";
import { openHiddenLine } from "./hidden-line.ts";
import type { Surroundings } from "./surroundings.ts";

/** As Node's readline has it. */
const RETURN_MS = 100;

/**
 * Questions as plain lines, answered by a line: for screen readers, and for terminals that cannot redraw. Nothing is drawn
 * anew and nothing stands for something else; a wrong answer is told, and the question asked again.
 */
export function openPlainDialog({ stdin, promptOutput, stopping, clock }: Surroundings): Dialog {
  const decoder = new StringDecoder("utf8");
  let unread = "";
  let ended = false;
  /** When a hidden line ended by CR: its LF may still come. */
  let returnedAt: number | null = null;

  const more = () =>
    new Promise<void>((resolve, reject) => {
      const done = (settle: () => void) => {
        stdin.pause();
        stdin.off("data", data).off("end", end);
        stopping.removeEventListener("abort", stop);
        settle();
      };
      const data = (chunk: Buffer) => {
        unread += decoder.write(chunk);
        done(resolve);
      };
      const end = () => {
        ended = true;
        done(resolve);
      };
      const stop = () => done(() => reject(new Cancelled()));
      stdin.on("data", data).on("end", end);
      stopping.addEventListener("abort", stop, { once: true });
      if (stopping.aborted) stop();
      else stdin.resume();
    });

  /** What is behind the line waits for the next question. */
  const line = async (): Promise<string> => {
    skipRestOfReturn();
    while (!unread.includes("\n")) {
      // It may have ended while nobody was asked.
      if (ended || stdin.readableEnded) throw new Cancelled();
      await more();
      skipRestOfReturn();
    }
    const end = unread.indexOf("\n");
    const text = unread.slice(0, end).replace(/\r$/, "");
    unread = unread.slice(end + 1);
    // Arrows mean nothing on a plain line, and must not stand in an answer.
    return stripVTControlCharacters(text);
  };

  /** Asks until `read` takes the answer; a text from it says what is wrong. */
  const ask = async <T>(question: string, read: (answer: string) => { value: T } | string): Promise<T> => {
    for (;;) {
      promptOutput.write(`${question} `);
      const taken = read(await line());
      if (typeof taken !== "string") return taken.value;
      promptOutput.write(`${taken}\n`);
    }
  };

  /** A line that the terminal does not show; keys arrive one by one, so that what they mean is our own affair. */
  const unseen = async (): Promise<string> => {
    const hidden = openHiddenLine();
    stdin.setRawMode?.(true);
    try {
      for (;;) {
        if (unread === "") {
          if (ended || stdin.readableEnded) throw new Cancelled();
          await more();
        }
        skipRestOfReturn();
        hidden.newChunk(unread.slice(0, 1));
        for (const key of unread) {
          unread = unread.slice(key.length);
          const pressed = hidden.press(key);
          if (pressed === "stop") throw new Cancelled();
          if (pressed === null) continue;
          if (key === "\r") returnedAt = clock.now().getTime();
          return hidden.text();
        }
      }
    } finally {
      stdin.setRawMode?.(false);
      promptOutput.write("\n");
    }
  };

  /** CR and LF are one end of a line, also where they come apart; a person's next Enter comes later. */
  const skipRestOfReturn = () => {
    if (returnedAt === null || unread === "") return;
    if (unread.startsWith("\n") && clock.now().getTime() - returnedAt < RETURN_MS) unread = unread.slice(1);
    returnedAt = null;
  };

  /** By its number, or by its name or the word that its name begins with. */
  const chosenBy = <C extends { readonly name: string }>(
    typed: string,
    choices: readonly C[],
  ): C | undefined => {
    const words = typed.trim().toLowerCase();
    const label = (name: string) => name.split(": ", 1)[0]!.toLowerCase();
    return (
      choices[Number(words) - 1] ??
      choices.find(({ name }) => name.toLowerCase() === words) ??
      choices.find(({ name }) => label(name) === words)
    );
  };

  const numbered = (question: string, choices: readonly { name: string }[]) =>
    promptOutput.write(
      `${question}\n${choices.map(({ name }, index) => `  ${index + 1}. ${name}\n`).join("")}`,
    );

  return {
    confirm: (question) =>
      ask(`${question} Type y for yes, or Enter for no:`, (answer) => {
        if (/^\s*y(es)?\s*$/i.test(answer)) return { value: true };
        return /^\s*(no?)?\s*$/i.test(answer) ? { value: false } : "That is neither y nor n.";
      }),
    choose(question, choices) {
      promptOutput.write(`${question}\n${choices.map(({ key, name }) => `  ${key}: ${name}\n`).join("")}`);
      return ask("Type a letter, or Enter for no:", (answer) => {
        const typed = answer.trim().toLowerCase();
        const chosen = choices.find(({ key, name }) => typed === key || typed === name);
        if (chosen !== undefined) return { value: chosen.value };
        return /^(no?)?$/.test(typed) ? { value: null } : `There is no ${typed}.`;
      });
    },
    async hidden(question) {
      promptOutput.write(`${question}\nWhat you type is not shown: `);
      return unseen();
    },
    input: (question, { initial, check } = {}) =>
      ask(initial === undefined ? question : `${question} (Enter for ${initial})`, (answer) => {
        const value = answer === "" ? (initial ?? "") : answer;
        return check?.(value) ?? { value };
      }),
    select(question, choices, initial) {
      numbered(question, choices);
      const first = Math.max(
        0,
        choices.findIndex(({ value }) => value === initial),
      );
      return ask(`Type a number, or Enter for ${first + 1}:`, (answer) => {
        const chosen = answer.trim() === "" ? choices[first] : chosenBy(answer, choices);
        return chosen === undefined ? `Type a number from 1 to ${choices.length}.` : { value: chosen.value };
      });
    },
    checkbox(question, choices) {
      numbered(question, choices);
      const marked = choices.filter(({ checked }) => checked === true);
      const usual = marked.map((choice) => choices.indexOf(choice) + 1).join(", ");
      return ask(`Type numbers with commas between them, or Enter for ${usual || "none"}:`, (answer) => {
        if (answer.trim() === "") return { value: marked.map(({ value }) => value) };
        // Names have blanks in them; numbers may have nothing else between them.
        const parts = answer.split(/^[\d\s,]+$/.test(answer) ? /[\s,]+/ : /\s*,\s*/);
        const chosen = parts.filter((part) => part !== "").map((part) => chosenBy(part, choices));
        const known = chosen.filter((choice) => choice !== undefined);
        return known.length < chosen.length
          ? `Type numbers from 1 to ${choices.length}.`
          : { value: [...new Set(known)].map(({ value }) => value) };
      });
    },
  };
}
