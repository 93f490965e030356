import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt, type Search, type Verdict } from "../contract.ts";
import type { Forum } from "./client.ts";
import { type ForumPayload, markerOf } from "./compose.ts";

/** The forum's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;
/** How many posts one request reads; Discourse's own page has 20. */
const PAGE = 20;

const threadShape = z.object({
  key: z.string().nullable().catch(null),
  topicId: z.int().nullable().catch(null),
  postId: z.int().nullable().catch(null),
});

/** What a receipt of this kind remembers; nulls where the post still waits for moderation. */
export function threadOf(receipt: Receipt | null): z.infer<typeof threadShape> {
  return (
    threadShape.safeParse(receipt?.extra).data ?? {
      key: null,
      topicId: null,
      postId: null,
    }
  );
}

interface Found {
  readonly topicId: number;
  readonly postId: number;
  readonly postNumber: number;
}

const postShape = z.object({
  id: z.int(),
  topic_id: z.int(),
  post_number: z.int(),
  username: z.string(),
  created_at: z.string(),
  raw: z.string().optional(),
  deleted_at: z.string().nullish(),
  user_deleted: z.boolean().optional(),
  hidden: z.boolean().optional(),
});
type ForumPost = z.infer<typeof postShape>;

const topicShape = z.object({
  id: z.int(),
  post_stream: z.object({
    posts: z.array(postShape),
    stream: z.array(z.int()).optional(),
  }),
});

/** Looks for the topic by our key, or for a reply by its marker. Needs to see the account's own queue to be sure. */
export async function findForumPost(
  forum: Forum,
  post: Post,
  place: Place,
  since: Date,
  signal: AbortSignal,
): Promise<Search> {
  try {
    const found =
      place.root === null
        ? await locateTopic(forum, post.key, since, signal)
        : await locateReply(forum, post, place, since, signal);
    if (found === "cannot-tell") return inconclusive("the forum did not let us look everywhere");
    if (found !== null) return { found: receiptOf(forum, found, post.key) };
    const waiting = await waitingPosts(forum, signal);
    if (waiting === "cannot-tell") return inconclusive("the forum did not show the account's queue");
    if (waiting > 0) return inconclusive(`${waiting} of the account's posts wait for moderation`);
    return { found: null, conclusive: true, reason: "no post with our key" };
  } catch (error) {
    if (error instanceof ChannelError) return inconclusive(error.message);
    throw error;
  }
}

function inconclusive(reason: string): Search {
  return { found: null, conclusive: false, reason };
}

function receiptOf(forum: Forum, found: Found, key: string): Receipt {
  return {
    remoteId: String(found.postId),
    url: `${forum.baseUrl}/t/${found.topicId}/${found.postNumber}`,
    extra: { key, ...found },
  };
}

/** By `external_id`; failing that among the account's own topics, for an approved topic loses its `external_id`. */
export async function locateTopic(
  forum: Forum,
  key: string,
  since: Date,
  signal: AbortSignal,
): Promise<Found | "cannot-tell" | null> {
  const answer = await forum.call("GET", `/t/external_id/${key}.json`, signal);
  if (answer.status === 404) return locateOwnTopic(forum, key, since, signal);
  const topicId = topicIdOf(forum, answer.headers.location) ?? topicShape.safeParse(answer.json).data?.id;
  return topicId === undefined ? "cannot-tell" : openingPost(forum, topicId, signal);
}

/** The topic that a redirect within the forum names. */
function topicIdOf(forum: Forum, location: string | undefined): number | undefined {
  if (location === undefined) return undefined;
  const target = URL.canParse(location, forum.baseUrl) ? new URL(location, forum.baseUrl) : null;
  if (target?.origin !== new URL(forum.baseUrl).origin) return undefined;
  const id = /\/t\/(?:[^/]+\/)?(\d+)(?:\.json)?$/.exec(target.pathname)?.[1];
  return id === undefined ? undefined : Number(id);
}

async function openingPost(
  forum: Forum,
  topicId: number,
  signal: AbortSignal,
): Promise<Found | "cannot-tell"> {
  const answer = await forum.call("GET", `/t/${topicId}.json`, signal);
  const topic = answer.status === 200 ? topicShape.safeParse(answer.json).data : undefined;
  const first = topic?.post_stream.posts.find((post) => post.post_number === 1);
  return first === undefined ? "cannot-tell" : { topicId, postId: first.id, postNumber: 1 };
}

const actionsShape = z.object({
  user_actions: z.array(z.object({ topic_id: z.int(), created_at: z.string() })),
});
/** Discourse, UserAction::NEW_TOPIC, read 2026-11. */
const NEW_TOPIC = 4;

async function locateOwnTopic(
  forum: Forum,
  key: string,
  since: Date,
  signal: AbortSignal,
): Promise<Found | "cannot-tell" | null> {
  const path = `/user_actions.json?offset=0&username=${encodeURIComponent(forum.username)}&filter=${NEW_TOPIC}`;
  const answer = await forum.call("GET", path, signal);
  const actions = answer.status === 200 ? actionsShape.safeParse(answer.json).data : undefined;
  if (actions === undefined) return "cannot-tell";
  const recent = actions.user_actions.filter((one) => isSince(one.created_at, since));
  let sure = recent.length <= PAGE;
  for (const action of recent.slice(0, PAGE)) {
    const opening = await openingPost(forum, action.topic_id, signal);
    const post = opening === "cannot-tell" ? undefined : await readPost(forum, opening.postId, signal);
    if (opening === "cannot-tell" || post?.raw === undefined) sure = false;
    else if (post.raw.includes(markerOf(key))) return opening;
  }
  return sure ? null : "cannot-tell";
}

