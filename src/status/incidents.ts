import { usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import type { Incident } from "../incident/incident.ts";
import type { Person } from "./caller.ts";

/** The incident that an id, a unique prefix of one, or the key of an announcement names. */
export async function namedIncident(ledger: Ledger, reference: string): Promise<Incident> {
  const exact = await ledger.incident(reference);
  if (exact !== null) return exact;
  const keyed = await ledger.updateByKey(reference);
  const byKey = keyed === null ? null : await ledger.incident(keyed.update.incidentId);
  if (byKey !== null) return byKey;
  const incidents = await ledger.incidents();
  // Whoever forgot the date may type the words behind it.
  const matches = incidents.filter(
    ({ id }) => id.startsWith(reference) || id.slice("2010-06-29-".length).startsWith(reference),
  );
  if (matches.length === 1) return matches[0]!;
  if (matches.length > 1)
    throw usageError(
      "INCIDENT_AMBIGUOUS",
      `"${reference}" begins ${matches.length} incidents: ${matches.map(({ id }) => id).join(", ")}.`,
      "Type more of the id.",
    );
  throw usageError(
    "INCIDENT_UNKNOWN",
    `There is no incident "${reference}".`,
    incidents.length === 0
      ? EMPTY_LEDGER
      : suggest(
          reference,
          incidents.slice(0, 10).map(({ id }) => id),
        ),
  );
}

/** For a runner that starts without the ledger of the job before. */
export const EMPTY_LEDGER =
  "This ledger knows of none. Where another one knew it: repeat the announcement with its --key, which says nothing twice; docs/ci.md has how to keep one.";

/**
 * The named one, else the only open one; with two or more a person chooses, and a script must say.
 * What is only scheduled stands back while something is under way. `of` narrows the choice to one type.
 */
export async function openIncident(
  ledger: Ledger,
  reference: string | null,
  person: Person | null,
  of: Incident["type"] | null = null,
): Promise<Incident> {
  if (reference !== null) return namedIncident(ledger, reference);
  const all = (await ledger.openIncidents()).filter(({ type }) => of === null || type === of);
  const underWay = all.filter(({ phase }) => phase !== "scheduled");
  const open = of !== null || underWay.length === 0 ? all : underWay;
  if (open.length === 1) return open[0]!;
  if (open.length === 0)
    throw of === "maintenance"
      ? usageError("NO_OPEN_INCIDENT", "No work is planned.", "To plan some: status maintenance schedule")
      : usageError("NO_OPEN_INCIDENT", "No incident is open.", "To open one: status announce");
  if (person !== null) return person.incident(open);
  throw usageError(
    "INCIDENT_NEEDED",
    `${open.length} incidents are open: ${open.map(({ id }) => id).join(", ")}.`,
    "Name one: its id, or the beginning of it.",
  );
}

/**
 * The named one, else the newest with a silent or unknown delivery, else the newest. A notice stands back behind every
 * incident; it comes first only where it is silent itself and posts are to be mended, not read.
 */
export async function newestIncident(
  ledger: Ledger,
  reference: string | null,
  meant: "to-mend" | "to-read" = "to-mend",
): Promise<Incident> {
  if (reference !== null) return namedIncident(ledger, reference);
  const [all, unsettled] = [await ledger.incidents(), await ledger.unsettled()];
  const incidents = all.filter(({ type }) => type !== "notice");
  const mended = unsettled.find(
    ({ type }) => type !== "notice" || meant !== "to-read" || incidents.length === 0,
  );
  if (mended !== undefined) return mended;
  const newest = incidents[0] ?? all[0];
  if (newest !== undefined) return newest;
  throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
}
