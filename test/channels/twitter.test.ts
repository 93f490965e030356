import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Post, Receipt } from "../../src/channels/contract.ts";
import { twitter } from "../../src/channels/twitter/index.ts";
import { escapeTweet } from "../../src/render/tweet.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import {
  contextFor,
  failureOf,
  kitFor,
  listen,
  messageOf,
  messages,
  NOW,
  NOWHERE,
  type Reply,
} from "./loopback.ts";

const KEYS = {
  appKey: "app-key/1",
  appSecret: "app-secret/2",
  accessToken: "access-token/3",
  accessSecret: "access-secret/4",
};
const SECRETS = Object.values(KEYS).flatMap((secret) => [secret, encodeURIComponent(secret)]);
const signal = new AbortController().signal;

function connect(baseUrl: string, kit = kitFor(), keys: Record<string, unknown> = KEYS) {
  const secret = (name: string) => new Secret(String(keys[name]));
  return twitter.connect(
    {
      kind: "twitter",
      appKey: secret("appKey"),
      appSecret: secret("appSecret"),
      accessToken: secret("accessToken"),
      accessSecret: secret("accessSecret"),
      baseUrl,
    },
    kit,
  );
}

function compose(words: string, more: Parameters<typeof contextFor>[0] = {}): Post {
  const post = connect("https://api.x.com").compose(messageOf(words), contextFor(more))[0];
  if (post === undefined) throw new Error("nothing composed");
  return post;
}

const receipt = (id: string): Receipt => ({
  remoteId: id,
  url: null,
  extra: { id, text: "" },
});

describe("twitter settings", () => {
  it("take references to the four keys, and X's address by default", () => {
    const parsed = twitter.settings.parse({
      kind: "twitter",
      appKey: "env:A",
      appSecret: "file:b",
      accessToken: { cmd: ["pass", "x"] },
      accessSecret: "env:D",
    });
    expect(parsed).toMatchObject({ baseUrl: "https://api.x.com" });
  });

  it.each([
    { baseUrl: "ftp://x.example.com" },
    { baseUrl: "https://x.example.com/" },
    { baseUrl: "https://user:word@x.example.com" },
    { appKey: "" },
  ])("refuse %j", (more) => {
    const fields = {
      kind: "twitter",
      appKey: "a",
      appSecret: "b",
      accessToken: "c",
      accessSecret: "d",
      ...more,
    };
    expect(twitter.settings.safeParse(fields).success).toBe(false);
  });
});

describe("a composed tweet", () => {
  it("keeps promise and link whole, in composed characters", () => {
    const { compose } = connect("https://api.x.com");
    fc.assert(
      fc.property(messages, (message) => {
        const [post] = compose(message, contextFor());
        expect(post!.text).toBe(post!.text.normalize("NFC"));
        if (message.keep !== null) expect(post!.text).toContain(escapeTweet(message.keep.normalize("NFC")));
        if (message.link !== null) expect(post!.text).toContain(message.link);
      }),
    );
  });

  it("says neither promise nor link twice, yet does not take a longer address for the link", () => {
    const link = "https://a-b.example.org";
    const { compose } = connect("https://api.x.com");
    const said = compose(messageOf(`Down. See ${link}`, { link, keep: null }), contextFor())[0]!.text;
    expect(said.split(link).length).toBe(2);
    const other = compose(messageOf(`Down. See ${link}/help`, { link, keep: null }), contextFor())[0]!.text;
    expect(other.endsWith(`\n${link}`)).toBe(true);
  });

  it("points out what was cut and what a link costs", () => {
    const { compose } = connect("https://api.x.com");
    const bare = { link: null, keep: null };
    expect(compose(messageOf("We are on it.", bare), contextFor())[0]!.notes).toEqual([
      "$0.015 per post by X's price list",
    ]);
    expect(compose(messageOf("See status.example.com.", bare), contextFor())[0]!.notes[0]).toContain("$0.20");
    const long = compose(messageOf("We are looking into it. ".repeat(30)), contextFor())[0]!;
    expect(long.notes).toContain("cut to fit");
    expect(long.length).toMatchObject({
      limit: 280,
      unit: "weighted characters",
    });
  });

  it("is refused as too long where promise and link alone do not fit", () => {
    const { compose } = connect("https://api.x.com");
    expect(() => compose(messageOf("Down.", { keep: "x".repeat(300) }), contextFor())).toThrow(
      expect.objectContaining({ name: "TooLong" }),
    );
  });

  it("carries a stand-alone payload only as a follow-up", () => {
    expect(compose("Down.").standAlone).toBeUndefined();
    const followUp = compose("Fixed.", {
      rootSubject: "Amazon.com unavailable",
    });
    expect(followUp.payload).toEqual({ text: followUp.text, reply: true });
    expect(followUp.standAlone).toEqual({ text: followUp.text, reply: false });
  });
});

