import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delivery, Settlement } from "../../src/broadcast/ledger.ts";
import type { Phase } from "../../src/incident/incident.ts";
import type { Database } from "../../src/store/database.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { merge } from "../../src/store/merge.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { engines } from "../support/engines.ts";
import { newUpdate, START } from "../support/updates.ts";
import { drop, promise } from "./acts.ts";

const INCIDENTS = ["checkout", "search"] as const;
const CHANNELS = ["ops", "sellers", "page"] as const;
const ACTIONS = ["alerts", "retries"] as const;
const PHASES: readonly Phase[] = ["investigating", "identified", "monitoring", "resolved"];

type SideName = "team" | "apart";
type Step =
  | {
      readonly does: "say";
      readonly side: SideName;
      readonly incident: (typeof INCIDENTS)[number];
      readonly phase: Phase;
      readonly channels: readonly string[];
      readonly key: string | null;
      readonly keeps: boolean;
    }
  | { readonly does: "try"; readonly side: SideName; readonly pick: number; readonly outcome: Outcome }
  | { readonly does: "find"; readonly side: SideName; readonly pick: number }
  | {
      readonly does: "promise" | "change" | "carry out" | "drop";
      readonly side: SideName;
      readonly action: (typeof ACTIONS)[number];
    }
  | { readonly does: "merge" };
type Outcome = "sent" | "pending" | "refused" | "waiting" | "unknown" | "dies";

const side = fc.constantFrom<SideName>("team", "apart");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant("say" as const),
      side,
      incident: fc.constantFrom(...INCIDENTS),
      phase: fc.constantFrom(...PHASES),
      channels: fc.subarray([...CHANNELS], { minLength: 1 }),
      key: fc.constantFrom(null, "a", "b"),
      keeps: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("try" as const),
      side,
      pick: fc.nat(),
      outcome: fc.constantFrom<Outcome>("sent", "pending", "refused", "waiting", "unknown", "dies"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("find" as const), side, pick: fc.nat() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constantFrom("promise" as const, "change" as const, "carry out" as const, "drop" as const),
      side,
      action: fc.constantFrom(...ACTIONS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ does: "merge" as const }) },
);

class Side {
  readonly database: Database;
  readonly ledger: LedgerStore;
  constructor(database: Database) {
    this.database = database;
    this.ledger = new LedgerStore(database);
  }

  async act(step: Exclude<Step, { does: "merge" }>, turn: number): Promise<void> {
    const at = new Date(START.getTime() + turn * 60_000);
    if (step.does === "say") {
      const updates = await this.ledger.updates(step.incident);
      const last = updates.at(-1);
      const isKept = updates.some(({ keeps }) => keeps === last?.number);
      const update = newUpdate({
        ...{ incidentId: step.incident, name: `${step.side} ${turn}`, number: (last?.number ?? 0) + 1, at },
        ...{ channels: step.channels, phase: last === undefined ? "investigating" : step.phase },
        more: { key: step.key, keeps: step.keeps && last !== undefined && !isKept ? last.number : null },
      });
      await this.ledger.record(update);
      return;
    }
    if (step.does !== "try" && step.does !== "find") {
      const { does, action } = step;
      // Of the incident that may not be known yet, and of none.
      const incidentId = action === "alerts" ? "checkout" : null;
      const isThere = (await this.ledger.actions()).some(({ id }) => id === action);
      if (does === "promise") await promise(this.ledger, action, turn, "promised", { incidentId });
      else if (!isThere) return;
      else if (does === "change")
        await promise(this.ledger, action, turn, "changed", { owner: `${step.side} ${turn}` });
      else if (does === "carry out") await promise(this.ledger, action, turn, "carried-out", { doneAt: at });
      else await drop(this.ledger, action, turn);
      return;
    }
    const rows = (await this.deliveries()).filter(({ state }) =>
      step.does === "find" ? state === "unknown" : ["planned", "waiting", "refused"].includes(state),
    );
    const row = rows[step.pick % Math.max(1, rows.length)];
    if (row === undefined) return;
    const receipt = { remoteId: `${step.side} ${turn}`, url: null, extra: {} };
    if (step.does === "find") {
      await this.ledger.move(row.id, "unknown", { state: "sent", receipt, error: null }, at);
      return;
    }
    const owner = `${step.side}/${turn}`;
    const leaseUntil = new Date(Date.now() + 60_000);
    const place = { root: null, previous: null };
    const mine = await this.ledger.claim(row.id, [row.state], { owner, leaseUntil, place, at });
    if (!mine || step.outcome === "dies") return;
    const error = { code: "X", message: "x", hint: null, retryAt: null };
    const settlement: Settlement =
      step.outcome === "sent" || step.outcome === "pending"
        ? { state: step.outcome, receipt, elapsedMs: 1 }
        : { state: step.outcome, error, elapsedMs: 1, endedAt: at };
    expect(await this.ledger.settle(row.id, owner, settlement, at)).toBe(true);
  }

  deliveries(): Promise<Delivery[]> {
    return this.ledger.deliveries({});
  }

  async updateIds(): Promise<string[]> {
    return (await this.database.db.selectFrom("updates").select("id").execute()).map(({ id }) => id);
  }

