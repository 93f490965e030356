import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { checkNodebb } from "./check.ts";
import { connectNodebb, type Nodebb, responseIn } from "./client.ts";
import { composeNodebbPost, type NodebbPayload } from "./compose.ts";
import { findNodebbPost, isDeleted, receiptOf, threadOf, topicOf, verifyNodebbPost } from "./lookup.ts";
import { nodebbSettings } from "./settings.ts";

/** A NodeBB forum: one topic an incident, a reply for each update. */
export const nodebb = defineKind({
  kind: "nodebb",
  title: "NodeBB",
  guide: async () => (await import("./guide.ts")).guide,
  settings: nodebbSettings,
  secrets: ["token"],
  connect(settings, kit) {
    const forum = connectNodebb(settings, kit);
    const { category } = settings;
    return {
      compose: (message, context) => [
        composeNodebbPost(message, context, settings, kit.property, kit.locale),
      ],
      publish: (post, place, signal) => publish(forum, post, place, signal),
      find: (post, _place, since, signal) => findNodebbPost(forum, post, since, category, signal),
      verify: (receipt, post, _place, signal) => verifyNodebbPost(forum, receipt, post, category, signal),
      amend: (receipt, post, signal) => amend(forum, receipt, post, signal),
      remove: (receipt, signal) => remove(forum, receipt, signal),
      check: (signal) => checkNodebb(forum, category, kit, signal),
    };
  },
});

/** A queued topic answers 202 and a queued reply 200: only `queued` tells (src/controllers/write/topics.js, read 2026-11). */
const created = z.union([
  z.object({ queued: z.literal(true) }),
  z.object({ pid: z.int(), tid: z.int() }),
  z
    .object({ tid: z.int(), mainPost: z.object({ pid: z.int() }) })
    .transform(({ tid, mainPost: { pid } }) => ({ tid, pid })),
  z.object({ tid: z.int(), mainPid: z.int() }).transform(({ tid, mainPid }) => ({ tid, pid: mainPid })),
]);

async function publish(forum: Nodebb, post: Post, place: Place, signal: AbortSignal): Promise<Receipt> {
  const { cid, title, content, tags } = post.payload as NodebbPayload;
  const tid = place.root === null ? null : await topicOf(forum, place.root, cid, signal);
  const answer =
    tid === null
      ? await forum.call("POST", "/api/v3/topics/", signal, {
          ...{ cid, title, content },
          ...(tags.length === 0 ? {} : { tags }),
        })
      : await forum.call("POST", `/api/v3/topics/${tid}`, signal, { content });
  const read = created.safeParse(responseIn(answer)).data;
  if (read === undefined) throw await forum.refusalOfPost(answer, signal);
  if ("queued" in read)
    return { remoteId: post.key, url: null, pending: true, extra: { key: post.key, tid, pid: null } };
  return receiptOf(forum, post.key, read.tid, read.pid);
}

async function amend(forum: Nodebb, receipt: Receipt, post: Post, signal: AbortSignal): Promise<Receipt> {
  const answer = await forum.call("PUT", `/api/v3/posts/${pidOf(receipt)}`, signal, {
    content: (post.payload as NodebbPayload).content,
  });
  if (responseIn(answer) === undefined) throw forum.refusal(answer);
  return receipt;
}

/** The forum keeps a deleted post for its moderators, and the thread with it. */
async function remove(forum: Nodebb, receipt: Receipt, signal: AbortSignal): Promise<void> {
  const pid = pidOf(receipt);
  const answer = await forum.call("DELETE", `/api/v3/posts/${pid}/state`, signal);
  if (responseIn(answer) !== undefined || answer.status === 404) return;
  // It refuses to delete what is deleted, with the status that it has for everything.
  if (answer.status === 400 && (await isDeleted(forum, pid, signal))) return;
  throw forum.refusal(answer);
}

function pidOf(receipt: Receipt): number {
  const { pid } = threadOf(receipt);
  if (pid !== null) return pid;
  throw new ChannelError(
    "refused",
    "NODEBB_POST_PENDING",
    "the post still waits for the forum's moderators",
    {
      hint: "change or decline it in the forum's post queue",
    },
  );
}
