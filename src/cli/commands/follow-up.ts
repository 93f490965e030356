import { usageError } from "../../base/errors.ts";
import { isOpen } from "../../incident/incident.ts";
import { EMPTY_LEDGER, namedIncident } from "../../status/incidents.ts";
import { parseEvery } from "../../status/options.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { parseMax, parseUntil, type SpeakFlags } from "../flags.ts";
import { keepFollowingUp } from "../follow-up-loop.ts";
import { followUpRound, type Round, type Script } from "../follow-up-round.ts";
import { sayPromise } from "../output/table.ts";

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
  const ledger = await app.existingLedger();
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
  const script: Script = { flags, message, everyMs: null, retriesOwn: true };
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", `There is no incident "${reference}".`, EMPTY_LEDGER);
  const incidents =
    ledger === null
      ? []
      : reference === null
        ? await ledger.openIncidents()
        : [await namedIncident(ledger, reference)].filter(isOpen);
  if (flags.key !== undefined && incidents.length > 1)
    throw usageError(
      "INCIDENT_NEEDED",
      `${incidents.length} incidents are open, and a key speaks once.`,
      `Name one: status follow-up ${incidents[0]?.id} --key ${flags.key}`,
    );
  const rounds: Round[] = [];
  for (const incident of incidents) rounds.push(await followUpRound(app, ledger!, incident, script));
  tell(app, rounds, flags);
  return Math.max(EXIT.ok.code, ...rounds.map(({ code }) => code));
}

/** All that was said has been told on stdout, save with `--json`: there one document stands for all. */
function tell(app: App, rounds: readonly Round[], flags: SpeakFlags): void {
  const { stdout, stderr, clock } = app.surroundings;
  const notable = rounds.filter(({ came }) => came !== "wait" && came !== "leave");
  if (flags.json === true) {
    const documents = notable.map(({ document }) => document);
    const silent = documents.flatMap((document) => (document.silent as string[] | undefined) ?? []);
    const outcomes = documents.map(({ outcome }) => outcome).filter((outcome) => outcome !== undefined);
    const outcome = outcomes.find((each) => each !== "delivered") ?? outcomes[0] ?? "nothing-to-do";
    const nothing = { version: 1, outcome: "nothing-to-do", deliveries: [], silent: [] };
    const several = { version: 1, outcome, followUps: documents, silent };
    stdout.write(`${JSON.stringify(documents.length > 1 ? several : (documents[0] ?? nothing))}\n`);
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
