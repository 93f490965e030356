import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { type Place, type Post, TooLong } from "../../src/channels/contract.ts";
import { mastodon } from "../../src/channels/mastodon/index.ts";
import { comparable, escapePost, postLength, wordsOfHtml } from "../../src/channels/mastodon/text.ts";
import { countOf, hashtagsIn, htmlOf, mentionsIn } from "../../src/sandbox/mastodon-text.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Sandbox } from "../../src/sandbox/world.ts";
import { ask } from "../sandbox/ask.ts";
import { contextFor, failureOf, kitFor, listen, messageOf, NOW, NOWHERE, type Reply } from "./loopback.ts";

const TOKEN = "sandbox-mastodon-token";
const signal = new AbortController().signal;

function connect(
  baseUrl: string,
  more: { visibility?: "public" | "unlisted" | "private"; characters?: number; locale?: string } = {},
) {
  const { visibility = "public", characters = 500, locale = "en" } = more;
  return mastodon.connect(
    { kind: "mastodon", baseUrl, accessToken: new Secret(TOKEN), visibility, characters },
    { ...kitFor(), locale },
  );
}

let keys = 0;
function compose(words: string, more: Parameters<typeof connect>[1] & { reply?: boolean } = {}): Post {
  keys += 1;
  const context = contextFor({ key: `k${keys}`, rootSubject: more.reply === true ? "Down" : null });
  return connect("https://social.example.com", more).compose(messageOf(words), context)[0]!;
}

const status = (more: object = {}) => ({
  id: "109",
  created_at: NOW.toISOString(),
  content: "<p>x</p>",
  in_reply_to_id: null,
  uri: "https://social.example.com/users/status/statuses/109",
  url: "https://social.example.com/@status/109",
  ...more,
});
const ok = (body: unknown): Reply => ({ status: 200, body });
const no = (code: number, error: string): Reply => ({ status: code, body: { error } });
const account = { id: "1", acct: "status" };

describe("mastodon settings", () => {
  it("need a server and a token, and fill in the rest", () => {
    const given = { kind: "mastodon", baseUrl: "https://social.example.com", accessToken: "env:T" };
    expect(mastodon.settings.parse(given)).toMatchObject({ visibility: "public", characters: 500 });
    const { baseUrl: _, ...homeless } = given;
    expect(mastodon.settings.safeParse(homeless).success).toBe(false);
  });

  it.each([{ visibility: "direct" }, { characters: 20 }, { baseUrl: "social.example.com" }])(
    "refuse %j",
    (more) => {
      const given = {
        kind: "mastodon",
        baseUrl: "https://social.example.com",
        accessToken: "env:T",
        ...more,
      };
      expect(mastodon.settings.safeParse(given).success).toBe(false);
    },
  );
});

describe("the words of a Mastodon post", () => {
  it.each([
    ["@ops look", "@\u200bops look"],
    ["ask (@ops@example.com)", "ask (@\u200bops@example.com)"],
    ["all #down now", "all #\u200bdown now"],
    ["＃障害 中", "＃\u200b障害 中"],
    ["mail a@b.example", "mail a@b.example"],
    ["see https://social.example.com/@status/1#a", "see https://social.example.com/@status/1#a"],
    ["see https://example.com/?a=1&@ops", "see https://example.com/?a=1&%40ops"],
    ["issue #12, C# code", "issue #\u200b12, C# code"],
  ])("%j goes out as %j", (text, sent) => {
    expect(escapePost(text)).toBe(sent);
  });

  const pieces = fc.oneof(
    fc.constantFrom(
      "@ops",
      "#down",
      " ",
      "\n",
      "(",
      ").",
      "https://example.com/",
      "http://a.co",
      "?q=@x&@ops",
      "…",
    ),
    fc.constantFrom(
      "https://",
      "x@y.example",
      "👩‍👩‍👧‍👦",
      "http://127.0.0.1:40/p",
      "https://xn--a.example/ä",
      "&@ops",
    ),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  );
  const texts = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(""));

  it("name nobody and no tag, whatever the data says", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(mentionsIn(escapePost(text))).toEqual([]);
        expect(hashtagsIn(escapePost(text))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("are never counted shorter than the server counts them", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(postLength(text)).toBeGreaterThanOrEqual(countOf(text));
      }),
      { numRuns: 400 },
    );
  });

  it("count an address as 23, long or short, and a family as one", () => {
    expect(postLength(`see https://example.com/${"a".repeat(300)}.`)).toBe(4 + 23 + 1);
    expect(postLength("https://a.co")).toBe(23);
    expect(postLength("👩‍👩‍👧‍👦 ok")).toBe(4);
  });

  it("come back out of the server's HTML as they went in", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(comparable(wordsOfHtml(htmlOf(text.trim())))).toBe(comparable(text));
      }),
      { numRuns: 400 },
    );
  });
});

