import type { Clock } from "../../base/clock.ts";
import { StatusError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import type { Debt } from "../../cadence/due.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Jobs, Pointer, QueueDepth } from "../../store/jobs.ts";
import type { App } from "../app.ts";
import type { Sink, Surroundings } from "../surroundings.ts";
import { Agenda } from "./agenda.ts";
import { type Duties, isLedgerFault, type Looker, look } from "./look.ts";
import { MailingWork } from "./mailing.ts";
import type { Counters } from "./metrics.ts";
import type { Voice } from "./voice.ts";

const TURN_MS = 2000;
/** How often it looks for itself at what is open: pointers get lost, with the worker that held them. */
const SCAN_EVERY_MS = 5000;
const MEASURE_EVERY_MS = 60_000;
/** Incidents that one worker speaks about at the same time: a vendor that hangs holds up one. */
const AT_ONCE = 4;
/** After a fault that is no vendor's. */
const PAUSE_MS = 30_000;
/** Once calls are given up: for the ledger to note it. */
const LAST_WORD_MS = 3000;

export interface Means {
  readonly surroundings: Surroundings;
  /** By the ledger's server. */
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly duties: Duties;
  readonly voice: Voice;
  readonly counters: Counters;
  readonly graceMs: number;
  /** Wires everything anew, with the configuration and secrets as they are then. */
  open(surroundings: Surroundings): Promise<App>;
}

/** One worker: takes pointers, looks around for what they missed, and does what is due, until it is told to stop. */
export class Loop {
  readonly #means: Means;
  readonly #agenda = new Agenda();
  /** What is looked at, by incident; and which mailings are carried. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #carried = new Map<string, Promise<void>>();
  readonly #lookedFor = new Map<string, number>();
  /** Incidents that a scan found, and for which there was no room yet. */
  readonly #waiting = new Set<string>();
  /** Pointers that came while their incident was looked at. */
  readonly #again = new Map<string, Pointer[]>();
  readonly #owed = new Map<string, readonly Debt[]>();
  readonly #giveBack = new AbortController();
  readonly #giveUp = new AbortController();
  #app: App;
  #scannedAt: number | null = null;
  #measuredAt: number | null = null;
  #down: StatusError | null = null;

  /** When a turn last came to its end, by the clock. */
  turnedAt: Date;
  depth: QueueDepth | null = null;
  readonly mailing = new MailingWork();
  open = 0;

  constructor(app: App, means: Means) {
    this.#app = app;
    this.#means = means;
    this.turnedAt = means.clock.now();
  }

  /** Why the ledger cannot be used now; null where it can. */
  get trouble(): string | null {
    return this.#down === null ? null : `${this.#down.message} [${this.#down.code}]`;
  }

  get owed(): readonly Debt[] {
    return [...this.#owed.values()].flat();
  }

  /** True where everything was finished, or given back to others, when it ended. */
  async run(): Promise<boolean> {
    const { stopping, wait } = this.#means.surroundings;
    try {
      while (!stopping.aborted) {
        await this.#turn();
        await wait(TURN_MS, stopping);
      }
      return await this.#drain();
    } finally {
      await this.#app.close().catch(() => {});
    }
  }

  async #turn(): Promise<void> {
    const { jobs, clock } = this.#means;
    try {
      const free = AT_ONCE - this.#busy.size;
      if (free > 0) for (const pointer of await jobs.take(free)) this.#follow(pointer);
      if (this.#down !== null) await this.#recover();
      if (this.#isTime(this.#measuredAt, MEASURE_EVERY_MS)) {
        this.depth = await jobs.depth();
        this.#measuredAt = clock.now().getTime();
      }
      if (this.#isTime(this.#scannedAt, SCAN_EVERY_MS)) {
        await this.#scan();
        this.#scannedAt = clock.now().getTime();
      }
      for (const id of await this.mailing.unfinished(this.#app, clock.now())) this.#carry(id);
      this.turnedAt = clock.now();
    } catch (error) {
      this.#trip(error);
    }
  }

  #isTime(last: number | null, everyMs: number): boolean {
    const now = this.#means.clock.now().getTime();
    return last === null || now - last >= everyMs || now < last;
  }

  #follow(pointer: Pointer): void {
    const { incidentId: id } = pointer;
    this.#means.voice.debug(`pointer to ${id}`);
    if (this.#busy.has(id)) this.#again.set(id, [...(this.#again.get(id) ?? []), pointer]);
    else this.#look(id, [pointer]);
  }

  /** Catches up with what no pointer told of. */
  async #scan(): Promise<void> {
    const now = this.#means.clock.now();
    const ledger = await this.#app.ledger();
    const open = await ledger.openIncidents();
    const concerned: readonly Incident[] = [...open, ...(await ledger.endedUnheard())];
    const ids = new Set(concerned.map(({ id }) => id));
    this.open = open.length;
    this.#agenda.keep(ids);
    for (const id of this.#owed.keys()) if (!ids.has(id)) this.#owed.delete(id);
    for (const incident of concerned) if (this.#agenda.asks(incident, now)) this.#waiting.add(incident.id);
    this.#lookOn();
  }

  /** Begins with what waits, as far as there is room. */
  #lookOn(): void {
    for (const id of this.#waiting) {
      if (this.#busy.size >= AT_ONCE || this.#means.surroundings.stopping.aborted) return;
      this.#waiting.delete(id);
      if (!this.#busy.has(id)) this.#look(id);
    }
  }

  /** Whoever takes over where this worker dies goes by the ledger: a pointer is finished when it has been followed. */
  #look(id: string, pointers: readonly Pointer[] = []): void {
    const { jobs, surroundings } = this.#means;
    const looking = this.#lookOnce(id)
      .then(() => Promise.all(pointers.map((pointer) => jobs.finish(pointer))))
      .then(
        () => {},
        (error: unknown) => this.#trip(error),
      )
      .finally(() => {
        this.#busy.delete(id);
        const again = this.#again.get(id);
        this.#again.delete(id);
        if (again !== undefined && !surroundings.stopping.aborted) this.#look(id, again);
        this.#lookOn();
      });
    this.#busy.set(id, looking);
  }

  async #lookOnce(id: string): Promise<void> {
    const { jobs, voice, clock } = this.#means;
    const began = performance.now();
    try {
      const seen = await look(id, this.#looker());
      if (seen === null) return;
      this.#agenda.note(seen.incident, clock.now(), seen.next, seen.settled);
      if (seen.owed.length > 0) this.#owed.set(id, seen.owed);
      else this.#owed.delete(id);
      if (seen.next !== null) await jobs.lookAt(id, seen.next);
      voice.mended(`${id} look`);
      voice.debug(
        `looked at ${id} for ${Math.round(performance.now() - began)} ms, next ${seen.next?.toISOString() ?? "never"}`,
      );
    } catch (error) {
      if (isLedgerFault(error)) return this.#trip(error);
      this.#tellFault(`${id} look`, id, error);
      const incident = await this.#app
        .ledger()
        .then((ledger) => ledger.incident(id))
        .catch(() => null);
      if (incident !== null)
        this.#agenda.note(incident, clock.now(), new Date(clock.now().getTime() + PAUSE_MS), false);
    }
  }

  #carry(id: string): void {
    const name = `mailing ${id}`;
    if (this.#carried.has(name)) return;
    const carrying = this.mailing
      .carry(id, this.#looker(), this.#means.surroundings.stopping)
      .catch((error: unknown) =>
        isLedgerFault(error) ? this.#trip(error) : this.#tellFault(name, null, error),
      )
      .finally(() => this.#carried.delete(name));
    this.#carried.set(name, carrying);
  }

  #looker(): Looker {
    const { duties, clock, voice, counters, jobs, open, surroundings } = this.#means;
    return {
      // The ledger's own is as of the last write through it, which may be long ago.
      leaseNow: () => Date.now() + jobs.ahead(),
      ...{ app: this.#app, duties, clock, voice, counters, lookedFor: this.#lookedFor },
      quietly: async (work) => {
        const nowhere: Sink = {
          write: (text) => voice.debug(text.trimEnd()),
          isTerminal: false,
          columns: 80,
        };
        const signals = { stopping: this.#giveBack.signal, stopped: this.#giveUp.signal };
        const quiet = await open({ ...surroundings, ...signals, clock, stdout: nowhere, stderr: nowhere });
        try {
          return await work(quiet);
        } finally {
          await quiet.close();
        }
      },
    };
  }

  /** The ledger is gone, or a turn has failed otherwise: told once, and tried again with the next turn. */
  #trip(error: unknown): void {
    const { voice, counters } = this.#means;
    if (!(error instanceof StatusError)) {
      this.#tellFault("turn", null, error);
      return;
    }
    if (this.#down !== null) return;
    this.#down = error;
    counters.add("status_worker_faults_total", { code: error.code });
    const text = `${error.message} [${error.code}] Nothing is said until it answers again.`;
    voice.tell({ event: "unreachable", text, document: { error: errorFields(error) } });
  }

  /** The ledger answers again: what this machine kept for it in the meantime is brought home by opening it again. */
  async #recover(): Promise<void> {
    const { open, surroundings, clock, voice } = this.#means;
    const before = this.#app;
    const app = await open({ ...surroundings, clock });
    try {
      await app.ledger();
    } catch (error) {
      await app.close();
      throw error;
    }
    this.#app = app;
    // Looks that are under way read on with the one before.
    void Promise.allSettled([...this.#busy.values(), ...this.#carried.values()]).then(() =>
      before.close().catch(() => {}),
    );
    this.#down = null;
    this.#scannedAt = null;
    voice.tell({ event: "reachable", text: "The ledger answers again." });
  }

  #tellFault(of: string, id: string | null, error: unknown): void {
    const { voice, counters } = this.#means;
    const known = error instanceof StatusError;
    const code = known ? error.code : "BUG";
    const message = error instanceof Error ? error.message : String(error);
    const text = `${id === null ? "" : `${id}: `}${oneLine(message)} [${code}]`;
    const document = { error: known ? errorFields(error) : { code, message, hint: null, retryAt: null } };
    if (!voice.fault(of, text, { ...(id === null ? {} : { incidentId: id }), document })) return;
    counters.add("status_worker_faults_total", { code });
    if (!known && error instanceof Error) voice.debug(error.stack ?? message);
  }

  /**
   * Takes nothing more. What is under way is finished in the first half of the grace; then nothing more of it is begun, and is
   * left for others; at its end, or at a second signal, calls are given up, and the ledger says so.
   */
  async #drain(): Promise<boolean> {
    const { surroundings, voice, graceMs } = this.#means;
    const { insisted } = surroundings;
    const underWay = () => [...this.#busy.values(), ...this.#carried.values()];
    const count = underWay().length;
    if (count > 0) {
      const text = `stopping: ${count} under way, at most ${Math.round(graceMs / 1000)} s; a second signal ends it at once`;
      voice.tell({ event: "draining", text, document: { underWay: count } });
    }
    const settled = (async () => {
      while (underWay().length > 0) await Promise.allSettled(underWay());
      return true;
    })();
    const cut = () => {
      this.#giveBack.abort();
      this.#giveUp.abort();
    };
    const timers = [setTimeout(() => this.#giveBack.abort(), graceMs / 2)];
    const late = new Promise<false>((resolve) => {
      timers.push(setTimeout(() => resolve(false), graceMs));
      insisted?.addEventListener("abort", () => resolve(false), { once: true });
      if (insisted?.aborted) resolve(false);
    });
    const drained = await Promise.race([settled, late]);
    if (!drained) {
      cut();
      await Promise.race([settled, new Promise((resolve) => timers.push(setTimeout(resolve, LAST_WORD_MS)))]);
    }
    for (const timer of timers) clearTimeout(timer);
    return drained;
  }
}

function errorFields({ code, message, hint }: StatusError): Record<string, unknown> {
  return { code, message, hint, retryAt: null };
}
