import { randomInt } from "node:crypto";
import type { ExpressionBuilder, Insertable, Kysely, UpdateQueryBuilder, UpdateResult } from "kysely";
import { randomId } from "../base/ids.ts";
import type { DeliveryError } from "../broadcast/ledger.ts";
import {
  type Beginning,
  type Chunk,
  type Exception,
  type MailingProgress,
  type Mailings,
  type NewRecipient,
  RECIPIENT_STATES,
  type RecipientRow,
  type RecipientState,
} from "../broadcast/mailings.ts";
import { LIST_PART } from "../channels/contract.ts";
import type { Database } from "./database.ts";
import { Notes } from "./mailing-notes.ts";
import { AGAIN_MS, livingSessions, recount, SESSION, settleChunk, writeExceptions } from "./mailing-rows.ts";
import type { ChunkTable, RecipientTable, Tables } from "./tables.ts";

/** For how long a process that sends may be unheard of. */
const SESSION_MS = 8000;
/** What is read at once. */
const LONG_CHUNK = 500;
/** A short list is spread over all connections; of a long one, longer chunks cost less. */
function chunkSizeAt(number: number): number {
  return number <= 10_000 ? 50 : number <= 50_000 ? 250 : LONG_CHUNK;
}
/** So many rows in one statement: engines bound the values of one. */
const ROWS_AT_ONCE = 250;
/** Mailings over SQL. */
export class MailingStore implements Mailings {
  readonly #database: Database;
  readonly #db: Kysely<Tables>;
  readonly #scrub: (text: string) => string;
  readonly #notes: Notes;

  constructor(database: Database, scrub: (text: string) => string) {
    this.#database = database;
    this.#db = database.db;
    this.#scrub = scrub;
    this.#notes = new Notes(database, scrub);
  }

  async join(deliveryId: string, owner: string): Promise<string> {
    const name = `${SESSION}${deliveryId}:${randomId()}`;
    const until = new Date(this.#database.now() + SESSION_MS).toISOString();
    await this.#database.write(async (tx) => {
      // Those that were killed cannot leave by themselves.
      const long = new Date(this.#database.now() - 100 * SESSION_MS).toISOString();
      await tx.deleteFrom("leases").where("name", "like", `${SESSION}%`).where("until", "<", long).execute();
      await tx.insertInto("leases").values({ name, owner, until, revision: 0 }).execute();
    });
    return name;
  }