describe("a composed Mastodon post", () => {
  it("is cut to the server's limit, and keeps promise and link whole", () => {
    const cut = compose("We are looking into it. ".repeat(60));
    expect(cut.notes).toEqual(["cut to fit"]);
    expect(cut.length).toMatchObject({ limit: 500 });
    expect(countOf(cut.text)).toBeLessThanOrEqual(500);
    expect(cut.text).toMatch(/\nNext update by 20:40 UTC\.\nhttps:\/\/status\.example\.org$/);
    const whole = compose("We are looking into it. ".repeat(60), { characters: 5_000 });
    expect(whole.notes).toEqual([]);
    expect(whole.length).toMatchObject({ limit: 5_000 });
  });

  it("is refused where promise and link alone are too long", () => {
    const long = messageOf("Down.", { keep: "Next update soon. ".repeat(40) });
    expect(() => connect("https://social.example.com").compose(long, contextFor())).toThrow(TooLong);
  });

  it("says its language and who may see it", () => {
    const { payload } = compose("Gestört.", { locale: "de-AT", visibility: "unlisted" });
    expect(payload).toMatchObject({ language: "de", visibility: "unlisted" });
  });
});

describe("a Mastodon channel", () => {
  const clock = new ScriptedClock(NOW);
  let sandbox: Sandbox;
  let base: string;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock, quotas: false });
    base = String(sandbox.channels.mastodon.baseUrl);
  });
  afterAll(() => sandbox.close());
  const heard = () => sandbox.world().toots.length;
  const under = (place: Place["root"]): Place => ({ root: place, previous: place });

  it("sends the post's own key, its token and its place", async () => {
    await using server = await listen(() => ok(status()));
    const post = compose("Down.", { reply: true });
    await connect(server.url).publish(post, under({ remoteId: "77", url: null, extra: {} }), signal);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", path: "/api/v1/statuses" });
    expect(request?.headers).toMatchObject({ "idempotency-key": post.key, authorization: `Bearer ${TOKEN}` });
    expect(JSON.parse(request?.body ?? "")).toEqual({ ...(post.payload as object), in_reply_to_id: "77" });
  });

  it("is heard once where it says the same post twice within an hour, and twice after that", async () => {
    const channel = connect(base);
    const post = compose("The same again.");
    const before = heard();
    const first = await channel.publish(post, NOWHERE, signal);
    clock.advance(59 * 60_000);
    expect(await channel.publish(post, NOWHERE, signal)).toEqual(first);
    expect(heard()).toBe(before + 1);
    clock.advance(2 * 60_000);
    expect(await channel.publish(post, NOWHERE, signal)).not.toEqual(first);
    expect(heard()).toBe(before + 2);
  });

  it("may stand alone where the first post is gone", async () => {
    const channel = connect(base);
    const root = await channel.publish(compose("Down."), NOWHERE, signal);
    await channel.remove!(root, signal);
    const post = compose("Still down.", { reply: true });
    const error = await failureOf(channel.publish(post, under(root), signal), [TOKEN]);
    expect(error).toMatchObject({ fate: "refused", code: "MASTODON_THREAD_GONE", standAlone: true });
    const alone = await channel.publish({ ...post, payload: post.standAlone! }, NOWHERE, signal);
    expect(await channel.verify!(alone, post, under(root), signal)).toMatchObject({ state: "seen" });
  });

  it("cannot say a deleted post again within the hour, and tells so", async () => {
    const channel = connect(base);
    const post = compose("Deleted.");
    const receipt = await channel.publish(post, NOWHERE, signal);
    await channel.remove!(receipt, signal);
    const error = await failureOf(channel.publish(post, NOWHERE, signal), [TOKEN]);
    expect(error).toMatchObject({
      fate: "refused",
      standAlone: false,
      hint: expect.stringContaining("an hour"),
    });
    clock.advance(61 * 60_000);
    await channel.publish(post, NOWHERE, signal);
  });

  it("does not know what became of a post that the server does not name", async () => {
    await using server = await listen(() => ok({ scheduled_at: "2010-07-01T00:00:00Z", params: {} }));
    const error = await failureOf(connect(server.url).publish(compose("Down."), NOWHERE, signal), [TOKEN]);
    expect(error).toMatchObject({ fate: "unknown", code: "MASTODON_NO_RECEIPT" });
  });

  it("finds a post behind two pages of others", async () => {
    const channel = connect(base);
    const since = clock.now();
    const post = compose("Behind many.");
    const receipt = await channel.publish(post, NOWHERE, signal);
    for (let other = 0; other < 85; other++) {
      clock.advance(1_000);
      await channel.publish(compose(`Other ${other}.`), NOWHERE, signal);
    }
    expect(await channel.find!(post, NOWHERE, since, signal)).toEqual({ found: receipt });
  });

  it("finds nothing in what was said before, elsewhere, or as the update before", async () => {
    const channel = connect(base);
    clock.advance(60 * 60_000);
    const post = compose("Still working on it.");
    const { payload } = post;
    const older = await channel.publish(post, NOWHERE, signal);
    clock.advance(60 * 60_000);
    const stranger = await channel.publish(compose("Another incident."), NOWHERE, signal);
    await ask(`${base}/api/v1/statuses`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      body: { ...(payload as object), in_reply_to_id: stranger.remoteId },
    });
    const root = await channel.publish({ ...post, key: "another" }, NOWHERE, signal);
    const search = await channel.find!(post, { root, previous: root }, clock.now(), signal);
    expect(search).toMatchObject({ found: null, conclusive: true });
    expect(older.remoteId).not.toBe(root.remoteId);
  });

  it("knows an opening post by its words where the times differ, and is not sure of an update", async () => {
    const channel = connect(base);
    clock.advance(60 * 60_000);
    const since = clock.now();
    const root = await channel.publish(compose("Down since 20:10, we are on it."), NOWHERE, signal);
    const again = compose("Down since 20:12, we are on it.");
    expect(await channel.find!(again, NOWHERE, since, signal)).toEqual({ found: root });
    const held = compose("Still down at 20:40.", { reply: true });
    const first = await channel.publish(held, under(root), signal);
    await channel.publish(compose("We found it.", { reply: true }), under(root), signal);
    const next = compose("Still down at 21:10.", { reply: true });
    const sure = { found: null, conclusive: true };
    expect(await channel.find!(next, { root, previous: first }, since, signal)).toMatchObject(sure);
    const search = await channel.find!(next, under(root), since, signal);
    expect(search).toMatchObject({
      found: null,
      conclusive: false,
      reason: expect.stringContaining("other times"),
    });
  });

  it("knows a missing place from a missing record", async () => {
    await using server = await listen(() => no(404, "Record not found"));
    const post = compose("Down.", { reply: true });
    const error = await failureOf(
      connect(server.url).publish(post, under({ remoteId: "77", url: null, extra: {} }), signal),
      [TOKEN],
    );
    expect(error).toMatchObject({ fate: "refused", code: "MASTODON_NOT_FOUND", standAlone: false });
  });

  it("gives up on a timeline without an end, and is not sure", async () => {
    let id = 10_000;
    await using server = await listen(({ path }) =>
      ok(path.includes("verify") ? account : [status({ id: String(--id) }), status({ id: String(--id) })]),
    );
    const search = await connect(server.url).find!(compose("Never said."), NOWHERE, NOW, signal);
    expect(search).toMatchObject({ found: null, conclusive: false });
    expect(new Set(server.requests.map(({ path }) => path)).size).toBe(server.requests.length);
  });

  it("corrects a post in its place, and once", async () => {
    const channel = connect(base);
    const receipt = await channel.publish(compose("Orders fail."), NOWHERE, signal);
    const better = compose("Some orders fail.");
    const before = heard();
    expect(await channel.amend!(receipt, better, signal)).toEqual(receipt);
    const edited = () => sandbox.world().toots.find(({ id }) => id === receipt.remoteId);
    const first = edited();
    clock.advance(60_000);
    await channel.amend!(receipt, better, signal);
    expect(edited()).toEqual(first);
    expect(first?.text).toContain("Some orders fail.");
    expect(heard()).toBe(before);
    expect(await channel.verify!(receipt, better, NOWHERE, signal)).toMatchObject({ state: "seen" });
  });

  it("removes a post, and one that is gone already", async () => {
    const channel = connect(base);
    const receipt = await channel.publish(compose("Wrong."), NOWHERE, signal);
    const before = heard();
    await channel.remove!(receipt, signal);
    await channel.remove!(receipt, signal);
    expect(heard()).toBe(before - 1);
    await using server = await listen(() => no(403, "This action is not allowed"));
    expect(await failureOf(connect(server.url).remove!(receipt, signal), [TOKEN])).toMatchObject({
      fate: "refused",
    });
  });

  it("keeps a post for followers from everyone else", async () => {
    const receipt = await connect(base).publish(
      compose("Inside.", { visibility: "private" }),
      NOWHERE,
      signal,
    );
    expect((await ask(`${base}/api/v1/statuses/${receipt.remoteId}`)).status).toBe(404);
  });
});

