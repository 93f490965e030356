import { usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { oneLine } from "../../base/printable.ts";
import type { Delivery } from "../../broadcast/ledger.ts";
import {
  type Mailings,
  RECIPIENT_STATES,
  type RecipientState,
  sayMailing,
  UNREACHED,
} from "../../broadcast/mailings.ts";
import { LIST_PART } from "../../channels/contract.ts";
import { newestIncident } from "../../status/incidents.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";

export interface RecipientsFlags {
  readonly state?: readonly string[];
  readonly channel?: string;
  readonly forget?: readonly string[];
  readonly json?: boolean;
  readonly plain?: boolean;
}

const PAGE = 1000;

/**
 * `status recipients [incident]`: who on a channel's list was not reached by the newest mailing, and why; with `--state` others.
 * `--forget ADDRESS` takes back that a server said a mailbox is not there. Never holds a list in memory.
 */
export async function recipients(
  app: App,
  reference: string | null,
  flags: RecipientsFlags,
): Promise<number> {
  const ledger = await app.existingLedger();
  if (ledger === null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  const { mailings } = ledger;
  if (mailings === null) throw new Error("the recipients of mailings stand in the shared ledger");
  if (flags.forget !== undefined) return forget(app, mailings, flags.forget, flags.channel);
  const states = (flags.state ?? []).map(parseState);
  const incident = await newestIncident(ledger, reference, "to-read");
  const lists = (await ledger.deliveries({ incidentId: incident.id })).filter(
    ({ part, channel, state }) =>
      part === LIST_PART && state !== "skipped" && (flags.channel ?? channel) === channel,
  );
  const newest = new Map(lists.map((row) => [row.channel, row]));
  if (newest.size === 0)
    throw usageError(
      "NO_MAILING",
      `${incident.id} was not said to a list${flags.channel === undefined ? "" : ` on ${oneLine(flags.channel)}`}.`,
      "A list is a channel of kind email with recipients: (docs/mailings.md)",
    );
  for (const row of newest.values())
    await tell(app, mailings, row, states.length > 0 ? states : UNREACHED, flags);
  return EXIT.ok.code;
}

async function tell(
  app: App,
  mailings: Mailings,
  { id, channel, updateNumber }: Delivery,
  states: readonly RecipientState[],
  flags: RecipientsFlags,
): Promise<void> {
  const { stdout, stopping } = app.surroundings;
  const { chalk } = styleFor(stdout, app.surroundings, flags.plain === true);
  const progress = await mailings.progress(id);
  const facts = [
    `update ${updateNumber}`,
    progress === null ? "not begun" : sayMailing(progress),
    // The counts know of each mail that has left; the rows are written when a chunk is done.
    ...(progress !== null && progress.underWay > 0
      ? ["rows of chunks under way follow when they are done"]
      : []),
  ];
  if (flags.json !== true) stdout.write(`${chalk.bold(channel)} ${chalk.dim(facts.join(" · "))}\n`);
  for (let after = 0; !stopping.aborted; ) {
    const page = await mailings.recipients(id, states, after, PAGE);
    for (const { address, state, error } of page)
      stdout.write(
        flags.json === true
          ? `${JSON.stringify({ channel, updateNumber, address, state, error })}\n`
          : `  ${state.padEnd(10)}  ${oneLine(address)}${error === null ? "" : `  ${chalk.dim(oneLine(error.message))}`}\n`,
      );
    if (page.length < PAGE) return;
    after = page.at(-1)!.number;
  }
}

async function forget(
  app: App,
  mailings: Mailings,
  addresses: readonly string[],
  named: string | undefined,
): Promise<number> {
  const lists = (await app.speakers(false)).filter(({ channel }) => channel.mailing !== undefined);
  const channels = lists.map(({ name }) => name).filter((name) => (named ?? name) === name);
  if (channels.length === 0)
    throw usageError(
      "CHANNEL_UNKNOWN",
      named === undefined ? "No channel has a list." : `--channel ${oneLine(named)}: no list has that name.`,
      suggest(
        named ?? "",
        lists.map(({ name }) => name),
      ),
    );
  for (const address of addresses) {
    const found = [];
    for (const channel of channels) if (await mailings.forget(channel, address)) found.push(channel);
    app.surroundings.stdout.write(
      found.length === 0
        ? `${oneLine(address)} is not suppressed by what a server said.\n`
        : `${oneLine(address)} is written to again on ${found.join(", ")}, from the next mailing on.\n`,
    );
  }
  return EXIT.ok.code;
}

function parseState(text: string): RecipientState {
  const state = RECIPIENT_STATES.find((known) => known === text);
  if (state !== undefined) return state;
  throw usageError(
    "STATE_UNKNOWN",
    `--state ${oneLine(text)}: there is no such state.`,
    `Known: ${RECIPIENT_STATES.join(", ")}.`,
  );
}
