import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { digest } from "../../src/base/ids.ts";
import { Secret } from "../../src/base/secret.ts";
import {
  type Channel,
  ChannelError,
  type ComposeContext,
  type Place,
  type Post,
  type Receipt,
  TooLong,
} from "../../src/channels/contract.ts";
import { discourse } from "../../src/channels/discourse/index.ts";
import type { Message } from "../../src/render/document.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Sandbox } from "../../src/sandbox/world.ts";
import { kitFor } from "./loopback.ts";

const API_KEY = "0123456789abcdef-forum-key";
const NOW = new Date("2010-06-29T19:40:00Z");
const NOBODY: Place = { root: null, previous: null };

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe("the settings of a Discourse channel", () => {
  const good = {
    kind: "discourse",
    baseUrl: "https://sellers.example.com",
    apiKey: "env:KEY",
    username: "status",
    category: 7,
  };
  const accepted = (change: object) => discourse.settings.safeParse({ ...good, ...change }).success;

  it("refuse what the forum does not know", () => {
    expect(accepted({})).toBe(true);
    expect(accepted({ tags: ["outage"] })).toBe(true);
    expect(accepted({ category: 0 })).toBe(false);
    expect(accepted({ category: "7" })).toBe(false);
    expect(accepted({ username: "a/b" })).toBe(false);
    expect(accepted({ baseUrl: undefined })).toBe(false);
    expect(accepted({ baseUrl: "ftp://sellers.example.com" })).toBe(false);
  });
});

describe("composing a forum post", () => {
  it("makes one post that can open the topic or reply in it", () => {
    const channel = connect("http://127.0.0.1:1");
    const posts = channel.compose(message(), context());
    expect(posts).toHaveLength(1);
    expect(posts[0]?.payload).toEqual({
      title: "Checkout is unavailable (29 Jun 2010 19:40 UTC)",
      raw: expect.stringContaining("We look into it"),
      category: 7,
      tags: [],
      external_id: keyOf("1"),
    });
  });

  it("carries the status page and, unseen by readers, our key", () => {
    const [post] = connect("http://127.0.0.1:1").compose(message(), context());
    expect(rawOf(post)).toContain("Status page: <https://status.example.org/>");
    expect(rawOf(post).endsWith(`\n\n<!-- status:${keyOf("1")} -->`)).toBe(true);
    expect(post?.text).not.toContain("<!--");
  });

  it("names no phase in a title, and when it began, so that a forum takes the same trouble twice", () => {
    const [post] = connect("http://127.0.0.1:1").compose(
      message({ subject: "[Investigating] Down" }),
      context(),
    );
    expect(post?.payload).toMatchObject({
      title: "Checkout is unavailable (29 Jun 2010 19:40 UTC)",
    });
  });

  it("tells in the title of planned work when it was announced, for the work may be moved", () => {
    const { incident, ...more } = context();
    const work = { ...incident, type: "maintenance" as const, startedAt: new Date("2010-07-06T09:00:00Z") };
    const [post] = connect("http://127.0.0.1:1").compose(message(), { ...more, incident: work });
    expect(post?.payload).toMatchObject({
      title: "Checkout is unavailable (planned work, announced 29 Jun 2010 19:40 UTC)",
    });
  });

  it("gives a later update a title of its own, for a forum refuses one that it has", () => {
    const { update, ...more } = context();
    const second = { ...more, update: { ...update, number: 2 } };
    const [post] = connect("http://127.0.0.1:1").compose(message(), second);
    expect(post?.payload).toMatchObject({
      title: "Checkout is unavailable (29 Jun 2010 19:40 UTC, update 2)",
    });
  });

  it("gives up on more than 32,000 characters", () => {
    const text = "word ".repeat(6500);
    const body = [
      {
        type: "paragraph" as const,
        children: [{ type: "text" as const, text }],
      },
    ];
    expect(() => connect("http://127.0.0.1:1").compose(message({ body }), context())).toThrow(TooLong);
  });
});

