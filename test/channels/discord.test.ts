import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";

import { ChannelError, type Post, type Receipt } from "../../src/channels/contract.ts";
import { discord } from "../../src/channels/discord/index.ts";
import { DISCORD_FORUM_WEBHOOK } from "../../src/sandbox/discord.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { ask } from "../sandbox/ask.ts";
import { readSettings } from "./ground.ts";
import {
  contextFor,
  failureOf,
  kitFor,
  listen,
  messageOf,
  messages,
  NOWHERE,
  paragraph,
  type Reply,
} from "./loopback.ts";

const TOKEN = "aB3-secret_token-of-a-webhook";
const ID = "123456789012345678";
const ADDRESS = `https://discord.com/api/webhooks/${ID}/${TOKEN}`;
const signal = new AbortController().signal;

function connect(baseUrl: string, more: Readonly<Record<string, unknown>> = {}) {
  return discord.connect(
    readSettings(discord, { kind: "discord", webhook: ADDRESS, baseUrl, ...more }) as never,
    kitFor(),
  );
}

function compose(
  words: string,
  more: Readonly<Record<string, unknown>> = {},
  rootSubject: string | null = null,
): Post {
  return connect("https://discord.com", more).compose(messageOf(words), contextFor({ rootSubject }))[0]!;
}

const contentOf = (post: Post) => (post.payload as { content: string }).content;
const made = (content = "x"): Reply => ({ status: 200, body: { id: "9", channel_id: "7", content } });
const receiptIn = (thread: string | null, webhook = ID): Receipt => ({
  remoteId: "9",
  url: null,
  extra: { webhook, message: "9", thread },
});

describe("discord settings", () => {
  const good = { kind: "discord", webhook: "env:DISCORD_WEBHOOK" };

  it("take a webhook, and fill in the rest", () => {
    expect(discord.settings.parse(good)).toMatchObject({ baseUrl: "https://discord.com", forum: false });
  });

  it.each([
    { forum: true, thread: "1234567890" },
    { thread: 1234567890 },
    { username: "Discord Status" },
    { username: "x".repeat(81) },
    { server: "my server" },
  ])("refuse %j", (more) => {
    expect(discord.settings.safeParse({ ...good, ...more }).success).toBe(false);
  });
});

describe("a webhook's address", () => {
  it.each([
    ADDRESS,
    `https://ptb.discord.com/api/v10/webhooks/${ID}/${TOKEN}/`,
    `https://discordapp.com/api/webhooks/${ID}/${TOKEN}?thread_id=1`,
    `${ID}/${TOKEN}`,
    ` ${ADDRESS}\n`,
  ])("may be written as %j", async (webhook) => {
    await using server = await listen(() => made());
    await connect(server.url, { webhook }).publish(compose("Down."), NOWHERE, signal);
    expect(server.requests.map(({ path }) => path)).toEqual([`/api/v10/webhooks/${ID}/${TOKEN}?wait=true`]);
  });

  it.each(["https://example.com", ID, `https://discord.com/api/webhooks/${ID}`, "xoxb-1"])(
    "is not %j: nothing is asked",
    async (webhook) => {
      await using server = await listen(() => made());
      const channel = connect(server.url, { webhook });
      expect(await failureOf(channel.publish(compose("Down."), NOWHERE, signal), [TOKEN])).toMatchObject({
        fate: "refused",
        code: "DISCORD_WEBHOOK_MALFORMED",
      });
      expect(await channel.check(signal)).toMatchObject([{ name: "credential", level: "fail" }]);
      expect(server.requests).toEqual([]);
    },
  );

  it("stays out of errors, its token alone too", async () => {
    await using server = await listen(() => ({ status: 400, body: { message: `no ${TOKEN}`, code: 50035 } }));
    const error = await failureOf(connect(server.url).publish(compose("Down."), NOWHERE, signal), [TOKEN]);
    expect(error.message).toBe("Discord answers 400 (50035): no [secret]");
  });
});

