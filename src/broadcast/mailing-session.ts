import { setTimeout as sleep } from "node:timers/promises";
import { StatusError } from "../base/errors.ts";
import type { Speaker } from "./context.ts";
import type { Delivery, Ledger } from "./ledger.ts";
import { canGoOn, type MailingProgress, type Mailings, sayMailing } from "./mailings.ts";

const BEAT_MS = 1000;
const TELL_BEATS = 5;
/** Before the lease passes to others: for the ledger and a busy machine. */
const MARGIN_MS = 2000;
/** Between tries to reach the ledger. */
const AGAIN_MS = 250;

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

/** One process's right to send a mailing: a lease that it renews from when it joins until it leaves, saying how far the mailing is. */
export class MailingSession {
  /** What the ledger calls it. */
  readonly name: string;
  readonly #deliveryId: string;
  readonly #context: MailingContext;
  readonly #ending: AbortController;
  #lanes: number;
  #leaseUntil: number;
  readonly #beating: ReturnType<typeof setInterval>;
  #beats = 0;
  #asking = false;
  /** Whether the delivery says that its mailing was begun. */
  #told = false;

  /** Aborts `ending` where the right is lost, or the delivery is no longer to be sent. */
  static async join(
    deliveryId: string,
    connections: number,
    context: MailingContext,
    ending: AbortController,
  ): Promise<MailingSession> {
    const name = await context.mailings.join(deliveryId, context.owner);
    return new MailingSession(name, deliveryId, connections, context, ending);
  }

  private constructor(
    name: string,
    deliveryId: string,
    connections: number,
    context: MailingContext,
    ending: AbortController,
  ) {
    this.name = name;
    this.#lanes = connections;
    this.#deliveryId = deliveryId;
    this.#context = context;
    this.#ending = ending;
    // Until the first beat.
    this.#leaseUntil = context.ledger.now() + MARGIN_MS + BEAT_MS;
    this.#beating = setInterval(() => void this.#beat(), BEAT_MS);
  }

  /** Returns when the delivery says that its mailing was begun: a ledger that is lost leaves copies of that, and of nobody's mail. */
  async begin(): Promise<void> {
    await this.#beat();
    const { mailings, ledger } = this.#context;
    while (!this.#told) {
      const row = await ledger.delivery(this.#deliveryId);
      const progress = await mailings.progress(this.#deliveryId);
      if (row === null || progress === null || !canGoOn(row)) return;
      await this.#tell(row, progress);
    }
  }

  async leave(): Promise<void> {
    clearInterval(this.#beating);
    await this.#context.mailings.leave(this.name);
  }

  /** How many connections send, here and elsewhere. */
  get lanes(): number {
    return this.#lanes;
  }

  /** Whether nobody else takes over, for long enough to hand in a mail. */
  holds(): boolean {
    return this.#context.ledger.now() < this.#leaseUntil - MARGIN_MS;
  }

  /** A ledger that is away for a moment is asked again, as long as our right to send is sure to last. */
  async insist<T>(write: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isMomentary(error) || !this.holds()) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  async #beat(): Promise<void> {
    const { mailings, ledger } = this.#context;
    // A ledger that is slow is not asked again meanwhile.
    if (this.#asking) return;
    this.#asking = true;
    try {
      const until = await mailings.beat(this.name);
      const row = await ledger.delivery(this.#deliveryId);
      if (until === null || row === null || !canGoOn(row)) return this.#ending.abort();
      this.#leaseUntil = until;
      const progress = await mailings.progress(this.#deliveryId);
      if (progress === null) return;
      this.#lanes = Math.max(1, progress.underWay);
      this.#context.watch(progress);
      // What others read of it need not be as fresh.
      if (++this.#beats % TELL_BEATS === 1) await this.#tell(row, progress);
    } catch {
      // A ledger that cannot be reached is told by whoever needs it next; the lease runs out meanwhile.
    } finally {
      this.#asking = false;
    }
  }

  async #tell({ id, state }: Delivery, progress: MailingProgress): Promise<void> {
    const told = {
      state: state === "sent" ? state : "waiting",
      reason: sayMailing(progress),
      error: null,
    } as const;
    if (await this.#context.ledger.move(id, state, told, this.#context.now())) this.#told = true;
  }
}

/** Another writes, or the connection was lost. What else a ledger may say is the same in a moment. */
function isMomentary(error: unknown): boolean {
  return (
    error instanceof StatusError && (error.code === "LEDGER_UNREACHABLE" || error.code === "LEDGER_LOCKED")
  );
}
