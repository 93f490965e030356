import { parseDuration } from "../base/duration.ts";
import { usageError } from "../base/errors.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { type Figures, figuresOf, type Totals, totalsOf } from "../cadence/figures.ts";
import { type IncidentSilence, type SilencePolicy, silenceOf } from "../cadence/silence.ts";
import type { Incident, Update } from "../incident/incident.ts";
import type { Desk } from "./desk.ts";
import { namedIncident } from "./incidents.ts";
import { type Duration, refuseEmpty, type SinceOptions } from "./options.ts";

/** One incident with all that is told of it afterwards. */
export interface Report {
  readonly incident: Incident;
  /** Oldest first. */
  readonly updates: readonly Update[];
  readonly silence: IncidentSilence;
  readonly figures: Figures;
}

/** What is told of one incident, or of all that began within a time. */
export interface Reports {
  /** Newest first. */
  readonly reports: readonly Report[];
  readonly totals: Totals;
  /** How far back was looked. */
  readonly sinceMs: number;
}

const DEFAULT_SINCE = "90d";

/**
 * Time to the first word, promises kept, and the silence on each channel: of one incident, ended or not, or of all that began
 * within `since` (90 days). Throws SINCE_WITH_INCIDENT, SINCE_UNREADABLE, INCIDENT_UNKNOWN, NOTICE_UNREPORTED.
 */
export async function report(
  desk: Desk,
  reference: string | null,
  { since }: SinceOptions,
): Promise<Reports> {
  refuseEmpty(reference, {});
  if (reference !== null && since !== undefined)
    throw usageError(
      "SINCE_WITH_INCIDENT",
      "--since is for the report over all incidents, and one is named.",
      "Leave out one of the two.",
    );
  const sinceMs = parseSince(since ?? DEFAULT_SINCE);
  const ledger = await desk.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const reports =
    reference === null
      ? await reportsSince(desk, ledger, sinceMs)
      : [await oneReport(desk, ledger!, reference)];
  return { reports, totals: totalsOf(reports), sinceMs };
}

/** How far back to look, in milliseconds. Throws SINCE_UNREADABLE. */
export function parseSince(since: Duration): number {
  const sinceMs = typeof since === "number" ? since : parseDuration(since);
  if (sinceMs !== null && sinceMs > 0) return sinceMs;
  throw usageError(
    "SINCE_UNREADABLE",
    `--since ${since} is no duration of up to a year.`,
    "Say 30d, 90d or 12h.",
  );
}

/** By when a first word is owed. */
export function silencePolicyOf({ config }: Pick<Desk, "config">): SilencePolicy {
  return { acknowledgeWithinMs: config.cadence.acknowledgeWithin };
}

export async function reportOn(
  incident: Incident,
  ledger: Ledger,
  { now, policy }: { readonly now: Date; readonly policy: SilencePolicy },
): Promise<Report> {
  const updates = await ledger.updates(incident.id);
  const deliveries = await ledger.deliveries({ incidentId: incident.id });
  const silence = silenceOf(incident, updates, deliveries, now, policy);
  return { incident, updates, silence, figures: figuresOf(silence) };
}

async function oneReport(desk: Desk, ledger: Ledger, reference: string): Promise<Report> {
  const incident = await namedIncident(ledger, reference);
  if (incident.type === "notice")
    throw usageError(
      "NOTICE_UNREPORTED",
      `${incident.id} is a notice; it promises nothing, so there is nothing to report.`,
      "To see it: status show",
    );
  return reportOn(incident, ledger, { now: desk.surroundings.clock.now(), policy: silencePolicyOf(desk) });
}

async function reportsSince(desk: Desk, ledger: Ledger | null, sinceMs: number): Promise<Report[]> {
  const given = { now: desk.surroundings.clock.now(), policy: silencePolicyOf(desk) };
  const earliest = given.now.getTime() - sinceMs;
  const chosen = ((await ledger?.incidents()) ?? []).filter(
    ({ type, startedAt }) => type !== "notice" && startedAt.getTime() >= earliest,
  );
  const reports: Report[] = [];
  for (const incident of chosen) reports.push(await reportOn(incident, ledger!, given));
  return reports.sort((a, b) => b.incident.startedAt.getTime() - a.incident.startedAt.getTime());
}
