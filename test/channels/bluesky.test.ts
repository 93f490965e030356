import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { bluesky } from "../../src/channels/bluesky/index.ts";
import { receiptOf } from "../../src/channels/bluesky/read.ts";
import { readRecordKey, recordKeyOf } from "../../src/channels/bluesky/record-key.ts";
import { linkFacets, postLength } from "../../src/channels/bluesky/text.ts";
import { type Post, TooLong } from "../../src/channels/contract.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Fault, Sandbox } from "../../src/sandbox/world.ts";
import { contextFor, failureOf, kitFor, listen, messageOf, NOW, NOWHERE, type Reply } from "./loopback.ts";

const PASSWORD = "sand-boxx-pass-word";
const SECRETS = [PASSWORD, "jwt-1"];
const signal = new AbortController().signal;

function connect(
  baseUrl: string,
  more: { clock?: ScriptedClock; password?: string; timeoutMs?: number } = {},
) {
  const { password = PASSWORD, ...kit } = more;
  return bluesky.connect(
    { kind: "bluesky", identifier: "status.example.com", appPassword: new Secret(password), baseUrl },
    kitFor(kit),
  );
}

let keys = 0;
function compose(words: string, more: { key?: string; at?: Date } = {}): Post {
  keys += 1;
  const { key = `k${keys}`, at = NOW } = more;
  const told = contextFor({ key });
  const context = { ...told, update: { ...told.update, at } };
  return connect("https://bsky.social").compose(messageOf(words), context)[0]!;
}

interface Facet {
  readonly index: { readonly byteStart: number; readonly byteEnd: number };
  readonly features: readonly { readonly $type: string; readonly uri: string }[];
}
/** What each mark covers, and where it leads. */
function marked(text: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(text);
  return (linkFacets(text) as unknown as readonly Facet[]).map(({ index, features }) => [
    bytes.subarray(index.byteStart, index.byteEnd).toString(),
    features[0]?.uri ?? "",
  ]);
}

describe("bluesky settings", () => {
  const given = { kind: "bluesky", identifier: "status.example.com", appPassword: "env:T" };

  it("take a handle or a DID, and know Bluesky's own server", () => {
    expect(bluesky.settings.parse(given)).toMatchObject({ baseUrl: "https://bsky.social" });
    expect(
      bluesky.settings.safeParse({ ...given, identifier: "did:plc:z72i7hdynmk6r22z27h6tvur" }).success,
    ).toBe(true);
  });

  it.each(["@status.example.com", "someone@example.com", "status", ""])(
    "refuse the identifier %j",
    (identifier) => {
      expect(bluesky.settings.safeParse({ ...given, identifier }).success).toBe(false);
    },
  );
});

describe("the record key of a post", () => {
  it("is the same for the same key and time, and seldom another's", () => {
    const all = new Set(Array.from({ length: 100 }, (_, index) => recordKeyOf(`key ${index}`, NOW)));
    expect(all.size).toBe(100);
    expect(all.has(recordKeyOf("key 7", NOW))).toBe(true);
  });

  it("is a TID that tells the time of the update and whose it is", () => {
    const times = fc.date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(fc.string(), times, (key, at) => {
        const tid = recordKeyOf(key, at);
        expect(tid).toMatch(/^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$/);
        expect(readRecordKey(tid, key)).toEqual({ at, ours: true });
        expect(readRecordKey(tid, `${key}.`)).toEqual({ at, ours: false });
      }),
    );
  });

  it("rises with the time, so that readers see the newest post first", () => {
    const later = new Date(NOW.getTime() + 1);
    expect(
      recordKeyOf("a", NOW) < recordKeyOf("b", later) && recordKeyOf("b", NOW) < recordKeyOf("a", later),
    ).toBe(true);
  });

  it("of another form tells nothing", () => {
    expect(readRecordKey("status-update-17", "key")).toBeNull();
  });
});

