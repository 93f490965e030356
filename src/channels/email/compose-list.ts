import type { Message } from "../../render/document.ts";
import { escapeHtml } from "../../render/formats/html.ts";
import { literal } from "../../render/literal.ts";
import { type ComposeContext, LIST_PART, type Post, type Property, type Receipt } from "../contract.ts";
import { domainOf, type MailAddress } from "./address.ts";
import { type CalendarFile, calendarOf } from "./calendar.ts";
import {
  AUTOMATIC,
  addressOf,
  calendarNote,
  htmlAround,
  reasonAround,
  type Sender,
  textBefore,
  unsubscribeLine,
} from "./compose.ts";
import { isTemplate } from "./recipients/unsubscribe.ts";

/** Text with two gaps: the recipient's address, and how they unsubscribe (nothing where there is no way to). */
export type WithGaps = readonly [beforeAddress: string, beforeUnsubscribe: string, afterUnsubscribe: string];

/** What is said, in one language. */
export type ListVersion = {
  /** BCP 47. */
  readonly locale: string;
  readonly subject: string;
  readonly text: WithGaps;
  readonly html: WithGaps;
  readonly calendar?: CalendarFile;
};

/** What is stored for a mailing: everything that goes on the wire but what differs from one recipient to the next. */
export type ListPayload = {
  readonly from: MailAddress;
  readonly replyTo: MailAddress | null;
  /** ISO 8601. */
  readonly date: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Every recipient's Message-ID follows from it. */
  readonly key: string;
  /** For recipients who have no link of their own; null for none. */
  readonly unsubscribe: string | null;
  /** The channel's own language first. */
  readonly versions: readonly ListVersion[];
};

/** One post for the whole list, however long it is; in the channel's language and in each of its others. */
export function composeList(
  message: Message,
  context: ComposeContext,
  settings: Sender,
  property: Property,
  locale: string,
): Post {
  const key = context.keyOf(LIST_PART);
  const place = settings.unsubscribe;
  const personal = place !== undefined && isTemplate(place);
  const unsubscribe = place === undefined || personal ? null : new URL(place).href;
  const versions = [...new Map([[locale, message], ...(context.translations ?? [])])].map(
    ([language, words]) => version(words, context, property, language),
  );
  const payload: ListPayload = {
    from: addressOf(settings.from),
    replyTo: settings.replyTo === undefined ? null : addressOf(settings.replyTo),
    date: context.update.at.toISOString(),
    headers: AUTOMATIC,
    key,
    unsubscribe,
    versions,
  };
  const [first] = versions;
  const link = unsubscribeLine(personal ? "(a link of their own)" : unsubscribe, locale);
  const calendar = first?.calendar;
  return {
    part: LIST_PART,
    key,
    payload,
    text: first === undefined ? "" : fill(first.text, "your address", link).trimEnd(),
    length: null,
    notes: [
      "every recipient of the list gets a mail of their own",
      ...(versions.length > 1
        ? [`in the recipient's language: ${versions.map((one) => one.locale).join(", ")}`]
        : []),
      ...(calendar === undefined ? [] : [calendarNote(calendar)]),
    ],
  };
}

function version(message: Message, context: ComposeContext, property: Property, locale: string): ListVersion {
  const [reasonBefore, reasonAfter] = reasonAround(property, locale);
  const [htmlBefore, htmlAfter] = htmlAround(message, context, property, locale);
  const calendar = calendarOf(message, context, property);
  return {
    locale,
    subject: literal(message.subject),
    text: [`${textBefore(message, locale)}${reasonBefore}`, reasonAfter, "\n"],
    html: [`${htmlBefore}${escapeHtml(reasonBefore)}`, escapeHtml(reasonAfter), htmlAfter],
    ...(calendar === null ? {} : { calendar }),
  };
}

export function fill([start, middle, end]: WithGaps, address: string, unsubscribe: string): string {
  return `${start}${address}${middle}${unsubscribe}${end}`;
}

/** The receipt of a mailing: from its key every recipient's Message-ID follows, so that later mails find their thread. */
export function mailingReceipt(post: Post): Receipt {
  const { key, from } = post.payload as ListPayload;
  return { remoteId: `${key}@${domainOf(from.address)}`, url: null, extra: { key } };
}

/** The first version in the recipient's language: exactly theirs, else their language elsewhere, else the channel's own. */
export function versionFor(versions: readonly Pick<ListVersion, "locale">[], locale: string | null): number {
  if (locale === null || versions.length === 1) return 0;
  const wanted = locale.toLowerCase();
  const exact = versions.findIndex((one) => one.locale.toLowerCase() === wanted);
  if (exact !== -1) return exact;
  const language = languageOf(wanted);
  return Math.max(
    0,
    versions.findIndex((one) => languageOf(one.locale.toLowerCase()) === language),
  );
}

function languageOf(locale: string): string {
  return locale.split("-", 1)[0] ?? "";
}
