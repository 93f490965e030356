import { usageError } from "../../base/errors.ts";
import { randomId } from "../../base/ids.ts";
import { sayTime } from "../../base/zone.ts";
import { type Delivery, type Ledger, needsAttention } from "../../broadcast/ledger.ts";
import { reportChannels, silentChannels } from "../../broadcast/report.ts";
import { LIST_PART } from "../../channels/contract.ts";
import type { App } from "../app.ts";
import { carryOut } from "../carry-out.ts";
import type { Dialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import { leftOutChannels, type SpeakFlags } from "../flags.ts";
import { identityOf } from "../identity.ts";
import { EMPTY_LEDGER, namedIncident } from "../incidents.ts";
import { deliveryFields } from "../output/json.ts";
import { indented, oneLine } from "../output/printable.ts";
import { styleFor } from "../output/style.ts";

/** `status retry [incident]`: speaks again on silent channels only, and settles what is unknown by looking. */
export async function retry(
  app: App,
  reference: string | null,
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<number> {
  const ledger = await app.existingLedger();
  if (ledger === null && reference !== null)
    throw usageError("INCIDENT_UNKNOWN", `There is no incident "${reference}".`, EMPTY_LEDGER);
  const found = ledger === null ? null : await rowsToRetry(ledger, reference);
  if (ledger === null || found === null) {
    if (flags.json === true)
      app.surroundings.stdout.write('{"version":1,"outcome":"nothing-to-do","deliveries":[],"silent":[]}\n');
    else app.surroundings.stdout.write("Nothing to do: no channel is silent.\n");
    return EXIT.ok.code;
  }
  const leftOut = leftOutChannels(
    flags,
    app.config.channels.map(({ name }) => name),
  );
  const rows = found.rows.filter(({ channel }) => !leftOut.has(channel));
  if (rows.length === 0)
    throw usageError(
      "NO_CHANNEL_LEFT",
      "None of the channels named has anything to retry.",
      `Silent: ${found.rows.map(({ channel }) => channel).join(", ")}.`,
    );
  if (flags.dryRun === true) return showRetry(app, rows, flags);
  const resendUnknown: string[] = [];
  for (const row of rows) {
    if (row.verification === "missing" && row.state === "sent" && (await mayRepeat(row, app, flags, dialog)))
      await ledger.move(
        row.id,
        "sent",
        { state: "waiting", reason: "it was seen to be missing" },
        app.surroundings.clock.now(),
      );
    if (
      row.state === "unknown" &&
      dialog !== null &&
      !(await canLook(app, row)) &&
      (await askAgain(row, app, dialog))
    )
      resendUnknown.push(row.channel);
  }
  const chosen = new Set([...resendUnknown, ...(flags.resendUnknown ?? [])]);
  await enterResent(
    app,
    ledger,
    rows.filter(({ channel, state }) => state === "unknown" && chosen.has(channel)),
  );
  return carryOut(app, found.updateId, rows, flags, { resumed: true, resendUnknown });
}

/** Whoever says once more what may be out already answers for it. */
async function enterResent(app: App, ledger: Ledger, rows: readonly Delivery[]): Promise<void> {
  if (rows.length === 0) return;
  const by = await identityOf(app);
  const at = app.surroundings.clock.now();
  await ledger.enter(
    rows.map(({ incidentId, updateId, channel }) => ({
      ...{ id: randomId(), at, by, act: "resent" as const, incidentId, updateId },
      ...{ plan: null, what: channel, reason: null, proof: null },
    })),
  );
}

/** What would be tried, and with which words. */
function showRetry(app: App, rows: readonly Delivery[], flags: SpeakFlags): number {
  const { stdout } = app.surroundings;
  const chosen = rows.filter(needsAttention);
  if (flags.json === true) {
    const deliveries = reportChannels(chosen).map(deliveryFields);
    stdout.write(
      `${JSON.stringify({ version: 1, outcome: "dry-run", deliveries, silent: silentChannels(reportChannels(chosen)) })}\n`,
    );
    return EXIT.ok.code;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  for (const { channel, part, state, post } of chosen)
    stdout.write(
      `${style.chalk.bold(channel)} ${style.chalk.dim(part === "1" ? state : `${oneLine(part)}, ${state}`)}\n${indented(post?.text ?? "", `  ${style.symbols.bar} `, style.columns)}\n\n`,
    );
  stdout.write("Nothing was sent.\n");
  return EXIT.ok.code;
}

/** Each channel's newest post on the incident, and older ones still to be heard; null where none needs attention. */
async function rowsToRetry(
  ledger: Ledger,
  reference: string | null,
): Promise<{ updateId: string; rows: Delivery[] } | null> {
  const incidents = reference === null ? await ledger.incidents() : [await namedIncident(ledger, reference)];
  // Told, but for a few who could not be served at once.
  const unfinished = new Set(await ledger.mailings?.unfinished());
  for (const incident of incidents) {
    const meant = (await ledger.deliveries({ incidentId: incident.id })).filter(
      ({ state }) => state !== "skipped" && state !== "superseded",
    );
    const newest = new Map(meant.map((row) => [`${row.channel}\n${row.part}`, row]));
    // A correction, or words that were not meant for this channel, take the place of none before them.
    const older = meant.filter((row) => row.effect === "post" && row.state !== "sent" && needsAttention(row));
    const rows = [...new Set([...older, ...newest.values()])];
    if (!rows.some((row) => needsAttention(row) || unfinished.has(row.id))) continue;
    const latest = (await ledger.updates(incident.id)).at(-1)!;
    return { updateId: latest.id, rows };
  }
  return null;
}

async function canLook(app: App, row: Delivery): Promise<boolean> {
  const speaker = (await app.speakers(false)).find(({ name }) => name === row.channel);
  return speaker?.channel.find !== undefined;
}

async function askAgain(row: Delivery, app: App, dialog: Dialog): Promise<boolean> {
  // Those who may have it, not everybody on the list.
  if (row.part === LIST_PART && row.error !== null)
    return dialog.confirm(`${row.channel}: ${oneLine(row.error.message)}. Send to them again?`);
  const since = sayTime(row.lastAttemptAt ?? new Date(), app.config.property.timeZone);
  const where = row.part === "1" ? "" : `, ${oneLine(row.part)}`;
  return dialog.confirm(
    `${row.channel}: unknown since ${since}${where}. It cannot be looked up; it may have arrived. Send again?`,
  );
}

/** A post that was seen to be gone may have been removed on purpose. */
async function mayRepeat(
  row: Delivery,
  app: App,
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<boolean> {
  if (flags.resendUnknown?.includes(row.channel)) return true;
  return (
    dialog?.confirm(
      `${row.channel}: sent at ${sayTime(row.sentAt ?? new Date(), app.config.property.timeZone)} and no longer there; somebody may have removed it. Post it again?`,
    ) ?? false
  );
}
