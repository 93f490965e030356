import { type AddressObject, type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { Clock } from "../base/clock.ts";
import { Door, LOOPBACK } from "./door.ts";
import type { Running } from "./http-server.ts";
import type { Fault, Mail, SandboxRequest } from "./world.ts";

/** The largest message taken, announced by the SIZE extension. */
export const MAX_MAIL_BYTES = 10 * 1024 * 1024;

export interface MailImitation {
  listen(port: number): Promise<Running>;
  /** `smtp://127.0.0.1:PORT`, with credentials where they are demanded. */
  address(port: number): string;
  mails(): Mail[];
}

/**
 * A relay that keeps what it takes, one mail per envelope recipient.
 * `refused@…` does not exist (550); `busy@…` is over its quota and deferred (451).
 */
export function imitateMail(options: {
  clock: Clock;
  auth: { readonly user: string; readonly password: string } | null;
  requests: SandboxRequest[];
}): MailImitation {
  const { clock, auth, requests } = options;
  const kept: Mail[] = [];
  const authenticated = new Set<string>();
  let fault: Fault | null = null;

  const refuse = (method: string, path: string, code: number, text: string): Error => {
    requests.push({
      imitation: "email",
      method,
      path,
      headers: {},
      body: "",
      status: code,
    });
    return replyOf(code, text);
  };

  /** The answer to the end of DATA; null where none is given. */
  const take = async (bytes: Buffer, tooBig: boolean, session: SMTPServerSession) => {
    const parsed = tooBig
      ? null
      : await simpleParser(bytes, {
          skipTextToHtml: true,
          skipImageLinks: true,
        });
    const [code, text] = verdict(parsed === null, fault);
    const takesEffect = code === 250 || fault === "slow-answer" || fault === "lost-answer";
    if (parsed !== null && takesEffect)
      for (const { address } of session.envelope.rcptTo) kept.push(mailOf(address, parsed, clock.now()));
    requests.push({
      imitation: "email",
      method: "DATA",
      path: session.envelope.rcptTo.map((recipient) => recipient.address).join(", "),
      headers: parsed === null ? {} : headersOf(parsed),
      body: bytes.toString("utf8"),
      status: code,
    });
    if (fault === "lost-answer") cut(server, session);
    return code === null ? null : { code, text };
  };

  const server = new SMTPServer({
    name: "mail.sandbox.example",
    banner: "sandbox",
    logger: false,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    authOptional: auth === null,
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    onAuth(offer, session, callback) {
      const right = auth === null || (offer.username === auth.user && offer.password === auth.password);
      if (!right || fault === "unauthorized")
        return callback(
          refuse("AUTH", offer.username ?? "", 535, "5.7.8 Authentication credentials invalid"),
        );
      authenticated.add(session.id);
      callback(null, { user: offer.username ?? "anyone" });
    },
    onMailFrom(from, session, callback) {
      if (fault === "unauthorized" && !authenticated.has(session.id))
        return callback(refuse("MAIL", from.address, 530, "5.7.0 Authentication required"));
      if (fault === "rate-limit")
        return callback(refuse("MAIL", from.address, 450, "4.7.1 Too many messages, slow down"));
      callback();
    },
    onRcptTo(to, _session, callback) {
      const local = to.address.split("@")[0]?.toLowerCase();
      if (local === "refused") return callback(refuse("RCPT", to.address, 550, "5.1.1 No such mailbox"));
      if (local === "busy")
        return callback(refuse("RCPT", to.address, 451, "4.2.2 Mailbox is busy, try again later"));
      callback();
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        take(Buffer.concat(chunks), stream.sizeExceeded, session).then(
          (reply) =>
            reply && callback(reply.code === 250 ? null : replyOf(reply.code, reply.text), reply.text),
          callback,
        );
      });
    },
    onClose: (session) => authenticated.delete(session.id),
  });
  // A client that vanishes in the middle of a command is no fault of the sandbox.
  server.on("error", () => undefined);

  return {
    async listen(port) {
      const door = await Door.open(server.server, port);
      return {
        port: door.port,
        fault(next) {
          fault = next;
          door.set(next !== "down");
        },
        close: () => door.close(),
      };
    },
    address: (port) => {
      const login =
        auth === null ? "" : `${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.password)}@`;
      return `smtp://${login}${LOOPBACK}:${port}`;
    },
    mails: () => [...kept],
  };
}

/** Reply code and text to the end of DATA; code null where the fault leaves it unanswered. */
function verdict(tooBig: boolean, fault: Fault | null): [number | null, string] {
  if (tooBig) return [552, "5.3.4 Message too big"];
  switch (fault) {
    case "refuse":
      return [550, "5.7.1 Message refused by policy"];
    case "server-error":
      return [451, "4.3.0 Local error in processing"];
    case "hang":
    case "slow-answer":
    case "lost-answer":
      return [null, ""];
    default:
      return [250, "2.0.0 Ok: queued"];
  }
}

/** Ends the session's connection without a word. */
function cut(server: SMTPServer, session: SMTPServerSession): void {
  for (const connection of server.connections)
    if (connection.session.id === session.id) connection._socket.destroy();
}

function replyOf(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function mailOf(to: string, parsed: ParsedMail, at: Date): Mail {
  const references = parsed.references ?? [];
  return {
    to,
    headerTo: addressesOf(parsed.to),
    from: addressesOf(parsed.from),
    subject: parsed.subject ?? "",
    text: parsed.text ?? "",
    html: parsed.html || "",
    messageId: parsed.messageId ?? "",
    inReplyTo: parsed.inReplyTo ?? null,
    references: typeof references === "string" ? references.split(/\s+/) : references,
    headers: headersOf(parsed),
    at,
  };
}

function addressesOf(field: AddressObject | AddressObject[] | undefined): string {
  if (field === undefined) return "";
  return Array.isArray(field) ? field.map((each) => each.text).join(", ") : field.text;
}

/** Header fields as they stood on the wire, unfolded; a repeated one is joined by `, `. */
function headersOf(parsed: ParsedMail): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { key, line } of parsed.headerLines) {
    const value = line
      .slice(line.indexOf(":") + 1)
      .replace(/\r?\n(?=[ \t])/g, "")
      .trim();
    headers[key] = headers[key] === undefined ? value : `${value}, ${headers[key]}`;
  }
  return headers;
}
