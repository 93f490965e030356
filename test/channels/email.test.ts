import { once } from "node:events";
import { inspect } from "node:util";
import { simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
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
} from "../../src/channels/contract.ts";
import { parseAddress } from "../../src/channels/email/address.ts";
import { sendMail } from "../../src/channels/email/client.ts";
import type { MailPayload } from "../../src/channels/email/compose.ts";
import { email } from "../../src/channels/email/index.ts";
import { readServer } from "../../src/channels/email/server.ts";
import type { Message } from "../../src/render/document.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { type KitChange, kitFor } from "./loopback.ts";
import { listenRaw, portOf, type Script, startScript as startScriptedServer } from "./scripted-smtp.ts";

const PASSWORD = "correct horse/battery";
const NOBODY: Place = { root: null, previous: null };

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe("the settings of a mail channel", () => {
  const good = {
    kind: "email",
    smtp: "env:SMTP_URL",
    from: "status@example.com",
    to: ["a@example.com"],
  };

  it("take an address list, and refuse empty lists and addresses named twice", () => {
    const accepted = (change: object) => email.settings.safeParse({ ...good, ...change }).success;
    expect(accepted({})).toBe(true);
    expect(
      accepted({
        replyTo: "Help <help@example.com>",
        unsubscribe: "https://example.com/u",
      }),
    ).toBe(true);
    expect(accepted({ to: [] })).toBe(false);
    expect(accepted({ to: ["a@example.com", "A <a@EXAMPLE.com>"] })).toBe(false);
    expect(accepted({ unsubscribe: "http://example.com/u" })).toBe(false);
    expect(accepted({ from: "status@example.com\r\nBcc: eve@example.com" })).toBe(false);
  });

  it("know one mailbox and nothing else", () => {
    expect(parseAddress("Amazon Status <status@example.com>")).toEqual({
      name: "Amazon Status",
      address: "status@example.com",
    });
    expect(parseAddress('"Status, Inc." <status@example.com>')?.name).toBe("Status, Inc.");
    for (const bad of [
      "a@example.com, b@example.com",
      "a@example.com; b@example.com",
      "team: a@example.com;",
      "<a@example.com> <b@example.com>",
      "a@b@example.com",
      '"a b"@example.com',
      "a@[127.0.0.1]",
      "a@example.com\nBcc: b@example.com",
      "Eve\u202e <a@example.com>",
      "a (comment) <a@example.com>",
      "a@-example.com",
      "a..b@example.com",
      "@example.com",
      "",
    ])
      expect(parseAddress(bad), bad).toBeNull();
  });
});

describe("composing mail", () => {
  it("makes one mail for each address, with its own id", () => {
    const channel = connect({ to: ["a@example.com", "Bob <b@example.com>"] });
    const posts = channel.compose(message(), context());
    expect(posts.map((post) => post.part)).toEqual(["a@example.com", "b@example.com"]);
    expect(payloadOf(posts[0]).messageId).toBe(`<${keyOf("a@example.com")}@example.com>`);
    expect(payloadOf(posts[1]).to).toEqual({
      name: "Bob",
      address: "b@example.com",
    });
    expect(JSON.stringify(posts[0])).not.toContain("b@example.com");
  });

  it("says the phase and the impact in words, escapes the text and links the status page", () => {
    const [post] = connect({}).compose(message({ subject: "Checkout <b>down</b>" }), context());
    const { html, text } = payloadOf(post);
    expect(html).toContain("Investigating · critical impact");
    expect(html).toContain("Checkout &lt;b&gt;down&lt;/b&gt;");
    expect(html).toContain('href="https://status.example.org/"');
    expect(html).toContain("&lt;script&gt;");
    expect(html).not.toContain("<script");
    expect(text).toContain("Status page: https://status.example.org/");
    expect(post?.text).toBe(text.trimEnd());
  });
});

