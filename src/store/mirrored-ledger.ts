import type { JournalEntry } from "../broadcast/journal.ts";
import type { Ledger, NewUpdate, ReminderKey } from "../broadcast/ledger.ts";
import type { Action } from "../incident/action.ts";
import type { Database } from "./database.ts";
import { LedgerStore } from "./ledger-store.ts";
import type { Mirror } from "./mirror.ts";

type Scrub = (text: string) => string;

/**
 * The shared ledger, with every step of a broadcast also in this machine's mirror. Where the shared one fails in the middle, the
 * outcome of what was under way is kept in the mirror alone, and brought home by a later command. A mirror that cannot be
 * written stops nothing; `tell` is told once.
 */
export class MirroredLedger extends LedgerStore {
  readonly #shared: Database;
  readonly #mirror: Mirror;
  #tell: ((why: unknown) => void) | null;
  #lost = false;

  constructor(shared: Database, mirror: Mirror, scrub: Scrub, tell: (why: unknown) => void) {
    super(shared, scrub);
    this.#shared = shared;
    this.#mirror = mirror;
    this.#tell = tell;
  }

  override async record(update: NewUpdate) {
    const recorded = await super.record(update);
    if (recorded === "recorded")
      await this.#also(async () => {
        // What is new here is new there, unless the mirror stands apart.
        if (!update.opens || (await this.#mirror.kept.record(update)) !== "recorded")
          await this.#mirror.copy(this.#shared, update.incident.id);
      });
    return recorded;
  }

  override async claim(...[id, from, by]: Parameters<Ledger["claim"]>) {
    const instant = this.#instant();
    const claimed = await super.claim(id, from, by, instant);
    await this.#also(() => this.#mirror.kept.claim(id, from, by, instant));
    return claimed;
  }

  override async settle(...asked: Parameters<Ledger["settle"]>) {
    const instant = this.#instant();
    try {
      const settled = await super.settle(...asked, instant);
      await this.#also(() => this.#mirror.kept.settle(...asked, instant));
      return settled;
    } catch (error) {
      this.#lost = true;
      await this.#also(() => this.#mirror.apart.settle(...asked, instant));
      throw error;
    }
  }

  override async move(...asked: Parameters<Ledger["move"]>) {
    const instant = this.#instant();
    const moved = await super.move(...asked, instant);
    await this.#also(() => this.#mirror.kept.move(...asked, instant));
    return moved;
  }

  /** What was seen is the same when it is noted twice: where only the answer was lost, nothing is wrong. */
  override async noteVerification(...asked: Parameters<LedgerStore["noteVerification"]>) {
    await super.noteVerification(...asked).catch(() => super.noteVerification(...asked));
    await this.#also(() => this.#mirror.kept.noteVerification(...asked));
  }

  override async claimReminder(key: ReminderKey, at: Date) {
    const claimed = await super.claimReminder(key, at);
    await this.#also(() => this.#mirror.kept.claimReminder(key, at));
    return claimed;
  }

  override async enter(entries: readonly JournalEntry[]) {
    await super.enter(entries);
    await this.#also(() => this.#mirror.kept.enter(entries));
  }

  override async keepAction(action: Action, entry: JournalEntry) {
    await super.keepAction(action, entry);
    await this.#alsoOf(action.incidentId, () => this.#mirror.kept.keepAction(action, entry));
  }

  override async carryOutAction(id: string, doneAt: Date, entry: JournalEntry) {
    const changed = await super.carryOutAction(id, doneAt, entry);
    if (changed)
      await this.#alsoOf(entry.incidentId, () => this.#mirror.kept.carryOutAction(id, doneAt, entry));
    return changed;
  }

  override async dropAction(id: string, entry: JournalEntry) {
    const changed = await super.dropAction(id, entry);
    if (changed) await this.#alsoOf(entry.incidentId, () => this.#mirror.kept.dropAction(id, entry));
    return changed;
  }

  override async close(): Promise<void> {
    if (!this.#lost) await this.#also(() => this.#mirror.refresh(this.#shared, new Date(this.now())));
    await this.#also(() => this.#mirror.kept.close());
    await super.close();
  }

  /** The same for both, so that what was written to both is alike and need not be copied. */
  #instant(): () => Date {
    let instant: Date | null = null;
    return () => {
      instant ??= new Date(this.now());
      return instant;
    };
  }

  /** The actions of other incidents than the mirror's own are the shared ledger's alone. */
  async #alsoOf(incidentId: string | null, work: () => Promise<unknown>): Promise<void> {
    await this.#also(async () => {
      if (incidentId !== null && (await this.#mirror.kept.incident(incidentId)) !== null) await work();
    });
  }

  async #also(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tell?.(error);
      this.#tell = null;
    }
  }
}
