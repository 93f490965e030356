import { Readable } from "node:stream";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { ChannelError, type Outlet, type Recipient, RecipientError } from "../contract.ts";
import { Interruption, type SmtpFault, toChannelError, toMailingError } from "./fate.ts";
import type { MailServer } from "./server.ts";
import { enter, newConnection } from "./session.ts";

/** What a whole list is sent, and how it is made for one. */
export interface Letter {
  /** The envelope's sender. */
  readonly from: string;
  /** One recipient's whole mail, ASCII. */
  write(recipient: Recipient): Buffer | Promise<Buffer>;
}

/** Opens a conversation that goes on from one mail to the next. Throws ChannelError. */
export async function openOutlet(
  server: MailServer,
  letter: Letter,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Outlet> {
  const conversation = new Conversation(server, letter, timeoutMs);
  await conversation.begin(signal);
  return conversation;
}

/** How long a server keeps a silent conversation at least (RFC 5321, 4.5.3.2.7). */
const IDLE_MS = 5 * 60_000;
const FAREWELL_MS = 1000;
/** What can stand between `<` and `>` in a command. */
const ENVELOPE = /^[\x21-\x3b\x3d\x3f-\x7e]{3,254}$/;

class Conversation implements Outlet {
  readonly #server: MailServer;
  readonly #letter: Letter;
  readonly #timeoutMs: number;
  readonly #connection: SMTPConnection;
  /** One for all calls: a timer for each would cost more than its mail. */
  readonly #deadline: NodeJS.Timeout;
  /** Ends the call under way. */
  #fail: ((fault: SmtpFault) => void) | null = null;
  /** Why it can go on no more. */
  #over: SmtpFault | null = null;
  /** The server still holds the last mail's envelope. */
  #unfinished = false;

  constructor(server: MailServer, letter: Letter, timeoutMs: number) {
    this.#server = server;
    this.#letter = letter;
    this.#timeoutMs = timeoutMs;
    this.#connection = newConnection(server, timeoutMs, { idleMs: IDLE_MS, farewellMs: 0 });
    this.#connection.on("error", (fault) => this.#end(fault));
    // The command in flight is told why a little later than the connection is told that it ended.
    this.#connection.once("end", () => setImmediate(() => this.#end(new Interruption("closed", timeoutMs))));
    this.#deadline = setTimeout(
      () => this.#fail?.(new Interruption("timeout", timeoutMs)),
      timeoutMs,
    ).unref();
  }

  begin(signal: AbortSignal): Promise<void> {
    return this.#call(
      signal,
      (done) => enter(this.#connection, this.#server, done),
      (fault) => toChannelError(fault, this.#server, false),
    );
  }

  async send(recipient: Recipient, mayLeave: () => boolean, signal: AbortSignal): Promise<void> {
    if (!ENVELOPE.test(recipient.address))
      throw new RecipientError(
        "refused",
        "MAIL_ADDRESS_INVALID",
        "an address that no server can be given",
        false,
      );
    const written = this.#letter.write(recipient);
    const mail = Buffer.isBuffer(written) ? written : await written;
    if (this.#unfinished) await this.#reset(signal);
    const body = new Body(mail, () => {
      const may = mayLeave();
      // The last reply has the whole time for itself: without it nobody knows where the mail is.
      if (may) this.#deadline.refresh();
      else this.#fail?.(new StoodDown());
      return may;
    });
    const envelope = { from: this.#letter.from, to: [recipient.address], size: mail.length };
    await this.#call(
      signal,
      (done) => this.#connection.send(envelope, body, done),
      (fault) => {
        if (fault instanceof StoodDown)
          return new ChannelError("not-sent", "MAIL_STOOD_DOWN", "the right to send passed to somebody else");
        const error = toMailingError(fault, this.#server, body.left);
        this.#unfinished = error instanceof RecipientError && !body.left;
        return error;
      },
    );
  }

  close(): void {
    if (this.#fail !== null) this.#fail(new Interruption("stopped", this.#timeoutMs));
    if (this.#over !== null) return;
    this.#over = new Interruption("closed", this.#timeoutMs);
    clearTimeout(this.#deadline);
    this.#connection.quit();
    setTimeout(() => this.#connection.close(), FAREWELL_MS).unref();
  }

  async #reset(signal: AbortSignal): Promise<void> {
    await this.#call(
      signal,
      (done) => this.#connection.reset(done),
      (fault) => toMailingError(fault, this.#server, false),
    );
    this.#unfinished = false;
  }

  /** Runs one command; what it fails by ends the conversation, save what concerns a recipient alone. */
  #call(
    signal: AbortSignal,
    command: (done: (fault?: SmtpFault | null) => void) => void,
    explain: (fault: SmtpFault) => ChannelError,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#fail = null;
        signal.removeEventListener("abort", stop);
      };
      const fail = (fault: SmtpFault) => {
        if (this.#fail !== fail) return;
        settle();
        const error = explain(fault);
        if (!(error instanceof RecipientError)) this.#end(fault);
        reject(error);
      };
      const stop = () => fail(new Interruption("stopped", this.#timeoutMs));
      this.#fail = fail;
      if (this.#over !== null) return fail(this.#over);
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop);
      this.#deadline.refresh();
      command((fault) => {
        if (this.#fail !== fail) return;
        if (fault) return fail(fault);
        settle();
        resolve();
      });
    });
  }

  #end(fault: SmtpFault): void {
    if (this.#over !== null) return;
    this.#over = fault;
    clearTimeout(this.#deadline);
    this.#connection.close();
    this.#fail?.(fault);
  }
}

/** We were not to send after all. */
class StoodDown extends Error {}

/**
 * A mail that goes to the wire whole. The library asks for it after the server's reply to DATA, and never if there is
 * none: so this is the moment from which it may be out.
 */
class Body extends Readable {
  left = false;
  readonly #mail: Buffer;
  readonly #mayLeave: () => boolean;

  constructor(mail: Buffer, mayLeave: () => boolean) {
    super();
    this.#mail = mail;
    this.#mayLeave = mayLeave;
  }

  override pipe<T extends NodeJS.WritableStream>(wire: T): T {
    this.left = this.#mayLeave();
    if (this.left) wire.end(this.#mail);
    return wire;
  }
}
