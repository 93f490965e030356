import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delivery, DeliveryState } from "../../src/broadcast/ledger.ts";
import { type Case, debts, promiseInForce } from "../../src/cadence/due.ts";
import { followUpTurn, passedBy } from "../../src/cadence/follow-up.ts";
import { DEFAULT_CADENCE } from "../../src/cadence/policy.ts";
import { dueReminders, makerOf } from "../../src/cadence/reminders.ts";
import type { Incident, IncidentType, Phase, Verb } from "../../src/incident/incident.ts";

const MINUTE = 60_000;
const BEGAN = new Date("2010-06-29T16:40:00Z");
const minute = (minutes: number) => new Date(BEGAN.getTime() + minutes * MINUTE);

interface Said {
  readonly at: number;
  readonly next?: number | null;
  readonly verb?: Verb;
  /** What became of it, by channel; `a` and `b` are required, `c` is not. */
  readonly on: Readonly<Record<string, DeliveryState>>;
}

/** An incident as the ledger has it; minutes after its beginning. */
function made(
  said: readonly Said[],
  more: {
    acknowledged?: boolean;
    type?: IncidentType;
    phase?: Phase;
    endsAt?: number;
    startsAt?: number;
  } = {},
): Case {
  const facts = {
    ...{
      title: "Amazon.com is unavailable",
      phase: more.phase ?? "investigating",
      impact: "critical" as const,
      components: [],
    },
    ...{
      startedAt: minute(more.startsAt ?? 0),
      endsAt: more.endsAt === undefined ? null : minute(more.endsAt),
    },
    ...{ automatic: false, long: false, security: false },
  } as const;
  const updates = said.map(({ at, next, verb }, index) => {
    const before = said[index - 1]?.next;
    return {
      ...{ id: `u${index + 1}`, incidentId: "i", number: index + 1, verb: verb ?? ("update" as const) },
      ...{ template: "holding", key: null, author: "commander@example.com", at: minute(at) },
      keeps: before === undefined || before === null ? null : index,
      standing: { ...facts, nextUpdateAt: next === undefined || next === null ? null : minute(next) },
    };
  });
  const deliveries = said.flatMap(({ on }, index) =>
    Object.entries(on).map(
      ([channel, state]) =>
        ({
          ...{
            id: `${index}${channel}`,
            incidentId: "i",
            updateId: `u${index + 1}`,
            updateNumber: index + 1,
          },
          ...{
            channel,
            kind: "slack",
            required: channel !== "c",
            audience: "public",
            part: "1",
            effect: "post",
          },
          ...{ state, verification: null },
        }) as Delivery,
    ),
  );
  const incident: Incident = {
    ...facts,
    ...{ id: "i", type: more.type ?? "incident", resolvedAt: null },
    acknowledgedAt: more.acknowledged === false ? null : BEGAN,
    nextUpdateAt: updates.at(-1)?.standing.nextUpdateAt ?? null,
  };
  return { incident, updates, deliveries };
}

const owed = (each: Case, minutes: number, within = 0) =>
  debts([each], [], minute(minutes), within * MINUTE, DEFAULT_CADENCE).map(
    ({ kind, dueAt, overdue, silent }) => [
      kind,
      (dueAt.getTime() - BEGAN.getTime()) / MINUTE,
      overdue,
      silent,
    ],
  );

