import { createHmac } from "node:crypto";
import http from "node:http";
import { describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Fault, Imitation } from "../../src/sandbox/world.ts";
import { type Arena, enter, START } from "./arena.ts";
import { ask } from "./ask.ts";
import { signed } from "./sign.ts";

/** A post to each HTTP imitation that succeeds on a healthy day, and how many of them have taken effect. */
interface Post {
  url: string;
  body: unknown;
  headers(url: string): Record<string, string>;
  count(arena: Arena): number;
}
const POSTS = {
  twitter: {
    url: "/2/tweets",
    body: { text: "Storefront is down" },
    headers: (url) => signed("POST", url),
    count: (arena) => arena.sandbox.world().tweets.length,
  },
  slack: {
    url: "/api/chat.postMessage",
    body: { channel: "C0123456", text: "Storefront is down" },
    headers: () => ({ authorization: "Bearer xoxb-sandbox" }),
    count: (arena) => arena.sandbox.world().slackMessages.length,
  },
  discourse: {
    url: "/posts.json",
    body: {
      title: "Storefront is down today",
      raw: "We are looking into it right now.",
      category: 7,
    },
    headers: () => ({
      "api-key": "sandbox-discourse-key",
      "api-username": "status",
    }),
    count: (arena) => arena.sandbox.world().topics.length,
  },
  statuspage: {
    url: "/v1/pages/sandboxpage1/incidents",
    body: { incident: { name: "Storefront is down", body: "We are looking." } },
    headers: () => ({ authorization: "OAuth sandbox-statuspage-key" }),
    count: (arena) => arena.sandbox.world().hostedIncidents.length,
  },
  discord: {
    url: "/api/v10/webhooks/1100000000000000001/sandbox-Webhook_token-0123456789",
    body: { content: "Storefront is down" },
    headers: () => ({}),
    count: (arena) => arena.sandbox.world().discordMessages.length,
  },
  webhook: {
    url: "/in",
    body: { type: "status.update" },
    headers: () => {
      const timestamp = String(START.getTime() / 1000);
      const key = Buffer.from("c2FuZGJveCByZWNlaXZlcidzIHNlY3JldCE=", "base64");
      const content = `1.${timestamp}.${JSON.stringify({ type: "status.update" })}`;
      const signature = createHmac("sha256", key).update(content).digest("base64");
      return {
        "webhook-id": "1",
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
      };
    },
    count: (arena) => arena.sandbox.world().webhookEvents.length,
  },
  teams: {
    url: "/powerautomate/automations/direct/workflows/5a4db0x/triggers/manual/paths/invoke?sig=sandbox-Flow_signature-0123456789",
    body: {
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            type: "AdaptiveCard",
            version: "1.4",
            body: [{ type: "TextBlock", text: "Storefront is down" }],
          },
        },
      ],
    },
    headers: () => ({}),
    count: (arena) => arena.sandbox.world().teamsCards.length,
  },
  mastodon: {
    url: "/api/v1/statuses",
    body: { status: "Storefront is down" },
    headers: () => ({ authorization: "Bearer sandbox-mastodon-token" }),
    count: (arena) => arena.sandbox.world().toots.length,
  },
  bluesky: {
    url: "/xrpc/com.atproto.repo.putRecord",
    body: {
      repo: "status.example.com",
      collection: "app.bsky.feed.post",
      rkey: "3lzmvw2oz2c2a",
      record: {
        $type: "app.bsky.feed.post",
        text: "Storefront is down",
        createdAt: START.toISOString(),
      },
    },
    // The first session of an account; `enterLoggedIn` opens it.
    headers: () => ({ authorization: "Bearer sandbox-access-jwt-1" }),
    count: (arena) => arena.sandbox.world().blueskyPosts.length,
  },
  apprise: {
    url: "/notify/sandbox-apprise-key",
    body: { title: "Storefront is down", body: "We are looking." },
    headers: () => ({}),
    count: (arena) => arena.sandbox.world().notifications.length,
  },
  nodebb: {
    url: "/api/v3/topics/",
    body: { cid: 2, title: "Storefront is down", content: "We are looking into it right now." },
    headers: () => ({ authorization: "Bearer sandbox-nodebb-token" }),
    count: (arena) => arena.sandbox.world().nodebbTopics.length,
  },
} satisfies Partial<Record<Imitation, Post>>;
const VENDORS = Object.keys(POSTS) as (keyof typeof POSTS)[];

/** On Bluesky nobody speaks without a session. */
async function enterLoggedIn(): Promise<Arena> {
  const arena = await enter();
  const { identifier, appPassword: password } = arena.sandbox.channels.bluesky;
  const address = `${arena.setting("bluesky", "baseUrl")}/xrpc/com.atproto.server.createSession`;
  await ask(address, { body: { identifier, password } });
  return arena;
}

function post(arena: Arena, vendor: keyof typeof POSTS) {
  const { url, body, headers } = POSTS[vendor];
  const address = arena.setting(vendor, "baseUrl") + url;
  return ask(address, { body, headers: headers(address) });
}

