import { ChannelError, type Place, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { connectServer, type Server } from "./call.ts";
import { checkServer } from "./check.ts";
import { composeStatus, type StatusPayload } from "./compose.ts";
import { findStatus, readStatus, receiptOf, verifyStatus } from "./read.ts";
import { mastodonSettings } from "./settings.ts";

/** An account on a Mastodon server: the first post opens a thread, later ones reply to it. */
export const mastodon = defineKind({
  kind: "mastodon",
  title: "Mastodon",
  guide: async () => (await import("./guide.ts")).guide,
  settings: mastodonSettings,
  secrets: ["accessToken"],
  connect(settings, kit) {
    const server = connectServer(settings, kit);
    return {
      compose: (message, context) => composeStatus(message, context, settings, kit.locale),
      publish: (post, place, signal) => publish(server, post, place, signal),
      find: (post, place, since, signal) => findStatus(server, post, place, since, signal),
      verify: (receipt, post, _place, signal) => verifyStatus(server, receipt, post, signal),
      amend: (receipt, post, signal) => amend(server, receipt, post, signal),
      remove: (receipt, signal) => remove(server, receipt, signal),
      check: (signal) => checkServer(server, settings, kit, signal),
    };
  },
});

/** The server keeps our key for an hour: until then the same post is answered with the first one. */
async function publish(server: Server, post: Post, place: Place, signal: AbortSignal): Promise<Receipt> {
  const root = place.root?.remoteId ?? null;
  const { status, visibility, language } = post.payload as StatusPayload;
  const body = { status, visibility, language, ...(root === null ? {} : { in_reply_to_id: root }) };
  const answer = await server.callOnce(post.key)("POST", "/api/v1/statuses", signal, body);
  const made = readStatus(server.accept(answer, { asReply: root !== null }));
  if (made !== null) return receiptOf(made);
  throw new ChannelError("unknown", "MASTODON_NO_RECEIPT", "the server took the post without naming it", {
    hint: "look at the account before posting again",
  });
}

async function amend(server: Server, receipt: Receipt, post: Post, signal: AbortSignal): Promise<Receipt> {
  const { status, language } = post.payload as StatusPayload;
  server.accept(await server.call("PUT", pathOf(receipt), signal, { status, language }));
  return receipt;
}

async function remove(server: Server, receipt: Receipt, signal: AbortSignal): Promise<void> {
  const answer = await server.call("DELETE", pathOf(receipt), signal);
  if (answer.status !== 404) server.accept(answer);
}

function pathOf(receipt: Receipt): string {
  return `/api/v1/statuses/${encodeURIComponent(receipt.remoteId)}`;
}
