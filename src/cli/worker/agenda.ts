import type { Incident } from "../../incident/incident.ts";

/** Whoever takes the pointer goes first; when it has done nothing by then, others take over. */
const HEAD_START_MS = 5000;
/** Whatever the reason for which nobody was told of a change. */
const AT_LEAST_EVERY_MS = 60_000;

interface Entry {
  readonly mark: string;
  readonly lookedAt: number;
  /** Null where nothing lies ahead. */
  readonly lookAt: number | null;
  /** Nothing will ever be done about it by itself. */
  readonly settled: boolean;
}

/** What one worker knows of when to look at which incident, so that it need not read them all the time. */
export class Agenda {
  readonly #entries = new Map<string, Entry>();

  note(incident: Incident, now: Date, lookAt: Date | null, settled: boolean): void {
    const entry = {
      mark: markOf(incident),
      lookedAt: now.getTime(),
      lookAt: lookAt?.getTime() ?? null,
      settled,
    };
    this.#entries.set(incident.id, entry);
  }

  /** Whether the worker should look by itself: it does not know the incident as it is, or nobody has done what was due. */
  asks(incident: Incident, now: Date): boolean {
    const entry = this.#entries.get(incident.id);
    if (entry === undefined || entry.mark !== markOf(incident)) return true;
    if (entry.settled) return false;
    const at = now.getTime();
    if (entry.lookAt !== null && at >= entry.lookAt + HEAD_START_MS) return true;
    // A clock that went back has never been looked by.
    return at - entry.lookedAt >= AT_LEAST_EVERY_MS || at < entry.lookedAt;
  }

  forget(id: string): void {
    this.#entries.delete(id);
  }

  /** Forgets all that is not in question any more. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#entries.keys()) if (!ids.has(id)) this.#entries.delete(id);
  }
}

/** Changes with every update that matters to when the next thing is due. */
function markOf({ phase, startedAt, endsAt, nextUpdateAt, acknowledgedAt, automatic }: Incident): string {
  return JSON.stringify([phase, startedAt, endsAt, nextUpdateAt, acknowledgedAt, automatic]);
}
