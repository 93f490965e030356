import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Secret } from "../../base/secret.ts";
import { failing } from "../answer.ts";
import { ChannelError, type ChannelKit, type Finding } from "../contract.ts";
import { type Ran, runProgram } from "../program.ts";
import type { ApprisePayload } from "./compose.ts";
import { judgeLog, readLog } from "./log.ts";

const LOOK_FIRST = "it may be out: look at the service before posting again";
const INSTALL =
  "install Apprise (Debian: apt install apprise), or set the channel's program:, then: status doctor";

/** Carries posts with the `apprise` program of this machine. */
export class AppriseProgram {
  readonly #program: string;
  readonly #kit: ChannelKit;

  constructor(program: string, kit: ChannelKit) {
    this.#program = program;
    this.#kit = kit;
  }

  /** Returns when the service has confirmed. Throws ChannelError for all else. */
  async notify(url: Secret, post: ApprisePayload, signal: AbortSignal): Promise<void> {
    const options = [`--title=${post.title}`, `--notification-type=${post.type}`, "--input-format=text"];
    const ran = await this.#run([url], options, post.body, signal);
    const failure = failureOf(ran, this.#program);
    if (failure !== null) throw failure;
  }

  /** Has the program read each address, and send nothing. */
  async check(urls: readonly Secret[], signal: AbortSignal): Promise<readonly Finding[]> {
    const name = "target";
    try {
      const findings: Finding[] = [];
      for (const [index, url] of urls.entries()) {
        const ran = await this.#run([url], ["--dry-run"], "", signal);
        if (ran.end !== "exited") throw failureOf(ran, this.#program);
        const read = ran.code === 0;
        findings.push({
          name,
          level: read ? "ok" : "fail",
          message: read ? `Apprise reads address ${index + 1}` : `Apprise cannot read address ${index + 1}`,
          hint: read ? null : "compare it with the service's page in Apprise's documentation",
        });
      }
      return findings;
    } catch (error) {
      return [failing(name, error)];
    }
  }

  /**
   * Words arrive on standard input; the addresses in a file that has no name any more when the program runs, so that
   * neither the list of processes nor a disk after a crash shows them.
   */
  async #run(urls: readonly Secret[], options: readonly string[], input: string, signal: AbortSignal) {
    if (this.#kit.loopbackOnly)
      throw new ChannelError("refused", "APPRISE_IN_DRILL", "a drill does not run the apprise program", {
        hint: "it may reach any service; leave the channel out of the drill: --except",
      });
    // JSON is YAML as well, and an address cannot break out of its quotes.
    const file = await openNameless(JSON.stringify({ version: 1, urls: urls.map((url) => url.reveal()) }));
    try {
      return await runProgram([this.#program, "-vv", "--config=file:///dev/fd/3?format=yaml", ...options], {
        cwd: this.#kit.folder,
        env: this.#kit.env,
        input,
        timeoutMs: this.#kit.timeoutMs,
        signal,
        files: [file.fd],
      });
    } finally {
      await file.close();
    }
  }
}

async function openNameless(text: string): Promise<FileHandle> {
  const path = join(tmpdir(), `status-${randomUUID()}`);
  try {
    await writeFile(path, text, { mode: 0o600, flag: "wx" });
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new ChannelError("not-sent", "APPRISE_NO_FILE", `no private file can be made (${code})`, {
      hint: `see that ${tmpdir()} can be written, then type: status retry`,
    });
  } finally {
    await unlink(path).catch(() => undefined);
  }
}

/** Null where the program says that all went out. What it prints is not shown: it may hold a part of an address. */
function failureOf(ran: Ran, program: string): ChannelError | null {
  const fail = (fate: ChannelError["fate"], code: string, message: string, hint: string) =>
    new ChannelError(fate, code, message, { hint });
  if (ran.end === "not-started" && ran.reason === "ABORTED")
    return fail("not-sent", "APPRISE_NOT_STARTED", "stopped before apprise was run", "type: status retry");
  if (ran.end === "not-started")
    return fail("refused", "APPRISE_NOT_STARTED", `${program} cannot be run (${ran.reason})`, INSTALL);
  if (ran.end !== "exited")
    return fail(
      "unknown",
      "APPRISE_NO_ANSWER",
      `apprise was ended before it answered (${ran.end})`,
      LOOK_FIRST,
    );
  if (ran.code === 0) return null;
  // Click's sign of a wrong option, and Apprise's of a configuration without a usable address.
  const unread = ran.stdout.includes("You must specify at least one server URL");
  if (ran.code === 2)
    return fail("refused", "APPRISE_MISUSED", "this apprise does not know an option of ours", INSTALL);
  if (ran.code === 3 || unread)
    return fail(
      "refused",
      "APPRISE_BAD_ADDRESS",
      "Apprise cannot read the address",
      "compare it with the service's page in Apprise's documentation, then: status doctor",
    );
  const { fate, why } = judgeLog(readLog(ran.stdout), 1);
  return failureFromLog(fate, why);
}

/** The error that a failed notification ends with, whoever carried it. */
export function failureFromLog(fate: ChannelError["fate"], why: string): ChannelError {
  const code = {
    "not-sent": "APPRISE_RATE_LIMITED",
    refused: "APPRISE_REFUSED",
    unknown: "APPRISE_UNCONFIRMED",
  };
  const hint = {
    "not-sent": "type: status retry",
    refused: "check the address and its rights at the service, then: status doctor",
    unknown: LOOK_FIRST,
  };
  return new ChannelError(fate, code[fate], `Apprise could not tell the service: ${why}`, {
    hint: hint[fate],
  });
}