describe("posting on a forum", () => {
  it("opens one topic, replies in it, and makes one request for each", async () => {
    const { sandbox, channel } = await startForum();
    const root = await publish(channel, "first", NOBODY);
    const reply = await publish(channel, "second", { root, previous: root });
    const [topic, ...others] = sandbox.world().topics;
    expect(others).toEqual([]);
    expect(topic).toMatchObject({
      title: "Checkout is unavailable (29 Jun 2010 19:40 UTC)",
      category: 7,
      externalId: keyOf("first"),
    });
    expect(topic?.posts.map((post) => post.username)).toEqual(["status", "status"]);
    expect(root.url).toBe(`${sandbox.channels.discourse.baseUrl}/t/${topic?.id}/1`);
    expect(reply.url).toBe(`${sandbox.channels.discourse.baseUrl}/t/${topic?.id}/2`);
    expect(sandbox.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /posts.json",
      "POST /posts.json",
    ]);
    expect(Object.keys(JSON.parse(sandbox.requests[1]?.body ?? "{}"))).toEqual(["topic_id", "raw"]);
  });

  it("has sent nothing when it could not learn whether the topic was let through", async () => {
    const { sandbox, channel } = await startForum({ timeoutMs: 200 });
    sandbox.moderate(true);
    const root = await publish(channel, "first", NOBODY);
    sandbox.fault("discourse", "hang");
    const attempt = publish(channel, "second", { root, previous: root });
    await expect(attempt).rejects.toMatchObject({ fate: "not-sent" });
    expect(sandbox.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("replies in the topic once the moderators let it through", async () => {
    const forum = await startPendingForum();
    const channel = connect(forum.url);
    const root = await publish(channel, "first", NOBODY);
    await expect(publish(channel, "second", { root, previous: root })).rejects.toMatchObject({
      fate: "not-sent",
    });
    forum.approve();
    const reply = await publish(channel, "second", { root, previous: root });
    expect(reply.extra).toMatchObject({ topicId: 5, postId: 60 });
    expect(await channel.verify?.(root, composed(channel, "first"), NOBODY, signal())).toEqual({
      state: "seen",
      note: null,
    });
  });
});

describe("a forum post that does not go out", () => {
  it("is told apart by the forum's answer", async () => {
    for (const [answer, fate, code] of [
      [{ status: 404, body: "<html>" }, "refused", "DISCOURSE_NOT_FOUND"],
      [{ status: 413, body: "" }, "refused", "DISCOURSE_REFUSED"],
      [{ status: 302, body: "", headers: { location: "https://x" } }, "refused", "DISCOURSE_REDIRECTED"],
      [{ status: 500, body: "" }, "unknown", "DISCOURSE_NO_CLEAR_ANSWER"],
      [{ status: 200, body: '{"success":"OK"}' }, "unknown", "DISCOURSE_NO_CLEAR_ANSWER"],
    ] as const) {
      const server = await serve((_request, response) => reply(response, answer));
      const error = await failure(connect(server.url));
      expect({ answer, fate: error.fate, code: error.code }).toEqual({
        answer,
        fate,
        code,
      });
      expect(error.hint).not.toBeNull();
      expect(server.requests).toHaveLength(1);
    }
  });

  it("waits as long as the forum's plain text says", async () => {
    const headers = { "retry-after": "25", "content-type": "text/plain" };
    const server = await serve((_request, response) =>
      reply(response, { status: 429, body: "Slow down", headers }),
    );
    expect(await failure(connect(server.url))).toMatchObject({
      fate: "not-sent",
      code: "DISCOURSE_RATE_LIMITED",
      retryAt: new Date(NOW.getTime() + 25_000),
    });
  });
});

describe("looking for a forum post", () => {
  it("remembers the number of a topic that it finds by our key", async () => {
    const { sandbox, channel } = await startForum();
    await publish(channel, "first", NOBODY);
    const search = await channel.find?.(composed(channel, "first"), NOBODY, NOW, signal());
    const topic = sandbox.world().topics[0];
    expect(search?.found?.extra).toEqual({
      key: keyOf("first"),
      topicId: topic?.id,
      postId: topic?.posts[0]?.id,
      postNumber: 1,
    });
  });

  it("finds a reply by its marker among many, and not its neighbour", async () => {
    const { sandbox, channel } = await startForum();
    const root = await publish(channel, "first", NOBODY);
    const receipts: Receipt[] = [];
    for (let number = 2; number <= 26; number++)
      receipts.push(await publish(channel, `update ${number}`, { root, previous: root }));
    const place = { root, previous: root };
    for (const number of [2, 15, 26]) {
      const search = await channel.find?.(composed(channel, `update ${number}`), place, NOW, signal());
      expect(search?.found).toEqual(receipts[number - 2]);
    }
    const other = await channel.find?.(composed(channel, "update 27"), place, NOW, signal());
    expect(other).toMatchObject({ found: null, conclusive: true });
    expect(sandbox.world().topics[0]?.posts).toHaveLength(26);
  });

  it("cannot tell while posts wait for moderators", async () => {
    const waiting = connect((await startPendingForum()).url);
    const search = await waiting.find?.(composed(waiting, "first"), NOBODY, NOW, signal());
    expect(search).toMatchObject({ found: null, conclusive: false });
  });

  it("is not sure while the account's own topics cannot all be read", async () => {
    const own = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ topic_id: at + 1, created_at: NOW.toISOString() }));
    const seen = (id: number) => ({
      id,
      topic_id: id,
      post_number: 1,
      username: "status",
      created_at: NOW.toISOString(),
      raw: "Something else.",
    });
    const forum = (count: number, hidden: string) =>
      serve((request, response) => {
        const path = request.url ?? "";
        const id = Number(/^\/(?:t|posts)\/(\d+)\.json$/.exec(path)?.[1] ?? 0);
        const send = (json: object) => reply(response, { status: 200, body: JSON.stringify(json) });
        if (path === hidden) return reply(response, { status: 429, body: "Slow down" });
        if (path.startsWith("/user_actions.json")) return send({ user_actions: own(count) });
        if (path.startsWith("/t/") && id > 0) return send({ id, post_stream: { posts: [seen(id)] } });
        if (path.startsWith("/posts/")) return send(seen(id));
        if (path === "/u/status.json") return send({ user: { username: "status" } });
        return reply(response, { status: 404, body: "{}" });
      });
    for (const [count, hidden, conclusive] of [
      [2, "", true],
      [2, "/t/2.json", false],
      [2, "/posts/2.json", false],
      [2, "/u/status.json", false],
      [21, "", false],
    ] as const) {
      const channel = connect((await forum(count, hidden)).url);
      const search = await channel.find?.(composed(channel, "first"), NOBODY, NOW, signal());
      expect(search, `${count} ${hidden}`).toMatchObject({ found: null, conclusive });
    }
  });
});

