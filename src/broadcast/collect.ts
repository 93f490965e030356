import { randomId } from "../base/ids.ts";
import type { ListEntry, Mailing } from "../channels/contract.ts";
import type { Mailings, NewRecipient } from "./mailings.ts";

/** Entries that are in memory at once. */
const BATCH = 500;

/**
 * Puts a whole list on a mailing, and on the channel's suppressions who must hear nothing; the list is never in memory as a whole.
 * Ended at any moment, it goes on where it is run again. Throws ChannelError where the list cannot be read to its end: then
 * those who stand before that place are on the mailing. `added` is called whenever somebody has come to it.
 */
export async function collect(
  deliveryId: string,
  channel: string,
  mailing: Mailing,
  mailings: Mailings,
  signal: AbortSignal,
  added: () => void,
): Promise<void> {
  await collectSuppressed(deliveryId, channel, mailing, mailings, signal);
  for await (const entries of batches(mailing.entries(signal))) {
    await mailings.add(deliveryId, entries.map(newRecipient));
    added();
  }
  await mailings.collected(deliveryId, true);
}

/** Puts on the channel's suppressions who must hear nothing, and takes off it who may again. Throws ChannelError. */
export async function collectSuppressed(
  deliveryId: string,
  channel: string,
  mailing: Mailing,
  mailings: Mailings,
  signal: AbortSignal,
): Promise<void> {
  const reading = randomId();
  for await (const mailboxes of batches(mailing.suppressed(signal)))
    await mailings.suppress(channel, reading, mailboxes);
  await mailings.endSuppressing(deliveryId, channel, reading);
}

function newRecipient(entry: ListEntry): NewRecipient {
  if ("fault" in entry) return { state: "invalid", ...entry };
  const { recipient } = entry;
  return { state: "planned", mailbox: mailboxOf(recipient.address), recipient };
}

/** One mailbox, however its address is written: no server that matters tells upper case from lower. */
function mailboxOf(address: string): string {
  return address.toLowerCase();
}

async function* batches<T>(source: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const each of source) {
    batch.push(each);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
