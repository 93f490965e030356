import { createHmac } from "node:crypto";
import { Secret } from "../../base/secret.ts";

/** Standard Webhooks 1.0, "Signature scheme" (read 2026-11): a key has 24 to 64 bytes. */
const KEY_BYTES = { min: 24, max: 64 };

/** The secrets in a text of one or several, separated by white space; null where one of them is none, or there are none. */
export function readSecrets(text: Secret): readonly Secret[] | null {
  const words = text
    .reveal()
    .split(/\s+/)
    .filter((word) => word !== "");
  const valid = words.length > 0 && words.every((word) => keyOf(word) !== null);
  return valid ? words.map((word) => new Secret(word)) : null;
}

/** The headers of one attempt. The id stays over all of them, so that a receiver knows what it has already. */
export function signatureHeaders(
  id: string,
  at: Date,
  body: string,
  secrets: readonly Secret[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac("sha256", keyOf(secret.reveal()) ?? Buffer.alloc(0));
    return `v1,${hmac.update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

function keyOf(secret: string): Buffer | null {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return null;
  const key = Buffer.from(encoded, "base64");
  return key.length >= KEY_BYTES.min && key.length <= KEY_BYTES.max ? key : null;
}