describe("the links of a Bluesky post", () => {
  it.each([
    ["see https://example.com/a.", ["https://example.com/a"]],
    ["Störung 👩‍👩‍👧‍👦: https://example.com/ä?x=1#y!", ["https://example.com/ä?x=1#y"]],
    [
      "help (https://example.com/a(b)) and (https://example.com/c).",
      ["https://example.com/a(b)", "https://example.com/c"],
    ],
    ["@someone.example.com #down example.com mailto:a@b.example", []],
    ["cut off at https://example.com/statu…", []],
    ["no xhttps://example.com and no https://", []],
  ])("of %j are %j", (text, links) => {
    expect(marked(text)).toEqual(links.map((link) => [link, link]));
  });

  it("cover the bytes of their address, wherever it stands", () => {
    const around = fc.string({ unit: "grapheme", maxLength: 20 });
    fc.assert(
      fc.property(around, around, (before, after) => {
        const text = `${before} https://example.com/p ${after}`.replace(
          /https?:\/\/(?!example\.com\/p )/g,
          "",
        );
        expect(marked(text)).toContainEqual(["https://example.com/p", "https://example.com/p"]);
      }),
    );
  });
});

describe("a composed Bluesky post", () => {
  it("is cut to 300 characters, and keeps promise and link whole", () => {
    const cut = compose("We are looking into it. ".repeat(30));
    expect(cut.notes).toEqual(["cut to fit"]);
    expect(cut.length!.used).toBeLessThanOrEqual(300);
    expect(cut.text).toMatch(/\nNext update by 20:40 UTC\.\nhttps:\/\/status\.example\.org$/);
    expect(cut.payload).toMatchObject({
      record: { facets: [{ features: [{ uri: "https://status.example.org" }] }] },
    });
  });

  it("keeps to 3,000 bytes where 300 characters are more", () => {
    const { text } = compose("👩‍👩‍👧‍👦".repeat(290));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_000);
    expect(postLength("👩‍👩‍👧‍👦")).toBe(3);
  });

  it("is refused where promise and link alone are too long", () => {
    const long = messageOf("Down.", { keep: "Next update soon. ".repeat(20) });
    expect(() => connect("https://bsky.social").compose(long, contextFor())).toThrow(TooLong);
  });

  it("has the time of the update, not of the attempt", () => {
    const { payload } = compose("Down.");
    expect(payload).toMatchObject({ record: { createdAt: NOW.toISOString(), langs: ["en"] } });
  });
});

