import { type Expression, expressionBuilder, type Kysely, type SqlBool } from "kysely";
import {
  type Chunk,
  type MailingProgress,
  type MailingSending,
  RECIPIENT_STATES,
  type RecipientState,
} from "../broadcast/mailings.ts";
import { LIST_PART } from "../channels/contract.ts";
import type { Database } from "./database.ts";
import { Notes } from "./mailing-notes.ts";
import { settleChunk, writeExceptions } from "./mailing-outcomes.ts";
import { errorText, isChunk, isInChunk, mailingOf, recount } from "./mailing-rows.ts";
import { livingSessions, mailingSessions, sessionsOf } from "./mailing-sessions.ts";
import { isSuppressed } from "./mailing-suppressions.ts";
import type { Tables } from "./tables.ts";

const LEFT_THE_LIST = errorText("SUPPRESSED", "has left the list since it was read");

/** Who sends to which chunk, and how far. `scrub` takes secrets out of what servers said. */
export function mailingSending(database: Database, scrub: (text: string) => string): MailingSending {
  const { db } = database;
  const notes = new Notes(database, scrub);
  return {
    ...mailingSessions(database),

    progress: (deliveryId) => progressOf(db, deliveryId, database.now()),

    async unfinished() {
      const rows = await db
        .selectFrom("deliveries")
        .innerJoin("updates", "updates.id", "deliveries.update_id")
        .select("deliveries.id")
        .where("deliveries.part", "=", LIST_PART)
        .where(isToBeSent())
        .where(({ eb, or }) => or([eb("deliveries.state", "!=", "sent"), hasWaiting()]))
        .orderBy("updates.at")
        .execute();
      return rows.map(({ id }) => id);
    },

    claim: (deliveryId, session, atMost) =>
      database.write((tx) => claim(tx, deliveryId, session, atMost, database.now())),

    note: (chunk, inFlight, exceptions) => notes.write({ chunk, inFlight, exceptions }),

    release: (chunk, next, exceptions) =>
      database.writeAside(async (tx) => {
        const row = await tx
          .updateTable("chunks")
          .set({ reached: 0 })
          .where(isChunk(chunk))
          .where("token", "=", chunk.token)
          .where("session", "is not", null)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return false;
        await writeExceptions(tx, chunk, exceptions, database.now(), scrub);
        await settleChunk(tx, row, { next: next ?? row.last + 1 }, database.now());
        await recount(tx, row);
        return true;
      }),
  };
}

