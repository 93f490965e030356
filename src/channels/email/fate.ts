import { excerpt } from "../answer.ts";
import { ChannelError } from "../contract.ts";
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

function isCertificateFault(fault: SmtpFault): boolean {
  const text = `${fault.originalCode ?? ""} ${fault.code ?? ""}`;
  return /CERT|LEAF_SIGNATURE|ERR_SSL|ERR_TLS/.test(text);
}

/** Never the library's error itself: a server may repeat what it was told, the password included. */
function describe(fault: SmtpFault, server: MailServer): string {
  return `${describeServer(server)}: ${excerpt(withoutLogin(fault.response ?? fault.message, server))}`;
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