/** Each vendor's way of saying it: HTTP status and a word of the body. */
const SAYINGS: Record<keyof typeof POSTS, Partial<Record<Fault, [number, string]>>> = {
  twitter: {
    unauthorized: [401, "Unauthorized"],
    refuse: [403, "about:blank"],
    "rate-limit": [429, '"code":88'],
    "server-error": [500, ""],
  },
  slack: {
    unauthorized: [200, "invalid_auth"],
    refuse: [200, "restricted_action"],
    "rate-limit": [429, "ratelimited"],
    "server-error": [500, ""],
  },
  discourse: {
    unauthorized: [403, "invalid_access"],
    refuse: [422, "errors"],
    "rate-limit": [429, "wait_seconds"],
    "server-error": [500, ""],
  },
  statuspage: {
    unauthorized: [401, "error"],
    refuse: [422, "error"],
    "rate-limit": [420, "error"],
    "server-error": [500, ""],
  },
  discord: {
    unauthorized: [401, "50027"],
    refuse: [400, "50035"],
    "rate-limit": [429, "retry_after"],
    "server-error": [500, "<html>"],
  },
  webhook: {
    unauthorized: [401, "signature"],
    refuse: [422, "not wanted"],
    "rate-limit": [429, "too many"],
    "server-error": [500, ""],
  },
  teams: {
    unauthorized: [401, "DirectApiAuthorizationRequired"],
    refuse: [400, "TriggerInputSchemaMismatch"],
    "rate-limit": [429, "TooManyRequests"],
    "server-error": [500, ""],
  },
  mastodon: {
    unauthorized: [401, "access token"],
    refuse: [403, "disabled"],
    "rate-limit": [429, "Too many requests"],
    "server-error": [500, "<html>"],
  },
  bluesky: {
    unauthorized: [401, "AuthenticationRequired"],
    refuse: [400, "AccountTakedown"],
    "rate-limit": [429, "RateLimitExceeded"],
    "server-error": [500, "InternalServerError"],
  },
  apprise: {
    unauthorized: [401, "Unauthorized"],
    refuse: [424, "error=403"],
    "rate-limit": [424, "error=429"],
    "server-error": [500, ""],
  },
  // In an installation that speaks German, too many posts look like any other fault.
  nodebb: {
    unauthorized: [401, "not-authorised"],
    refuse: [403, "forbidden"],
    "rate-limit": [400, "warten"],
    "server-error": [500, ""],
  },
};

