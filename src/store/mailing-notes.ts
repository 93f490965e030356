import { setImmediate } from "node:timers/promises";
import { type CompiledQuery, type Kysely, sql } from "kysely";
import type { Chunk, Exception } from "../broadcast/mailings.ts";
import type { Database } from "./database.ts";
import { writeExceptions } from "./mailing-outcomes.ts";
import type { Tables } from "./tables.ts";

export interface Note {
  readonly chunk: Chunk;
  readonly inFlight: number;
  readonly exceptions: readonly Exception[];
}

interface Waiting extends Note {
  readonly resolve: (held: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes down who is being sent to. What comes in while one commit is under way goes into the next one together. */
export class Notes {
  readonly #database: Database;
  readonly #scrub: (text: string) => string;
  /** The numbers of those of a chunk who were not reached, so far; a note that is written again names them again. */
  readonly #missed = new WeakMap<Chunk, Set<number>>();
  #waiting: Waiting[] = [];
  readonly #statements = new Map<number, CompiledQuery<{ number: number }>>();
  #writing = false;

  constructor(database: Database, scrub: (text: string) => string) {
    this.#database = database;
    this.#scrub = scrub;
  }

  /** Resolves once it is on disk; to false where the chunk has passed to somebody else. */
  write(note: Note): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...note, resolve, reject });
      if (!this.#writing) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      // Whatever else has come in by now is to share the commit: some engines let nothing in between.
      await setImmediate();
      const notes = this.#waiting;
      this.#waiting = [];
      try {
        const held = await this.#commit(notes);
        for (const note of notes) note.resolve(held.has(nameOf(note.chunk)));
      } catch (error) {
        for (const note of notes) note.reject(error);
      }
    }
    this.#writing = false;
  }

  /** The names of those chunks that are still their owners'. */
  #commit(notes: readonly Note[]): Promise<Set<string>> {
    const mailings = new Set(notes.map(({ chunk }) => chunk.mailing));
    if (mailings.size === 1 && notes.every(({ exceptions }) => exceptions.length === 0))
      return this.#database.writeOne((db) => this.#advance(db, notes));
    return this.#database.writeAside(async (tx) => {
      const held = new Set<string>();
      for (const mailing of mailings) {
        const some = notes.filter(({ chunk }) => chunk.mailing === mailing);
        for (const name of await this.#advance(tx, some)) held.add(name);
      }
      for (const { chunk, exceptions } of notes) {
        if (exceptions.length === 0 || !held.has(nameOf(chunk))) continue;
        await writeExceptions(tx, chunk, exceptions, this.#database.now(), this.#scrub);
      }
      return held;
    });
  }

  /** For chunks of one mailing. */
  async #advance(db: Kysely<Tables>, notes: readonly Note[]): Promise<Set<string>> {
    const { mailing } = notes[0]!.chunk;
    const values = [
      mailing,
      ...notes.flatMap((note) => [
        ...[note.chunk.number, note.chunk.token, note.inFlight],
        this.#reachedBy(note),
      ]),
    ];
    const { rows } = await db.executeQuery<{ number: number }>(this.#statement(db, notes.length, values));
    return new Set(rows.map(({ number }) => nameOf({ mailing, number })));
  }

  /** Built once for each number of notes: to build it costs as much as to run it. `values` as `#advance` puts them. */
  #statement(
    db: Kysely<Tables>,
    count: number,
    values: readonly number[],
  ): CompiledQuery<{ number: number }> {
    const known = this.#statements.get(count) ?? compile(db, count);
    this.#statements.set(count, known);
    return { ...known, parameters: known.parameters.map((place) => values[place as number]) };
  }

  /** How many of the chunk were reached before the one in flight. */
  #reachedBy({ chunk, inFlight, exceptions }: Note): number {
    const missed = this.#missed.get(chunk) ?? new Set<number>();
    for (const { number } of exceptions) missed.add(number);
    this.#missed.set(chunk, missed);
    return Math.max(0, chunk.recipients.findIndex(({ number }) => number === inFlight) - missed.size);
  }
}

/** For so many notes; its parameters are their places in what `#advance` gives. */
function compile(db: Kysely<Tables>, count: number): CompiledQuery<{ number: number }> {
  const places = Array.from({ length: count }, (_, index) => 1 + index * 4);
  const each = (offset: number) =>
    sql<number>`case ${sql.ref("number")} ${sql.join(
      places.map((place) => sql`when ${place} then cast(${place + offset} as integer)`),
      sql` `,
    )} end`;
  return db
    .updateTable("chunks")
    .set({ in_flight: each(2), reached: each(3) })
    .where("mailing", "=", 0)
    .where("session", "is not", null)
    .where(({ eb, or, and }) =>
      or(places.map((place) => and([eb("number", "=", place), eb("token", "=", place + 1)]))),
    )
    .returning("number")
    .compile();
}

function nameOf({ mailing, number }: { readonly mailing: number; readonly number: number }): string {
  return `${mailing}/${number}`;
}
