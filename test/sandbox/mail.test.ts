import nodemailer from "nodemailer";
import { describe, expect, it } from "vitest";
import { MAX_MAIL_BYTES } from "../../src/sandbox/mail.ts";
import { type Arena, enter, START } from "./arena.ts";

const FROM = "Amazon.com Status <status@example.com>";

function transport(arena: Arena, auth?: { user: string; pass: string }, socketTimeout = 10_000) {
  const { hostname, port } = new URL(arena.setting("email", "smtp"));
  return nodemailer.createTransport({
    host: hostname,
    port: Number(port),
    socketTimeout,
    ...(auth === undefined ? {} : { auth }),
  });
}

function send(arena: Arena, to: string | string[], more: Record<string, unknown> = {}) {
  return transport(arena).sendMail({
    from: FROM,
    to,
    subject: "Outage",
    text: "We are looking.",
    ...more,
  });
}

describe("the imitation of a mail server", () => {
  it("keeps one parsed mail per envelope recipient", async () => {
    const arena = await enter();
    const info = await send(arena, ["a@example.com", "b@example.com"], {
      subject: "Störung: „Kasse“",
      text: "Grüße — wir prüfen.",
      html: "<p>Grüße</p>",
      messageId: "<k2@example.com>",
      inReplyTo: "<k1@example.com>",
      references: "<k0@example.com> <k1@example.com>",
      headers: { "Auto-Submitted": "auto-generated" },
    });
    expect(info.response).toMatch(/^250 /);
    const mails = arena.sandbox.world().mails;
    expect(mails.map((mail) => mail.to)).toEqual(["a@example.com", "b@example.com"]);
    expect(mails[0]).toMatchObject({
      headerTo: "a@example.com, b@example.com",
      subject: "Störung: „Kasse“",
      html: "<p>Grüße</p>",
      messageId: "<k2@example.com>",
      inReplyTo: "<k1@example.com>",
      references: ["<k0@example.com>", "<k1@example.com>"],
      at: START,
    });
    expect(mails[0]?.from).toContain("status@example.com");
    expect(mails[0]?.text.trim()).toBe("Grüße — wir prüfen.");
    expect(mails[0]?.headers["auto-submitted"]).toBe("auto-generated");
    expect(arena.sandbox.requests).toHaveLength(1);
    expect(arena.sandbox.requests[0]).toMatchObject({
      imitation: "email",
      method: "DATA",
      path: "a@example.com, b@example.com",
      status: 250,
    });
  });

  it("refuses one recipient, defers another, and takes the rest", async () => {
    const arena = await enter();
    const info = await send(arena, ["refused@example.com", "busy@example.com", "a@example.com"]);
    expect(info.accepted).toEqual(["a@example.com"]);
    expect(info.rejected).toEqual(["refused@example.com", "busy@example.com"]);
    expect(info.rejectedErrors?.map((error) => error.responseCode)).toEqual([550, 451]);
    expect(arena.sandbox.world().mails.map((mail) => mail.to)).toEqual(["a@example.com"]);
    expect(arena.sandbox.requests.map(({ method, path, status }) => [method, path, status])).toEqual([
      ["RCPT", "refused@example.com", 550],
      ["RCPT", "busy@example.com", 451],
      ["DATA", "a@example.com", 250],
    ]);
  });

  it("offers no STARTTLS and takes any login, or none", async () => {
    const arena = await enter();
    const login = transport(arena, { user: "anyone", pass: "anything" });
    await login.sendMail({
      from: FROM,
      to: "a@example.com",
      subject: "s",
      text: "t",
    });
    await send(arena, "a@example.com");
    expect(arena.sandbox.world().mails).toHaveLength(2);
  });

  it("demands the login that it was given", async () => {
    const arena = await enter({ auth: { user: "relay", password: "p@ss" } });
    await expect(send(arena, "a@example.com")).rejects.toMatchObject({
      responseCode: 530,
    });
    const wrong = transport(arena, { user: "relay", pass: "no" });
    await expect(wrong.sendMail({ from: FROM, to: "a@example.com", text: "t" })).rejects.toMatchObject({
      code: "EAUTH",
      responseCode: 535,
    });
    const right = nodemailer.createTransport(arena.setting("email", "smtp"));
    await right.sendMail({ from: FROM, to: "a@example.com", text: "t" });
    expect(arena.sandbox.world().mails).toHaveLength(1);
  });

  it("refuses a message larger than its SIZE", async () => {
    const arena = await enter();
    const text = `${"x".repeat(76)}\r\n`.repeat(Math.ceil(MAX_MAIL_BYTES / 78) + 10);
    await expect(send(arena, "a@example.com", { text })).rejects.toMatchObject({
      responseCode: 552,
    });
    expect(arena.sandbox.world().mails).toEqual([]);
  });

  it.each([
    ["refuse", "EMESSAGE", 550],
    ["server-error", "EMESSAGE", 451],
    ["rate-limit", "EENVELOPE", 450],
    ["unauthorized", "EENVELOPE", 530],
  ] as const)("says no without effect under %s", async (fault, code, responseCode) => {
    const arena = await enter();
    arena.sandbox.fault("email", fault);
    await expect(send(arena, "a@example.com")).rejects.toMatchObject({
      code,
      responseCode,
    });
    expect(arena.sandbox.world().mails).toEqual([]);
    expect(arena.sandbox.requests.at(-1)?.status).toBe(responseCode);
    arena.sandbox.fault("email", null);
    await send(arena, "a@example.com");
    expect(arena.sandbox.world().mails).toHaveLength(1);
  });

  it("refuses every login under unauthorized", async () => {
    const arena = await enter();
    arena.sandbox.fault("email", "unauthorized");
    const login = transport(arena, { user: "anyone", pass: "anything" });
    await expect(login.verify()).rejects.toMatchObject({
      code: "EAUTH",
      responseCode: 535,
    });
  });

  it.each([
    ["hang", 0],
    ["slow-answer", 1],
    ["lost-answer", 1],
  ] as const)("leaves the end of DATA unanswered under %s, having kept %i", async (fault, kept) => {
    const arena = await enter();
    arena.sandbox.fault("email", fault);
    const impatient = transport(arena, undefined, 400);
    const mail = { from: FROM, to: "a@example.com", subject: "Outage", text: "We are looking." };
    await expect(impatient.sendMail(mail)).rejects.toThrow();
    expect(arena.sandbox.world().mails).toHaveLength(kept);
    expect(arena.sandbox.requests).toHaveLength(1);
    expect(arena.sandbox.requests[0]).toMatchObject({
      method: "DATA",
      status: null,
    });
  });

  it("refuses connections while it is down", async () => {
    const arena = await enter();
    arena.sandbox.fault("email", "down");
    await expect(send(arena, "a@example.com")).rejects.toThrow(/ECONNREFUSED/);
    arena.sandbox.fault("email", null);
    await send(arena, "a@example.com");
    expect(arena.sandbox.world().mails).toHaveLength(1);
  });
});
