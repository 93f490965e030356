import { type Expression, expressionBuilder, type Kysely, type SqlBool } from "kysely";
import type { MailingList, NewRecipient } from "../broadcast/mailings.ts";
import { mailboxOf } from "../channels/contract.ts";
import type { Database } from "./database.ts";
import { eachChunk, ROWS_AT_ONCE } from "./mailing-rows.ts";
import type { Tables } from "./tables.ts";

/** Who must hear nothing more on a channel. */
export function mailingSuppressions(
  database: Database,
): Pick<MailingList, "suppress" | "endSuppressing" | "forget"> {
  return {
    async suppress(channel, reading, mailboxes) {
      const at = new Date(database.now()).toISOString();
      const rows = [...new Set(mailboxes)].map((mailbox) => ({
        ...{ channel, mailbox, reading, at },
        reason: "on the channel's list of those who hear nothing",
      }));
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
        await database.write((tx) =>
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
    },

    async endSuppressing(deliveryId, channel, reading) {
      await database.write((tx) =>
        tx
          .deleteFrom("suppressions")
          .where("channel", "=", channel)
          .where("reading", "!=", reading)
          .execute(),
      );
      await eachChunk(database, deliveryId, "suppressed", (rows) =>
        rows
          .set({ state: "planned", error: null })
          .where("state", "=", "suppressed")
          .where(({ not }) => not(isSuppressed(channel)))
          .execute(),
      );
    },

    async forget(channel, address) {
      const { numDeletedRows } = await database.write((tx) =>
        tx
          .deleteFrom("suppressions")
          .where("channel", "=", channel)
          .where("mailbox", "=", mailboxOf(address))
          .where("reading", "is", null)
          .executeTakeFirst(),
      );
      return numDeletedRows > 0n;
    },
  };
}

/** For recipients who must hear nothing on the channel. */
export function isSuppressed(channel: string): Expression<SqlBool> {
  const row = expressionBuilder<Tables, "recipients">();
  const suppressed = row.selectFrom("suppressions").select("mailbox").where("channel", "=", channel);
  return row("mailbox", "in", suppressed);
}

/** Which of the mailboxes must hear nothing, and why. */
export async function suppressedAmong(
  tx: Kysely<Tables>,
  channel: string,
  entries: readonly NewRecipient[],
): Promise<ReadonlyMap<string, string>> {
  const mailboxes = entries.flatMap((entry) => (entry.state === "planned" ? [entry.mailbox] : []));
  // PostgreSQL takes no empty list.
  if (mailboxes.length === 0) return new Map();
  const rows = await tx
    .selectFrom("suppressions")
    .select(["mailbox", "reason"])
    .where("channel", "=", channel)
    .where("mailbox", "in", mailboxes)
    .execute();
  return new Map(rows.map(({ mailbox, reason }) => [mailbox, reason]));
}
