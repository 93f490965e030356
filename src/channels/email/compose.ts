import type { Message } from "../../render/document.ts";
import { escapeHtml, toHtml } from "../../render/formats/html.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import { wordsIn } from "../../render/words/index.ts";
import type { ComposeContext, Post, Property } from "../contract.ts";
import { domainOf, type MailAddress, parseAddress } from "./address.ts";
import { CALENDAR_NAME, type CalendarFile, calendarOf } from "./calendar.ts";
import { mailPage, unsubscribeLink } from "./mail-page.ts";
import type { EmailSettings } from "./settings.ts";

/** What is stored for one mail: everything that goes on the wire but the thread headers. */
export type MailPayload = {
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly replyTo: MailAddress | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With its angle brackets; fixed here, so that every attempt carries the same. */
  readonly messageId: string;
  /** ISO 8601. */
  readonly date: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The planned work as an event, where the mail says when it is or that it is off. */
  readonly calendar?: CalendarFile;
};

/** Who speaks, and where an answer goes. */
export type Sender = Pick<EmailSettings, "from" | "replyTo" | "unsubscribe">;

/** One mail for each address, so that no recipient sees another; `part` is the address without its name. */
export function composeMails(
  message: Message,
  context: ComposeContext,
  settings: Sender & { readonly to: readonly string[] },
  property: Property,
  locale: string,
): Post[] {
  const from = addressOf(settings.from);
  const subject = literal(message.subject);
  const unsubscribe = settings.unsubscribe === undefined ? null : new URL(settings.unsubscribe).href;
  const calendar = calendarOf(message, context, property);
  const notes = calendar === null ? [] : [calendarNote(calendar)];
  const [reasonBefore, reasonAfter] = reasonAround(property, locale);
  const [htmlBefore, htmlAfter] = htmlAround(message, context, property, locale);
  return settings.to.map((recipient) => {
    const to = addressOf(recipient);
    const key = context.keyOf(to.address);
    const reason = `${reasonBefore}${to.address}${reasonAfter}`;
    const text = `${textBefore(message, locale)}${reason}${unsubscribeLine(unsubscribe, locale)}`;
    const payload: MailPayload = {
      from,
      to,
      replyTo: settings.replyTo === undefined ? null : addressOf(settings.replyTo),
      subject,
      text: `${text}\n`,
      html: `${htmlBefore}${escapeHtml(reason)}${unsubscribeLink(unsubscribe, locale)}${htmlAfter}`,
      messageId: `<${key}@${domainOf(from.address)}>`,
      date: context.update.at.toISOString(),
      headers: {
        ...AUTOMATIC,
        ...listHeaders(unsubscribe),
      },
      ...(calendar === null ? {} : { calendar }),
    };
    return { part: to.address, key, payload, text, length: null, notes };
  });
}

/** Keeps vacation responders silent (RFC 3834). */
export const AUTOMATIC = { "Auto-Submitted": "auto-generated" };

/** Where the subscription ends (RFC 2369); one-click where the link is https (RFC 8058, 3.1). */
export function listHeaders(url: string | null): Record<string, string> {
  if (url === null) return {};
  const place = { "List-Unsubscribe": `<${url}>` };
  return url.startsWith("https:")
    ? { ...place, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }
    : place;
}

/** Why this reader gets this mail: what stands before and after their address. */
export function reasonAround(property: Property, locale: string): readonly [string, string] {
  return wordsIn(locale).mail.reason(literal(property.name));
}

/** The plain text up to the reason. */
export function textBefore(message: Message, locale: string): string {
  return [
    toPlainText(message.body),
    ...(message.link === null ? [] : [`${wordsIn(locale).statusPage}: ${message.link}`]),
    "-- \n",
  ].join("\n\n");
}

export function unsubscribeLine(url: string | null, locale: string): string {
  return url === null ? "" : `\n${wordsIn(locale).mail.unsubscribe}: ${url}`;
}

/** The HTML before and after its footer. */
export function htmlAround(
  message: Message,
  { incident }: ComposeContext,
  property: Property,
  locale: string,
): [string, string] {
  return mailPage({
    locale,
    property: literal(property.name),
    type: incident.type,
    phase: incident.phase,
    impact: incident.impact,
    subject: literal(message.subject),
    body: toHtml(message.body),
    link: message.link,
  });
}

export function calendarNote({ method }: CalendarFile): string {
  return `with ${CALENDAR_NAME}${method === "CANCEL" ? ", which takes the event back" : ""}`;
}

export function addressOf(text: string): MailAddress {
  const address = parseAddress(text);
  if (address === null) throw new TypeError("an address that the settings should have refused");
  return address;
}
