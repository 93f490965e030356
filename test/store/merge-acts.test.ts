import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Ledger } from "../../src/broadcast/ledger.ts";
import type { Database } from "../../src/store/database.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { merge } from "../../src/store/merge.ts";
import { type Mirror, openMirror } from "../../src/store/mirror.ts";
import { MirroredLedger } from "../../src/store/mirrored-ledger.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { engines } from "../support/engines.ts";
import { newUpdate } from "../support/updates.ts";
import { action, at, drop, entry, promise } from "./acts.ts";

const ENGINES = engines();

const shown = async (ledger: Ledger) =>
  (await ledger.actions()).map(
    ({ id, owner, doneAt }) => `${id} ${owner} ${doneAt === null ? "open" : "done"}`,
  );

const linesOf = async (ledger: Ledger) => (await ledger.journal({})).map(({ id }) => id);

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "status-acts-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe.each(ENGINES)("an action of which two sides know, merged into $name", (engine) => {
  /** Merges what each side does to an action that both knew; returns how it then stands. */
  type Merge = (team: Doing, apart: Doing) => Promise<string[]>;
  type Doing = (ledger: Ledger, id: string) => Promise<void>;

  async function setUp(): Promise<Merge> {
    const here = await engine.open(await engine.place());
    const there = await openSqlite(join(folder(), "apart.db"));
    const [ours, theirs] = [new LedgerStore(here), new LedgerStore(there)];
    onTestFinished(async () => {
      await ours.close();
      await theirs.close();
    });
    let turn = 0;
    return async (team, apart) => {
      const id = `a${++turn}`;
      await promise(ours, id, 0);
      await merge(here, there);
      await team(ours, id);
      await apart(theirs, id);
      await merge(there, here);
      const found = await shown(ours);
      const lines = await linesOf(ours);
      expect(lines).toEqual(expect.arrayContaining(await linesOf(theirs)));
      await merge(there, here);
      expect([await shown(ours), await linesOf(ours)]).toEqual([found, lines]);
      return found.filter((each) => each.startsWith(`${id} `)).map((each) => each.slice(id.length + 1));
    };
  }

  const nothing: Doing = async () => {};
  const change =
    (minutes: number, owner: string): Doing =>
    (ledger, id) =>
      promise(ledger, id, minutes, "changed", { owner });
  const done =
    (minutes: number): Doing =>
    (ledger, id) =>
      promise(ledger, id, minutes, "carried-out", { doneAt: at(minutes) });
  const dropped =
    (minutes: number): Doing =>
    (ledger, id) =>
      drop(ledger, id, minutes);

  it("is as the later change left it", async () => {
    const merged = await setUp();
    expect(await merged(nothing, change(1, "apart"))).toEqual(["apart open"]);
    expect(await merged(change(1, "team"), nothing)).toEqual(["team open"]);
    expect(await merged(change(1, "team"), change(2, "apart"))).toEqual(["apart open"]);
    expect(await merged(change(2, "team"), change(1, "apart"))).toEqual(["team open"]);
  });

  it("stays carried out, whoever changed it later", async () => {
    const merged = await setUp();
    expect(await merged(done(1), change(2, "apart"))).toEqual(["apart done"]);
    expect(await merged(change(2, "team"), done(1))).toEqual(["team done"]);
  });

  it("stays dropped, unless it was changed later", async () => {
    const merged = await setUp();
    expect(await merged(dropped(1), nothing)).toEqual([]);
    expect(await merged(dropped(2), change(1, "apart"))).toEqual([]);
    expect(await merged(dropped(1), change(2, "apart"))).toEqual(["apart open"]);
    expect(await merged(nothing, dropped(1))).toEqual([]);
    expect(await merged(change(2, "team"), dropped(1))).toEqual(["team open"]);
    expect(await merged(change(1, "team"), dropped(2))).toEqual([]);
  });
});

