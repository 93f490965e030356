import { isIP } from "node:net";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SmtpFault } from "./fate.ts";
import type { MailServer } from "./server.ts";

interface Waits {
  /** In silence, before it is given up. */
  readonly idleMs?: number;
  /** For the server to close its side after ours; 0 cuts at once. */
  readonly farewellMs?: number;
}

/** A connection that is not yet open; every wait of the library's own has a limit. */
export function newConnection(server: MailServer, timeoutMs: number, more: Waits = {}): SMTPConnection {
  return new SMTPConnection({
    // By number, because the library asks a name server even for `localhost`.
    host: server.loopback && isIP(server.host) === 0 ? "127.0.0.1" : server.host,
    port: server.port,
    secure: server.secure,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: more.idleMs ?? timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: more.farewellMs ?? 1000,
    // A password never crosses a network readable. Loopback has neither listeners nor real certificates.
    requireTLS: !server.secure && server.login !== null && !server.loopback,
    tls: { rejectUnauthorized: !server.loopback },
  });
}

/** Connects and, where the server offers it and the settings hold one, logs in. */
export function enter(
  connection: SMTPConnection,
  server: MailServer,
  done: (fault: SmtpFault | null) => void,
): void {
  connection.connect((fault) => {
    if (fault) return done(fault);
    if (server.login === null || !connection.allowsAuth) return done(null);
    const credentials = { user: server.login.user, pass: server.login.password.reveal() };
    connection.login({ credentials }, (refused) => done(refused ?? null));
  });
}
