import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StatusError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { type ListEntry, type Mailing, mailboxOf } from "../channels/contract.ts";
import type { Ledger } from "./ledger.ts";
import type { Beginning, Mailings, NewRecipient } from "./mailings.ts";

/** Entries that are in memory at once. */
const BATCH = 500;
/** Between looks whether another reads the list still. */
const POLL_MS = 300;

/** What is read, and onto which mailing. */
export interface ListReading {
  readonly deliveryId: string;
  readonly channel: string;
  readonly mailing: Mailing;
  readonly mailings: Mailings;
  readonly ledger: Ledger;
  /** Aborted where it is to be read no further. */
  readonly signal: AbortSignal;
}

/**
 * Puts a whole list on a mailing, and on the channel's suppressions who must hear nothing; the list is never in memory as a whole.
 * Waits for another who does so. Ended at any moment, it goes on where it is called again. Throws ChannelError where the list
 * cannot be read to its end: then those who stand before that place are on the mailing. `added` is called whenever somebody
 * has come to it.
 */
export async function collect(reading: ListReading, added: () => void): Promise<void> {
  const { deliveryId, mailings, signal } = reading;
  for (;;) {
    if (await alone(reading, () => readList(reading, added))) return;
    if ((await mailings.progress(deliveryId))?.collected === true || signal.aborted) return;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

/**
 * Puts on the channel's suppressions who must hear nothing, and takes off it who may again, unless another does so now: who has left
 * the list since it was read is left out of what remains of it. Throws ChannelError.
 */
export async function collectSuppressed(reading: ListReading): Promise<void> {
  await alone(reading, () => readSuppressed(reading));
}

/** Two who read at once would take each other's suppressions for old ones. False, at once, where another reads. */
async function alone({ ledger, channel }: ListReading, read: () => Promise<void>): Promise<boolean> {
  try {
    await ledger.exclusively(`list:${channel}`, 0, read);
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.code === "LEASE_HELD") return false;
    throw error;
  }
}

async function readList(reading: ListReading, added: () => void): Promise<void> {
  const { deliveryId, mailings } = reading;
  await readSuppressed(reading);
  const before = await mailings.taken(deliveryId);
  if (!(await takeUp(reading, before, added))) await takeUp(reading, { entries: 0, digest: null }, added);
  await mailings.collected(deliveryId, true);
}

/** Takes up what stands behind a beginning that was taken up before; false, having done nothing, where the list begins otherwise. */
async function takeUp(
  { deliveryId, mailing, mailings, signal }: ListReading,
  before: Beginning,
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

async function readSuppressed({
  deliveryId,
  channel,
  mailing,
  mailings,
  signal,
}: ListReading): Promise<void> {
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