describe("a Bluesky channel", () => {
  const clock = new ScriptedClock(NOW);
  let sandbox: Sandbox;
  let base: string;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock, quotas: false });
    base = String(sandbox.channels.bluesky.baseUrl);
  });
  afterAll(() => sandbox.close());
  const posts = () => sandbox.world().blueskyPosts;
  const logIns = () => sandbox.requests.filter(({ path }) => path.endsWith("createSession")).length;

  it("puts a record where none is, below the post before in the first one's thread", async () => {
    const channel = connect(base);
    const root = await channel.publish(compose("Down."), NOWHERE, signal);
    const second = await channel.publish(compose("Found."), { root, previous: root }, signal);
    await channel.publish(compose("Fixed."), { root, previous: second }, signal);
    const bodies = sandbox.requests
      .filter(({ path }) => path.endsWith("putRecord"))
      .map(({ body }) => JSON.parse(body));
    expect(bodies[0]).toMatchObject({ swapRecord: null, repo: "did:plc:sandbox234567sandbox2345" });
    expect(bodies[0].record).not.toHaveProperty("reply");
    expect(bodies[2].record.reply).toEqual({ root: root.extra, parent: second.extra });
  });

  it("is heard once where it says the same post twice", async () => {
    const post = compose("Said twice.");
    const first = await connect(base).publish(post, NOWHERE, signal);
    const before = posts();
    expect(await connect(base).publish(post, NOWHERE, signal)).toEqual(first);
    expect(posts()).toEqual(before);
  });

  it("leaves a post alone that is out in other words, and finds it", async () => {
    const channel = connect(base);
    const first = await channel.publish(compose("Down since 20:10.", { key: "one" }), NOWHERE, signal);
    const before = posts();
    const again = compose("Down since 20:12.", { key: "one" });
    const error = await failureOf(channel.publish(again, NOWHERE, signal), SECRETS);
    expect(error).toMatchObject({ fate: "unknown", code: "BLUESKY_KEY_TAKEN" });
    expect(posts()).toEqual(before);
    expect(await channel.find!(again, NOWHERE, NOW, signal)).toEqual({ found: first });
    expect(await channel.verify!(first, again, NOWHERE, signal)).toMatchObject({ state: "altered" });
  });

  it("finds by its key what a run said whose ledger is gone, behind a hundred others", async () => {
    const channel = connect(base);
    const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);
    const lost = await channel.publish(compose("Lost at 20:10.", { key: "lost" }), NOWHERE, signal);
    for (let other = 1; other <= 120; other++)
      await channel.publish(compose(`Other ${other}.`, { at: minutes(other) }), NOWHERE, signal);
    const again = compose("Lost at 23:10.", { key: "lost", at: minutes(180) });
    expect(await channel.find!(again, NOWHERE, NOW, signal)).toEqual({ found: lost });
    const absent = { found: null, conclusive: true };
    expect(await channel.find!(again, NOWHERE, minutes(60), signal)).toMatchObject(absent);
  });

  it("makes only addresses live, whomever the words name", async () => {
    await connect(base).publish(
      compose("@someone.example.com: see https://example.com/help, #down"),
      NOWHERE,
      signal,
    );
    expect(posts().at(-1)?.live).toEqual(["https://example.com/help", "https://status.example.org"]);
  });

  it("logs in once for an hour, and shows the password to nothing but the log-in", async () => {
    const channel = connect(base, { clock });
    const before = logIns();
    const from = sandbox.requests.length;
    await channel.publish(compose("One."), NOWHERE, signal);
    clock.advance(59 * 60_000);
    await channel.publish(compose("Two."), NOWHERE, signal);
    expect(logIns()).toBe(before + 1);
    clock.advance(2 * 60_000);
    await channel.publish(compose("Three."), NOWHERE, signal);
    expect(logIns()).toBe(before + 2);
    const told = sandbox.requests.slice(from).filter((request) => JSON.stringify(request).includes(PASSWORD));
    expect(new Set(told.map(({ path }) => path))).toEqual(
      new Set(["/xrpc/com.atproto.server.createSession"]),
    );
  });

  it("has sent nothing where its session has run out, and logs in again", async () => {
    // The channel's clock stands, the server's goes on: a machine that slept.
    const channel = connect(base);
    await channel.publish(compose("Before sleep."), NOWHERE, signal);
    clock.advance(3 * 60 * 60_000);
    const post = compose("After sleep.");
    const error = await failureOf(channel.publish(post, NOWHERE, signal), SECRETS);
    expect(error).toMatchObject({ fate: "not-sent", code: "BLUESKY_TOKEN_EXPIRED" });
    await channel.publish(post, NOWHERE, signal);
    expect(posts().at(-1)?.text).toContain("After sleep.");
  });

  it.each<[Fault, string]>([
    ["down", "not-sent"],
    ["unauthorized", "refused"],
    ["refuse", "refused"],
    ["rate-limit", "not-sent"],
    ["hang", "not-sent"],
    ["lost-answer", "not-sent"],
    ["slow-answer", "not-sent"],
    ["server-error", "not-sent"],
  ])("has surely said nothing where the log-in meets %s", async (fault, fate) => {
    const before = posts();
    const post = compose("Not said.");
    sandbox.fault("bluesky", fault);
    try {
      const attempt = connect(base, { timeoutMs: 150 }).publish(post, NOWHERE, signal);
      expect(await failureOf(attempt, SECRETS)).toMatchObject({ fate });
    } finally {
      sandbox.fault("bluesky", null);
    }
    expect(posts()).toEqual(before);
  });

  it.each([
    ["a page of HTML", { status: 200, body: "<html>" }],
    ["a session without a token", { status: 200, body: { did: "did:plc:x", handle: "x.example.com" } }],
    ["a bad gateway", { status: 502, body: `<html>${PASSWORD}</html>` }],
  ] as [string, Reply][])(
    "has surely said nothing where the log-in is answered with %s",
    async (_, reply) => {
      await using server = await listen(() => reply);
      const attempt = connect(server.url).publish(compose("Not said."), NOWHERE, signal);
      expect(await failureOf(attempt, SECRETS)).toMatchObject({ fate: "not-sent" });
      expect(server.requests).toHaveLength(1);
    },
  );

  it("removes a post, and one that is gone already", async () => {
    const channel = connect(base);
    const post = compose("Wrong.");
    const receipt = await channel.publish(post, NOWHERE, signal);
    await channel.remove!(receipt, signal);
    await channel.remove!(receipt, signal);
    expect(posts().some(({ uri }) => uri === receipt.remoteId)).toBe(false);
    expect(await channel.find!(post, NOWHERE, NOW, signal)).toMatchObject({ found: null, conclusive: true });
    // Unlike elsewhere, the same post may be put again.
    expect(await channel.publish(post, NOWHERE, signal)).toEqual(receipt);
  });

  it("does not amend: readers may go on seeing the first words", () => {
    expect(connect(base).amend).toBeUndefined();
  });
});

