import { usageError } from "../../base/errors.ts";
import type { Delivery } from "../../broadcast/ledger.ts";
import { reportChannels } from "../../broadcast/report.ts";
import { verify as readBack } from "../../broadcast/verify.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { parseTimeout } from "../flags.ts";
import { newestIncident } from "../incidents.ts";
import { broadcastDocument } from "../output/json.ts";
import { oneLine } from "../output/printable.ts";
import { styleFor } from "../output/style.ts";
import { coverageTable, heading } from "../output/table.ts";

/** `status verify [incident]`: reads posts back as the public sees them. Exit 0, 5 missing or altered, 7 cannot tell. */
export async function verify(
  app: App,
  reference: string | null,
  flags: { json?: boolean; plain?: boolean; timeout?: string },
): Promise<number> {
  const ledger = await app.existingLedger();
  if (ledger === null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const chosen = await newestIncident(ledger, reference);
  const { surroundings } = app;
  const newest = new Map<string, Delivery>();
  for (const row of await ledger.deliveries({ incidentId: chosen.id }))
    if (row.state !== "skipped" && row.state !== "superseded") newest.set(`${row.channel}\n${row.part}`, row);
  await readBack([...newest.values()], {
    ledger,
    speakers: new Map((await app.speakers(true)).map((speaker) => [speaker.name, speaker])),
    clock: surroundings.clock,
    owner: app.owner,
    deadline: Date.now() + (flags.timeout === undefined ? 60_000 : parseTimeout(flags.timeout)),
    stopping: surroundings.stopping,
    stopped: surroundings.stopped,
    settleMs: 0,
    resendUnknown: new Set(),
    lookFirst: false,
    watch: () => {},
  });
  const rows = await Promise.all([...newest.keys()].map((key) => ledger.delivery(newest.get(key)!.id)));
  const reports = reportChannels(rows.filter((row) => row !== null));
  const update = (await ledger.updates(chosen.id)).at(-1)!;
  const wrong = reports.some(({ verification }) => verification === "missing" || verification === "altered");
  const unsure = reports.some((report) => report.state === "unknown");
  if (flags.json === true)
    surroundings.stdout.write(
      `${JSON.stringify(broadcastDocument(wrong ? "partial" : unsure ? "unknown" : "delivered", chosen, update, reports))}\n`,
    );
  else {
    const style = styleFor(surroundings.stdout, surroundings, flags.plain === true);
    surroundings.stdout.write(
      heading(chosen, update, style) + coverageTable(reports, style, app.config.property.timeZone),
    );
    for (const { channel, verification } of reports)
      if (verification !== null && verification !== "seen")
        surroundings.stdout.write(`  ${channel}: ${oneLine(SAID[verification])}\n`);
  }
  if (unsure) return EXIT.unknown.code;
  return wrong ? EXIT.partial.code : EXIT.ok.code;
}

const SAID = {
  missing: "missing: it was sent and is no longer there",
  altered: "altered: what is there differs from what was sent",
  "not-yet": "not visible yet",
  cannot: "cannot be read back",
  seen: "seen",
} as const;
