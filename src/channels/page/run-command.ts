import { type ChildProcess, spawn } from "node:child_process";
import { ChannelError } from "../contract.ts";

/** How long what a command left running may go on printing. A tool's helper may keep the pipe open for hours. */
const DRAIN_MS = 500;
/** Of one line no more than this is kept; what follows is dropped. */
const LINE_LENGTH = 16_384;
const LAST_LINES = 3;

export interface CommandOptions {
  readonly cwd: string;
  /** This process's own where absent. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Gets what the command prints on either stream, line by line, free of terminal escapes. */
  tell(line: string): void;
}

/**
 * Runs the publish command without a shell, its standard input empty. Throws ChannelError: `PAGE_PUBLISH_FAILED` (refused)
 * with its last lines when it fails or cannot be started, `PAGE_PUBLISH_STOPPED` (not-sent) when time or the caller ended it:
 * then all that it had started is ended with it. Its effect is the same however often it runs, so a broken run is never unknown.
 */
export function runCommand(argv: readonly string[], options: CommandOptions): Promise<void> {
  const [program = "", ...args] = argv;
  const last: string[] = [];
  const hear = (line: string) => {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    options.tell(line);
  };
  return new Promise((resolve, reject) => {
    // A group of its own, so that its children can be ended with it.
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      windowsHide: true,
    });
    const streams = [child.stdout, child.stderr].map((stream) => {
      const lines = new Lines(hear);
      stream.setEncoding("utf8").on("data", (text: string) => lines.add(text));
      // A pipe that breaks says nothing that the exit does not.
      stream.on("error", () => {});
      return { stream, lines };
    });
    let stop: { timeoutMs: number | null } | null = null;
    let drain: NodeJS.Timeout | undefined;
    let over = false;
    const end = (timeoutMs: number | null) => {
      stop ??= { timeoutMs };
      killGroup(child);
    };
    const timer = setTimeout(() => end(options.timeoutMs), options.timeoutMs);
    const onAbort = () => end(null);
    const finish = (settle: () => void) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      clearTimeout(drain);
      options.signal.removeEventListener("abort", onAbort);
      for (const { stream, lines } of streams) {
        stream.destroy();
        lines.end();
      }
      settle();
    };
    const judge = (code: number | null, killedBy: NodeJS.Signals | null) => {
      if (stop !== null) reject(stopped(program, stop.timeoutMs));
      else if (code === 0) resolve();
      else reject(failed(program, String(code ?? killedBy), last));
    };
    child.on("error", (error: NodeJS.ErrnoException) =>
      finish(() => reject(failed(program, error.code ?? "not started", []))),
    );
    child.on("exit", (code, killedBy) => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
      // What it left running may do its work to the end, but nobody waits for it.
      drain = setTimeout(() => finish(() => judge(code, killedBy)), stop === null ? DRAIN_MS : 0);
    });
    child.on("close", (code, killedBy) => finish(() => judge(code, killedBy)));
    options.signal.addEventListener("abort", onAbort, { once: true });
    if (options.signal.aborted) onAbort();
  });
}

/** SIGKILL: a tool that ignores a polite signal would keep the page's lease for ever. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** A stream cut into lines, as a terminal would show them. */
class Lines {
  readonly #hear: (line: string) => void;
  #rest = "";

  constructor(hear: (line: string) => void) {
    this.#hear = hear;
  }

  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) this.#say(line);
    // What a progress bar has overwritten is not kept.
    this.#rest = rest.slice(rest.lastIndexOf("\r", rest.length - 2) + 1).slice(0, LINE_LENGTH);
  }

  end(): void {
    this.#say(this.#rest);
    this.#rest = "";
  }

  #say(text: string): void {
    const line = text
      .replace(/\r+$/, "")
      .replace(/^.*\r/s, "")
      .slice(0, LINE_LENGTH)
      .replace(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, "")
      .replace(/\p{C}+/gu, " ")
      .trimEnd();
    if (line.trim() !== "") this.#hear(line);
  }
}

function stopped(program: string, timeoutMs: number | null): ChannelError {
  const why = timeoutMs === null ? "was stopped" : `took longer than ${timeoutMs / 1000} s and was stopped`;
  return new ChannelError("not-sent", "PAGE_PUBLISH_STOPPED", `the publish command ${program} ${why}`, {
    hint: "the page is written but may not be public; raise the channel's timeout, then type: status retry",
  });
}

function failed(program: string, how: string, output: readonly string[]): ChannelError {
  if (how === "ENOENT")
    return new ChannelError(
      "refused",
      "PAGE_PUBLISH_FAILED",
      `there is no program ${program} to publish the page`,
      {
        hint: "install it, or correct the first word of the channel's publish command, then type: status retry",
      },
    );
  const last = endOf(output.map((line) => line.trim()).join(" / "));
  return new ChannelError(
    "refused",
    "PAGE_PUBLISH_FAILED",
    `the publish command ${program} failed (${how})${last === "" ? "" : `: ${last}`}`,
    {
      hint: "the page is written but not public; mend the command, then type: status retry",
    },
  );
}

/** The last 300 characters, from the beginning of a word: half a secret would not be known for one. */
function endOf(text: string): string {
  if (text.length <= 300) return text;
  const end = text.slice(-300);
  return `… ${end.slice(end.indexOf(" ") + 1)}`;
}
