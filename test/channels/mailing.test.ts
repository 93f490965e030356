import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { simpleParser } from "mailparser";
import { afterEach, describe, expect, it } from "vitest";
import {
  ChannelError,
  type Outlet,
  type Place,
  type Post,
  RecipientError,
} from "../../src/channels/contract.ts";
import { type ListPayload, versionFor } from "../../src/channels/email/compose-list.ts";
import type { KitChange } from "./loopback.ts";
import {
  ALWAYS,
  connectList,
  contextOf,
  messageOf,
  NOBODY,
  never,
  postOf,
  recipientOf,
} from "./mailing-ground.ts";
import { type Command, type Reply, startListServer } from "./mailing-server.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

describe("composing for a list", () => {
  it("makes one post, whatever the list holds, without anybody's address", () => {
    const channel = connectList({ unsubscribe: "https://example.com/u/{id}" });
    const posts = channel.compose(messageOf(), contextOf());
    expect(posts.map(({ part }) => part)).toEqual(["list"]);
    expect(posts).toEqual(channel.compose(messageOf(), contextOf()));
    expect(JSON.parse(JSON.stringify(posts[0]))).toEqual(posts[0]);
  });

  it("previews the mail as a reader gets it, and says that each gets their own", () => {
    const post = postOf(connectList({ unsubscribe: "https://example.com/u" }));
    expect(post.text).toContain("We look into it.");
    expect(post.text).toContain("Amazon.com sends this to your address, which is on its list");
    expect(post.text).toContain("Unsubscribe: https://example.com/u");
    expect(post.notes).toEqual(["every recipient of the list gets a mail of their own"]);
  });

  it("has a version for each language of the list, the channel's own first, and says which", () => {
    const channel = connectList({ locales: ["de", "pt-BR"] });
    const translations = new Map([
      ["de", messageOf("Wir sehen nach.", { subject: "Kasse" })],
      ["pt-BR", messageOf("Estamos vendo.", { subject: "Caixa" })],
    ]);
    const post = postOf(channel, messageOf(), contextOf({ translations }));
    const { versions } = post.payload as ListPayload;
    expect(versions.map(({ locale, subject }) => [locale, subject])).toEqual([
      ["en", "Checkout is down"],
      ["de", "Kasse"],
      ["pt-BR", "Caixa"],
    ]);
    expect(versions[1]?.html[0]).toContain('<html lang="de">');
    expect(post.notes).toContain("in the recipient's language: en, de, pt-BR");
    expect(channel.mailing?.locales).toEqual(["de", "pt-BR"]);
  });

  it("gives each recipient the nearest language", () => {
    const versions = ["en", "de", "pt-BR", "pt"].map((locale) => ({ locale }));
    const chosen = (locale: string | null) => versions[versionFor(versions, locale)]?.locale;
    for (const [wanted, got] of [
      [null, "en"],
      ["de", "de"],
      ["de-AT", "de"],
      ["PT-br", "pt-BR"],
      ["pt", "pt"],
      ["pt-PT", "pt-BR"],
      ["fr", "en"],
      ["", "en"],
    ] as const)
      expect(chosen(wanted), String(wanted)).toBe(got);
  });
});

