import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { processIdentity } from "../../src/base/process-identity.ts";
import { carryOver, foreseeCarryOver } from "../../src/store/carry-over.ts";
import type { Database } from "../../src/store/database.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { TABLE_ORDER } from "../../src/store/table-order.ts";
import type { Tables } from "../../src/store/tables.ts";
import { engines } from "../support/engines.ts";

const AT = "2026-11-23T03:10:00.000Z";

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), "status-carry-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "status.db");
}

async function opened(opening: Promise<Database>): Promise<Database> {
  const database = await opening;
  onTestFinished(() => database.db.destroy());
  return database;
}

const incident = (id: string) => ({
  ...{ id, type: "incident", title: `Checkout – ${id} 💥`, phase: "investigating", impact: "major" },
  ...{ components: '[{"id": "checkout",  "state":"partial_outage"}]', started_at: AT, ends_at: null },
  ...{ automatic: 0, long: 1, acknowledged_at: AT, resolved_at: null, next_update_at: null, created_at: AT },
});

const update = (incident_id: string, number: number, key: string | null = null) => ({
  ...{ id: `${incident_id}-${number}`, incident_id, number, verb: "update", template: "holding", key },
  ...{ inputs: '{"b":1,"a":2}', author: "commander@laptop", at: AT, keeps: null, standing: "{}" },
});

const delivery = (
  incident_id: string,
  update_number: number,
  channel: string,
  target: string | null = null,
) => ({
  ...{
    id: `z${9 - update_number}-${incident_id}-${channel}`,
    incident_id,
    update_number,
    channel,
    kind: "slack",
  },
  ...{
    update_id: `${incident_id}-${update_number}`,
    required: 1,
    audience: "public",
    position: 0,
    part: "1",
  },
  ...{
    effect: target === null ? "post" : "amend",
    target,
    state: "sent",
    reason: null,
    post: '{"text":"x"}',
  },
  ...{ subject: "Checkout", receipt: '{"remoteId":"7"}', verification: "seen", error: null, attempts: 1 },
  ...{
    first_attempt_at: AT,
    last_attempt_at: AT,
    sent_at: AT,
    elapsed_ms: 312,
    owner: null,
    lease_until: null,
  },
});

const attempt = (delivery_id: string, number: number) => ({
  ...{ delivery_id, number, owner: "host/boot/1/2", place: "{}", started_at: AT, ended_at: AT },
  ...{ outcome: "sent", error: null },
});

const lease = (revision: number, more: { owner?: string; until?: string } = {}) => ({
  ...{ name: "page:page", owner: null, until: null, revision },
  ...more,
});

/** Some of everything: two incidents, the first with a correction of what was said before. */
async function fill(source: Database, deliveries = 3): Promise<void> {
  await source.write(async (tx) => {
    await tx
      .insertInto("incidents")
      .values([incident("a"), incident("b")])
      .execute();
    await tx
      .insertInto("updates")
      .values([update("a", 1, "pager-7"), update("a", 2), update("b", 1)])
      .execute();
    const first = delivery("a", 1, "ops");
    // Its id comes before that of what it amends.
    await tx
      .insertInto("deliveries")
      .values([first, delivery("a", 2, "ops", first.id)])
      .execute();
    const channels = Array.from({ length: deliveries - 2 }, (_, index) => `channel-${index}`);
    for (const channel of channels)
      await tx
        .insertInto("deliveries")
        .values(delivery("b", 1, channel))
        .execute();
    await tx
      .insertInto("attempts")
      .values([attempt(first.id, 1), attempt(first.id, 2)])
      .execute();
    const reminder = {
      incident_id: "a",
      promise: "1",
      kind: "before",
      channel: "ops",
      state: "sent",
      at: AT,
    };
    await tx
      .insertInto("reminders")
      .values([
        { ...reminder, receipt: "{}", error: null },
        { ...reminder, kind: "after", receipt: null, error: null },
      ])
      .execute();
    const reading = { url: "https://status.example.com/", tried_at: AT, read_at: null, fault: "no answer" };
    await tx
      .insertInto("readings")
      .values({ ...reading, report: null })
      .execute();
    await tx.insertInto("leases").values(lease(7)).execute();
    const said = { id: "said", at: AT, author: "commander@example.com", act: "said", incident_id: "a" };
    const nothing = { update_id: null, plan: null, what: null, reason: null, proof: null };
    const planned = { ...said, ...nothing, id: "planned", act: "planned", incident_id: "c", plan: "abc1" };
    await tx
      .insertInto("journal")
      .values([{ ...said, ...nothing, update_id: "a-1" }, planned])
      .execute();
    const plan = { hash: "abc1", document: "{}", incident_id: "c", verb: "announce", author: said.author };
    await tx
      .insertInto("plans")
      .values({ ...plan, at: AT, expires_at: AT })
      .execute();
    const action = { id: "a3f9c1", incident_id: null, text: "Alert sooner", owner: null, due_at: AT };
    await tx
      .insertInto("actions")
      .values({ ...action, public: 0, added_at: AT, done_at: null })
      .execute();
  });
}

