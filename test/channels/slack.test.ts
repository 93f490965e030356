import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Json, Post, Receipt } from "../../src/channels/contract.ts";
import { slack } from "../../src/channels/slack/index.ts";
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
  paragraph,
  type Reply,
} from "./loopback.ts";

const TOKEN = "xoxb-1/secret-token";
const SECRETS = [TOKEN, encodeURIComponent(TOKEN)];
const signal = new AbortController().signal;

function connect(
  baseUrl: string,
  kit = kitFor(),
  { token = TOKEN, channel = "C0123456", broadcastResolution = true } = {},
) {
  return slack.connect(
    {
      kind: "slack",
      token: new Secret(token),
      channel,
      baseUrl,
      broadcastResolution,
    },
    kit,
  );
}

function compose(words: string, more: Parameters<typeof contextFor>[0] = {}): Post {
  const post = connect("https://slack.com").compose(messageOf(words), contextFor(more))[0];
  if (post === undefined) throw new Error("nothing composed");
  return post;
}

const ok = (more: Record<string, unknown>): Reply => ({
  status: 200,
  body: { ok: true, ...more },
});
const no = (error: string): Reply => ({
  status: 200,
  body: { ok: false, error },
});
const posted = ok({ channel: "C0123456", ts: "1277842200.000100" });
const form = (body: string) => Object.fromEntries(new URLSearchParams(body));
const root: Receipt = {
  remoteId: "1.000001",
  url: null,
  extra: { channel: "C0123456", ts: "1.000001", thread: null },
};

describe("slack settings", () => {
  it("take a token and a channel, and fill in the rest", () => {
    expect(
      slack.settings.parse({
        kind: "slack",
        token: "env:SLACK_TOKEN",
        channel: "C0123456",
      }),
    ).toMatchObject({
      baseUrl: "https://slack.com",
      broadcastResolution: true,
    });
  });

  it.each([{ baseUrl: "https://slack.com/" }, { baseUrl: "slack.com" }, { channel: "" }])(
    "refuse %j",
    (more) => {
      const fields = { kind: "slack", token: "env:T", channel: "C1", ...more };
      expect(slack.settings.safeParse(fields).success).toBe(false);
    },
  );
});

describe("a composed Slack message", () => {
  it("keeps the subject within a header, and the link whole", () => {
    const { compose } = connect("https://slack.com");
    fc.assert(
      fc.property(messages, (message) => {
        const [post] = compose(message, contextFor());
        const { blocks } = post!.payload as { blocks: readonly Json[] };
        for (const block of blocks) {
          const header = block as { type: string; text?: { text: string } };
          if (header.type === "header") expect(header.text!.text.length).toBeLessThanOrEqual(150);
        }
        if (message.link !== null) expect(JSON.stringify(blocks)).toContain(message.link);
      }),
      { numRuns: 30 },
    );
  });

  it("says what was cut", () => {
    const long = messageOf("", {
      body: [paragraph("We are looking into it. ".repeat(900))],
    });
    const { compose } = connect("https://slack.com");
    const cut = compose(long, contextFor())[0]!;
    expect(cut.notes).toEqual(["cut to fit"]);
    expect(cut.length!.used).toBeLessThanOrEqual(cut.length!.limit);
    expect(cut.text).toContain("…");
    expect(compose(messageOf("Down."), contextFor())[0]!.notes).toEqual([]);
  });

  it("carries the key, and nothing that could turn live", () => {
    const post = compose("<!channel> & <@U1> down");
    expect(post.payload).toMatchObject({
      parse: "none",
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
      metadata: {
        event_type: "status_update",
        event_payload: {
          key: post.key,
          incident: "2010-06-29-amazon-com-unavailable",
          update: 1,
        },
      },
    });
    expect((post.payload as { text: string }).text).toContain("&lt;!channel&gt; &amp; &lt;@U1&gt; down");
  });

  it("asks for a broadcast only for a reply that ends the incident", () => {
    const resolved = {
      phase: "resolved",
      rootSubject: "Amazon.com unavailable",
    } as const;
    expect(compose("Fixed.", resolved).payload).toMatchObject({
      reply_broadcast: true,
    });
    expect(compose("Fixed.", { phase: "resolved" }).payload).not.toHaveProperty("reply_broadcast");
    expect(compose("Still.", { rootSubject: "x" }).payload).not.toHaveProperty("reply_broadcast");
    const done = compose("Done.", { phase: "completed", rootSubject: "x" });
    expect(done.payload).toMatchObject({ reply_broadcast: true });
    const { incident, ...more } = contextFor(resolved);
    const notice = { ...more, incident: { ...incident, type: "notice" as const } };
    const [corrected] = connect("https://slack.com", kitFor()).compose(messageOf("Corrected."), notice);
    expect(corrected!.payload).not.toHaveProperty("reply_broadcast");
    const quiet = connect("https://slack.com", kitFor(), {
      broadcastResolution: false,
    });
    const [post] = quiet.compose(messageOf("Fixed."), contextFor(resolved));
    expect(post!.payload).not.toHaveProperty("reply_broadcast");
  });
});

