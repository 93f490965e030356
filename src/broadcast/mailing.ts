import { setTimeout as sleep } from "node:timers/promises";
import { StatusError } from "../base/errors.ts";
import {
  ChannelError,
  LIST_PART,
  type Mailing,
  type Outlet,
  type Place,
  RecipientError,
} from "../channels/contract.ts";
import { collect, collectSuppressed } from "./collect.ts";
import type { Speaker } from "./context.ts";
import { errorOf } from "./deliver.ts";
import type { Delivery, DeliveryError, Ledger } from "./ledger.ts";
import {
  type Chunk,
  type Exception,
  forgotten,
  type MailingProgress,
  type Mailings,
  reachable,
  sayMailing,
  wasBegun,
} from "./mailings.ts";

const BEAT_MS = 1000;
const TELL_BEATS = 5;
/** Before the lease passes to others: for the ledger and a busy machine. */
const MARGIN_MS = 2000;
/** Between looks at what others have left to do. */
const POLL_MS = 300;
/** How long a server that takes no connection is asked again, before the mailing is left waiting. */
const PATIENCE_MS = 60_000;
/** A server that says "later", or no, to so many in a row means the sender, not them. */
const IN_A_ROW = 50;
/** Of answers that were lost; each one leaves somebody in doubt. */
const UNKNOWN_IN_A_ROW = 8;
/** Between tries to reach the ledger. */
const AGAIN_MS = 250;
/** A list has been told when all but a tenth have; those are tried again by and by. */
const FEW = 10;
/** So many conversations may end at one recipient before it is left for later. */
const BROKEN = 3;
/** When it pays to try again after that; longer where somebody has to mend something first. */
const PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 10 * 60_000;

export interface MailingContext {
  readonly ledger: Ledger;
  readonly mailings: Mailings;
  readonly speaker: Speaker;
  /** The identity of this process. */
  readonly owner: string;
  /** Aborted at Ctrl-C: nothing new is started, and what is not begun is given back. */
  readonly stopping: AbortSignal;
  /** Aborted a moment after: what is in flight is given up as unknown. */
  readonly stopped: AbortSignal;
  readonly now: () => Date;
  /** Told about once a second how far it has come. */
  watch(progress: MailingProgress): void;
}

/**
 * Takes a delivery to a list as far as it can go: reads the list, and sends to everybody on it who was not reached, one mail each.
 * Any number of processes may do so at once. Ends when all are settled, when those who are left must wait, when the
 * server cannot be used, or when it is stopped; run again, it goes on there. Returns the row as the ledger has it.
 */
export async function carryMailing(deliveryId: string, context: MailingContext): Promise<Delivery> {
  const { ledger, mailings, speaker } = context;
  const delivery = await ledger.delivery(deliveryId);
  const mailing = speaker.channel.mailing;
  if (delivery === null || mailing === undefined) throw new Error(`delivery ${deliveryId} goes to no list`);
  if (!canGoOn(delivery)) return delivery;
  if (!(await mailings.begin(deliveryId, delivery.channel, wasBegun(delivery)))) {
    const error = forgotten(delivery.channel);
    await ledger.move(deliveryId, delivery.state, { state: "unknown", error }, context.now());
    return (await ledger.delivery(deliveryId)) ?? delivery;
  }
  const run = await Run.begin(delivery, mailing, context);
  try {
    await run.carry();
  } finally {
    await run.end();
  }
  return (await ledger.delivery(deliveryId)) ?? delivery;
}

/** A list that has been told may still have somebody who could not be served at once. */
function canGoOn({ state }: Delivery): boolean {
  return state === "planned" || state === "waiting" || state === "sent";
}

/** A place for one connection. */
interface Line {
  outlet: Outlet | null;
}

function hangUp(line: Line): void {
  line.outlet?.close();
  line.outlet = null;
}

