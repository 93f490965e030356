import { Readable } from "node:stream";
import MailComposer from "nodemailer/lib/mail-composer";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { CALENDAR_NAME } from "./calendar.ts";
import type { MailPayload } from "./compose.ts";
import { type DkimSigner, signMail } from "./dkim.ts";
import { Interruption, type SmtpFault, toChannelError } from "./fate.ts";
import type { MailServer } from "./server.ts";
import { enter, newConnection } from "./session.ts";
import type { MailThread } from "./thread.ts";

/** For one call. */
export interface MailLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What the session before the first mail showed. */
export interface Login {
  readonly encrypted: boolean;
  /** False when the server offered no login, or the settings hold none. */
  readonly loggedIn: boolean;
}

/**
 * Hands one mail to the server, once, and resolves to the Message-ID that the recipient will see.
 * Throws ChannelError: `unknown` from the moment when the body began to leave until the server's last reply.
 */
export async function sendMail(
  server: MailServer,
  mail: MailPayload,
  thread: MailThread,
  limits: MailLimits,
  signer: DkimSigner | null = null,
): Promise<{ messageId: string }> {
  const unsigned = await bytesOf(mail, thread);
  const bytes = signer === null ? unsigned : await signMail(unsigned, signer);
  return converse(
    server,
    limits,
    (connection, progress) =>
      new Promise((resolve, reject) => {
        // A stream is asked for bytes only after the server's reply to DATA: so its first read marks the
        // moment from which the mail may be out.
        const body = new Readable({
          read() {
            progress.bodyLeft = true;
            this.push(bytes);
            this.push(null);
          },
        });
        const envelope = {
          from: mail.from.address,
          to: [mail.to.address],
          size: bytes.length,
        };
        connection.send(envelope, body, (error, info) => {
          if (error) reject(error);
          else resolve({ messageId: info.serverMessageId ?? mail.messageId });
        });
      }),
  );
}

/** Connects and logs in, and sends nothing. Throws ChannelError. */
export function logIn(server: MailServer, limits: MailLimits): Promise<Login> {
  return converse(server, limits, (connection) =>
    Promise.resolve({
      encrypted: connection.secure,
      loggedIn: connection.authenticated,
    }),
  );
}

/** The mail as it goes on the wire; the same for every attempt. */
function bytesOf(mail: MailPayload, thread: MailThread): Promise<Buffer> {
  return new MailComposer({
    from: mail.from,
    to: mail.to,
    ...(mail.replyTo === null ? {} : { replyTo: mail.replyTo }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    date: new Date(mail.date),
    headers: { ...mail.headers },
    ...(thread.inReplyTo === null ? {} : { inReplyTo: thread.inReplyTo, references: [...thread.references] }),
    ...(mail.calendar === undefined ? {} : { icalEvent: { ...mail.calendar, filename: CALENDAR_NAME } }),
    baseBoundary: mail.messageId.replace(/[^A-Za-z0-9]/g, "").slice(0, 32),
    newline: "windows",
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/** One connection from greeting to QUIT: never pooled, never retried, at most `timeoutMs` in all. */
function converse<T>(
  server: MailServer,
  limits: MailLimits,
  talk: (connection: SMTPConnection, progress: { bodyLeft: boolean }) => Promise<T>,
): Promise<T> {
  const { timeoutMs, signal } = limits;
  const progress = { bodyLeft: false };
  const connection = newConnection(server, timeoutMs);
  const closeAfterQuit = () => {
    connection.quit();
    connection.close();
  };
  return new Promise<T>((resolve, reject) => {
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      act();
    };
    const fail = (error: SmtpFault) =>
      settle(() => {
        connection.close();
        reject(toChannelError(error, server, progress.bodyLeft));
      });
    const timer = setTimeout(() => fail(new Interruption("timeout", timeoutMs)), timeoutMs);
    const onAbort = () => fail(new Interruption("stopped", timeoutMs));
    signal.addEventListener("abort", onAbort, { once: true });
    connection.on("error", fail);
    // The command in flight is told why a little later than the connection is told that it ended.
    connection.once("end", () => setImmediate(() => fail(new Interruption("closed", timeoutMs))));
    const begin = () => {
      talk(connection, progress).then(
        (result) =>
          settle(() => {
            closeAfterQuit();
            resolve(result);
          }),
        fail,
      );
    };
    if (signal.aborted) return onAbort();
    enter(connection, server, (fault) => {
      if (settled) return;
      if (fault === null) begin();
      else fail(fault);
    });
  });
}