describe.each(ENGINES)("what is done beside a mirror of a ledger in $name", (engine) => {
  async function setUp(): Promise<{ shared: Database; ledger: LedgerStore; mirror: Mirror }> {
    const shared = await engine.open(await engine.place());
    const ledger = new LedgerStore(shared);
    const mirror = await openMirror(join(folder(), "mirror.db"), (text) => text);
    onTestFinished(async () => {
      await mirror.kept.close();
      await ledger.close();
    });
    const update = { incidentId: "checkout", name: "first", number: 1, at: at(0), channels: ["ops"] };
    await ledger.record({ ...newUpdate(update), journal: [entry("said", 0, "said")] });
    await promise(ledger, "a", 0);
    await mirror.refresh(shared, at(1));
    return { shared, ledger, mirror };
  }

  it("is seen by the next refresh, and copied", async () => {
    const { shared, ledger, mirror } = await setUp();
    expect([await linesOf(mirror.kept), await shown(mirror.kept)]).toEqual([
      ["a 0", "said"],
      ["a null open"],
    ]);
    await ledger.enter([entry("more", 2, "resent", { what: "ops" })]);
    await mirror.refresh(shared, at(2));
    expect(await linesOf(mirror.kept)).toContain("more");
    await promise(ledger, "a", 3, "changed", { owner: "platform" });
    await mirror.refresh(shared, at(3));
    expect(await shown(mirror.kept)).toEqual(["a platform open"]);
    await shared.write((tx) => tx.updateTable("actions").set({ owner: "payments" }).execute());
    await mirror.refresh(shared, at(3));
    expect(await shown(mirror.kept)).toEqual(["a payments open"]);
    await drop(ledger, "a", 4);
    await mirror.refresh(shared, at(4));
    expect(await shown(mirror.kept)).toEqual([]);
    expect(await mirror.kept.journal({})).toEqual(await ledger.journal({}));
  });

  it("comes home when it was done apart, of whatever incident or of none", async () => {
    const { shared, ledger, mirror } = await setUp();
    await promise(mirror.apart, "a", 2, "carried-out", { doneAt: at(2) });
    await mirror.apart.keepAction(
      action("b", { incidentId: null }),
      entry("b 3", 3, "promised", { what: "b", incidentId: null }),
    );
    await mirror.apart.enter([entry("c 4", 4, "planned", { incidentId: "search", plan: "abc1" })]);
    await mirror.bringHome(shared, at(5));
    expect(await shown(ledger)).toEqual(["a null done", "b null open"]);
    expect(await linesOf(ledger)).toEqual(["a 0", "said", "a 2", "b 3", "c 4"]);
    // What is of no incident is the shared ledger's from then on.
    expect(await shown(mirror.kept)).toEqual(["a null done"]);
    await ledger.dropAction("b", entry("b 6", 6, "dropped", { what: "b", incidentId: null }));
    await mirror.apart.enter([entry("d 7", 7, "resent")]);
    await mirror.bringHome(shared, at(8));
    expect(await shown(ledger)).toEqual(["a null done"]);
  });

  it("outlives the shared ledger", async () => {
    const { ledger, mirror } = await setUp();
    const other = await engine.open(await engine.place());
    const restored = new LedgerStore(other);
    onTestFinished(() => restored.close());
    await mirror.restore(other);
    expect(await restored.journal({})).toEqual(await ledger.journal({}));
    expect(await restored.actions()).toEqual(await ledger.actions());
  });

  it("is written to the mirror at once, where it has the incident", async () => {
    const { shared, ledger, mirror } = await setUp();
    const told: unknown[] = [];
    const both = new MirroredLedger(
      shared,
      mirror,
      (text) => text,
      (why) => told.push(why),
    );
    await both.enter([entry("x", 2, "resent")]);
    await promise(both, "a", 3, "changed", { owner: "platform" });
    await promise(both, "b", 4, "promised", { incidentId: "search" });
    expect(await linesOf(mirror.kept)).toEqual(["a 0", "said", "x", "a 3"]);
    expect(await shown(mirror.kept)).toEqual(["a platform open"]);
    await drop(both, "a", 5);
    expect(await shown(mirror.kept)).toEqual([]);
    expect(await shown(ledger)).toEqual(["b null open"]);
    expect(told).toEqual([]);
  });
});
