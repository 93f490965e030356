import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { excerpt, failing } from "../answer.ts";
import {
  ChannelError,
  type ChannelKit,
  type Finding,
  type Json,
  type Place,
  type Post,
  type Receipt,
  type Search,
  type Verdict,
} from "../contract.ts";
import { type Ran, runProgram } from "../program.ts";
import type { CommandPayload } from "./compose.ts";
import {
  type Action,
  failureIn,
  findingsIn,
  fromProgram,
  PROTOCOL_VERSION,
  type ProgramAnswer,
  placeToProgram,
  readProgramAnswer,
  toProgram,
  verdictIn,
} from "./protocol.ts";
import type { CommandSettings } from "./settings.ts";

/** sysexits.h: EX_TEMPFAIL and EX_NOPERM. */
const EXIT_LATER = 75;
const EXIT_REFUSED = 77;
const LOOK_FIRST = "it may be out: look before posting again";

export class ProgramClient {
  readonly #settings: CommandSettings;
  readonly #kit: ChannelKit;

  constructor(settings: CommandSettings, kit: ChannelKit) {
    this.#settings = settings;
    this.#kit = kit;
  }

  publish(post: Post, place: Place, signal: AbortSignal): Promise<Receipt> {
    return this.#receipt("publish", { ...aboutPost(post), place: placeToProgram(place) }, signal);
  }

  amend(receipt: Receipt, post: Post, signal: AbortSignal): Promise<Receipt> {
    return this.#receipt("amend", { ...aboutPost(post), receipt: toProgram(receipt) }, signal);
  }

  async remove(receipt: Receipt, signal: AbortSignal): Promise<void> {
    const answer = await this.#ask("remove", { receipt: toProgram(receipt) }, signal);
    if (answer.is !== "removed") throw misfit("remove");
  }

  async find(post: Post, place: Place, since: Date, signal: AbortSignal): Promise<Search> {
    const about = { ...aboutPost(post), place: placeToProgram(place), since: since.toISOString() };
    return orElse<Search>(
      async () => {
        const answer = await this.#ask("find", about, signal);
        if (answer.is === "receipt") return { found: fromProgram(answer.value) };
        if (answer.is !== "absent") throw misfit("find");
        const reason = excerpt(answer.value.reason ?? "") || "the program has no such post";
        return { found: null, conclusive: true, reason };
      },
      (reason) => ({ found: null, conclusive: false, reason }),
    );
  }

