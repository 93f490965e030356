import fc from "fast-check";
import { simpleParser } from "mailparser";
import MailComposer from "nodemailer/lib/mail-composer";
import { describe, expect, it } from "vitest";
import type { Place, Recipient } from "../../src/channels/contract.ts";
import { domainOf } from "../../src/channels/email/address.ts";
import { CALENDAR_NAME } from "../../src/channels/email/calendar.ts";
import { listHeaders, unsubscribeLine } from "../../src/channels/email/compose.ts";
import { fill, type ListPayload } from "../../src/channels/email/compose-list.ts";
import { prepareLetter } from "../../src/channels/email/letter.ts";
import { unsubscribeLink } from "../../src/channels/email/mail-page.ts";
import { LONGEST_LINK } from "../../src/channels/email/splice.ts";
import { ownMessageId, ownThreadOf } from "../../src/channels/email/thread.ts";
import { escapeHtml } from "../../src/render/formats/html.ts";
import { literal } from "../../src/render/literal.ts";
import { connectList, contextOf, messageOf, NOBODY, NOW, postOf, recipientOf } from "./mailing-ground.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom(
    'Quote "and" \\ backslash',
    "a\r\nBcc: eve@example.com",
    "x\r\n\r\n.\r\nMAIL FROM:<eve@example.com>",
    "=?UTF-8?Q?=0D=0ABcc:_eve?=",
    "<script>alert(1)</script> & friends",
    "=3D =20 = .",
    ".",
    "..\n.\n",
    "Jörg 😀 Müller-Lüdenscheidt, 株式会社",
    "n".repeat(400),
    "long words ".repeat(60),
    "x".repeat(3000),
    "a@example.com, b@example.com",
    "group: a@example.com;",
    "(comment)",
  ),
);

const local = fc
  .array(fc.constantFrom(..."abcXYZ019!#$%&'*+/=?^_`{|}~-".split("")), { minLength: 1, maxLength: 60 })
  .map((characters) => characters.join(""));
const addresses = fc.oneof(
  fc
    .tuple(local, fc.constantFrom("example.com", "xn--mller-kva.example", `${"a".repeat(60)}.example.net`))
    .map((parts) => parts.join("@")),
  fc.constantFrom("a@example.com", "a=b@example.com", "=2E@example.com", "a'&b@example.com"),
);

const links = fc.oneof(
  fc.constant(null),
  hostile.map((text) => `https://example.com/u?${new URLSearchParams({ text })}`),
  fc.constantFrom(
    "https://example.com/u/.=?a=b&c='d'",
    `https://example.com/${"long/".repeat(150)}`,
    "https://example.com/.\n.\r\nBcc: eve@example.com",
    "https://example.com/u?x=<y>&ü=😀",
    "mailto:leave@lists.example.com?subject=out",
    "http://example.com/u",
    "no link at all",
  ),
);

const recipients: fc.Arbitrary<Recipient> = fc.record({
  address: addresses,
  name: fc.option(hostile),
  locale: fc.constantFrom(null, "en", "de", "de-AT", "fr", "x"),
  unsubscribe: links,
});

const receipts = fc.option(
  fc.record({
    remoteId: fc.constantFrom("r@example.com", "r@old.example.net"),
    url: fc.constant(null),
    extra: fc.string().map((key) => ({ key })),
  }),
);
const places: fc.Arbitrary<Place> = fc.record({ root: receipts, previous: receipts });

const words = fc.oneof(hostile, fc.constant("ends in a space  \n\n.\nline"), fc.constant("w".repeat(1200)));

