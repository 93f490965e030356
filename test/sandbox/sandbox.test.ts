import http from "node:http";
import { describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Fault } from "../../src/sandbox/world.ts";
import { type Arena, enter, START } from "./arena.ts";
import { ask } from "./ask.ts";
import { signed } from "./sign.ts";

/** A post to each HTTP imitation that succeeds on a healthy day, and how many of them have taken effect. */
const POSTS: Record<
  "twitter" | "slack" | "discourse" | "statuspage",
  {
    url: string;
    body: unknown;
    headers(url: string): Record<string, string>;
    count(arena: Arena): number;
  }
> = {
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
};
const VENDORS = Object.keys(POSTS) as (keyof typeof POSTS)[];

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
    });
  });

  it.each(VENDORS)("takes a post for %s below its prefix only", async (vendor) => {
    const arena = await enter();
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
    const arena = await enter();
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
    const arena = await enter();
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
    const arena = await enter();
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
      const arena = await enter();
      arena.sandbox.fault(vendor, fault);
      const waiting = post(arena, vendor).catch((error: NodeJS.ErrnoException) => error.code);
      while (arena.sandbox.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
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

  it("gives four ports in a row to the HTTP imitations when it is told the first", async () => {
    let arena: Arena | undefined;
    for (let port = 41_000; arena === undefined; port += 10)
      arena = await enter({ httpPort: port }).catch(() => undefined);
    const ports = VENDORS.map((vendor) => Number(new URL(arena.setting(vendor, "baseUrl")).port));
    expect(ports.map((port) => port - (ports[0] ?? 0))).toEqual([0, 1, 2, 3]);
  });

  it("shows a world that later posts do not change", async () => {
    const arena = await enter();
    const before = arena.sandbox.world();
    for (const vendor of VENDORS) await post(arena, vendor);
    expect(before).toMatchObject({
      tweets: [],
      mails: [],
      topics: [],
      slackMessages: [],
      hostedIncidents: [],
      hostedComponents: {},
    });
  });
});
