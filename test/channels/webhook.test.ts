import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Post } from "../../src/channels/contract.ts";
import { webhook } from "../../src/channels/webhook/index.ts";
import { readSecrets, signatureHeaders } from "../../src/channels/webhook/sign.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { readSettings } from "./ground.ts";
import {
  contextFor,
  deadAddress,
  failureOf,
  kitFor,
  listen,
  messageOf,
  NOW,
  NOWHERE,
  type Reply,
} from "./loopback.ts";

const OLD = `whsec_${Buffer.from("an old key of some thirty bytes").toString("base64")}`;
const NEW = `whsec_${Buffer.from("a new key of some thirty bytes!").toString("base64")}`;
const signal = new AbortController().signal;
const ok: Reply = { status: 204, body: "" };

function connect(more: Readonly<Record<string, unknown>>, clock = new ScriptedClock(NOW)) {
  const settings = readSettings(webhook, { kind: "webhook", secret: NEW, ...more });
  return webhook.connect(settings as never, kitFor({ clock }));
}

function compose(words: string): Post {
  return connect({ baseUrl: "https://example.com" }).compose(messageOf(words), contextFor())[0]!;
}

const signed = (secret: string, content: string) =>
  `v1,${createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
    .update(content)
    .digest("base64")}`;

describe("webhook settings", () => {
  const good = { kind: "webhook", secret: "env:HOOK_SECRET" };

  it("take an address in the open, or as a secret, or both", () => {
    for (const more of [{ baseUrl: "https://example.com/x" }, { url: "env:HOOK" }])
      expect(webhook.settings.safeParse({ ...good, ...more }).success).toBe(true);
    expect(webhook.settings.parse({ ...good, url: "env:HOOK", baseUrl: "http://127.0.0.1:1" })).toMatchObject(
      {
        deduplicates: false,
      },
    );
  });

  it("are refused without an address", () => {
    expect(webhook.settings.safeParse(good).success).toBe(false);
  });
});

