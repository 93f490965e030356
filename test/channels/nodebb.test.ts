import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { afterEach, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Place, Post } from "../../src/channels/contract.ts";
import { nodebb } from "../../src/channels/nodebb/index.ts";
import type { NodebbSettings } from "../../src/channels/nodebb/settings.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { contextFor, failureOf, kitFor, listen, messageOf, messages, NOW, NOWHERE } from "./loopback.ts";

const NEVER = new AbortController().signal;
const TOKEN = "0123456789-nodebb-token";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function connect(baseUrl: string, more: Partial<NodebbSettings> = {}, clock = new ScriptedClock(NOW)) {
  const settings = { kind: "nodebb" as const, baseUrl, token: new Secret(TOKEN), category: 2 };
  return nodebb.connect({ ...settings, ...more }, kitFor({ clock }));
}

/** The imitation with its flood control, on the same clock as the channel. */
async function onForum() {
  const clock = new ScriptedClock(NOW);
  const sandbox = await startSandbox({ clock });
  cleanups.push(() => sandbox.close());
  const { baseUrl, token } = sandbox.channels.nodebb;
  const channel = connect(String(baseUrl), { token: new Secret(String(token)) }, clock);
  let said = 0;
  const say = (words = "Orders fail.") => {
    said += 1;
    return channel.compose(messageOf(`${words} ${said}`), contextFor({ key: `k${said}` }))[0]!;
  };
  return { clock, sandbox, channel, say };
}

function contentOf(post: Post | undefined): string {
  if (post === undefined) throw new Error("there is no post");
  return (post.payload as { content: string }).content;
}

describe("the settings of a NodeBB channel", () => {
  const good = { kind: "nodebb", baseUrl: "https://forum.example.com", token: "env:KEY", category: 2 };
  const accepted = (change: object) => nodebb.settings.safeParse({ ...good, ...change }).success;

  it("refuse what the forum does not know", () => {
    expect(accepted({})).toBe(true);
    expect(accepted({ uid: 1, tags: ["outage"] })).toBe(true);
    expect(accepted({ tags: ["ab"] })).toBe(false);
    expect(accepted({ tags: ["one", "two", "three", "four", "five", "six"] })).toBe(false);
    expect(accepted({ category: 0 })).toBe(false);
    expect(accepted({ uid: 0 })).toBe(false);
  });
});

describe("composing a NodeBB post", () => {
  // As nodebb-plugin-markdown sets it up by default.
  const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });
  const channel = connect("http://127.0.0.1:1");

  it("ends with the key, which no reader sees", () => {
    const [post] = channel.compose(messageOf("Orders fail."), contextFor({ key: "f".repeat(30) }));
    expect(contentOf(post).endsWith(`\n\n[status]: # (${"f".repeat(30)}-1)`)).toBe(true);
    expect(markdown.render(contentOf(post))).toBe(
      '<p>Orders fail.</p>\n<p>Status page: <a href="https://status.example.org">https://status.example.org</a></p>\n',
    );
  });

  it("shows the key under no words, and mentions nobody", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const [post] = channel.compose(message, contextFor({ key: "f".repeat(30) }));
        const shown = markdown.render(contentOf(post)).replace(/<[^>]*>/g, "");
        expect(shown).not.toContain("f".repeat(30));
        expect(shown).not.toMatch(/(?:^|[^\p{L}\p{N}_])@[\p{L}\p{N}]/u);
      }),
      { numRuns: 100 },
    );
  });

  it("cuts what the forum does not hold, and keeps link and key", () => {
    const body = Array.from(
      { length: 50 },
      (_, at) => messageOf(`Note ${at}. ${"word ".repeat(300)}`).body[0]!,
    );
    const [post] = channel.compose(messageOf("", { body }), contextFor());
    expect(post?.notes).toEqual(["cut to fit"]);
    expect(contentOf(post).length).toBeLessThanOrEqual(32_767);
    expect(contentOf(post)).toContain("Status page: <https://status.example.org>");
    expect(contentOf(post)).toMatch(/\[status\]: # \([\w-]+\)$/);
  });

  it("lengthens what is too short, and begins no phrase to be translated", () => {
    const message = messageOf("", { body: [], link: null });
    const [post] = channel.compose(message, contextFor({ title: "Ah" }));
    expect(post?.payload).toMatchObject({ title: "Amazon.com: Ah" });
    expect(contentOf(post).replace(/\n\n\[status\].*$/, "").length).toBeGreaterThanOrEqual(8);
    const [other] = channel.compose(message, contextFor({ title: "[[global:home]] is down" }));
    expect(other?.payload).not.toMatchObject({ title: expect.stringContaining("[[") });
  });
});