describe("sending mail", () => {
  it("hands each mail over once, to one envelope recipient", async () => {
    const sandbox = await startSandbox({ clock: new ScriptedClock(NOW) });
    cleanups.push(() => sandbox.close());
    const channel = connect({
      smtp: String(sandbox.channels.email.smtp),
      to: ["a@example.com", "b@example.com"],
    });
    for (const post of channel.compose(message(), context())) {
      const receipt = await channel.publish(post, NOBODY, signal());
      expect(receipt.remoteId).toBe(payloadOf(post).messageId);
    }
    const { mails } = sandbox.world();
    expect(mails.map((mail) => [mail.to, mail.headerTo])).toEqual([
      ["a@example.com", "a@example.com"],
      ["b@example.com", "b@example.com"],
    ]);
    expect(mails[0]?.subject).toBe("Checkout is down");
    expect(mails[0]?.html).toContain("critical impact");
    expect(sandbox.requests.filter((request) => request.method === "DATA")).toHaveLength(2);
  });

  it("marks the mail as automatic, dates it by the update and offers one-click unsubscription", async () => {
    const judge = await startJudge();
    const channel = connect({
      smtp: judge.url,
      unsubscribe: "https://example.com/u?x=<y>",
    });
    await publishFirst(channel);
    const mail = await simpleParser(judge.raw[0] ?? "");
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(judge.raw[0]).toContain("List-Unsubscribe: <https://example.com/u?x=%3Cy%3E>\r\n");
    expect(judge.raw[0]).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    expect(judge.raw[0]).toMatch(/^Date: Tue, 29 Jun 2010 19:40:00 \+0000\r$/m);
    expect(mail.text).toContain("Unsubscribe: https://example.com/u");
  });

  it("sends the very same bytes in a second attempt", async () => {
    const judge = await startJudge();
    const channel = connect({ smtp: judge.url });
    await publishFirst(channel);
    await publishFirst(channel);
    expect(judge.raw[1]).toBe(judge.raw[0]);
  });

  it("keeps a follow-up in the thread, by the id that the first server gave", async () => {
    const judge = await startJudge();
    const channel = connect({ smtp: judge.url });
    const root: Receipt = {
      remoteId: "r",
      url: null,
      extra: { messageId: "<first@eu.relay.example>" },
    };
    const previous: Receipt = {
      remoteId: "p",
      url: null,
      extra: { messageId: "<second@eu.relay.example>" },
    };
    const [post] = channel.compose(message(), context());
    await channel.publish(post as Post, { root, previous }, signal());
    const mail = await simpleParser(judge.raw[0] ?? "");
    expect(mail.inReplyTo).toBe("<first@eu.relay.example>");
    expect(mail.references).toEqual(["<first@eu.relay.example>", "<second@eu.relay.example>"]);
  });

  it("remembers the id that a relay puts in place of ours", async () => {
    const judge = await startScript({
      final: "250 2.0.0 OK <new@abc.prod.outlook.com> [Hostname=x]",
    });
    const receipt = await publishFirst(connect({ smtp: judge.url }));
    expect(receipt).toEqual({
      remoteId: "<new@abc.prod.outlook.com>",
      url: null,
      extra: { messageId: "<new@abc.prod.outlook.com>" },
    });
  });

  it("gives an attacker no header, recipient or command, whatever stands in subject and names", async () => {
    const judge = await startJudge();
    const attack = "x\r\nBcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<eve@example.com>\u2028X-Evil: 1";
    const channel = connect({ smtp: judge.url, from: '"A, B" <status@example.com>' }, { property: attack });
    const [post] = channel.compose(message({ subject: attack }), context());
    await channel.publish(post as Post, NOBODY, signal());
    const mail = await simpleParser(judge.raw[0] ?? "");
    const names = mail.headerLines.map(({ key }) => key);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain("bcc");
    expect(names).not.toContain("x-evil");
    expect(mail.subject).toContain("Bcc: eve@example.com");
    expect(judge.envelopes).toEqual([{ from: "status@example.com", to: ["announce@lists.example.com"] }]);
  });

  it("logs in over a self-signed STARTTLS on loopback", async () => {
    const judge = await startJudge({
      authOptional: false,
      user: "mailer",
      password: PASSWORD,
      starttls: true,
    });
    await publishFirst(connect({ smtp: judge.url }));
    expect(judge.raw).toHaveLength(1);
    expect(judge.encrypted).toEqual([true]);
  });
});