/** A mailing in which one recipient is being sent to. */
async function fillMailing({ write }: Database): Promise<void> {
  await write(async (tx) => {
    const { id } = await tx.selectFrom("deliveries").select("id").limit(1).executeTakeFirstOrThrow();
    await tx.insertInto("mailings").values({ delivery_id: id, number: 77, channel: "customers" }).execute();
    const chunk = { mailing: 77, number: 1, first: 1, last: 300, planned: 300 };
    await tx
      .insertInto("chunks")
      .values({ ...chunk, session: "mailing:x", in_flight: 5, doing: "planned" })
      .execute();
    for (let number = 1; number <= 300; number++) {
      const address = `p${number}@example.com`;
      const row = { mailing: 77, number, mailbox: address, address, state: "planned" };
      await tx
        .insertInto("recipients")
        .values({ ...row, name: null, locale: null, unsubscribe: null, error: null })
        .execute();
    }
    const gone = { channel: "customers", mailbox: "gone@example.com", reason: "no such mailbox" };
    await tx
      .insertInto("suppressions")
      .values({ ...gone, reading: null, at: AT })
      .execute();
  });
}

async function contents({ db }: Database): Promise<Record<string, unknown[]>> {
  const tables: [string, unknown[]][] = [];
  for (const { name } of TABLE_ORDER) {
    const rows = await db
      .selectFrom(name as "incidents")
      .selectAll()
      .execute();
    tables.push([name, rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))]);
  }
  return Object.fromEntries(tables);
}

const sums = ({ tables }: Awaited<ReturnType<typeof carryOver>>) =>
  Object.values(tables).reduce(
    (sum, { carried, there, conflicts }) => [sum[0]! + carried, sum[1]! + there, sum[2]! + conflicts],
    [0, 0, 0],
  );

async function filled(deliveries?: number): Promise<Database> {
  const source = await opened(openSqlite(path()));
  await fill(source, deliveries);
  return source;
}

describe("the order of tables", () => {
  it("knows every table, what its rows refer to, and what no two may share", async () => {
    const { db } = await opened(openSqlite(path()));
    const { rows } = await sql<{ name: string }>`
      select name from sqlite_master where type = 'table' and name not like 'sqlite%'`.execute(db);
    expect(rows.map(({ name }) => name).sort()).toEqual(TABLE_ORDER.map(({ name }) => name).sort());
    const before = new Set<string>();
    for (const { name, key, order, unique, refersTo } of TABLE_ORDER) {
      before.add(name);
      const links = await sql<{ from: string; table: string }>`
        select "from", "table" from pragma_foreign_key_list(${name})`.execute(db);
      const sorted = (list: readonly { table: string }[]) => list.map((each) => JSON.stringify(each)).sort();
      expect(sorted(refersTo.map(({ column, table }) => ({ from: column, table })))).toEqual(
        sorted(links.rows),
      );
      for (const { table } of refersTo) expect(before).toContain(table);
      const indexes = await sql<{ name: string; origin: string }>`
        select name, origin from pragma_index_list(${name}) where "unique" = 1`.execute(db);
      const found: Record<string, string[]> = { pk: [], u: [], c: [] };
      for (const index of indexes.rows) {
        const { rows: columns } = await sql<{ name: string }>`
          select name from pragma_index_info(${index.name}) order by seqno`.execute(db);
        found[index.origin]!.push(columns.map((column) => column.name).join());
      }
      expect(found.pk).toEqual([key.join()]);
      expect([...found.u!, ...found.c!].sort()).toEqual(unique.map((columns) => columns.join()).sort());
      expect([...found.pk!, ...found.u!]).toContain(order.join());
    }
  });
});

