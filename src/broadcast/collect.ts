import { createHash } from "node:crypto";
import { randomId } from "../base/ids.ts";
import type { ListEntry, Mailing } from "../channels/contract.ts";
import type { Beginning, Mailings, NewRecipient } from "./mailings.ts";

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
  const before = await mailings.taken(deliveryId);
  if (!(await takeUp(deliveryId, mailing, mailings, before, signal, added)))
    await takeUp(deliveryId, mailing, mailings, { entries: 0, digest: null }, signal, added);
  await mailings.collected(deliveryId, true);
}

/** Takes up what stands behind a beginning that was taken up before; false, having done nothing, where the list begins otherwise. */
async function takeUp(
  deliveryId: string,
  mailing: Mailing,
  mailings: Mailings,
  before: Beginning,
  signal: AbortSignal,
  added: () => void,
): Promise<boolean> {
  const hash = createHash("sha256");
  let entries = 0;
  const beginning = (): Beginning => ({ entries, digest: hash.copy().digest("hex") });
  for await (const batch of batches(mailing.entries(signal), before.entries)) {
    for (const entry of batch) hash.update(JSON.stringify(entry));
    entries += batch.length;
    if (entries < before.entries) continue;
    if (entries === before.entries) {
      if (before.digest !== beginning().digest) return false;
      continue;
    }
    await mailings.add(deliveryId, batch.map(newRecipient), beginning());
    added();
  }
  return entries >= before.entries;
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

/** One of them ends at `border`. */
async function* batches<T>(source: AsyncIterable<T>, border = 0): AsyncGenerator<T[]> {
  let batch: T[] = [];
  let count = 0;
  for await (const each of source) {
    batch.push(each);
    count++;
    if (batch.length < BATCH && count !== border) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
