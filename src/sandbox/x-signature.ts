import { createHmac, timingSafeEqual } from "node:crypto";
import type { Call } from "./http-server.ts";

/** The one app and account of the sandbox. */
export const X_CREDENTIALS = {
  appKey: "sandbox-app-key",
  appSecret: "sandbox-app-secret",
  accessToken: "2244994945-sandbox-access-token",
  accessSecret: "sandbox-access-secret",
} as const;

/**
 * True where the request carries an OAuth 1.0a HMAC-SHA1 signature (RFC 5849) of the right app and account,
 * made over the vendor's address or over the address that was really called. The timestamp is not looked at:
 * a client signs with the machine's clock, and the sandbox may live in another year.
 */
export function signatureIsRight(call: Call): boolean {
  const given = readHeader(call.headers.authorization ?? "");
  if (given === null) return false;
  if (given.get("oauth_consumer_key") !== X_CREDENTIALS.appKey) return false;
  if (given.get("oauth_token") !== X_CREDENTIALS.accessToken) return false;
  if (given.get("oauth_signature_method") !== "HMAC-SHA1") return false;
  if (!given.get("oauth_nonce") || !/^\d+$/.test(given.get("oauth_timestamp") ?? "")) return false;
  const signature = given.get("oauth_signature") ?? "";
  const form = (call.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  const signed: [string, string][] = [
    ...[...given].filter(([name]) => name !== "oauth_signature" && name !== "realm"),
    ...call.query,
    ...(form ? new URLSearchParams(call.body) : []),
  ];
  return [`https://api.x.com${call.path}`, call.base + call.path].some((address) =>
    same(signature, sign(call.method, address, signed)),
  );
}

function sign(method: string, address: string, parameters: readonly [string, string][]): string {
  const pairs = parameters
    .map(([name, value]) => [percent(name), percent(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const base = [method.toUpperCase(), percent(address), percent(pairs)].join("&");
  const key = `${percent(X_CREDENTIALS.appSecret)}&${percent(X_CREDENTIALS.accessSecret)}`;
  return createHmac("sha1", key).update(base).digest("base64");
}

function readHeader(header: string): Map<string, string> | null {
  if (!/^OAuth /i.test(header)) return null;
  const fields = new Map<string, string>();
  for (const [, name, value] of header.matchAll(/([\w]+)="([^"]*)"/g)) {
    try {
      fields.set(name ?? "", decodeURIComponent(value ?? ""));
    } catch {
      return null;
    }
  }
  return fields;
}

function percent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
