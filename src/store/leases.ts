import { setTimeout as sleep } from "node:timers/promises";
import { StatusError, setupError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { isProvablyDead, isStopped, processIdentity } from "../base/process-identity.ts";
import type { Database } from "./database.ts";

/** For how long a holder may be unheard of; it renews its lease three times as often. */
const LEASE_MS = 60_000;

/**
 * Holds the named lease while `work` runs; waits for another holder up to `waitMs`, then throws LEASE_HELD. `revision` rises
 * with every call, and is recorded before `work` begins, so that the number of a killed one is never used again. Where
 * `work` calls `giveBack`, because it has written nothing, the next call gets the same number.
 */
export async function exclusively<T>(
  database: Database,
  name: string,
  waitMs: number,
  work: (revision: number, giveBack: () => void) => Promise<T>,
): Promise<T> {
  const owner = `${processIdentity()}/${randomId()}`;
  const deadline = Date.now() + waitMs;
  let revision = await surely(() => take(database, name, owner));
  while (revision === null) {
    if (Date.now() > deadline)
      throw setupError(
        "LEASE_HELD",
        `Another command has been writing ${name} for too long.`,
        "Type the command again.",
      );
    await sleep(50);
    revision = await surely(() => take(database, name, owner));
  }
  // A publish command may take longer than one lease.
  const renewal = setInterval(() => {
    const until = new Date(database.now() + LEASE_MS).toISOString();
    change(database, name, owner, { until }).catch(() => {});
  }, LEASE_MS / 3);
  renewal.unref();
  let kept = revision;
  try {
    return await work(revision, () => {
      kept = revision - 1;
    });
  } finally {
    clearInterval(renewal);
    await surely(() => change(database, name, owner, { owner: null, until: null, revision: kept }));
  }
}

/** Does again what means the same when it is done twice: where a ledger was lost, it may have been done, and only the answer lost. */
async function surely<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== "LEDGER_UNREACHABLE") throw error;
    return work();
  }
}

/** Changes the lease where this owner still holds it. */
async function change(
  database: Database,
  name: string,
  owner: string,
  to: { readonly owner?: null; readonly until: string | null; readonly revision?: number },
): Promise<void> {
  await database.write((tx) =>
    tx.updateTable("leases").set(to).where("name", "=", name).where("owner", "=", owner).execute(),
  );
}

/** The lease's new revision; null where another holds it. */
function take(database: Database, name: string, owner: string): Promise<number | null> {
  return database.write(async (tx) => {
    const row = await tx.selectFrom("leases").selectAll().where("name", "=", name).executeTakeFirst();
    if (row?.owner === owner) return row.revision;
    const held =
      row?.owner != null &&
      row.until !== null &&
      !isProvablyDead(row.owner) &&
      // A stopped writer would put its older page over a newer one when it goes on.
      (new Date(row.until).getTime() > database.now() || isStopped(row.owner));
    if (held) return null;
    const revision = (row?.revision ?? 0) + 1;
    const lease = {
      owner,
      until: new Date(database.now() + LEASE_MS).toISOString(),
      revision,
    };
    await tx
      .insertInto("leases")
      .values({ name, ...lease })
      .onConflict((conflict) => conflict.column("name").doUpdateSet(lease))
      .execute();
    return revision;
  });
}
