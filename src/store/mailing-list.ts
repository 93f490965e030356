import { randomInt } from "node:crypto";
import type { Insertable, Kysely } from "kysely";
import type { DeliveryError } from "../broadcast/ledger.ts";
import type { MailingList, NewRecipient, RecipientState } from "../broadcast/mailings.ts";
import type { Database } from "./database.ts";
import { AGAIN_MS } from "./mailing-outcomes.ts";
import {
  eachChunk,
  errorText,
  isChunk,
  isInChunk,
  mailingOf,
  ROWS_AT_ONCE,
  recount,
} from "./mailing-rows.ts";
import { mailingSuppressions, suppressedAmong } from "./mailing-suppressions.ts";
import type { ChunkTable, RecipientTable, Tables } from "./tables.ts";

/** A short list is spread over all connections; of a long one, longer chunks cost less. */
function chunkSizeAt(number: number): number {
  return number <= 10_000 ? 50 : number <= 50_000 ? 250 : 500;
}

/** Who is on the list of a mailing. */
export function mailingList(database: Database): MailingList {
  const { db } = database;
  return {
    ...mailingSuppressions(database),

    async begin(deliveryId, channel, begunBefore) {
      if ((await mailingOf(db, deliveryId)) !== undefined) return true;
      if (begunBefore) return false;
      await database.write(async (tx) => {
        await tx
          .insertInto("mailings")
          .values({ delivery_id: deliveryId, number: await freeNumber(tx), channel })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
      return true;
    },

    async add(deliveryId, entries, taken) {
      await database.write(async (tx) => {
        await add(tx, deliveryId, entries);
        await tx
          .updateTable("mailings")
          .set({ entries: taken.entries, beginning: taken.digest })
          .where("delivery_id", "=", deliveryId)
          .execute();
      });
    },

    async taken(deliveryId) {
      const mailing = await mailingOf(db, deliveryId);
      return { entries: mailing?.entries ?? 0, digest: mailing?.beginning ?? null };
    },

    async collected(deliveryId, whole) {
      await database.write((tx) =>
        tx
          .updateTable("mailings")
          .set({ collected: whole ? 1 : 0 })
          .where("delivery_id", "=", deliveryId)
          .execute(),
      );
    },

    async takeBack(deliveryId, numbers) {
      await database.write((tx) => takeBack(tx, deliveryId, numbers, database.now()));
    },

    async recipients(deliveryId, states, after, limit) {
      const mailing = await mailingOf(db, deliveryId);
      if (mailing === undefined) return [];
      const rows = await db
        .selectFrom("recipients")
        .select(["number", "address", "state", "error"])
        .where("mailing", "=", mailing.number)
        .where("number", ">", after)
        .where("state", "in", [...states])
        .orderBy("number")
        .limit(limit)
        .execute();
      return rows.map(({ number, address, state, error }) => ({
        ...{ number, address, state: state as RecipientState },
        error: error === null ? null : (JSON.parse(error) as DeliveryError),
      }));
    },

    async resendUnknown(deliveryId) {
      await eachChunk(database, deliveryId, "unknown", (rows) =>
        rows.set({ state: "planned" }).where("state", "=", "unknown").execute(),
      );
    },
  };
}

async function freeNumber(tx: Kysely<Tables>): Promise<number> {
  for (;;) {
    const number = randomInt(1, 2 ** 31);
    const taken = await tx
      .selectFrom("mailings")
      .select("number")
      .where("number", "=", number)
      .executeTakeFirst();
    if (taken === undefined) return number;
  }
}

/** Puts entries behind those who are on it, and plans their chunks. */
async function add(tx: Kysely<Tables>, deliveryId: string, entries: readonly NewRecipient[]): Promise<void> {
  const mailing = await mailingOf(tx, deliveryId);
  if (mailing === undefined) throw new Error(`delivery ${deliveryId} goes to no list`);
  const newest = await tx
    .selectFrom("chunks")
    .select(["number", "last"])
    .where("mailing", "=", mailing.number)
    .orderBy("number", "desc")
    .executeTakeFirst();
  const suppressed = await suppressedAmong(tx, mailing.channel, entries);
  const first = (newest?.last ?? 0) + 1;
  const rows = entries.map((entry, index) => rowOf(entry, mailing.number, first + index, suppressed));
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await tx
      .insertInto("recipients")
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  // Who is on it already is left out, so that the rows alone know how many there are.
  const added = await tx
    .selectFrom("recipients")
    .select(["number", "state"])
    .where("mailing", "=", mailing.number)
    .where("number", ">=", first)
    .execute();
  const size = chunkSizeAt(first);
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

function rowOf(
  entry: NewRecipient,
  mailing: number,
  number: number,
  suppressed: ReadonlyMap<string, string>,
): Omit<RecipientTable, "tries" | "token"> {
  const row = { mailing, number, name: null, locale: null, unsubscribe: null };
  if (entry.state === "invalid") {
    const error = errorText("NO_ADDRESS", `line ${entry.line}: ${entry.fault}`);
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
    error: why === undefined ? null : errorText("SUPPRESSED", why),
  };
}

async function takeBack(
  tx: Kysely<Tables>,
  deliveryId: string,
  numbers: readonly number[],
  now: number,
): Promise<void> {
  const mailing = await mailingOf(tx, deliveryId);
  if (mailing === undefined || numbers.length === 0) return;
  const refused = tx
    .selectFrom("recipients")
    .where("mailing", "=", mailing.number)
    .where("number", "in", [...numbers])
    .where("state", "=", "refused");
  await tx
    .deleteFrom("suppressions")
    .where("channel", "=", mailing.channel)
    .where("reading", "is", null)
    .where("mailbox", "in", refused.select("mailbox"))
    .execute();
  const chunks = await tx
    .selectFrom("chunks")
    .selectAll()
    .where("mailing", "=", mailing.number)
    .where(({ eb, or }) =>
      or(numbers.map((number) => eb.and([eb("first", "<=", number), eb("last", ">=", number)]))),
    )
    .execute();
  for (const chunk of chunks) {
    await tx
      .updateTable("recipients")
      // Whoever has the chunk by now does not send to them, and must not take them for reached.
      .set({ state: "waiting", token: chunk.token })
      .where(isInChunk(chunk))
      .where("number", "in", refused.select("number"))
      .execute();
    await recount(tx, chunk);
    await tx
      .updateTable("chunks")
      .set({ again_at: new Date(now + AGAIN_MS[0]!).toISOString() })
      .where(isChunk(chunk))
      .where("waiting", ">", 0)
      .execute();
  }
}
