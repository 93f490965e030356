import { usageError } from "../base/errors.ts";
import { outcomeOf, reportChannels } from "../broadcast/report.ts";
import { verify as readBack } from "../broadcast/verify.ts";
import type { Desk } from "./desk.ts";
import { deliveryEvent, type Spoken } from "./events.ts";
import { newestIncident } from "./incidents.ts";
import { type Duration, parseTimeout } from "./options.ts";
import { standingRows } from "./retry.ts";

/**
 * Reads posts back as the public sees them. The outcome is `partial` where one is missing or altered, or a required channel has
 * not spoken, `silent` where none has, `unknown` where it cannot be told whether one is out, else `delivered`.
 */
export async function verify(
  desk: Desk,
  reference: string | null,
  { timeout }: { readonly timeout?: Duration },
): Promise<Spoken> {
  const ledger = await desk.existingLedger();
  if (ledger === null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const incident = await newestIncident(ledger, reference);
  const { clock, stopping, stopped } = desk.surroundings;
  const standing = standingRows(await ledger.deliveries({ incidentId: incident.id }));
  await readBack(standing, {
    ledger,
    speakers: new Map((await desk.speakers(true)).map((speaker) => [speaker.name, speaker])),
    ...{ clock, stopping, stopped, owner: desk.owner },
    deadline: Date.now() + (timeout === undefined ? 60_000 : parseTimeout(timeout)),
    settleMs: 0,
    resendUnknown: new Set(),
    lookFirst: false,
    watch: (event) => desk.tell(deliveryEvent(event)),
  });
  const rows = await Promise.all(standing.map(({ id }) => ledger.delivery(id)));
  const reports = reportChannels(rows.filter((row) => row !== null));
  const update = (await ledger.updates(incident.id)).at(-1)!;
  const wrong = reports.some(({ verification }) => verification === "missing" || verification === "altered");
  const unsure = reports.some(({ state }) => state === "unknown");
  return { outcome: wrong ? "partial" : unsure ? "unknown" : outcomeOf(reports), incident, update, reports };
}