describe("publishing on X", () => {
  it("makes one request, and replies to the root and not to the post before", async () => {
    await using server = await listen(() => ({
      status: 201,
      body: { data: { id: "77", text: "…" } },
    }));
    const channel = connect(`${server.url}/prefix`);
    const first = await channel.publish(compose("Down."), NOWHERE, signal);
    expect(first).toMatchObject({ remoteId: "77", url: null });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      path: "/prefix/2/tweets",
    });
    const followUp = compose("Fixed.", {
      rootSubject: "Amazon.com unavailable",
    });
    const place = { root: receipt("11"), previous: receipt("22") };
    await channel.publish(followUp, place, signal);
    expect(JSON.parse(server.requests[1]!.body)).toEqual({
      text: followUp.text,
      reply: { in_reply_to_tweet_id: "11" },
    });
    await channel.publish({ ...followUp, payload: followUp.standAlone! }, NOWHERE, signal);
    expect(JSON.parse(server.requests[2]!.body)).toEqual({
      text: followUp.text,
    });
    for (const secret of [KEYS.appSecret, KEYS.accessSecret])
      expect(JSON.stringify(server.requests)).not.toContain(secret);
  });

  const problem = (status: number, detail: string): Reply => ({
    status,
    headers: { "content-type": "application/problem+json" },
    body: { title: "Forbidden", detail, type: "about:blank", status },
  });
  const noReply =
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.";
  const duplicate = "You are not allowed to create a Tweet with duplicate content.";

  it.each<[string, Reply, object]>([
    ["200 in HTML", html(200), { fate: "unknown" }],
    [
      "201 without an id",
      { status: 201, body: { data: { text: "…" } } },
      { fate: "unknown", code: "X_NO_RECEIPT" },
    ],
    ["201 that is null", { status: 201, body: "null" }, { fate: "unknown" }],
    ["402", problem(402, "Credits depleted"), { fate: "refused", code: "X_PAYMENT_REQUIRED" }],
    ["403", problem(403, "Not permitted"), { fate: "refused", code: "X_FORBIDDEN", standAlone: false }],
    ["403 in HTML", html(403), { fate: "refused", code: "X_FORBIDDEN" }],
    ["a duplicate", problem(403, duplicate), { fate: "refused", code: "X_DUPLICATE_TEXT" }],
    [
      "a refused reply",
      problem(403, noReply),
      { fate: "refused", code: "X_REPLY_NOT_ALLOWED", standAlone: true },
    ],
    ["400", problem(400, "Invalid"), { fate: "refused", code: "X_REFUSED" }],
  ])("says what became of a post after %s", async (_name, reply, expected) => {
    await using server = await listen(() => reply);
    const channel = connect(server.url, kitFor({ timeoutMs: 150 }));
    const followUp = compose("Fixed.", {
      rootSubject: "Amazon.com unavailable",
    });
    const place = { root: receipt("11"), previous: null };
    expect(await failureOf(channel.publish(followUp, place, signal), SECRETS)).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });

  it("does not blame the place when a stand-alone post is refused", async () => {
    await using server = await listen(() => problem(403, noReply));
    const error = await failureOf(connect(server.url).publish(compose("Down."), NOWHERE, signal), SECRETS);
    expect(error).toMatchObject({ fate: "refused", standAlone: false });
  });

  const seconds = (offset: number) => String(NOW.getTime() / 1000 + offset);
  const day = 24 * 60 * 60;
  it.each<[Record<string, string>, number | null]>([
    [
      {
        "x-rate-limit-limit": "100",
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": seconds(600),
      },
      600,
    ],
    [
      {
        "x-rate-limit-reset": seconds(60),
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": seconds(7200),
      },
      7200,
    ],
    [{ "x-rate-limit-reset": seconds(-50) }, 0],
    [{ "x-rate-limit-reset": seconds(1e9) }, day],
    [{ "x-rate-limit-reset": "soon", "retry-after": "30" }, 30],
  ])("waits as %j says after 429", async (headers, wait) => {
    await using server = await listen(() => ({
      status: 429,
      headers,
      body: { errors: [{ code: 88, message: "Rate limit exceeded" }] },
    }));
    const error = await failureOf(connect(server.url).publish(compose("Down."), NOWHERE, signal), SECRETS);
    expect(error).toMatchObject({ fate: "not-sent", code: "X_RATE_LIMITED" });
    expect(error.retryAt).toEqual(wait === null ? null : new Date(NOW.getTime() + wait * 1000));
  });

  it("is refused where one of the four keys is empty", async () => {
    const empty = connect("https://api.x.com", kitFor(), { ...KEYS, appKey: "" });
    expect(await failureOf(empty.publish(compose("Down."), NOWHERE, signal), SECRETS)).toMatchObject({
      fate: "refused",
      code: "X_EMPTY_KEY",
    });
  });
});

