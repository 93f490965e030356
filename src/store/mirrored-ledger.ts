import type { JournalEntry } from "../broadcast/journal.ts";
import type { NewUpdate, ReminderKey } from "../broadcast/ledger.ts";
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

  override async claim(...asked: Parameters<LedgerStore["claim"]>) {
    const claimed = await super.claim(...asked);
    await this.#also(() => this.#mirror.kept.claim(...asked));
    return claimed;
  }

  override async settle(...asked: Parameters<LedgerStore["settle"]>) {
    try {
      const settled = await super.settle(...asked);
      await this.#also(() => this.#mirror.kept.settle(...asked));
      return settled;
    } catch (error) {
      this.#lost = true;
      await this.#also(() => this.#mirror.apart.settle(...asked));
      throw error;
    }
  }

  override async move(...asked: Parameters<LedgerStore["move"]>) {
    const moved = await super.move(...asked);
    await this.#also(() => this.#mirror.kept.move(...asked));
    return moved;
  }

  /** What was seen is the same when it is noted twice: where only the answer was lost, nothing is wrong. */
  override async noteVerification(...asked: Parameters<LedgerStore["noteVerification"]>) {
    await super.noteVerification(...asked).catch(() => super.noteVerification(...asked));
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
