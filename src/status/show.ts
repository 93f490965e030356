import { usageError } from "../base/errors.ts";
import type { Delivery } from "../broadcast/ledger.ts";
import { reportChannels } from "../broadcast/report.ts";
import type { Incident, Update } from "../incident/incident.ts";
import { type ChannelCoverage, coverageOf } from "./coverage.ts";
import type { Desk } from "./desk.ts";
import { deliveryFields, incidentFields, type ShowDocument } from "./documents.ts";
import { newestIncident } from "./incidents.ts";

/** One incident, all that was said of it, and where each channel stands. */
export interface Shown {
  readonly incident: Incident;
  readonly updates: readonly Update[];
  readonly deliveries: readonly Delivery[];
  readonly coverage: readonly ChannelCoverage[];
  readonly document: ShowDocument;
}

/** The timeline of one incident, and where each channel stands. Throws INCIDENT_UNKNOWN. */
export async function show(desk: Desk, reference: string | null): Promise<Shown> {
  const ledger = await desk.existingLedger();
  if (ledger === null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const incident = await newestIncident(ledger, reference, "to-read");
  const updates = await ledger.updates(incident.id);
  const deliveries = await ledger.deliveries({ incidentId: incident.id });
  const coverage = await coverageOf(ledger, incident.id);
  const document: ShowDocument = {
    version: 1,
    incident: incidentFields(incident),
    updates: updates.map(({ id, number, verb, template, key, at, author, standing }) => ({
      ...{ id, number, verb, template, key, at, author },
      ...{ phase: standing.phase, impact: standing.impact },
      ...{ components: standing.components, nextUpdateAt: standing.nextUpdateAt },
      deliveries: reportChannels(deliveries.filter(({ updateId }) => updateId === id)).map(deliveryFields),
    })),
    coverage: coverage.map((channel) => ({ ...deliveryFields(channel), updateNumber: channel.updateNumber })),
  };
  return { incident, updates, deliveries, coverage, document };
}
