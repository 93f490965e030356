import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Speaker } from "../../src/broadcast/context.ts";
import {
  approvableOf,
  type Frozen,
  freeze,
  mayStillBeSaid,
  PLAN_LASTS_MS,
  planNamed,
  thaw,
} from "../../src/broadcast/frozen.ts";
import type { FrozenPlan } from "../../src/broadcast/journal.ts";
import type { Ledger, NewUpdate } from "../../src/broadcast/ledger.ts";
import type { Incident, Standing } from "../../src/incident/incident.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { newUpdate, START } from "../support/updates.ts";

const INCIDENT = "2026-11-22-checkout";
const BY = "commander@example.com";
const minutes = (count: number) => new Date(START.getTime() + count * 60_000);

async function emptyLedger(): Promise<Ledger> {
  const folder = mkdtempSync(join(tmpdir(), "status-frozen-"));
  const ledger = new LedgerStore(await openSqlite(join(folder, "status.db")));
  onTestFinished(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return ledger;
}

function frozen(number: number, more: Partial<Frozen> = {}): Frozen {
  const { journal, ...update } = newUpdate({
    ...{ incidentId: INCIDENT, name: `update-${number}`, number, at: START },
    channels: ["x", "ops"],
  });
  return { ...update, formerImpact: null, ownWords: true, overridden: [], ...more };
}

/** The same, standing otherwise. */
function standing(of: Frozen, more: Partial<Standing & Pick<Incident, "type" | "id">>): Frozen {
  const { type, id, ...rest } = more;
  return {
    ...of,
    incident: { ...of.incident, ...more },
    update: {
      ...of.update,
      ...(id === undefined ? {} : { incidentId: id }),
      standing: { ...of.update.standing, ...rest },
    },
  };
}

const speaker = (name: string, more: Partial<Speaker> = {}): Speaker => ({
  ...{
    name,
    kind: "slack",
    required: true,
    audience: "public",
    locale: null,
    timeoutMs: 1000,
    setAside: null,
  },
  channel: {
    compose: () => [],
    publish: () => Promise.reject(new Error("nothing is published here")),
    check: async () => [],
  },
  ...more,
});
const SPEAKERS = [speaker("x"), speaker("ops")];

async function stateOf(
  of: Frozen,
  {
    said = [],
    at = minutes(1),
    speakers = SPEAKERS,
  }: { said?: NewUpdate[]; at?: Date; speakers?: Speaker[] } = {},
): Promise<string> {
  const ledger = await emptyLedger();
  for (const update of said) expect(await ledger.record(update)).toBe("recorded");
  const plan = freeze(of, BY, START);
  return mayStillBeSaid(plan, thaw(plan), ledger, speakers, at).catch(
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe("a frozen update", () => {
  it("comes out as it went in, with its dates", () => {
    const before = standing(frozen(1), { endsAt: minutes(90), phase: "scheduled" });
    const plan = freeze(before, BY, START);
    expect(thaw(plan)).toEqual(before);
    expect(plan).toMatchObject({ incidentId: INCIDENT, verb: "announce", by: BY, at: START });
    expect(plan.expiresAt.getTime() - plan.at.getTime()).toBe(PLAN_LASTS_MS);
  });

  it("survives any payload unchanged", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => {
        const [first, ...rest] = frozen(1).deliveries;
        const changed = frozen(1, {
          deliveries: [{ ...first!, post: { ...first!.post!, payload: payload as never } }, ...rest],
        });
        const plan = freeze(changed, BY, START);
        const again = thaw(plan);
        expect(JSON.stringify(again.deliveries[0]?.post?.payload)).toHaveLength(
          JSON.stringify(payload).length,
        );
        expect(again.deliveries[0]?.post?.payload).toEqual(JSON.parse(JSON.stringify(payload)));
        expect(freeze(again, BY, START).hash).toBe(plan.hash);
      }),
    );
  });

  it("has the same hash whoever freezes it and in whatever order its facts stand", () => {
    const { deliveries, ...rest } = frozen(1);
    const turned = Object.fromEntries(Object.entries({ deliveries, ...rest }).reverse()) as unknown as Frozen;
    expect(freeze(turned, "other@example.com", minutes(3)).hash).toBe(freeze(frozen(1), BY, START).hash);
  });

  it("has another hash for a change in anything that is said", () => {
    const hash = freeze(frozen(1), BY, START).hash;
    const [x, ops] = frozen(1).deliveries;
    const others: Frozen[] = [
      frozen(1, { ownWords: false }),
      frozen(1, { overridden: [{ rule: "ticket", reason: "ours" }] }),
      frozen(1, { deliveries: [x!] }),
      frozen(1, { deliveries: [{ ...x!, post: { ...x!.post!, payload: { text: "more" } } }, ops!] }),
      frozen(1, { deliveries: [{ ...x!, audience: "internal" }, ops!] }),
      standing(frozen(1), { impact: "critical" }),
      standing(frozen(1), { nextUpdateAt: minutes(31) }),
    ];
    for (const other of others) expect(freeze(other, BY, START).hash).not.toBe(hash);
  });

  it("is refused where one letter of it was changed", () => {
    const plan = freeze(frozen(1), BY, START);
    const changed = (more: Partial<FrozenPlan>) => () => thaw({ ...plan, ...more });
    expect(changed({ document: plan.document.replace("failing", "flailing") })).toThrow(/changed after/);
    expect(changed({ hash: plan.hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) })).toThrow(
      /changed/,
    );
    expect(changed({ incidentId: "another" })).toThrow(/changed after/);
    expect(changed({ verb: "resolve" })).toThrow(/changed after/);
  });

  it("tells the policy where it speaks, not where it is left out", () => {
    const [x, ops] = frozen(1).deliveries;
    const { post: _, ...silent } = ops!;
    const of = frozen(1, {
      deliveries: [x!, { ...silent, post: null, state: "skipped", reason: "left out" }],
    });
    expect(approvableOf(of)).toEqual({
      ...{ verb: "announce", type: "incident", impact: "major", security: false, template: "update" },
      ...{ ownWords: true, channels: [{ name: "x", audience: "public" }] },
    });
  });
});

