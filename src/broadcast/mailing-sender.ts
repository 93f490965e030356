import { setTimeout as sleep } from "node:timers/promises";
import { ChannelError, type Mailing, type Outlet, RecipientError } from "../channels/contract.ts";
import { collect, collectSuppressed, type ListReading } from "./collect.ts";
import { errorOf } from "./deliver.ts";
import type { Delivery, DeliveryError } from "./ledger.ts";
import { Brakes } from "./mailing-brakes.ts";
import { connect, hangUp, type Line, mailingPlaceOf } from "./mailing-connection.ts";
import { mailingOutcome } from "./mailing-outcome.ts";
import { type MailingContext, MailingSession } from "./mailing-session.ts";
import { type Chunk, canGoOn, type Exception, sayMailing } from "./mailings.ts";

/** Between looks at what others have left to do. */
const POLL_MS = 300;
/** So many conversations may end at one recipient before it is left for later. */
const BROKEN = 3;
/** When it pays to try again where the server cannot be used; longer where somebody has to mend something first. */
const PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 10 * 60_000;

/** One process among those who send a mailing, from when it joins until it leaves. */
export class Sender {
  readonly #delivery: Delivery;
  readonly #mailing: Mailing;
  readonly #context: MailingContext;
  readonly #session: MailingSession;
  /** Aborted where this process is to begin nothing more, for whatever reason. */
  readonly #ending: AbortController;
  readonly #stop = () => this.#ending.abort();
  #news = new AbortController();
  #collecting = false;
  #error: DeliveryError | null = null;
  readonly #brakes: Brakes;

  static async join(delivery: Delivery, mailing: Mailing, context: MailingContext): Promise<Sender> {
    const ending = new AbortController();
    const session = await MailingSession.join(delivery.id, mailing.connections, context, ending);
    return new Sender(delivery, mailing, context, session, ending);
  }

