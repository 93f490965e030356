import { usageError } from "../base/errors.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import type { Desk } from "./desk.ts";
import { namedIncident } from "./incidents.ts";
import { refuseEmpty, type SinceOptions } from "./options.ts";
import { type Entry, readRecord } from "./record.ts";
import type { LogDocument } from "./record-documents.ts";
import { parseSince } from "./report.ts";

export interface Logged {
  readonly record: readonly Entry[];
  /** Null where nothing was ever said. */
  readonly ledger: Ledger | null;
  /** How far back was looked; null for all. */
  readonly sinceMs: number | null;
  readonly document: LogDocument;
}

const DEFAULT_SINCE = "30d";

/**
 * Who said, approved, overrode and corrected what: of one incident from its beginning, of all for `since` (30 days; everything
 * ever with `all`). Throws SINCE_UNREADABLE, INCIDENT_UNKNOWN.
 */
export async function log(
  desk: Desk,
  reference: string | null,
  { since, all = false }: SinceOptions & { readonly all?: boolean },
): Promise<Logged> {
  refuseEmpty(reference, {});
  const unbounded = since === undefined && (reference !== null || all);
  const sinceMs = unbounded ? null : parseSince(since ?? DEFAULT_SINCE);
  const ledger = await desk.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const incident = reference === null || ledger === null ? null : await namedIncident(ledger, reference);
  const earliest = sinceMs === null ? null : new Date(desk.surroundings.clock.now().getTime() - sinceMs);
  const record = ledger === null ? [] : await readRecord(ledger, incident?.id ?? null, earliest);
  return { record, ledger, sinceMs, document: { version: 1, entries: record } };
}