describe("speaking to a NodeBB forum", () => {
  it("opens a topic with its tags, and replies in it", async () => {
    const { channel, clock, sandbox, say } = await onForum();
    const root = await channel.publish(say(), NOWHERE, NEVER);
    clock.advance(60_000);
    const reply = await channel.publish(say(), { root, previous: root }, NEVER);
    expect(sandbox.world().nodebbTopics).toMatchObject([
      {
        title: "Amazon.com unavailable",
        posts: [{ pid: Number(root.remoteId) }, { pid: Number(reply.remoteId) }],
      },
    ]);
    expect(root.url).toMatch(/\/nodebb\/post\/\d+$/);
  });

  it("knows flood control by the clock and not by its words, and when it ends", async () => {
    const { channel, clock, sandbox, say } = await onForum();
    await channel.publish(say(), NOWHERE, NEVER);
    clock.advance(3_000);
    const error = await failureOf(channel.publish(say(), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "not-sent", code: "NODEBB_TOO_SOON" });
    expect(error.retryAt).toEqual(new Date(NOW.getTime() + 10_000));
    clock.advance(8_000);
    sandbox.fault("nodebb", "rate-limit");
    // Long after the last post the same answer must have another reason.
    expect(await failureOf(channel.publish(say(), NOWHERE, NEVER), [])).toMatchObject({ fate: "refused" });
  });

  it("takes a queued reply for no published one, though the forum answers 200", async () => {
    const { channel, clock, sandbox, say } = await onForum();
    const root = await channel.publish(say(), NOWHERE, NEVER);
    const place: Place = { root, previous: root };
    clock.advance(60_000);
    sandbox.moderate(true);
    const post = say();
    const receipt = await channel.publish(post, place, NEVER);
    expect(receipt).toMatchObject({ pending: true, url: null });
    expect(await channel.verify?.(receipt, post, place, NEVER)).toMatchObject({ state: "not-yet" });
    sandbox.approveQueued();
    expect(await channel.verify?.(receipt, post, place, NEVER)).toEqual({ state: "seen", note: null });
  });

  it("finds an approved topic by its key, so that follow-ups go there", async () => {
    const { channel, clock, sandbox, say } = await onForum();
    sandbox.moderate(true);
    const root = await channel.publish(say(), NOWHERE, NEVER);
    clock.advance(60_000);
    const early = await failureOf(channel.publish(say(), { root, previous: root }, NEVER), []);
    expect(early).toMatchObject({ fate: "not-sent", code: "NODEBB_TOPIC_PENDING" });
    sandbox.approveQueued();
    sandbox.moderate(false);
    clock.advance(60_000);
    await channel.publish(say(), { root, previous: root }, NEVER);
    expect(sandbox.world().nodebbTopics.map(({ posts }) => posts.length)).toEqual([2]);
  });

  it("changes a post in its place, and deletes it once or twice", async () => {
    const { channel, sandbox, say } = await onForum();
    const receipt = await channel.publish(say(), NOWHERE, NEVER);
    const better = say("Some orders fail.");
    expect(await channel.amend?.(receipt, better, NEVER)).toEqual(receipt);
    expect(sandbox.world().nodebbTopics[0]?.posts[0]?.content).toBe(contentOf(better));
    await channel.remove?.(receipt, NEVER);
    await channel.remove?.(receipt, NEVER);
    expect(sandbox.world().nodebbTopics[0]?.posts).toEqual([]);
    expect(await channel.verify?.(receipt, better, NOWHERE, NEVER)).toMatchObject({ state: "missing" });
  });

  it("looks past the first page of the account's posts", async () => {
    const { channel, clock, say } = await onForum();
    const first = say();
    const root = await channel.publish(first, NOWHERE, NEVER);
    for (let count = 0; count < 21; count++) {
      clock.advance(11_000);
      await channel.publish(say(), { root, previous: root }, NEVER);
    }
    expect(await channel.find?.(first, NOWHERE, NOW, NEVER)).toEqual({ found: root });
  });

  it("tells in a check that posts may wait", async () => {
    const { channel, sandbox } = await onForum();
    sandbox.moderate(true);
    const findings = await channel.check(NEVER);
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "warn"]);
  });

  it("lets a master token speak for its account, and sends nothing else of the settings", async () => {
    await using server = await listen(() => ({
      status: 200,
      body: { status: { code: "ok", message: "OK" }, response: { tid: 1, mainPid: 2 } },
    }));
    const channel = connect(server.url, { uid: 7, tags: ["outage"] });
    const post = channel.compose(messageOf("Down."), contextFor())[0]!;
    await channel.publish(post, NOWHERE, NEVER);
    expect(server.requests[0]?.path).toBe("/api/v3/topics/?_uid=7");
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(Object.keys(JSON.parse(server.requests[0]!.body) as object)).toEqual([
      "cid",
      "title",
      "content",
      "tags",
    ]);
  });

  it("is unknown where the forum takes a post without naming it", async () => {
    await using server = await listen(() => ({ status: 200, body: { status: {}, response: {} } }));
    const channel = connect(server.url);
    const post = channel.compose(messageOf("Down."), contextFor())[0]!;
    expect(await failureOf(channel.publish(post, NOWHERE, NEVER), [TOKEN])).toMatchObject({
      fate: "unknown",
    });
  });
});
