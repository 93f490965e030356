import { ChannelError, type Place, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { connectRepository, type Repository } from "./call.ts";
import { checkRepository } from "./check.ts";
import { COLLECTION, composePost, type PostPayload } from "./compose.ts";
import { findPost, receiptOf, replyOf, rkeyOf, strongRef, verifyPost } from "./read.ts";
import { blueskySettings } from "./settings.ts";

/**
 * An account on Bluesky, or on any server of the AT Protocol: the first post opens a thread, later ones reply to the
 * one before. There is no amending: a server takes a changed record, and readers may go on seeing the first.
 */
export const bluesky = defineKind({
  kind: "bluesky",
  title: "Bluesky",
  guide: async () => (await import("./guide.ts")).guide,
  settings: blueskySettings,
  secrets: ["appPassword"],
  connect(settings, kit) {
    const repository = connectRepository(settings, kit);
    const { baseUrl } = settings;
    return {
      compose: (message, context) => composePost(message, context, kit.locale),
      publish: (post, place, signal) => publish(repository, post, place, baseUrl, signal),
      find: (post, _place, since, signal) => findPost(repository, post, since, baseUrl, signal),
      verify: (receipt, post, _place, signal) => verifyPost(repository, receipt, post, signal),
      remove: (receipt, signal) => remove(repository, receipt, signal),
      check: (signal) => checkRepository(repository, settings, kit, signal),
    };
  },
});

/** Puts the record where none is yet: the same record again changes nothing, and another in its place is refused. */
async function publish(
  repository: Repository,
  post: Post,
  place: Place,
  baseUrl: string,
  signal: AbortSignal,
): Promise<Receipt> {
  const { rkey, record } = post.payload as PostPayload;
  const reply = replyOf(place);
  const session = await repository.session(signal);
  const body = {
    repo: session.did,
    collection: COLLECTION,
    rkey,
    record: { ...record, ...(reply === null ? {} : { reply }) },
    swapRecord: null,
  };
  const path = "/com.atproto.repo.putRecord";
  const made = strongRef(repository.accept(await repository.call(session, "POST", path, signal, body)));
  if (made !== null) return receiptOf(made, baseUrl);
  throw new ChannelError("unknown", "BLUESKY_NO_RECEIPT", "the server took the post without naming it", {
    hint: "look at the account before posting again",
  });
}

/** A record that is gone already is no fault to the server either. */
async function remove(repository: Repository, receipt: Receipt, signal: AbortSignal): Promise<void> {
  const rkey = rkeyOf(receipt);
  if (rkey === null)
    throw new ChannelError("refused", "BLUESKY_NO_POST", "the receipt names no post", {
      hint: "delete it on Bluesky by hand",
    });
  const session = await repository.session(signal);
  const body = { repo: session.did, collection: COLLECTION, rkey };
  repository.accept(await repository.call(session, "POST", "/com.atproto.repo.deleteRecord", signal, body));
}