/** Runs `read` while nobody else reads this channel's lists; false, at once, where somebody does. */
async function alone(ledger: Ledger, channel: string, read: () => Promise<void>): Promise<boolean> {
  try {
    await ledger.exclusively(`list:${channel}`, 0, read);
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.code === "LEASE_HELD") return false;
    throw error;
  }
}

class Run {
  readonly #delivery: Delivery;
  readonly #mailing: Mailing;
  readonly #context: MailingContext;
  readonly #session: string;
  /** Aborted where this process is to begin nothing more, for whatever reason. */
  readonly #ending = new AbortController();
  #leaseUntil: number;
  #beating: ReturnType<typeof setInterval>;
  readonly #stop = () => this.#ending.abort();
  #news = new AbortController();
  #beats = 0;
  #asking = false;
  #collecting = false;
  #error: DeliveryError | null = null;
  /** Who was refused since somebody was last reached. */
  #refusals: { readonly number: number; readonly error: ChannelError }[] = [];
  #laterInARow = 0;
  #unknownInARow = 0;
  /** How many connections send, here and elsewhere. */
  #lanes: number;

  static async begin(delivery: Delivery, mailing: Mailing, context: MailingContext): Promise<Run> {
    const session = await context.mailings.join(delivery.id, context.owner);
    return new Run(delivery, mailing, context, session);
  }

