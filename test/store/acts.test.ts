import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { sql } from "kysely";
import Libsql from "libsql";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FrozenPlan } from "../../src/broadcast/journal.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { MIGRATIONS, stepsFrom } from "../../src/store/schema.ts";
import { type Engine, engines } from "../support/engines.ts";
import { newUpdate } from "../support/updates.ts";
import { action, at, entry } from "./acts.ts";

/** One server for all of them. */
const ENGINES = engines();

const plan = (hash: string, minutes: number, more: Partial<FrozenPlan> = {}): FrozenPlan => ({
  ...{ hash, document: `{"hash":"${hash}"}`, incidentId: "checkout", verb: "announce" },
  ...{ by: "commander@example.com", at: at(minutes), expiresAt: at(minutes + 15), ...more },
});

const announcement = newUpdate({
  ...{ incidentId: "checkout", name: "first", number: 1, at: at(0), channels: ["ops"] },
});

async function opened(engine: Engine, scrub?: (text: string) => string) {
  const database = await engine.open(await engine.place());
  const ledger = new LedgerStore(database, scrub);
  onTestFinished(() => ledger.close());
  return { database, ledger };
}

/** A ledger as the program made it when its schema was the fourth, in which one incident was announced. */
async function openedFourth(engine: Engine): Promise<string> {
  const place = await engine.place();
  const kind = engine.name === "SQLite" ? "sqlite" : "postgres";
  const steps = stepsFrom(0, kind).slice(0, MIGRATIONS.slice(0, 4).flat().length);
  const rows = [
    `insert into incidents (id, type, title, phase, impact, components, started_at, created_at)
     values ('checkout', 'incident', 'Checkout is failing', 'investigating', 'major', '[]', '${at(0).toISOString()}', '${at(0).toISOString()}')`,
    `insert into updates (id, incident_id, number, verb, template, inputs, author, at, standing)
     values ('first', 'checkout', 1, 'announce', 'acknowledge', '{}', 'commander@laptop', '${at(0).toISOString()}',
       '{"title":"Checkout is failing","phase":"investigating","impact":"major","components":[],"startedAt":"${at(0).toISOString()}","nextUpdateAt":null}')`,
  ];
  if (kind === "sqlite") {
    mkdirSync(dirname(place), { recursive: true });
    const file = new Libsql(place);
    file.exec([...steps, "pragma user_version = 4", ...rows].join(";\n"));
    file.close();
    return place;
  }
  const client = new pg.Client(place);
  await client.connect();
  const begin = ["create schema status", "set search_path to status"];
  const version = [
    "create table schema_version (version integer not null)",
    "insert into schema_version values (4)",
  ];
  await client.query([...begin, ...steps, ...version, ...rows].join(";\n"));
  await client.end();
  return place;
}