describe("a signature", () => {
  it("is the one that the reference libraries are tested with", () => {
    const secrets = readSecrets(new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    const at = new Date(1_614_265_330_000);
    expect(
      signatureHeaders("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}', secrets ?? []),
    ).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("is made with each of several secrets, over exactly what is sent", async () => {
    await using server = await listen(() => ok);
    await connect({ baseUrl: server.url, secret: `${NEW} ${OLD}\n` }).publish(
      compose("Down."),
      NOWHERE,
      signal,
    );
    const [request] = server.requests;
    const content = `0123456789abcdef-1.${NOW.getTime() / 1000}.${request?.body}`;
    expect(request?.headers["webhook-signature"]).toBe(`${signed(NEW, content)} ${signed(OLD, content)}`);
  });

  it.each(["whsec_", "whsec_c2hvcnQ=", `${NEW} nothing`, "sesame", `whsec_${"A".repeat(100)}`, "  "])(
    "is not made with %j: nothing is sent",
    async (secret) => {
      await using server = await listen(() => ok);
      const channel = connect({ baseUrl: server.url, secret });
      expect(await failureOf(channel.publish(compose("Down."), NOWHERE, signal), [NEW])).toMatchObject({
        fate: "refused",
        code: "WEBHOOK_SECRET_MALFORMED",
      });
      expect(await channel.check(signal)).toMatchObject([{ name: "credential", level: "fail" }]);
      expect(server.requests).toEqual([]);
    },
  );
});

describe("a post to a webhook", () => {
  it("is one document with what happened, what is said, and no more", () => {
    expect(compose("Orders <b>fail</b>.").payload).toEqual({
      type: "status.update",
      timestamp: "2010-06-29T20:10:00.000Z",
      data: {
        version: 1,
        property: { name: "Amazon.com", url: null, statusUrl: null },
        incident: {
          id: "2010-06-29-amazon-com-unavailable",
          title: "Amazon.com unavailable",
          type: "incident",
          phase: "investigating",
          impact: "critical",
          components: [],
          startedAt: "2010-06-29T20:10:00.000Z",
          endsAt: null,
          nextUpdateAt: null,
        },
        update: { id: "u1", number: 1, verb: "announce", at: "2010-06-29T20:10:00.000Z" },
        message: {
          locale: "en",
          subject: "Amazon.com unavailable",
          text: "Orders <b>fail</b>.",
          html: "<p>Orders &lt;b&gt;fail&lt;/b&gt;.</p>",
          short: "Orders <b>fail</b>.",
          link: "https://status.example.org",
        },
      },
    });
  });

  it("bears one id over all attempts, and each attempt's own time", async () => {
    await using server = await listen(() => ok);
    const clock = new ScriptedClock(NOW);
    const channel = connect({ baseUrl: server.url }, clock);
    const post = compose("Down.");
    await channel.publish(post, NOWHERE, signal);
    clock.advance(60_000);
    await channel.publish(post, NOWHERE, signal);
    const [first, second] = server.requests.map(({ headers }) => headers);
    expect(second?.["webhook-id"]).toBe(first?.["webhook-id"]);
    expect(Number(second?.["webhook-timestamp"]) - Number(first?.["webhook-timestamp"])).toBe(60);
  });

  it("is taken once by a receiver that knows its id, and not at all with a wrong or an old signature", async () => {
    const clock = new ScriptedClock(NOW);
    const sandbox = await startSandbox({ clock });
    try {
      const { baseUrl, secret } = sandbox.channels.webhook;
      const post = compose("Down.");
      const channel = connect({ baseUrl, secret });
      const receipt = await channel.publish(post, NOWHERE, signal);
      expect(receipt).toEqual({ remoteId: post.key, url: null, extra: { status: 200 } });
      await channel.publish(post, NOWHERE, signal);
      const refused = connect({ baseUrl, secret: NEW }).publish(post, NOWHERE, signal);
      expect(await failureOf(refused, [NEW])).toMatchObject({ fate: "refused", code: "WEBHOOK_NOT_OPEN" });
      clock.advance(6 * 60_000);
      expect(await failureOf(channel.publish(post, NOWHERE, signal), [NEW])).toMatchObject({
        fate: "refused",
      });
      expect(sandbox.world().webhookEvents).toMatchObject([{ id: post.key, type: "status.update" }]);
    } finally {
      await sandbox.close();
    }
  });

  it("may go out again by itself only to a receiver that is said to drop what it has", async () => {
    const sandbox = await startSandbox({ clock: new ScriptedClock(NOW) });
    try {
      const { baseUrl, secret } = sandbox.channels.webhook;
      const post = compose("Down.");
      const fateOf = async (deduplicates: boolean) =>
        (await failureOf(connect({ baseUrl, secret, deduplicates }).publish(post, NOWHERE, signal), [NEW]))
          .fate;
      sandbox.fault("webhook", "lost-answer");
      expect(await fateOf(false)).toBe("unknown");
      expect(await fateOf(true)).toBe("not-sent");
      sandbox.fault("webhook", "refuse");
      expect(await fateOf(true)).toBe("refused");
      sandbox.fault("webhook", null);
      await connect({ baseUrl, secret, deduplicates: true }).publish(post, NOWHERE, signal);
      expect(sandbox.world().webhookEvents).toHaveLength(1);
    } finally {
      await sandbox.close();
    }
  });
});

describe("a webhook's address", () => {
  it("is asked as it is, query and all", async () => {
    await using server = await listen(() => ok);
    await connect({ url: `${server.url}/a/b?token=x` }).publish(compose("x"), NOWHERE, signal);
    await connect({ url: "https://example.com/a/b?token=x", baseUrl: `${server.url}/via` }).publish(
      compose("x"),
      NOWHERE,
      signal,
    );
    await connect({ baseUrl: `${server.url}/here` }).publish(compose("x"), NOWHERE, signal);
    expect(server.requests.map(({ path }) => path)).toEqual(["/a/b?token=x", "/via/a/b?token=x", "/here"]);
  });

  it.each(["example.com/hook", "http://example.com/hook", "ftp://example.com", "nothing"])(
    "is not %j, over which nothing goes out",
    async (url) => {
      const error = await failureOf(connect({ url }).publish(compose("x"), NOWHERE, signal), [NEW]);
      expect(error).toMatchObject({ fate: "refused", code: "WEBHOOK_ADDRESS_MALFORMED" });
    },
  );

  it("stays out of errors, however the receiver repeats it", async () => {
    const words = ["/hooks/very-secret-path?token=sesame%2Fopen", "sesame%2Fopen", "sesame/open"];
    await using server = await listen(() => ({ status: 410, body: words.join(" ") }));
    const channel = connect({ url: `${server.url}${words[0]}` });
    const error = await failureOf(channel.publish(compose("x"), NOWHERE, signal), [
      "very-secret",
      "sesame",
      NEW,
    ]);
    expect(error.message).toBe("the receiver answers 410: [secret] [secret] [secret]");
  });
});

describe("checking a webhook", () => {
  it("asks the host's root and nothing else", async () => {
    await using server = await listen(() => ({ status: 404, body: "" }));
    const findings = await connect({ url: `${server.url}/hook?token=sesame-open` }).check(signal);
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok"]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /"]);
    expect(server.requests[0]?.headers["webhook-signature"]).toBeUndefined();
  });

  it("fails where nobody answers", async () => {
    const [, target] = await connect({ baseUrl: await deadAddress() }).check(signal);
    expect(target).toMatchObject({ name: "target", level: "fail", hint: expect.stringMatching(/./) });
  });
});