describe("what is owed", () => {
  it("is the first public word until it is out, late after the outer bound", () => {
    const silent = made([{ at: 0, on: { a: "refused", b: "refused" } }], { acknowledged: false });
    expect(owed(silent, 14)).toEqual([]);
    expect(owed(silent, 14, 5)).toEqual([["acknowledgement", 15, false, ["a", "b"]]]);
    expect(owed(silent, 15)).toEqual([["acknowledgement", 15, true, ["a", "b"]]]);
    const [day] = debts([silent], [], minute(24 * 60), 0, DEFAULT_CADENCE);
    expect(day?.beyondBound).toBe(true);
  });

  it("is the promise of the newest update that a required channel has heard", () => {
    expect(owed(made([{ at: 0, next: 30, on: { a: "sent", b: "sent" } }]), 29, 5)).toEqual([
      ["update", 30, false, []],
    ]);
    const unheard = made([
      { at: 0, next: 30, on: { a: "sent", b: "sent" } },
      { at: 20, next: 90, on: { a: "refused", b: "unknown", c: "sent" } },
    ]);
    expect(promiseInForce(unheard)).toMatchObject({
      promise: minute(30),
      madeBy: 1,
      silent: ["a", "b"],
      unpaid: minute(30),
    });
  });

  it("is kept when all required channels have heard the next update, however optional ones fare", () => {
    const first = { at: 0, next: 30, on: { a: "sent", b: "sent" } } as const;
    const half = made([first, { at: 29, next: 60, on: { a: "sent", b: "waiting", c: "sent" } }]);
    expect(owed(half, 31, 60)).toEqual([
      ["update", 30, true, ["b"]],
      ["update", 60, false, []],
    ]);
    const kept = made([first, { at: 29, next: 60, on: { a: "sent", b: "sent", c: "refused" } }]);
    expect(owed(kept, 31, 60)).toEqual([["update", 60, false, []]]);
  });

  it("counts channels left out, and words overtaken, neither as heard nor as silent", () => {
    const each = made([{ at: 0, next: 30, on: { a: "sent", b: "skipped" } }]);
    expect(promiseInForce(each)).toMatchObject({ silent: [], unpaid: null, promise: minute(30) });
    const overtaken = made([
      { at: 0, next: 30, on: { a: "superseded", b: "sent" } },
      { at: 10, next: 40, on: { a: "sent", b: "sent" } },
    ]);
    expect(promiseInForce(overtaken)).toMatchObject({ silent: [], promise: minute(40), madeBy: 2 });
  });

  it("is the start and the end of planned work", () => {
    const on = { a: "sent" } as const;
    const planned = { type: "maintenance", phase: "scheduled", startsAt: 60, endsAt: 120 } as const;
    expect(owed(made([{ at: 0, next: 60, on }], planned), 60)).toEqual([["start", 60, true, []]]);
    expect(owed(made([{ at: 60, next: 120, on }], { ...planned, phase: "in_progress" }), 121)).toEqual([
      ["end", 120, true, []],
    ]);
  });

  it("never counts one promise twice, and loses none", () => {
    const states = fc.constantFrom<DeliveryState>(
      ...(["sent", "refused", "waiting", "unknown", "pending", "skipped", "superseded", "planned"] as const),
    );
    const said = fc.record({
      at: fc.integer({ min: 0, max: 60 }),
      next: fc.option(fc.integer({ min: 1, max: 200 })),
      on: fc.record({ a: states, b: states, c: states }),
    });
    fc.assert(
      fc.property(
        fc.array(said, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 300 }),
        (all, minutes) => {
          const each = made(all.toSorted((x, y) => x.at - y.at));
          const { promise, madeBy, silent, unpaid } = promiseInForce(each);
          const found = debts([each], [], minute(minutes), Number.POSITIVE_INFINITY, DEFAULT_CADENCE);
          // One for the newest words that are still to be heard, one for what was promised; never more.
          expect(found.filter((debt) => debt.silent.length > 0)).toHaveLength(silent.length > 0 ? 1 : 0);
          expect(found.filter((debt) => debt.silent.length === 0)).toHaveLength(
            promise === null || promise.getTime() === unpaid?.getTime() ? 0 : 1,
          );
          expect(unpaid === null).toBe(silent.length === 0);
          for (const debt of found) expect(debt.overdue).toBe(debt.dueAt <= minute(minutes));
          // A promise is one that a required channel has heard, or that was for none of them.
          const rows = each.deliveries.filter((row) => row.updateNumber === madeBy && row.required);
          if (madeBy !== null)
            expect(
              rows.every(({ state }) => state === "skipped" || state === "superseded") ||
                rows.some(({ state }) => state === "sent"),
            ).toBe(true);
        },
      ),
    );
  });
});