async function locateReply(
  forum: Forum,
  post: Post,
  place: Place,
  since: Date,
  signal: AbortSignal,
): Promise<Found | "cannot-tell" | null> {
  const root = threadOf(place.root);
  const topicId = root.topicId ?? (await topicIdOfPending(forum, root.key, signal));
  if (topicId === null) return null;
  if (topicId === "cannot-tell") return topicId;
  const answer = await forum.call("GET", `/t/${topicId}.json`, signal);
  const topic = answer.status === 200 ? topicShape.safeParse(answer.json).data : undefined;
  if (topic === undefined) return "cannot-tell";
  const after = Math.max(root.postId ?? 0, threadOf(place.previous).postId ?? 0);
  const ids = (topic.post_stream.stream ?? topic.post_stream.posts.map(({ id }) => id))
    .filter((id) => id > after)
    .sort((a, b) => b - a);
  let sure = true;
  for (let start = 0; start < ids.length; start += PAGE) {
    const posts = await readPosts(forum, topicId, ids.slice(start, start + PAGE), signal);
    if (posts === null) return "cannot-tell";
    const own = posts.filter(
      (one) => one.username.toLowerCase() === forum.username.toLowerCase() && isSince(one.created_at, since),
    );
    for (const candidate of own) {
      const raw = candidate.raw ?? (await readPost(forum, candidate.id, signal))?.raw;
      if (raw === undefined) sure = false;
      else if (raw.includes(markerOf(post.key)))
        return {
          topicId,
          postId: candidate.id,
          postNumber: candidate.post_number,
        };
    }
    if (posts.every((one) => !isSince(one.created_at, since))) break;
  }
  return sure ? null : "cannot-tell";
}

async function topicIdOfPending(
  forum: Forum,
  key: string | null,
  signal: AbortSignal,
): Promise<number | "cannot-tell" | null> {
  const topic = key === null ? "cannot-tell" : await locateTopic(forum, key, new Date(0), signal);
  return topic === null || topic === "cannot-tell" ? topic : topic.topicId;
}

async function readPosts(
  forum: Forum,
  topicId: number,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<ForumPost[] | null> {
  const query = [...ids.map((id) => `post_ids[]=${id}`), "include_raw=true"].join("&");
  const answer = await forum.call("GET", `/t/${topicId}/posts.json?${query}`, signal);
  const shape = z.object({
    post_stream: z.object({ posts: z.array(postShape) }),
  });
  return answer.status === 200 ? (shape.safeParse(answer.json).data?.post_stream.posts ?? null) : null;
}

async function readPost(forum: Forum, id: number, signal: AbortSignal): Promise<ForumPost | undefined> {
  const answer = await forum.call("GET", `/posts/${id}.json`, signal);
  return answer.status === 200 ? postShape.safeParse(answer.json).data : undefined;
}

function isSince(instant: string, since: Date): boolean {
  return !(Date.parse(instant) < since.getTime() - CLOCK_SKEW_MS);
}

/** How many posts of the account wait for moderation, as far as the forum shows it. */
async function waitingPosts(forum: Forum, signal: AbortSignal): Promise<number | "cannot-tell"> {
  const answer = await forum.call("GET", `/u/${encodeURIComponent(forum.username)}.json`, signal);
  const shape = z.object({
    user: z.object({ pending_posts_count: z.int().optional() }),
  });
  const account = answer.status === 200 ? shape.safeParse(answer.json).data : undefined;
  return account === undefined ? "cannot-tell" : (account.user.pending_posts_count ?? 0);
}

/** Reads the post back and compares its text, white space aside (Discourse tidies it). */
export async function verifyForumPost(
  forum: Forum,
  receipt: Receipt,
  post: Post,
  place: Place,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    const postId = threadOf(receipt).postId ?? (await approved(forum, post, place, signal));
    if (postId === null) return { state: "not-yet", note: "waits for the forum's moderators" };
    const answer = await forum.call("GET", `/posts/${postId}.json`, signal);
    if (answer.status === 404 || answer.status === 410)
      return { state: "missing", note: "the forum no longer shows this post" };
    const read = answer.status === 200 ? postShape.safeParse(answer.json).data : undefined;
    if (read?.raw === undefined) return { state: "cannot", note: forum.refusal(answer).message };
    if (read.deleted_at || read.user_deleted === true)
      return { state: "missing", note: "the post was deleted" };
    if (read.hidden === true) return { state: "missing", note: "the forum hides the post" };
    const { raw } = post.payload as ForumPayload;
    return tidy(read.raw) === tidy(raw)
      ? { state: "seen", note: null }
      : {
          state: "altered",
          note: "the text on the forum differs from what was posted",
        };
  } catch (error) {
    if (error instanceof ChannelError) return { state: "cannot", note: error.message };
    throw error;
  }
}

async function approved(forum: Forum, post: Post, place: Place, signal: AbortSignal): Promise<number | null> {
  const search = await findForumPost(forum, post, place, new Date(0), signal);
  return search.found === null ? null : threadOf(search.found).postId;
}

function tidy(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
