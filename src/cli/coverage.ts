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

/** `5 of 6 channels`, and the names of those that are silent or were left out. */
export function sayCoverage(reports: readonly ChannelReport[]): string {
  const names = (chosen: readonly ChannelReport[]) => chosen.map((report) => report.channel).join(", ");
  const silent = reports.filter((report) => hasSpoken(report) === false);
  const leftOut = reports.filter((report) => hasSpoken(report) === null);
  const parts = [`${reports.length - silent.length - leftOut.length} of ${reports.length} channels`];
  if (silent.length > 0) parts.push(`silent: ${names(silent)}`);
  if (leftOut.length > 0) parts.push(`left out: ${names(leftOut)}`);
  return parts.join("; ");
}