describe.each(ENGINES)("who did what, in a ledger on $name", (engine) => {
  it("is told oldest first, by incident, plan and time", async () => {
    const { ledger } = await opened(engine);
    const signed = { plan: "abc", proof: "-----BEGIN SSH SIGNATURE-----\n…\n", by: "lead@example.com" };
    const planned = entry("z", 1, "planned", { plan: "abc", what: "announce" });
    const approved = entry("y", 2, "approved", { ...signed, reason: "Reads well." });
    const elsewhere = entry("x", 3, "said", { incidentId: "search", updateId: "first" });
    const general = entry("w", 4, "promised", { incidentId: null, what: "a3f9c1" });
    await ledger.enter([general, elsewhere, approved, planned]);
    expect(await ledger.journal({})).toEqual([planned, approved, elsewhere, general]);
    expect(await ledger.journal({ incidentId: "checkout" })).toEqual([planned, approved]);
    expect(await ledger.journal({ plan: "abc", since: at(2) })).toEqual([approved]);
    expect(await ledger.journal({ since: at(3) })).toEqual([elsewhere, general]);
  });

  it("is entered once, however often it is told, and never in other words", async () => {
    const { ledger } = await opened(engine);
    const said = entry("a", 1, "overrode", { what: "secret", reason: "It is an example." });
    await ledger.enter([said]);
    await ledger.enter([{ ...said, reason: "I never said so." }, entry("b", 2, "said")]);
    expect(await ledger.journal({})).toEqual([said, entry("b", 2, "said")]);
  });

  it("is recorded with the update, or not at all", async () => {
    const { ledger } = await opened(engine);
    const said = entry("a", 0, "said", { updateId: "first" });
    expect(await ledger.record({ ...announcement, journal: [said] })).toBe("recorded");
    expect(await ledger.record({ ...announcement, journal: [entry("b", 0, "said")] })).toBe("id-taken");
    expect(await ledger.journal({})).toEqual([said]);
  });

  it("holds no secret that somebody gave as a reason", async () => {
    const { ledger } = await opened(engine, (text) => text.replaceAll("hunter22", "[secret]"));
    await ledger.enter([entry("a", 0, "overrode", { reason: "hunter22 is no longer valid" })]);
    await ledger.record({ ...announcement, journal: [entry("b", 1, "broke-glass", { reason: "hunter22" })] });
    await ledger.keepAction(action("a3f9c1", { text: "Turn hunter22 over" }), entry("c", 2, "promised"));
    const reasons = (await ledger.journal({})).map(({ reason }) => reason);
    expect(reasons).toEqual(["[secret] is no longer valid", "[secret]", null]);
    expect((await ledger.actions()).map(({ text }) => text)).toEqual(["Turn [secret] over"]);
  });

  it("cannot be changed or taken away, by whatever statement", async () => {
    const { ledger, database } = await opened(engine);
    const said = entry("a", 0, "approved", { plan: "abc" });
    await ledger.enter([said]);
    const { db } = database;
    const refused = /only ever added to/;
    await expect(db.updateTable("journal").set({ author: "me@example.com" }).execute()).rejects.toThrow(
      refused,
    );
    await expect(db.deleteFrom("journal").where("id", "=", "a").execute()).rejects.toThrow(refused);
    if (engine.name === "PostgreSQL")
      await expect(sql`truncate status.journal`.execute(db)).rejects.toThrow(refused);
    else
      await sql`insert or replace into journal (id, at, author, act) values ('a', '', 'me', 'said')`.execute(
        db,
      );
    expect(await ledger.journal({})).toEqual([said]);
  });

  it("is read by nobody who lists incidents or records an update", async () => {
    const { ledger, database } = await opened(engine);
    const schema = engine.name === "PostgreSQL" ? sql.id("status", "journal") : sql.id("journal");
    await ledger.record({ ...announcement, journal: [entry("a", 0, "said")] });
    await sql`alter table ${schema} rename to elsewhere`.execute(database.db);
    expect((await ledger.openIncidents()).map(({ id }) => id)).toEqual(["checkout"]);
    const next = newUpdate({
      ...{ incidentId: "checkout", name: "next", number: 2, at: at(9) },
      channels: ["ops"],
    });
    expect(await ledger.record(next)).toBe("recorded");
    expect(await ledger.deliveries({ incidentId: "checkout" })).toHaveLength(2);
  });
});

describe.each(ENGINES)("a plan kept in a ledger on $name", (engine) => {
  it("is found by the beginning of its hash, and by nothing else", async () => {
    const { ledger } = await opened(engine);
    const [first, second] = [plan("abc1", 0), plan("abd2", 1)];
    await ledger.keepPlan(second);
    await ledger.keepPlan(first);
    expect(await ledger.plans("ab")).toEqual([first, second]);
    expect(await ledger.plans("ABC")).toEqual([first]);
    for (const other of ["b", "%", "a_c", "abc12", "'"]) expect(await ledger.plans(other)).toEqual([]);
  });

  it("is known for a day after it has expired, and then forgotten", async () => {
    const { ledger } = await opened(engine);
    await ledger.keepPlan(plan("abc1", 0));
    await ledger.keepPlan(plan("abd2", 15 + 24 * 60));
    expect(await ledger.plans("abc1")).toHaveLength(1);
    await ledger.keepPlan(plan("abe3", 16 + 24 * 60));
    expect((await ledger.plans("")).map(({ hash }) => hash)).toEqual(["abd2", "abe3"]);
  });

  it("is kept once when the same is frozen again, for as long as the later of both", async () => {
    const { ledger } = await opened(engine);
    const again = plan("abc1", 30, { by: "other@example.com" });
    for (const each of [plan("abc1", 0), again, plan("abc1", 10)]) await ledger.keepPlan(each);
    expect(await ledger.plans("abc1")).toEqual([again]);
  });
});

