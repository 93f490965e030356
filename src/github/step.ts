import { randomBytes } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { usageError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import { main } from "../cli/main.ts";
import { endOwnCode } from "../cli/own-code.ts";
import { processSurroundings, type Sink, type Surroundings } from "../cli/surroundings.ts";
import { ALL_FAIL, exitWord, failureDocument, readStep, type Step } from "./inputs.ts";
import { outputsOf, writeOutputs } from "./outputs.ts";
import { faultOf, type Result, readResults, whyOf } from "./result.ts";
import { summarize } from "./summary.ts";
import { annotate, annotationLine } from "./workflow-commands.ts";

/**
 * A step of a GitHub workflow: inputs from the environment, one command, then annotations, outputs and the job's summary.
 * Returns the exit code of the step: the command's, or 0 where `fail-on` lets that pass. Throws nothing.
 */
export async function runStep(given: Surroundings = processSurroundings()): Promise<number> {
  const { env, stdout } = given;
  // One stream for all: of two, the runner may read the second before the line that makes it inert.
  const token = randomBytes(16).toString("hex");
  stdout.write(`::stop-commands::${token}\n`);
  const { step, printed, code } = await carryOut(given);
  const results = readResults(printed);
  const fails = (step?.failsOn ?? ALL_FAIL).has(code);
  for (const result of results) for (const line of linesOf(result)) stdout.write(`${oneLine(line)}\n`);
  stdout.write(`status ended with ${code} (${exitWord(code)}).\n`);
  stdout.write(`::${token}::\n`);
  for (const each of annotate(results, step?.command ?? "", fails)) stdout.write(`${annotationLine(each)}\n`);
  const dryRun = step?.argv.includes("--dry-run") === true;
  const written = [
    attempt(env.GITHUB_OUTPUT, (file) => writeOutputs(file, outputsOf(results, printed, code))),
    attempt(env.GITHUB_STEP_SUMMARY, (file) =>
      appendFileSync(file, summarize(step?.command ?? null, results, code, dryRun)),
    ),
  ];
  // What was said is said, whatever became of these files.
  for (const failure of written)
    if (failure !== null)
      stdout.write(`${annotationLine({ level: "warning", title: "status: runner", text: failure })}\n`);
  const ending = fails ? code : 0;
  if (given.ownsProcess === true) {
    given.unheed?.();
    endOwnCode(ending);
  }
  return ending;
}

interface CarriedOut {
  readonly step: Step | null;
  /** The command's own document. */
  readonly printed: string;
  readonly code: number;
}

async function carryOut(given: Surroundings): Promise<CarriedOut> {
  let step: Step | null = null;
  try {
    step = readStep(given.env);
    const cwd = resolve(given.env.GITHUB_WORKSPACE || given.cwd, step.workingDirectory);
    if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw usageError(
        "INPUT_FOLDER",
        `The input working-directory names no folder: ${cwd}`,
        "Is the repository checked out before this step?",
      );
    const caught: string[] = [];
    const quiet: Sink = { write: (text) => void caught.push(text), isTerminal: false, columns: 200 };
    const code = await main(step.argv, {
      ...given,
      ...{ cwd, stdout: quiet, stderr: given.stdout, stdin: Readable.from([]) },
    });
    return { step, printed: caught.join(""), code };
  } catch (error) {
    const { line, code } = failureDocument(error);
    return { step, printed: line, code };
  }
}

/** For the log: the coverage, a line for each channel. */
function linesOf({ incident, outcome, deliveries, error, due }: Result): string[] {
  return [
    ...(incident === undefined ? [] : [`${incident.title} (${incident.id})`]),
    ...(outcome === undefined ? [] : [`outcome: ${outcome}`]),
    ...deliveries.map((told) => {
      const why = faultOf(told) === null ? (told.reason ?? "") : whyOf(told);
      return ["channel", told.channel, told.state, told.url ?? "", why].filter(Boolean).join(" ");
    }),
    ...(due ?? []).map(({ title, kind, dueAt }) => `due: ${title}: ${kind} by ${dueAt}`),
    ...(error === undefined ? [] : [`${error.code}: ${error.message} ${error.hint ?? ""}`]),
  ];
}

function attempt(file: string | undefined, write: (file: string) => void): string | null {
  if (file === undefined || file === "") return null;
  try {
    write(file);
    return null;
  } catch (error) {
    return `a file of the runner could not be written: ${(error as Error).message}`;
  }
}