describe("a mail that does not go out", () => {
  it("is not sent when the server never greets", async () => {
    const server = await listenRaw(() => undefined);
    cleanups.push(server.close);
    await expectFate({ smtp: server.url }, "not-sent", "MAIL_UNREACHABLE", {
      timeoutMs: 150,
    });
  });

  it("is not sent when the server falls silent before it takes the body", async () => {
    const server = await startScript({ silentAt: "DATA" });
    await expectFate({ smtp: server.url }, "not-sent", "MAIL_UNREACHABLE", {
      timeoutMs: 200,
    });
  });

  it("is not sent when the server hangs up before it takes the body", async () => {
    for (const cutAt of ["EHLO", "MAIL", "RCPT", "DATA"]) {
      const server = await startScript({ cutAt });
      await expectFate({ smtp: server.url }, "not-sent", "MAIL_UNREACHABLE");
    }
  });

  it("is refused when the login is, without a word of the password", async () => {
    const judge = await startJudge({
      authOptional: false,
      user: "mailer",
      password: "another",
    });
    const smtp = judge.url.replace("another", encodeURIComponent(PASSWORD));
    await expectFate({ smtp }, "refused", "MAIL_LOGIN_REFUSED");
  });

  it("trusts no self-signed certificate of a server that is not this machine", async () => {
    const server = new SMTPServer({ secure: true, logger: false, disableReverseLookup: true });
    server.on("error", () => undefined);
    const listening = server.listen(0, "127.0.0.1");
    await once(listening, "listening");
    cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
    const [post] = connect({}).compose(message(), context());
    const url = `smtps://mailer:open@127.0.0.1:${portOf(listening)}`;
    const attempt = sendMail(
      { ...readServer(new Secret(url), true), loopback: false },
      post?.payload as MailPayload,
      { inReplyTo: null, references: [] },
      { timeoutMs: 1000, signal: signal() },
    );
    await expect(attempt).rejects.toMatchObject({ fate: "not-sent", code: "MAIL_TLS_FAILED" });
  });

  it("never sends a password readable to a server that is not this machine", async () => {
    const server = await startScript({ replies: { STARTTLS: "502 no" } });
    const [post] = connect({}).compose(message(), context());
    const reached = readServer(new Secret(server.url.replace("//", "//mailer:open@")), true);
    const attempt = sendMail(
      { ...reached, loopback: false },
      post?.payload as MailPayload,
      { inReplyTo: null, references: [] },
      { timeoutMs: 1000, signal: signal() },
    );
    await expect(attempt).rejects.toMatchObject({
      fate: "refused",
      code: "MAIL_TLS_FAILED",
    });
    expect(server.heard.join("\n")).not.toContain("AUTH");
  });

  it("is refused for a mailbox that does not exist, and may be tried later for one that is busy", async () => {
    const sandbox = await startSandbox({ clock: new ScriptedClock(NOW) });
    cleanups.push(() => sandbox.close());
    const smtp = String(sandbox.channels.email.smtp);
    await expectFate({ smtp, to: ["refused@example.com"] }, "refused", "MAIL_RECIPIENT_REFUSED");
    await expectFate({ smtp, to: ["busy@example.com"] }, "not-sent", "MAIL_TRY_LATER");
    sandbox.fault("email", "rate-limit");
    await expectFate({ smtp }, "not-sent", "MAIL_TRY_LATER");
    sandbox.fault("email", "refuse");
    await expectFate({ smtp }, "refused", "MAIL_REFUSED");
    sandbox.fault("email", "server-error");
    await expectFate({ smtp }, "not-sent", "MAIL_TRY_LATER");
    expect(sandbox.world().mails).toEqual([]);
  });

  it("goes by each reply's own meaning at every command", async () => {
    for (const [replies, fate, code] of [
      [{ GREETING: "554 no service" }, "refused", "MAIL_REFUSED"],
      [{ GREETING: "421 busy" }, "not-sent", "MAIL_TRY_LATER"],
      [{ MAIL: "550 not you" }, "refused", "MAIL_SENDER_REFUSED"],
      [{ MAIL: "530 log in first" }, "refused", "MAIL_LOGIN_REFUSED"],
      [{ RCPT: "450 greylisted" }, "not-sent", "MAIL_TRY_LATER"],
      [{ DATA: "554 no" }, "refused", "MAIL_REFUSED"],
      [{ MAIL: "503 out of order" }, "not-sent", "MAIL_TRY_LATER"],
    ] as const) {
      const server = await startScript({ replies });
      await expectFate({ smtp: server.url }, fate, code);
      expect(server.bodies, JSON.stringify(replies)).toBe(0);
    }
  });

  it("is refused when it is larger than the server takes", async () => {
    const server = await startScript({
      replies: { EHLO: "250-script.example\r\n250 SIZE 100" },
    });
    await expectFate({ smtp: server.url }, "refused", "MAIL_TOO_LARGE");
  });

  it("is refused when the smtp setting is no SMTP address, which is not shown", async () => {
    for (const smtp of [
      "https://user:open@smtp.example.com",
      "user:open@smtp.example.com",
      "smtp://u:%zz@open",
    ]) {
      const error = await expectFate({ smtp }, "refused", "MAIL_SERVER_INVALID");
      expect(inspect(error, { depth: null })).not.toContain("open");
    }
  });

  it("stops promptly when told to, and sends nothing", async () => {
    const server = await startScript({ silentAt: "MAIL" });
    const stop = new AbortController();
    const channel = connect({ smtp: server.url });
    const [post] = channel.compose(message(), context());
    const attempt = channel.publish(post as Post, NOBODY, stop.signal);
    await server.reached("MAIL");
    stop.abort();
    await expect(attempt).rejects.toMatchObject({
      fate: "not-sent",
      code: "MAIL_UNREACHABLE",
    });
    expect(server.bodies).toBe(0);
  });
});