  async beat(session: string): Promise<number | null> {
    return this.#database.writeAside(async (tx) => {
      const now = this.#database.now();
      const { numUpdatedRows } = await tx
        .updateTable("leases")
        .set({ until: new Date(now + SESSION_MS).toISOString() })
        .where("name", "=", session)
        // What others may have taken over is not taken back.
        .where("until", ">", new Date(now).toISOString())
        .executeTakeFirst();
      return numUpdatedRows === 1n ? now + SESSION_MS : null;
    });
  }

  async leave(session: string): Promise<void> {
    await this.#database.write((tx) => tx.deleteFrom("leases").where("name", "=", session).execute());
  }

  async progress(deliveryId: string): Promise<MailingProgress | null> {
    const mailing = await mailingOf(this.#db, deliveryId);
    if (mailing === undefined) return null;
    const of = this.#db.selectFrom("chunks").where("mailing", "=", mailing.number);
    const sums = await of
      .select((eb) => [
        ...RECIPIENT_STATES.map((state) => eb.fn.sum(state).as(state)),
        eb.fn.sum("reached").as("reached"),
        eb.fn.sum(eb.case().when("doing", "=", "waiting").then(eb.ref("reached")).else(0).end()).as("again"),
        eb.fn.min("again_at").as("again_at"),
      ])
      .executeTakeFirstOrThrow();
    const held = await of.select("session").where("session", "is not", null).execute();
    const living = await livingSessions(this.#db, this.#database.now());
    const counts = Object.fromEntries(
      RECIPIENT_STATES.map((state) => [state, Number(sums[state] ?? 0)]),
    ) as Record<RecipientState, number>;
    const [reached, again] = [Number(sums.reached ?? 0), Number(sums.again ?? 0)];
    counts.sent += reached;
    counts.waiting -= again;
    counts.planned -= reached - again;
    return {
      ...{ deliveryId, collected: mailing.collected === 1, counts },
      againAt: sums.again_at === null ? null : new Date(sums.again_at),
      underWay: held.filter(({ session }) => living.has(session!)).length,
    };
  }

  async unfinished(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom("deliveries")
      .innerJoin("updates", "updates.id", "deliveries.update_id")
      .select("deliveries.id")
      .where("deliveries.part", "=", LIST_PART)
      .where((eb) =>
        eb.or([
          eb("deliveries.state", "in", ["planned", "waiting"]),
          eb.and([
            eb("deliveries.state", "=", "sent"),
            isNewest(eb as unknown as ExpressionBuilder<Tables, "deliveries">),
            eb.exists(
              eb
                .selectFrom("mailings")
                .innerJoin("chunks", "chunks.mailing", "mailings.number")
                .select("chunks.number")
                .whereRef("mailings.delivery_id", "=", "deliveries.id")
                .where("chunks.waiting", ">", 0),
            ),
          ]),
        ]),
      )
      .orderBy("updates.at")
      .execute();
    return rows.map(({ id }) => id);
  }

  async begin(deliveryId: string, channel: string, begunBefore: boolean): Promise<boolean> {
    if ((await mailingOf(this.#db, deliveryId)) !== undefined) return true;
    if (begunBefore) return false;
    await this.#database.write(async (tx) => {
      let number: number;
      do number = randomInt(1, 2 ** 31);
      while (
        (await tx.selectFrom("mailings").where("number", "=", number).select("number").execute()).length > 0
      );
      await tx
        .insertInto("mailings")
        .values({ delivery_id: deliveryId, number, channel })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
    return true;
  }

  async taken(deliveryId: string): Promise<Beginning> {
    const mailing = await mailingOf(this.#db, deliveryId);
    return { entries: mailing?.entries ?? 0, digest: mailing?.beginning ?? null };
  }

  async add(deliveryId: string, entries: readonly NewRecipient[], taken: Beginning): Promise<void> {
    await this.#database.write(async (tx) => {
      for (let from = 0; from < entries.length; from += LONG_CHUNK)
        await this.#addSome(tx, deliveryId, entries.slice(from, from + LONG_CHUNK));
      await tx
        .updateTable("mailings")
        .set({ entries: taken.entries, beginning: taken.digest })
        .where("delivery_id", "=", deliveryId)
        .execute();
    });
  }

  async #addSome(tx: Kysely<Tables>, deliveryId: string, entries: readonly NewRecipient[]): Promise<void> {
    const mailing = await mailingOf(tx, deliveryId);
    if (mailing === undefined) throw new Error(`delivery ${deliveryId} goes to no list`);
    const newest = await tx
      .selectFrom("chunks")
      .select(["number", "last"])
      .where("mailing", "=", mailing.number)
      .orderBy("number", "desc")
      .executeTakeFirst();
    const suppressed = await this.#suppressedOf(tx, mailing.channel, entries);
    const first = (newest?.last ?? 0) + 1;
    const rows = entries.map((entry, index) => rowOf(entry, mailing.number, first + index, suppressed));
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
      await tx
        .insertInto("recipients")
        .values(rows.slice(from, from + ROWS_AT_ONCE))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    const size = chunkSizeAt(first);
    // Who is on it already is left out, so that the rows alone know how many there are.
    const added = await tx
      .selectFrom("recipients")
      .select(["number", "state"])
      .where("mailing", "=", mailing.number)
      .where("number", ">=", first)
      .execute();
    const chunks = new Map<number, Insertable<ChunkTable>>();
    for (const row of added) {
      const nth = Math.floor((row.number - first) / size);
      const from = first + nth * size;
      const chunk = chunks.get(nth) ?? {
        ...{ mailing: mailing.number, number: (newest?.number ?? 0) + 1 + nth, first: from },
        ...{ last: Math.min(from + size, first + rows.length) - 1 },
        ...{ planned: 0, suppressed: 0, invalid: 0 },
      };
      const state = row.state as "planned" | "suppressed" | "invalid";
      chunks.set(nth, { ...chunk, [state]: (chunk[state] ?? 0) + 1 });
    }
    if (chunks.size > 0)
      await tx
        .insertInto("chunks")
        .values([...chunks.values()])
        .execute();
  }

  async #suppressedOf(tx: Kysely<Tables>, channel: string, entries: readonly NewRecipient[]) {
    const mailboxes = entries.flatMap((entry) => (entry.state === "planned" ? [entry.mailbox] : []));
    if (mailboxes.length === 0) return new Map<string, string>();
    const rows = await tx
      .selectFrom("suppressions")
      .select(["mailbox", "reason"])
      .where("channel", "=", channel)
      .where("mailbox", "in", mailboxes)
      .execute();
    return new Map(rows.map(({ mailbox, reason }) => [mailbox, reason]));
  }

  async collected(deliveryId: string, whole: boolean): Promise<void> {
    await this.#database.write((tx) =>
      tx
        .updateTable("mailings")
        .set({ collected: whole ? 1 : 0 })
        .where("delivery_id", "=", deliveryId)
        .execute(),
    );
  }

  async suppress(channel: string, reading: string, mailboxes: readonly string[]): Promise<void> {
    const at = new Date(this.#database.now()).toISOString();
    const rows = [...new Set(mailboxes)].map((mailbox) => ({
      ...{ channel, mailbox, reading, at },
      reason: "on the channel's list of those who hear nothing",
    }));
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
      await this.#database.write((tx) =>
        tx
          .insertInto("suppressions")
          .values(rows.slice(from, from + ROWS_AT_ONCE))
          .onConflict((conflict) =>
            conflict
              .columns(["channel", "mailbox"])
              .doUpdateSet({ reading })
              .where("suppressions.reading", "is not", null),
          )
          .execute(),
      );
  }

  async endSuppressing(deliveryId: string, channel: string, reading: string): Promise<void> {
    await this.#database.write((tx) =>
      tx.deleteFrom("suppressions").where("channel", "=", channel).where("reading", "!=", reading).execute(),
    );
    await this.#eachChunk(deliveryId, "suppressed", (rows) =>
      rows
        .set({ state: "planned", error: null })
        .where("state", "=", "suppressed")
        .where("mailbox", "not in", (from) =>
          from.selectFrom("suppressions").select("mailbox").where("channel", "=", channel),
        )
        .execute(),
    );
  }

  async takeBack(deliveryId: string, numbers: readonly number[]): Promise<void> {
    await this.#database.write(async (tx) => {
      const mailing = await mailingOf(tx, deliveryId);
      if (mailing === undefined || numbers.length === 0) return;
      const mine = tx
        .selectFrom("recipients")
        .where("mailing", "=", mailing.number)
        .where("number", "in", [...numbers])
        .where("state", "=", "refused");
      await tx
        .deleteFrom("suppressions")
        .where("channel", "=", mailing.channel)
        .where("reading", "is", null)
        .where("mailbox", "in", mine.select("mailbox"))
        .execute();
      await tx
        .updateTable("recipients")
        .set(({ eb }) => ({ state: "waiting", tries: eb("tries", "+", 1) }))
        .where("mailing", "=", mailing.number)
        .where("number", "in", mine.select("number"))
        .execute();
      const again_at = new Date(this.#database.now() + AGAIN_MS[0]!).toISOString();
      const chunks = await tx
        .selectFrom("chunks")
        .selectAll()
        .where("mailing", "=", mailing.number)
        .where(({ eb, or }) =>
          or(numbers.map((number) => eb.and([eb("first", "<=", number), eb("last", ">=", number)]))),
        )
        .execute();
      for (const chunk of chunks) {
        await recount(tx, chunk);
        await tx
          .updateTable("chunks")
          .set({ again_at })
          .where("mailing", "=", chunk.mailing)
          .where("number", "=", chunk.number)
          .where("waiting", ">", 0)
          .execute();
      }
    });
  }

  /** Changes recipients chunk by chunk, in all that have one in this state. */
  async #eachChunk(
    deliveryId: string,
    state: RecipientState,
    change: (rows: UpdateQueryBuilder<Tables, "recipients", "recipients", UpdateResult>) => Promise<unknown>,
  ): Promise<void> {
    const mailing = await mailingOf(this.#db, deliveryId);
    if (mailing === undefined) return;
    const chunks = await this.#db
      .selectFrom("chunks")
      .selectAll()
      .where("mailing", "=", mailing.number)
      .where(state, ">", 0)
      .execute();
    for (const chunk of chunks)
      await this.#database.write(async (tx) => {
        await change(
          tx
            .updateTable("recipients")
            .where("mailing", "=", chunk.mailing)
            .where("number", ">=", chunk.first)
            .where("number", "<=", chunk.last),
        );
        await recount(tx, chunk);
      });
  }

  claim(deliveryId: string, session: string, atMost: number): Promise<Chunk | null> {
    return this.#database.write(async (tx) => {
      const now = this.#database.now();
      const mailing = await tx
        .selectFrom("mailings")
        .innerJoin("deliveries", "deliveries.id", "mailings.delivery_id")
        .select(["mailings.number", "deliveries.channel", "deliveries.incident_id"])
        .where("mailings.delivery_id", "=", deliveryId)
        .where((eb) =>
          eb.or([
            eb("deliveries.state", "in", ["planned", "waiting"]),
            eb.and([
              eb("deliveries.state", "=", "sent"),
              isNewest(eb as unknown as ExpressionBuilder<Tables, "deliveries">),
            ]),
          ]),
        )
        .executeTakeFirst();
      if (mailing === undefined) return null;
      const living = await livingSessions(tx, now);
      if (!living.has(session)) return null;
      const underWay = await tx
        .selectFrom("chunks")
        .innerJoin("mailings", "mailings.number", "chunks.mailing")
        .innerJoin("deliveries", "deliveries.id", "mailings.delivery_id")
        .select(["chunks.session", "mailings.delivery_id", "deliveries.incident_id"])
        .where("mailings.channel", "=", mailing.channel)
        .where("chunks.session", "is not", null)
        .execute();
      const alive = underWay.filter((chunk) => living.has(chunk.session!));
      // The words before these are on their way: nobody is to get them afterwards.
      if (
        alive.some((chunk) => chunk.incident_id === mailing.incident_id && chunk.delivery_id !== deliveryId)
      )
        return null;
      const mine = alive.filter((chunk) => chunk.session === session).length;
      const sharing = [...living].filter((name) => name.startsWith(`${SESSION}${deliveryId}:`)).length;
      if (alive.length >= atMost || mine >= Math.ceil(atMost / sharing)) return null;
      const found = await tx
        .selectFrom("chunks")
        .select(["mailing", "number", "token"])
        .where("mailing", "=", mailing.number)
        .where(({ eb, or }) =>
          or([eb("session", "is", null), ...(living.size > 0 ? [eb("session", "not in", [...living])] : [])]),
        )
        .where(({ eb, or, and }) =>
          or([
            eb("planned", ">", 0),
            and([eb("waiting", ">", 0), eb("again_at", "<=", new Date(now).toISOString())]),
          ]),
        )
        .orderBy("number")
        .limit(1)
        .executeTakeFirst();
      if (found === undefined) return null;
      // Taken first: what its last owner notes from now on is not heard, so what is read here is all.
      const chunk = await tx
        .updateTable("chunks")
        .set({ token: found.token + 1 })
        .where("mailing", "=", found.mailing)
        .where("number", "=", found.number)
        .returningAll()
        .executeTakeFirstOrThrow();
      await settleChunk(tx, { ...chunk, token: found.token }, null, now);
      // Who has left the list since it was read.
      await tx
        .updateTable("recipients")
        .set({ state: "suppressed", error: SUPPRESSED })
        .where("mailing", "=", chunk.mailing)
        .where("number", ">=", chunk.first)
        .where("number", "<=", chunk.last)
        .where("state", "in", ["planned", "waiting"])
        .where("mailbox", "in", (from) =>
          from.selectFrom("suppressions").select("mailbox").where("channel", "=", mailing.channel),
        )
        .execute();
      const left = await recount(tx, chunk);
      const doing = left.planned > 0 ? "planned" : "waiting";
      await tx
        .updateTable("chunks")
        .set({ session, doing })
        .where("mailing", "=", chunk.mailing)
        .where("number", "=", chunk.number)
        .execute();
      const recipients = await tx
        .selectFrom("recipients")
        .select(["number", "address", "name", "locale", "unsubscribe"])
        .where("mailing", "=", chunk.mailing)
        .where("number", ">=", chunk.first)
        .where("number", "<=", chunk.last)
        .where("state", "=", doing)
        .orderBy("number")
        .execute();
      return { deliveryId, mailing: chunk.mailing, number: chunk.number, token: chunk.token, recipients };
    });
  }

  note(chunk: Chunk, inFlight: number, exceptions: readonly Exception[]): Promise<boolean> {
    return this.#notes.write({ chunk, inFlight, exceptions });
  }

  release(chunk: Chunk, next: number | null, exceptions: readonly Exception[]): Promise<boolean> {
    return this.#database.writeAside(async (tx) => {
      const row = await tx
        .updateTable("chunks")
        .set({ reached: 0 })
        .where("mailing", "=", chunk.mailing)
        .where("number", "=", chunk.number)
        .where("token", "=", chunk.token)
        .where("session", "is not", null)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return false;
      await writeExceptions(tx, chunk, exceptions, this.#database.now(), this.#scrub);
      await settleChunk(tx, row, { next: next ?? row.last + 1 }, this.#database.now());
      await recount(tx, row);
      return true;
    });
  }

  async recipients(deliveryId: string, states: readonly RecipientState[], after: number, limit: number) {
    const mailing = await mailingOf(this.#db, deliveryId);
    if (mailing === undefined) return [];
    const rows = await this.#db
      .selectFrom("recipients")
      .select(["number", "address", "state", "error"])
      .where("mailing", "=", mailing.number)
      .where("number", ">", after)
      .where("state", "in", [...states])
      .orderBy("number")
      .limit(limit)
      .execute();
    return rows.map(({ number, address, state, error }): RecipientRow => {
      const told = error === null ? null : (JSON.parse(error) as DeliveryError);
      return { number, address, state: state as RecipientState, error: told };
    });
  }

  async forget(channel: string, address: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database.write((tx) =>
      tx
        .deleteFrom("suppressions")
        .where("channel", "=", channel)
        .where("mailbox", "=", address.toLowerCase())
        .where("reading", "is", null)
        .executeTakeFirst(),
    );
    return numDeletedRows > 0n;
  }

  async resendUnknown(deliveryId: string): Promise<void> {
    await this.#eachChunk(deliveryId, "unknown", (rows) =>
      rows.set({ state: "planned" }).where("state", "=", "unknown").execute(),
    );
  }
}

