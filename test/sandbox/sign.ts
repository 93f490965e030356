import { createHmac, randomBytes } from "node:crypto";

export interface Keys {
  readonly appKey: string;
  readonly appSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
}

export const KEYS: Keys = {
  appKey: "sandbox-app-key",
  appSecret: "sandbox-app-secret",
  accessToken: "2244994945-sandbox-access-token",
  accessSecret: "sandbox-access-secret",
};

const quote = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The OAuth 1.0a Authorization header (RFC 5849) for a request with a JSON body. */
export function signed(method: string, url: string, keys: Keys = KEYS): { authorization: string } {
  const address = new URL(url);
  const oauth: Record<string, string> = {
    oauth_consumer_key: keys.appKey,
    oauth_nonce: randomBytes(16).toString("hex"),
    oauth_signature_method: "HMAC-SHA1",
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_token: keys.accessToken,
    oauth_version: "1.0",
  };
  const parameters = [...Object.entries(oauth), ...address.searchParams]
    .map(([name, value]) => `${quote(name)}=${quote(value)}`)
    .sort()
    .join("&");
  const base = [method, quote(address.origin + address.pathname), quote(parameters)].join("&");
  const signature = createHmac("sha1", `${quote(keys.appSecret)}&${quote(keys.accessSecret)}`)
    .update(base)
    .digest("base64");
  const fields = Object.entries({ ...oauth, oauth_signature: signature });
  return {
    authorization: `OAuth ${fields.map(([name, value]) => `${name}="${quote(value)}"`).join(", ")}`,
  };
}