describe("a follow-up's turn", () => {
  const heard = { a: "sent", b: "sent" } as const;
  const turn = (each: Case, minutes: number, every: number | null = null) =>
    followUpTurn(each, minute(minutes), every === null ? null : every * MINUTE);

  it("comes when the promise lapses, not before", () => {
    const each = made([{ at: 0, next: 30, on: heard }]);
    expect(turn(each, 29)).toEqual({ act: "wait", until: minute(30) });
    expect(turn(each, 30)).toEqual({ act: "speak", at: minute(30) });
  });

  it("comes so long after the last word where nothing was promised, and only if it repeats", () => {
    const each = made([{ at: 5, next: null, on: heard }]);
    expect(turn(each, 600)).toEqual({ act: "wait", until: null });
    expect(turn(each, 24, 20)).toEqual({ act: "wait", until: minute(25) });
    expect(turn(each, 25, 20)).toEqual({ act: "speak", at: minute(25) });
  });

  it("never comes after the end", () => {
    expect(turn(made([{ at: 0, next: 30, on: heard }], { phase: "resolved" }), 90, 20)).toEqual({
      act: "wait",
      until: null,
    });
  });

  it("waits for words that are being said, and sends a person to those that were not", () => {
    const first = { at: 0, next: 30, on: heard };
    const saying = made([first, { at: 31, next: 60, on: { a: "sending", b: "planned" } }]);
    expect(turn(saying, 32)).toEqual({ act: "leave" });
    expect(turn(saying, 34)).toEqual({ act: "retry", silent: ["a", "b"] });
    const half = made([first, { at: 31, next: 60, on: { a: "sent", b: "refused" } }]);
    expect(turn(half, 32)).toEqual({ act: "retry", silent: ["b"] });
    expect(turn(half, 90)).toEqual({ act: "speak", at: minute(60) });
    expect([...passedBy(half)]).toEqual([["b", 2]]);
  });

  it("does not wait for what may be out: later words cannot overtake that", () => {
    const each = made([{ at: 0, next: 30, on: { a: "sent", b: "unknown" } }]);
    expect(turn(each, 29)).toEqual({ act: "wait", until: minute(30) });
    expect(turn(each, 30)).toEqual({ act: "speak", at: minute(30) });
  });

  it("overtakes words of a script where some have heard them", () => {
    const scripted = (on: Said["on"]) =>
      made([
        { at: 0, next: 30, on: heard },
        { at: 30, next: 60, verb: "follow-up", on },
      ]);
    expect(turn(scripted({ a: "sent", b: "refused" }), 59)).toEqual({ act: "retry", silent: ["b"] });
    expect(turn(scripted({ a: "sent", b: "refused" }), 60)).toEqual({ act: "speak", at: minute(60) });
    expect(turn(scripted({ a: "refused", b: "refused" }), 60)).toEqual({ act: "retry", silent: ["a", "b"] });
  });
});

describe("reminders", () => {
  const heard = { a: "sent", b: "sent" } as const;
  const notes = (each: Case, minutes: number) =>
    dueReminders(each, minute(minutes), DEFAULT_CADENCE).map(({ promise, kind }) => `${promise} ${kind}`);

  it("come before a promise lapses, and after", () => {
    const each = made([{ at: 0, next: 30, on: heard }]);
    expect([24, 25, 29, 30, 90].map((minutes) => notes(each, minutes))).toEqual([
      [],
      ["1 before"],
      ["1 before"],
      ["1 after"],
      ["1 after"],
    ]);
  });

  it("come half-way where the promise was for a short time", () => {
    const each = made([{ at: 0, next: 4, on: heard }]);
    expect([1, 2, 4].map((minutes) => notes(each, minutes))).toEqual([[], ["1 before"], ["1 after"]]);
  });

  it("are about the first public word until that is out", () => {
    const each = made([{ at: 0, next: null, on: { a: "refused" } }], { acknowledged: false });
    expect([9, 10, 15].map((minutes) => notes(each, minutes))).toEqual([
      [],
      ["acknowledgement before"],
      ["acknowledgement after"],
    ]);
  });

  it("are about the promise that words still to be heard would keep", () => {
    const each = made([
      { at: 0, next: 30, on: heard },
      { at: 31, next: 60, on: { a: "sent", b: "refused" } },
    ]);
    expect(notes(each, 32)).toEqual(["1 after"]);
    expect(notes(each, 61)).toEqual(["1 after", "2 after"]);
  });

  it("are not given again for a correction, which repeats the promise", () => {
    const each = made([
      { at: 0, next: 30, on: heard },
      { at: 5, next: 30, verb: "correct", on: heard },
    ]);
    expect(makerOf(each, 2)?.number).toBe(1);
    expect(notes(each, 30)).toEqual(["1 after"]);
  });
});
