import type { Clock } from "../base/clock.ts";
import { isObject, parseJson } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import type { Profile, Tweet } from "./world.ts";
import { signatureIsRight, X_CREDENTIALS } from "./x-signature.ts";
import { cashtagsIn, linksIn, weightOf } from "./x-text.ts";

const ME = {
  id: "2244994945",
  name: "Amazon.com Status",
  username: "amazon_status",
};
const MAX_WEIGHT = 280;
const WINDOW_MS = 15 * 60_000;

/** Requests per 15 minutes and user (X, rate limits page, 2026-11). */
const QUOTAS: Readonly<Record<string, number>> = {
  "POST /2/tweets": 100,
  "GET /2/tweets/:id": 900,
  "DELETE /2/tweets/:id": 50,
  "GET /2/users/me": 75,
  "GET /2/users/:id/tweets": 900,
};

/** The body keys of POST /2/tweets (X, OpenAPI 2.167); any other is refused. */
const KEYS = new Set(
  `card_uri community_id direct_message_deep_link edit_options for_super_followers_only geo made_with_ai media nullcast
  paid_partnership poll quote_tweet_id reply reply_settings share_with_followers text`.split(/\s+/),
);
const REPLY_KEYS = new Set([
  "auto_populate_reply_metadata",
  "exclude_reply_user_ids",
  "in_reply_to_tweet_id",
]);

const DUPLICATE = "You are not allowed to create a Tweet with duplicate content.";
const NO_REPLY =
  "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.";

export interface XImitation {
  readonly http: HttpImitation;
  readonly credentials: typeof X_CREDENTIALS;
  refuseReplies(on: boolean): void;
  tweets(): Tweet[];
}

