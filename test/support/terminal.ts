import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import type { Ran } from "./stage.ts";

type Answer = readonly [question: string, answer: string];

/**
 * Runs a command at a terminal, where a person answers each question when it is asked. Returns what was written beside the
 * questions as `stderr`, and the questions that never came.
 */
export async function answering(
  run: (more: Partial<Surroundings>) => Promise<Ran>,
  ...script: Answer[]
): Promise<{ readonly ran: Ran; readonly unasked: readonly Answer[] }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => stdin });
  // As a terminal, it stays open from one question to the next.
  const promptOutput = Object.assign(new PassThrough(), { end: () => promptOutput });
  const unasked = [...script];
  let shown = "";
  let told = "";
  promptOutput.on("data", (chunk: Buffer) => {
    shown += stripVTControlCharacters(chunk.toString("utf8")).replace(/\s+/g, " ");
    const [next] = unasked;
    if (next === undefined || !shown.includes(next[0])) return;
    unasked.shift();
    shown = "";
    // Once the question listens.
    setImmediate(() => {
      for (const key of next[1]) stdin.write(key);
    });
  });
  const write = (text: string) => {
    told += text;
  };
  const ran = await run({ stdin, promptOutput, stderr: { write, isTerminal: true, columns: 80 } });
  return { ran: { ...ran, stderr: stripVTControlCharacters(told) }, unasked };
}