describe("a composed Discord message", () => {
  it("keeps promise and link where it is cut, and says so", () => {
    const long = messageOf("", { body: [paragraph("We are looking into it. ".repeat(300))] });
    const [post] = connect("https://discord.com").compose(long, contextFor());
    expect(post!.notes).toEqual(["cut to fit"]);
    expect(contentOf(post!).length).toBeLessThanOrEqual(2_000);
    expect(contentOf(post!)).toMatch(
      /…\n\nNext update by 20\\:40 UTC\.\n\n<https:\/\/status\.example\.org>$/,
    );
    expect(post!.text).toContain("Next update by 20:40 UTC.");
    expect(compose("Down.").notes).toEqual([]);
  });

  it("leads to the status page, where somebody typed its address as well", () => {
    const typed = compose("See https://status.example.org for more.");
    expect(contentOf(typed)).toMatch(/<https:\/\/status\.example\.org>$/);
    const linked = messageOf("", {
      body: [
        {
          type: "paragraph",
          children: [
            { type: "link", href: "https://status.example.org", children: [{ type: "text", text: "Here" }] },
          ],
        },
      ],
    });
    const [post] = connect("https://discord.com").compose(linked, contextFor());
    expect(contentOf(post!)).toBe("**Amazon.com unavailable**\n\n[Here](<https://status.example.org>)");
  });

  it("makes its promise once where the words behind it are cut", () => {
    const promise = paragraph("Next update by 20:40 UTC.");
    const body = [paragraph("Orders fail."), promise, paragraph("We are looking into it. ".repeat(300))];
    const [post] = connect("https://discord.com").compose(messageOf("", { body }), contextFor());
    expect(contentOf(post!).split("Next update by")).toHaveLength(2);
  });

  it("fits, and carries the link, whatever is said", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const [post] = connect("https://discord.com").compose(message, contextFor());
        expect(contentOf(post!).length).toBeLessThanOrEqual(2_000);
        if (message.link !== null) expect(contentOf(post!)).toContain(`<${message.link}>`);
      }),
      { numRuns: 60 },
    );
  });

  it("turns mentions and previews off", () => {
    expect(compose("Down.").payload).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4 });
  });

  it("names a thread in a forum only, and says it again where the thread is refused", () => {
    expect(compose("Down.").payload).not.toHaveProperty("thread_name");
    const opening = compose("Down.", { forum: true });
    expect(opening.payload).toMatchObject({ thread_name: "Amazon.com unavailable" });
    expect(opening.standAlone).toBeUndefined();
    const reply = compose("Still.", { forum: true }, "Amazon.com unavailable");
    expect(reply.standAlone).toMatchObject({ thread_name: "Amazon.com unavailable" });
  });
});

describe("publishing on Discord", () => {
  it("calls nobody, even past the setting that turns mentions off", async () => {
    const sandbox = await startSandbox({ clock: new ScriptedClock(new Date()) });
    try {
      const { baseUrl, webhook } = sandbox.channels.discord;
      const post = compose("@everyone @here <@123456> <@&123456> is down");
      await connect(String(baseUrl), { webhook }).publish(post, NOWHERE, signal);
      const path = new URL(String(webhook)).pathname.replace("/api/", "/api/v10/");
      await ask(`${baseUrl}${path}`, { body: { content: contentOf(post) } });
      await ask(`${baseUrl}${path}`, { body: { content: "@everyone" } });
      expect(sandbox.world().discordMessages.map(({ pinged }) => pinged)).toEqual([[], [], ["@everyone"]]);
    } finally {
      await sandbox.close();
    }
  });

  it("does not know what it made where no message comes back", async () => {
    await using server = await listen(() => ({ status: 204, body: "" }));
    expect(
      await failureOf(connect(server.url).publish(compose("Down."), NOWHERE, signal), [TOKEN]),
    ).toMatchObject({
      fate: "unknown",
    });
  });

  it("speaks in the root's thread, in the configured one, or opens one", async () => {
    await using server = await listen(() => made());
    const forum = { forum: true };
    const reply = compose("Still.", forum, "Amazon.com unavailable");
    const place = { root: receiptIn("7"), previous: receiptIn("7") };
    await connect(server.url, forum).publish(reply, place, signal);
    await connect(server.url, forum).publish(
      reply,
      { root: receiptIn("7", "999999"), previous: null },
      signal,
    );
    await connect(server.url, { thread: "555555" }).publish(compose("Still."), place, signal);
    await connect(server.url).publish(compose("Still."), { root: receiptIn(null), previous: null }, signal);
    expect(
      server.requests.map(({ path, body }) => [path.split("?")[1], body.includes("thread_name")]),
    ).toEqual([
      ["wait=true&thread_id=7", false],
      ["wait=true", true],
      ["wait=true&thread_id=555555", false],
      ["wait=true", false],
    ]);
  });

  it.each([
    [404, 10_003],
    [400, 160_005],
    [400, 50_083],
  ])("may stand alone where the thread is the trouble (%i, %i)", async (status, code) => {
    await using server = await listen(() => ({ status, body: { message: "no", code } }));
    const error = await failureOf(connect(server.url).publish(compose("Still."), NOWHERE, signal), [TOKEN]);
    expect(error).toMatchObject({ fate: "refused", standAlone: true });
  });

  it("tells how to set a channel right that is a forum, or none", async () => {
    const hintOf = async (code: number) => {
      await using server = await listen(() => ({ status: 400, body: { message: "no", code } }));
      return (await failureOf(connect(server.url).publish(compose("x"), NOWHERE, signal), [TOKEN])).hint;
    };
    expect(await hintOf(220_001)).toContain("forum: true");
    expect(await hintOf(220_003)).toContain("leave forum: out");
  });

  it("waits as a header says, and as the body says where none does", async () => {
    const waitOf = async (reply: Reply) => {
      await using server = await listen(() => reply);
      const error = await failureOf(connect(server.url).publish(compose("x"), NOWHERE, signal), [TOKEN]);
      expect(error.fate).toBe("not-sent");
      return (error.retryAt?.getTime() ?? 0) - kitFor().clock.now().getTime();
    };
    const body = { message: "slow down", retry_after: 2.5, global: false };
    expect(await waitOf({ status: 429, body })).toBe(2_500);
    // Milliseconds, as they were once sent.
    const headers = { "x-ratelimit-reset-after": "2.5" };
    expect(await waitOf({ status: 429, headers, body: { ...body, retry_after: 2_500 } })).toBe(2_500);
    expect(await waitOf({ status: 429, headers: { "retry-after": "3" }, body })).toBe(3_000);
  });

  it.each([
    [302, "unknown"],
    [303, "unknown"],
    [301, "refused"],
    [308, "refused"],
  ])("of a redirect with %i is %s: nobody could look whether something was done", async (status, fate) => {
    await using server = await listen(() => ({
      status,
      headers: { location: "https://example.com" },
      body: "",
    }));
    const error = await failureOf(connect(server.url).publish(compose("x"), NOWHERE, signal), [TOKEN]);
    expect(error.fate).toBe(fate);
  });

  it("links to the message where the server is known", async () => {
    await using server = await listen(() => made());
    const receipt = await connect(server.url, { server: "424242" }).publish(compose("x"), NOWHERE, signal);
    expect(receipt.url).toBe("https://discord.com/channels/424242/7/9");
  });
});

