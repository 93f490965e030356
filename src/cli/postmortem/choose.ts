import { existsSync } from "node:fs";
import { refusal, usageError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import type { DeliveryState, Ledger } from "../../broadcast/ledger.ts";
import { type Incident, isClosed } from "../../incident/incident.ts";
import { namedIncident } from "../../status/incidents.ts";
import { usualPath } from "../../status/postmortem-path.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";

/** An incident or planned work that is over. */
export type Ended = Incident & { readonly resolvedAt: Date };

/** The ledger of what was said. Throws INCIDENT_UNKNOWN where nothing ever was. */
export async function ledgerOf(app: App): Promise<Ledger> {
  const ledger = await app.existingLedger();
  if (ledger !== null) return ledger;
  throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
}

/** Throws INCIDENT_OPEN, NOTICE_UNEXPLAINED. */
export async function named(ledger: Ledger, reference: string): Promise<Ended> {
  if (reference === "")
    throw usageError(
      "INCIDENT_EMPTY",
      "The incident's name is empty.",
      "Is a variable unset? Give an id, or leave it out.",
    );
  return ended(await namedIncident(ledger, reference));
}

function ended(incident: Incident): Ended {
  const { id, type, resolvedAt } = incident;
  if (type === "notice")
    throw usageError("NOTICE_UNEXPLAINED", `${id} is a notice; there is nothing to explain.`);
  if (resolvedAt !== null && isClosed(incident.phase)) return { ...incident, resolvedAt };
  throw refusal(
    "INCIDENT_OPEN",
    `${id} has not ended, and a postmortem tells of it from beginning to end.`,
    `When it is over: status resolve ${id}`,
  );
}

/** The one that owes its postmortem longest, else the newest that has ended. */
export async function mostOwed({ config }: App, ledger: Ledger): Promise<Ended> {
  const owed = await ledger.unexplained(config.cadence.postmortemFor);
  const [first] = owed.map(ended).sort((a, b) => a.resolvedAt.getTime() - b.resolvedAt.getTime());
  const newest = (await ledger.incidents()).find(({ type, phase }) => type !== "notice" && isClosed(phase));
  if (first !== undefined) return first;
  if (newest !== undefined) return ended(newest);
  throw usageError("INCIDENT_UNKNOWN", "No incident has ended yet.", "To end one: status resolve");
}

/** The one named, else the only one that is not explained and has a draft; of several a person chooses. */
export async function incidentToExplain(
  app: App,
  ledger: Ledger,
  reference: string | null,
  dialog: Dialog | null,
): Promise<Ended> {
  if (reference !== null) return named(ledger, reference);
  const drafted: Ended[] = [];
  for (const incident of await ledger.incidents())
    if (
      incident.type !== "notice" &&
      isClosed(incident.phase) &&
      existsSync(usualPath(app.config.folder, incident.id)) &&
      (await publishedIn(ledger, incident.id)) === null
    )
      drafted.push(ended(incident));
  const [only, ...others] = drafted;
  if (only === undefined)
    throw usageError(
      "POSTMORTEM_NOT_DRAFTED",
      "There is no draft that is still to be published.",
      "To write one: status postmortem draft — or name the document: --file FILE",
    );
  if (others.length === 0) return only;
  if (dialog !== null)
    return dialog.select(
      "Which postmortem?",
      drafted.map((incident) => ({ name: `${oneLine(incident.title)} (${incident.id})`, value: incident })),
    );
  throw usageError(
    "INCIDENT_NEEDED",
    `${drafted.length} drafts are still to be published: ${drafted.map(({ id }) => id).join(", ")}.`,
    "Name one: its id, or the beginning of it.",
  );
}

const OUT: readonly DeliveryState[] = ["sent", "pending", "sending", "unknown"];

/**
 * The number of the update that explained it to customers, or may have, and was not withdrawn everywhere since; null where
 * none did. Where all channels are internal, those count.
 */
export async function publishedIn(ledger: Ledger, id: string): Promise<number | null> {
  const updates = (await ledger.updates(id)).filter(({ template }) => template === "postmortem");
  if (updates.length === 0) return null;
  const rows = await ledger.deliveries({ incidentId: id });
  const removed = new Set(
    rows.flatMap(({ effect, state, target }) => (effect === "remove" && state === "sent" ? [target] : [])),
  );
  const isPublic = rows.some(({ audience }) => audience === "public");
  const stands = updates.findLast(({ id: updateId }) =>
    rows.some(
      (row) =>
        row.updateId === updateId &&
        row.effect === "post" &&
        OUT.includes(row.state) &&
        (!isPublic || row.audience === "public") &&
        !removed.has(row.id),
    ),
  );
  return stands?.number ?? null;
}