describe("looking for a post on X", () => {
  it.each<[string, (path: string) => Reply, boolean]>([
    ["an empty timeline", (path) => timeline(path, { meta: { result_count: 0 } }), true],
    ["401", () => ({ status: 401, body: {} }), false],
    ["a timeline with errors", (path) => timeline(path, { errors: [{ title: "x" }], meta: {} }), false],
    [
      "a link that is not expanded",
      (path) => timeline(path, { data: [{ id: "1", text: "Down. https://t.co/a" }], meta: {} }),
      false,
    ],
    ["a count without posts", (path) => timeline(path, { meta: { result_count: 3 } }), false],
    ["an answer without meta", (path) => timeline(path, { data: [] }), false],
    ["a reset", () => "reset", false],
  ])("after %s is as conclusive as it may be", async (_name, answer, conclusive) => {
    await using server = await listen(({ path }) => answer(path));
    const search = await connect(server.url).find!(compose("Down."), NOWHERE, NOW, signal);
    expect(search).toMatchObject({ found: null, conclusive });
  });

  it("pages to the end, expands links, decodes entities, and passes by a reply in another thread", async () => {
    const post = compose("Down & out.");
    const shown = post.text.replace("&", "&amp;").replace("https://status.example.org", "https://t.co/abc");
    const entities = {
      urls: [
        {
          url: "https://t.co/abc",
          expanded_url: "https://status.example.org/",
        },
      ],
    };
    const elsewhere = {
      referenced_tweets: [{ type: "replied_to", id: "999" }],
    };
    await using server = await listen(({ path }) =>
      path.includes("pagination_token=p2")
        ? timeline(path, {
            data: [{ id: "42", text: shown, entities }],
            meta: {},
          })
        : timeline(path, {
            data: [{ id: "41", text: shown, entities, ...elsewhere }],
            meta: { next_token: "p2" },
          }),
    );
    const search = await connect(server.url).find!(post, NOWHERE, NOW, signal);
    expect(search).toMatchObject({ found: { remoteId: "42" } });
    const asked = new URL(server.requests[1]!.path, server.url).searchParams.get("start_time");
    expect(Date.parse(asked ?? "")).toBeLessThanOrEqual(NOW.getTime() - 60_000);
  });
});

describe("on the imitation of X", () => {
  const clock = new ScriptedClock(NOW);
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let channel: ReturnType<typeof connect>;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
    const settings = sandbox.channels.twitter;
    channel = connect(
      String(settings.baseUrl),
      kitFor({ clock, loopbackOnly: true, timeoutMs: 300 }),
      settings,
    );
  });
  afterAll(() => sandbox.close());

  it("takes no text twice, and calls a post of other words altered", async () => {
    const first = compose("We are down & on it: $PATH @here.");
    const root = await channel.publish(first, NOWHERE, signal);
    expect(await channel.verify!(root, compose("Fixed."), NOWHERE, signal)).toMatchObject({
      state: "altered",
    });
    expect(await failureOf(channel.publish(first, NOWHERE, signal), [])).toMatchObject({
      code: "X_DUPLICATE_TEXT",
    });
  });

  it("checks the account, and says what fails", async () => {
    expect(await channel.check(signal)).toMatchObject([
      { name: "credential", level: "ok", message: "speaks as @amazon_status" },
      { name: "limits", level: "ok", message: expect.stringMatching(/^\d+ look-ups left/) },
    ]);
    sandbox.fault("twitter", "unauthorized");
    expect(await channel.check(signal)).toMatchObject([{ name: "credential", level: "fail" }]);
    expect(await channel.verify!(receipt("1"), compose("x"), NOWHERE, signal)).toMatchObject({
      state: "cannot",
    });
    sandbox.fault("twitter", "server-error");
    expect(await channel.verify!(receipt("1"), compose("x"), NOWHERE, signal)).toMatchObject({
      state: "not-yet",
    });
    sandbox.fault("twitter", null);
  });

  it.each(["read", "read-write"])("reads the access level %s", async (access) => {
    await using server = await listen(() => ({
      status: 200,
      headers: { "x-access-level": access },
      body: { data: { id: "1", username: "amazon_status" } },
    }));
    const level = access === "read" ? "fail" : "ok";
    expect((await connect(server.url).check(signal))[1]).toMatchObject({
      name: "permission",
      level,
    });
  });
});

function html(status: number): Reply {
  return {
    status,
    headers: { "content-type": "text/html" },
    body: "<html>Bad Gateway</html>",
  };
}

function timeline(path: string, answer: unknown): Reply {
  return {
    status: 200,
    body: path.startsWith("/2/users/me") ? { data: { id: "5", username: "a" } } : answer,
  };
}
