import { excerpt, type Fields, isRecord } from "../answer.ts";
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
import { linkFindings } from "../status-link.ts";
import { type Answer, callX } from "./call.ts";
import { readAnswer } from "./errors.ts";
import { findTweet, judgeTweet, type Reader, wordsOf } from "./read.ts";
import { SECRETS, type TwitterSettings, X_BASE_URL } from "./settings.ts";

const ID = /^[0-9]{1,19}$/;

export class TwitterClient {
  readonly #settings: TwitterSettings;
  readonly #kit: ChannelKit;

  constructor(settings: TwitterSettings, kit: ChannelKit) {
    this.#settings = settings;
    this.#kit = kit;
  }

  async publish(post: Post, place: Place, signal: AbortSignal): Promise<Receipt> {
    const text = wordsOf(post);
    if (text === null)
      throw new ChannelError("refused", "X_NO_TEXT", "the stored post holds no text", {
        hint: "say it again: status update",
      });
    const root = this.#rootOf(post, place);
    const body = {
      text,
      ...(root === null ? {} : { reply: { in_reply_to_tweet_id: root } }),
    };
    const answer = await callX({ method: "POST", path: "tweets", body }, this.#at(signal));
    const { data } = this.#accept(answer, root !== null);
    if (!isRecord(data) || typeof data.id !== "string" || !ID.test(data.id))
      throw new ChannelError("unknown", "X_NO_RECEIPT", "X took the post without naming it", {
        hint: "look at the account before posting again",
      });
    return this.#receipt(data.id, text);
  }

  async find(post: Post, place: Place, since: Date, signal: AbortSignal): Promise<Search> {
    try {
      const user = await this.#user(signal);
      const where = { user: user.id, root: this.#rootOf(post, place) };
      const search = await findTweet(this.#reader(signal), where, post, since);
      return typeof search === "string" ? { found: this.#receipt(search, wordsOf(post) ?? "") } : search;
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return { found: null, conclusive: false, reason: explain(error) };
    }
  }

  async verify(receipt: Receipt, post: Post, signal: AbortSignal): Promise<Verdict> {
    if (!ID.test(receipt.remoteId)) return { state: "cannot", note: "the receipt names no post" };
    const path = `tweets/${receipt.remoteId}`;
    try {
      return judgeTweet(await this.#reader(signal)(path, { "tweet.fields": "entities" }), post);
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      if (error.code === "X_NOT_FOUND")
        return { state: "missing", note: "X does not show the post any more" };
      return {
        state: error.fate === "refused" ? "cannot" : "not-yet",
        note: explain(error),
      };
    }
  }

  async remove(receipt: Receipt, signal: AbortSignal): Promise<void> {
    if (!ID.test(receipt.remoteId))
      throw new ChannelError("refused", "X_NO_POST", "the receipt names no post", {
        hint: "delete it on X by hand",
      });
    try {
      const answer = await callX({ method: "DELETE", path: `tweets/${receipt.remoteId}` }, this.#at(signal));
      this.#accept(answer, false);
    } catch (error) {
      if (!(error instanceof ChannelError) || error.code !== "X_NOT_FOUND") throw error;
    }
  }

  async check(signal: AbortSignal): Promise<readonly Finding[]> {
    try {
      const { name, access, quota, profile } = await this.#user(signal);
      const who: Finding = {
        name: "credential",
        level: "ok",
        message: `speaks as @${name}`,
        hint: null,
      };
      const link = linkFindings(
        this.#kit,
        "the profile",
        profile,
        (to) => `put ${to} into the profile's website or bio`,
      );
      return [who, ...(access === null ? [] : [accessFinding(access)]), ...quotaFindings(quota), ...link];
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return [
        {
          name: "credential",
          level: "fail",
          message: error.message,
          hint: error.hint,
        },
      ];
    }
  }

  /** The account that speaks, what X says that its token may do, and what its profile shows. */
  async #user(signal: AbortSignal): Promise<{
    id: string;
    name: string;
    access: string | null;
    quota: Quota;
    profile: readonly string[];
  }> {
    const query = { "user.fields": "description,entities,url" };
    const answer = await callX({ method: "GET", path: "users/me", query }, this.#at(signal));
    const { data } = this.#accept(answer, false);
    if (!isRecord(data) || typeof data.id !== "string" || !ID.test(data.id))
      throw new ChannelError("refused", "X_NO_ACCOUNT", "X does not name the account of these keys", {
        hint: "check the four keys and the channel's baseUrl",
      });
    const name = typeof data.username === "string" ? excerpt(data.username) : data.id;
    return {
      id: data.id,
      name,
      profile: profileOf(data),
      access: answer.headers["x-access-level"] ?? null,
      quota: {
        posts: numberIn(
          answer.headers["x-user-limit-24hour-remaining"] ?? answer.headers["x-app-limit-24hour-remaining"],
        ),
        reads: numberIn(answer.headers["x-rate-limit-remaining"]),
      },
    };
  }

  /** Our own first post on the incident, where this one is to reply. */
  #rootOf(post: Post, place: Place): string | null {
    const asReply = isRecord(post.payload) && post.payload.reply === true;
    return asReply && place.root !== null ? place.root.remoteId : null;
  }

  #reader(signal: AbortSignal): Reader {
    return async (path, query) =>
      this.#accept(await callX({ method: "GET", path, query }, this.#at(signal)), false);
  }

  #accept(answer: Answer, asReply: boolean): Fields {
    const secrets = SECRETS.map((name) => this.#settings[name]);
    const read = readAnswer(answer, {
      secrets,
      now: this.#kit.clock.now(),
      asReply,
    });
    if (read instanceof ChannelError) throw read;
    return read;
  }

  #at(signal: AbortSignal) {
    return { settings: this.#settings, kit: this.#kit, signal };
  }

  #receipt(id: string, text: string): Receipt {
    const url = this.#settings.baseUrl === X_BASE_URL ? `https://x.com/i/status/${id}` : null;
    return { remoteId: id, url, extra: { id, text } };
  }
}

/**
 * The bio, the website, and where X's short links in them lead. The pinned post cannot be asked for by the fields that X's own
 * description lists (read 2026-11).
 */
function profileOf(user: Fields): string[] {
  const { description, url, entities } = user;
  const parts = isRecord(entities) ? [entities.url, entities.description] : [];
  const links = parts.flatMap((part) => (isRecord(part) && Array.isArray(part.urls) ? part.urls : []));
  const led = links.map((link) => (isRecord(link) ? link.expanded_url : null));
  return [description, url, ...led].filter((text) => typeof text === "string");
}

/** What X says is left; null where it does not say. */
interface Quota {
  readonly posts: number | null;
  readonly reads: number | null;
}

function numberIn(header: string | undefined): number | null {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : null;
}

function quotaFindings({ posts, reads }: Quota): readonly Finding[] {
  if (posts !== null)
    return [
      limitFinding(
        posts,
        `${posts} posts left today`,
        "wait for the limit of the day to end, or raise the plan",
      ),
    ];
  if (reads === null) return [];
  return [limitFinding(reads, `${reads} look-ups left in this quarter of an hour`, "wait for some minutes")];
}

function limitFinding(left: number, message: string, hint: string): Finding {
  return { name: "limits", level: left === 0 ? "warn" : "ok", message, hint: left === 0 ? hint : null };
}

function accessFinding(access: string): Finding {
  if (access.includes("write"))
    return {
      name: "permission",
      level: "ok",
      message: `may post (${excerpt(access)})`,
      hint: null,
    };
  const message = `may not post: the access level is ${excerpt(access)}`;
  const hint = "give the app read and write permission, then make new access tokens";
  return { name: "permission", level: "fail", message, hint };
}

function explain(error: ChannelError): string {
  return error.hint === null ? error.message : `${error.message}; ${error.hint}`;
}
