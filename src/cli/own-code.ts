import { writeSync } from "node:fs";
import { excerpt } from "../channels/answer.ts";
import { EXIT } from "./exit-codes.ts";
import type { Sink } from "./surroundings.ts";

let outlived = false;

/**
 * From now on what a channel's own code does outside its calls is told and ends nothing, for the other channels have still to speak.
 * Its own post's fate is told by its call, or by its deadline. For as long as the process lives: a timer may fire at its very end.
 */
export function outliveOwnCode(stderr: Sink): void {
  if (outlived) return;
  outlived = true;
  const tell = (error: unknown) => {
    const words = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    stderr.write(`A channel of your own failed outside its calls: ${excerpt(words)}\n`);
  };
  process.on("unhandledRejection", tell).on("uncaughtException", tell);
}

/**
 * Says so, with exit 1, where the process is ended from within or waits for nothing any more: nobody may take that for work that
 * is done. What it gives back is called when it is.
 */
export function watchTheEnd(): () => void {
  const ended = () => {
    process.exitCode = EXIT.bug.code;
    // What is written in another way now is not written at all.
    writeSync(2, "status was ended before it was done. To see what was said: status list\n");
  };
  process.on("exit", ended);
  return () => {
    process.off("exit", ended);
  };
}