describe.each(engines())("carrying a ledger over to $name", (engine) => {
  const target = async () => opened(engine.open(await engine.place()));

  it("brings every row as it is, and finds all there the next time", async () => {
    const [from, to] = [await filled(), await target()];
    const first = await carryOver(from, to);
    expect(first.conflicts).toEqual([]);
    expect(first.tables.deliveries).toEqual({ carried: 3, there: 0, conflicts: 0 });
    expect(sums(first)).toEqual([18, 0, 0]);
    expect(await contents(to)).toEqual(await contents(from));
    expect(sums(await carryOver(from, to))).toEqual([0, 18, 0]);
    expect(await contents(to)).toEqual(await contents(from));
  });

  it("carries back into a file", async () => {
    const [from, to] = [await target(), await opened(openSqlite(path()))];
    await fill(from, 450);
    expect(sums(await carryOver(from, to))).toEqual([465, 0, 0]);
    expect(await contents(to)).toEqual(await contents(from));
  });

  it("carries who was reached by a mailing, and refuses while one is being sent", async () => {
    const [from, to] = [await filled(), await target()];
    await fillMailing(from);
    const until = new Date(Date.now() + 60_000).toISOString();
    const session = { name: "mailing:x", owner: "elsewhere/boot/1/1", until, revision: 0 };
    await from.write((tx) => tx.insertInto("leases").values(session).execute());
    await expect(carryOver(from, to)).rejects.toMatchObject({ code: "STORE_BUSY" });
    await from.write((tx) => tx.deleteFrom("leases").where("name", "=", session.name).execute());
    expect((await carryOver(from, to)).tables).toMatchObject({
      recipients: { carried: 300, conflicts: 0 },
      suppressions: { carried: 1 },
    });
    expect(await contents(to)).toEqual(await contents(from));
  });

  it("goes on where it was ended, wherever that was, and brings nothing twice", async () => {
    const [from, to] = [await filled(450), await target()];
    let batches = 0;
    let ended = 0;
    for (let allowed = 1; ; allowed += 1) {
      batches = 0;
      try {
        const found = await carryOver(from, to, () => {
          batches += 1;
          if (batches > allowed) throw new Error("ended");
        });
        expect(sums(found)).toEqual([0, 465, 0]);
        break;
      } catch (error) {
        expect(error).toMatchObject({ message: "ended" });
        ended += 1;
      }
    }
    expect(ended).toBe(15);
    expect(await contents(to)).toEqual(await contents(from));
  });

  it("brings what is amended before what amends it, however many there are", async () => {
    const [from, to] = [await opened(openSqlite(path())), await target()];
    const posts = Array.from({ length: 250 }, (_, index) => delivery("a", 1, `channel-${index}`));
    await from.write(async (tx) => {
      await tx.insertInto("incidents").values(incident("a")).execute();
      await tx
        .insertInto("updates")
        .values([update("a", 1), update("a", 2)])
        .execute();
      await tx.insertInto("deliveries").values(posts).execute();
      const amended = posts.map(({ channel, id }) => delivery("a", 2, channel, id));
      await tx.insertInto("deliveries").values(amended).execute();
    });
    expect(sums(await carryOver(from, to))).toEqual([503, 0, 0]);
    expect(await contents(to)).toEqual(await contents(from));
  });

  it("reads back what it brought, and tells what is not as it was or is not there", async () => {
    const [from, to] = [await filled(), await target()];
    const careless: Database = {
      ...to,
      write: (work) =>
        to.write(async (tx) => {
          const done = await work(tx);
          await tx
            .updateTable("deliveries")
            .set({ elapsed_ms: 0 })
            .where("channel", "=", "channel-0")
            .execute();
          await tx.deleteFrom("readings").execute();
          return done;
        }),
    };
    expect((await carryOver(from, careless)).conflicts).toMatchObject([
      { table: "deliveries", key: { id: "z8-b-channel-0" }, why: "differs", columns: ["elapsed_ms"] },
      { table: "readings", why: "missing", columns: [] },
    ]);
  });

  it("tells how far it is", async () => {
    const [from, to] = [await filled(450), await target()];
    const told: unknown[] = [];
    await carryOver(from, to, (...each) => told.push(each));
    expect(told.filter((each) => (each as string[])[0] === "deliveries")).toEqual([
      ["deliveries", 200, 450],
      ["deliveries", 400, 450],
      ["deliveries", 450, 450],
    ]);
    expect(told).toHaveLength(16);
  });

  it("leaves what moved on in the target as it is, and says so", async () => {
    const [from, to] = [await filled(), await target()];
    await carryOver(from, to);
    await to.write((tx) =>
      tx.updateTable("incidents").set({ phase: "resolved", resolved_at: AT }).where("id", "=", "a").execute(),
    );
    const moved = await contents(to);
    const found = await carryOver(from, to);
    expect(found.conflicts).toEqual([
      { table: "incidents", key: { id: "a" }, why: "differs", columns: ["phase", "resolved_at"] },
    ]);
    expect(sums(found)).toEqual([0, 17, 1]);
    expect(await contents(to)).toEqual(moved);
  });

  it("does not add to another history what belongs to this one", async () => {
    const [from, to] = [await filled(), await target()];
    await to.write(async (tx) => {
      await tx
        .insertInto("incidents")
        .values({ ...incident("a"), title: "Another" })
        .execute();
      await tx.insertInto("incidents").values(incident("b")).execute();
      // The number and the incident are the same, the words are others.
      await tx
        .insertInto("updates")
        .values({ ...update("b", 1), id: "other" })
        .execute();
    });
    const before = await contents(to);
    const foreseen = await foreseeCarryOver(from, to);
    expect(await contents(to)).toEqual(before);
    const found = await carryOver(from, to);
    expect(foreseen).toEqual(found);
    expect(
      found.conflicts.map(({ table, key, why, columns }) => [table, Object.values(key)[0], why, columns]),
    ).toEqual([
      ["incidents", "a", "differs", ["title"]],
      ["updates", "a-1", "follows", ["incident_id"]],
      ["updates", "a-2", "follows", ["incident_id"]],
      ["updates", "b-1", "taken", ["incident_id", "number"]],
      ["deliveries", "z8-a-ops", "follows", ["incident_id"]],
      ["deliveries", "z7-a-ops", "follows", ["incident_id"]],
      ["deliveries", "z8-b-channel-0", "follows", ["update_id"]],
      ["attempts", "z8-a-ops", "follows", ["delivery_id"]],
      ["attempts", "z8-a-ops", "follows", ["delivery_id"]],
      ["reminders", "a", "follows", ["incident_id"]],
      ["reminders", "a", "follows", ["incident_id"]],
    ]);
    expect(sums(found)).toEqual([6, 1, 11]);
    expect((await contents(to)).updates).toEqual(before.updates);
  });

  it("tells twenty conflicts and counts them all", async () => {
    const [from, to] = [await filled(60), await target()];
    await carryOver(from, to);
    await to.write((tx) => tx.updateTable("deliveries").set({ state: "unknown" }).execute());
    const found = await carryOver(from, to);
    expect(found.conflicts).toHaveLength(20);
    expect(found.tables.deliveries).toEqual({ carried: 0, there: 0, conflicts: 60 });
  });

  it("foresees what it will do and writes nothing", async () => {
    const [from, to] = [await filled(), await target()];
    const empty = await contents(to);
    const foreseen = await foreseeCarryOver(from, to);
    expect(await contents(to)).toEqual(empty);
    expect(foreseen).toEqual(await carryOver(from, to));
  });

  it("lets the revision of a page never fall, and gives its lease to nobody", async () => {
    const revision = async (mine: Tables["leases"], theirs: Tables["leases"] | null) => {
      const [from, to] = [await opened(openSqlite(path())), await target()];
      await from.write((tx) => tx.insertInto("leases").values(mine).execute());
      if (theirs !== null) await to.write((tx) => tx.insertInto("leases").values(theirs).execute());
      const { tables, conflicts } = await carryOver(from, to);
      return [await to.db.selectFrom("leases").selectAll().execute(), tables.leases, conflicts[0]?.why];
    };
    const until = new Date(Date.now() + 60_000).toISOString();
    const held = { owner: `${processIdentity()}/1`, until };
    const passed = { owner: "elsewhere/boot/1/2/3", until: AT };
    const brought = { carried: 1, there: 0, conflicts: 0 };
    const kept = { carried: 0, there: 1, conflicts: 0 };
    expect(await revision(lease(7, held), null)).toEqual([[lease(7)], brought, undefined]);
    expect(await revision(lease(7, held), lease(3))).toEqual([[lease(7)], brought, undefined]);
    expect(await revision(lease(7), lease(3, passed))).toEqual([[lease(7)], brought, undefined]);
    expect(await revision(lease(7), lease(9, held))).toEqual([[lease(9, held)], kept, undefined]);
    expect(await revision(lease(7), lease(3, held))).toEqual([
      [lease(3, held)],
      { carried: 0, there: 0, conflicts: 1 },
      "held",
    ]);
  });

  it("carries nothing while somebody is speaking from the source", async () => {
    const [from, to] = [await filled(), await target()];
    const empty = await contents(to);
    const send = (owner: string, lease_until: string) =>
      from.write((tx) =>
        tx
          .updateTable("deliveries")
          .set({ state: "sending", owner, lease_until })
          .where("channel", "=", "channel-0")
          .execute(),
      );
    const soon = new Date(Date.now() + 60_000).toISOString();
    await send(processIdentity(), soon);
    const busy = { code: "STORE_BUSY", message: expect.stringContaining("b, on channel-0") };
    await expect(carryOver(from, to)).rejects.toMatchObject(busy);
    await expect(foreseeCarryOver(from, to)).rejects.toMatchObject(busy);
    expect(await contents(to)).toEqual(empty);
    await send("elsewhere/boot/1/2", soon);
    await expect(carryOver(from, to)).rejects.toMatchObject(busy);
    await send("elsewhere/boot/1/2", AT);
    expect(sums(await carryOver(from, to))).toEqual([18, 0, 0]);
    const [host, boot] = processIdentity().split("/");
    const dead = [host, boot, process.pid, "1"].join("/");
    await send(dead, soon);
    expect((await carryOver(from, to)).conflicts).toMatchObject([
      { table: "deliveries", why: "differs", columns: ["owner", "lease_until"] },
    ]);
  });

  it("lets nobody write to the source until it is done", async () => {
    const where = path();
    const [from, to] = [await opened(openSqlite(where)), await target()];
    await fill(from);
    const elsewhere = await opened(openSqlite(where));
    const order: string[] = [];
    let speaking: Promise<unknown> | null = null;
    await carryOver(from, to, (table) => {
      speaking ??= elsewhere
        .write((tx) => tx.insertInto("incidents").values(incident("c")).execute())
        .then(() => order.push("spoken"));
      order.push(table);
    });
    await speaking;
    expect(order).toEqual([...TABLE_ORDER.map(({ name }) => name), "spoken"]);
    expect((await contents(to)).incidents).toHaveLength(2);
  });
});