describe("sending to a list", () => {
  it("gives each recipient a mail of their own, on one connection", async () => {
    const { outlet, server } = await open();
    await outlet.send(
      recipientOf("a@example.com", { name: "Ann", unsubscribe: "https://example.com/u/1" }),
      ALWAYS,
      never(),
    );
    await outlet.send(recipientOf("b@example.com"), ALWAYS, never());
    expect(server.state.connections).toBe(1);
    expect(server.mails.map(({ to }) => to)).toEqual(["a@example.com", "b@example.com"]);
    const [ann, other] = await Promise.all(server.mails.map(({ raw }) => simpleParser(raw)));
    expect(ann?.to).toMatchObject({ text: '"Ann" <a@example.com>' });
    expect(ann?.text).toContain("Unsubscribe: https://example.com/u/1");
    expect(ann?.headers.get("list")).toMatchObject({
      unsubscribe: { url: "https://example.com/u/1" },
      "unsubscribe-post": { name: "List-Unsubscribe=One-Click" },
    });
    expect(other?.text).toContain("to b@example.com, which");
    expect(other?.text).not.toContain("Unsubscribe");
    expect(other?.headers.has("list")).toBe(false);
    expect(ann?.messageId).not.toBe(other?.messageId);
    expect(server.heard.filter((line) => line.startsWith("MAIL"))).toHaveLength(2);
  });

  it("offers one click for https only", async () => {
    const { outlet, server } = await open();
    for (const [unsubscribe, headers] of [
      ["https://example.com/u", ["list-unsubscribe", "list-unsubscribe-post"]],
      ["http://example.com/u", ["list-unsubscribe"]],
      ["mailto:leave@example.com", ["list-unsubscribe"]],
      ["javascript", []],
    ] as const) {
      await outlet.send(recipientOf("a@example.com", { unsubscribe }), ALWAYS, never());
      const { headerLines } = await simpleParser(server.mails.at(-1)?.raw ?? "");
      expect(headerLines.map(({ key }) => key).filter((key) => key.startsWith("list"))).toEqual(headers);
    }
  });

  it("keeps every recipient's own thread, from the receipts of the mailings alone", async () => {
    const channel = connectList();
    const [first, second] = ["one", "two"].map((name) =>
      postOf(channel, messageOf(name), contextOf({ keyOf: (part) => `${name}-${part}` })),
    ) as [Post, Post];
    const receipt = (post: Post) => channel.mailing?.receipt(post) ?? null;
    const { server, outlet } = await open({ post: first });
    await outlet.send(recipientOf("Ann@example.com"), ALWAYS, never());
    const place = { root: receipt(first), previous: receipt(second) };
    const moved = connectList({ smtp: server.url, from: "status@new.example.com" });
    const later = await open({ post: postOf(moved, messageOf("three")), place, url: server.url });
    await later.outlet.send(recipientOf("ann@example.com"), ALWAYS, never());
    const [root, update] = await Promise.all(server.mails.map(({ raw }) => simpleParser(raw)));
    expect(update?.messageId).toMatch(/@new\.example\.com>$/);
    expect(update?.inReplyTo).toBe(root?.messageId);
    expect(update?.references).toHaveLength(2);
    expect(update?.references?.[0]).toBe(root?.messageId);
    expect(JSON.parse(JSON.stringify(receipt(first)))).toEqual(receipt(first));
    expect(receipt(first)?.extra).toEqual({ key: first.key });
  });

  it("goes on with the thread of a time when the channel had single addresses", async () => {
    const root = { remoteId: "<old@example.com>", url: null, extra: { messageId: "<old@example.com>" } };
    const { outlet, server } = await open({ place: { root, previous: null } });
    await outlet.send(recipientOf("a@example.com"), ALWAYS, never());
    const mail = await simpleParser(server.mails[0]?.raw ?? "");
    expect(mail.inReplyTo).toBe("<old@example.com>");
  });

  it("brings every line to its place, those that begin with dots too", async () => {
    const words = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc.constantFrom(".", "..\n.\n.x", "a\n.\nb"),
    );
    const links = words.map(
      (text) => `https://example.com/u/${encodeURIComponent(text).replaceAll("%0A", "/")}.`,
    );
    await fc.assert(
      fc.asyncProperty(words, links, async (said, unsubscribe) => {
        const { outlet, server } = await open({ post: postOf(connectList(), messageOf(said)) });
        const other = await open({ post: postOf(connectList(), messageOf(said)) });
        const recipient = recipientOf("a@example.com", { unsubscribe });
        await outlet.send(recipient, ALWAYS, never());
        await other.outlet.send(recipient, ALWAYS, never());
        expect(server.mails).toHaveLength(1);
        expect(server.mails[0]?.raw.equals(other.server.mails[0]?.raw ?? Buffer.alloc(0))).toBe(true);
        const { html } = await simpleParser(server.mails[0]?.raw ?? "");
        expect(html).toContain(
          `href="${new URL(unsubscribe).href.replace(/'/g, "&#39;").replace(/&(?!#)/g, "&amp;")}"`,
        );
        expect(server.heard.filter((line) => /^(MAIL|RCPT|DATA)/.test(line))).toHaveLength(3);
      }),
      { numRuns: 30 },
    );
  });

  it("works on servers without pipelining", async () => {
    const { outlet, server } = await open({ pipelining: false });
    await outlet.send(recipientOf("a@example.com"), ALWAYS, never());
    await outlet.send(recipientOf("b@example.com"), ALWAYS, never());
    expect(server.mails).toHaveLength(2);
  });

  it("says goodbye when it is closed, and leaves no connection", async () => {
    const { outlet, server } = await open();
    await outlet.send(recipientOf("a@example.com"), ALWAYS, never());
    outlet.close();
    await expect.poll(() => server.state.open).toBe(0);
    expect(server.heard.at(-1)).toBe("QUIT");
    await expect(outlet.send(recipientOf("b@example.com"), ALWAYS, never())).rejects.toMatchObject({
      fate: "not-sent",
    });
  });
});

