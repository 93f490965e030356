import { StatusError } from "../../base/errors.ts";
import { isOpen } from "../../incident/incident.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import { namedIncident } from "../incidents.ts";
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
  for (const incident of due) {
    try {
      worst = Math.max(worst, await update(app, "follow-up", incident.id, flags, message, null, new Typed()));
    } catch (error) {
      // Somebody else has just kept the promise: that is what was wanted.
      if (!(error instanceof StatusError && error.code === "UPDATE_OVERTAKEN")) throw error;
      if (flags.json === true)
        stdout.write('{"version":1,"outcome":"nothing-to-do","deliveries":[],"silent":[]}\n');
      else stdout.write("Nothing to do: somebody else has just spoken.\n");
    }
  }
  return worst;
}
