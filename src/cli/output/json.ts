import type { ChannelReport, Outcome } from "../../broadcast/report.ts";
import { silentChannels } from "../../broadcast/report.ts";
import type { Incident, Update } from "../../incident/incident.ts";

/** The `--json` document of every command that speaks. Fields are only ever added. */
export function broadcastDocument(
  outcome: Outcome,
  incident: Incident,
  update: Update,
  reports: readonly ChannelReport[],
): Record<string, unknown> {
  return {
    version: 1,
    outcome,
    incident: incidentFields(incident),
    update: {
      id: update.id,
      number: update.number,
      template: update.template,
      key: update.key,
    },
    deliveries: reports.map(deliveryFields),
    silent: silentChannels(reports),
  };
}

export function incidentFields(incident: Incident): Record<string, unknown> {
  const { id, title, type, phase, impact, components, startedAt, acknowledgedAt, resolvedAt, nextUpdateAt } =
    incident;
  const { endsAt, automatic } = incident;
  return {
    id,
    title,
    type,
    phase,
    impact,
    components,
    startedAt,
    acknowledgedAt,
    resolvedAt,
    nextUpdateAt,
    ...{ endsAt, automatic },
  };
}

export function deliveryFields(report: ChannelReport): Record<string, unknown> {
  const { channel, kind, state, reason, verification, remoteId, url, attempts, elapsedMs, text, error } =
    report;
  const { required, audience, parts } = report;
  return {
    ...{
      channel,
      kind,
      state,
      reason,
      verification,
      remoteId,
      url,
      attempts,
      elapsedMs,
      text,
    },
    parts: parts.map((part) => ({ ...part })),
    error,
    required,
    audience,
  };
}