describe("the sandbox", () => {
  it("hands out settings that can be pasted into a configuration file", async () => {
    const { sandbox } = await enter({ hostedComponents: ["storefront"] });
    expect(JSON.parse(JSON.stringify(sandbox.channels))).toMatchObject({
      twitter: {
        kind: "twitter",
        baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/x$/),
      },
      email: {
        kind: "email",
        smtp: expect.stringMatching(/^smtp:\/\/127\.0\.0\.1:\d+$/),
        from: "Amazon.com Status <status@example.com>",
        to: ["announce@lists.example.com"],
      },
      discourse: { kind: "discourse", username: "status", category: 7 },
      slack: { kind: "slack", token: "xoxb-sandbox", channel: "C0123456" },
      statuspage: {
        kind: "statuspage",
        components: { storefront: "storefront" },
      },
      discord: { kind: "discord", webhook: expect.stringMatching(/\/api\/webhooks\/\d+\//) },
      webhook: { kind: "webhook", secret: expect.stringMatching(/^whsec_/) },
      teams: { kind: "teams", webhook: expect.stringContaining("sig=") },
      mastodon: { kind: "mastodon", accessToken: "sandbox-mastodon-token" },
      bluesky: { kind: "bluesky", identifier: "status.example.com" },
      apprise: { kind: "apprise", key: "sandbox-apprise-key" },
      nodebb: { kind: "nodebb", token: "sandbox-nodebb-token", category: 2 },
    });
  });

  it.each(VENDORS)("takes a post for %s below its prefix only", async (vendor) => {
    const arena = await enterLoggedIn();
    const { url, body, headers } = POSTS[vendor];
    const origin = new URL(arena.setting(vendor, "baseUrl")).origin;
    expect((await ask(origin + url, { body, headers: headers(origin + url) })).status).toBe(404);
    expect(POSTS[vendor].count(arena)).toBe(0);
    expect((await post(arena, vendor)).status).toBeLessThan(300);
    expect(POSTS[vendor].count(arena)).toBe(1);
    expect(arena.sandbox.requests.at(-1)).toMatchObject({
      imitation: vendor,
      method: "POST",
      path: url,
    });
  });

  it.each(
    VENDORS.flatMap((vendor) =>
      (["unauthorized", "refuse", "rate-limit", "server-error"] as const).map(
        (fault) => [vendor, fault] as const,
      ),
    ),
  )("lets %s say %s in its own words, without effect", async (vendor, fault) => {
    const arena = await enterLoggedIn();
    arena.sandbox.fault(vendor, fault);
    const [status, word] = SAYINGS[vendor][fault] ?? [0, ""];
    const reply = await post(arena, vendor);
    expect(reply.status).toBe(status);
    expect(reply.text).toContain(word);
    expect(POSTS[vendor].count(arena)).toBe(0);
    expect(arena.sandbox.requests.at(-1)?.status).toBe(status);
    arena.sandbox.fault(vendor, null);
    expect((await post(arena, vendor)).status).toBeLessThan(300);
  });

  it.each(VENDORS)("refuses connections to %s while it is down, and only to it", async (vendor) => {
    const arena = await enterLoggedIn();
    arena.sandbox.fault(vendor, "down");
    await expect(post(arena, vendor)).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    for (const other of VENDORS.filter((each) => each !== vendor))
      expect((await post(arena, other)).status).toBeLessThan(300);
    arena.sandbox.fault(vendor, null);
    expect((await post(arena, vendor)).status).toBeLessThan(300);
    expect(POSTS[vendor].count(arena)).toBe(1);
  });

  it.each(VENDORS)("takes the post for %s and loses the answer", async (vendor) => {
    const arena = await enterLoggedIn();
    arena.sandbox.fault(vendor, "lost-answer");
    await expect(post(arena, vendor)).rejects.toMatchObject({
      code: "ECONNRESET",
    });
    expect(POSTS[vendor].count(arena)).toBe(1);
    expect(arena.sandbox.requests.at(-1)?.status).toBeNull();
  });

  it.each(VENDORS.flatMap((vendor) => [[vendor, "hang", 0] as const, [vendor, "slow-answer", 1] as const]))(
    "keeps the caller of %s waiting under %s, and takes %i",
    async (vendor, fault, count) => {
      const arena = await enterLoggedIn();
      arena.sandbox.fault(vendor, fault);
      const before = arena.sandbox.requests.length;
      const waiting = post(arena, vendor).catch((error: NodeJS.ErrnoException) => error.code);
      while (arena.sandbox.requests.length === before) await new Promise((resolve) => setImmediate(resolve));
      expect(POSTS[vendor].count(arena)).toBe(count);
      await arena.sandbox.close();
      expect(await waiting).toBe("ECONNRESET");
    },
  );

  it("closes at once while connections idle, requests hang and an imitation is down", async () => {
    const arena = await enter();
    const agent = new http.Agent({ keepAlive: true });
    await new Promise<void>((resolve) => {
      http.get(`${arena.setting("discourse", "baseUrl")}/site/basic-info.json`, { agent }, (response) => {
        response.resume().on("end", resolve);
      });
    });
    arena.sandbox.fault("slack", "hang");
    arena.sandbox.fault("statuspage", "down");
    const hung = post(arena, "slack").catch(() => "cut");
    while (arena.sandbox.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const before = performance.now();
    await arena.sandbox.close();
    expect(performance.now() - before).toBeLessThan(500);
    expect(await hung).toBe("cut");
    agent.destroy();
    await expect(post(arena, "discourse")).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    await arena.sandbox.close();
  });

  it("stays closed when a fault is lifted in the moment of closing", async () => {
    const arena = await enter();
    arena.sandbox.fault("slack", "down");
    arena.sandbox.fault("slack", null);
    await arena.sandbox.close();
    await expect(post(arena, "slack")).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  it("comes back when it goes down and up within a moment", async () => {
    const arena = await enter();
    for (const fault of ["down", null, "down", null] as const) arena.sandbox.fault("slack", fault);
    expect((await post(arena, "slack")).status).toBe(200);
  });

  it("listens on the ports it is given, and gives all up when one is taken", async () => {
    const first = await enter();
    const taken = Number(new URL(first.setting("email", "smtp")).port);
    await expect(startSandbox({ clock: new ScriptedClock(START), smtpPort: taken })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await first.sandbox.close();
    const again = await enter({ smtpPort: taken });
    expect(again.setting("email", "smtp")).toBe(`smtp://127.0.0.1:${taken}`);
  });

  it("gives ports in a row to the HTTP imitations when it is told the first, and leaves one for mail", async () => {
    let arena: Arena | undefined;
    for (let port = 41_000; arena === undefined; port += 20)
      arena = await enter({ httpPort: port }).catch(() => undefined);
    const ports = VENDORS.map((vendor) => Number(new URL(arena.setting(vendor, "baseUrl")).port));
    expect(ports.map((port) => port - (ports[0] ?? 0))).toEqual([
      ...[0, 1, 2, 3],
      ...[5, 6, 7, 8, 9, 10, 11],
    ]);
  });

  it("shows a world that later posts do not change", async () => {
    const arena = await enterLoggedIn();
    const before = arena.sandbox.world();
    for (const vendor of VENDORS) {
      await post(arena, vendor);
      expect(POSTS[vendor].count(arena)).toBe(1);
    }
    expect(before).toEqual({
      tweets: [],
      mails: [],
      topics: [],
      slackMessages: [],
      discordMessages: [],
      webhookEvents: [],
      teamsCards: [],
      toots: [],
      blueskyPosts: [],
      notifications: [],
      nodebbTopics: [],
      hostedIncidents: [],
      hostedComponents: {},
    });
  });
});
