import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { ChannelError, type ChannelKit } from "../../contract.ts";
import { stopped, unreadable } from "./fault.ts";
import { printable } from "./printable.ts";
import { linesOf } from "./text.ts";

/** How long a command that has ended may go on complaining: what it left running may keep the pipe open. */
const DRAIN_MS = 500;
const SHOWN = 300;

/**
 * What a command prints, run without a shell in the configuration's folder; its complaints are told line by line. Whoever stops
 * reading ends it, with all that it has started.
 * Throws ChannelError `LIST_COMMAND_FAILED` (not-sent) once it fails, however much it printed before, and `LIST_STOPPED` where
 * the caller ends it, or it prints nothing for as long as the channel's timeout.
 */
export async function* commandBytes(
  argv: readonly string[],
  name: string,
  { folder, env, timeoutMs, tell }: Pick<ChannelKit, "folder" | "env" | "timeoutMs" | "tell">,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (signal.aborted) throw stopped(name, "was not started");
  const [program = "", ...args] = argv;
  // A group of its own, so that its children can be ended with it.
  const child = spawn(program, args, {
    ...{ cwd: folder, env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    windowsHide: true,
  });
  let why: ChannelError | null = null;
  const end = (error: ChannelError) => {
    why ??= error;
    killGroup(child);
    child.stdout.destroy();
  };
  const wait = () =>
    setTimeout(
      () =>
        end(
          stopped(
            name,
            `printed nothing for ${timeoutMs / 1000} s`,
            "Raise the channel's timeout: or mend the command.",
          ),
        ),
      timeoutMs,
    );
  const onAbort = () => end(stopped(name, "was stopped"));
  signal.addEventListener("abort", onAbort, { once: true });
  const ended = endOf(child);
  const complaints = hear(child.stderr, tell);
  let timer = wait();
  try {
    try {
      for await (const piece of child.stdout) {
        clearTimeout(timer);
        yield piece as Buffer;
        timer = wait();
      }
    } catch (error) {
      // A pipe that breaks says nothing that the end does not.
      if (why === null && !isPremature(error)) throw error;
    }
    const how = await ended;
    const last = await complaints(DRAIN_MS);
    if (why !== null) throw why;
    if (how !== null) throw failed(name, program, how, last);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    if (child.exitCode === null && child.signalCode === null) killGroup(child);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function isPremature(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE";
}

/** Null once it ends well; else its exit code, the signal that ended it, or why it did not start. */
function endOf(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "not started"));
    child.on("exit", (code, killedBy) => resolve(code === 0 ? null : String(code ?? killedBy)));
  });
}

/** Tells what comes, line by line. Answers the last line, waiting so long for it. */
function hear(stream: Readable, tell: (line: string) => void): (ms: number) => Promise<string> {
  let last = "";
  const heard = (async () => {
    for await (const lines of linesOf(stream.setEncoding("utf8")))
      for (const { text } of lines) {
        const line = printable(text.replace(/^.*\r/s, ""), SHOWN);
        if (line === "") continue;
        last = line;
        tell(line);
      }
  })().catch(() => {});
  return async (ms) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([heard, late]);
    clearTimeout(timer);
    return last;
  };
}

/** SIGKILL: one that ignores a polite signal would go on for nobody. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

function failed(name: string, program: string, how: string, last: string): ChannelError {
  if (how === "ENOENT")
    return unreadable(name, "is not there", `Install ${program}, or correct the first word of command:.`);
  return new ChannelError(
    "not-sent",
    "LIST_COMMAND_FAILED",
    `${name} failed (${how})${last === "" ? "" : `: ${last}`}`,
    {
      hint: "What it printed may be cut short, so the list counts for nothing. Mend it, then type: status retry",
    },
  );
}