describe("a mail of a mailing", () => {
  it("is what the mail library would make for that recipient alone", async () => {
    await fc.assert(
      fc.asyncProperty(
        words,
        words,
        recipients,
        places,
        fc.boolean(),
        async (said, german, recipient, place, own) => {
          const payload = payloadOf(said, german, own ? "https://example.com/all?x=y" : undefined);
          const letter = await prepareLetter(payload, place, null);
          const spliced = await letter.write(recipient);
          const [got, wanted] = await Promise.all([
            simpleParser(spliced),
            simpleParser(await direct(payload, recipient, place)),
          ]);
          expect(readable(got)).toEqual(readable(wanted));
          const raw = spliced.toString("latin1");
          expect(raw).not.toMatch(/gap[0-9a-f]{24}/);
          expect(raw).toMatch(/^(?:[\x20-\x7e\t]{0,998}\r\n)*$/);
          expect(bodyOf(raw).every((line) => line.length <= 76)).toBe(true);
          const names = got.headerLines.map(({ key }) => key);
          expect(new Set(names).size).toBe(names.length);
          expect(names.filter((name) => !HEADERS.has(name))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("has no line of more than 76 characters, wherever a gap falls", async () => {
    for (let length = 1; length <= 90; length++)
      for (const letter of ["n", "ü"]) {
        const channel = connectList({}, { property: letter.repeat(length) });
        const payload = postOf(channel).payload as ListPayload;
        const mail = await (await prepareLetter(payload, NOBODY, null)).write(recipientOf("a@example.com"));
        expect(bodyOf(mail.toString("latin1")).filter((line) => line.length > 76)).toEqual([]);
        expect((await simpleParser(mail)).text).toContain(
          `${letter.repeat(length)} sends this to a@example.com, which`,
        );
      }
  });

  it("carries the planned work as an event, byte for byte", async () => {
    const planned = contextOf({
      incident: { ...contextOf().incident, type: "maintenance", phase: "scheduled", endsAt: NOW },
      update: { ...contextOf().update, verb: "maintenance schedule" },
    });
    const payload = postOf(connectList(), messageOf(), planned).payload as ListPayload;
    const recipient = recipientOf("a@example.com");
    const letter = await prepareLetter(payload, NOBODY, null);
    const got = await simpleParser(await letter.write(recipient));
    const wanted = await simpleParser(await direct(payload, recipient, NOBODY));
    expect(got.attachments.map((one) => one.content.toString())).toEqual(
      wanted.attachments.map((one) => one.content.toString()),
    );
    expect(got.attachments.length).toBeGreaterThan(0);
  });

  it("is the same in every attempt", async () => {
    const payload = payloadOf("Wörter", "Worte", undefined);
    const recipient = recipientOf("a@example.com", { name: "Ä" });
    const once = await (await prepareLetter(payload, NOBODY, null)).write(recipient);
    const twice = await (await prepareLetter(payload, NOBODY, null)).write(recipient);
    expect(once.equals(twice)).toBe(true);
  });

  it("names no other recipient", async () => {
    const letter = await prepareLetter(payloadOf("w", "W", undefined), NOBODY, null);
    await letter.write(recipientOf("first@example.com", { name: "Ferdinand" }));
    const second = await letter.write(recipientOf("second@example.com"));
    expect(second.toString()).not.toMatch(/first@|Ferdinand/);
  });
});

const HEADERS = new Set([
  ...[
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
  ],
  ...["list-unsubscribe", "list-unsubscribe-post", "mime-version", "content-type"],
]);

function payloadOf(said: string, german: string, unsubscribe: string | undefined): ListPayload {
  const channel = connectList({
    replyTo: '"Help, Inc." <help@example.com>',
    ...(unsubscribe === undefined ? {} : { unsubscribe }),
  });
  const translations = new Map([["de", messageOf(german, { subject: "Die Kasse fällt aus" })]]);
  return postOf(channel, messageOf(said, { subject: said.slice(0, 200) }), contextOf({ translations }))
    .payload as ListPayload;
}

/** The same mail, made for this recipient from the beginning. */
function direct(payload: ListPayload, recipient: Recipient, place: Place): Promise<Buffer> {
  const version =
    payload.versions.find(({ locale }) => recipient.locale?.startsWith(locale)) ?? payload.versions[0];
  if (version === undefined) throw new Error("no version");
  const { address } = recipient;
  const domain = domainOf(payload.from.address);
  const link = recipient.unsubscribe === null ? payload.unsubscribe : linkOf(recipient.unsubscribe);
  const { inReplyTo, references } = ownThreadOf(place, address);
  const name = literal(recipient.name ?? "");
  const list = (link ?? "").length > LONGEST_LINK ? {} : listHeaders(link);
  return new MailComposer({
    from: payload.from,
    to: { name: /\S{998}/.test(name) ? "" : name, address },
    ...(payload.replyTo === null ? {} : { replyTo: payload.replyTo }),
    subject: version.subject,
    // A return that stands alone ends a line, as it does on the wire.
    text: fill(version.text, address, unsubscribeLine(link, version.locale)).replace(/\r\n?/g, "\n"),
    html: fill(version.html, escapeHtml(address), unsubscribeLink(link, version.locale)).replace(
      /\r\n?/g,
      "\n",
    ),
    messageId: ownMessageId(payload.key, address, domain),
    date: new Date(payload.date),
    headers: {
      ...payload.headers,
      ...Object.fromEntries(Object.entries(list).map(([key, value]) => [key, { prepared: true, value }])),
    },
    ...(inReplyTo === null ? {} : { inReplyTo, references: [...references] }),
    ...(version.calendar === undefined
      ? {}
      : { icalEvent: { ...version.calendar, filename: CALENDAR_NAME } }),
    newline: "windows",
  })
    .compile()
    .build();
}

function linkOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).href.replace(/[<>\s]/g, encodeURIComponent) : null;
}

function readable({
  from,
  to,
  replyTo,
  subject,
  messageId,
  inReplyTo,
  references,
  date,
  text,
  html,
  headers,
}: Mail) {
  const plain = Object.fromEntries([...headers].filter(([name]) => /^(list|auto|mime)/.test(name)));
  return { from, to, replyTo, subject, messageId, inReplyTo, references, date, text, html, plain };
}

type Mail = Awaited<ReturnType<typeof simpleParser>>;

function bodyOf(raw: string): string[] {
  return raw.slice(raw.indexOf("\r\n\r\n")).split("\r\n");
}
