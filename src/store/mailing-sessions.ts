import type { Kysely } from "kysely";
import { randomId } from "../base/ids.ts";
import { isProvablyDead } from "../base/process-identity.ts";
import type { MailingSending } from "../broadcast/mailings.ts";
import type { Database } from "./database.ts";
import type { Tables } from "./tables.ts";

/** What the leases of those who send are named by. */
const SESSION = "mailing:";
/** For how long a process that sends may be unheard of. */
const SESSION_MS = 8000;

/** The processes that send, each a lease that it renews. */
export function mailingSessions(database: Database): Pick<MailingSending, "join" | "beat" | "leave"> {
  return {
    async join(deliveryId, owner) {
      const name = `${prefixOf(deliveryId)}${randomId()}`;
      const until = new Date(database.now() + SESSION_MS).toISOString();
      await database.write(async (tx) => {
        // Those that were killed cannot leave by themselves.
        const long = new Date(database.now() - 100 * SESSION_MS).toISOString();
        await tx
          .deleteFrom("leases")
          .where("name", "like", `${SESSION}%`)
          .where("until", "<", long)
          .execute();
        await tx.insertInto("leases").values({ name, owner, until, revision: 0 }).execute();
      });
      return name;
    },

    beat: (session) =>
      database.writeAside(async (tx) => {
        const now = database.now();
        const { numUpdatedRows } = await tx
          .updateTable("leases")
          .set({ until: new Date(now + SESSION_MS).toISOString() })
          .where("name", "=", session)
          // What others may have taken over is not taken back.
          .where("until", ">", new Date(now).toISOString())
          .executeTakeFirst();
        return numUpdatedRows === 1n ? now + SESSION_MS : null;
      }),

    async leave(session) {
      await database.write((tx) => tx.deleteFrom("leases").where("name", "=", session).execute());
    },
  };
}

/** Those who have been heard of, and whose process has not ended. */
export async function livingSessions(db: Kysely<Tables>, now: number): Promise<Set<string>> {
  const rows = await db
    .selectFrom("leases")
    .selectAll()
    .where("name", "like", `${SESSION}%`)
    .where("until", ">", new Date(now).toISOString())
    .execute();
  return new Set(
    rows.filter(({ owner }) => owner !== null && !isProvablyDead(owner)).map(({ name }) => name),
  );
}

/** How many of them send this delivery. */
export function sessionsOf(sessions: ReadonlySet<string>, deliveryId: string): number {
  return [...sessions].filter((name) => name.startsWith(prefixOf(deliveryId))).length;
}

function prefixOf(deliveryId: string): string {
  return `${SESSION}${deliveryId}:`;
}
