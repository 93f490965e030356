import { digest } from "../../base/ids.ts";
import { type Json, mailboxOf, type Place, type Receipt } from "../contract.ts";

/** Ids with their angle brackets; null and empty open a thread. */
export interface MailThread {
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
}

/** Gives the id that `receipt` proves, with its angle brackets; null where it proves none. */
type ReadId = (receipt: Receipt | null) => string | null;

/** `In-Reply-To` is the first mail; `References` the first and the one before. */
export function threadOf(place: Place, idOf: ReadId = messageIdOf): MailThread {
  const root = idOf(place.root);
  const previous = idOf(place.previous);
  const references = [...new Set([root, previous])].filter((id) => id !== null);
  return { inReplyTo: root ?? previous, references };
}

/** The id that one recipient's mail of a mailing carries: the same in every attempt, so that nothing needs to be stored. */
export function ownMessageId(key: string, address: string, domain: string): string {
  return `<${digest(key, mailboxOf(address))}@${domain}>`;
}

/** The thread of one recipient; from the time when the channel had no list, a mail's own id. */
export function ownThreadOf(place: Place, address: string): MailThread {
  return threadOf(place, (receipt) => {
    const key = (receipt?.extra as { key?: Json } | null | undefined)?.key;
    // The sender may have had another domain then.
    const domain = /@([a-z0-9.-]+)$/i.exec(receipt?.remoteId ?? "")?.[1];
    if (typeof key === "string" && domain !== undefined) return ownMessageId(key, address, domain);
    return messageIdOf(receipt);
  });
}

function messageIdOf(receipt: Receipt | null): string | null {
  const id = (receipt?.extra as { messageId?: Json } | null | undefined)?.messageId;
  return typeof id === "string" && /^<[^<>\s]+>$/.test(id) ? id : null;
}
