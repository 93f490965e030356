import { excerpt } from "../answer.ts";
import { wordsOfConnection } from "../connection-fault.ts";
import { ChannelError, RecipientError } from "../contract.ts";
import { describeServer, type MailServer } from "./server.ts";

/** What nodemailer says about a failure, as far as it is read here. */
export interface SmtpFault {
  readonly message: string;
  readonly code?: string | undefined;
  /** Node's own code, where nodemailer put its own in its place. */
  readonly originalCode?: string | undefined;
  /** The SMTP command that was answered: `RCPT TO`, `DATA`. */
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  /** 5yz, less 503, which is about the session and not about the mail. */
  readonly permanent?: boolean | undefined;
}

/** The conversation was ended by us, or by the server without a word. */
export class Interruption extends Error {
  readonly code: string;
  constructor(reason: "timeout" | "stopped" | "closed", timeoutMs: number) {
    super(
      {
        timeout: `no answer within ${timeoutMs / 1000} s`,
        stopped: "stopped while waiting",
        closed: "the server closed the connection",
      }[reason],
    );
    this.code = reason.toUpperCase();
  }
}

/**
 * What became of the mail. Before the body left nothing can have been accepted; after it, only a reply to it
 * tells, and a missing one leaves the mail unknown (RFC 5321, 4.2.5 and 6.1).
 */
export function toChannelError(fault: SmtpFault, server: MailServer, bodyLeft: boolean): ChannelError {
  const message = describe(fault, server);
  const replied = fault.responseCode !== undefined && fault.responseCode >= 400 && fault.responseCode < 600;
  if (bodyLeft && !(replied && fault.command === "DATA"))
    return new ChannelError("unknown", "MAIL_NO_ANSWER", message, {
      hint: "the mail may have been delivered and cannot be looked up: ask a recipient before sending it again",
    });
  const refused = (code: string, hint: string) => new ChannelError("refused", code, message, { hint });
  if (isCertificateFault(fault))
    return new ChannelError("not-sent", "MAIL_TLS_FAILED", message, {
      hint: "check host and port (smtps:// speaks TLS at once) and the certificate, then: status retry",
    });
  if (fault.code === "ETLS" && fault.permanent === true)
    return refused("MAIL_TLS_FAILED", "the server offers no TLS, and a password is never sent readable");
  if (replied && fault.permanent !== true)
    return new ChannelError("not-sent", "MAIL_TRY_LATER", message, {
      hint: "type: status retry",
    });
  if (fault.code === "EAUTH" || fault.responseCode === 530 || fault.responseCode === 535)
    return refused("MAIL_LOGIN_REFUSED", "check user and password in the smtp setting, then: status doctor");
  if (replied && fault.command === "RCPT TO")
    return refused("MAIL_RECIPIENT_REFUSED", "correct or remove this address in the channel's `to`");
  if (replied && fault.command === "MAIL FROM" && fault.responseCode === 552)
    return refused("MAIL_TOO_LARGE", "shorten the message: the server takes less");
  if (replied && fault.command === "MAIL FROM")
    return refused("MAIL_SENDER_REFUSED", "use a `from` address that this account may send as");
  if (replied) return refused("MAIL_REFUSED", "the server's own words say why");
  if (fault.code === "EMESSAGE")
    return refused("MAIL_TOO_LARGE", "shorten the message: the server announces a smaller limit");
  if (fault.code === "EENVELOPE") return refused("MAIL_ADDRESS_INVALID", "correct `from` and `to`");
  return new ChannelError("not-sent", "MAIL_UNREACHABLE", message, {
    hint: "check the network, DNS and the smtp setting's host and port, then: status retry",
  });
}

/**
 * The same for one mail of many that share a conversation: RecipientError where the server has refused this recipient or
 * this recipient's mail and the conversation can go on, else ChannelError. A refusal is lasting where the mailbox is not
 * there (RFC 3463, 3.2 and 3.3).
 */
export function toMailingError(fault: SmtpFault, server: MailServer, bodyLeft: boolean): ChannelError {
  const { responseCode: code = 0, command } = fault;
  const ofRecipient = command === "RCPT TO" || command === "DATA";
  const answered = code >= 400 && code <= 599;
  const words = fault.response ?? "";
  const message = describe(fault, server);
  if (answered && (ofRecipient || command === "MAIL FROM") && SESSION_FULL.test(words))
    return new ChannelError("not-sent", "MAIL_TRY_LATER", message, { hint: "type: status retry" });
  // Said of a conversation that was good until now; another may be so again.
  if (answered && (command === "RSET" || command === "CONN") && !bodyLeft)
    return new ChannelError("not-sent", "MAIL_TRY_LATER", message, { hint: "type: status retry" });
  // 421 closes the conversation, 503 and 530 are about it.
  if (!answered || !ofRecipient || code === 421 || code === 503 || code === 530)
    return toChannelError(fault, server, bodyLeft);
  if (RELAYING.test(words))
    return new RecipientError(
      "not-sent",
      "MAIL_RELAY_DENIED",
      `${message} (does the smtp setting log in?)`,
      false,
    );
  if (code < 500) return new RecipientError("not-sent", "MAIL_TRY_LATER", message, false);
  return command === "RCPT TO"
    ? new RecipientError("refused", "MAIL_RECIPIENT_REFUSED", message, isGone(code, words))
    : new RecipientError("refused", "MAIL_REFUSED", message, false);
}

/** A limit of one conversation, which another does not share. */
const SESSION_FULL =
  /^4\d\d[ -]4\.5\.3\b|too many (?:e?mails|messages|transactions|recipients)\b.*\b(?:connection|session)\b/is;
/** Says something of our own rights, and nothing of the mailbox. */
const RELAYING =
  /\brelay(?:ing)?\b.*\b(?:denied|not permitted|not allowed|prohibited)|(?:unable|not permitted|not allowed) to relay/i;
/** A 550 without an enhanced code that is not about the mailbox. */
const POLICY =
  /spam|polic|block|black ?list|dnsbl|reputation|authenti|denied|quota|full|sender|\bSPF\b|DKIM|DMARC/i;
const GONE: ReadonlySet<string> = new Set(["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"]);

function isGone(code: number, words: string): boolean {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(words)?.[1];
  if (enhanced !== undefined) return GONE.has(enhanced);
  return (code === 550 || code === 551 || code === 553) && !POLICY.test(words);
}

function isCertificateFault(fault: SmtpFault): boolean {
  const text = `${fault.originalCode ?? ""} ${fault.code ?? ""}`;
  return /CERT|LEAF_SIGNATURE|ERR_SSL|ERR_TLS/.test(text);
}

/** Never the library's error itself: a server may repeat what it was told, the password included. */
function describe(fault: SmtpFault, server: MailServer): string {
  const code = fault.originalCode ?? fault.code;
  const known = fault.response === undefined ? wordsOfConnection(code) : undefined;
  const words = known === undefined ? (fault.response ?? fault.message) : `${known} (${code})`;
  return `${describeServer(server)}: ${excerpt(withoutLogin(words, server))}`;
}

function withoutLogin(text: string, server: MailServer): string {
  if (server.login === null) return text;
  const password = server.login.password.reveal();
  const base64 = (value: string) => Buffer.from(value).toString("base64");
  return [
    password,
    encodeURIComponent(password),
    base64(password),
    base64(`\0${server.login.user}\0${password}`),
  ]
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}