/** X API v2 for one self-serve account, as documented and seen up to 2026-11. */
export function imitateX(options: { clock: Clock; quotas: boolean; profile?: Profile }): XImitation {
  const { clock } = options;
  const tweets: Tweet[] = [];
  /** Also of deleted posts: those are refused as duplicates too. */
  const said = new Set<string>();
  const used = new Map<string, number[]>();
  let repliesRefused = false;
  let sequence = 0n;

  /** Rising with the clock, as X's ids do; counted on where the clock stands or lies before their epoch. */
  const nextId = (at: Date): string => {
    const byClock = BigInt(Math.max(at.getTime() - 1288834974657, 1)) << 22n;
    sequence = byClock > sequence ? byClock : sequence + 1n;
    return String(sequence);
  };

  const create = (call: Call): Answer => {
    const body = parseJson(call.body);
    if (!isObject(body)) return invalid("The request body is not a JSON object");
    const stray = Object.keys(body).find((key) => !KEYS.has(key));
    if (stray !== undefined) return invalid(`$.${stray}: is not defined in the schema`);
    const text = body.text ?? "";
    if (typeof text !== "string") return invalid("$.text: is not a string");
    if (text.trim() === "") return invalid("$.text: is empty and there is no media");
    if (body.media !== undefined) return invalid("Your media IDs are invalid.");
    if (body.edit_options !== undefined)
      return forbidden("You are not permitted to edit posts: Premium is needed.");
    if (body.quote_tweet_id !== undefined) return forbidden("Quoting is not available to this app.");

    let replyTo: string | null = null;
    if (body.reply !== undefined) {
      const reply = body.reply;
      if (!isObject(reply) || Object.keys(reply).some((key) => !REPLY_KEYS.has(key)))
        return invalid("$.reply: is not defined in the schema");
      replyTo = String(reply.in_reply_to_tweet_id ?? "");
      if (!/^[0-9]{1,19}$/.test(replyTo)) return invalid("$.reply.in_reply_to_tweet_id: is not an id");
      if (repliesRefused || !tweets.some((tweet) => tweet.id === replyTo)) return forbidden(NO_REPLY);
    }
    if (weightOf(text) > MAX_WEIGHT) return forbidden("Your Tweet text is too long.");
    if (cashtagsIn(text) > 1) return forbidden("Posts are limited to one cashtag.");
    const normal = text.normalize("NFC").trim();
    if (said.has(normal)) return forbidden(DUPLICATE);

    const at = clock.now();
    const tweet: Tweet = {
      id: nextId(at),
      text: normal,
      author: ME.username,
      replyTo,
      at,
    };
    said.add(normal);
    tweets.push(tweet);
    const { id, text: shown, edit_history_tweet_ids } = onWire(tweet, tweets, new Set());
    return json(201, { data: { id, text: shown, edit_history_tweet_ids } });
  };

  const read = (id: string, call: Call): Answer => {
    const tweet = tweets.find((each) => each.id === id);
    if (tweet === undefined)
      return json(200, {
        errors: [
          {
            value: id,
            detail: `Could not find tweet with id: [${id}].`,
            title: "Not Found Error",
            resource_type: "tweet",
            parameter: "id",
            resource_id: id,
            type: "https://api.x.com/2/problems/resource-not-found",
          },
        ],
      });
    return json(200, { data: onWire(tweet, tweets, fieldsOf(call)) });
  };

  const timeline = (user: string, call: Call): Answer => {
    if (user !== ME.id) return json(200, { meta: { result_count: 0 } });
    const { query } = call;
    const size = Number(query.get("max_results") ?? "10");
    if (!Number.isInteger(size) || size < 5 || size > 100)
      return invalid("The `max_results` query parameter value is not between 5 and 100");
    const start = timeOf(query.get("start_time"));
    const end = timeOf(query.get("end_time"));
    if (Number.isNaN(start) || Number.isNaN(end))
      return invalid("The `start_time` and `end_time` query parameter values are RFC 3339 date-times");
    const since = query.get("since_id");
    const until = query.get("until_id");
    const noReplies = (query.get("exclude") ?? "").split(",").includes("replies");
    const inside = tweets
      .filter((tweet) => start === null || tweet.at.getTime() >= start)
      .filter((tweet) => end === null || tweet.at.getTime() < end)
      .filter((tweet) => since === null || BigInt(tweet.id) > BigInt(since))
      .filter((tweet) => until === null || BigInt(tweet.id) < BigInt(until))
      .filter((tweet) => !noReplies || tweet.replyTo === null)
      .reverse()
      .slice(0, 3200);
    const token = query.get("pagination_token");
    const from = token === null ? 0 : Number(/^p(\d+)$/.exec(token)?.[1]);
    if (Number.isNaN(from)) return invalid("The `pagination_token` query parameter value is not valid");
    const page = inside.slice(from, from + size);
    const fields = fieldsOf(call);
    return json(200, {
      ...(page.length === 0 ? {} : { data: page.map((tweet) => onWire(tweet, tweets, fields)) }),
      meta: {
        result_count: page.length,
        ...(page.length === 0 ? {} : { newest_id: page[0]?.id, oldest_id: page.at(-1)?.id }),
        ...(from + size < inside.length ? { next_token: `p${from + size}` } : {}),
      },
    });
  };

  const remove = (id: string): Answer => {
    const index = tweets.findIndex((tweet) => tweet.id === id);
    if (index >= 0) tweets.splice(index, 1);
    return json(200, { data: { deleted: index >= 0 } });
  };

  const route = (call: Call): { name: string; run(): Answer } | null => {
    const [, id] = /^\/2\/tweets\/(\d+)$/.exec(call.path) ?? [];
    const [, user] = /^\/2\/users\/(\d+)\/tweets$/.exec(call.path) ?? [];
    const at = `${call.method} ${call.path}`;
    if (at === "POST /2/tweets") return { name: at, run: () => create(call) };
    if (at === "GET /2/users/me")
      return { name: at, run: () => json(200, { data: meAs(call, options.profile?.text ?? "") }) };
    if (user !== undefined && call.method === "GET")
      return {
        name: "GET /2/users/:id/tweets",
        run: () => timeline(user, call),
      };
    if (id === undefined) return null;
    if (call.method === "GET") return { name: "GET /2/tweets/:id", run: () => read(id, call) };
    if (call.method === "DELETE") return { name: "DELETE /2/tweets/:id", run: () => remove(id) };
    return null;
  };

  const answer = (call: Call): Answer => {
    if (!signatureIsRight(call)) return unauthorized();
    const found = route(call);
    if (found === null)
      return problem(404, {
        title: "Not Found",
        type: "about:blank",
        status: 404,
        detail: "Not Found",
      });
    const now = clock.now().getTime();
    const limit = QUOTAS[found.name] ?? 0;
    const recent = (used.get(found.name) ?? []).filter((at) => now - at < WINDOW_MS);
    const reset = Math.ceil(((recent[0] ?? now) + WINDOW_MS) / 1000);
    if (options.quotas && recent.length >= limit) return tooMany(limit, reset);
    recent.push(now);
    used.set(found.name, recent);
    const result = found.run();
    const left = Math.max(limit - recent.length, 0);
    return {
      ...result,
      headers: { ...result.headers, ...rateHeaders(limit, left, reset) },
    };
  };

  const answerFault = (fault: AnsweredFault): Answer => {
    switch (fault) {
      case "unauthorized":
        return unauthorized();
      case "refuse":
        return forbidden("You are not permitted to perform this action.");
      case "rate-limit":
        return tooMany(100, Math.ceil((clock.now().getTime() + WINDOW_MS) / 1000));
      case "server-error":
        return problem(500, {
          title: "Internal Server Error",
          type: "about:blank",
          status: 500,
          detail: "",
        });
    }
  };

  return {
    http: { imitation: "twitter", prefix: "/x", answer, answerFault },
    credentials: X_CREDENTIALS,
    refuseReplies(on) {
      repliesRefused = on;
    },
    tweets: () => [...tweets],
  };
}

