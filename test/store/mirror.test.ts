import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Ledger } from "../../src/broadcast/ledger.ts";
import type { Database } from "../../src/store/database.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { type Mirror, openMirror } from "../../src/store/mirror.ts";
import { MirroredLedger } from "../../src/store/mirrored-ledger.ts";
import { engines } from "../support/engines.ts";
import { newUpdate, START } from "../support/updates.ts";

const at = (minutes: number) => new Date(START.getTime() + minutes * 60_000);

/** Says something in a ledger, and posts it on one of its two channels. */
async function say(ledger: Ledger, name: string, minutes: number, incidentId = "checkout"): Promise<void> {
  const number = ((await ledger.updates(incidentId)).at(-1)?.number ?? 0) + 1;
  const update = newUpdate({ incidentId, name, number, at: at(minutes), channels: ["ops", "sellers"] });
  expect(await ledger.record(update)).toBe("recorded");
  await post(ledger, name, "ops");
}

async function post(ledger: Ledger, name: string, channel: string): Promise<void> {
  const row = (await ledger.deliveries({ updateId: name })).find((each) => each.channel === channel)!;
  const lease = { leaseUntil: new Date(Date.now() + 60_000), place: { root: null, previous: null } };
  expect(await ledger.claim(row.id, [row.state], { owner: name, ...lease, at: at(1) })).toBe(true);
  const receipt = { remoteId: `${name}/${channel}`, url: null, extra: {} };
  expect(await ledger.settle(row.id, name, { state: "sent", receipt, elapsedMs: 1 }, at(1))).toBe(true);
}

async function said(ledger: Ledger, incidentId = "checkout"): Promise<string[]> {
  const updates = await ledger.updates(incidentId);
  expect(updates.map(({ number }) => number)).toEqual(updates.map((_, index) => index + 1));
  return updates.map(({ id }) => id);
}

async function everything({ db }: Database): Promise<unknown> {
  return {
    incidents: await db.selectFrom("incidents").selectAll().orderBy("id").execute(),
    updates: await db.selectFrom("updates").selectAll().orderBy("id").execute(),
    deliveries: await db.selectFrom("deliveries").selectAll().orderBy("id").execute(),
    attempts: await db.selectFrom("attempts").selectAll().orderBy("delivery_id").orderBy("number").execute(),
    reminders: await db.selectFrom("reminders").selectAll().execute(),
    journal: await db.selectFrom("journal").selectAll().orderBy("id").execute(),
    actions: await db.selectFrom("actions").selectAll().orderBy("id").execute(),
  };
}