const session = { did: "did:plc:x", handle: "status.example.com", accessJwt: "jwt-1", refreshJwt: "r" };
/** A server that logs everyone in, and then answers as told. */
const serverWith = (reply: Reply) =>
  listen(({ path }) => (path.endsWith("createSession") ? { status: 200, body: session } : reply));

describe("what a Bluesky server says", () => {
  const post = () => compose("Down.");

  it("of a record that it lacks is conclusive, also in the words of older servers", async () => {
    const message = "Could not locate record: at://did:plc:x/app.bsky.feed.post/2222222222222";
    await using older = await listen(({ path }) => {
      if (path.endsWith("createSession")) return { status: 200, body: session };
      if (path.includes("listRecords")) return { status: 200, body: { records: [] } };
      return { status: 400, body: { error: "InvalidRequest", message } };
    });
    const search = await connect(older.url).find!(post(), NOWHERE, NOW, signal);
    expect(search).toMatchObject({ found: null, conclusive: true });
  });

  it("of a repository that it does not know is not", async () => {
    const body = { error: "InvalidRequest", message: "Could not find repo: did:plc:x" };
    await using other = await serverWith({ status: 400, body });
    expect(await connect(other.url).find!(post(), NOWHERE, NOW, signal)).toMatchObject({ conclusive: false });
  });

  it.each([
    [{ "retry-after": "30" }, 30],
    [{ "ratelimit-reset": String(NOW.getTime() / 1000 + 240) }, 240],
    [{ "retry-after": "30", "ratelimit-reset": String(NOW.getTime() / 1000 + 240) }, 30],
  ])("with %o is waited for", async (headers, seconds) => {
    await using server = await serverWith({ status: 429, headers, body: { error: "RateLimitExceeded" } });
    const error = await failureOf(connect(server.url).publish(post(), NOWHERE, signal), SECRETS);
    expect(error).toMatchObject({ fate: "not-sent", retryAt: new Date(NOW.getTime() + seconds * 1000) });
  });

  it("without naming the record leaves the outcome open", async () => {
    await using vague = await serverWith({ status: 200, body: { validationStatus: "valid" } });
    const error = await failureOf(connect(vague.url).publish(post(), NOWHERE, signal), SECRETS);
    expect(error).toMatchObject({ fate: "unknown", code: "BLUESKY_NO_RECEIPT" });
  });

  it.each([
    [401, "AuthMissing", "BLUESKY_TOKEN_REFUSED"],
    [400, "InvalidToken", "BLUESKY_TOKEN_REFUSED"],
    [401, "AuthFactorTokenRequired", "BLUESKY_CODE_ASKED"],
    [400, "AccountDeactivated", "BLUESKY_ACCOUNT_CLOSED"],
    [400, "InvalidRequest", "BLUESKY_REFUSED"],
  ])("with %i %s is a refusal with a way out", async (status, error, code) => {
    await using server = await serverWith({ status, body: { error, message: "no" } });
    const failure = await failureOf(connect(server.url).publish(post(), NOWHERE, signal), SECRETS);
    expect(failure).toMatchObject({ fate: "refused", code, hint: expect.stringMatching(/./) });
  });
});

describe("the link to a Bluesky post", () => {
  const made = { uri: "at://did:plc:x/app.bsky.feed.post/3k2a", cid: "bafy" };

  it("leads to the public site, and nowhere in a rehearsal", () => {
    expect(receiptOf(made, "https://pds.example.com").url).toBe(
      "https://bsky.app/profile/did:plc:x/post/3k2a",
    );
    expect(receiptOf(made, "http://127.0.0.1:4010/bluesky").url).toBeNull();
  });
});

describe("the check of a Bluesky channel", () => {
  it("warns of a password that is not one for apps", async () => {
    await using server = await serverWith({ status: 200, body: { records: [] } });
    const levels = async (password: string) =>
      (await connect(server.url, { password }).check(signal)).map(({ level }) => level);
    expect(await levels("abcd-efgh-ijkl-mnop")).toEqual(["ok", "ok"]);
    expect(await levels("correct horse")).toEqual(["ok", "warn", "ok"]);
  });

  it("fails for an account that is out of use", async () => {
    await using server = await listen(() => ({ status: 200, body: { ...session, active: false } }));
    expect(await connect(server.url).check(signal)).toMatchObject([{ level: "fail" }]);
  });
});