describe("reading a forum post back", () => {
  it("tells missing, deleted, hidden and altered posts apart from ones it cannot read", async () => {
    const receipt: Receipt = {
      remoteId: "9",
      url: null,
      extra: { key: "k", topicId: 3, postId: 9, postNumber: 1 },
    };
    const raw = rawOf(composed(connect("http://127.0.0.1:1"), "first"));
    const shown = {
      id: 9,
      topic_id: 3,
      post_number: 1,
      username: "status",
      created_at: NOW.toISOString(),
      raw,
    };
    for (const [status, body, state] of [
      [404, {}, "missing"],
      [200, { ...shown, deleted_at: NOW.toISOString() }, "missing"],
      [200, { ...shown, hidden: true }, "missing"],
      [200, { ...shown, raw: `${raw} (edited)` }, "altered"],
      [200, shown, "seen"],
      [403, {}, "cannot"],
      [500, {}, "cannot"],
      [200, "not a post", "cannot"],
    ] as const) {
      const server = await serve((_request, response) =>
        reply(response, { status, body: JSON.stringify(body) }),
      );
      const channel = connect(server.url);
      const verdict = await channel.verify?.(receipt, composed(channel, "first"), NOBODY, signal());
      expect(verdict?.state).toBe(state);
    }
  });
});

