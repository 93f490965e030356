import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { processIdentity } from "../../src/base/process-identity.ts";
import type { Ledger, NewDelivery } from "../../src/broadcast/ledger.ts";
import type { Incident, Update } from "../../src/incident/incident.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { engines } from "../support/engines.ts";

const NOW = new Date("2026-11-23T03:10:00Z");
const NOWHERE = { root: null, previous: null };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "status-store-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const incident: Incident = {
  id: "2026-11-22-checkout",
  type: "incident",
  title: "Checkout is failing",
  phase: "investigating",
  impact: "major",
  components: [{ id: "checkout", state: "partial_outage" }],
  startedAt: NOW,
  endsAt: null,
  automatic: false,
  long: false,
  security: false,
  acknowledgedAt: null,
  resolvedAt: null,
  nextUpdateAt: new Date(NOW.getTime() + 1_800_000),
};

function update(number: number, more: Partial<Update> = {}): Update {
  const { title, phase, impact, components, startedAt, endsAt, automatic, long, security, nextUpdateAt } =
    incident;
  return {
    id: `update-${number}`,
    incidentId: incident.id,
    number,
    verb: number === 1 ? "announce" : "update",
    template: "acknowledge",
    key: null,
    author: "commander@laptop",
    at: NOW,
    keeps: null,
    standing: {
      title,
      phase,
      impact,
      components,
      startedAt,
      endsAt,
      automatic,
      long,
      security,
      nextUpdateAt,
    },
    ...more,
  };
}

function delivery(channel: string, more: Partial<NewDelivery> = {}): NewDelivery {
  return {
    channel,
    kind: "slack",
    required: true,
    audience: "public",
    part: "1",
    effect: "post",
    target: null,
    state: "planned",
    reason: null,
    subject: "Checkout is failing",
    post: { part: "1", key: "k", payload: { text: "x" }, text: "x", length: null, notes: [] },
    ...more,
  };
}

const record = (ledger: Ledger, number = 1, deliveries = [delivery("ops")], more: Partial<Update> = {}) =>
  ledger.record({ incident, opens: number === 1, update: update(number, more), inputs: {}, deliveries });

const lease = () => ({
  owner: "somebody",
  leaseUntil: new Date(Date.now() + 25_000),
  place: NOWHERE,
  at: NOW,
});

