import { type Fields, isRecord } from "../answer.ts";
import {
  ChannelError,
  type ChannelKit,
  type Finding,
  type Place,
  type Post,
  type Receipt,
  type Search,
  type Verdict,
} from "../contract.ts";
import { type Caller, callSlack } from "./call.ts";
import { checkSlack } from "./check.ts";
import { findMessage, readMessage, type Spot } from "./read.ts";
import type { SlackSettings } from "./settings.ts";

/** The link is worth this much waiting, and never the post. */
const LINK_TIMEOUT_MS = 2_000;

export class SlackClient {
  readonly #settings: SlackSettings;
  readonly #kit: ChannelKit;

  constructor(settings: SlackSettings, kit: ChannelKit) {
    this.#settings = settings;
    this.#kit = kit;
  }

  async publish(post: Post, place: Place, signal: AbortSignal): Promise<Receipt> {
    const thread = threadOf(place, this.#settings.channel);
    const { reply_broadcast, ...payload } = isRecord(post.payload) ? post.payload : {};
    const posting = this.#caller(signal)("chat.postMessage", {
      ...payload,
      channel: thread?.channel ?? this.#settings.channel,
      ...(thread === null
        ? {}
        : {
            thread_ts: thread.ts,
            ...(reply_broadcast === true ? { reply_broadcast } : {}),
          }),
    });
    // Asked meanwhile: nobody should wait for a second answer after the first.
    const refused = new AbortController();
    const workspace = this.#workspace(AbortSignal.any([signal, refused.signal]));
    posting.catch(() => refused.abort());
    const { fields } = await posting;
    const { ts, channel } = fields;
    if (typeof ts !== "string" || ts === "")
      throw new ChannelError("unknown", "SLACK_NO_RECEIPT", "Slack took the message without naming it", {
        hint: "look in the channel before posting again",
      });
    const spot: Spot = {
      channel: typeof channel === "string" ? channel : (thread?.channel ?? this.#settings.channel),
      ts,
      thread: thread?.ts ?? null,
    };
    return receiptOf(spot, linkTo(spot, await workspace));
  }

  async find(post: Post, place: Place, since: Date, signal: AbortSignal): Promise<Search> {
    const thread = threadOf(place, this.#settings.channel);
    const channel = thread?.channel ?? this.#settings.channel;
    try {
      const search = await findMessage(
        this.#caller(signal),
        { channel, thread: thread?.ts ?? null },
        post,
        since,
      );
      if (typeof search !== "string") return search;
      const spot: Spot = { channel, ts: search, thread: thread?.ts ?? null };
      return { found: receiptOf(spot, linkTo(spot, await this.#workspace(signal))) };
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return { found: null, conclusive: false, reason: explain(error) };
    }
  }

  async verify(receipt: Receipt, post: Post, signal: AbortSignal): Promise<Verdict> {
    const spot = spotOf(receipt);
    if (spot === null)
      return {
        state: "cannot",
        note: "the receipt does not say where the message stands",
      };
    try {
      return await readMessage(this.#caller(signal), spot, post);
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return {
        state: error.fate === "refused" ? "cannot" : "not-yet",
        note: explain(error),
      };
    }
  }

  async amend(receipt: Receipt, post: Post, signal: AbortSignal): Promise<Receipt> {
    const { reply_broadcast: _, ...payload } = isRecord(post.payload) ? post.payload : {};
    await this.#caller(signal)("chat.update", { ...payload, ...this.#target(receipt) });
    return receipt;
  }

  async remove(receipt: Receipt, signal: AbortSignal): Promise<void> {
    try {
      await this.#caller(signal)("chat.delete", this.#target(receipt));
    } catch (error) {
      if (!(error instanceof ChannelError) || error.code !== "SLACK_MESSAGE_NOT_FOUND") throw error;
    }
  }

  /** The message to change. Throws where the receipt does not name it. */
  #target(receipt: Receipt): { channel: string; ts: string } {
    const spot = spotOf(receipt);
    if (spot !== null) return { channel: spot.channel, ts: spot.ts };
    throw new ChannelError(
      "refused",
      "SLACK_NO_MESSAGE",
      "the receipt does not say where the message stands",
      {
        hint: "change it in Slack by hand",
      },
    );
  }

  async check(signal: AbortSignal): Promise<readonly Finding[]> {
    return await checkSlack(this.#caller(signal), this.#settings.channel, this.#kit);
  }

  #caller(signal: AbortSignal, timeoutMs = this.#kit.timeoutMs): Caller {
    const call = {
      settings: this.#settings,
      kit: this.#kit,
      signal,
      timeoutMs,
    };
    return (method, fields) => callSlack(method, fields, call);
  }

  /** The workspace's address, or null: a post that is out must not fail for want of a link. */
  async #workspace(signal: AbortSignal): Promise<string | null> {
    try {
      const call = this.#caller(signal, Math.min(LINK_TIMEOUT_MS, this.#kit.timeoutMs));
      const { url } = (await call("auth.test", {})).fields;
      return typeof url === "string" && /^https?:\/\/\S+\/$/.test(url) ? url : null;
    } catch {
      return null;
    }
  }
}

/** As chat.getPermalink gives it (docs.slack.dev, 2026-11), which could be asked only after the post. */
function linkTo({ channel, ts, thread }: Spot, workspace: string | null): string | null {
  if (workspace === null) return null;
  const within = thread === null ? "" : `?thread_ts=${thread}&cid=${channel}`;
  return `${workspace}archives/${channel}/p${ts.replace(".", "")}${within}`;
}

/** The thread to reply in; null opens one, as it does when the configuration names another channel by now. */
function threadOf(place: Place, configured: string): Spot | null {
  const root = place.root === null ? null : spotOf(place.root);
  if (root === null) return null;
  const isId = /^[CDG][A-Z0-9]{2,}$/.test(configured);
  return isId && root.channel !== configured ? null : root;
}

function spotOf(receipt: Receipt): Spot | null {
  const extra: Fields = isRecord(receipt.extra) ? receipt.extra : {};
  const { channel, ts, thread } = extra;
  if (typeof channel !== "string" || typeof ts !== "string") return null;
  return { channel, ts, thread: typeof thread === "string" ? thread : null };
}

function receiptOf(spot: Spot, url: string | null): Receipt {
  return {
    remoteId: spot.ts,
    url,
    extra: { channel: spot.channel, ts: spot.ts, thread: spot.thread },
  };
}

function explain(error: ChannelError): string {
  return error.hint === null ? error.message : `${error.message}; ${error.hint}`;
}