describe("publishing on Slack", () => {
  it("makes one post, in the root's thread, and reads only the link besides", async () => {
    await using server = await listen(({ path }) =>
      path.endsWith("auth.test") ? ok({ url: "https://x.slack.com/" }) : posted,
    );
    const channel = connect(`${server.url}/prefix`);
    const receipt = await channel.publish(compose("Down."), NOWHERE, signal);
    expect(receipt).toEqual({
      remoteId: "1277842200.000100",
      url: "https://x.slack.com/archives/C0123456/p1277842200000100",
      extra: { channel: "C0123456", ts: "1277842200.000100", thread: null },
    });
    expect(server.requests.map(({ path }) => path).sort()).toEqual([
      "/prefix/api/auth.test",
      "/prefix/api/chat.postMessage",
    ]);
    const posts = () => server.requests.filter(({ path }) => path.endsWith("chat.postMessage"));
    expect(form(posts()[0]!.body)).not.toHaveProperty("thread_ts");
    expect(posts()[0]!.headers.authorization).toBe(`Bearer ${TOKEN}`);
    const resolution = compose("Fixed.", {
      phase: "resolved",
      rootSubject: "Amazon.com unavailable",
    });
    const reply = {
      ...root,
      remoteId: "2.000001",
      extra: { channel: "C0123456", ts: "2.000001", thread: "1.000001" },
    };
    expect((await channel.publish(resolution, { root, previous: reply }, signal)).url).toMatch(
      /p1277842200000100\?thread_ts=1\.000001&cid=C0123456$/,
    );
    expect(form(posts()[1]!.body)).toMatchObject({
      channel: "C0123456",
      thread_ts: "1.000001",
      reply_broadcast: "true",
    });
    await channel.publish(resolution, NOWHERE, signal);
    expect(form(posts()[2]!.body)).not.toHaveProperty("reply_broadcast");
  });

  it("opens a thread again where the configuration names another channel by now", async () => {
    await using server = await listen(() => posted);
    const moved = connect(server.url, kitFor(), { channel: "C0999999" });
    await moved.publish(compose("Still."), { root, previous: root }, signal);
    expect(form(server.requests[0]!.body)).toMatchObject({
      channel: "C0999999",
    });
    expect(form(server.requests[0]!.body)).not.toHaveProperty("thread_ts");
  });

  it.each<[string, Reply]>([
    ["is refused", no("message_not_found")],
    ["never comes", "hang"],
    ["breaks off", "reset"],
    ["is no address", ok({ url: "javascript:1" })],
  ])("succeeds without a link when the link %s", async (_name, link) => {
    await using server = await listen(({ path }) => (path.endsWith("auth.test") ? link : posted));
    const channel = connect(server.url, kitFor({ timeoutMs: 150 }));
    expect(await channel.publish(compose("Down."), NOWHERE, signal)).toMatchObject({ url: null });
  });

  it.each<[string, Reply, object]>([
    ["null", { status: 200, body: "null" }, { fate: "unknown", code: "SLACK_UNREADABLE_ANSWER" }],
    ["200 in HTML", html(200), { fate: "unknown", code: "SLACK_UNREADABLE_ANSWER" }],
    ["ok without a ts", ok({}), { fate: "unknown", code: "SLACK_NO_RECEIPT" }],
    ["503 with a refusal", { status: 503, body: { ok: false, error: "invalid_auth" } }, { fate: "unknown" }],
    ["internal_error", no("internal_error"), { fate: "unknown", code: "SLACK_INTERNAL_ERROR" }],
    ["fatal_error", no("fatal_error"), { fate: "unknown", code: "SLACK_FATAL_ERROR" }],
    ["request_timeout", no("request_timeout"), { fate: "unknown", code: "SLACK_REQUEST_TIMEOUT" }],
    ["401", html(401), { fate: "refused", code: "SLACK_REQUEST_REFUSED" }],
    ["invalid_auth", no("invalid_auth"), { fate: "refused", code: "SLACK_INVALID_AUTH" }],
    ["an error not met before", no("brand_new_error"), { fate: "refused", code: "SLACK_BRAND_NEW_ERROR" }],
    ["an error in prose", no("No, never!"), { fate: "refused", code: "SLACK_REFUSED" }],
    ["a locked thread", no("restricted_action_thread_locked"), { fate: "refused", standAlone: true }],
    ["ratelimited", no("ratelimited"), { fate: "not-sent", code: "SLACK_RATELIMITED", retryAt: null }],
  ])("says what became of a post after %s", async (_name, reply, expected) => {
    await using server = await listen(() => reply);
    const channel = connect(server.url, kitFor({ timeoutMs: 150 }));
    const error = await failureOf(channel.publish(compose("Down."), NOWHERE, signal), SECRETS);
    expect(error).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });

  it("is refused with a token that cannot be sent", async () => {
    await using server = await listen(() => posted);
    const broken = connect(server.url, kitFor(), { token: "xoxb-two\nlines" });
    const error = await failureOf(broken.publish(compose("Down."), NOWHERE, signal), ["xoxb-two"]);
    expect(error).toMatchObject({ fate: "refused", code: "SLACK_BAD_REQUEST" });
    expect(server.requests).toHaveLength(0);
  });
});