async function progressOf(
  db: Kysely<Tables>,
  deliveryId: string,
  now: number,
): Promise<MailingProgress | null> {
  const mailing = await mailingOf(db, deliveryId);
  if (mailing === undefined) return null;
  const of = db.selectFrom("chunks").where("mailing", "=", mailing.number);
  const sums = await of
    .select((eb) => [
      ...RECIPIENT_STATES.map((state) => eb.fn.sum(state).as(state)),
      eb.fn.sum("reached").as("reached"),
      eb.fn.sum(eb.case().when("doing", "=", "waiting").then(eb.ref("reached")).else(0).end()).as("again"),
      eb.fn.min("again_at").as("again_at"),
    ])
    .executeTakeFirstOrThrow();
  const held = await of.select("session").where("session", "is not", null).execute();
  const living = await livingSessions(db, now);
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

/** For deliveries that are still to be sent. One that was told is, to those who are left over, until something is said after it. */
function isToBeSent(): Expression<SqlBool> {
  const row = expressionBuilder<Tables, "deliveries">();
  const later = row
    .selectFrom("deliveries as later")
    .select("later.id")
    .whereRef("later.incident_id", "=", "deliveries.incident_id")
    .whereRef("later.channel", "=", "deliveries.channel")
    .whereRef("later.update_number", ">", "deliveries.update_number")
    .where("later.state", "!=", "skipped");
  return row.or([
    row("deliveries.state", "in", ["planned", "waiting"]),
    row.and([row("deliveries.state", "=", "sent"), row.not(row.exists(later))]),
  ]);
}

/** For deliveries that have somebody who is to be tried again. */
function hasWaiting(): Expression<SqlBool> {
  const row = expressionBuilder<Tables, "deliveries">();
  return row.exists(
    row
      .selectFrom("mailings")
      .innerJoin("chunks", "chunks.mailing", "mailings.number")
      .select("chunks.number")
      .whereRef("mailings.delivery_id", "=", "deliveries.id")
      .where("chunks.waiting", ">", 0),
  );
}

interface Sendable {
  readonly deliveryId: string;
  readonly mailing: number;
  readonly channel: string;
  readonly incidentId: string;
}

async function claim(
  tx: Kysely<Tables>,
  deliveryId: string,
  session: string,
  atMost: number,
  now: number,
): Promise<Chunk | null> {
  const row = await tx
    .selectFrom("mailings")
    .innerJoin("deliveries", "deliveries.id", "mailings.delivery_id")
    .select(["mailings.number", "deliveries.channel", "deliveries.incident_id"])
    .where("mailings.delivery_id", "=", deliveryId)
    .where(isToBeSent())
    .executeTakeFirst();
  if (row === undefined) return null;
  const sendable = { deliveryId, mailing: row.number, channel: row.channel, incidentId: row.incident_id };
  const living = await livingSessions(tx, now);
  if (!living.has(session) || !(await hasRoom(tx, sendable, session, living, atMost))) return null;
  const found = await nextChunk(tx, sendable, living, now);
  return found === null ? null : take(tx, sendable, found, session, now);
}

/** Whether the session may have one more of the channel's `atMost` connections. */
async function hasRoom(
  tx: Kysely<Tables>,
  { deliveryId, channel, incidentId }: Sendable,
  session: string,
  living: ReadonlySet<string>,
  atMost: number,
): Promise<boolean> {
  const held = await tx
    .selectFrom("chunks")
    .innerJoin("mailings", "mailings.number", "chunks.mailing")
    .innerJoin("deliveries", "deliveries.id", "mailings.delivery_id")
    .select(["chunks.session", "mailings.delivery_id", "deliveries.incident_id"])
    .where("mailings.channel", "=", channel)
    .where("chunks.session", "is not", null)
    .execute();
  const underWay = held.filter((chunk) => living.has(chunk.session!));
  // The words before these are on their way: nobody is to get them afterwards.
  if (underWay.some((chunk) => chunk.incident_id === incidentId && chunk.delivery_id !== deliveryId))
    return false;
  const mine = underWay.filter((chunk) => chunk.session === session).length;
  return underWay.length < atMost && mine < Math.ceil(atMost / sessionsOf(living, deliveryId));
}

interface FoundChunk {
  readonly mailing: number;
  readonly number: number;
  readonly token: number;
}

/** The first that nobody living holds, and that has somebody to reach now; null where there is none. */
async function nextChunk(
  tx: Kysely<Tables>,
  { mailing }: Sendable,
  living: ReadonlySet<string>,
  now: number,
): Promise<FoundChunk | null> {
  const found = await tx
    .selectFrom("chunks")
    .select(["mailing", "number", "token"])
    .where("mailing", "=", mailing)
    .where(({ eb, or }) => or([eb("session", "is", null), eb("session", "not in", [...living])]))
    .where(({ eb, or, and }) =>
      or([
        eb("planned", ">", 0),
        and([eb("waiting", ">", 0), eb("again_at", "<=", new Date(now).toISOString())]),
      ]),
    )
    .orderBy("number")
    .limit(1)
    .executeTakeFirst();
  return found ?? null;
}

/** Makes a chunk the session's own, settles what its last owner left, and reads who is to be reached. */
async function take(
  tx: Kysely<Tables>,
  { deliveryId, channel }: Sendable,
  found: FoundChunk,
  session: string,
  now: number,
): Promise<Chunk> {
  // Taken first: what its last owner notes from now on is not heard, so what is read here is all.
  const chunk = await tx
    .updateTable("chunks")
    .set({ token: found.token + 1 })
    .where(isChunk(found))
    .returningAll()
    .executeTakeFirstOrThrow();
  await settleChunk(tx, { ...chunk, token: found.token }, null, now);
  // Who has left the list since it was read.
  await tx
    .updateTable("recipients")
    .set({ state: "suppressed", error: LEFT_THE_LIST })
    .where(isInChunk(chunk))
    .where("state", "in", ["planned", "waiting"])
    .where(isSuppressed(channel))
    .execute();
  const left = await recount(tx, chunk);
  const doing = left.planned > 0 ? "planned" : "waiting";
  await tx.updateTable("chunks").set({ session, doing }).where(isChunk(chunk)).execute();
  const recipients = await tx
    .selectFrom("recipients")
    .select(["number", "address", "name", "locale", "unsubscribe"])
    .where(isInChunk(chunk))
    .where("state", "=", doing)
    .orderBy("number")
    .execute();
  return { deliveryId, mailing: chunk.mailing, number: chunk.number, token: chunk.token, recipients };
}