  async everything(): Promise<unknown> {
    const { db } = this.database;
    return {
      incidents: await db.selectFrom("incidents").selectAll().orderBy("id").execute(),
      updates: await db.selectFrom("updates").selectAll().orderBy("id").execute(),
      deliveries: await db.selectFrom("deliveries").selectAll().orderBy("id").execute(),
      attempts: await db
        .selectFrom("attempts")
        .selectAll()
        .orderBy("delivery_id")
        .orderBy("number")
        .execute(),
      journal: await this.ledger.journal({}),
      actions: await this.ledger.actions(),
    };
  }
}

const turnOf = (text: string) => text.split(" ").at(-1);
const isOut = ({ receipt }: Delivery) => receipt !== null;
const mayBeOut = ({ state, receipt }: Delivery) =>
  receipt === null && (state === "unknown" || state === "sending");

async function mergeAndJudge(apart: Side, team: Side): Promise<void> {
  const before = {
    ids: await team.updateIds(),
    rows: [...(await team.deliveries()), ...(await apart.deliveries())],
    journals: [await team.ledger.journal({}), await apart.ledger.journal({})] as const,
    actions: [await team.ledger.actions(), await apart.ledger.actions()] as const,
  };
  await merge(apart.database, team.database);

  // A union by id: nothing is lost, and nothing is there twice.
  const ids = await team.updateIds();
  expect(ids.toSorted()).toEqual([...new Set([...before.ids, ...(await apart.updateIds())])].toSorted());
  const rows = new Map((await team.deliveries()).map((row) => [row.id, row]));
  expect([...rows.keys()].toSorted()).toEqual([...new Set(before.rows.map(({ id }) => id))].toSorted());

  // Numbers follow the times, and every post has its update's; no two updates keep one promise.
  for (const id of INCIDENTS) {
    const updates = await team.ledger.updates(id);
    expect(updates.map(({ number }) => number)).toEqual(updates.map((_, index) => index + 1));
    const times = updates.map(({ at }) => at.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const numbers = new Map(updates.map((update) => [update.id, update.number]));
    for (const row of await team.ledger.deliveries({ incidentId: id }))
      expect(row.updateNumber).toBe(numbers.get(row.updateId));
    for (const { keeps, number } of updates) if (keeps !== null) expect(keeps).toBeLessThan(number);
  }

  // What is out stays out, what may be out stays named, and no attempt will take another's number.
  for (const old of before.rows) {
    const row = rows.get(old.id)!;
    if (isOut(old)) expect([old.id, isOut(row)]).toEqual([old.id, true]);
    if (old.state === "sent") expect(row.state).toBe("sent");
    if (mayBeOut(old)) expect([old.id, isOut(row) || mayBeOut(row)]).toEqual([old.id, true]);
  }
  for (const { delivery_id, number } of await team.database.db.selectFrom("attempts").selectAll().execute())
    expect(number).toBeLessThanOrEqual(rows.get(delivery_id)!.attempts);

  // Every line is there, once. An action is as its newest line left it, and what either side carried out is done.
  const entries = await team.ledger.journal({});
  const lines = new Map(before.journals.flat().map((entry) => [entry.id, entry]));
  expect(new Map(entries.map((entry) => [entry.id, entry]))).toEqual(lines);
  expect(entries).toHaveLength(lines.size);
  const old = new Set(before.journals[0].map(({ id }) => id));
  const news = before.journals[1].filter(({ id }) => !old.has(id));
  const actions = await team.ledger.actions();
  for (const id of ACTIONS) {
    const newest = entries.findLast(({ what }) => what === id);
    const action = actions.find((each) => each.id === id);
    expect([id, action !== undefined]).toEqual([id, newest !== undefined && newest.act !== "dropped"]);
    if (action === undefined || newest === undefined) continue;
    if (newest.act === "changed") expect(turnOf(action.owner!)).toBe(turnOf(newest.id));
    const wasDone = before.actions.map((side) => side.some((each) => each.id === id && each.doneAt !== null));
    const isNews = news.some(({ what, act }) => what === id && act === "carried-out");
    if (wasDone[0] || (wasDone[1] && isNews)) expect([id, action.doneAt]).not.toEqual([id, null]);
  }

  const once = await team.everything();
  const again = await merge(apart.database, team.database);
  expect([again.updates, again.deliveries]).toEqual([[], 0]);
  expect(await team.everything()).toEqual(once);
}

describe.each(engines())("whatever was said on two sides, merged into $name", (engine) => {
  it("is all there, once, in order, and never known less well than before", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(step, { maxLength: 24 }),
        async (base, steps) => {
          const folder = mkdtempSync(join(tmpdir(), "status-merge-"));
          const team = new Side(await engine.open(await engine.place()));
          const apart = new Side(await openSqlite(join(folder, "apart.db")));
          try {
            let turn = 0;
            for (const action of ACTIONS) await team.act({ does: "promise", side: "team", action }, 0);
            for (const each of base)
              if (each.does !== "merge") await team.act({ ...each, side: "team" }, ++turn);
            await merge(team.database, apart.database);
            for (const each of steps) {
              if (each.does === "merge") await mergeAndJudge(apart, team);
              else await (each.side === "team" ? team : apart).act(each, ++turn);
            }
            await mergeAndJudge(apart, team);
          } finally {
            await team.ledger.close();
            await apart.ledger.close();
            rmSync(folder, { recursive: true, force: true });
          }
        },
      ),
      { numRuns: engine.name === "SQLite" ? 60 : 15 },
    );
  }, 120_000);
});
