import { TwitterApi } from "twitter-api-v2";
import { describe, expect, it } from "vitest";
import { type Arena, enter } from "./arena.ts";
import { ask, dig, type Reply } from "./ask.ts";
import { KEYS, signed } from "./sign.ts";

const DUPLICATE = "You are not allowed to create a Tweet with duplicate content.";
const NO_REPLY =
  "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.";

function caller(arena: Arena) {
  return (method: string, path: string, body?: unknown): Promise<Reply> => {
    const url = arena.setting("twitter", "baseUrl") + path;
    return ask(url, { method, body, headers: signed(method, url) });
  };
}

describe("the imitation of X", () => {
  it("posts with 201, threads under an own post, and reads both back", async () => {
    const arena = await enter();
    const call = caller(arena);
    const root = await call("POST", "/2/tweets", {
      text: "Storefront is down",
    });
    expect(root.status).toBe(201);
    expect(root.body).toEqual({
      data: {
        id: expect.stringMatching(/^\d{1,19}$/),
        text: "Storefront is down",
        edit_history_tweet_ids: [expect.any(String)],
      },
    });
    const rootId = String(dig(root.body, "data", "id"));
    arena.clock.advance(60_000);
    const reply = await call("POST", "/2/tweets", {
      text: "Still down",
      reply: { in_reply_to_tweet_id: rootId },
    });
    expect(reply.status).toBe(201);
    expect(arena.sandbox.world().tweets).toMatchObject([
      {
        id: rootId,
        replyTo: null,
        author: "amazon_status",
        text: "Storefront is down",
      },
      { replyTo: rootId, text: "Still down", at: arena.clock.now() },
    ]);
    const me = String(dig((await call("GET", "/2/users/me")).body, "data", "id"));
    const fields = "tweet.fields=created_at,referenced_tweets,conversation_id";
    const timeline = await call("GET", `/2/users/${me}/tweets?${fields}`);
    expect(timeline.body.data).toMatchObject([
      {
        text: "Still down",
        conversation_id: rootId,
        referenced_tweets: [{ type: "replied_to", id: rootId }],
        created_at: arena.clock.now().toISOString(),
      },
      { id: rootId },
    ]);
    const one = await call("GET", `/2/tweets/${rootId}`);
    expect(dig(one.body, "data", "text")).toBe("Storefront is down");
  });

  it("accepts what the vendor's client library signs for the vendor's own address", async () => {
    const arena = await enter();
    const sent = new Promise<{ authorization: string; path: string }>((resolve) => {
      const client = new TwitterApi(KEYS, {
        plugins: [
          {
            onBeforeRequest: async ({ computedParams }) => {
              const { pathname, search } = computedParams.url;
              resolve({
                authorization: String(computedParams.headers.Authorization),
                path: pathname + search,
              });
              throw new Error("seen enough");
            },
          },
        ],
      });
      client.v2
        .userTimeline("2244994945", {
          max_results: 5,
          start_time: "2026-06-29T17:00:00Z",
        })
        .catch(() => {});
    });
    const { authorization, path } = await sent;
    const reply = await ask(arena.setting("twitter", "baseUrl") + path, {
      headers: { authorization },
    });
    expect(reply.status).toBe(200);
    const other = await ask(`${arena.setting("twitter", "baseUrl")}/2/users/me`, {
      headers: { authorization },
    });
    expect(other.status).toBe(401);
  });

  it("refuses every request whose signature is missing, foreign or made over something else", async () => {
    const arena = await enter();
    const url = `${arena.setting("twitter", "baseUrl")}/2/tweets`;
    const attempts = [
      {},
      { authorization: "Bearer app-only" },
      signed("POST", url, { ...KEYS, appKey: "other" }),
      signed("POST", url, { ...KEYS, accessToken: "other" }),
      signed("POST", url, { ...KEYS, appSecret: "other" }),
      signed("POST", url, { ...KEYS, accessSecret: "other" }),
      signed("GET", url),
      signed("POST", `${url}/1`),
    ];
    for (const headers of attempts)
      expect((await ask(url, { body: { text: "x" }, headers })).status).toBe(401);
    expect(arena.sandbox.world().tweets).toEqual([]);
  });

  it("refuses unknown keys, an empty text and what is not JSON", async () => {
    const call = caller(await enter());
    for (const body of [{ text: "x", idempotency_key: "k" }, { text: " " }, {}, { text: 1 }, "no json"]) {
      const reply = await call("POST", "/2/tweets", body);
      expect(reply.status).toBe(400);
      expect(reply.headers["content-type"]).toContain("application/problem+json");
    }
    const reply = await call("POST", "/2/tweets", {
      text: "x",
      reply: { to: "1" },
    });
    expect(reply.status).toBe(400);
  });

  it("refuses the same text twice, also in a thread and after a deletion", async () => {
    const arena = await enter();
    const call = caller(arena);
    const first = await call("POST", "/2/tweets", { text: "Resolved." });
    const id = String(dig(first.body, "data", "id"));
    const again = await call("POST", "/2/tweets", {
      text: "Resolved.",
      reply: { in_reply_to_tweet_id: id },
    });
    expect([again.status, again.body]).toEqual([
      403,
      {
        detail: DUPLICATE,
        type: "about:blank",
        title: "Forbidden",
        status: 403,
      },
    ]);
    expect((await call("DELETE", `/2/tweets/${id}`)).body).toEqual({
      data: { deleted: true },
    });
    expect((await call("POST", "/2/tweets", { text: "Resolved." })).status).toBe(403);
    expect(arena.sandbox.world().tweets).toEqual([]);
  });

  it("refuses a reply to a post that is not there", async () => {
    const call = caller(await enter());
    const reply = await call("POST", "/2/tweets", {
      text: "x",
      reply: { in_reply_to_tweet_id: "20" },
    });
    expect([reply.status, reply.body.detail]).toEqual([403, NO_REPLY]);
  });

  it("refuses replies to own posts too while it is told to", async () => {
    const arena = await enter();
    const call = caller(arena);
    const root = await call("POST", "/2/tweets", { text: "one" });
    const reply = {
      text: "two",
      reply: { in_reply_to_tweet_id: String(dig(root.body, "data", "id")) },
    };
    arena.sandbox.refuseReplies(true);
    expect((await call("POST", "/2/tweets", reply)).body.detail).toBe(NO_REPLY);
    expect((await call("POST", "/2/tweets", { text: "alone" })).status).toBe(201);
    arena.sandbox.refuseReplies(false);
    expect((await call("POST", "/2/tweets", reply)).status).toBe(201);
  });

  it("refuses 281 weighted characters and takes 280", async () => {
    const call = caller(await enter());
    const long = await call("POST", "/2/tweets", { text: "x".repeat(281) });
    expect([long.status, long.body.detail]).toEqual([403, "Your Tweet text is too long."]);
    expect((await call("POST", "/2/tweets", { text: "x".repeat(280) })).status).toBe(201);
    expect((await call("POST", "/2/tweets", { text: "…".repeat(141) })).status).toBe(403);
    expect((await call("POST", "/2/tweets", { text: `${"x".repeat(257)}status.io` })).status).toBe(201);
    const link = `https://status.example.com/${"x".repeat(300)}`;
    expect((await call("POST", "/2/tweets", { text: `${"y".repeat(256)} ${link}` })).status).toBe(201);
    expect((await call("POST", "/2/tweets", { text: `${"y".repeat(257)} ${link}` })).status).toBe(403);
  });

  it("refuses a second cashtag", async () => {
    const call = caller(await enter());
    expect((await call("POST", "/2/tweets", { text: "check $PATH and $HOME" })).status).toBe(403);
    expect(
      (
        await call("POST", "/2/tweets", {
          text: "check $PATH, costs $5 and $10",
        })
      ).status,
    ).toBe(201);
  });

  it("reads links back as t.co with the address in entities, and markup encoded", async () => {
    const arena = await enter();
    const call = caller(arena);
    const text = "a < b & c: https://status.example.com/incidents/1, or status.example.com!";
    const posted = await call("POST", "/2/tweets", { text });
    expect(dig(posted.body, "data", "text")).toMatch(
      /^a &lt; b &amp; c: https:\/\/t\.co\/\w{10}, or https:\/\/t\.co\/\w{10}!$/,
    );
    const id = String(dig(posted.body, "data", "id"));
    const read = await call("GET", `/2/tweets/${id}?tweet.fields=entities`);
    const urls = dig(read.body, "data", "entities", "urls") as {
      url: string;
      expanded_url: string;
      start: number;
    }[];
    expect(urls.map((url) => url.expanded_url)).toEqual([
      "https://status.example.com/incidents/1",
      "http://status.example.com",
    ]);
    const shown = String(dig(read.body, "data", "text"));
    for (const { url, start } of urls) expect(shown.indexOf(url)).toBe(start);
    expect(arena.sandbox.world().tweets[0]?.text).toBe(text);
    expect(dig((await call("GET", `/2/tweets/${id}`)).body, "data")).not.toHaveProperty("entities");
  });

  it("lists its own posts newest first, from a time on, page by page", async () => {
    const arena = await enter();
    const call = caller(arena);
    const times: string[] = [];
    for (let count = 1; count <= 7; count++) {
      times.push(arena.clock.now().toISOString());
      await call("POST", "/2/tweets", { text: `update ${count}` });
      arena.clock.advance(60_000);
    }
    const list = async (query: string) => {
      const reply = await call("GET", `/2/users/2244994945/tweets?${query}`);
      const data = (reply.body.data ?? []) as { text: string }[];
      return {
        texts: data.map((tweet) => tweet.text),
        meta: reply.body.meta,
        status: reply.status,
      };
    };
    const since = await list(`max_results=100&start_time=${times[5]}`);
    expect(since.texts).toEqual(["update 7", "update 6"]);
    const first = await list("max_results=5");
    expect(first.texts).toHaveLength(5);
    const token = String(dig(first.meta, "next_token"));
    const second = await list(`max_results=5&pagination_token=${token}`);
    expect(second.texts).toEqual(["update 2", "update 1"]);
    expect(dig(second.meta, "next_token")).toBeUndefined();
    const none = await list("start_time=2030-01-01T00:00:00Z");
    expect(none.meta).toEqual({ result_count: 0 });
    expect((await list("max_results=4")).status).toBe(400);
    expect((await list("start_time=yesterday")).status).toBe(400);
  });

  it("answers 200 with errors and no data for a post that is gone", async () => {
    const call = caller(await enter());
    const reply = await call("GET", "/2/tweets/20");
    expect(reply.status).toBe(200);
    expect(reply.body).not.toHaveProperty("data");
    expect(dig(reply.body, "errors", 0, "type")).toBe("https://api.x.com/2/problems/resource-not-found");
  });

  it("counts requests down and refuses the 101st post until the window is over", async () => {
    const arena = await enter();
    const call = caller(arena);
    const headers = async (text: string) => {
      const reply = await call("POST", "/2/tweets", { text });
      const of = (name: string) => Number(reply.headers[`x-rate-limit-${name}`]);
      return {
        status: reply.status,
        limit: of("limit"),
        remaining: of("remaining"),
        reset: of("reset"),
      };
    };
    const reset = arena.clock.now().getTime() / 1000 + 900;
    expect(await headers("0")).toEqual({
      status: 201,
      limit: 100,
      remaining: 99,
      reset,
    });
    for (let count = 1; count < 100; count++) await headers(String(count));
    expect(await headers("100")).toEqual({
      status: 429,
      limit: 100,
      remaining: 0,
      reset,
    });
    arena.clock.advance(900_000);
    expect((await headers("100")).status).toBe(201);
  });

  it("gives rising ids even where the clock stands before X's own epoch", async () => {
    const arena = await enter();
    arena.clock.set(new Date("2010-06-29T17:00:00Z"));
    const call = caller(arena);
    const ids: bigint[] = [];
    for (const text of ["a", "b", "c"])
      ids.push(BigInt(String(dig((await call("POST", "/2/tweets", { text })).body, "data", "id"))));
    expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(ids).size).toBe(3);
  });
});
