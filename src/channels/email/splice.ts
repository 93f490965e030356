import { foldLines } from "nodemailer/lib/mime-funcs";
import MimeNode from "nodemailer/lib/mime-node";
import { encode, wrap } from "nodemailer/lib/qp";
import { escapeHtml } from "../../render/formats/html.ts";
import { literal } from "../../render/literal.ts";
import type { Recipient } from "../contract.ts";
import { listHeaders, unsubscribeLine } from "./compose.ts";
import { unsubscribeLink } from "./mail-page.ts";
import type { Gap, Skeleton } from "./skeleton.ts";
import type { MailThread } from "./thread.ts";

/** A mail in pieces: `\r\n` stands between head and body. */
export interface Spliced {
  /** The recipient's own header lines, whole. */
  readonly head: string;
  /** What fills each gap, in order; ASCII. */
  readonly fillings: readonly string[];
}

/** Makes one recipient's own parts, each encoded for its place. `unsubscribe` is for recipients who have no link of their own. */
export function splice(
  skeleton: Skeleton,
  recipient: Recipient,
  messageId: string,
  thread: MailThread,
  unsubscribe: string | null,
): Spliced {
  const link = recipient.unsubscribe === null ? unsubscribe : safeLink(recipient.unsubscribe);
  const references = thread.references.join(" ");
  const list = link !== null && link.length > LONGEST_LINK ? {} : listHeaders(link);
  const head = [
    toHeader(recipient),
    `Message-ID: ${messageId}`,
    ...(thread.inReplyTo === null ? [] : [`In-Reply-To: ${thread.inReplyTo}`, `References: ${references}`]),
    ...Object.entries(list).map(([name, value]) => `${name}: ${value}`),
  ].map(fold);
  return {
    head: `${head.join("\r\n")}\r\n`,
    fillings: skeleton.gaps.map((gap) => filling(gap, recipient.address, link, skeleton.locale)),
  };
}

/** The mail as it goes on the wire, before dots are stuffed. `first` are header lines that stand before all others. */
export function assemble(skeleton: Skeleton, { head, fillings }: Spliced, first = ""): Buffer {
  const size =
    first.length +
    skeleton.head.length +
    head.length +
    2 +
    skeleton.body.reduce((sum, part) => sum + part.length, 0) +
    fillings.reduce((sum, part) => sum + part.length, 0);
  const mail = Buffer.allocUnsafe(size);
  let at = mail.write(first, 0, "latin1");
  at += skeleton.head.copy(mail, at);
  at += mail.write(`${head}\r\n`, at, "latin1");
  for (const [index, part] of skeleton.body.entries()) {
    at += part.copy(mail, at);
    at += mail.write(fillings[index] ?? "", at, "latin1");
  }
  return mail;
}

/** Servers need not take more than 998 characters to a line (RFC 5322, 2.1.1), and a link cannot be folded. */
export const LONGEST_LINK = 960;

/** One for all: the library draws random numbers for each. */
const ENCODER = new MimeNode(false);
const PLAIN_NAME = /^[\w ]*$/;

function toHeader({ name, address }: Recipient): string {
  const bare = `To: ${address}`;
  const clean = name === null ? "" : literal(name);
  if (clean === "") return bare;
  const named = PLAIN_NAME.test(clean)
    ? `To: ${clean} <${address}>`
    : `To: ${ENCODER.encodeHeaderValue("To", { name: clean, address })}`;
  return fits(fold(named)) ? named : bare;
}

function fold(line: string): string {
  return line.length < 76 ? line : foldLines(line, 76);
}

function fits(lines: string): boolean {
  return lines.length <= 998 || lines.split("\r\n").every((line) => line.length <= 998);
}

function filling({ form, holds }: Gap, address: string, link: string | null, locale: string): string {
  if (form === "text")
    return quoted(holds === "address" ? address : unsubscribeLine(link, locale).replace("\n", "\r\n"));
  return quoted(holds === "address" ? escapeHtml(address) : unsubscribeLink(link, locale));
}

/** Joined to what stands before and after by soft line breaks; nothing needs one. */
function quoted(text: string): string {
  return text === "" ? "=\r\n" : `=\r\n${wrap(encode(text), 75)}=\r\n`;
}

/** What most links are: to parse these would change nothing. */
const PLAIN_LINK = /^https:\/\/[a-z0-9.-]+(?:\/(?![.%])[\w.?=&%~+:@-]*)+$/;

/** A link that can stand in a header between `<` and `>`; null for what is none. */
function safeLink(text: string): string | null {
  if (PLAIN_LINK.test(text)) return text;
  return URL.canParse(text) ? new URL(text).href.replace(/[<>\s]/g, encodeURIComponent) : null;
}