describe.each(engines())("a mirror of a ledger in $name", (engine) => {
  async function setUp(): Promise<{ shared: Database; ledger: LedgerStore; open(): Promise<Mirror> }> {
    const shared = await engine.open(await engine.place());
    const ledger = new LedgerStore(shared);
    const folder = mkdtempSync(join(tmpdir(), "status-mirror-"));
    const opened: Mirror[] = [];
    onTestFinished(async () => {
      for (const mirror of opened) await mirror.kept.close();
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    });
    return {
      shared,
      ledger,
      async open() {
        const mirror = await openMirror(join(folder, "mirror.db"), (text) => text);
        opened.push(mirror);
        return mirror;
      },
    };
  }

  /** A shared ledger in which something happens right after its first write, or its first snapshot. */
  function interrupted(shared: Database, by: "write" | "snapshot", meanwhile: () => Promise<void>): Database {
    let left = 1;
    const then = async <T>(result: T): Promise<T> => {
      if (left-- > 0) await meanwhile();
      return result;
    };
    return by === "write"
      ? { ...shared, write: async (work) => then(await shared.write(work)) }
      : { ...shared, snapshot: async (work) => then(await shared.snapshot(work)) };
  }

  it("is like the ledger after a refresh, whatever changed there", async () => {
    const { shared, ledger, open } = await setUp();
    const mirror = await open();
    const same = async () => {
      await mirror.refresh(shared, at(5));
      expect(await everything(mirror.database)).toEqual(await everything(shared));
    };
    await say(ledger, "first", 0);
    await say(ledger, "other", 0, "search");
    await same();
    await post(ledger, "first", "sellers");
    await same();
    const [row] = await ledger.deliveries({ updateId: "first" });
    await ledger.noteVerification(row!.id, "missing");
    await same();
    await ledger.move(row!.id, "sent", { state: "waiting", reason: "it is gone" }, at(2));
    await same();
    const key = {
      incidentId: "search",
      promise: at(30).toISOString(),
      kind: "before",
      channel: "ops",
    } as const;
    await ledger.claimReminder(key, at(3));
    await same();
    await ledger.settleReminder(key, { receipt: { remoteId: "r", url: null, extra: {} } });
    await same();
    await shared.write((tx) => tx.updateTable("incidents").set({ title: "a:1-b" }).execute());
    await same();
    await ledger.exclusively("page:page", 1000, async () => {});
    await same();
    expect(await mirror.database.db.selectFrom("leases").select("revision").execute()).toEqual([
      { revision: 1 },
    ]);
  });

  it("is like the ledger without being copied, whatever a broadcast has done and whatever time it is there", async () => {
    const { shared, open } = await setUp();
    const mirror = await open();
    let hours = 0;
    const elsewhere = { ...shared, now: () => shared.now() + ++hours * 3_600_000 };
    const ledger = new MirroredLedger(
      elsewhere,
      mirror,
      (text) => text,
      (why) => {
        throw why;
      },
    );
    await say(ledger, "first", 0);
    const [row, other] = await ledger.deliveries({ updateId: "first" });
    await ledger.noteVerification(row!.id, "seen");
    const lease = { leaseUntil: at(60), place: { root: null, previous: null } };
    await ledger.claim(other!.id, ["planned"], { owner: "gone", ...lease, at: at(1) });
    await ledger.move(other!.id, "sending", { state: "unknown", attempt: 1 }, at(2));
    expect(await everything(mirror.database)).toEqual(await everything(shared));
  });

  it("writes nothing when nothing changed, and only the incident that did", async () => {
    const { shared, ledger, open } = await setUp();
    const mirror = await open();
    await say(ledger, "first", 0);
    await say(ledger, "other", 0, "search");
    await mirror.refresh(shared, at(5));
    // As long as what the ledger has.
    await mirror.database.db.updateTable("updates").set({ inputs: "--" }).execute();
    await mirror.refresh(shared, at(5));
    await post(ledger, "first", "sellers");
    await mirror.refresh(shared, at(5));
    const rows = await mirror.database.db
      .selectFrom("updates")
      .select(["id", "inputs"])
      .orderBy("id")
      .execute();
    expect(rows).toEqual([
      { id: "first", inputs: "{}" },
      { id: "other", inputs: "--" },
    ]);
  });

  it("forgets what ended long ago", async () => {
    const { shared, ledger, open } = await setUp();
    const mirror = await open();
    await say(ledger, "first", 0);
    await mirror.refresh(shared, at(5));
    const ended = { phase: "resolved", resolved_at: at(10).toISOString() };
    await shared.write((tx) => tx.updateTable("incidents").set(ended).execute());
    await mirror.refresh(shared, at(20));
    expect(await said(mirror.kept)).toEqual(["first"]);
    await mirror.refresh(shared, at(4 * 24 * 60));
    expect(await said(mirror.kept)).toEqual([]);
  });

  it("keeps what somebody says apart while another command brings home what was said before", async () => {
    const { shared, ledger, open } = await setUp();
    const [mine, other] = [await open(), await open()];
    await say(ledger, "first", 0);
    await mine.refresh(shared, at(1));
    await say(mine.apart, "apart", 2);
    const home = await mine.bringHome(
      interrupted(shared, "write", () => say(other.apart, "meanwhile", 3)),
      at(4),
    );
    expect(home?.updates.map(({ id }) => id)).toEqual(["apart", "meanwhile"]);
    expect(await said(ledger)).toEqual(["first", "apart", "meanwhile"]);
    expect(await everything(mine.database)).toEqual(await everything(shared));
    expect((await mine.state()).apartSince).toBeNull();
  });

  it("keeps what somebody says apart while another command copies the ledger, and brings it home later", async () => {
    for (const work of ["refresh", "copy"] as const) {
      const { shared, ledger, open } = await setUp();
      const [mine, other] = [await open(), await open()];
      await say(ledger, "first", 0);
      await mine.refresh(shared, at(1));
      await say(ledger, "second", 2);
      const paused = interrupted(shared, "snapshot", () => say(other.apart, "apart", 3));
      await (work === "refresh" ? mine.refresh(paused, at(4)) : mine.copy(paused, "checkout"));
      expect((await mine.state()).apartSince).not.toBeNull();
      expect(await said(mine.kept)).toEqual(
        work === "copy" ? ["first", "second", "apart"] : ["first", "apart"],
      );
      await other.bringHome(shared, at(5));
      expect(await said(ledger)).toEqual(["first", "second", "apart"]);
      expect(await everything(mine.database)).toEqual(await everything(shared));
    }
  });

  it("is never made older by a command that read the ledger before another one did", async () => {
    const { shared, ledger, open } = await setUp();
    const [mine, other] = [await open(), await open()];
    await say(ledger, "first", 0);
    const paused = interrupted(shared, "snapshot", async () => {
      await say(ledger, "second", 2);
      await other.copy(shared, "checkout");
    });
    await mine.refresh(paused, at(3));
    expect(await said(mine.kept)).toEqual(["first", "second"]);
  });

  it("takes up what the ledger has learnt although it stands apart, so that an outcome finds its post", async () => {
    const { shared, ledger, open } = await setUp();
    const mirror = await open();
    await say(mirror.apart, "apart", 0, "search");
    await say(ledger, "first", 1);
    await mirror.copy(shared, "checkout");
    await post(mirror.apart, "first", "sellers");
    await mirror.bringHome(shared, at(3));
    const states = (await ledger.deliveries({ updateId: "first" })).map(({ state }) => state);
    expect(states).toEqual(["sent", "sent"]);
    expect(await said(ledger, "search")).toEqual(["apart"]);
  });

  it("loses nothing when many speak apart, copy and come home at once", async () => {
    const { shared, ledger, open } = await setUp();
    await say(ledger, "first", 0);
    const people = await Promise.all(Array.from({ length: 4 }, open));
    await Promise.all(
      people.map(async (mirror, index) => {
        for (let turn = 0; turn < 8; turn++) {
          if (index % 2 === 0) await say(mirror.apart, `${index}/${turn}`, turn, `search ${index}`);
          else {
            await mirror.bringHome(shared, at(60));
            await mirror.refresh(shared, at(60));
            await mirror.copy(shared, "checkout");
          }
        }
      }),
    );
    await people[0]!.bringHome(shared, at(60));
    for (const index of [0, 2]) {
      const all = Array.from({ length: 8 }, (_, turn) => `${index}/${turn}`);
      expect(await said(ledger, `search ${index}`)).toEqual(all);
      for (const id of all)
        expect((await ledger.deliveries({ updateId: id })).map(({ state }) => state)[0]).toBe("sent");
    }
  });
});