describe("a Discord message that is out", () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let channel: ReturnType<typeof connect>;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock: new ScriptedClock(new Date()), quotas: false });
    const { baseUrl } = sandbox.channels.discord;
    channel = connect(String(baseUrl), { forum: true, webhook: DISCORD_FORUM_WEBHOOK });
  });
  afterAll(() => sandbox.close());

  it("is changed in its place, and withdrawn once", async () => {
    const first = compose("Down.", { forum: true });
    const root = await channel.publish(first, NOWHERE, signal);
    const better = compose("Down since noon, @everyone.", { forum: true });
    expect(await channel.amend!(root, better, signal)).toEqual(root);
    expect(await channel.verify!(root, better, NOWHERE, signal)).toEqual({ state: "seen", note: null });
    expect(await channel.verify!(root, first, NOWHERE, signal)).toMatchObject({ state: "altered" });
    expect(sandbox.world().discordMessages).toMatchObject([
      { pinged: [], threadName: "Amazon.com unavailable" },
    ]);
    await channel.remove!(root, signal);
    await channel.remove!(root, signal);
    expect(sandbox.world().discordMessages).toEqual([]);
    expect(await channel.verify!(root, better, NOWHERE, signal)).toMatchObject({ state: "missing" });
  });

  it("is out of reach of another webhook, and of one that is gone", async () => {
    const post = compose("Down.");
    const foreign = receiptIn(null, "999999");
    expect(await channel.verify!(foreign, post, NOWHERE, signal)).toMatchObject({ state: "cannot" });
    expect(await failureOf(channel.remove!(foreign, signal), [TOKEN])).toMatchObject({
      code: "DISCORD_NO_MESSAGE",
    });
    await using server = await listen(() => ({
      status: 404,
      body: { message: "Unknown Webhook", code: 10_015 },
    }));
    const lost = connect(server.url);
    expect(await lost.verify!(receiptIn(null), post, NOWHERE, signal)).toMatchObject({ state: "cannot" });
    await expect(lost.remove!(receiptIn(null), signal)).rejects.toBeInstanceOf(ChannelError);
  });
});

describe("checking Discord", () => {
  it("names the webhook and its channel", async () => {
    await using server = await listen(() => ({
      status: 200,
      body: { type: 1, name: "Status", channel_id: "7" },
    }));
    expect(await connect(server.url).check(signal)).toEqual([
      { name: "credential", level: "ok", message: "posts as Status", hint: null },
      { name: "target", level: "ok", message: "the channel 7", hint: null },
    ]);
    expect(server.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("fails for a webhook that follows another channel", async () => {
    await using server = await listen(() => ({
      status: 200,
      body: { type: 2, name: "News", channel_id: "7" },
    }));
    expect(await connect(server.url).check(signal)).toMatchObject([{ level: "fail" }]);
  });
});
