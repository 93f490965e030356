import { usageError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { type Delivery, type DeliveryStanding, type Ledger, needsAttention } from "../broadcast/ledger.ts";
import type { Caller, Person } from "./caller.ts";
import { carryOut, type Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import { identityOf } from "./identity.ts";
import { EMPTY_LEDGER, namedIncident } from "./incidents.ts";
import { leftOutChannels, type RetryOptions } from "./options.ts";

/** What would be tried again, by channel: nothing was sent. */
export interface RetryPreview {
  readonly rows: readonly Delivery[];
}

/** Speaks again on silent channels only, and settles what is unknown by looking. Null where no channel is silent. */
export async function retry(
  desk: Desk,
  reference: string | null,
  options: RetryOptions,
  { person }: Pick<Caller, "person">,
): Promise<Said | RetryPreview | null> {
  const ledger = await desk.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", `There is no incident "${reference}".`, EMPTY_LEDGER);
  const found = ledger === null ? null : await rowsToRetry(ledger, reference);
  if (ledger === null || found === null) return null;
  const leftOut = leftOutChannels(
    options,
    desk.config.channels.map(({ name }) => name),
  );
  const rows = found.rows.filter(({ channel }) => !leftOut.has(channel));
  if (rows.length === 0)
    throw usageError(
      "NO_CHANNEL_LEFT",
      "None of the channels named has anything to retry.",
      `Silent: ${found.rows.map(({ channel }) => channel).join(", ")}.`,
    );
  if (options.dryRun === true) return { rows: rows.filter(needsAttention) };
  const resendUnknown: string[] = [];
  for (const row of rows) {
    if (row.verification === "missing" && row.state === "sent" && (await mayRepeat(row, options, person)))
      await ledger.move(
        row.id,
        "sent",
        { state: "waiting", reason: "it was seen to be missing" },
        desk.surroundings.clock.now(),
      );
    if (
      row.state === "unknown" &&
      person !== null &&
      !(await canLook(desk, row)) &&
      (await person.sendAgain(row))
    )
      resendUnknown.push(row.channel);
  }
  const chosen = new Set([...resendUnknown, ...(options.resendUnknown ?? [])]);
  await enterResent(
    desk,
    ledger,
    rows.filter(({ channel, state }) => state === "unknown" && chosen.has(channel)),
  );
  return carryOut(desk, found.updateId, rows, options, { resumed: true, resendUnknown });
}

/** Whoever says once more what may be out already answers for it. */
async function enterResent(desk: Desk, ledger: Ledger, rows: readonly Delivery[]): Promise<void> {
  if (rows.length === 0) return;
  const by = await identityOf(desk);
  const at = desk.surroundings.clock.now();
  await ledger.enter(
    rows.map(({ incidentId, updateId, channel }) => ({
      ...{ id: randomId(), at, by, act: "resent" as const, incidentId, updateId },
      ...{ plan: null, what: channel, reason: null, proof: null },
    })),
  );
}

/** Each channel's newest post on the incident, and older ones still to be heard; null where none needs attention. */
async function rowsToRetry(
  ledger: Ledger,
  reference: string | null,
): Promise<{ updateId: string; rows: Delivery[] } | null> {
  // Told, but for a few who could not be served at once.
  const unfinished = new Set(await ledger.mailings?.unfinished());
  const incidents =
    reference === null ? await ledger.unsettled([...unfinished]) : [await namedIncident(ledger, reference)];
  const records = await ledger.records(incidents.map(({ id }) => id));
  for (const { id } of incidents) {
    const { updates, deliveries } = records.get(id)!;
    const owed = standingRows(deliveries);
    if (!owed.some((row) => needsAttention(row) || unfinished.has(row.id))) continue;
    return { updateId: updates.at(-1)!.id, rows: standingRows(await ledger.deliveries({ incidentId: id })) };
  }
  return null;
}

/** Of an incident's deliveries, each channel's newest post, and older ones still to be heard. */
export function standingRows<D extends DeliveryStanding>(deliveries: readonly D[]): D[] {
  const meant = deliveries.filter(({ state }) => state !== "skipped" && state !== "superseded");
  const newest = new Map(meant.map((row) => [`${row.channel}\n${row.part}`, row]));
  // A correction, or words that were not meant for this channel, take the place of none before them.
  const older = meant.filter((row) => row.effect === "post" && row.state !== "sent" && needsAttention(row));
  return [...new Set([...older, ...newest.values()])];
}

async function canLook(desk: Desk, row: Delivery): Promise<boolean> {
  const speaker = (await desk.speakers(false)).find(({ name }) => name === row.channel);
  return speaker?.channel.find !== undefined;
}

/** A post that was seen to be gone may have been removed on purpose. */
async function mayRepeat(
  row: Delivery,
  { resendUnknown }: RetryOptions,
  person: Person | null,
): Promise<boolean> {
  return resendUnknown?.includes(row.channel) === true || (await person?.postAgain(row)) === true;
}
