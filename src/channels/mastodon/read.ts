import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt, type Search, type Verdict } from "../contract.ts";
import type { Server } from "./call.ts";
import type { StatusPayload } from "./compose.ts";
import { comparable, wordsOfHtml } from "./text.ts";

/** How far the clocks of the server and of this machine may differ. */
const SKEW_MS = 60_000;
/** The most that a server gives at once (accounts/:id/statuses, read 2026-11). */
const PAGE_SIZE = 40;
const MOST_PAGES = 25;

const shape = z.object({
  id: z.string().min(1),
  created_at: z.string(),
  content: z.string(),
  in_reply_to_id: z.string().nullish(),
  uri: z.string().nullish(),
  url: z.string().nullish(),
});
export type Status = z.infer<typeof shape>;

/** A status in an answer; null where there is none. */
export function readStatus(json: unknown): Status | null {
  return shape.safeParse(json).data ?? null;
}

export function receiptOf(status: Status): Receipt {
  const url = [status.url, status.uri].find((text) => /^https?:\/\/\S+$/.test(text ?? ""));
  return { remoteId: status.id, url: url ?? null, extra: { id: status.id } };
}

const accountShape = z.object({
  id: z.string().min(1),
  acct: z.string(),
  note: z.string().optional(),
  fields: z.array(z.object({ value: z.string() })).optional(),
});

/** The account that the token speaks for. Throws ChannelError. */
export async function readAccount(
  server: Server,
  signal: AbortSignal,
): Promise<z.infer<typeof accountShape>> {
  const answer = await server.call("GET", "/api/v1/accounts/verify_credentials", signal);
  const account = accountShape.safeParse(server.accept(answer)).data;
  if (account !== undefined) return account;
  throw new ChannelError("refused", "MASTODON_NO_ACCOUNT", "the server does not name the token's account", {
    hint: "check the channel's baseUrl and access token",
  });
}

/** One page of what the account said, newest first; boosts left out. Throws ChannelError. */
export async function readOwnStatuses(
  server: Server,
  account: string,
  page: { readonly before: string | null; readonly limit?: number },
  signal: AbortSignal,
): Promise<readonly Status[] | null> {
  const query = new URLSearchParams({ limit: String(page.limit ?? PAGE_SIZE), exclude_reblogs: "true" });
  if (page.before !== null) query.set("max_id", page.before);
  const path = `/api/v1/accounts/${encodeURIComponent(account)}/statuses?${query}`;
  return z.array(shape).safeParse(server.accept(await server.call("GET", path, signal))).data ?? null;
}

/**
 * Looks through the account's own posts for these words in this place: Mastodon keeps our key for an hour and shows it
 * to nobody.
 */
export async function findStatus(
  server: Server,
  post: Post,
  place: Place,
  since: Date,
  signal: AbortSignal,
): Promise<Search> {
  try {
    const account = await readAccount(server, signal);
    const words = wordsOf(post);
    const known = [place.root?.remoteId, place.previous?.remoteId];
    let before: string | null = null;
    let almost: Status | null = null;
    for (let page = 0; page < MOST_PAGES; page++) {
      const statuses = await readOwnStatuses(server, account.id, { before, limit: PAGE_SIZE }, signal);
      if (statuses === null) return cannotTell("the server's answer shows no posts");
      const recent = statuses.filter((status) => isSince(status.created_at, since));
      for (const status of recent) {
        if (known.includes(status.id) || !standsAt(status, place)) continue;
        const shown = comparable(wordsOfHtml(status.content));
        if (shown === words) return { found: receiptOf(status) };
        if (withoutTimes(shown) === withoutTimes(words)) almost ??= status;
      }
      if (statuses.length === 0 || recent.length < statuses.length) {
        // Said again with another ledger, the same words carry other times; in a thread so may the update before.
        if (almost !== null && place.root === null) return { found: receiptOf(almost) };
        if (almost !== null) return cannotTell("a post with the same words and other times is there");
        return { found: null, conclusive: true, reason: "no post since then has these words" };
      }
      before = statuses.at(-1)?.id ?? null;
    }
    return cannotTell(`more than ${MOST_PAGES * PAGE_SIZE} posts since then`);
  } catch (error) {
    if (error instanceof ChannelError) return cannotTell(error.message);
    throw error;
  }
}

/** Reads the post back and compares its words. */
export async function verifyStatus(
  server: Server,
  receipt: Receipt,
  post: Post,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    const path = `/api/v1/statuses/${encodeURIComponent(receipt.remoteId)}`;
    const answer = await server.call("GET", path, signal);
    if (answer.status === 404 || answer.status === 410)
      return { state: "missing", note: "the server does not show the post any more" };
    const status = readStatus(server.accept(answer));
    if (status === null) return { state: "cannot", note: "the server's answer shows no post" };
    if (comparable(wordsOfHtml(status.content)) !== wordsOf(post))
      return { state: "altered", note: "the post reads differently now" };
    return { state: "seen", note: null };
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return { state: error.fate === "refused" ? "cannot" : "not-yet", note: error.message };
  }
}

function cannotTell(reason: string): Search {
  return { found: null, conclusive: false, reason };
}

function wordsOf(post: Post): string {
  return comparable((post.payload as StatusPayload).status);
}

function isSince(instant: string, since: Date): boolean {
  return !(Date.parse(instant) < since.getTime() - SKEW_MS);
}

/** A reply to another post is a neighbour; our own words may also stand alone where the first post was gone. */
function standsAt(status: Status, place: Place): boolean {
  const parent = status.in_reply_to_id ?? null;
  return parent === null || parent === place.root?.remoteId || parent === place.previous?.remoteId;
}

function withoutTimes(words: string): string {
  return words.replace(/\b\d{1,2}:\d{2}\b/g, "…");
}