  private constructor(delivery: Delivery, mailing: Mailing, context: MailingContext, session: string) {
    this.#delivery = delivery;
    this.#mailing = mailing;
    this.#context = context;
    this.#session = session;
    this.#lanes = mailing.connections;
    // Until the first beat.
    this.#leaseUntil = context.ledger.now() + MARGIN_MS + BEAT_MS;
    this.#beating = setInterval(() => void this.#beat(), BEAT_MS);
    context.stopping.addEventListener("abort", this.#stop);
    if (context.stopping.aborted) this.#stop();
  }

  async carry(): Promise<void> {
    await this.#beat();
    const { mailings } = this.#context;
    const known = await mailings.progress(this.#delivery.id);
    this.#collecting = known?.collected !== true;
    if (!this.#collecting) await this.#readSuppressed();
    const connections = Array.from({ length: this.#mailing.connections }, () => this.#keepSending());
    // One that fails ends the others, and none is left behind at work.
    const ends = await Promise.allSettled([...connections, ...(this.#collecting ? [this.#collect()] : [])]);
    for (const each of ends) if (each.status === "rejected") throw each.reason;
    await this.#settle();
  }

  async end(): Promise<void> {
    clearInterval(this.#beating);
    this.#context.stopping.removeEventListener("abort", this.#stop);
    this.#ending.abort();
    await this.#context.mailings.leave(this.#session);
  }

  async #collect(): Promise<void> {
    const { mailings, ledger } = this.#context;
    const { id, channel } = this.#delivery;
    const { signal } = this.#ending;
    try {
      for (;;) {
        // Two who read at once would take each other's suppressions for old ones.
        const read = await alone(ledger, channel, () =>
          collect(id, channel, this.#mailing, mailings, signal, () => this.#more()),
        );
        if (read || (await mailings.progress(id))?.collected === true || signal.aborted) return;
        await this.#pause(POLL_MS);
      }
    } catch (error) {
      this.#unreadable(error);
    } finally {
      this.#collecting = false;
      this.#more();
    }
  }

  /** Who has left the list since it was read is left out of what remains of it. */
  async #readSuppressed(): Promise<void> {
    const { mailings, ledger } = this.#context;
    const { id, channel } = this.#delivery;
    try {
      await alone(ledger, channel, () =>
        collectSuppressed(id, channel, this.#mailing, mailings, this.#ending.signal),
      );
    } catch (error) {
      this.#unreadable(error);
      this.#ending.abort();
    }
  }

  #unreadable(error: unknown): void {
    if (!(error instanceof ChannelError)) throw this.#fail(error);
    if (this.#ending.signal.aborted) return;
    const retryAt = new Date(this.#context.now().getTime() + PAUSE_MS);
    this.#error = { ...errorOf(error), retryAt };
  }

  /** There is something new to do: whoever pauses for want of it goes on. */
  #more(): void {
    this.#news.abort();
    this.#news = new AbortController();
  }

  /** Ends the run for a reason that is no channel's. */
  #fail(error: unknown): unknown {
    this.#ending.abort();
    return error;
  }

  async #beat(): Promise<void> {
    const { mailings, ledger } = this.#context;
    // A ledger that is slow is not asked again meanwhile.
    if (this.#asking) return;
    this.#asking = true;
    try {
      const until = await mailings.beat(this.#session);
      const row = await ledger.delivery(this.#delivery.id);
      if (until === null || row === null || !canGoOn(row)) return this.#ending.abort();
      this.#leaseUntil = until;
      const progress = await mailings.progress(this.#delivery.id);
      if (progress === null) return;
      this.#lanes = Math.max(1, progress.underWay);
      this.#context.watch(progress);
      // What others read of it need not be as fresh.
      if (++this.#beats % TELL_BEATS !== 1) return;
      const { id } = this.#delivery;
      const state = row.state === "sent" ? "sent" : "waiting";
      const told = { state, reason: sayMailing(progress), error: null } as const;
      await ledger.move(id, row.state, told, this.#context.now());
    } catch {
      // A ledger that cannot be reached is told by whoever needs it next; the lease runs out meanwhile.
    } finally {
      this.#asking = false;
    }
  }

  /** One connection's life: chunk after chunk, until there is nobody left to send to now. */
  async #keepSending(): Promise<void> {
    const line: Line = { outlet: null };
    try {
      while (!this.#ending.signal.aborted) {
        const chunk = await this.#context.mailings.claim(
          this.#delivery.id,
          this.#session,
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
          await this.#insist(() => mailings.release(chunk, recipient.number, exceptions));
          return;
        }
        if (!(await this.#insist(() => mailings.note(chunk, recipient.number, exceptions)))) return;
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
          this.#count(fault, recipient.number);
          break;
        }
      }
      await this.#pause(next - Date.now());
    }
    await this.#insist(() => mailings.release(chunk, null, exceptions));
  }

  /** What keeps all connections together within the rate. */
  #pauseMs(): number {
    const { perSecond } = this.#mailing;
    return perSecond === null ? 0 : (this.#lanes * 1000) / perSecond;
  }

  /** A ledger that is away for a moment is asked again, as long as our right to send is sure to last. */
  async #insist<T>(write: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const { ledger } = this.#context;
        if (!(error instanceof StatusError) || ledger.now() > this.#leaseUntil - MARGIN_MS) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  async #send(outlet: Outlet, recipient: Chunk["recipients"][number]): Promise<ChannelError | null> {
    const { stopped, ledger } = this.#context;
    const mayLeave = () => !stopped.aborted && ledger.now() < this.#leaseUntil - MARGIN_MS;
    try {
      await outlet.send(recipient, mayLeave, stopped);
      this.#refusals = [];
      this.#laterInARow = 0;
      this.#unknownInARow = 0;
      return null;
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return error;
    }
  }

  /** A server that takes none of them says something about us, whatever it says it about. */
  #count(error: ChannelError, number: number): void {
    if (error.fate === "refused") this.#refusals.push({ number, error });
    else if (error.fate === "not-sent") this.#laterInARow++;
    else this.#unknownInARow++;
    const most = Math.max(UNKNOWN_IN_A_ROW, 2 * this.#mailing.connections);
    if (Math.max(this.#refusals.length, this.#laterInARow) >= IN_A_ROW || this.#unknownInARow >= most)
      this.#stopFor(error);
  }

  #stopFor(error: ChannelError): void {
    const pauseMs = error.fate === "refused" ? REFUSED_PAUSE_MS : PAUSE_MS;
    this.#error ??= { ...errorOf(error), retryAt: new Date(this.#context.now().getTime() + pauseMs) };
    this.#ending.abort();
  }

  /** A connection; null where the server gives none for so long that the mailing must wait. */
  async #open(): Promise<Outlet | null> {
    const place = await this.#place();
    const until = Date.now() + PATIENCE_MS;
    for (let pauseMs = 500; !this.#ending.signal.aborted; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      try {
        return await this.#mailing.open(this.#delivery.post!, place, this.#context.stopped);
      } catch (error) {
        if (!(error instanceof ChannelError)) throw error;
        if (error.fate === "refused" || Date.now() + pauseMs > until) {
          this.#stopFor(error);
          return null;
        }
        await this.#pause(pauseMs);
      }
    }
    return null;
  }

  /** Refers to all mailings before, whoever they have reached: an id that a reader's program does not know does no harm. */
  async #place(): Promise<Place> {
    const { incidentId, channel, updateNumber } = this.#delivery;
    const told = await this.#context.ledger.deliveries({ incidentId, channel });
    const before = told.filter(
      ({ part, effect, state, ...row }) =>
        part === LIST_PART && effect === "post" && row.updateNumber < updateNumber && state !== "skipped",
    );
    const receiptOf = (row: Delivery | undefined) =>
      row?.post == null ? null : this.#mailing.receipt(row.post);
    return { root: receiptOf(before[0]), previous: receiptOf(before.at(-1)) };
  }

  async #pause(ms: number, signal = this.#ending.signal): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {});
  }

  /** Refusals of a server that refuses everybody are no verdict on anybody: they are to be tried again. */
  async #takeBack(): Promise<void> {
    const { mailings } = this.#context;
    const last = this.#refusals.at(-1);
    if (last === undefined) return;
    const progress = await mailings.progress(this.#delivery.id);
    if (this.#refusals.length < IN_A_ROW && progress?.counts.sent !== 0) return;
    await mailings.takeBack(
      this.#delivery.id,
      this.#refusals.map(({ number }) => number),
    );
    this.#stopFor(last.error);
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
    const outcome = outcomeOf(progress, this.#error, this.#delivery.channel);
    if (outcome === null) return;
    const reason = sayMailing(progress);
    const receipt = this.#mailing.receipt(this.#delivery.post!);
    const { error } = outcome;
    // Those who are left over do not unsay what the others have heard.
    const state = row.state === "sent" && outcome.state === "waiting" ? "sent" : outcome.state;
    const to = { state, reason, error, ...(state === "sent" && row.state !== "sent" ? { receipt } : {}) };
    await ledger.move(id, row.state, to, now());
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

/** What the row is to say; null where others are still at it. */
export function outcomeOf(
  progress: MailingProgress,
  error: DeliveryError | null,
  channel: string,
): {
  readonly state: "sent" | "waiting" | "refused" | "unknown";
  readonly error: DeliveryError | null;
} | null {
  const { collected, counts, underWay } = progress;
  const everybody = reachable(progress);
  if (underWay > 0 && error === null) return null;
  if (!collected || counts.planned > 0 || counts.waiting * FEW > everybody)
    return { state: "waiting", error };
  if (counts.unknown > 0)
    return {
      state: "unknown",
      error: {
        code: "MAILING_UNKNOWN",
        message: `${counts.unknown} of ${everybody} may have got it: their sender, or the server's answer, was lost`,
        hint: `to send to them once more: status retry --resend-unknown ${channel}`,
        retryAt: null,
      },
    };
  if (counts.sent > 0) return { state: "sent", error: null };
  const message =
    everybody === 0 ? "nobody is on the list" : `none of the ${everybody} on the list could be reached`;
  return {
    state: "refused",
    error: {
      code: "LIST_REACHED_NOBODY",
      message,
      hint: "look at the list, then: status retry",
      retryAt: null,
    },
  };
}