describe("checking a channel with a list", () => {
  it("logs in, reads the list to its end and sends nothing", async () => {
    const { server, findings } = await checkList("address,name\na@example.com,Ann\nb@example.com,\n");
    expect(findings).toMatchObject([
      { name: "credential", level: "ok" },
      { name: "target", level: "ok", message: expect.stringMatching(/^2 entries on the list/) },
    ]);
    expect(server.heard.join()).not.toContain("MAIL");
  });

  it("says who cannot be written to, and that a list is not there", async () => {
    const { findings } = await checkList("address\na@example.com\nnobody\n");
    expect(findings.at(-1)).toMatchObject({
      level: "warn",
      message: expect.stringMatching(/^1 entry on the list.*\b1 that nobody.*line 3/),
    });
    expect((await checkList(null)).findings.at(-1)).toMatchObject({ name: "target", level: "fail" });
  });
});

async function checkList(list: string | null) {
  const folder = mkdtempSync(join(tmpdir(), "status-list-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const recipients = join(folder, "customers.csv");
  if (list !== null) writeFileSync(recipients, list);
  const server = await startListServer();
  cleanups.push(server.close);
  return { server, findings: await connectList({ smtp: server.url, recipients }).check(never()) };
}

describe("a recipient who is refused", () => {
  const cases: readonly (readonly [string, "RCPT" | "." | "DATA", string, boolean])[] = [
    ["550 5.1.1 no such user", "RCPT", "refused", true],
    ["550 5.1.10 null MX", "RCPT", "refused", true],
    ["553 5.1.3 bad address", "RCPT", "refused", true],
    ["551 5.1.6 moved", "RCPT", "refused", true],
    ["550 5.2.1 mailbox disabled", "RCPT", "refused", true],
    ["550 no such user here", "RCPT", "refused", true],
    ["551 not local", "RCPT", "refused", true],
    ["553 mailbox name not allowed", "RCPT", "refused", true],
    ["552 5.2.2 mailbox full", "RCPT", "refused", false],
    ["550 5.7.1 not from you", "RCPT", "refused", false],
    ["550 blocked by our spam policy", "RCPT", "refused", false],
    ["554 rejected", "RCPT", "refused", false],
    ["450 4.2.1 busy", "RCPT", "not-sent", false],
    ["451 4.7.1 greylisted", "RCPT", "not-sent", false],
    ["452 4.2.2 over quota", "RCPT", "not-sent", false],
    ["554 5.7.1 Relay access denied", "RCPT", "not-sent", false],
    ["554 5.7.1 message refused", ".", "refused", false],
    ["550 5.1.1 learnt too late", ".", "refused", false],
    ["451 4.3.0 later", ".", "not-sent", false],
    ["452 4.3.1 disk full", "DATA", "not-sent", false],
    ["554 5.7.1 not now", "DATA", "refused", false],
  ];

  it.each(cases)("by %s to %s: the others still get theirs", async (reply, verb, fate, lasting) => {
    for (const pipelining of [true, false]) {
      const answer = (command: Command) =>
        command.verb === verb && command.to.startsWith("bad") ? reply : null;
      const { outlet, server } = await open({ answer, pipelining });
      await outlet.send(recipientOf("first@example.com"), ALWAYS, never());
      const error = await outlet
        .send(recipientOf("bad@example.com"), ALWAYS, never())
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(RecipientError);
      expect(error).toMatchObject({ fate, lasting });
      expect((error as Error).message).toContain(reply);
      await outlet.send(recipientOf("last@example.com"), ALWAYS, never());
      expect(server.mails.map(({ to }) => to)).toEqual(["first@example.com", "last@example.com"]);
      expect(server.state.connections).toBe(1);
    }
  });

  it("for an address that no server can be given costs no conversation", async () => {
    const { outlet, server } = await open();
    for (const address of [
      "a@example.com>\r\nRCPT TO:<eve@example.com",
      "a b@example.com",
      "ä@example.com",
      "",
      "<>",
    ])
      await expect(outlet.send(recipientOf(address), ALWAYS, never())).rejects.toMatchObject({
        fate: "refused",
        code: "MAIL_ADDRESS_INVALID",
        lasting: false,
      });
    await outlet.send(recipientOf("a@example.com"), ALWAYS, never());
    expect(server.heard.filter((line) => line.startsWith("RCPT"))).toEqual(["RCPT TO:<a@example.com>"]);
  });
});

describe("a conversation that ends", () => {
  const cases: readonly (readonly [string, Reply, string, string])[] = [
    ["MAIL", "550 5.7.1 not you", "refused", "MAIL_SENDER_REFUSED"],
    ["MAIL", "552 5.3.4 too big", "refused", "MAIL_TOO_LARGE"],
    ["MAIL", "530 5.7.0 log in first", "refused", "MAIL_LOGIN_REFUSED"],
    ["MAIL", "451 4.3.0 later", "not-sent", "MAIL_TRY_LATER"],
    ["MAIL", "421 4.7.0 too much", "not-sent", "MAIL_TRY_LATER"],
    ["MAIL", "cut", "not-sent", "MAIL_UNREACHABLE"],
    ["MAIL", "silent", "not-sent", "MAIL_UNREACHABLE"],
    ["RCPT", "421 4.4.5 closing", "not-sent", "MAIL_TRY_LATER"],
    ["RCPT", "452 4.5.3 too many recipients", "not-sent", "MAIL_TRY_LATER"],
    ["RCPT", "450 too many messages in this session", "not-sent", "MAIL_TRY_LATER"],
    ["RCPT", "550 too many messages on this connection", "not-sent", "MAIL_TRY_LATER"],
    ["RCPT", "503 5.5.1 out of order", "not-sent", "MAIL_TRY_LATER"],
    ["RCPT", "cut", "not-sent", "MAIL_UNREACHABLE"],
    ["DATA", "cut", "not-sent", "MAIL_UNREACHABLE"],
    ["DATA", "silent", "not-sent", "MAIL_UNREACHABLE"],
    [".", "421 4.3.2 shutting down", "not-sent", "MAIL_TRY_LATER"],
    [".", "cut", "unknown", "MAIL_NO_ANSWER"],
    [".", "silent", "unknown", "MAIL_NO_ANSWER"],
    [".", "banana", "unknown", "MAIL_NO_ANSWER"],
  ];

  it.each(cases)("at %s by %s", async (verb, reply, fate, code) => {
    for (const pipelining of [true, false]) {
      const answer = (command: Command) => (command.verb === verb && command.taken === 1 ? reply : null);
      const { outlet, server } = await open({
        answer,
        pipelining,
        kit: { timeoutMs: reply === "silent" ? 150 : 5000 },
      });
      await outlet.send(recipientOf("first@example.com"), ALWAYS, never());
      const error = await outlet
        .send(recipientOf("a@example.com"), ALWAYS, never())
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ChannelError);
      expect(error).not.toBeInstanceOf(RecipientError);
      expect(error).toMatchObject({ fate, code });
      const after = outlet.send(recipientOf("b@example.com"), ALWAYS, never());
      await expect(after).rejects.toMatchObject({ fate: expect.stringMatching(/not-sent|refused/) });
      await expect(after).rejects.not.toBeInstanceOf(RecipientError);
      await expect.poll(() => server.state.open).toBe(0);
      expect(server.mails).toHaveLength(1);
    }
  });

  it("after a refusal that the server does not forget, whatever it says", async () => {
    for (const reply of ["554 5.5.0 no", "451 4.3.0 no", "cut"]) {
      const answer = ({ verb, to }: Command) =>
        verb === "RSET" ? reply : verb === "RCPT" && to.startsWith("bad") ? "550 5.1.1 who" : null;
      const { outlet, server } = await open({ answer });
      await expect(outlet.send(recipientOf("bad@example.com"), ALWAYS, never())).rejects.toBeInstanceOf(
        RecipientError,
      );
      const next = outlet.send(recipientOf("a@example.com"), ALWAYS, never());
      await expect(next).rejects.toMatchObject({ fate: "not-sent" });
      await expect(next).rejects.not.toBeInstanceOf(RecipientError);
      await expect.poll(() => server.state.open).toBe(0);
    }
  });

  it("does not open where the login is refused, the server is away, or the drill forbids it", async () => {
    const server = await startListServer(({ verb }) => (verb === "AUTH" ? "535 5.7.8 no" : null), {
      extensions: ["AUTH PLAIN"],
    });
    cleanups.push(server.close);
    for (const [smtp, fate, code] of [
      [server.url.replace("//", "//mailer:sesame@"), "refused", "MAIL_LOGIN_REFUSED"],
      ["smtp://127.0.0.1:1", "not-sent", "MAIL_UNREACHABLE"],
      ["smtp://mail.example.com", "refused", "MAIL_NOT_LOOPBACK"],
    ]) {
      const channel = connectList({ smtp }, { loopbackOnly: true });
      const error = await channel.mailing
        ?.open(postOf(channel), NOBODY, never())
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ fate, code });
      expect(inspect(error)).not.toContain("sesame");
    }
    await expect.poll(() => server.state.open).toBe(0);
  });

  it("is noticed between two mails: the next is surely not sent", async () => {
    const { outlet, server } = await open();
    await outlet.send(recipientOf("a@example.com"), ALWAYS, never());
    server.close();
    await expect.poll(() => server.state.open).toBe(0);
    await expect(outlet.send(recipientOf("b@example.com"), ALWAYS, never())).rejects.toMatchObject({
      fate: "not-sent",
    });
  });

  it("is refused where a mail is larger than the server takes", async () => {
    const { outlet } = await open({ extensions: ["SIZE 1000"] });
    await expect(outlet.send(recipientOf("a@example.com"), ALWAYS, never())).rejects.toMatchObject({
      fate: "refused",
      code: "MAIL_TOO_LARGE",
    });
  });
});