describe.each(ENGINES)("an action in a ledger on $name", (engine) => {
  it("is kept with the line that says who promised, changed and dropped it", async () => {
    const { ledger } = await opened(engine);
    const [mine, other] = [
      action("a3f9c1", { addedAt: at(5) }),
      action("b00b1e", { incidentId: null, public: false }),
    ];
    await ledger.keepAction(mine, entry("1", 5, "promised", { what: mine.id }));
    await ledger.keepAction(other, entry("2", 6, "promised", { what: other.id, incidentId: null }));
    expect(await ledger.actions()).toEqual([other, mine]);
    expect(await ledger.actions({ incidentId: "checkout" })).toEqual([mine]);
    const done = { ...mine, owner: "platform", dueAt: null, doneAt: at(7) };
    await ledger.keepAction(done, entry("3", 7, "carried-out", { what: mine.id }));
    expect(await ledger.actions({ incidentId: "checkout" })).toEqual([done]);
    expect(await ledger.actions({ open: true })).toEqual([other]);
    expect(await ledger.actions({ public: true })).toEqual([other, done].filter((each) => each.public));
    expect(await ledger.actions({ idBegins: other.id.slice(0, 3) })).toEqual([other]);
    await ledger.dropAction(
      other.id,
      entry("4", 8, "dropped", { what: other.id, incidentId: null, reason: "It was a duplicate." }),
    );
    expect(await ledger.actions()).toEqual([done]);
    const lines = (await ledger.journal({})).map(({ act, what }) => `${act} ${what}`);
    expect(lines).toEqual(["promised a3f9c1", "promised b00b1e", "carried-out a3f9c1", "dropped b00b1e"]);
  });
});

describe.each(ENGINES)("a ledger on $name that an older program made", (engine) => {
  it("keeps what was said in it, and takes journal, plans and actions from now on", async () => {
    const ledger = new LedgerStore(await engine.open(await openedFourth(engine)));
    onTestFinished(() => ledger.close());
    expect(await ledger.incidents()).toMatchObject([
      { id: "checkout", title: "Checkout is failing", security: false },
    ]);
    expect((await ledger.updates("checkout")).map(({ standing }) => standing.security)).toEqual([false]);
    await ledger.enter([entry("a", 1, "said")]);
    await ledger.keepPlan(plan("abc1", 1));
    await ledger.keepAction(action("a3f9c1"), entry("b", 2, "promised"));
    expect(await ledger.journal({})).toHaveLength(2);
    expect(await ledger.plans("abc1")).toEqual([plan("abc1", 1)]);
    expect(await ledger.actions()).toEqual([action("a3f9c1")]);
  });

  it("lets one carry an action out, or drop it, and journals nothing of who came later", async () => {
    const where = await engine.place();
    const open = async () => {
      const database = await engine.open(where);
      onTestFinished(() => database.db.destroy());
      return new LedgerStore(database);
    };
    const [here, there] = [await open(), await open()];
    await here.record(newUpdate({ incidentId: "checkout", name: "u", number: 1, at: at(0), channels: [] }));
    await here.keepAction(action("a3f9c1"), entry("a", 1, "promised", { what: "a3f9c1" }));
    const done = (id: string) => entry(id, 2, "carried-out", { what: "a3f9c1" });
    const ended = await Promise.all([
      here.carryOutAction("a3f9c1", at(2), done("b")),
      there.carryOutAction("a3f9c1", at(3), done("c")),
      here.carryOutAction("a3f9c1", at(4), done("d")),
    ]);
    expect(ended.filter(Boolean)).toHaveLength(1);
    expect(await there.dropAction("a3f9c1", entry("e", 5, "dropped", { what: "a3f9c1" }))).toBe(false);
    expect((await here.journal({})).map(({ act }) => act)).toEqual(["promised", "carried-out"]);
    expect(await here.carryOutAction("nobody", at(6), done("f"))).toBe(false);
    expect(await here.actions()).toHaveLength(1);
  });
});
