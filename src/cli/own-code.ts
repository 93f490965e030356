import { writeSync } from "node:fs";
import { excerpt } from "../channels/answer.ts";
import { EXIT } from "./exit-codes.ts";
import type { Sink } from "./surroundings.ts";

let outlived = false;

/**
 * From now on what a channel's own code does outside its calls is told and ends nothing, for the other channels have still to speak;
 * and what it writes to standard output goes to stderr, for there stands a result that a script reads. Its own post's fate is told by
 * its call, or by its deadline. For as long as the process lives: a timer may fire at its very end.
 */
export function outliveOwnCode(stderr: Sink): void {
  if (outlived) return;
  outlived = true;
  divert(process.stdout, stderr);
  const tell = (error: unknown) => {
    const words = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    stderr.write(`A channel of your own failed outside its calls: ${excerpt(words)}\n`);
  };
  process.on("unhandledRejection", tell).on("uncaughtException", tell);
}

/** Whoever holds the stream's own `write` from before still writes to it. */
function divert(stream: NodeJS.WriteStream, elsewhere: Sink): void {
  const write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    // Whole lines, for others are drawn anew below them.
    if (text !== "") elsewhere.write(text.endsWith("\n") ? text : `${text}\n`);
    const done = more.find((one) => typeof one === "function");
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = write;
  stream.end = (...given: unknown[]) => {
    const [chunk] = given;
    if (typeof chunk === "string" || chunk instanceof Uint8Array) write(chunk);
    return stream;
  };
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