describe("a follow-up that somebody steers", () => {
  it("is no longer the clock's own word", () => {
    const update = { ...frozen(2).update, verb: "follow-up" } as const;
    const worded = (inputs: Frozen["inputs"]) =>
      approvableOf({ ...frozen(2), update, inputs, ownWords: false }).ownWords;
    expect(worded({ argument: INCIDENT, nextUpdate: "30m", only: ["x"], every: "30m" })).toBe(false);
    for (const flag of ["title", "template", "phase", "impact", "component", "startedAt"])
      expect(worded({ [flag]: "x" })).toBe(true);
  });
});

describe("a plan's name", () => {
  it("is the beginning of its hash, in whatever letters", async () => {
    const ledger = await emptyLedger();
    const plan = freeze(frozen(1), BY, START);
    await ledger.keepPlan(plan);
    for (const name of [plan.hash, plan.hash.slice(0, 6), ` ${plan.hash.slice(0, 12).toUpperCase()}`])
      expect(await planNamed(ledger, name)).toEqual(plan);
  });

  it("is refused where it is too short, none, unknown, or that of two", async () => {
    const ledger = await emptyLedger();
    const codeOf = (name: string) => planNamed(ledger, name).catch((error: { code: string }) => error.code);
    const plan = freeze(frozen(1), BY, START);
    await ledger.keepPlan(plan);
    await ledger.keepPlan({ ...plan, hash: `${plan.hash.slice(0, 20)}${"0".repeat(44)}` });
    expect(await codeOf("")).toBe("PLAN_HASH");
    expect(await codeOf(plan.hash.slice(0, 5))).toBe("PLAN_HASH");
    expect(await codeOf("%_%_%_")).toBe("PLAN_HASH");
    expect(await codeOf("0123456789")).toBe("PLAN_UNKNOWN");
    expect(await codeOf(plan.hash.slice(0, 20))).toBe("PLAN_AMBIGUOUS");
    expect(await planNamed(ledger, plan.hash)).toEqual(plan);
  });
});

