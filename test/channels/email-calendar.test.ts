import { once } from "node:events";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import ICAL from "ical.js";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { describe, expect, it, onTestFinished } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { ComposeContext, Post } from "../../src/channels/contract.ts";
import { email } from "../../src/channels/email/index.ts";
import { calendarFile } from "../../src/page/calendar.ts";
import { PLANNED, site } from "../page/sites.ts";
import { viewOf } from "../page/views.ts";
import { contextFor, kitFor, messageOf, NOW, NOWHERE } from "./loopback.ts";

const FROM = new Date("2010-07-06T09:00:00Z");
const TO = new Date("2010-07-06T10:30:00Z");

type Verb = ComposeContext["update"]["verb"];

function contextOf(verb: Verb, number = 1, more: Partial<ComposeContext["incident"]> = {}): ComposeContext {
  const { incident, ...context } = contextFor({ title: "Database upgrade", phase: "scheduled" });
  return {
    ...context,
    incident: { ...incident, type: "maintenance", startedAt: FROM, endsAt: TO, ...more },
    update: { id: `u${number}`, number, verb, at: NOW },
  };
}

function channelAt(smtp = "smtp://127.0.0.1:1") {
  const settings = { kind: "email", from: "status@example.com", to: ["list@example.com"] } as const;
  return email.connect({ ...settings, to: [...settings.to], smtp: new Secret(smtp) }, kitFor());
}

function composed(context: ComposeContext, words = "We are going to do planned work."): Post {
  return channelAt().compose(messageOf(words), context)[0]!;
}

function calendarIn(post: Post): { method: string; content: string } | undefined {
  return (post.payload as { calendar?: { method: string; content: string } }).calendar;
}

function eventIn(content: string) {
  const calendar = new ICAL.Component(ICAL.parse(content));
  const event = calendar.getFirstSubcomponent("vevent")!;
  const value = (name: string) => {
    const found = event.getFirstPropertyValue(name);
    return found instanceof ICAL.Time ? found.toJSDate().toISOString() : found;
  };
  return {
    method: calendar.getFirstPropertyValue("method"),
    ...Object.fromEntries(
      ["uid", "sequence", "dtstamp", "dtstart", "dtend", "status", "summary", "description"].map((name) => [
        name,
        value(name),
      ]),
    ),
  };
}

describe("the calendar file in a mail", () => {
  it("holds the planned work as one event, in UTC, stamped with the update's time", () => {
    const calendar = calendarIn(composed(contextOf("maintenance schedule")));
    expect(calendar?.method).toBe("PUBLISH");
    expect(eventIn(calendar!.content)).toMatchObject({
      method: "PUBLISH",
      sequence: 1,
      dtstamp: NOW.toISOString(),
      dtstart: FROM.toISOString(),
      dtend: TO.toISOString(),
      status: "CONFIRMED",
      summary: "Amazon.com: Database upgrade",
      description: "We are going to do planned work.",
    });
    expect(calendar!.content).toMatch(/^DTSTART:20100706T090000Z\r$/m);
  });

  it("keeps the event's name while its sequence rises, and takes it back", () => {
    const later = new Date("2010-07-06T11:00:00Z");
    const [first, moved, off] = [
      contextOf("maintenance schedule"),
      contextOf("maintenance extend", 3, { endsAt: later, phase: "in_progress" }),
      contextOf("maintenance cancel", 4, { phase: "completed" }),
    ].map((context) => eventIn(calendarIn(composed(context))!.content));
    expect(moved).toMatchObject({
      uid: (first as { uid?: string }).uid,
      sequence: 3,
      dtend: later.toISOString(),
    });
    expect(off).toMatchObject({
      uid: (first as { uid?: string }).uid,
      sequence: 4,
      method: "CANCEL",
      status: "CANCELLED",
    });
  });

  it("comes with the mails that tell the times only, and never with an incident's", () => {
    for (const verb of [
      "maintenance start",
      "maintenance complete",
      "follow-up",
      "update",
      "correct",
    ] as const)
      expect(calendarIn(composed(contextOf(verb))), verb).toBeUndefined();
    expect(composed(contextFor()).payload).not.toHaveProperty("calendar");
    expect(composed(contextOf("maintenance schedule")).notes).toEqual(["with maintenance.ics"]);
  });

  it("names the event as the page's own calendar does", () => {
    const page = String(calendarFile(viewOf({ ...site(), incidents: [PLANNED] })).content);
    const [, uid = ""] = /^UID:(.*)\r$/m.exec(page) ?? [];
    const kit = kitFor({ property: site().property.name });
    const settings = { kind: "email", from: "s@example.com", to: ["l@example.com"] } as const;
    const channel = email.connect({ ...settings, to: [...settings.to], smtp: new Secret("") }, kit);
    const [post] = channel.compose(messageOf("x"), contextOf("maintenance schedule", 1, { id: PLANNED.id }));
    expect(eventIn(calendarIn(post!)!.content)).toMatchObject({ uid });
  });

  it("is readable whatever stands in title and words", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.string({ unit: "binary" }),
        (title, words) => {
          const post = composed(contextOf("maintenance schedule", 1, { title }), words);
          const { content } = calendarIn(post)!;
          expect(content.match(/^BEGIN:VEVENT\r$/gm)).toHaveLength(1);
          expect(content).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
          for (const line of content.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(eventIn(content)).toMatchObject({ dtstart: FROM.toISOString(), dtend: TO.toISOString() });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("arrives as a calendar part that mail clients offer to add, and as a file, the same in every attempt", async () => {
    const raw: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      logger: false,
      disableReverseLookup: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, _session, callback) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          raw.push(Buffer.concat(chunks).toString("utf8"));
          callback();
        });
      },
    });
    const listening = server.listen(0, "127.0.0.1");
    await once(listening, "listening");
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const channel = channelAt(`smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`);
    const [post] = channel.compose(
      messageOf("Planned: 90 minutes – größer."),
      contextOf("maintenance schedule"),
    );
    // The ledger gives back what JSON kept.
    const kept = JSON.parse(JSON.stringify(post)) as Post;
    await channel.publish(kept, NOWHERE, new AbortController().signal);
    await channel.publish(kept, NOWHERE, new AbortController().signal);
    expect(raw[1]).toBe(raw[0]);
    expect(raw[0]).toMatch(/^Content-Type: text\/calendar; charset=utf-8; method=PUBLISH/im);
    const mail = await simpleParser(raw[0]!);
    expect(mail.text).toContain("Planned: 90 minutes – größer.");
    expect(mail.attachments.map(({ filename, contentType }) => [filename, contentType])).toContainEqual([
      "maintenance.ics",
      "application/ics",
    ]);
    for (const { content } of mail.attachments)
      expect(content.toString("utf8")).toBe(calendarIn(kept)!.content);
  });
});