describe("looking for a message on Slack", () => {
  const post = compose("Down.");
  const words = (post.payload as { text: string }).text;
  const keyed = (key: string) => ({
    metadata: { event_type: "status_update", event_payload: { key } },
  });

  it.each<[string, Reply, boolean]>([
    ["an empty channel", ok({ messages: [], has_more: false }), true],
    [
      "a neighbour of the same words",
      ok({ messages: [{ ts: "1.2", text: words, ...keyed("other") }] }),
      true,
    ],
    ["the same words without a readable key", ok({ messages: [{ ts: "1.2", text: words }] }), false],
    ["a page that is not the last, without a cursor", ok({ messages: [], has_more: true }), false],
    ["missing_scope", no("missing_scope"), false],
    ["not_in_channel", no("not_in_channel"), false],
    ["a reset", "reset", false],
    ["an answer without messages", ok({}), false],
  ])("after %s is as conclusive as it may be", async (_name, reply, conclusive) => {
    await using server = await listen(() => reply);
    const search = await connect(server.url).find!(post, NOWHERE, NOW, signal);
    expect(search).toMatchObject({ found: null, conclusive });
  });

  it("pages to the end, from a minute before", async () => {
    await using server = await listen(({ body, path }) => {
      if (path.endsWith("auth.test")) return no("message_not_found");
      return form(body).cursor === "more"
        ? ok({ messages: [{ ts: "5.5", text: "x", ...keyed(post.key) }] })
        : ok({
            messages: [],
            has_more: true,
            response_metadata: { next_cursor: "more" },
          });
    });
    const search = await connect(server.url).find!(post, NOWHERE, NOW, signal);
    expect(search).toMatchObject({
      found: { remoteId: "5.5", extra: { ts: "5.5", thread: null } },
    });
    expect(Number(form(server.requests[0]!.body).oldest)).toBe(NOW.getTime() / 1000 - 60);
    expect(form(server.requests[0]!.body).include_all_metadata).toBe("true");
  });
});

