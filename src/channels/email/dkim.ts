import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import type { Secret } from "../../base/secret.ts";
import { ChannelError } from "../contract.ts";
import type { EmailSettings } from "./settings.ts";

/** Signs for a domain whose public key stands in the DNS at `selector._domainkey.domain`. */
export interface DkimSigner {
  readonly domain: string;
  readonly selector: string;
  readonly key: KeyObject;
}

const signAsync = promisify(sign) as (
  algorithm: string | null,
  data: Buffer,
  key: KeyObject,
) => Promise<Buffer>;

/**
 * Reads the private key. Throws ChannelError, showing nothing of it, where it is none, or one that receivers disregard
 * (RFC 8301, 3.2: RSA of less than 1024 bits; RFC 8463 adds Ed25519).
 */
export function readDkim(
  place: { readonly domain: string; readonly selector: string },
  secret: Secret,
): DkimSigner {
  const refuse = (what: string) =>
    new ChannelError("refused", "MAIL_DKIM_KEY_INVALID", `dkimKey ${what}`, {
      hint: "give a private key in PEM: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    });
  let key: KeyObject;
  try {
    // In one line, as environment files write it.
    key = createPrivateKey(secret.reveal().replaceAll("\\n", "\n"));
  } catch {
    throw refuse("is not a private key");
  }
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (key.asymmetricKeyType !== "ed25519" && (key.asymmetricKeyType !== "rsa" || bits === undefined))
    throw refuse(`is of the sort ${key.asymmetricKeyType}, and DKIM takes RSA and Ed25519`);
  if (bits !== undefined && bits < 1024)
    throw refuse(`has ${bits} bits, and receivers disregard less than 1024`);
  return { domain: place.domain, selector: place.selector, key };
}

/** The settings' signer; null where they have none. Throws ChannelError. */
export function dkimOf({ dkim, dkimKey }: Pick<EmailSettings, "dkim" | "dkimKey">): DkimSigner | null {
  return dkim === undefined || dkimKey === undefined ? null : readDkim(dkim, dkimKey);
}

/** What is signed where it is there, in this order; both of the last are needed for one-click (RFC 8058, 4). */
const SIGNED = [
  ...["from", "reply-to", "to", "subject", "date", "message-id", "in-reply-to", "references"],
  ...["mime-version", "content-type", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post"],
];

/** Header lines in canonical form, by their names in lower case. */
export type CanonicalHead = ReadonlyMap<string, string>;

/** Whole header lines in the canonical form `relaxed` (RFC 6376, 3.4.2), those that are signed only. */
export function canonicalHead(lines: string): CanonicalHead {
  const fields = lines
    .replace(/\r\n(?=[ \t])/g, "")
    .split("\r\n")
    .map((line) => [line.slice(0, line.indexOf(":")).trim().toLowerCase(), line] as const)
    .filter(([name]) => SIGNED.includes(name))
    .map(([name, line]) => [name, relaxed(name, line.slice(line.indexOf(":") + 1))] as const);
  return new Map(fields);
}

/** Whole lines in the canonical form `relaxed` (RFC 6376, 3.4.4), save the empty lines at the end of a body. */
export function canonicalLines(lines: string): string {
  return lines.replace(/[ \t]+/g, " ").replace(/ (?=\r\n)/g, "");
}

/** A whole body in the canonical form `relaxed`. */
export function canonicalBody(body: string): string {
  const lines = canonicalLines(body).replace(/(?:\r\n)+$/, "");
  return lines === "" ? "" : `${lines}\r\n`;
}

/**
 * The header line that signs a mail, with its line end. The key works on the thread pool. `body` is canonical, in pieces.
 */
export async function signatureOf(
  { domain, selector, key }: DkimSigner,
  head: CanonicalHead,
  body: Iterable<string | Buffer>,
): Promise<string> {
  const rsa = key.asymmetricKeyType === "rsa";
  const names = SIGNED.filter((name) => head.has(name));
  const hash = createHash("sha256");
  for (const piece of body) {
    if (typeof piece === "string") hash.update(piece, "latin1");
    else hash.update(piece);
  }
  const unsigned = [
    `v=1; a=${rsa ? "rsa" : "ed25519"}-sha256; c=relaxed/relaxed; d=${domain};`,
    ` s=${selector}; bh=${hash.digest("base64")};`,
    ` h=${names.slice(0, 7).join(":")}:`,
    `  ${names.slice(7).join(":")};`,
    " b=",
  ].join("\r\n");
  const signed = [...names.map((name) => head.get(name) ?? ""), relaxed("dkim-signature", unsigned)].join(
    "\r\n",
  );
  const data = Buffer.from(signed, "latin1");
  // Ed25519 signs the hash (RFC 8463, 3).
  const bytes = await (rsa
    ? signAsync("sha256", data, key)
    : signAsync(null, createHash("sha256").update(data).digest(), key));
  return `DKIM-Signature: ${unsigned}${bytes.toString("base64").replace(/.{72}(?=.)/g, "$&\r\n ")}\r\n`;
}

function relaxed(name: string, value: string): string {
  return `${name}:${value
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim()}`;
}

/** The mail with its signature in front, and with the line ends that the wire would give it. */
export async function signMail(mail: Buffer, signer: DkimSigner): Promise<Buffer> {
  const text = mail.toString("latin1").replace(/\r\n?|\n/g, "\r\n");
  const end = text.indexOf("\r\n\r\n");
  const body = canonicalBody(text.slice(end + 4));
  const signature = await signatureOf(signer, canonicalHead(text.slice(0, end)), [body]);
  return Buffer.from(signature + text, "latin1");
}
