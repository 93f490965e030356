import { describe, expect, it, onTestFinished } from "vitest";
import type { Ledger, NewDelivery, Settlement } from "../../src/broadcast/ledger.ts";
import type { Incident, Phase, Update } from "../../src/incident/incident.ts";
import { isClosed } from "../../src/incident/incident.ts";
import { carryOver } from "../../src/store/carry-over.ts";
import type { Database } from "../../src/store/database.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { merge } from "../../src/store/merge.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { type Engine, engines } from "../support/engines.ts";

const ID = "2026-11-22-checkout";
const START = Date.parse("2026-11-23T03:10:00Z");
const at = (minutes: number) => new Date(START + minutes * 60_000);

interface Side {
  readonly database: Database;
  readonly ledger: Ledger;
  /** Records an update said so many minutes after the start; its words are known by `name`. */
  say(
    name: string,
    minutes: number,
    phase: Phase,
    more?: Partial<Update>,
    channels?: readonly string[],
  ): Promise<void>;
  /** Takes a channel's post of that update to an end. */
  post(name: string, channel: string, remoteId: string | "refused" | "unknown"): Promise<void>;
  /** Names of updates in the order of their numbers, each with the name of the one whose promise it keeps. */
  history(): Promise<string[]>;
  /** `name channel state` of every delivery, in order. */
  posts(): Promise<string[]>;
}

async function side(engine: Pick<Engine, "open">, place: string): Promise<Side> {
  const database = await engine.open(place);
  const ledger = new LedgerStore(database);
  onTestFinished(() => ledger.close());
  const find = async (name: string, channel: string) =>
    (await ledger.deliveries({ updateId: name })).find((row) => row.channel === channel)!;
  return {
    database,
    ledger,
    async say(name, minutes, phase, more = {}, channels = ["ops", "sellers"]) {
      const updates = await ledger.updates(ID);
      const standing: Update["standing"] = {
        ...{ title: "Checkout is failing", phase, impact: "major", startedAt: at(0), endsAt: null },
        ...{
          components: [],
          automatic: false,
          long: false,
          security: false,
          nextUpdateAt: isClosed(phase) ? null : at(minutes + 30),
        },
      };
      const incident: Incident = {
        ...{ id: ID, type: "incident", ...standing, acknowledgedAt: null },
        resolvedAt: isClosed(phase) ? at(minutes) : null,
      };
      const number = (updates.at(-1)?.number ?? 0) + 1;
      const update: Update = {
        ...{
          id: name,
          incidentId: ID,
          number,
          verb: number === 1 ? "announce" : "update",
          template: "update",
        },
        ...{ key: null, author: "commander@laptop", at: at(minutes), keeps: null, standing, ...more },
      };
      const deliveries = channels.map(
        (channel): NewDelivery => ({
          ...{ channel, kind: "slack", required: true, audience: "public", part: "1", effect: "post" },
          ...{ target: null, state: "planned", reason: null, subject: "Checkout" },
          post: { part: "1", key: name, payload: {}, text: name, length: null, notes: [] },
        }),
      );
      const recorded = { incident, opens: number === 1, update, inputs: {}, deliveries };
      expect(await ledger.record(recorded)).toBe("recorded");
    },
    async post(name, channel, remoteId) {
      const { id, state } = await find(name, channel);
      const owner = `${name}/${channel}`;
      const lease = {
        owner,
        leaseUntil: new Date(Date.now() + 60_000),
        place: { root: null, previous: null },
        at: at(1),
      };
      expect(await ledger.claim(id, [state], lease)).toBe(true);
      const error = { code: "X", message: "x", hint: null, retryAt: null };
      const settlement: Settlement =
        remoteId === "refused" || remoteId === "unknown"
          ? { state: remoteId, error, elapsedMs: 1 }
          : { state: "sent" as const, receipt: { remoteId, url: null, extra: {} }, elapsedMs: 1 };
      expect(await ledger.settle(id, owner, settlement, at(1))).toBe(true);
    },
    async history() {
      const updates = await ledger.updates(ID);
      expect(updates.map(({ number }) => number)).toEqual(updates.map((_, index) => index + 1));
      const nameOf = new Map(updates.map(({ id, number }) => [number, id]));
      return updates.map(({ id, keeps }) => (keeps === null ? id : `${id} keeps ${nameOf.get(keeps)}`));
    },
    async posts() {
      const rows = await ledger.deliveries({ incidentId: ID });
      const numbers = new Map((await ledger.updates(ID)).map(({ id, number }) => [id, number]));
      for (const row of rows) expect(row.updateNumber).toBe(numbers.get(row.updateId));
      return rows.map(({ updateId, channel, state }) => `${updateId} ${channel} ${state}`);
    },
  };
}

