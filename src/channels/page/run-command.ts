import { execFile } from "node:child_process";
import { ChannelError } from "../contract.ts";

/**
 * Runs the publish command without a shell. Throws ChannelError: `PAGE_PUBLISH_FAILED` (refused) with its last lines when
 * it fails or cannot be started, `PAGE_PUBLISH_STOPPED` (not-sent) when time or the caller ended it. Its effect is the
 * same however often it runs, so a broken run is never unknown.
 */
export function runCommand(
  argv: readonly string[],
  options: { cwd: string; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        cwd: options.cwd,
        timeout: options.timeoutMs,
        signal: options.signal,
        // A tool that ignores a polite signal would keep the page's lease for ever.
        killSignal: "SIGKILL",
        maxBuffer: 16 * 1024 * 1024,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve();
        else if (options.signal.aborted || error.killed === true)
          reject(stopped(program, options.signal.aborted ? null : options.timeoutMs));
        else reject(failed(program, error, `${stdout}\n${stderr}`));
      },
    );
    // A command that waits for input must not wait for ever.
    child.stdin?.end();
  });
}

function stopped(program: string, timeoutMs: number | null): ChannelError {
  const why = timeoutMs === null ? "was stopped" : `took longer than ${timeoutMs / 1000} s and was stopped`;
  return new ChannelError("not-sent", "PAGE_PUBLISH_STOPPED", `the publish command ${program} ${why}`, {
    hint: "the page is written but may not be public; raise the channel's timeout, then type: status retry",
  });
}

function failed(
  program: string,
  error: { readonly code?: string | number | null },
  output: string,
): ChannelError {
  if (error.code === "ENOENT")
    return new ChannelError(
      "refused",
      "PAGE_PUBLISH_FAILED",
      `there is no program ${program} to publish the page`,
      {
        hint: "install it, or correct the first word of the channel's publish command, then type: status retry",
      },
    );
  const last = lastLines(output);
  return new ChannelError(
    "refused",
    "PAGE_PUBLISH_FAILED",
    `the publish command ${program} failed (${error.code ?? "killed"})${last === "" ? "" : `: ${last}`}`,
    {
      hint: "the page is written but not public; mend the command, then type: status retry",
    },
  );
}

/** The end of what a command printed: three lines, 300 characters, nothing that could drive a terminal. */
function lastLines(output: string): string {
  const lines = output
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
        .replace(/\p{C}+/gu, " ")
        .trim(),
    )
    .filter((line) => line !== "");
  return lines.slice(-3).join(" / ").slice(-300);
}
