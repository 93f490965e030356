import { oneLine } from "../../base/printable.ts";
import { broadcastDocument } from "../../status/documents.ts";
import { verify as readBack } from "../../status/verify.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import { coverageTable, heading, whatIsOwed } from "../output/table.ts";

/** `status verify [incident]`: reads posts back as the public sees them. Exit 0, 5 missing, altered or never said, 7 cannot tell. */
export async function verify(
  app: App,
  reference: string | null,
  flags: { json?: boolean; plain?: boolean; timeout?: string },
): Promise<number> {
  const { outcome, incident, update, reports } = await readBack(app, reference, flags);
  const { stdout } = app.surroundings;
  if (flags.json === true)
    stdout.write(`${JSON.stringify(broadcastDocument(outcome, incident, update, reports))}\n`);
  else {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    stdout.write(
      heading(incident, update, style) + coverageTable(reports, style, app.config.property.timeZone),
    );
    for (const { channel, verification } of reports)
      if (verification !== null && verification !== "seen")
        stdout.write(`  ${channel}: ${oneLine(SAID[verification])}\n`);
    stdout.write(whatIsOwed(incident, reports, style));
  }
  if (reports.some(({ state }) => state === "unknown")) return EXIT.unknown.code;
  return outcome === "delivered" ? EXIT.ok.code : EXIT.partial.code;
}

const SAID = {
  missing: "missing: it was sent and is no longer there",
  altered: "altered: what is there differs from what was sent",
  "not-yet": "not visible yet",
  cannot: "cannot be read back",
  seen: "seen",
} as const;
