/** A mailbox as it stands in a header; `name` is empty where none was given. Plain JSON. */
export type MailAddress = {
  readonly name: string;
  readonly address: string;
};

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const SPEC = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`);
/** Control and format characters (line breaks, bidirectional overrides), and lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const SPECIAL = /[<>()[\]:;@\\,"]/;

/**
 * Reads `a@b` or `Name <a@b>` (the name may stand in double quotes); null for anything else:
 * lists, groups, comments, control characters, quoted local parts, domain literals.
 * Narrower than RFC 5322 so that no mail library can read the same text differently.
 */
export function parseAddress(text: string): MailAddress | null {
  if (INVISIBLE.test(text)) return null;
  const named = /^(.*?)\s*<([^<>]*)>$/.exec(text.trim());
  const address = named === null ? text.trim() : (named[2] ?? "");
  const name = named === null ? "" : readName(named[1] ?? "");
  if (name === null || !isAddress(address)) return null;
  return { name, address };
}

function readName(text: string): string | null {
  const quoted = /^"([^"\\]*)"$/.exec(text);
  if (quoted !== null) return (quoted[1] ?? "").trim();
  return SPECIAL.test(text) ? null : text;
}

function isAddress(text: string): boolean {
  return text.length <= 254 && text.indexOf("@") <= 64 && SPEC.test(text);
}

/** The part after the `@`. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