describe("checking a Discourse channel", () => {
  it("reads forum, account and category", async () => {
    const { channel } = await startForum();
    const findings = await channel.check(signal());
    expect(findings.map(({ name, level }) => `${name} ${level}`)).toEqual([
      "target ok",
      "credential ok",
      "permission ok",
    ]);
  });

  it("fails for an unknown account, an unknown category and an absent forum", async () => {
    const { sandbox } = await startForum();
    const url = String(sandbox.channels.discourse.baseUrl);
    const good = { apiKey: String(sandbox.channels.discourse.apiKey) };
    const failed = async (channel: Channel) =>
      (await channel.check(signal())).filter(({ level }) => level === "fail").map(({ name }) => name);
    expect(await failed(connect(url, { ...good, username: "nobody" }))).toContain("credential");
    expect(await failed(connect(url, { ...good, category: 99 }))).toEqual(["permission"]);
    expect(await failed(connect("http://127.0.0.1:1"))).toEqual(["target", "credential", "permission"]);
  });

  it("warns of categories that few can read, that wait for moderators, or that want tags", async () => {
    const server = await serve((request, response) =>
      reply(response, {
        status: 200,
        body: JSON.stringify({
          title: "Sellers",
          user: { username: "status" },
          category: {
            name: "Staff",
            permission: request.headers["api-username"] === "reader" ? 3 : 1,
            read_restricted: true,
            minimum_required_tags: 1,
            category_setting: { require_topic_approval: true },
          },
        }),
      }),
    );
    const levels = async (username: string) =>
      (await connect(server.url, { username }).check(signal()))
        .filter(({ name }) => name === "permission")
        .map(({ level }) => level);
    expect(await levels("status")).toEqual(["ok", "warn", "warn", "warn"]);
    expect(await levels("reader")).toEqual(["fail"]);
  });

  it.each([
    ["the list", (path: string) => path.startsWith("/latest.json"), "the forum answers 403"],
    ["the topic", (path: string) => path === "/t/5.json", "the forum answers 403"],
    ["an answer", () => false, "the forum's answer is not understood"],
  ])("does not warn of a way that may stand in what it could not read: %s", async (what, closed, why) => {
    let description = "What we have to say.";
    const topics = what === "an answer" ? "none" : [{ id: 5, pinned: true, excerpt: "Where to look" }];
    const server = await serve((request, response) =>
      closed(request.url ?? "")
        ? reply(response, { status: 403, body: "{}" })
        : reply(response, {
            status: 200,
            body: JSON.stringify({
              ...{ title: "Sellers", user: { username: "status" }, topic_list: { topics } },
              category: { name: "Announcements", permission: 1, description },
            }),
          }),
    );
    const channel = connect(server.url, {}, { statusUrl: "https://status.example.org" });
    const link = async () => (await channel.check(signal())).filter(({ name }) => name === "link");
    expect(await link()).toMatchObject([
      { level: "ok", message: expect.stringMatching(new RegExp(`^not checked .*${why}`)) },
    ]);
    description = "Look at https://status.example.org first.";
    expect(await link()).toMatchObject([{ level: "ok", message: expect.stringContaining("shows the way") }]);
  });
});

// —— the pieces ——

async function startForum(
  options: { timeoutMs?: number } = {},
): Promise<{ sandbox: Sandbox; channel: Channel }> {
  const sandbox = await startSandbox({ clock: new ScriptedClock(NOW) });
  cleanups.push(() => sandbox.close());
  const { baseUrl, apiKey } = sandbox.channels.discourse;
  return {
    sandbox,
    channel: connect(String(baseUrl), { apiKey: String(apiKey) }, options),
  };
}