  private constructor(
    delivery: Delivery,
    mailing: Mailing,
    context: MailingContext,
    session: MailingSession,
    ending: AbortController,
  ) {
    this.#delivery = delivery;
    this.#mailing = mailing;
    this.#context = context;
    this.#session = session;
    this.#ending = ending;
    this.#brakes = new Brakes(mailing.connections);
    context.stopping.addEventListener("abort", this.#stop);
    if (context.stopping.aborted) this.#stop();
  }

  /** Reads the list where that is still to be done, and sends on all connections as long as there is somebody to send to. */
  async carry(): Promise<void> {
    await this.#session.begin();
    const known = await this.#context.mailings.progress(this.#delivery.id);
    this.#collecting = known?.collected !== true;
    if (!this.#collecting) await this.#readSuppressed();
    const connections = Array.from({ length: this.#mailing.connections }, () => this.#keepSending());
    // One that fails ends the others, and none is left behind at work.
    const ends = await Promise.allSettled([...connections, ...(this.#collecting ? [this.#collect()] : [])]);
    for (const each of ends) if (each.status === "rejected") throw each.reason;
    await this.#settle();
  }

  async leave(): Promise<void> {
    this.#context.stopping.removeEventListener("abort", this.#stop);
    this.#ending.abort();
    await this.#session.leave();
  }

  async #collect(): Promise<void> {
    try {
      await collect(this.#reading(), () => this.#more());
    } catch (error) {
      this.#unreadable(error);
    } finally {
      this.#collecting = false;
      this.#more();
    }
  }

  async #readSuppressed(): Promise<void> {
    try {
      await collectSuppressed(this.#reading());
    } catch (error) {
      this.#unreadable(error);
      this.#ending.abort();
    }
  }

  #reading(): ListReading {
    const { mailings, ledger } = this.#context;
    const { id, channel } = this.#delivery;
    const { signal } = this.#ending;
    return { deliveryId: id, channel, mailing: this.#mailing, mailings, ledger, signal };
  }

  #unreadable(error: unknown): void {
    if (!(error instanceof ChannelError)) throw this.#fail(error);
    if (this.#ending.signal.aborted) return;
    this.#error = this.#errorOf(error, PAUSE_MS);
  }

  /** There is something new to do: whoever pauses for want of it goes on. */
  #more(): void {
    this.#news.abort();
    this.#news = new AbortController();
  }

  /** Ends the sending for a reason that is no channel's. */
  #fail(error: unknown): unknown {
    this.#ending.abort();
    return error;
  }

  /** One connection's life: chunk after chunk, until there is nobody left to send to now. */
  async #keepSending(): Promise<void> {
    const line: Line = { outlet: null };
    try {
      while (!this.#ending.signal.aborted) {
        const chunk = await this.#context.mailings.claim(
          this.#delivery.id,
          this.#session.name,
          this.#mailing.connections,
        );
        if (chunk !== null) {
          await this.#sendChunk(chunk, line);
          continue;
        }
        // The server counts connections, not what is said on them.
        hangUp(line);
        if (await this.#othersAreDone()) return;
        await this.#pause(POLL_MS, AbortSignal.any([this.#news.signal, this.#ending.signal]));
      }
    } catch (error) {
      throw this.#fail(error);
    } finally {
      hangUp(line);
    }
  }

  /** Nobody is left to send to now, neither here nor in a chunk that another would leave. */
  async #othersAreDone(): Promise<boolean> {
    if (this.#collecting) return false;
    const progress = await this.#context.mailings.progress(this.#delivery.id);
    if (progress === null) return true;
    return progress.underWay === 0 && progress.counts.planned === 0;
  }

  /** Sends to a chunk in order. */
  async #sendChunk(chunk: Chunk, line: Line): Promise<void> {
    const { mailings } = this.#context;
    let exceptions: Exception[] = [];
    for (const recipient of chunk.recipients) {
      const next = Date.now() + this.#pauseMs();
      for (let broken = 1; ; broken++) {
        if (!this.#ending.signal.aborted) line.outlet ??= await this.#open();
        const { outlet } = line;
        if (this.#ending.signal.aborted || outlet === null) {
          await this.#session.insist(() => mailings.release(chunk, recipient.number, exceptions));
          return;
        }
        if (!(await this.#session.insist(() => mailings.note(chunk, recipient.number, exceptions)))) return;
        exceptions = [];
        const fault = await this.#send(outlet, recipient);
        if (fault === null) break;
        if (!(fault instanceof RecipientError)) hangUp(line);
        if (fault.fate === "refused" && !(fault instanceof RecipientError)) {
          this.#stopFor(fault);
          continue;
        }
        // Over one at whom the conversation always ends, the others are not to be forgotten.
        if (fault instanceof RecipientError || fault.fate === "unknown" || broken === BROKEN) {
          exceptions.push(exceptionOf(recipient.number, fault));
          if (this.#brakes.press(fault, recipient.number)) this.#stopFor(fault);
          break;
        }
      }
      await this.#pause(next - Date.now());
    }
    await this.#session.insist(() => mailings.release(chunk, null, exceptions));
  }

  /** What keeps all connections together within the rate. */
  #pauseMs(): number {
    const { perSecond } = this.#mailing;
    return perSecond === null ? 0 : (this.#session.lanes * 1000) / perSecond;
  }

  async #send(outlet: Outlet, recipient: Chunk["recipients"][number]): Promise<ChannelError | null> {
    const { stopped } = this.#context;
    const mayLeave = () => !stopped.aborted && this.#session.holds();
    try {
      await outlet.send(recipient, mayLeave, stopped);
      this.#brakes.ease();
      return null;
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return error;
    }
  }

  /** A connection; null where the server gives none for so long that the mailing must wait. */
  async #open(): Promise<Outlet | null> {
    const { ledger, stopped } = this.#context;
    const { incidentId, channel, updateNumber } = this.#delivery;
    const told = await ledger.deliveries({ incidentId, channel });
    const place = mailingPlaceOf(told, updateNumber, this.#mailing);
    try {
      return await connect(this.#mailing, this.#delivery, place, this.#ending.signal, stopped);
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      this.#stopFor(error);
      return null;
    }
  }

  #stopFor(error: ChannelError): void {
    this.#error ??= this.#errorOf(error, error.fate === "refused" ? REFUSED_PAUSE_MS : PAUSE_MS);
    this.#ending.abort();
  }

  #errorOf(error: ChannelError, pauseMs: number): DeliveryError {
    return { ...errorOf(error), retryAt: new Date(this.#context.now().getTime() + pauseMs) };
  }

  async #pause(ms: number, signal = this.#ending.signal): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {});
  }

  /** Says of the whole delivery what has become of its recipients. */
  async #settle(): Promise<void> {
    const { ledger, mailings, now } = this.#context;
    const { id } = this.#delivery;
    await this.#takeBack();
    const progress = await mailings.progress(id);
    const row = await ledger.delivery(id);
    if (progress === null || row === null || !canGoOn(row)) return;
    this.#context.watch(progress);
    const outcome = mailingOutcome(progress, this.#error, this.#delivery.channel);
    if (outcome === null) return;
    const reason = sayMailing(progress);
    const receipt = this.#mailing.receipt(this.#delivery.post!);
    const { error } = outcome;
    // Those who are left over do not unsay what the others have heard.
    const state = row.state === "sent" && outcome.state === "waiting" ? "sent" : outcome.state;
    const to = { state, reason, error, ...(state === "sent" && row.state !== "sent" ? { receipt } : {}) };
    await ledger.move(id, row.state, to, now());
  }

  /** Refusals of a server that refuses everybody are no verdict on anybody: they are to be tried again. */
  async #takeBack(): Promise<void> {
    const { mailings } = this.#context;
    const { id } = this.#delivery;
    const reachedNobody = (await mailings.progress(id))?.counts.sent === 0;
    const unjust = this.#brakes.unjust(reachedNobody);
    const last = unjust.at(-1);
    if (last === undefined) return;
    await mailings.takeBack(
      id,
      unjust.map(({ number }) => number),
    );
    this.#stopFor(last.error);
  }
}

function exceptionOf(number: number, error: ChannelError): Exception {
  return {
    number,
    state: error.fate === "not-sent" ? "waiting" : error.fate,
    error: errorOf(error),
    lasting: error instanceof RecipientError && error.fate === "refused" && error.lasting,
  };
}