describe("the check of a Mastodon channel", () => {
  const server = (limits: object) =>
    listen(({ path }) => {
      if (path.includes("verify_credentials")) return ok(account);
      if (path.includes("/statuses")) return ok([]);
      return ok({ title: "Example social", configuration: { statuses: limits } });
    });

  it("fails where the server takes less than the channel counts on, and says what to set", async () => {
    await using small = await server({ max_characters: 300, characters_reserved_per_url: 23 });
    expect(await connect(small.url).check(signal)).toContainEqual({
      name: "limits",
      level: "fail",
      message: expect.stringContaining("300"),
      hint: "set the channel's characters to 300",
    });
  });

  it("warns where an address counts more than the channel thinks", async () => {
    await using other = await server({ max_characters: 500, characters_reserved_per_url: 30 });
    expect(await connect(other.url).check(signal)).toContainEqual(expect.objectContaining({ level: "warn" }));
  });

  it("names the account, the server and its limit", async () => {
    await using large = await server({ max_characters: 5_000 });
    const said = (await connect(large.url).check(signal)).map(({ level, message }) => `${level} ${message}`);
    expect(said).toEqual([
      "ok the server Example social",
      "ok posts of 500 characters; the server takes 5000",
      "ok speaks as @status, public posts",
      expect.stringContaining("whether it may post is not told"),
    ]);
  });
});
