import type { Ledger } from "../broadcast/ledger.ts";
import type { Incident } from "../incident/incident.ts";
import { followUpRound as follow, type Round } from "../status/follow-up.ts";
import { isPreview } from "../status/say.ts";
import type { App } from "./app.ts";
import { callerOf } from "./caller.ts";
import { EXIT, EXIT_OF_BLAME } from "./exit-codes.ts";
import { optionsOf, type SpeakFlags } from "./flags.ts";
import { showDryRun } from "./output/dry-run.ts";
import { codeOf, narrated } from "./speaking.ts";
import { Typed } from "./typed.ts";

/** What is said, and how: without the flags of a follow-up that repeats. */
export interface Script {
  readonly flags: SpeakFlags;
  readonly message: string | null;
  /** For a follow-up that repeats: what it promises, and how long after the last word it speaks where nothing was promised. */
  readonly everyMs: number | null;
}

/** One round, told on the terminal as any update is. */
export async function followUpRound(
  app: App,
  ledger: Ledger,
  incident: Incident,
  { flags, message, everyMs }: Script,
): Promise<Round> {
  const caller = callerOf(app, flags, null, new Typed());
  const script = { options: optionsOf(flags, message), everyMs };
  const round = await narrated(app, flags, (desk) => follow(desk, ledger, incident, script, caller));
  showIfPreview(app, round, flags);
  return round;
}

/** A preview is shown; with --json its document is among the others. */
export function showIfPreview(app: App, { result }: Round, flags: SpeakFlags): void {
  if (flags.json !== true && result !== null && isPreview(result)) showDryRun(app, result, flags);
}

/** The exit code that a round alone would give. */
export function codeOfRound({ result, overdue, fault }: Round): number {
  if (fault !== null) return EXIT_OF_BLAME[fault.blame];
  const code = result === null || isPreview(result) ? EXIT.ok.code : codeOf(result);
  return code === EXIT.ok.code && overdue ? EXIT.overdue.code : code;
}
