import { Secret } from "../../base/secret.ts";
import { ChannelError } from "../contract.ts";
import { isLoopback } from "../http.ts";

/** Where mail is handed in. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`). */
  readonly secure: boolean;
  readonly login: { readonly user: string; readonly password: Secret } | null;
  readonly loopback: boolean;
}

/**
 * Reads the `smtp` secret; the port defaults to 587, for `smtps:` to 465.
 * Throws ChannelError, showing nothing of the secret, when it is no SMTP address or not allowed in a drill.
 */
export function readServer(smtp: Secret, loopbackOnly: boolean): MailServer {
  const url = parse(smtp.reveal());
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const loopback = isLoopback(host);
  if (loopbackOnly && !loopback)
    throw new ChannelError("refused", "MAIL_NOT_LOOPBACK", `a drill reaches loopback only, not ${host}`, {
      hint: "give the drill an smtp address on 127.0.0.1",
    });
  const secure = url.protocol === "smtps:";
  const fallback = secure ? 465 : 587;
  return {
    host,
    port: url.port === "" ? fallback : Number(url.port),
    secure,
    login:
      url.username === ""
        ? null
        : {
            user: decodeURIComponent(url.username),
            password: new Secret(decodeURIComponent(url.password)),
          },
    loopback,
  };
}

function parse(text: string): URL {
  try {
    const url = new URL(text.trim());
    decodeURIComponent(url.username + url.password);
    const bare = /^\/?$/.test(url.pathname) && url.search === "" && url.hash === "";
    if (/^smtps?:$/.test(url.protocol) && url.hostname !== "" && bare) return url;
  } catch {
    // falls through: the parser's own message would show the secret
  }
  throw new ChannelError("refused", "MAIL_SERVER_INVALID", "the smtp setting is no SMTP address", {
    hint: "write smtp://user:password@host:587 or smtps://user:password@host:465, with user and password percent-encoded",
  });
}

/** `smtp.example.com:587`, for messages. */
export function describeServer(server: MailServer): string {
  return `${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`;
}