/** A forum that queues the first topic; an approved topic has lost its `external_id`, as on the real one. */
async function startPendingForum() {
  let raw = "";
  let approved = false;
  const shown = () => ({
    id: 50,
    topic_id: 5,
    post_number: 1,
    username: "status",
    created_at: NOW.toISOString(),
    raw,
  });
  const server = await serve((request, response, body) => {
    const path = request.url ?? "";
    const send = (status: number, json: object) => reply(response, { status, body: JSON.stringify(json) });
    if (request.method === "POST") {
      const given = JSON.parse(body);
      if (given.topic_id !== undefined) return send(200, { ...shown(), id: 60, post_number: 2 });
      raw = given.raw;
      return send(200, { action: "enqueued", success: true, pending_count: 1 });
    }
    if (path.startsWith("/user_actions.json"))
      return send(200, {
        user_actions: approved ? [{ topic_id: 5, created_at: NOW.toISOString() }] : [],
      });
    if (path === "/u/status.json")
      return send(200, {
        user: { username: "status", pending_posts_count: 1 },
      });
    if (approved && path === "/t/5.json")
      return send(200, {
        id: 5,
        post_stream: { posts: [{ ...shown(), raw: undefined }], stream: [50] },
      });
    if (approved && path === "/posts/50.json") return send(200, shown());
    send(404, { errors: ["not found"] });
  });
  return {
    url: server.url,
    approve: () => {
      approved = true;
    },
  };
}

function connect(
  baseUrl: string,
  change: { apiKey?: string; username?: string; category?: number } = {},
  options: { timeoutMs?: number; statusUrl?: string } = {},
): Channel {
  const kit = kitFor({
    clock: new ScriptedClock(NOW),
    timeoutMs: options.timeoutMs ?? 2000,
    loopbackOnly: true,
  });
  return discourse.connect(
    {
      kind: "discourse",
      baseUrl,
      username: change.username ?? "status",
      category: change.category ?? 7,
      apiKey: new Secret(change.apiKey ?? API_KEY),
    },
    { ...kit, property: { ...kit.property, statusUrl: options.statusUrl ?? null } },
  );
}

function message(change: Partial<Message> = {}): Message {
  return {
    subject: "Checkout is unavailable",
    body: [
      {
        type: "paragraph",
        children: [{ type: "text", text: "We look into it; orders wait." }],
      },
    ],
    short: "We look into it.",
    keep: null,
    link: "https://status.example.org/",
    ...change,
  };
}

function keyOf(part: string): string {
  return digest("property", "sellers", part);
}

function context(update = "1"): ComposeContext {
  return {
    keyOf: (part) => keyOf(update === "1" ? part : update),
    incident: {
      id: "2010-06-29-checkout",
      type: "incident",
      title: "Checkout is unavailable",
      phase: "investigating",
      impact: "critical",
      components: [],
      startedAt: NOW,
      endsAt: null,
      nextUpdateAt: null,
    },
    update: { id: "u1", number: 1, verb: "announce", at: NOW },
    rootSubject: null,
  };
}

function composed(channel: Channel, update: string): Post {
  const [post] = channel.compose(message(), context(update));
  if (post === undefined) throw new Error("nothing was composed");
  return post;
}

function rawOf(post: Post | undefined): string {
  return (post?.payload as { raw: string } | undefined)?.raw ?? "";
}

function publish(channel: Channel, update: string, place: Place): Promise<Receipt> {
  return channel.publish(composed(channel, update), place, signal());
}

async function failure(channel: Channel): Promise<ChannelError> {
  const outcome = await publish(channel, "first", NOBODY).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ChannelError);
  expect(inspect(outcome, { depth: null })).not.toContain(API_KEY);
  return outcome as ChannelError;
}

function signal(): AbortSignal {
  return new AbortController().signal;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function reply(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, {
    "content-type": "application/json",
    ...headers,
  });
  response.end(body);
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, response, Buffer.concat(chunks).toString("utf8"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
  };
}