describe.each(engines())("what was said apart, merged into $name", (engine) => {
  /** The team's ledger with one announcement, and a copy of it that stands apart. */
  async function sides(): Promise<{ team: Side; apart: Side }> {
    const team = await side(engine, await engine.place());
    await team.say("first", 0, "investigating");
    await team.post("first", "ops", "o1");
    await team.post("first", "sellers", "s1");
    const [file] = engines();
    const apart = await side({ open: openSqlite }, await file!.place());
    await carryOver(team.database, apart.database);
    return { team, apart };
  }

  it("brings an incident that the team knows nothing of", async () => {
    const { team, apart } = await sides();
    const other = await side(engine, await engine.place());
    await apart.say("second", 10, "identified", { keeps: 1 });
    expect(await merge(apart.database, other.database)).toMatchObject({ conflicts: [] });
    expect(await other.history()).toEqual(["first", "second keeps first"]);
    expect(await other.ledger.incident(ID)).toEqual(await apart.ledger.incident(ID));
    expect(await other.ledger.deliveries({})).toEqual(await apart.ledger.deliveries({}));
    expect(await team.history()).toEqual(["first"]);
  });

  it("brings nothing the second time, and nothing from a copy in which nobody spoke", async () => {
    const { team, apart } = await sides();
    const nothing = { updates: [], deliveries: 0, open: [], conflicts: [] };
    expect(await merge(apart.database, team.database)).toEqual(nothing);
    await apart.say("second", 10, "identified");
    expect(await merge(apart.database, team.database)).toMatchObject({
      updates: [{ incidentId: ID, id: "second", number: 2 }],
      deliveries: 2,
    });
    expect(await merge(apart.database, team.database)).toEqual(nothing);
  });

  it("numbers in the order in which things were said, and keeps every promise with its maker", async () => {
    const { team, apart } = await sides();
    await apart.say("apart, early", 10, "identified", { keeps: 1 });
    await team.say("team, later", 20, "monitoring");
    await team.say("team, last", 30, "monitoring", { keeps: 2 });
    await apart.say("apart, between", 25, "identified", { keeps: 2 });
    expect((await merge(apart.database, team.database)).conflicts).toEqual([]);
    expect(await team.history()).toEqual([
      "first",
      "apart, early keeps first",
      "team, later",
      "apart, between keeps apart, early",
      "team, last keeps team, later",
    ]);
    expect(await team.posts()).toHaveLength(10);
    expect(await team.ledger.incident(ID)).toMatchObject({ phase: "monitoring", nextUpdateAt: at(60) });
  });

  it("lets nothing be sent that later words on either side have overtaken", async () => {
    const { team, apart } = await sides();
    await apart.say("apart", 10, "identified");
    await apart.post("apart", "ops", "o2");
    await apart.post("apart", "sellers", "unknown");
    await team.say("team", 20, "monitoring", {}, ["ops"]);
    await merge(apart.database, team.database);
    expect(await team.posts()).toEqual([
      "first ops sent",
      "first sellers sent",
      "apart ops sent",
      "apart sellers unknown",
      "team ops planned",
    ]);
    const waiting = await sides();
    await waiting.apart.say("apart", 10, "identified");
    await waiting.team.say("team", 20, "monitoring", {}, ["ops"]);
    await merge(waiting.apart.database, waiting.team.database);
    expect((await waiting.team.posts()).slice(2)).toEqual([
      "apart ops superseded",
      "apart sellers planned",
      "team ops planned",
    ]);
  });

  it("lets nobody on a list be sent words that were corrected apart", async () => {
    const { team, apart } = await sides();
    const toList = (name: string): NewDelivery => ({
      ...{ channel: "customers", kind: "email", required: true, audience: "public", part: "list" },
      ...{ effect: "post", target: null, state: "planned", reason: null, subject: "Checkout" },
      post: { part: "list", key: name, payload: {}, text: name, length: null, notes: [] },
    });
    const recordOn = async ({ ledger }: Side, name: string, more: Partial<Update>, delivery: NewDelivery) => {
      const incident = (await ledger.incident(ID))!;
      const [before] = (await ledger.updates(ID)).slice(-1);
      const update = { ...before!, id: name, number: before!.number + 1, key: null, keeps: null, ...more };
      const recorded = { incident, opens: false, update, inputs: {}, deliveries: [delivery] };
      expect(await ledger.record(recorded)).toBe("recorded");
    };
    await recordOn(team, "wrong", { verb: "update", at: at(5) }, toList("wrong"));
    const [wrong] = await team.ledger.deliveries({ updateId: "wrong" });
    const reason = "60 of 400 sent";
    await team.ledger.move(wrong!.id, "planned", { state: "waiting", reason }, at(6));
    await carryOver(team.database, apart.database);
    const right = { ...toList("right"), target: wrong!.id };
    await recordOn(apart, "right", { verb: "correct", at: at(8) }, right);
    await merge(apart.database, team.database);
    expect(await team.ledger.delivery(wrong!.id)).toMatchObject({
      ...{ state: "superseded", reason: "overtaken by update 3; 60 of 400 sent" },
    });
    expect((await team.posts()).at(-1)).toBe("right customers planned");
  });

  it("takes a receipt from the side that has it, and never gives one up", async () => {
    const team = await side(engine, await engine.place());
    await team.say("first", 0, "investigating", {}, ["ops", "sellers", "desk"]);
    const [file] = engines();
    const apart = await side({ open: openSqlite }, await file!.place());
    await carryOver(team.database, apart.database);
    await apart.post("first", "ops", "o1");
    await apart.post("first", "sellers", "s1");
    await team.post("first", "sellers", "unknown");
    await team.post("first", "desk", "d1");
    expect((await merge(apart.database, team.database)).conflicts).toEqual([]);
    expect(await team.posts()).toEqual(["first ops sent", "first sellers sent", "first desk sent"]);
    const rows = await team.ledger.deliveries({ updateId: "first" });
    expect(rows.map(({ receipt }) => receipt?.remoteId)).toEqual(["o1", "s1", "d1"]);
    expect((await team.ledger.incident(ID))?.acknowledgedAt).not.toBeNull();
  });

  it("tells what was done on both sides", async () => {
    const { team, apart } = await sides();
    await team.say("team", 10, "identified", { keeps: 1, key: "pager-7" });
    await team.say("team ends", 12, "resolved");
    await apart.say("apart", 11, "identified", { keeps: 1, key: "pager-7" });
    await apart.say("apart goes on", 20, "monitoring");
    const { conflicts } = await merge(apart.database, team.database);
    expect(conflicts).toEqual([
      { why: "promise-twice", incidentId: ID, what: "1" },
      { why: "key-twice", incidentId: ID, what: "pager-7" },
      { why: "ended-and-spoken", incidentId: ID, what: "" },
    ]);
    expect(await team.ledger.incident(ID)).toMatchObject({ phase: "monitoring", resolvedAt: null });
    expect(await team.history()).toEqual([
      "first",
      "team keeps first",
      "apart",
      "team ends",
      "apart goes on",
    ]);
  });

  it("makes one incident of two announcements of it, and of one post that is out twice a conflict", async () => {
    const team = await side(engine, await engine.place());
    const [file] = engines();
    const apart = await side({ open: openSqlite }, await file!.place());
    await apart.say("apart", 0, "investigating");
    await team.say("team", 5, "investigating");
    expect((await merge(apart.database, team.database)).conflicts).toEqual([
      { why: "opened-twice", incidentId: ID, what: "" },
    ]);
    expect(await team.history()).toEqual(["apart", "team"]);
    const { team: there, apart: here } = await sides();
    await here.say("second", 10, "identified");
    await merge(here.database, there.database);
    await here.post("second", "ops", "o2");
    await there.post("second", "ops", "o2 again");
    expect((await merge(here.database, there.database)).conflicts).toEqual([
      { why: "posted-twice", incidentId: ID, what: "ops" },
    ]);
    expect((await there.ledger.deliveries({ updateId: "second" }))[0]?.receipt?.remoteId).toBe("o2 again");
  });
});
