import { StatusError } from "../../base/errors.ts";
import { isOpen } from "../../incident/incident.ts";
import type { App } from "../app.ts";
import { EXIT, EXIT_OF_BLAME } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import { namedIncident } from "../incidents.ts";
import { oneLine } from "../output/printable.ts";
import { sayPromise } from "../output/table.ts";
import { Typed } from "../typed.ts";
import { isDue, update } from "./update.ts";

/**
 * `status follow-up [incident]`: broadcasts the holding template if the promised time has come and nobody has spoken since.
 * Without an incident it serves every open one. Safe to run from several places: exactly one of them speaks.
 */
export async function followUp(
  app: App,
  reference: string | null,
  flags: SpeakFlags,
  message: string | null,
): Promise<number> {
  const ledger = await app.existingLedger();
  const { stdout, clock } = app.surroundings;
  const named =
    ledger !== null && reference !== null
      ? [await namedIncident(ledger, reference)]
      : ((await ledger?.incidents()) ?? []);
  const due = named.filter((incident) => isDue(incident, clock.now()));
  if (due.length === 0) {
    const next = named
      .filter(isOpen)
      .flatMap(({ nextUpdateAt }) => (nextUpdateAt === null ? [] : [nextUpdateAt]));
    const soonest = next.sort((a, b) => a.getTime() - b.getTime())[0];
    if (flags.json === true)
      stdout.write('{"version":1,"outcome":"nothing-to-do","deliveries":[],"silent":[]}\n');
    else
      stdout.write(
        soonest === undefined
          ? "Nothing is due.\n"
          : `Nothing is due: the next update was promised by ${sayPromise(soonest, clock.now(), app.config.property.timeZone)}.\n`,
      );
    return EXIT.ok.code;
  }
  let worst: number = EXIT.ok.code;
  const documents: Record<string, unknown>[] = [];
  for (const incident of due) {
    let printed = "";
    const sink =
      flags.json === true && due.length > 1
        ? {
            ...stdout,
            write: (text: string) => {
              printed += text;
            },
          }
        : stdout;
    const code = await followUpOne(
      { ...app, surroundings: { ...app.surroundings, stdout: sink } },
      incident.id,
      flags,
      message,
    );
    worst = Math.max(worst, code);
    if (printed !== "") documents.push(JSON.parse(printed) as Record<string, unknown>);
  }
  if (documents.length > 0) {
    const silent = documents.flatMap((document) => (document.silent as string[] | undefined) ?? []);
    const outcome =
      documents.map((document) => document.outcome).find((each) => each !== "delivered") ?? "delivered";
    stdout.write(`${JSON.stringify({ version: 1, outcome, followUps: documents, silent })}\n`);
  }
  return worst;
}

/** One incident's fault is told and does not keep the others waiting. */
async function followUpOne(app: App, id: string, flags: SpeakFlags, message: string | null): Promise<number> {
  const { stdout, stderr } = app.surroundings;
  try {
    return await update(app, "follow-up", id, flags, message, null, new Typed());
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    // Somebody else has just kept the promise: that is what was wanted.
    const kept = error.code === "UPDATE_OVERTAKEN";
    const { code, message: what, hint } = error;
    if (flags.json === true)
      stdout.write(
        `${JSON.stringify(kept ? { version: 1, outcome: "nothing-to-do", deliveries: [], silent: [] } : { version: 1, error: { code, message: what, hint, retryAt: null } })}\n`,
      );
    else if (kept) stdout.write("Nothing to do: somebody else has just spoken.\n");
    else
      stderr.write(
        `${oneLine(id)}: ${oneLine(what)} [${code}]\n${hint === null ? "" : `  ${oneLine(hint)}\n`}`,
      );
    return kept ? EXIT.ok.code : EXIT_OF_BLAME[error.blame];
  }
}
