import { usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { oneLine } from "../../base/printable.ts";
import type { Delivery } from "../../broadcast/ledger.ts";
import { type Mailings, type RecipientState, sayMailing } from "../../broadcast/mailings.ts";
import { type Mailed, mailed, mailingsIn, recipientsOf } from "../../status/recipients.ts";
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

/**
 * `status recipients [incident]`: who on a channel's list was not reached by the newest mailing, and why; with `--state` others.
 * `--forget ADDRESS` takes back that a server said a mailbox is not there. Never holds a list in memory.
 */
export async function recipients(
  app: App,
  reference: string | null,
  flags: RecipientsFlags,
): Promise<number> {
  const { forget: forgotten, channel, state: states } = flags;
  if (forgotten !== undefined) return forget(app, await mailingsIn(app), forgotten, channel);
  const found = await mailed(app, reference, {
    ...(channel === undefined ? {} : { channel }),
    // What is none is refused by name.
    ...(states === undefined ? {} : { states: states as readonly RecipientState[] }),
  });
  for (const row of found.rows) await tell(app, found, row, flags);
  return EXIT.ok.code;
}

async function tell(app: App, found: Mailed, row: Delivery, flags: RecipientsFlags): Promise<void> {
  const { stdout, stopping } = app.surroundings;
  const { chalk } = styleFor(stdout, app.surroundings, flags.plain === true);
  const { channel, updateNumber } = row;
  const progress = await found.mailings.progress(row.id);
  const facts = [
    `update ${updateNumber}`,
    progress === null ? "not begun" : sayMailing(progress),
    // The counts know of each mail that has left; the rows are written when a chunk is done.
    ...(progress !== null && progress.underWay > 0
      ? ["rows of chunks under way follow when they are done"]
      : []),
  ];
  if (flags.json !== true) stdout.write(`${chalk.bold(channel)} ${chalk.dim(facts.join(" · "))}\n`);
  for await (const recipient of recipientsOf(found, row)) {
    if (stopping.aborted) return;
    const { address, state, error } = recipient;
    stdout.write(
      flags.json === true
        ? `${JSON.stringify(recipient)}\n`
        : `  ${state.padEnd(10)}  ${oneLine(address)}${error === null ? "" : `  ${chalk.dim(oneLine(error.message))}`}\n`,
    );
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
