import type { Delivery } from "../broadcast/ledger.ts";
import type { Caller } from "../status/caller.ts";
import { carryOut as carry, type Said } from "../status/carry-out.ts";
import type { Desk } from "../status/desk.ts";
import { broadcastDocument } from "../status/documents.ts";
import type { SpeakOptions } from "../status/options.ts";
import { isPreview, KeptForApproval, type Preview } from "../status/say.ts";
import type { App } from "./app.ts";
import { callerOf } from "./caller.ts";
import type { Dialog } from "./dialog.ts";
import { EXIT, EXIT_OF_OUTCOME } from "./exit-codes.ts";
import { optionsOf, type SpeakFlags } from "./flags.ts";
import { showDryRun } from "./output/dry-run.ts";
import { Narrator } from "./output/narrator.ts";
import type { Typed } from "./typed.ts";

/** An operation that speaks, with all that it takes. */
export type Speaking = (desk: Desk, options: SpeakOptions, caller: Caller) => Promise<Said | Preview>;

/** Runs it for whoever is at the terminal, or for a script; tells what happens and what came of it. Returns the exit code. */
export async function speaking(
  app: App,
  flags: SpeakFlags,
  { message, dialog, typed }: { message: string | null; dialog: Dialog | null; typed: Typed },
  operation: Speaking,
): Promise<number> {
  const caller = callerOf(app, flags, dialog, typed);
  try {
    const result = await narrated(app, flags, (desk) => operation(desk, optionsOf(flags, message), caller));
    return isPreview(result) ? showDryRun(app, result, flags) : conclude(app, flags, result);
  } catch (error) {
    // A person has just agreed to that; for a script it is a refusal.
    if (!(error instanceof KeptForApproval) || dialog === null) throw error;
    app.surroundings.stderr.write(`\n${error.told}\n${error.next}\n`);
    return EXIT.refused.code;
  }
}

/** Runs it, telling on the terminal what happens. */
export async function narrated<T>(
  app: App,
  flags: SpeakFlags,
  operation: (desk: Desk) => Promise<T>,
): Promise<T> {
  const narrator = new Narrator(app, flags);
  try {
    return await operation({
      ...app,
      get config() {
        return app.config;
      },
      tell: (happening) => narrator.tell(happening),
    });
  } finally {
    narrator.end();
  }
}

/** Takes recorded deliveries as far as they can go, and tells what became of them. Returns the exit code. */
export async function carryOut(
  app: App,
  updateId: string,
  deliveries: readonly Delivery[],
  flags: SpeakFlags,
): Promise<number> {
  const options = optionsOf(flags, null);
  const said = await narrated(app, flags, (desk) =>
    carry(desk, updateId, deliveries, options, { resumed: true }),
  );
  return conclude(app, flags, said);
}

/** With --json, the document of what was said: people have been told already. Returns the exit code. */
export function conclude(app: App, flags: SpeakFlags, said: Said): number {
  const { outcome, incident, update, reports } = said;
  if (flags.json === true)
    app.surroundings.stdout.write(
      `${JSON.stringify(broadcastDocument(outcome, incident, update, reports))}\n`,
    );
  return codeOf(said);
}

export function codeOf({ interrupted, outcome }: Said): number {
  return interrupted ? EXIT.interrupted.code : EXIT_OF_OUTCOME[outcome];
}
