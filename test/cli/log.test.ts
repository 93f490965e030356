import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/broadcast/journal.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { ANNOUNCE, NOW, type Stage, setStage } from "../support/stage.ts";
import { newUpdate } from "../support/updates.ts";

const ID = "2026-11-22-checkout-is-failing";
const MINUTE = 60_000;

/** Mail alone: who did what does not depend on where it was said. */
function setSmallStage(): Promise<Stage> {
  return setStage((config) => {
    config.channels = { customers: config.channels.customers! };
  });
}

async function withLedger<T>(stage: Stage, work: (ledger: LedgerStore) => Promise<T>): Promise<T> {
  const database = await openSqlite(join(stage.folder, ".status/status.db"));
  try {
    return await work(new LedgerStore(database));
  } finally {
    await database.db.destroy();
  }
}

function entry(id: string, minutes: number, more: Partial<JournalEntry>): JournalEntry {
  return {
    ...{ id, at: new Date(NOW.getTime() + minutes * MINUTE), by: "lead@example.com", act: "approved" },
    ...{ incidentId: ID, updateId: null, plan: null, what: null, reason: null, proof: null },
    ...more,
  };
}

interface Shown {
  readonly id: string;
  readonly by: string;
  readonly act: string;
  readonly what: string | null;
  readonly from: string;
  readonly changes: number[];
  readonly update: { readonly id: string; readonly number: number } | null;
}

async function entriesOf(stage: Stage, ...more: string[]): Promise<Shown[]> {
  const ran = await stage.run(["log", "--json", ...more]);
  expect(ran.code, ran.stderr).toBe(0);
  const document = ran.json() as unknown as { version: number; entries: Shown[] };
  expect(document.version).toBe(1);
  return document.entries;
}

