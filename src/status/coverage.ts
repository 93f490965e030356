import { type Delivery, type Ledger, needsAttention } from "../broadcast/ledger.ts";
import { byChannel, type ChannelReport, reportChannels } from "../broadcast/report.ts";

/** Where a channel stands on an incident. */
export interface ChannelCoverage extends ChannelReport {
  /** The update that this is about: the newest, or an older one that is still silent or unknown here. */
  readonly updateNumber: number;
}

/** Where each channel stands on an incident, in the order in which the channels first appear. */
export async function coverageOf(ledger: Ledger, incidentId: string): Promise<ChannelCoverage[]> {
  return coverageFrom(await ledger.deliveries({ incidentId }));
}

/**
 * The same from all deliveries of one incident. A channel shows the newest update where it was meant to be heard there;
 * one that was left out of it by choice shows what is still silent or unknown there, else that it was left out.
 */
export function coverageFrom(deliveries: readonly Delivery[]): ChannelCoverage[] {
  const newest = newestUpdate(deliveries);
  return [...byChannel(deliveries).values()].map((rows) => {
    const of = (number: number) => rows.filter(({ updateNumber }) => updateNumber === number);
    const now = of(newest);
    if (now.some(({ state }) => state !== "skipped")) return standing(now);
    const older = rows.filter(needsAttention).map(({ updateNumber }) => updateNumber);
    if (older.length > 0) return standing(of(Math.max(...older)));
    if (now.length > 0) return standing(now);
    const before = standing(of(newestUpdate(rows)));
    return {
      ...{ ...before, updateNumber: newest, state: "skipped", reason: "not set up", verification: null },
      ...{ remoteId: null, url: null, attempts: 0, elapsedMs: null, text: null, error: null, parts: [] },
    };
  });
}

function newestUpdate(rows: readonly Delivery[]): number {
  return rows.reduce((newest, { updateNumber }) => Math.max(newest, updateNumber), 0);
}

function standing(rows: readonly Delivery[]): ChannelCoverage {
  return { ...reportChannels(rows)[0]!, updateNumber: rows[0]!.updateNumber };
}