/** Whether nothing was said to the list after this delivery. */
function isNewest(eb: ExpressionBuilder<Tables, "deliveries">) {
  return eb.not(
    eb.exists(
      eb
        .selectFrom("deliveries as later")
        .select("later.id")
        .whereRef("later.incident_id", "=", "deliveries.incident_id")
        .whereRef("later.channel", "=", "deliveries.channel")
        .whereRef("later.update_number", ">", "deliveries.update_number")
        .where("later.state", "!=", "skipped"),
    ),
  );
}

const SUPPRESSED = JSON.stringify({
  code: "SUPPRESSED",
  message: "has left the list since it was read",
  hint: null,
  retryAt: null,
});

function mailingOf(db: Kysely<Tables>, deliveryId: string) {
  return db.selectFrom("mailings").selectAll().where("delivery_id", "=", deliveryId).executeTakeFirst();
}

function rowOf(
  entry: NewRecipient,
  mailing: number,
  number: number,
  suppressed: ReadonlyMap<string, string>,
): Omit<RecipientTable, "tries" | "token"> {
  const row = { mailing, number, name: null, locale: null, unsubscribe: null };
  if (entry.state === "invalid") {
    const message = `line ${entry.line}: ${entry.fault}`;
    const error = JSON.stringify({ code: "NO_ADDRESS", message, hint: null, retryAt: null });
    // No address looks like this: a list that is read twice has the line once.
    return { ...row, mailbox: `line ${entry.line}`, address: entry.text, state: "invalid", error };
  }
  const { mailbox, recipient } = entry;
  const why = suppressed.get(mailbox);
  return {
    ...row,
    ...recipient,
    mailbox,
    state: why === undefined ? "planned" : "suppressed",
    error:
      why === undefined
        ? null
        : JSON.stringify({ code: "SUPPRESSED", message: why, hint: null, retryAt: null }),
  };
}
