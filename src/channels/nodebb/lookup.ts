import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt, type Search, type Verdict } from "../contract.ts";
import { type Nodebb, responseIn } from "./client.ts";
import { markerOf, type NodebbPayload } from "./compose.ts";

/** The forum's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;
/** Past these the search says that it cannot tell. */
const MOST_PAGES = 5;
const MOST_POSTS = 50;

const threadShape = z.object({ key: z.string(), tid: z.int().nullable(), pid: z.int().nullable() });
export type Thread = z.output<typeof threadShape>;

/** What a receipt of this kind remembers; nulls where the post still waits for moderation. */
export function threadOf(receipt: Receipt): Thread {
  return threadShape.safeParse(receipt.extra).data ?? { key: "", tid: null, pid: null };
}

export function receiptOf(forum: Nodebb, key: string, tid: number, pid: number): Receipt {
  return { remoteId: String(pid), url: `${forum.baseUrl}/post/${pid}`, extra: { key, tid, pid } };
}

const listed = z.object({
  posts: z.array(z.object({ pid: z.int(), tid: z.int(), timestamp: z.number() })),
  pagination: z.object({ currentPage: z.int(), pageCount: z.int() }).optional(),
});
const stored = z.object({
  content: z.string().nullish(),
  sourceContent: z.string().nullish(),
  deleted: z.union([z.number(), z.boolean()]).optional(),
});
const category = z.object({ postQueue: z.union([z.number(), z.boolean()]).optional() });

/** Looks among the account's own posts for the key. Sure of nothing where posts may wait for a moderator unseen. */
export async function findNodebbPost(
  forum: Nodebb,
  post: Pick<Post, "key">,
  since: Date,
  cid: number,
  signal: AbortSignal,
): Promise<Search> {
  try {
    const speaker = await forum.self(signal);
    if (speaker === null) return cannotTell("the forum does not say who speaks");
    const found = await locate(forum, post.key, speaker.userslug, since, signal);
    if (typeof found === "string") return cannotTell(found);
    if (found !== null) return { found: receiptOf(forum, post.key, found.tid, found.pid) };
    if (!speaker.isAdmin && !speaker.isGlobalModerator) {
      const answer = await forum.call("GET", `/api/v3/categories/${cid}`, signal);
      const read = category.safeParse(responseIn(answer)).data;
      if (read?.postQueue === undefined) return cannotTell("the forum does not show whether posts wait");
      if (read.postQueue) return cannotTell("posts in this category may wait for a moderator");
    }
    return { found: null, conclusive: true, reason: "no post with our key" };
  } catch (error) {
    if (error instanceof ChannelError) return cannotTell(error.message);
    throw error;
  }
}

/** A list shows posts as HTML, without the key: each candidate is read as it was written. */
async function locate(
  forum: Nodebb,
  key: string,
  userslug: string,
  since: Date,
  signal: AbortSignal,
): Promise<{ tid: number; pid: number } | string | null> {
  let looked = 0;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const path = `/api/user/${encodeURIComponent(userslug)}/posts?page=${page}`;
    const answer = await forum.call("GET", path, signal);
    const list = answer.status === 200 ? listed.safeParse(answer.json).data : undefined;
    if (list === undefined) return forum.refusal(answer).message;
    for (const { pid, tid, timestamp } of list.posts) {
      if (timestamp < since.getTime() - CLOCK_SKEW_MS) return null;
      looked += 1;
      if (looked > MOST_POSTS) break;
      const source = await readSource(forum, pid, signal);
      if (source?.includes(markerOf(key))) return { tid, pid };
      if (source === undefined) return "the forum does not show a post as it was written";
    }
    if (list.posts.length === 0 || page >= (list.pagination?.pageCount ?? 1)) return null;
  }
  return "the account has posted too much since then";
}

async function readSource(forum: Nodebb, pid: number, signal: AbortSignal): Promise<string | undefined> {
  const answer = await forum.call("GET", `/api/v3/posts/${pid}/raw`, signal);
  return z.object({ content: z.string() }).safeParse(responseIn(answer)).data?.content;
}

/** Reads the post back and compares its text, white space aside. */
export async function verifyNodebbPost(
  forum: Nodebb,
  receipt: Receipt,
  post: Post,
  cid: number,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    let { pid } = threadOf(receipt);
    if (pid === null) {
      const { found } = await findNodebbPost(forum, post, new Date(0), cid, signal);
      pid = found === null ? null : threadOf(found).pid;
    }
    if (pid === null) return { state: "not-yet", note: "waits for the forum's moderators" };
    const answer = await forum.call("GET", `/api/v3/posts/${pid}`, signal);
    if (answer.status === 404) return { state: "missing", note: "the forum no longer shows this post" };
    const read = stored.safeParse(responseIn(answer)).data;
    const content = read?.sourceContent ?? read?.content;
    if (read?.deleted) return { state: "missing", note: "the post was deleted" };
    if (typeof content !== "string") return { state: "cannot", note: forum.refusal(answer).message };
    return tidy(content) === tidy((post.payload as NodebbPayload).content)
      ? { state: "seen", note: null }
      : { state: "altered", note: "the text on the forum differs from what was posted" };
  } catch (error) {
    if (error instanceof ChannelError) return { state: "cannot", note: error.message };
    throw error;
  }
}

/** Whether the post is deleted already; false where the forum does not say. */
export async function isDeleted(forum: Nodebb, pid: number, signal: AbortSignal): Promise<boolean> {
  const answer = await forum.call("GET", `/api/v3/posts/${pid}`, signal);
  return answer.status === 404 || Boolean(stored.safeParse(responseIn(answer)).data?.deleted);
}

/** The topic that a reply belongs to. One held for moderation has no number until it is approved. */
export async function topicOf(
  forum: Nodebb,
  root: NonNullable<Place["root"]>,
  cid: number,
  signal: AbortSignal,
): Promise<number> {
  const { key, tid } = threadOf(root);
  if (tid !== null) return tid;
  const { found } = await findNodebbPost(forum, { key }, new Date(0), cid, signal);
  const approved = found === null ? null : threadOf(found).tid;
  if (approved !== null) return approved;
  throw new ChannelError(
    "not-sent",
    "NODEBB_TOPIC_PENDING",
    "the topic still waits for the forum's moderators",
    {
      hint: "approve it in the forum's post queue, then type: status retry",
    },
  );
}

function cannotTell(reason: string): Search {
  return { found: null, conclusive: false, reason };
}

function tidy(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
