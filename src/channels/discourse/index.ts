import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import type { Answer } from "../json-api.ts";
import { checkForum } from "./check.ts";
import { connectForum, type Forum } from "./client.ts";
import { composeForumPost, type ForumPayload } from "./compose.ts";
import { findForumPost, locateTopic, threadOf, verifyForumPost } from "./lookup.ts";
import { discourseSettings } from "./settings.ts";

/** A Discourse forum: one topic an incident, a reply for each update. */
export const discourse = defineKind({
  kind: "discourse",
  title: "Discourse",
  guide: async () => (await import("./guide.ts")).guide,
  settings: discourseSettings,
  secrets: ["apiKey"],
  connect(settings, kit) {
    const forum = connectForum(settings, kit);
    return {
      compose: (message, context) => [composeForumPost(message, context, settings, kit.property, kit.locale)],
      publish: (post, place, signal) => publish(forum, post, place, signal),
      find: (post, place, since, signal) => findForumPost(forum, post, place, since, signal),
      verify: (receipt, post, place, signal) => verifyForumPost(forum, receipt, post, place, signal),
      amend: (receipt, post, signal) => amend(forum, receipt, post, signal),
      remove: (receipt, signal) => remove(forum, receipt, signal),
      check: (signal) => checkForum(forum, settings, kit, signal),
    };
  },
});

async function publish(forum: Forum, post: Post, place: Place, signal: AbortSignal): Promise<Receipt> {
  const { title, raw, category, tags, external_id } = post.payload as ForumPayload;
  const topicId = place.root === null ? null : await topicOf(forum, place.root, signal);
  const body =
    topicId === null
      ? {
          title,
          raw,
          category,
          external_id,
          ...(tags.length === 0 ? {} : { tags }),
        }
      : { topic_id: topicId, raw };
  return receiptOf(forum, await forum.call("POST", "/posts.json", signal, body), post.key, topicId);
}

/**
 * The topic that a reply belongs to. A topic held for moderation has no number until it is approved.
 * Throws `not-sent` only: until the number is known nothing but reading has been done.
 */
async function topicOf(forum: Forum, root: Receipt, signal: AbortSignal): Promise<number> {
  const thread = threadOf(root);
  if (thread.topicId !== null) return thread.topicId;
  const topic =
    thread.key === null ? null : await locateTopic(forum, thread.key, new Date(0), signal).catch(asUnseen);
  if (topic !== null && topic !== "cannot-tell") return topic.topicId;
  throw new ChannelError(
    "not-sent",
    "DISCOURSE_TOPIC_PENDING",
    "the topic still waits for the forum's moderators",
    {
      hint: "approve it in the forum's review queue, then type: status retry",
    },
  );
}

function asUnseen(error: unknown): null {
  if (error instanceof ChannelError) return null;
  throw error;
}

const created = z.object({
  id: z.int(),
  topic_id: z.int(),
  post_number: z.int(),
});
const answered = z.object({
  action: z.string().optional(),
  post: z.unknown().optional(),
});

function receiptOf(forum: Forum, answer: Answer, key: string, topicId: number | null): Receipt {
  if (answer.status < 200 || answer.status > 299) throw forum.refusal(answer);
  const { action, post } = answered.safeParse(answer.json).data ?? {};
  if (action === "enqueued")
    return {
      remoteId: `queued:${key}`,
      url: null,
      pending: true,
      extra: { key, topicId, postId: null, postNumber: null },
    };
  const made = created.safeParse(post ?? answer.json);
  if (!made.success) throw forum.refusal(answer);
  const { id, topic_id, post_number } = made.data;
  return {
    remoteId: String(id),
    url: `${forum.baseUrl}/t/${topic_id}/${post_number}`,
    extra: { key, topicId: topic_id, postId: id, postNumber: post_number },
  };
}

async function amend(forum: Forum, receipt: Receipt, post: Post, signal: AbortSignal): Promise<Receipt> {
  const { raw } = post.payload as ForumPayload;
  const answer = await forum.call("PUT", `/posts/${postIdOf(receipt)}.json`, signal, {
    post: { raw, edit_reason: "correction" },
  });
  if (answer.status < 200 || answer.status > 299) throw forum.refusal(answer);
  return receipt;
}

/** Deleting a topic's first post deletes the topic: then everything said in it is gone for readers. */
async function remove(forum: Forum, receipt: Receipt, signal: AbortSignal): Promise<void> {
  const answer = await forum.call("DELETE", `/posts/${postIdOf(receipt)}.json`, signal);
  if ((answer.status < 200 || answer.status > 299) && answer.status !== 404) throw forum.refusal(answer);
}

function postIdOf(receipt: Receipt): string {
  if (/^\d+$/.test(receipt.remoteId)) return receipt.remoteId;
  throw new ChannelError("refused", "DISCOURSE_NO_POST", "the receipt names no post on the forum", {
    hint: "change it on the forum by hand",
  });
}