describe("a plan may be said", () => {
  const first = () =>
    newUpdate({ incidentId: INCIDENT, name: "update-1", number: 1, at: START, channels: ["x"] });

  it("while it is fresh", async () => {
    expect(await stateOf(frozen(1))).toBe("fresh");
    expect(await stateOf(frozen(2), { said: [first()] })).toBe("fresh");
    expect(await stateOf(frozen(1), { at: new Date(minutes(15).getTime() - 1) })).toBe("fresh");
  });

  it("not once it has expired", async () => {
    expect(await stateOf(frozen(1), { at: minutes(15) })).toBe("PLAN_EXPIRED");
  });

  it("not once its promise has passed, or cannot be kept any more", async () => {
    const promising = (at: Date | null) => standing(frozen(1), { nextUpdateAt: at });
    expect(await stateOf(promising(minutes(5)), { at: minutes(5) })).toBe("PLAN_PROMISE_PASSED");
    expect(await stateOf(promising(minutes(5)), { at: new Date(minutes(4).getTime() + 1) })).toBe(
      "PLAN_PROMISE_PASSED",
    );
    expect(await stateOf(promising(minutes(5)), { at: minutes(4) })).toBe("fresh");
    expect(await stateOf(promising(null), { at: minutes(14) })).toBe("fresh");
  });

  it("although a promise that it did not make has long passed", async () => {
    expect(await stateOf(standing(frozen(2), { nextUpdateAt: minutes(-5) }), { said: [first()] })).toBe(
      "fresh",
    );
  });

  it("not once the work that it announces was to begin", async () => {
    const work = {
      type: "maintenance",
      phase: "scheduled",
      endsAt: minutes(60),
      nextUpdateAt: null,
    } as const;
    expect(await stateOf(standing(frozen(1), { ...work, startedAt: minutes(5) }), { at: minutes(6) })).toBe(
      "PLAN_PROMISE_PASSED",
    );
    expect(await stateOf(standing(frozen(1), { ...work, startedAt: minutes(5) }), { at: minutes(5) })).toBe(
      "fresh",
    );
  });

  it("not once somebody else has spoken of the incident", async () => {
    const second = newUpdate({ incidentId: INCIDENT, name: "other", number: 2, at: START, channels: ["x"] });
    expect(await stateOf(frozen(2), { said: [first(), second] })).toBe("PLAN_OVERTAKEN");
    expect(await stateOf(frozen(2))).toBe("PLAN_OVERTAKEN");
  });

  it("not once its incident was opened by somebody else, under its id or another", async () => {
    const other = (id: string, at: Date) =>
      newUpdate({ incidentId: id, name: "other", number: 1, at, channels: ["x"] });
    expect(await stateOf(frozen(1), { said: [other(INCIDENT, minutes(1))] })).toBe("PLAN_OVERTAKEN");
    expect(await stateOf(frozen(1), { said: [other("2026-11-22-other", minutes(1))] })).toBe(
      "PLAN_OVERTAKEN",
    );
    // Whoever made the plan knew of it.
    expect(await stateOf(frozen(1), { said: [other("2026-11-22-other", minutes(-1))] })).toBe("fresh");
    const another = standing(frozen(1), { title: "Search is slow" });
    expect(await stateOf(another, { said: [other("2026-11-22-other", minutes(1))] })).toBe("fresh");
  });

  it("not once a channel of it is gone, of another kind, or heard by more people", async () => {
    const [x, ops] = SPEAKERS;
    expect(await stateOf(frozen(1), { speakers: [x!] })).toBe("PLAN_STALE");
    expect(await stateOf(frozen(1), { speakers: [x!, { ...ops!, kind: "email" }] })).toBe("PLAN_STALE");
    const inside = frozen(1);
    const internal = {
      ...inside,
      deliveries: inside.deliveries.map((row) => ({ ...row, audience: "internal" as const })),
    };
    expect(await stateOf(internal)).toBe("PLAN_STALE");
    expect(
      await stateOf(internal, { speakers: SPEAKERS.map((each) => ({ ...each, audience: "internal" })) }),
    ).toBe("fresh");
    expect(
      await stateOf(frozen(1), { speakers: SPEAKERS.map((each) => ({ ...each, audience: "internal" })) }),
    ).toBe("fresh");
    const silent = inside.deliveries.map((row) => ({ ...row, state: "skipped" as const, post: null }));
    expect(await stateOf({ ...inside, deliveries: silent }, { speakers: [] })).toBe("fresh");
  });

  it("again for what is missing, whatever has passed since", async () => {
    const of = standing(frozen(1), { nextUpdateAt: minutes(5) });
    const later = newUpdate({ incidentId: INCIDENT, name: "other", number: 2, at: START, channels: ["x"] });
    const { ownWords, overridden, ...said } = of;
    expect(await stateOf(of, { said: [said, later], at: minutes(60), speakers: [] })).toBe("said");
  });
});
