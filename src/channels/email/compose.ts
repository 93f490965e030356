import type { Message } from "../../render/document.ts";
import { toHtml } from "../../render/formats/html.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import type { ComposeContext, Post, Property } from "../contract.ts";
import { domainOf, type MailAddress, parseAddress } from "./address.ts";
import { CALENDAR_NAME, type CalendarFile, calendarOf } from "./calendar.ts";
import { mailPage } from "./mail-page.ts";
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

/** One mail for each address, so that no recipient sees another; `part` is the address without its name. */
export function composeMails(
  message: Message,
  context: ComposeContext,
  settings: Omit<EmailSettings, "smtp">,
  property: Property,
): Post[] {
  const from = addressOf(settings.from);
  const subject = literal(message.subject);
  const unsubscribe = settings.unsubscribe === undefined ? null : new URL(settings.unsubscribe).href;
  const notes: string[] = [];
  const calendar = calendarOf(message, context, property);
  if (calendar !== null)
    notes.push(`with ${CALENDAR_NAME}${calendar.method === "CANCEL" ? ", which takes the event back" : ""}`);
  return settings.to.map((recipient) => {
    const to = addressOf(recipient);
    const key = context.keyOf(to.address);
    const reason = `${literal(property.name)} sends this to ${to.address}, which is on its list for status updates.`;
    const text = [
      toPlainText(message.body),
      ...(message.link === null ? [] : [`Status page: ${message.link}`]),
      `-- \n${reason}${unsubscribe === null ? "" : `\nUnsubscribe: ${unsubscribe}`}`,
    ].join("\n\n");
    const html = mailPage({
      locale: property.locale,
      property: literal(property.name),
      type: context.incident.type,
      phase: context.incident.phase,
      impact: context.incident.impact,
      subject,
      body: toHtml(message.body),
      link: message.link,
      reason,
      unsubscribe,
    });
    const payload: MailPayload = {
      from,
      to,
      replyTo: settings.replyTo === undefined ? null : addressOf(settings.replyTo),
      subject,
      text: `${text}\n`,
      html,
      messageId: `<${key}@${domainOf(from.address)}>`,
      date: context.update.at.toISOString(),
      headers: {
        ...AUTOMATIC,
        ...(unsubscribe === null ? {} : listHeaders(unsubscribe)),
      },
      ...(calendar === null ? {} : { calendar }),
    };
    return { part: to.address, key, payload, text, length: null, notes };
  });
}

/** Keeps vacation responders silent (RFC 3834). */
const AUTOMATIC = { "Auto-Submitted": "auto-generated" };

/** One-click unsubscription (RFC 8058). */
function listHeaders(url: string): Record<string, string> {
  return {
    "List-Unsubscribe": `<${url}>`,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  };
}

function addressOf(text: string): MailAddress {
  const address = parseAddress(text);
  if (address === null) throw new TypeError("an address that the settings should have refused");
  return address;
}