  async verify(receipt: Receipt, post: Post, place: Place, signal: AbortSignal): Promise<Verdict> {
    const about = { ...aboutPost(post), place: placeToProgram(place), receipt: toProgram(receipt) };
    return orElse<Verdict>(
      async () => verdictIn(await this.#ask("verify", about, signal)) ?? raise(misfit("verify")),
      (note) => ({ state: "cannot", note }),
    );
  }

  async check(signal: AbortSignal): Promise<readonly Finding[]> {
    const name = "program";
    if (this.#kit.loopbackOnly)
      return [{ name, level: "warn", message: "a drill runs no program of yours", hint: null }];
    if (!this.#settings.can.includes("check")) return [await this.#stands(name)];
    try {
      return findingsIn(await this.#ask("check", {}, signal)) ?? raise(misfit("check"));
    } catch (error) {
      return [failing(name, error)];
    }
  }

  /** Without running it; a bare name is looked up only when it runs. */
  async #stands(name: string): Promise<Finding> {
    const [program = ""] = this.#settings.run;
    const hint = "let the program answer `check`, and add it to the channel's can:";
    if (!program.includes("/"))
      return { name, level: "warn", message: `${program} is not tried before something is said`, hint };
    try {
      await access(resolve(this.#kit.folder, program), constants.X_OK);
      return { name, level: "ok", message: `${program} is there; it cannot check itself`, hint };
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? "";
      const mend = `correct the channel's run:, or type: chmod +x ${program}`;
      return { name, level: "fail", message: `${program} cannot be run (${why})`, hint: mend };
    }
  }

  async #receipt(action: Action, about: Fields, signal: AbortSignal): Promise<Receipt> {
    const answer = await this.#ask(action, about, signal);
    if (answer.is !== "receipt") throw misfit(action);
    return fromProgram(answer.value);
  }

  /** Runs the program once. Throws ChannelError for all that is no success. */
  async #ask(action: Action, about: Fields, signal: AbortSignal): Promise<ProgramAnswer> {
    const { loopbackOnly, property, name, folder, env, timeoutMs, clock } = this.#kit;
    if (loopbackOnly)
      throw new ChannelError("refused", "COMMAND_IN_DRILL", "a drill runs no program of yours", {
        hint: "leave the channel out of the drill: --except, or try the program by hand",
      });
    const request = {
      version: PROTOCOL_VERSION,
      action,
      ...about,
      channel: name,
      property: { name: property.name, url: property.url, statusUrl: property.statusUrl },
    };
    const started = performance.now();
    const ran = await runProgram(this.#settings.run, {
      ...{ cwd: folder, env },
      input: `${JSON.stringify(request)}\n`,
      timeoutMs,
      signal,
    });
    const answer = this.#answerIn(ran, (performance.now() - started) / 1000);
    const failure = failureIn(answer, clock.now());
    if (failure !== null) throw failure;
    return answer;
  }

  #answerIn(ran: Ran, seconds: number): ProgramAnswer {
    const [program = ""] = this.#settings.run;
    const last = excerpt(ran.stderr.trimEnd().split("\n").slice(-3).join(" / "));
    const because = last === "" ? "" : `: ${last}`;
    const fail = (fate: ChannelError["fate"], code: string, how: string, hint: string) =>
      new ChannelError(fate, code, excerpt(`the program ${program} ${how}${because}`), { hint });
    if (ran.end === "not-started") throw notStarted(program, ran.reason);
    if (ran.end === "timed-out")
      throw fail(
        "unknown",
        "COMMAND_TIMED_OUT",
        `did not answer within its time and was ended after ${seconds.toFixed(1)} s`,
        LOOK_FIRST,
      );
    if (ran.end === "stopped") throw fail("unknown", "COMMAND_STOPPED", "was stopped", LOOK_FIRST);
    if (ran.end === "flooded") throw fail("unknown", "COMMAND_FLOODED", "printed too much", LOOK_FIRST);
    if (ran.end === "killed")
      throw fail("unknown", "COMMAND_KILLED", `was ended by ${ran.reason}`, LOOK_FIRST);
    if (ran.code === EXIT_LATER)
      throw fail(
        "not-sent",
        "COMMAND_LATER",
        "says that it can be tried later (exit 75)",
        "type: status retry",
      );
    if (ran.code === EXIT_REFUSED)
      throw fail("refused", "COMMAND_REFUSED", "refuses this (exit 77)", "the program's own words say why");
    if (ran.code !== 0) throw fail("unknown", "COMMAND_FAILED", `failed (exit ${ran.code})`, LOOK_FIRST);
    const answer = readProgramAnswer(ran.stdout);
    if (answer === null)
      throw fail(
        "unknown",
        "COMMAND_NO_ANSWER",
        "ended well, and gave no answer that can be read",
        LOOK_FIRST,
      );
    return answer;
  }
}

type Fields = Readonly<Record<string, Json>>;

/** The key comes first: a program that cannot read JSON still finds it. */
function aboutPost(post: Post): Fields {
  const { post: words, incident, update } = post.payload as CommandPayload;
  return { key: post.key, post: { part: post.part, ...words }, incident, update };
}

function notStarted(program: string, reason: string): ChannelError {
  if (reason === "ABORTED")
    return new ChannelError("not-sent", "COMMAND_NOT_STARTED", "stopped before the program was run", {
      hint: "type: status retry",
    });
  return new ChannelError(
    "refused",
    "COMMAND_NOT_STARTED",
    excerpt(`the program ${program} cannot be run (${reason})`),
    { hint: "correct the first word of the channel's run:, or install it, then type: status retry" },
  );
}

function misfit(action: Action): ChannelError {
  return new ChannelError(
    "unknown",
    "COMMAND_NO_ANSWER",
    `the program answers ${action} with something else`,
    {
      hint: LOOK_FIRST,
    },
  );
}

function raise(error: Error): never {
  throw error;
}

async function orElse<T>(run: () => Promise<T>, otherwise: (why: string) => T): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ChannelError) return otherwise(error.message);
    throw error;
  }
}