describe("on the imitation of Slack", () => {
  const clock = new ScriptedClock(NOW);
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let channel: ReturnType<typeof connect>;
  const at = (more: { token?: string; channel?: string } = {}) => {
    const { baseUrl, token } = sandbox.channels.slack;
    const kit = kitFor({ clock, loopbackOnly: true, timeoutMs: 300 });
    return connect(String(baseUrl), kit, { token: String(token), ...more });
  };
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
    channel = at();
  });
  afterAll(() => sandbox.close());

  it("shows the end of an incident in the channel, and takes no message of the same words for its own", async () => {
    const first = compose("We are down & on it <!channel>.", { key: "one" });
    const opening = await channel.publish(first, NOWHERE, signal);
    const place = { root: opening, previous: opening };
    const followUp = compose("Fixed.", {
      key: "two",
      rootSubject: "Amazon.com unavailable",
      phase: "resolved",
    });
    const reply = await channel.publish(followUp, place, signal);
    expect(sandbox.world().slackMessages).toMatchObject([
      { ts: opening.remoteId, threadTs: null, broadcast: false },
      { ts: reply.remoteId, threadTs: opening.remoteId, broadcast: true },
    ]);
    const neighbour = compose("We are down & on it <!channel>.", { key: "three" });
    for (const where of [NOWHERE, place])
      expect(await channel.find!(neighbour, where, NOW, signal)).toMatchObject({
        found: null,
        conclusive: true,
      });
    expect(await channel.verify!(reply, first, place, signal)).toMatchObject({ state: "altered" });
  });

  it("cannot tell or verify without the right to read", async () => {
    const mute = at({ token: "xoxb-sandbox-write-only" });
    const post = compose("Down, and unread.", { key: "mute" });
    const receipt = await mute.publish(post, NOWHERE, signal);
    expect(await mute.find!(post, NOWHERE, NOW, signal)).toMatchObject({
      found: null,
      conclusive: false,
    });
    expect(await mute.verify!(receipt, post, NOWHERE, signal)).toMatchObject({
      state: "cannot",
    });
    expect((await mute.check(signal)).map(({ name, level }) => `${name} ${level}`)).toEqual([
      "credential ok",
      "permission ok",
      "target warn",
      "permission warn",
    ]);
  });

  it("checks token, permission and channel, and says what fails", async () => {
    const levels = async (more: { token?: string; channel?: string }) =>
      (await at(more).check(signal)).map(({ name, level }) => `${name} ${level}`);
    const before = sandbox.world().slackMessages.length;
    expect(await levels({})).toEqual(["credential ok", "permission ok", "target ok", "permission ok"]);
    expect(await levels({ channel: "C0NOTMEMBER" })).toContain("target fail");
    expect(await levels({ channel: "C0ARCHIVED" })).toContain("target fail");
    expect(await levels({ channel: "C0NONE" })).toContain("target fail");
    expect(sandbox.world().slackMessages).toHaveLength(before);
  });

  it("warns of rights that a token has and does not need", async () => {
    await using server = await listen(() => ({
      status: 200,
      headers: { "x-oauth-scopes": "chat:write,admin,files:write,channels:history" },
      body: { ok: true, user: "status", team: "Example", channel: { name: "ops", is_member: true } },
    }));
    expect(await connect(server.url).check(signal)).toContainEqual(
      expect.objectContaining({ level: "warn", message: "may do more than it needs: admin, files:write" }),
    );
  });

  it("is not yet sure of a post while Slack is in trouble", async () => {
    sandbox.fault("slack", "server-error");
    expect(await channel.verify!(root, compose("x"), NOWHERE, signal)).toMatchObject({ state: "not-yet" });
    sandbox.fault("slack", null);
  });
});

function html(status: number): Reply {
  return {
    status,
    headers: { "content-type": "text/html" },
    body: "<html>Bad Gateway</html>",
  };
}