describe("a mail that is held back or stopped", () => {
  it("is asked for after the server's go-ahead, and where the answer is no, nothing leaves", async () => {
    const { outlet, server } = await open();
    await outlet.send(recipientOf("a@example.com"), ALWAYS, never());
    const before = server.state.bodyBytes;
    let asked: string | undefined;
    const attempt = outlet.send(
      recipientOf("b@example.com"),
      () => {
        asked = server.heard.at(-1);
        return false;
      },
      never(),
    );
    await expect(attempt).rejects.toMatchObject({ fate: "not-sent", code: "MAIL_STOOD_DOWN" });
    expect(asked).toBe("DATA");
    await expect.poll(() => server.state.open).toBe(0);
    expect(server.state.bodyBytes).toBe(before);
    expect(server.mails).toHaveLength(1);
  });

  it("is surely not sent when it is stopped before its body, unknown when after, and the connection is cut", async () => {
    for (const [verb, fate] of [
      ["MAIL", "not-sent"],
      ["DATA", "not-sent"],
      [".", "unknown"],
    ] as const) {
      const { outlet, server } = await open({
        answer: (command) => (command.verb === verb ? "silent" : null),
        kit: { timeoutMs: 60_000 },
      });
      const stop = new AbortController();
      const reached = server.reached(verb);
      const attempt = outlet.send(recipientOf("a@example.com"), ALWAYS, stop.signal);
      attempt.catch(() => undefined);
      await reached;
      stop.abort();
      await expect(attempt, verb).rejects.toMatchObject({ fate });
      await expect.poll(() => server.state.open).toBe(0);
    }
  });

  it("is not begun when the caller has stopped already", async () => {
    const { outlet, server } = await open();
    await expect(
      outlet.send(recipientOf("a@example.com"), ALWAYS, AbortSignal.abort()),
    ).rejects.toMatchObject({
      fate: "not-sent",
    });
    expect(server.heard.join()).not.toContain("RCPT");
  });

  it("is unknown when the outlet is closed under it", async () => {
    const { outlet, server } = await open({ answer: ({ verb }) => (verb === "." ? "silent" : null) });
    const reached = server.reached(".");
    const attempt = outlet.send(recipientOf("a@example.com"), ALWAYS, never());
    attempt.catch(() => undefined);
    await reached;
    outlet.close();
    await expect(attempt).rejects.toMatchObject({ fate: "unknown" });
    await expect.poll(() => server.state.open).toBe(0);
  });
});

interface Scene {
  readonly answer?: (command: Command) => Reply;
  readonly pipelining?: boolean;
  readonly extensions?: readonly string[];
  readonly post?: Post;
  readonly place?: Place;
  readonly kit?: KitChange;
  /** Of a server that stands already. */
  readonly url?: string;
}

async function open(scene: Scene = {}): Promise<{
  outlet: Outlet;
  server: Awaited<ReturnType<typeof startListServer>>;
}> {
  const { pipelining = true, extensions = [] } = scene;
  const server = await startListServer(scene.answer, { pipelining, extensions });
  cleanups.push(server.close);
  const channel = connectList({ smtp: scene.url ?? server.url }, { timeoutMs: 5000, ...scene.kit });
  const outlet = await channel.mailing?.open(scene.post ?? postOf(channel), scene.place ?? NOBODY, never());
  if (outlet === undefined) throw new Error("no mailing");
  cleanups.push(() => outlet.close());
  return { outlet, server };
}
