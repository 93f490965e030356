import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import { Cancelled } from "../base/cancelled.ts";
import { StatusError, usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { indented, oneLine, printable } from "../base/printable.ts";
import { Scrubber } from "../base/scrubber.ts";
import type { Verb } from "../incident/incident.ts";
import { refuseEmpty } from "../status/options.ts";
import { packageRoot } from "../status/package-root.ts";
import type { App, OpenFlags } from "./app.ts";
import { canPrompt, openDialog } from "./dialog.ts";
import { commandLine, dropDrafts, keepDraft } from "./draft.ts";
import { EXIT, EXIT_OF_BLAME } from "./exit-codes.ts";
import { readMessage, type SpeakFlags } from "./flags.ts";
import { foldExamples } from "./output/fold-examples.ts";
import { styleFor } from "./output/style.ts";
import { endOwnCode, watchTheEnd } from "./own-code.ts";
import { misread } from "./program/misread.ts";
import { createProgram, speakFlags } from "./program/program.ts";
import { processSurroundings, type Surroundings, scrubbed } from "./surroundings.ts";
import { Typed } from "./typed.ts";

/** Runs one command; returns its exit code. Prints every failure; throws nothing. */
export async function main(argv: readonly string[], given?: Surroundings): Promise<number> {
  if (given !== undefined) return runLine(argv, given);
  const surroundings = processSurroundings();
  const done = watchTheEnd();
  const code = await runLine(argv, surroundings).finally(done);
  surroundings.unheed?.();
  endOwnCode(code);
  return code;
}

async function runLine(argv: readonly string[], given: Surroundings): Promise<number> {
  const scrubber = new Scrubber();
  const surroundings = scrubbed(given, scrubber);
  const [first, ...rest] = argv;
  if (first === "__complete") {
    const { complete } = await import("./completion/complete.ts");
    // A shell has nobody to complain to.
    await complete(rest, surroundings).catch(() => {});
    return EXIT.ok.code;
  }
  let code: number = EXIT.ok.code;
  const program = createProgram(
    async (command, argument, flags) => {
      // What stands before the command's name counts as if it stood behind.
      code = await run(command, argument, { ...program.opts(), ...flags }, surroundings, scrubber);
    },
    packageVersion(),
    argv,
  );
  for (const command of [program, ...program.commands.flatMap((command) => [command, ...command.commands])])
    command.exitOverride().configureOutput({
      writeOut: (text) => surroundings.stdout.write(foldExamples(text)),
      writeErr: (text) => surroundings.stderr.write(text),
      getOutHelpWidth: () => (surroundings.stdout.isTerminal ? surroundings.stdout.columns : 80),
      // It is told as every other error is.
      outputError: (text) => {
        said = text;
      },
    });
  let said = "";
  try {
    refuseUnknownCommand(argv, program);
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok.code;
    return report(
      error instanceof CommanderError ? misread(error, said) : error,
      { json: argv.includes("--json"), debug: argv.includes("--debug") },
      surroundings,
    );
  }
}

/** Before the flags are looked at: whoever mistypes the command should not be told of its flags. */
function refuseUnknownCommand([word, ...rest]: readonly string[], parent: Command, above = ""): void {
  const known = [...parent.commands.map((command) => command.name()), "help"];
  if (word === undefined || word.startsWith("-")) return;
  // What help is asked for is a command as well.
  if (word === "help" && above === "") {
    refuseUnknownCommand(rest, parent, "help ");
    return;
  }
  if (!known.includes(word))
    throw usageError(
      "COMMAND_UNKNOWN",
      `status ${above}${oneLine(word)}: there is no such command.`,
      suggest(word, known),
    );
  const command = parent.commands.find((command) => command.name() === word);
  if (command !== undefined && command.commands.length > 0)
    refuseUnknownCommand(rest, command, `${above}${word} `);
}

function packageVersion(): string {
  const file = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}

async function run(
  command: string,
  argument: string | null,
  flags: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
  scrubber: Scrubber,
): Promise<number> {
  switch (command) {
    case "":
      try {
        return await runReading(command, argument, flags, surroundings, scrubber);
      } catch (error) {
        const named = typeof flags.config === "string" || Boolean(surroundings.env.STATUS_CONFIG);
        const nothingYet = error instanceof StatusError && error.code === "CONFIG_NOT_FOUND" && !named;
        // A script that asks for a document has a right to an error; a person who looks around has not failed.
        if (!nothingYet || flags.json === true) throw error;
        surroundings.stdout.write(
          "Nothing is set up here. To begin: status init\nTo see it all work first, without an account: status drill amazon-2010\n",
        );
        return EXIT.ok.code;
      }
    case "preview": {
      const verbs = ["announce", "update", "resolve", "maintenance"];
      if (argument === "--help" || argument === "-h") return main(["help", "preview"], surroundings);
      if (argument === null || !verbs.includes(argument))
        throw usageError(
          "PREVIEW_OF_WHAT",
          argument === null
            ? "status preview of what?"
            : `status preview ${oneLine(argument)}: there is no such preview.`,
          suggest(argument ?? "", verbs),
        );
      const rest = flags.arguments as string[];
      if (argument === "maintenance" && (rest[0] ?? "-").startsWith("-"))
        throw usageError(
          "PREVIEW_OF_WHAT",
          "status preview of which maintenance command?",
          "Such as: status preview maintenance schedule --from 02:00 --until 90m",
        );
      const before = typeof flags.config === "string" ? ["--config", flags.config] : [];
      return main([argument, ...rest, ...before, "--dry-run"], surroundings);
    }
    case "completion":
      return (await import("./commands/completion.ts")).completion(surroundings, argument);
    case "config":
      return (await import("./commands/config.ts")).showConfig(surroundings, flags);
    case "init":
      return (await import("./init/init.ts")).init(surroundings, flags, scrubber);
    case "drill":
      return (await import("./commands/drill.ts")).drill(surroundings, argument, flags);
    case "sandbox":
      return (await import("./commands/sandbox.ts")).sandbox(surroundings, flags);
    case "announce":
    case "update":
    case "resolve":
    case "retry":
    case "follow-up":
    case "correct":
    case "retract":
    case "maintenance schedule":
    case "maintenance start":
    case "maintenance complete":
    case "maintenance extend":
    case "maintenance cancel":
    case "postmortem publish":
      return runSpeaking(command, argument, speakFlags(flags), surroundings, scrubber);
    default:
      return runReading(command, argument, flags, surroundings, scrubber);
  }
}

const OFFLINE_READING = /^($|list|show|due|report|verify|watch|log|approve|page |action list|postmortem )/;

/** Of these, what only shows what stands in the ledger. */
const LOOKING = /^($|list|show|due|report|log|action list)/;

/** The app; at a terminal where the ledger cannot be opened, over this machine's copy of it if the person agrees. */
async function openAsking(
  surroundings: Surroundings,
  scrubber: Scrubber,
  flags: OpenFlags & { readonly json?: boolean; readonly yes?: boolean; readonly plain?: boolean },
): Promise<{ readonly app: App; readonly offline: boolean }> {
  const { openApp } = await import("./app.ts");
  const app = await openApp(surroundings, scrubber, flags);
  if (flags.offline === true || !canPrompt(surroundings, flags))
    return { app, offline: flags.offline === true };
  try {
    await app.existingLedger();
    return { app, offline: false };
  } catch (error) {
    await app.close();
    // Whoever may go on without it is told so.
    if (!(error instanceof StatusError) || !(error.hint ?? "").includes("--offline")) throw error;
    surroundings.stderr.write(`${indented(error.message, "  ").trimStart()}\n`);
    const dialog = await openDialog(surroundings, flags);
    if (!(await dialog.confirm("Go on from this machine's copy?"))) throw error;
    return { app: await openApp(surroundings, scrubber, { ...flags, offline: true }), offline: true };
  }
}

async function runReading(
  command: string,
  argument: string | null,
  flags: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
  scrubber: Scrubber,
): Promise<number> {
  const { openApp } = await import("./app.ts");
  // Doctor tells of a ledger that fails, and carrying one over is no work for a copy.
  const asks = OFFLINE_READING.test(command);
  const { app, offline } = asks
    ? await openAsking(surroundings, scrubber, { ...flags, looking: LOOKING.test(command) })
    : { app: await openApp(surroundings, scrubber, flags), offline: flags.offline === true };
  try {
    switch (command) {
      case "":
        return await (await import("./commands/home.ts")).home(app, flags);
      case "list":
        return await (await import("./commands/list.ts")).list(app, flags);
      case "show":
        return await (await import("./commands/show.ts")).show(app, argument, flags);
      case "due":
        return await (await import("./commands/due.ts")).due(app, flags);
      case "report":
        return await (await import("./commands/report.ts")).report(app, argument, flags);
      case "watch":
        return await (await import("./commands/watch.ts")).watch(app, argument, flags, (quiet) =>
          openApp(quiet, scrubber, { ...flags, offline }),
        );
      case "worker":
        return await (await import("./commands/worker.ts")).worker(app, flags, packageVersion(), (each) =>
          openApp(each, scrubber, flags),
        );
      case "recipients":
        return await (await import("./commands/recipients.ts")).recipients(app, argument, flags);
      case "verify":
        return await (await import("./commands/verify.ts")).verify(app, argument, flags);
      case "doctor":
        return await (await import("./commands/doctor.ts")).doctor(app, flags);
      case "page build":
        return await (await import("./commands/page.ts")).writePages(app, "build", argument, flags);
      case "page publish":
        return await (await import("./commands/page.ts")).writePages(app, "publish", argument, flags);
      case "page serve":
        return await (await import("./commands/page-serve.ts")).servePage(app, argument, flags);
      case "lint":
        return await (await import("./commands/lint.ts")).lint(app, argument, flags);
      case "log":
        return await (await import("./commands/log.ts")).log(app, argument, flags);
      case "approve":
        return await (await import("./commands/approve.ts")).approve(
          app,
          argument,
          flags,
          canPrompt(surroundings, flags) ? await openDialog(surroundings, flags) : null,
        );
      case "postmortem draft":
        return await (await import("./commands/postmortem.ts")).draftPostmortem(app, argument, flags);
      case "action add":
      case "action done":
      case "action drop":
        return await (await import("./commands/action.ts")).changeAction(app, command, argument, flags);
      case "action list":
        return await (await import("./commands/action.ts")).listActions(app, argument, flags);
      case "config migrate-store":
        return await (await import("./commands/migrate-store.ts")).migrateStore(app, flags);
      default:
        throw new Error(`no such command: ${command}`);
    }
  } finally {
    await app.close();
  }
}

/** At these the ledger has the words, and a draft of them would say them twice. */
const SAID: readonly number[] = [EXIT.ok.code, EXIT.partial.code, EXIT.unknown.code];

/** The commands that speak: what was typed at prompts or piped in survives every failure. */
async function runSpeaking(
  command: Verb | "retry" | "postmortem publish",
  argument: string | null,
  flags: SpeakFlags,
  surroundings: Surroundings,
  scrubber: Scrubber,
): Promise<number> {
  const typed = new Typed();
  let message: string | null = null;
  let app: App | null = null;
  try {
    refuseEmpty(argument, flags);
    message = await readMessage(flags, surroundings);
    if (flags.message === "-" && message !== null) typed.keep({ message });
    ({ app } = await openAsking(surroundings, scrubber, flags));
    const dialog = canPrompt(surroundings, flags) ? await openDialog(surroundings, flags) : null;
    if (flags.plan !== undefined) {
      const { sayPlanned } = await import("./commands/plan.ts");
      const verb = command === "postmortem publish" ? "update" : command;
      return await sayPlanned(app, verb, argument, { ...flags, plan: flags.plan }, message, dialog);
    }
    switch (command) {
      case "retry":
        return await (await import("./commands/retry.ts")).retry(app, argument, flags, dialog);
      case "follow-up":
        return await (await import("./commands/follow-up.ts")).followUp(app, argument, flags, message);
      case "postmortem publish":
        return await (await import("./commands/postmortem.ts")).publishPostmortem(
          app,
          argument,
          flags,
          message,
          dialog,
          typed,
        );
      default: {
        const { speak } = await import("./commands/speak.ts");
        const code = await speak(app, command, argument, flags, { message, dialog, typed });
        if (SAID.includes(code) && flags.dryRun !== true) {
          const answers = { ...typed.over(flags), config: app.config.path };
          const line = commandLine(command, argument, answers, (answers.message ?? message) || null);
          dropDrafts(surroundings, app.config.folder, command, line);
        }
        return code;
      }
    }
  } catch (error) {
    if (typed.worthKeeping) {
      const answers = typed.over(flags);
      const text = (answers.message ?? message) || null;
      const path = keepDraft(
        surroundings,
        app?.config.folder ?? null,
        command,
        commandLine(
          command,
          argument,
          { ...answers, ...(app === null ? {} : { config: app.config.path }) },
          text,
        ),
      );
      if (path !== null)
        surroundings.stderr.write(`\nWhat you typed is kept. To say it: sh ${printable(path)}\n`);
    }
    throw error;
  } finally {
    await app?.close();
  }
}

/** Tells a person, or a script, what failed, why, and what to type next. */
function report(
  error: unknown,
  flags: { json?: boolean; debug?: boolean },
  surroundings: Surroundings,
): number {
  const { stderr, stdout } = surroundings;
  const style = styleFor(stderr, surroundings, false);
  if (error instanceof Cancelled || (error instanceof Error && error.name === "ExitPromptError")) {
    stderr.write(`\nStopped. ${error instanceof Cancelled ? error.message : "Nothing was sent."}\n`);
    return EXIT.interrupted.code;
  }
  const known = error instanceof StatusError;
  const code = known ? error.code : "BUG";
  const message = error instanceof Error ? error.message : String(error);
  const hint = known
    ? error.hint
    : "This is a bug in status. Nothing more is known than what stands here; `status list` shows what was said.";
  if (flags.json === true)
    stdout.write(`${JSON.stringify({ version: 1, error: { code, message, hint, retryAt: null } })}\n`);
  else if (code === "DECLINED") stderr.write(`${message}\n`);
  else {
    stderr.write(
      `${style.chalk.red(code === "BUG" ? "bug:" : "error:")} ${indented(message, "  ").trimStart()} ${style.chalk.dim(`[${code}]`)}\n`,
    );
    if (hint !== null) stderr.write(`${indented(hint, "  ")}\n`);
  }
  if (!known && error instanceof Error) stderr.write(`${indented(error.stack ?? "", "  ")}\n`);
  if (known && flags.debug === true && error.cause instanceof Error)
    stderr.write(`debug ${oneLine(error.cause.message)}\n`);
  return known ? EXIT_OF_BLAME[error.blame] : EXIT.bug.code;
}
