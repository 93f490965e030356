import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/store/database.ts";
import { openSqlite } from "../../src/store/sqlite.ts";

describe("a ledger in a file", () => {
  let folder: string;
  let ledger: Database;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "status-sqlite-"));
    ledger = await openSqlite(join(folder, "status.db"));
  });
  afterEach(async () => {
    await ledger.db.destroy();
    rmSync(folder, { recursive: true });
  });

  const lease = (name: string) =>
    ledger.write(async (tx) => {
      await tx.insertInto("leases").values({ name, owner: null, until: null, revision: 0 }).execute();
      return name;
    });
  const names = async () =>
    (await ledger.db.selectFrom("leases").select("name").orderBy("name").execute()).map(({ name }) => name);
  /** In the write-ahead log, a frame that ends a transaction says how large the file is after it. */
  const commits = () => {
    const log = readFileSync(join(folder, "status.db-wal"));
    const pageSize = log.readUInt32BE(8);
    const salt = log.subarray(16, 24);
    let count = 0;
    for (let at = 32; at + 24 + pageSize <= log.length; at += 24 + pageSize)
      if (salt.equals(log.subarray(at + 8, at + 16)) && log.readUInt32BE(at + 4) > 0) count++;
    return count;
  };

  it("waits for the disk once for all writes that are asked for at once", async () => {
    await lease("first");
    const before = commits();
    const all = ["a", "b", "c", "d", "e"];
    expect(await Promise.all(all.map(lease))).toEqual(all);
    expect(await names()).toEqual([...all, "first"]);
    expect(commits() - before).toBe(1);
  });

  it("waits for the disk once for all that is asked for while answers are read one by one", async () => {
    await lease("first");
    const before = commits();
    const answers = ["a", "b", "c"].map(async (name) => {
      await new Promise((read) => setImmediate(read));
      await lease(name);
    });
    await Promise.all(answers);
    expect(await names()).toEqual(["a", "b", "c", "first"]);
    expect(commits() - before).toBe(1);
  });

  it("lets a write that fails take nothing else with it, and leave nothing of itself", async () => {
    const failing = ledger.write(async (tx) => {
      await tx.insertInto("leases").values({ name: "half", owner: null, until: null, revision: 0 }).execute();
      throw new Error("on second thoughts");
    });
    const twice = [lease("one"), lease("one")];
    const settled = await Promise.allSettled([lease("a"), failing, lease("b"), ...twice]);
    expect(settled.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "rejected",
    ]);
    expect(await names()).toEqual(["a", "b", "one"]);
    expect(await lease("c")).toBe("c");
  });
});
