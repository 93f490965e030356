import { WebClient } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { SLACK_WRITE_ONLY_TOKEN } from "../../src/sandbox/slack.ts";
import { type Arena, enter } from "./arena.ts";
import { ask, dig, type Reply } from "./ask.ts";

const CHANNEL = "C0123456";

function talk(arena: Arena, token = arena.setting("slack", "token")) {
  return (method: string, body: Record<string, unknown> = {}): Promise<Reply> =>
    ask(`${arena.setting("slack", "baseUrl")}/api/${method}`, {
      body,
      headers: { authorization: `Bearer ${token}` },
    });
}

describe("the imitation of Slack", () => {
  it("posts, threads and reads back what the vendor's own client sends as a form", async () => {
    const arena = await enter();
    const client = new WebClient(arena.setting("slack", "token"), {
      slackApiUrl: `${arena.setting("slack", "baseUrl")}/api/`,
      retryConfig: { retries: 0 },
      allowAbsoluteUrls: false,
    });
    const metadata = {
      event_type: "status_update",
      event_payload: { key: "k1" },
    };
    const root = await client.chat.postMessage({
      channel: CHANNEL,
      text: "Storefront is down",
      blocks: [
        {
          type: "section",
          text: { type: "mrkdwn", text: "Storefront is down" },
        },
      ],
      metadata,
    });
    const reply = await client.chat.postMessage({
      channel: CHANNEL,
      text: "Still down",
      thread_ts: root.ts ?? "",
      reply_broadcast: true,
    });
    expect(reply.ts).not.toBe(root.ts);
    const history = await client.conversations.history({
      channel: CHANNEL,
      include_all_metadata: true,
    });
    expect(history.messages?.map((message) => message.text)).toEqual(["Still down", "Storefront is down"]);
    expect(dig(history.messages, 1, "metadata")).toEqual(metadata);
    const thread = await client.conversations.replies({
      channel: CHANNEL,
      ts: root.ts ?? "",
    });
    expect(thread.messages?.map((message) => message.text)).toEqual(["Storefront is down", "Still down"]);
    const [first, second] = arena.sandbox.world().slackMessages;
    expect(first).toMatchObject({
      channel: CHANNEL,
      threadTs: null,
      metadata,
      text: "Storefront is down",
    });
    expect(second).toMatchObject({ threadTs: root.ts, broadcast: true });
    const request = arena.sandbox.requests[0];
    expect(request).toMatchObject({
      imitation: "slack",
      method: "POST",
      path: "/api/chat.postMessage",
      status: 200,
    });
    expect(request?.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
  });

  it("keeps metadata from a reader who does not ask for it", async () => {
    const say = talk(await enter());
    await say("chat.postMessage", {
      channel: CHANNEL,
      text: "x",
      metadata: { event_type: "e", event_payload: { key: "k" } },
    });
    const history = await say("conversations.history", { channel: CHANNEL });
    expect(dig(history.body, "messages", 0)).not.toHaveProperty("metadata");
  });

  it("takes its time from the clock, and never gives one id twice", async () => {
    const arena = await enter();
    const say = talk(arena);
    const ids = new Set<unknown>();
    for (let count = 0; count < 20; count++)
      ids.add((await say("chat.postMessage", { channel: CHANNEL, text: `m${count}` })).body.ts);
    expect(ids.size).toBe(20);
    expect([...ids][0]).toBe(`${arena.clock.now().getTime() / 1000}.000000`);
    for (const id of ids) expect(id).toMatch(/^\d+\.\d{6}$/);
  });

  it("answers refusals with HTTP 200 and ok:false", async () => {
    const arena = await enter();
    const say = talk(arena);
    const url = `${arena.setting("slack", "baseUrl")}/api/chat.postMessage`;
    const post = (more: Record<string, unknown>) =>
      say("chat.postMessage", { channel: CHANNEL, text: "x", ...more });
    const section = (text: string) => ({
      type: "section",
      text: { type: "mrkdwn", text },
    });
    const header = (text: string) => ({
      type: "header",
      text: { type: "plain_text", text },
    });
    const cases: [Promise<Reply>, string][] = [
      [ask(url, { body: { channel: CHANNEL, text: "x" } }), "not_authed"],
      [talk(arena, "xoxb-wrong")("auth.test"), "invalid_auth"],
      [say("chat.nothing"), "unknown_method"],
      [post({ channel: "C404" }), "channel_not_found"],
      [post({ channel: "C0NOTMEMBER" }), "not_in_channel"],
      [post({ channel: "C0ARCHIVED" }), "is_archived"],
      [post({ text: " " }), "no_text"],
      [post({ blocks: "no json" }), "invalid_blocks_format"],
      [
        post({
          blocks: Array.from({ length: 51 }, () => ({ type: "divider" })),
        }),
        "invalid_blocks",
      ],
      [post({ blocks: [section("x".repeat(3001))] }), "invalid_blocks"],
      [post({ blocks: [section("")] }), "invalid_blocks"],
      [post({ blocks: [header("x".repeat(151))] }), "invalid_blocks"],
      [post({ blocks: [{ type: "unheard_of" }] }), "invalid_blocks"],
      [
        post({
          blocks: Array.from({ length: 5 }, () => section("x".repeat(2900))),
        }),
        "msg_blocks_too_long",
      ],
      [
        post({
          metadata: {
            event_type: "e",
            event_payload: { deep: { er: { x: 1 } } },
          },
        }),
        "invalid_metadata_format",
      ],
      [post({ thread_ts: "1.000000" }), "thread_not_found"],
      [say("chat.update", { channel: CHANNEL, ts: "1.000000", text: "x" }), "message_not_found"],
      [say("conversations.history", { channel: CHANNEL, oldest: "yesterday" }), "invalid_ts_oldest"],
      [say("conversations.info", { channel: "C404" }), "channel_not_found"],
    ];
    for (const [asked, error] of cases) {
      const reply = await asked;
      expect([reply.status, reply.body.ok, reply.body.error]).toEqual([200, false, error]);
    }
    expect(arena.sandbox.world().slackMessages).toEqual([]);
  });

  it("takes blocks up to the very limits", async () => {
    const say = talk(await enter());
    const blocks = [
      { type: "header", text: { type: "plain_text", text: "x".repeat(150) } },
      { type: "section", text: { type: "mrkdwn", text: "x".repeat(3000) } },
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_section",
            elements: [{ type: "text", text: "hello" }],
          },
        ],
      },
      ...Array.from({ length: 47 }, () => ({ type: "divider" })),
    ];
    expect((await say("chat.postMessage", { channel: CHANNEL, text: "x", blocks })).body.ok).toBe(true);
  });

  it("refuses a reply to a reply", async () => {
    const say = talk(await enter());
    const root = await say("chat.postMessage", {
      channel: CHANNEL,
      text: "root",
    });
    const reply = await say("chat.postMessage", {
      channel: CHANNEL,
      text: "one",
      thread_ts: root.body.ts,
    });
    const nested = await say("chat.postMessage", {
      channel: CHANNEL,
      text: "two",
      thread_ts: reply.body.ts,
    });
    expect(nested.body.error).toBe("cannot_reply_to_message");
  });

  it("cuts a long post without a word, and refuses it as an edit beyond 4000 bytes", async () => {
    const arena = await enter();
    const say = talk(arena);
    const posted = await say("chat.postMessage", {
      channel: CHANNEL,
      text: "x".repeat(50_000),
    });
    expect(arena.sandbox.world().slackMessages[0]?.text).toHaveLength(40_000);
    const edit = (text: string) => say("chat.update", { channel: CHANNEL, ts: posted.body.ts, text });
    expect((await edit("é".repeat(2001))).body.error).toBe("msg_too_long");
    expect((await edit("é".repeat(2000))).body.ok).toBe(true);
  });

  it("drops blocks and keeps metadata when an edit names neither", async () => {
    const arena = await enter();
    const say = talk(arena);
    const metadata = { event_type: "e", event_payload: { key: "k" } };
    const posted = await say("chat.postMessage", {
      channel: CHANNEL,
      text: "x",
      blocks: [{ type: "divider" }],
      metadata,
    });
    await say("chat.update", {
      channel: CHANNEL,
      ts: posted.body.ts,
      text: "y",
    });
    expect(arena.sandbox.world().slackMessages[0]).toMatchObject({
      text: "y",
      blocks: [],
      metadata,
    });
  });

  it("names its scopes, and refuses what they do not cover", async () => {
    const arena = await enter();
    const whole = await talk(arena)("auth.test");
    expect(whole.headers["x-oauth-scopes"]).toBe("chat:write,channels:history,channels:read");
    expect(whole.body).toMatchObject({
      ok: true,
      user: "status",
      bot_id: expect.any(String),
    });
    const writer = talk(arena, SLACK_WRITE_ONLY_TOKEN);
    expect((await writer("chat.postMessage", { channel: CHANNEL, text: "x" })).body.ok).toBe(true);
    const read = await writer("conversations.history", { channel: CHANNEL });
    expect(read.body).toMatchObject({
      ok: false,
      error: "missing_scope",
      needed: "channels:history",
    });
  });

  it("pages through history between oldest and latest, which are exclusive unless inclusive", async () => {
    const arena = await enter();
    const say = talk(arena);
    const ids: unknown[] = [];
    for (const text of ["one", "two", "three", "four"]) {
      ids.push((await say("chat.postMessage", { channel: CHANNEL, text })).body.ts);
      arena.clock.advance(1000);
    }
    const texts = async (more: Record<string, unknown>) => {
      const reply = await say("conversations.history", {
        channel: CHANNEL,
        ...more,
      });
      return (reply.body.messages as { text: string }[]).map((message) => message.text);
    };
    expect(await texts({ oldest: ids[1] })).toEqual(["four", "three"]);
    expect(await texts({ oldest: ids[1], inclusive: true })).toEqual(["four", "three", "two"]);
    expect(await texts({ latest: ids[1] })).toEqual(["one"]);
    const first = await say("conversations.history", {
      channel: CHANNEL,
      limit: 3,
    });
    expect(first.body.has_more).toBe(true);
    const cursor = dig(first.body, "response_metadata", "next_cursor");
    expect(await texts({ limit: 3, cursor })).toEqual(["one"]);
  });

  it("links to a message, tells about the channel and deletes", async () => {
    const arena = await enter();
    const say = talk(arena);
    const { ts } = (await say("chat.postMessage", { channel: CHANNEL, text: "x" })).body;
    const link = await say("chat.getPermalink", {
      channel: CHANNEL,
      message_ts: ts,
    });
    expect(link.body.permalink).toContain(`/archives/${CHANNEL}/p${String(ts).replace(".", "")}`);
    const info = await say("conversations.info", { channel: CHANNEL });
    expect(dig(info.body, "channel")).toMatchObject({
      id: CHANNEL,
      is_member: true,
      is_archived: false,
    });
    expect((await say("chat.delete", { channel: CHANNEL, ts })).body.ok).toBe(true);
    expect(arena.sandbox.world().slackMessages).toEqual([]);
  });

  it("returns text as Slack stores it: stray ampersands encoded, bare links in brackets", async () => {
    const say = talk(await enter());
    const posted = await say("chat.postMessage", {
      channel: CHANNEL,
      text: "a & b &lt; c, see https://status.example.com/x. <https://example.com|here>",
    });
    expect(dig(posted.body, "message", "text")).toBe(
      "a &amp; b &lt; c, see <https://status.example.com/x>. <https://example.com|here>",
    );
  });
});
