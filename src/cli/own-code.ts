import { writeSync } from "node:fs";
import { wordsOf } from "../channels/own-fault.ts";
import { EXIT } from "./exit-codes.ts";
import type { Sink } from "./surroundings.ts";

/** So long may own code still do what it has begun, once the command's work is done. */
const ENDING_MS = 1000;

/** Writes what is written before it, and calls back; of both streams, as they were before any own code ran. */
type Flush = (done: () => void) => void;

let flushes: readonly Flush[] | null = null;

/**
 * From now on what a channel's own code does outside its calls is told and ends nothing, for the other channels have still to speak;
 * and what it writes to standard output goes to stderr, for there stands a result that a script reads. Its own post's fate is told by
 * its call, or by its deadline. For as long as the process lives: a timer may fire at its very end.
 */
export function outliveOwnCode(stderr: Sink): void {
  if (flushes !== null) return;
  flushes = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    return (done) => void write("", () => done());
  });
  divert(process.stdout, stderr);
  const tell = (error: unknown) => {
    stderr.write(`A channel of your own failed outside its calls: ${wordsOf(error)}\n`);
  };
  process.on("unhandledRejection", tell).on("uncaughtException", tell);
}

/**
 * Ends the process with this code where a channel's own code was loaded and holds it with a timer or a socket, a second after
 * the work is done and once all is written; and with no other code, whatever own code sets until then.
 */
export function endOwnCode(code: number): void {
  if (flushes === null) return;
  const streams = flushes;
  process.on("exit", () => {
    process.exitCode = code;
  });
  // It holds nothing itself: where nothing else does, the process ends at once.
  setTimeout(async () => {
    await Promise.all(streams.map((flush) => new Promise<void>(flush)));
    process.exit(code);
  }, ENDING_MS).unref();
}

/** Whoever holds the stream's own `write` from before still writes to it. */
function divert(stream: NodeJS.WriteStream, elsewhere: Sink): void {
  const write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    const [encoding] = more;
    const bytes =
      typeof chunk === "string" && typeof encoding === "string"
        ? Buffer.from(chunk, encoding as BufferEncoding)
        : Buffer.from(chunk);
    const text = bytes.toString();
    // Whole lines, for others are drawn anew below them.
    if (text !== "") elsewhere.write(text.endsWith("\n") ? text : `${text}\n`);
    const done = more.find((one) => typeof one === "function");
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = write;
  stream.end = (...given: unknown[]) => {
    const [chunk, ...more] = typeof given[0] === "function" ? ["", ...given] : given;
    write(typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : "", ...more);
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
