import { usageError } from "../../base/errors.ts";
import { followUp as follow, followUpDocument, type Round } from "../../status/follow-up.ts";
import { parseEvery } from "../../status/options.ts";
import type { App } from "../app.ts";
import { callerOf } from "../caller.ts";
import { EXIT } from "../exit-codes.ts";
import { optionsOf, parseMax, parseUntil, type SpeakFlags } from "../flags.ts";
import { keepFollowingUp } from "../follow-up-loop.ts";
import { codeOfRound, showIfPreview } from "../follow-up-round.ts";
import { sayPromise } from "../output/table.ts";
import { narrated } from "../speaking.ts";
import { Typed } from "../typed.ts";

/**
 * `status follow-up [incident]`: says the holding update where the promised time has come and nobody has spoken since;
 * without an incident on every open one. Safe to run from several places: exactly one of them speaks.
 * With `--every` it goes on doing so until they have ended.
 */
export async function followUp(
  app: App,
  reference: string | null,
  given: SpeakFlags,
  message: string | null,
): Promise<number> {
  const { every, max, until, ...flags } = given;
  if (every !== undefined) {
    refuseMisfits(app, given);
    return keepFollowingUp(
      app,
      reference,
      { flags: { ...flags, every }, message, everyMs: parseEvery(every) },
      {
        max: max === undefined ? Number.POSITIVE_INFINITY : parseMax(max),
        until:
          until === undefined
            ? null
            : parseUntil(until, app.surroundings.clock.now(), app.config.property.timeZone),
      },
    );
  }
  if (max !== undefined || until !== undefined)
    throw usageError(
      "EVERY_NEEDED",
      `${max === undefined ? "--until" : "--max"} is for follow-ups that repeat.`,
      "Add --every 30m",
    );
  const caller = callerOf(app, flags, null, new Typed());
  const rounds = await narrated(app, flags, (desk) =>
    follow(desk, reference, optionsOf(flags, message), caller),
  );
  for (const round of rounds) showIfPreview(app, round, flags);
  tell(app, rounds, flags);
  return Math.max(EXIT.ok.code, ...rounds.map(codeOfRound));
}

/** All that was said has been told on stdout, save with `--json`: there one document stands for all. */
function tell(app: App, rounds: readonly Round[], flags: SpeakFlags): void {
  const { stdout, stderr, clock } = app.surroundings;
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(followUpDocument(rounds))}\n`);
    return;
  }
  for (const { came, told } of rounds)
    if (told !== null) (came === "fault" ? stderr : stdout).write(`${told}\n`);
  if (rounds.some(({ came, told }) => came === "said" || told !== null)) return;
  const [soonest] = rounds
    .flatMap(({ until }) => (until === null ? [] : [until]))
    .sort((a, b) => a.getTime() - b.getTime());
  stdout.write(
    soonest === undefined
      ? "Nothing is due.\n"
      : `Nothing is due: the next update was promised by ${sayPromise(soonest, clock.now(), app.config.property.timeZone)}.\n`,
  );
}

/** What makes no sense where nobody is there to answer, and the command speaks more than once. */
function refuseMisfits({ surroundings }: App, flags: SpeakFlags): void {
  if (surroundings.drill !== null)
    throw usageError(
      "EVERY_IN_DRILL",
      "In a rehearsal time stands still while a command runs.",
      "Let it pass: later 30m — then: follow-up",
    );
  for (const [flag, given, why] of [
    ["--next-update", flags.nextUpdate, "--every says when the next update comes"],
    ["--key", flags.key, "a key speaks once"],
    ["--dry-run", flags.dryRun, "to see the text now: status follow-up --dry-run"],
  ] as const)
    if (given !== undefined)
      throw usageError("EVERY_MISFIT", `${flag} does not go with --every: ${why}.`, "Leave one of them out.");
  if (flags.yes !== true)
    throw usageError(
      "CONFIRMATION_NEEDED",
      "Follow-ups that repeat cannot ask each time, and --yes was not given.",
      "Nothing was sent. See the text with --dry-run instead of --every; then add --yes.",
    );
}