describe("a mail that may be out", () => {
  it("is unknown when the reply makes no sense", async () => {
    for (const final of ["354 go on\r\n", "banana\r\n"]) {
      const server = await startScript({ final, cutAfterFinal: true });
      await expectFate({ smtp: server.url }, "unknown", "MAIL_NO_ANSWER");
    }
  });

  it("is known when the server answers 4yz or 5yz to the final dot", async () => {
    await expectFate({ smtp: (await startScript({ final: "554 spam" })).url }, "refused", "MAIL_REFUSED");
    await expectFate({ smtp: (await startScript({ final: "451 later" })).url }, "not-sent", "MAIL_TRY_LATER");
    await expectFate({ smtp: (await startScript({ final: "421 bye" })).url }, "not-sent", "MAIL_TRY_LATER");
  });

  it("cannot be looked up or read back, and the channel says so by lacking both", () => {
    expect(connect({}).find).toBeUndefined();
    expect(connect({}).verify).toBeUndefined();
  });
});

describe("checking a mail channel", () => {
  it("logs in and sends nothing", async () => {
    const judge = await startJudge({
      authOptional: false,
      user: "mailer",
      password: PASSWORD,
    });
    const findings = await connect({ smtp: judge.url }).check(signal());
    expect(findings.map(({ name, level }) => [name, level])).toEqual([
      ["credential", "ok"],
      ["target", "ok"],
    ]);
    expect(findings[0]?.message).toMatch(/^127\.0\.0\.1:\d+ accepts mailer$/);
    expect(judge.raw).toEqual([]);
  });

  it.each([
    [{ to: ["announce@lists.example.com"] }, "announce@lists.example.com is an example"],
    [{ to: ["all@lists.shop.test", "all@nowhere.invalid"] }, "all@nowhere.invalid is an example"],
    [{ to: ["all@lists.shop.test"], from: "Shop <status@example.com>" }, "status@example.com> is an example"],
  ])("fails on an address that is an example, before it asks a server: %j", async (given, message) => {
    // Nobody may ask this one: it is none of this machine's.
    const findings = await connect({ smtp: "smtp://mail.shop.test", ...given }).check(signal());
    expect(findings).toMatchObject([{ level: "fail", message: expect.stringContaining(message) }]);
  });

  it("names what fails, and no password", async () => {
    const judge = await startJudge({
      authOptional: false,
      user: "mailer",
      password: "another",
    });
    const smtp = judge.url.replace("another", encodeURIComponent(PASSWORD));
    const findings = await connect({ smtp }).check(signal());
    expect(findings).toMatchObject([{ name: "credential", level: "fail" }]);
    expect(JSON.stringify(findings)).not.toContain("correct");
    expect((await connect({ smtp: "smtp://127.0.0.1:1" }).check(signal()))[0]?.level).toBe("fail");
  });
});