function problem(status: number, body: Record<string, unknown>): Answer {
  return json(status, body, { "content-type": "application/problem+json" });
}

function forbidden(detail: string): Answer {
  return problem(403, {
    detail,
    type: "about:blank",
    title: "Forbidden",
    status: 403,
  });
}

function unauthorized(): Answer {
  return problem(401, {
    title: "Unauthorized",
    type: "about:blank",
    status: 401,
    detail: "Unauthorized",
  });
}

function invalid(message: string): Answer {
  return problem(400, {
    errors: [{ parameters: {}, message }],
    title: "Invalid Request",
    detail: "One or more parameters to your request was invalid.",
    type: "https://api.x.com/2/problems/invalid-request",
    status: 400,
  });
}

function tooMany(limit: number, reset: number): Answer {
  return json(429, { errors: [{ code: 88, message: "Rate limit exceeded" }] }, rateHeaders(limit, 0, reset));
}

function rateHeaders(limit: number, remaining: number, reset: number): Record<string, string> {
  return {
    "x-rate-limit-limit": String(limit),
    "x-rate-limit-remaining": String(remaining),
    "x-rate-limit-reset": String(reset),
  };
}

function fieldsOf(call: Call): Set<string> {
  return new Set((call.query.get("tweet.fields") ?? call.query.get("post.fields") ?? "").split(","));
}

function timeOf(text: string | null): number | null {
  if (text === null) return null;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

/** A post as it is read back: links shortened to t.co, `& < >` encoded, more only where it is asked for. */
function onWire(tweet: Tweet, all: readonly Tweet[], fields: ReadonlySet<string>) {
  let text = "";
  let done = 0;
  const urls = linksIn(tweet.text).map((link, index) => {
    text += encode(tweet.text.slice(done, link.start));
    const url = `https://t.co/${BigInt(tweet.id).toString(36).slice(-8).padStart(8, "0")}${String(index).padStart(2, "0")}`;
    const start = [...text].length;
    text += url;
    done = link.start + link.text.length;
    const expanded = /^https?:/i.test(link.text) ? link.text : `http://${link.text}`;
    return {
      start,
      end: start + url.length,
      url,
      expanded_url: expanded,
      display_url: expanded.replace(/^https?:\/\//i, "").slice(0, 27),
    };
  });
  text += encode(tweet.text.slice(done));
  const root = (each: Tweet): string => {
    const parent = all.find((other) => other.id === each.replyTo);
    return parent === undefined ? (each.replyTo ?? each.id) : root(parent);
  };
  return {
    id: tweet.id,
    text,
    edit_history_tweet_ids: [tweet.id],
    ...(fields.has("created_at") ? { created_at: tweet.at.toISOString() } : {}),
    ...(fields.has("author_id") ? { author_id: ME.id } : {}),
    ...(fields.has("conversation_id") ? { conversation_id: root(tweet) } : {}),
    ...(fields.has("entities") && urls.length > 0 ? { entities: { urls } } : {}),
    ...(fields.has("referenced_tweets") && tweet.replyTo !== null
      ? { referenced_tweets: [{ type: "replied_to", id: tweet.replyTo }] }
      : {}),
    ...(fields.has("in_reply_to_user_id") && tweet.replyTo !== null ? { in_reply_to_user_id: ME.id } : {}),
  };
}

function encode(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** The account with the fields that were asked for; X puts its own short links in place of addresses in a bio. */
function meAs({ query }: Call, bio: string): object {
  const wanted = (query.get("user.fields") ?? "").split(",");
  const link = /https?:\/\/\S+/.exec(bio)?.[0];
  const short = "https://t.co/sandboxbio";
  const start = link === undefined ? 0 : bio.indexOf(link);
  const urls =
    link === undefined ? [] : [{ start, end: start + short.length, url: short, expanded_url: link }];
  return {
    ...ME,
    ...(wanted.includes("description")
      ? { description: link === undefined ? bio : bio.replace(link, short) }
      : {}),
    ...(wanted.includes("entities") && link !== undefined ? { entities: { description: { urls } } } : {}),
  };
}
