import type { Ledger } from "../broadcast/ledger.ts";
import { type ChannelReport, hasSpoken, reportChannels } from "../broadcast/report.ts";

/** Where each channel stands on an incident: its newest post that was meant to be made there. */
export async function coverageOf(ledger: Ledger, incidentId: string): Promise<ChannelReport[]> {
  const rows = await ledger.deliveries({ incidentId });
  const newest = new Map<string, number>();
  for (const row of rows)
    if (row.state !== "superseded" && (row.state !== "skipped" || !newest.has(row.channel)))
      newest.set(row.channel, row.updateNumber);
  return reportChannels(rows.filter((row) => newest.get(row.channel) === row.updateNumber));
}

/** `5 of 6 channels` and the names of those that are missing. */
export function sayCoverage(reports: readonly ChannelReport[]): string {
  const meant = reports.filter((report) => hasSpoken(report) !== null);
  const missing = meant.filter((report) => hasSpoken(report) === false).map((report) => report.channel);
  const count = `${meant.length - missing.length} of ${meant.length} channels`;
  return missing.length === 0 ? count : `${count}; silent: ${missing.join(", ")}`;
}