// —— the pieces ——

const NOW = new Date("2010-06-29T19:40:00Z");

function connect(change: Record<string, unknown>, kitChange: KitChange = {}): Channel {
  const settings = {
    kind: "email" as const,
    from: "Amazon Status <status@example.com>",
    to: ["announce@lists.example.com"],
    ...change,
    smtp: new Secret(String(change.smtp ?? "smtp://127.0.0.1:1")),
  };
  return email.connect(settings, kitFor({ clock: new ScriptedClock(NOW), ...kitChange }));
}

function message(change: Partial<Message> = {}): Message {
  return {
    subject: "Checkout is down",
    body: [
      {
        type: "paragraph",
        children: [{ type: "text", text: "We look into it. <script>alert(1)</script>" }],
      },
    ],
    short: "We look into it.",
    keep: null,
    link: "https://status.example.org/",
    ...change,
  };
}

function keyOf(part: string): string {
  return digest("property", "key", "customers", part);
}

function context(): ComposeContext {
  return {
    keyOf,
    incident: {
      id: "2010-06-29-checkout",
      type: "incident",
      title: "Checkout is down",
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

interface Payload {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly to: unknown;
}

function payloadOf(post: Post | undefined): Payload {
  return post?.payload as unknown as Payload;
}

function signal(): AbortSignal {
  return new AbortController().signal;
}

async function publishFirst(channel: Channel): Promise<Receipt> {
  const [post] = channel.compose(message(), context());
  return channel.publish(post as Post, NOBODY, signal());
}

async function expectFate(
  settings: Record<string, unknown>,
  fate: string,
  code: string,
  kit: KitChange = {},
): Promise<ChannelError> {
  const outcome = await publishFirst(connect(settings, kit)).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ChannelError);
  const error = outcome as ChannelError;
  expect({ fate: error.fate, code: error.code }).toEqual({ fate, code });
  expect(inspect(error, { depth: null })).not.toContain(PASSWORD);
  return error;
}

/** A whole SMTP server that keeps the bytes as they came. */
async function startJudge(
  options: { authOptional?: boolean; user?: string; password?: string; starttls?: boolean } = {},
) {
  const raw: string[] = [];
  const envelopes: { from: string; to: string[] }[] = [];
  const encrypted: boolean[] = [];
  const { user, password, starttls = false, authOptional = true } = options;
  const settings: SMTPServerOptions = {
    authOptional,
    logger: false,
    disableReverseLookup: true,
    disabledCommands: starttls ? [] : ["STARTTLS"],
    allowInsecureAuth: !starttls,
    onAuth: (offer, _session, callback) =>
      offer.username === user && offer.password === password
        ? callback(null, { user: "mailer" })
        : callback(Object.assign(new Error("5.7.8 invalid"), { responseCode: 535 })),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        raw.push(Buffer.concat(chunks).toString("utf8"));
        encrypted.push(session.secure);
        const { mailFrom, rcptTo } = session.envelope;
        envelopes.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map((recipient) => recipient.address),
        });
        callback();
      });
    },
  };
  const server = new SMTPServer(settings);
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
  const login = user === undefined ? "" : `${user}:${encodeURIComponent(password ?? "")}@`;
  return {
    url: `smtp://${login}127.0.0.1:${portOf(listening)}`,
    raw,
    envelopes,
    encrypted,
  };
}

async function startScript(script: Script) {
  const server = await startScriptedServer(script);
  cleanups.push(server.close);
  return server;
}