describe.each(engines())("the ledger on $name", (engine) => {
  const place = () => engine.place();
  const open = async (where?: string): Promise<Ledger> => {
    const ledger = new LedgerStore(await engine.open(where ?? (await place())));
    onTestFinished(() => ledger.close());
    return ledger;
  };

  it("lets one place claim a reminder, for good", async () => {
    const path = await place();
    const ledger = await open(path);
    const elsewhere = await open(path);
    await record(ledger);
    const key = { incidentId: incident.id, promise: "1", kind: "before", channel: "ops" } as const;
    const claims = await Promise.all(
      [ledger, elsewhere, ledger, elsewhere].map((each) => each.claimReminder(key, NOW)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await ledger.reminders(incident.id)).toEqual([
      { ...key, state: "sending", at: NOW, receipt: null, error: null },
    ]);
    const error = { code: "SLACK_DOWN", message: "no answer", hint: null, retryAt: null };
    await ledger.settleReminder(key, { error });
    expect(await elsewhere.claimReminder(key, NOW)).toBe(false);
    expect(await elsewhere.claimReminder({ ...key, kind: "after" }, NOW)).toBe(true);
    expect(await elsewhere.claimReminder({ ...key, channel: "desk" }, NOW)).toBe(true);
    const receipt = { remoteId: "r", url: null, extra: {} };
    await ledger.settleReminder({ ...key, channel: "desk" }, { receipt });
    expect(await ledger.reminders(incident.id)).toMatchObject([
      { channel: "desk", state: "sent", receipt },
      { channel: "ops", kind: "after", state: "sending" },
      { channel: "ops", kind: "before", state: "failed", error },
    ]);
  });

  it("gives back what was recorded", async () => {
    const ledger = await open();
    expect(await record(ledger)).toBe("recorded");
    expect(await ledger.incident(incident.id)).toEqual(incident);
    expect(await ledger.updates(incident.id)).toEqual([update(1)]);
    expect(await ledger.deliveries({ updateId: "update-1" })).toMatchObject([
      { channel: "ops", state: "planned", attempts: 0, post: { text: "x" } },
    ]);
  });

  it("lets each update number, key and incident id be used once", async () => {
    const ledger = await open();
    await record(ledger, 1, [delivery("ops")], { key: "pager-7" });
    expect(await record(ledger, 1, [], { id: "other" })).toBe("id-taken");
    expect(await record(ledger, 2)).toBe("recorded");
    expect(await record(ledger, 2, [], { id: "other" })).toBe("number-taken");
    expect(await record(ledger, 3, [], { key: "pager-7" })).toBe("key-taken");
    expect((await ledger.updateByKey("pager-7"))?.update.number).toBe(1);
    expect(await ledger.updates(incident.id)).toHaveLength(2);
  });

  it("knows which incidents have somebody still to hear them, and their records, by one question each", async () => {
    const database = await engine.open(await place());
    onTestFinished(() => database.db.destroy());
    const ledger = new LedgerStore(database);
    for (let each = 0; each < 4; each++) {
      const id = `incident-${each}`;
      await ledger.record({
        ...{
          incident: { ...incident, id },
          opens: true,
          inputs: {},
          deliveries: [delivery("ops"), delivery("x")],
        },
        update: update(1, { id, incidentId: id, at: new Date(NOW.getTime() + each) }),
      });
      for (const { id: row } of await ledger.deliveries({ incidentId: id })) {
        if (each === 3) continue;
        await ledger.claim(row, ["planned"], lease());
        const receipt = { remoteId: "r", url: null, extra: {} };
        await ledger.settle(row, "somebody", { state: "sent", receipt, elapsedMs: 1 }, NOW);
      }
    }
    const [gone] = await ledger.deliveries({ incidentId: "incident-1" });
    await ledger.noteVerification(gone!.id, "missing");
    const ids = async (more?: readonly string[]) => (await ledger.unsettled(more)).map(({ id }) => id);
    expect(await ids()).toEqual(["incident-3", "incident-1"]);
    const [told] = await ledger.deliveries({ incidentId: "incident-0" });
    expect(await ids([told!.id])).toEqual(["incident-3", "incident-1", "incident-0"]);
    const records = await ledger.records(["incident-0", "incident-3", "nowhere"]);
    for (const id of ["incident-0", "incident-3"]) {
      const { updates, deliveries } = records.get(id)!;
      expect(updates).toEqual(await ledger.updates(id));
      const whole = await ledger.deliveries({ incidentId: id });
      expect(whole).toMatchObject(deliveries);
    }
    expect(records.get("nowhere")).toEqual({ updates: [], deliveries: [] });
    expect((await ledger.records([])).size).toBe(0);
  });

  it("opens nothing beside one like it that whoever opens it does not know of", async () => {
    const ledger = await open();
    await record(ledger);
    const another = (beside: readonly string[] | undefined, more: Partial<Incident> = {}) => {
      const id = `2026-11-22-cannot-pay-${JSON.stringify({ beside, ...more })}`;
      return ledger.record({
        ...{
          incident: { ...incident, id, title: "Cannot pay", ...more },
          opens: true,
          inputs: {},
          deliveries: [],
        },
        ...{ update: update(1, { id, incidentId: id }), ...(beside === undefined ? {} : { beside }) },
      });
    };
    expect(await another([])).toBe("already-open");
    expect(await another([], { components: [], title: "CHECKOUT is failing" })).toBe("already-open");
    expect(await ledger.incidents()).toHaveLength(1);
    expect(await another([], { impact: "minor" })).toBe("recorded");
    expect(await another([], { type: "maintenance" })).toBe("recorded");
    expect(await another([incident.id], { title: "Payments are down" })).toBe("recorded");
    expect(await another(undefined)).toBe("recorded");
  });

  it("lets one claim a post, and only the owner settle it", async () => {
    const ledger = await open();
    await record(ledger);
    const { id } = (await ledger.deliveries({ incidentId: incident.id }))[0]!;
    const claims = await Promise.all(Array.from({ length: 5 }, () => ledger.claim(id, ["planned"], lease())));
    expect(claims.filter(Boolean)).toHaveLength(1);
    const settlement = {
      state: "sent" as const,
      receipt: { remoteId: "r", url: null, extra: {} },
      elapsedMs: 5,
    };
    expect(await ledger.settle(id, "another", settlement, NOW)).toBe(false);
    expect(await ledger.settle(id, "somebody", settlement, NOW)).toBe(true);
    expect(await ledger.delivery(id)).toMatchObject({
      state: "sent",
      attempts: 1,
      owner: null,
      receipt: { remoteId: "r" },
      sentAt: NOW,
    });
  });

  it("counts the first public word as the acknowledgement, and an internal one not", async () => {
    const ledger = await open();
    await record(ledger, 1, [delivery("ops", { audience: "internal" }), delivery("sellers")]);
    const settlement = {
      state: "sent" as const,
      receipt: { remoteId: "r", url: null, extra: {} },
      elapsedMs: 5,
    };
    const [ops, sellers] = await ledger.deliveries({ incidentId: incident.id });
    await ledger.claim(ops!.id, ["planned"], lease());
    await ledger.settle(ops!.id, "somebody", settlement, NOW);
    expect((await ledger.incident(incident.id))?.acknowledgedAt).toBeNull();
    await ledger.claim(sellers!.id, ["planned"], lease());
    await ledger.settle(sellers!.id, "somebody", settlement, NOW);
    expect((await ledger.incident(incident.id))?.acknowledgedAt).toEqual(NOW);
  });

  it("supersedes what is unsent on a channel that speaks again, and nothing that may be out", async () => {
    const ledger = await open();
    await record(ledger, 1, [delivery("a"), delivery("b"), delivery("c")]);
    const [, b] = await ledger.deliveries({ updateId: "update-1" });
    await ledger.claim(b!.id, ["planned"], lease());
    await record(ledger, 2, [delivery("a"), delivery("b"), delivery("c", { state: "skipped", post: null })]);
    expect(
      (await ledger.deliveries({ updateId: "update-1" })).map(({ channel, state }) => [channel, state]),
    ).toEqual([
      ["a", "superseded"],
      ["b", "sending"],
      ["c", "planned"],
    ]);
  });

  it("never sends what a later update on the channel has overtaken, whichever way it becomes free again", async () => {
    const ledger = await open();
    const error = { code: "X", message: "x", hint: null, retryAt: null };
    await record(ledger, 1, [delivery("a"), delivery("b"), delivery("c")]);
    const [a, b, c] = await ledger.deliveries({ updateId: "update-1" });
    for (const row of [a!, b!, c!]) await ledger.claim(row.id, ["planned"], lease());
    await ledger.move(b!.id, "sending", { state: "unknown" }, NOW);
    await ledger.move(c!.id, "sending", { state: "unknown" }, NOW);
    await record(ledger, 2, [delivery("a"), delivery("b"), delivery("c")]);
    await ledger.settle(a!.id, "somebody", { state: "waiting", error, elapsedMs: 5 }, NOW);
    await ledger.move(b!.id, "unknown", { state: "waiting", reason: "it is not there" }, NOW);
    expect(
      (await ledger.deliveries({ updateId: "update-1" })).map(({ state, reason }) => [state, reason]),
    ).toEqual([
      ["superseded", "overtaken by update 2"],
      ["superseded", "overtaken by update 2"],
      ["unknown", null],
    ]);
    expect(await ledger.claim(a!.id, ["superseded"], lease())).toBe(false);
    // What may be out is a person's to send again.
    expect(await ledger.claim(c!.id, ["unknown"], lease())).toBe(true);
  });

  it("lets what was learnt about one attempt say nothing about the next", async () => {
    const ledger = await open();
    await record(ledger);
    const { id } = (await ledger.deliveries({ incidentId: incident.id }))[0]!;
    await ledger.claim(id, ["planned"], lease());
    await ledger.move(id, "sending", { state: "unknown", attempt: 1 }, NOW);
    await ledger.move(id, "unknown", { state: "waiting", attempt: 1 }, NOW);
    await ledger.claim(id, ["waiting"], lease());
    expect(await ledger.move(id, "sending", { state: "unknown", attempt: 1 }, NOW)).toBe(false);
    await ledger.move(id, "sending", { state: "unknown", attempt: 2 }, NOW);
    expect(await ledger.move(id, "unknown", { state: "waiting", attempt: 1 }, NOW)).toBe(false);
    expect(await ledger.delivery(id)).toMatchObject({ state: "unknown", attempts: 2 });
  });

  it("tells a page what it has told, and nothing that was left out there", async () => {
    const ledger = await open();
    await record(ledger, 1, [delivery("page"), delivery("ops")]);
    await record(ledger, 2, [delivery("page", { state: "skipped", post: null }), delivery("ops")]);
    expect(
      (await ledger.told("page", [incident.id])).map(({ updates }) => updates.map(({ number }) => number)),
    ).toEqual([[1]]);
    expect(await ledger.told("elsewhere", [incident.id])).toEqual([]);
  });

  it("lets one process write a page at a time, with a rising revision", async () => {
    const ledger = await open();
    let inside = 0;
    const revisions = await Promise.all(
      Array.from({ length: 4 }, () =>
        ledger.exclusively("page:page", 5000, async (revision) => {
          expect(++inside).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          inside--;
          return revision;
        }),
      ),
    );
    expect(revisions.sort()).toEqual([1, 2, 3, 4]);
  });

  it("takes a page's lease over from a process that is gone", async () => {
    const path = await place();
    const { db } = await engine.open(path);
    const [host, boot] = processIdentity().split("/");
    const dead = [host, boot, "4194000", "1"].join("/");
    const until = new Date(Date.now() + 60_000).toISOString();
    await db.insertInto("leases").values({ name: "page:page", owner: dead, until, revision: 7 }).execute();
    await db.destroy();
    expect(await (await open(path)).exclusively("page:page", 0, async (revision) => revision)).toBe(8);
  });

  it("keeps no secret that a vendor repeated", async () => {
    const path = await place();
    const ledger = new LedgerStore(await engine.open(path), (text) =>
      text.replaceAll("hunter22", "[secret]"),
    );
    onTestFinished(() => ledger.close());
    await record(ledger);
    const { id } = (await ledger.deliveries({ incidentId: incident.id }))[0]!;
    await ledger.claim(id, ["planned"], lease());
    const error = { code: "X", message: "you sent hunter22", hint: null, retryAt: null };
    await ledger.settle(id, "somebody", { state: "refused", error, elapsedMs: 1 }, NOW);
    expect((await ledger.delivery(id))?.error?.message).toBe("you sent [secret]");
  });

  it("survives being opened by several at once", async () => {
    const path = await place();
    const ledgers = await Promise.all(Array.from({ length: 4 }, () => open(path)));
    const outcomes = await Promise.all(ledgers.map((ledger) => record(ledger)));
    expect(outcomes.sort()).toEqual(["id-taken", "id-taken", "id-taken", "recorded"]);
  });
});

describe("a ledger that cannot be used", () => {
  it.each([
    ["is empty", ""],
    ["is something else", "this is no database, and it is long enough to be looked at as one. ".repeat(20)],
  ])("is refused and left as it is when it %s", async (_, content) => {
    const path = join(folder(), "status.db");
    writeFileSync(path, content);
    await expect(openSqlite(path)).rejects.toMatchObject({ blame: "setup", code: "LEDGER_DAMAGED" });
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("is refused when its pages are damaged", async () => {
    const path = join(folder(), "status.db");
    const ledger = new LedgerStore(await openSqlite(path));
    await record(ledger);
    await ledger.close();
    const bytes = readFileSync(path);
    bytes.fill(0x55, 100, bytes.length);
    const broken = `${path}.broken`;
    writeFileSync(broken, bytes);
    const opening = openSqlite(broken).then((db) => new LedgerStore(db).incidents());
    await expect(opening).rejects.toMatchObject({ code: "LEDGER_DAMAGED" });
  });

  it("is refused politely when a newer program wrote it", async () => {
    const path = join(folder(), "status.db");
    const { db } = await openSqlite(path);
    await db.executeQuery({ sql: "pragma user_version = 99", parameters: [] } as never);
    await db.destroy();
    await expect(openSqlite(path)).rejects.toMatchObject({ code: "LEDGER_NEWER" });
  });

  it("names the folder that cannot be written", async () => {
    const place = folder();
    writeFileSync(join(place, "file"), "");
    await expect(openSqlite(join(place, "file", "status.db"))).rejects.toMatchObject({
      code: "LEDGER_NOT_WRITABLE",
    });
    expect(existsSync(join(place, "file", "status.db"))).toBe(false);
  });
});