describe("status log", () => {
  it("says that nothing stands in the record where nothing was ever said, and makes no ledger", async () => {
    const stage = await setSmallStage();
    const { code, stdout } = await stage.run(["log"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Nothing was said or done in the last 30 d.");
    expect(await entriesOf(stage)).toEqual([]);
    expect(readdirSync(stage.folder)).not.toContain(".status");
    expect(await stage.run(["log", ID])).toMatchObject({ code: 2 });
  });

  it("tells who said what, when, and which words were put right", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(10 * MINUTE);
    await stage.run(["update", "--phase", "identified", "--yes"]);
    stage.clock.advance(5 * MINUTE);
    await stage.run(["correct", "--message", "Only cards are affected.", "--yes"]);
    const { code, stdout } = await stage.run(["log", ID]);
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("Checkout is failing");
    expect(lines[1]).toBe(ID);
    expect(lines[2]).toMatch(/^ {2}22 Nov 2026 19:10 PST {2}\S+ +said update 1 \(announce, acknowledge\)$/);
    expect(lines[3]).toMatch(/^ {2}22 Nov 2026 19:20 PST {2}\S+ +said update 2 \(update, identified\)$/);
    expect(lines[4]).toMatch(
      /^ {2}22 Nov 2026 19:25 PST {2}\S+ +(corrected update 2|corrected what was said), with update 3$/,
    );
    expect(stdout).toContain("3 entries.");
  });

  it("names approvals, signatures, overrides, broken glass and actions in words, with their reasons", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    const plan = `3f9a1c20${"0".repeat(56)}`;
    await withLedger(stage, async (ledger) => {
      await ledger.keepAction(
        {
          ...{ id: "a3f9c1", incidentId: ID, text: "Alert when the queue grows", owner: null, dueAt: null },
          ...{ public: true, addedAt: NOW, doneAt: null },
        },
        entry("e5", 6, { act: "promised", what: "a3f9c1", reason: "Alert when the queue grows" }),
      );
      await ledger.enter([
        entry("e1", 1, { act: "planned", plan, what: "update" }),
        entry("e2", 2, { plan, proof: "-----BEGIN SSH SIGNATURE-----" }),
        entry("e3", 3, { act: "overrode", what: "guess", reason: "we are sure" }),
        entry("e4", 4, { act: "broke-glass", what: "update", reason: "everybody is asleep" }),
        entry("e6", 7, { act: "resent", what: "customers", reason: "nobody got it" }),
        entry("e7", 8, { act: "carried-out", what: "a3f9c1", reason: "it rang" }),
        entry("e8", 9, { act: "dropped", what: "b00000", reason: "the queue is gone", incidentId: null }),
      ]);
    });
    const { stdout } = await stage.run(["log"]);
    for (const words of [
      "froze plan 3f9a1c20 (update)",
      "approved plan 3f9a1c20 (signed)",
      "overrode the rule guess: we are sure",
      "broke the glass: everybody is asleep",
      "promised action a3f9c1: Alert when the queue grows",
      "sent again what may have been out on customers: nobody got it",
      "carried out action a3f9c1 (Alert when the queue grows): it rang",
      "dropped action b00000: the queue is gone",
    ])
      expect(stdout).toContain(`lead@example.com  ${words}\n`);
    expect(stdout).toContain("About no incident\n");
    expect(stdout).toContain("9 entries about 1 incident, the last 30 d.");
  });

  it("puts what was overridden, and broken glass, under what was said with it", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(10 * MINUTE);
    await stage.run([
      ...["update", "--message", "It is probably 203.0.113.17.", "--yes"],
      ...["--allow", "ip-address=customers must open this address", "--break-glass", "nobody answers"],
    ]);
    const { stdout } = await stage.run(["log", ID]);
    const lines = stdout.split("\n").slice(3, 6);
    expect(lines[0]).toMatch(/^ {2}22 Nov 2026 19:20 PST {2}\S+ +said update 2/);
    const column = lines[0]!.indexOf("said update 2");
    expect(lines.slice(1).sort()).toEqual([
      `${" ".repeat(column + 2)}broke the glass: nobody answers`,
      `${" ".repeat(column + 2)}overrode the rule ip-address: customers must open this address`,
    ]);
    expect(stdout).toContain("4 entries.");
  });

  it("shows what was said before there was a journal, and nothing twice", async () => {
    const stage = await setSmallStage();
    const of = (name: string, number: number) => {
      const at = new Date(NOW.getTime() + number * MINUTE);
      return newUpdate({ incidentId: ID, name, number, at, channels: [] });
    };
    await withLedger(stage, async (ledger) => {
      await ledger.record(of("first", 1));
      await ledger.record(of("second", 2));
    });
    expect((await entriesOf(stage)).map(({ from, by, update }) => [from, by, update?.number])).toEqual([
      ["update", "commander@laptop", 1],
      ["update", "commander@laptop", 2],
    ]);
    const said = { act: "said", what: "update", updateId: "second", by: "ops@example.com" } as const;
    await withLedger(stage, (ledger) =>
      ledger.enter([entry("e1", 2, said), entry("e2", 3, said), entry("e3", 3, { what: "approved" })]),
    );
    stage.clock.advance(10 * MINUTE);
    await stage.run(["resolve", "--yes"]);
    expect((await entriesOf(stage)).map(({ from, act, update }) => [from, act, update?.number])).toEqual([
      ["update", "said", 1],
      ["journal", "said", 2],
      ["journal", "approved", undefined],
      [expect.anything(), "said", 3],
    ]);
  });

  it("looks back 30 days unless told otherwise, and to the beginning for one incident", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(40 * 86_400_000);
    expect(await entriesOf(stage)).toEqual([]);
    expect(await entriesOf(stage, "--since", "60d")).toHaveLength(1);
    expect(await entriesOf(stage, ID)).toHaveLength(1);
    expect(await entriesOf(stage, ID, "--since", "1d")).toEqual([]);
    expect(await stage.run(["log", "--since", "30"])).toMatchObject({ code: 2 });
    expect(await stage.run(["log", "nothing-of-the-kind"])).toMatchObject({ code: 2 });
    expect(await stage.run(["log", ""])).toMatchObject({ code: 2 });
  });

  it("shows hostile names and reasons as harmless text, in every form", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    const hostile = "\u001b]0;owned\u0007\u009b2J\u202egnp.exe\n::error::fake\u2028end";
    await withLedger(stage, (ledger) =>
      ledger.enter([
        entry("e1", 1, { act: "overrode", what: hostile, reason: hostile, by: hostile }),
        entry("e2", 2, { act: "broke-glass", reason: hostile }),
      ]),
    );
    for (const argv of [["log"], ["log", "--plain"], ["log", "--json"], ["log", "--export", "-"]]) {
      const { code, stdout } = await stage.run(argv);
      expect(code).toBe(0);
      expect(stdout, argv.join(" ")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
      expect(stdout, argv.join(" ")).not.toMatch(/^::/m);
    }
    const [, overrode] = await entriesOf(stage);
    expect(overrode?.what).toBe(hostile);
  });

  it("keeps to the width of a terminal", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    await withLedger(stage, (ledger) =>
      ledger.enter([
        entry("e1", 1, { act: "overrode", what: "guess", reason: "we are sure of it ".repeat(12).trim() }),
      ]),
    );
    let shown = "";
    const stdout = {
      write: (text: string) => {
        shown += text;
      },
      isTerminal: true,
      columns: 80,
    };
    await stage.run(["log", "--plain"], { stdout });
    expect(shown).toContain("overrode the rule guess: we are sure");
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("status log --export", () => {
  it("writes every entry and every update with its words, readable by its owner alone", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    stage.clock.advance(40 * 86_400_000);
    await stage.run(["resolve", "--yes"]);
    writeFileSync(join(stage.folder, "record.ndjson"), "an older one", { mode: 0o644 });
    const { code, stdout, stderr } = await stage.run(["log", "--export", "record.ndjson"]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "Written: record.ndjson\n" });
    const path = join(stage.folder, "record.ndjson");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(stage.folder).filter((name) => name.includes("tmp"))).toEqual([]);
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ record, act, number }) => [record, act ?? number])).toEqual([
      ["update", 1],
      ["entry", "said"],
      ["update", 2],
      ["entry", "said"],
    ]);
    expect(lines[0]).toMatchObject({
      ...{ version: 1, verb: "announce", template: "acknowledge", incidentId: ID },
      posts: [{ channel: "customers", state: "sent", text: expect.stringContaining("We know about this") }],
    });
    expect(lines[1]).toMatchObject({ incidentId: ID, updateId: lines[0].id });
    const printed = await stage.run(["log", "--export", "-"]);
    expect(printed.stdout).toBe(readFileSync(path, "utf8"));
  });

  it("leaves what was there where it cannot be written", async () => {
    const stage = await setSmallStage();
    await stage.run(ANNOUNCE);
    mkdirSync(join(stage.folder, "folder"));
    expect(await stage.run(["log", "--export", "folder"])).toMatchObject({ code: 2 });
    expect(await stage.run(["log", "--export", "absent/record.ndjson"])).toMatchObject({ code: 3 });
    expect(await stage.run(["log", "--export", ""])).toMatchObject({ code: 2 });
    expect(await stage.run(["log", "--export", "-", "--json"])).toMatchObject({ code: 2 });
  });
});
