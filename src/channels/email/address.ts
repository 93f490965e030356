import { domainToASCII, domainToUnicode } from "node:url";

/** A mailbox as it stands in a header; `name` is empty where none was given. Plain JSON. */
export type MailAddress = {
  readonly name: string;
  readonly address: string;
};

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`);
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
/** Control and format characters (line breaks, bidirectional overrides), and lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const SPECIAL = /[<>()[\]:;@\\,"]/;

/**
 * Reads `a@b` or `Name <a@b>` (the name may stand in double quotes), the domain in lower case and in its ASCII form;
 * null for anything else: lists, groups, comments, control characters, quoted local parts, domain literals.
 * Narrower than RFC 5322 so that no mail library can read the same text differently.
 */
export function parseAddress(text: string): MailAddress | null {
  // Nobody's; and to look for a name in a long one would take long.
  if (text.length > 1000 || INVISIBLE.test(text)) return null;
  const named = /^(.*?)\s*<([^<>]*)>$/.exec(text.trim());
  const name = named === null ? "" : readName(named[1] ?? "");
  const address = readAddress(named === null ? text.trim() : (named[2] ?? ""));
  return name === null || address === null ? null : { name, address };
}

function readName(text: string): string | null {
  const quoted = /^"([^"\\]*)"$/.exec(text);
  if (quoted !== null) return (quoted[1] ?? "").trim();
  return SPECIAL.test(text) ? null : text;
}

/** Reads a bare `a@b`, the domain in lower case and in its ASCII form; null for anything else. */
export function readAddress(text: string): string | null {
  const at = text.indexOf("@");
  if (at < 1 || at > 64 || text.length > 254) return null;
  const local = text.slice(0, at);
  // `=?` begins an encoded word (RFC 2047), which some servers read even here, as another address.
  if (!LOCAL_PART.test(local) || local.includes("=?")) return null;
  const domain = readDomain(text.slice(at + 1));
  if (domain === null || at + 1 + domain.length > 254) return null;
  return `${local}@${domain}`;
}

/**
 * Reads a domain name, in lower case and in its ASCII form (RFC 5891); null for anything else, for numeric addresses, and for
 * characters that stand for others, such as full-width letters.
 */
export function readDomain(text: string): string | null {
  const lower = text.toLowerCase();
  // Most need no look at their letters.
  if (/^[\x00-\x7f]*$/.test(lower) && !/(?:^|\.)xn--/.test(lower)) return isDomain(lower) ? lower : null;
  const ascii = domainToASCII(lower);
  if (!isDomain(ascii)) return null;
  return ascii === lower || domainToUnicode(ascii) === lower.normalize("NFC") ? ascii : null;
}

function isDomain(text: string): boolean {
  // What ends in a number, a hexadecimal one too, is an address of the network to who reads hosts as browsers do (WHATWG URL, 3.5).
  return text.length <= 253 && DOMAIN.test(text) && !/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i.test(text);
}

/**
 * Whether a domain, as `readDomain` gives it, is kept for examples: mail to it reaches nobody, and a server that takes it says
 * so to nobody (RFC 2606, 2 and 3). `.test` is not among them: within a network of one's own it may well be somebody's.
 */
export function isForExamples(domain: string): boolean {
  return /(?:^|\.)(?:example|invalid|example\.(?:com|net|org))$/.test(domain);
}

/** The part after the `@`. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
