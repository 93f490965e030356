import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt, type Search, type Verdict } from "../contract.ts";
import { isLoopback } from "../http.ts";
import type { Answer } from "../json-api.ts";
import type { Repository, Session } from "./call.ts";
import { COLLECTION, type PostPayload } from "./compose.ts";
import { isNoRecord } from "./errors.ts";
import { readRecordKey } from "./record-key.ts";

/** How far the clocks of two machines that speak for the account may differ. */
const SKEW_MS = 60_000;
const PAGE_SIZE = 100;
const MOST_PAGES = 25;

const reference = z.object({ uri: z.string().startsWith("at://"), cid: z.string().min(1) });
/** One version of one record: what a reply refers to. */
export type StrongRef = z.infer<typeof reference>;

const stored = reference.extend({ value: z.object({ text: z.string() }) });

/** The record that an answer or a receipt names; null where it names none. */
export function strongRef(value: unknown): StrongRef | null {
  return reference.safeParse(value).data ?? null;
}

export function receiptOf(made: StrongRef, baseUrl: string): Receipt {
  const [, did, rkey] = /^at:\/\/(did:[^/]+)\/[^/]+\/([^/]+)$/.exec(made.uri) ?? [];
  const shown = did !== undefined && !isLoopback(new URL(baseUrl).hostname);
  return {
    remoteId: made.uri,
    url: shown ? `https://bsky.app/profile/${did}/post/${rkey}` : null,
    extra: { uri: made.uri, cid: made.cid },
  };
}

/** Where a post stands in its thread; null for the one that opens it. */
export function replyOf(place: Place): { root: StrongRef; parent: StrongRef } | null {
  const root = strongRef(place.root?.extra);
  return root === null ? null : { root, parent: strongRef(place.previous?.extra) ?? root };
}

/**
 * Reads the record where the post was put; failing that looks among the account's own for one that was made from the same
 * key at another time, as a run whose ledger is gone makes it.
 */
export async function findPost(
  repository: Repository,
  post: Post,
  since: Date,
  baseUrl: string,
  signal: AbortSignal,
): Promise<Search> {
  try {
    const session = await repository.session(signal);
    const answer = await readRecord(repository, session, (post.payload as PostPayload).rkey, signal);
    if (isNoRecord(answer)) return await findByKey(repository, session, post.key, since, baseUrl, signal);
    const made = strongRef(repository.accept(answer));
    if (made !== null) return { found: receiptOf(made, baseUrl) };
    return cannotTell("the server's answer names no post");
  } catch (error) {
    if (error instanceof ChannelError) return cannotTell(error.message);
    throw error;
  }
}

const page = z.object({ records: z.array(reference), cursor: z.string().optional() });

async function findByKey(
  repository: Repository,
  session: Session,
  key: string,
  since: Date,
  baseUrl: string,
  signal: AbortSignal,
): Promise<Search> {
  const absent: Search = { found: null, conclusive: true, reason: "the account has no post with our key" };
  let cursor: string | undefined;
  for (let number = 0; number < MOST_PAGES; number++) {
    const query = new URLSearchParams({
      repo: session.did,
      collection: COLLECTION,
      limit: String(PAGE_SIZE),
    });
    if (cursor !== undefined) query.set("cursor", cursor);
    const path = `/com.atproto.repo.listRecords?${query}`;
    const answer = await repository.call(session, "GET", path, signal);
    const read = page.safeParse(repository.accept(answer)).data;
    if (read === undefined) return cannotTell("the server's answer lists no posts");
    for (const record of read.records) {
      const rkey = readRecordKey(record.uri.split("/").at(-1) ?? "", key);
      if (rkey?.ours === true) return { found: receiptOf(record, baseUrl) };
      // Newest first. A key of another form tells no time.
      if (rkey !== null && rkey.at.getTime() < since.getTime() - SKEW_MS) return absent;
    }
    if (read.records.length === 0 || read.cursor === undefined) return absent;
    cursor = read.cursor;
  }
  return cannotTell(`more than ${MOST_PAGES * PAGE_SIZE} posts since then`);
}

function cannotTell(reason: string): Search {
  return { found: null, conclusive: false, reason };
}

/** Reads the record back and compares its words. */
export async function verifyPost(
  repository: Repository,
  receipt: Receipt,
  post: Post,
  signal: AbortSignal,
): Promise<Verdict> {
  const rkey = rkeyOf(receipt);
  if (rkey === null) return { state: "cannot", note: "the receipt names no post" };
  try {
    const answer = await readRecord(repository, await repository.session(signal), rkey, signal);
    if (isNoRecord(answer)) return { state: "missing", note: "the post is not in the account any more" };
    const read = stored.safeParse(repository.accept(answer)).data;
    if (read === undefined) return { state: "cannot", note: "the server's answer shows no post" };
    if (read.value.text !== (post.payload as PostPayload).record.text)
      return { state: "altered", note: "the post reads differently now" };
    return { state: "seen", note: null };
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return { state: error.fate === "refused" ? "cannot" : "not-yet", note: error.message };
  }
}

export function rkeyOf(receipt: Receipt): string | null {
  return /^at:\/\/[^/]+\/[^/]+\/([\w.~:-]+)$/.exec(receipt.remoteId)?.[1] ?? null;
}

function readRecord(
  repository: Repository,
  session: Session,
  rkey: string,
  signal: AbortSignal,
): Promise<Answer> {
  // By DID: a server asked for a handle that it does not host asks elsewhere, and elsewhere may lag behind.
  const query = new URLSearchParams({ repo: session.did, collection: COLLECTION, rkey });
  return repository.call(session, "GET", `/com.atproto.repo.getRecord?${query}`, signal);
}
