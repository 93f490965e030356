import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brokenMs, figuresOf, longestMs, totalsOf } from "../../src/cadence/figures.ts";
import { type IncidentSilence, isPast, type Lane, silenceOf } from "../../src/cadence/silence.ts";
import { asItWas, oneRefused, stillOpen, toldWell } from "./days.ts";
import { BEGAN, type Made, type Outcome, plus, told, type UpdateMade } from "./told.ts";

const MINUTE = 60_000;
const ALLOWED = 15 * MINUTE;

function judged(
  { incident, updates, deliveries }: Made,
  now = plus(6000),
  allowed = ALLOWED,
): IncidentSilence {
  return silenceOf(incident, updates, deliveries, now, { acknowledgeWithinMs: allowed });
}

function lane(silence: IncidentSilence, channel: string): Lane {
  return silence.lanes.find((candidate) => candidate.channel === channel)!;
}

const minutes = (ms: number) => ms / MINUTE;
const fates = (promises: readonly { fate: string }[]) => promises.map(({ fate }) => fate);
const X = { x: {} };

describe("29 June 2010", () => {
  it("as it was: a first word after two hours on one channel, and nothing on the others", () => {
    const silence = judged(asItWas());
    const figures = figuresOf(silence);
    expect(silence.firstWord).toEqual({ channel: "sellers", at: plus(120), afterMs: 120 * MINUTE });
    expect(figures).toMatchObject({
      firstWordInTime: false,
      promises: { kept: 0, late: 0, broken: 0, open: 0 },
      longestSilence: { channel: "x", ms: 176 * MINUTE },
    });
    expect(silence.lanes.map((each) => [each.channel, minutes(brokenMs(each))])).toEqual([
      ["x", 161],
      ["customers", 161],
      ["sellers", 105],
      ["page", 161],
    ]);
  });

  it("told well: a word after five minutes, every promise kept, no silence too long", () => {
    const silence = judged(toldWell());
    expect(silence.firstWordInTime).toBe(true);
    expect(fates(silence.promises)).toEqual(["kept", "kept", "kept"]);
    expect(silence.lanes.map(brokenMs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(figuresOf(silence)).toMatchObject({ worst: null, longestSilence: { ms: 88 * MINUTE } });
  });
});

describe("a promise", () => {
  it("is kept within the minute that people read, and late in the next", () => {
    for (const [at, fate, broken] of [
      [34 + 59 / 60, "kept", 0],
      [35 + 59 / 60, "kept", 0],
      [36, "late", 1],
    ] as const) {
      const silence = judged(
        told(X, [
          { at: 5, next: 35 },
          { at, phase: "resolved" },
        ]),
      );
      expect(fates(silence.promises), `${at}`).toEqual([fate]);
      expect(minutes(brokenMs(lane(silence, "x")))).toBe(broken);
    }
  });

  it("is open until its minute is over, then broken", () => {
    const made = told(X, [{ at: 5, next: 35 }]);
    expect(fates(judged(made, plus(35.9)).promises)).toEqual(["open"]);
    const silence = judged(made, plus(40));
    expect(fates(silence.promises)).toEqual(["broken"]);
    expect(minutes(brokenMs(lane(silence, "x")))).toBe(5);
  });

  it("binds only the channels that heard it", () => {
    const silence = judged(
      told({ x: {}, sellers: {} }, [
        { at: 5, next: 35, on: { sellers: "refused" } },
        { at: 30, next: 90 },
        { at: 60, phase: "resolved" },
      ]),
    );
    expect(lane(silence, "sellers").promises).toEqual([
      { number: 2, dueAt: plus(90), fate: "kept", answeredAt: plus(60) },
    ]);
    // It was owed a first word all the same.
    expect(minutes(brokenMs(lane(silence, "sellers")))).toBe(15);
  });

  it("is that which the channel heard last, not that which was made last", () => {
    const silence = judged(
      told({ x: {}, sellers: {} }, [
        { at: 5, next: 35 },
        { at: 30, next: 120, on: { sellers: "refused" } },
        { at: 100, phase: "resolved" },
      ]),
    );
    expect(minutes(brokenMs(lane(silence, "x")))).toBe(0);
    expect(minutes(brokenMs(lane(silence, "sellers")))).toBe(65);
    expect(silence.promises.map(({ number, fate }) => [number, fate])).toEqual([
      [1, "late"],
      [2, "kept"],
    ]);
  });

  it("was not made where only an optional channel heard it", () => {
    const channels = { x: {}, forum: { required: false } };
    const said = [
      { at: 5, next: 35, on: { x: "refused" } },
      { at: 90, phase: "resolved" },
    ] as const;
    expect(judged(told(channels, said)).promises).toEqual([]);
    const optional = { forum: { required: false } };
    expect(fates(judged(told(optional, [{ at: 5, next: 35 }, said[1]])).promises)).toEqual(["late"]);
  });

  it("is not kept by a correction, whether it changes the post or has to be posted", () => {
    for (const outcome of ["amended", 0] as const) {
      const silence = judged(
        told(X, [
          { at: 5, next: 35 },
          { at: 20, verb: "correct", next: 35, on: { x: outcome } },
          { at: 60, phase: "resolved" },
        ]),
      );
      expect(silence.promises, `${outcome}`).toEqual([
        { number: 1, dueAt: plus(35), fate: "late", answeredAt: plus(60) },
      ]);
      expect(lane(silence, "x").words).toHaveLength(outcome === 0 ? 3 : 2);
      expect(minutes(brokenMs(lane(silence, "x")))).toBe(25);
    }
  });

  it("counts once where a correction carries it to a channel that had not heard it", () => {
    const silence = judged(
      told({ x: {}, hosted: {} }, [
        { at: 5, next: 95, on: { hosted: "refused" } },
        { at: 8, verb: "correct", next: 95, on: { x: "amended" } },
        { at: 90, phase: "resolved" },
      ]),
    );
    expect(silence.promises.map(({ number, fate }) => [number, fate])).toEqual([[1, "kept"]]);
  });

  it("has no end where the incident ended without a word on the channel", () => {
    const silence = judged(
      told({ x: {}, sellers: {} }, [
        { at: 5, next: 60 },
        { at: 30, phase: "resolved", on: { sellers: "refused" } },
      ]),
    );
    expect(fates(lane(silence, "sellers").promises)).toEqual(["broken"]);
    expect(fates(silence.promises)).toEqual(["broken"]);
  });
});

describe("a channel", () => {
  it("that was left out is owed nothing until it speaks again", () => {
    const silence = judged(
      told({ x: {}, mail: {} }, [
        { at: 5, next: 35, on: { mail: "skipped" } },
        { at: 30, next: 60 },
        { at: 50, next: 80, on: { mail: "skipped" } },
        { at: 70, phase: "resolved" },
      ]),
    );
    expect(brokenMs(lane(silence, "mail"))).toBe(0);
    expect(fates(lane(silence, "mail").promises)).toEqual(["waived"]);
    expect(lane(silence, "mail").silences.map(({ from, to, leftOut }) => [+from, +to, leftOut])).toEqual([
      [+plus(0), +plus(5), true],
      [+plus(5), +plus(30), true],
      [+plus(30), +plus(50), false],
      [+plus(50), +plus(70), true],
    ]);
    expect(minutes(longestMs(lane(silence, "mail")))).toBe(20);
  });

  it("is not excused by an announcement to colleagues alone", () => {
    const silence = judged(
      told({ x: {}, ops: { audience: "internal" } }, [
        { at: 5, next: 35, on: { x: "skipped" } },
        { at: 30, phase: "resolved" },
      ]),
    );
    expect(silence.firstWord?.channel).toBe("x");
    expect(silence.firstWordInTime).toBe(false);
    expect(minutes(brokenMs(lane(silence, "x")))).toBe(15);
  });

  it("that was tried in vain before it was left out was owed a word until then", () => {
    const silence = judged(
      told({ x: {}, mail: {} }, [
        { at: 5, next: 35, on: { mail: "refused" } },
        { at: 30, next: 60, on: { mail: "skipped" } },
        { at: 50, phase: "resolved", on: { mail: "skipped" } },
      ]),
    );
    expect(minutes(brokenMs(lane(silence, "mail")))).toBe(15);
  });

  it("that was configured only later is owed nothing before", () => {
    const silence = judged(
      told({ x: {}, forum: {} }, [
        { at: 5, next: 65, on: { forum: "absent" } },
        { at: 60, phase: "resolved" },
      ]),
    );
    expect(brokenMs(lane(silence, "forum"))).toBe(0);
  });

  it("whose post is gone, held back or unknown has not heard it", () => {
    for (const state of ["missing", "pending", "unknown", "waiting", "sending"] as const) {
      const silence = judged(told(X, [{ at: 5, next: 35, on: { x: state } }]), plus(60));
      expect(lane(silence, "x").words, state).toEqual([]);
      expect(lane(silence, "x").misses).toMatchObject([{ number: 1, state }]);
      expect(minutes(brokenMs(lane(silence, "x")))).toBe(45);
    }
  });

  it("of several posts has heard from the first on, and says until when the last took", () => {
    const silence = judged(
      told(X, [
        { at: 5, next: 35, on: { x: [0, 4] } },
        { at: 30, phase: "resolved" },
      ]),
    );
    expect(lane(silence, "x").words[0]).toMatchObject({ at: plus(5), until: plus(9), whole: true });
  });

  it("that hears late that it is over is silent until then", () => {
    const silence = judged(
      told({ x: {}, sellers: {} }, [
        { at: 5, next: 35 },
        { at: 30, phase: "resolved", on: { sellers: 50 } },
      ]),
    );
    expect(silence.to).toEqual(plus(80));
    expect(minutes(brokenMs(lane(silence, "sellers")))).toBe(45);
    expect(brokenMs(lane(silence, "x"))).toBe(0);
  });
});

describe("what is said after the end", () => {
  it("lengthens no silence", () => {
    const silence = judged(
      told(X, [
        { at: 5, next: 35 },
        { at: 30, phase: "resolved" },
        { at: 3000, verb: "correct", phase: "resolved" },
      ]),
    );
    expect(silence.to).toEqual(plus(30));
    expect(lane(silence, "x").words.map(({ number }) => number)).toEqual([1, 2]);
    expect(lane(silence, "x").afterwards.map(({ number }) => number)).toEqual([3]);
  });

  it("counts where the incident was opened again", () => {
    const silence = judged(
      told(
        X,
        [
          { at: 5, next: 35 },
          { at: 30, phase: "resolved" },
          { at: 60, phase: "investigating", next: 90 },
          { at: 80, phase: "resolved" },
        ],
        { resolvedAt: 80 },
      ),
    );
    expect(silence.to).toEqual(plus(80));
    expect(fates(silence.promises)).toEqual(["kept", "kept"]);
    expect(brokenMs(lane(silence, "x"))).toBe(0);
  });
});

describe("planned work", () => {
  it("owes nothing before it begins, and may be told of before", () => {
    const made = told(
      X,
      [
        { at: -600, phase: "scheduled" },
        { at: 90, phase: "completed" },
      ],
      {
        type: "maintenance",
      },
    );
    const silence = judged(made);
    expect(silence.from).toEqual(plus(-600));
    expect(figuresOf(silence)).toMatchObject({ firstWordMs: -600 * MINUTE, worst: null });
    const refused = told(X, [{ at: -600, phase: "scheduled", on: { x: "refused" } }], {
      type: "maintenance",
    });
    expect(brokenMs(lane(judged(refused, plus(-10)), "x"))).toBe(0);
    expect(minutes(brokenMs(lane(judged(refused, plus(60)), "x")))).toBe(45);
  });
});

describe("all incidents together", () => {
  it("give the median first word, the sum of promises, and the channel that was worst over all", () => {
    const all = [asItWas(), toldWell(), oneRefused(), stillOpen()].map((made, index) => {
      const silence = judged(made, plus(index === 3 ? 78 : 6000));
      return { incident: made.incident, silence, figures: figuresOf(silence) };
    });
    expect(totalsOf(all)).toEqual({
      incidents: 4,
      maintenances: 0,
      firstWord: { medianMs: 5 * MINUTE, inTime: 3, late: 1 },
      promises: { kept: 5, late: 1, broken: 2, open: 1 },
      longestSilence: { channel: "x", ms: 176 * MINUTE },
      worst: { channel: "sellers", channels: ["sellers"], ms: (105 + 161 + 44) * MINUTE },
    });
    expect(totalsOf([])).toMatchObject({ incidents: 0, firstWord: { medianMs: null }, worst: null });
  });

  it("count planned work for itself, and take no first word from it", () => {
    const work = told(
      X,
      [
        { at: -600, phase: "scheduled" },
        { at: 90, phase: "completed" },
      ],
      {
        type: "maintenance",
      },
    );
    const all = [work, toldWell(), asItWas()].map((made) => {
      const silence = judged(made, plus(6000));
      return { incident: made.incident, silence, figures: figuresOf(silence) };
    });
    const { incidents, maintenances, firstWord } = totalsOf(all);
    expect({ incidents, maintenances }).toEqual({ incidents: 2, maintenances: 1 });
    expect(firstWord.medianMs).toBeGreaterThan(0);
    expect(totalsOf(all.slice(0, 1)).firstWord.medianMs).toBeNull();
  });
});

/** Whole courses of incidents: the times rise, and what becomes of each update on each of three channels is drawn. */
const course = fc
  .record({
    steps: fc.array(
      fc.record({
        wait: fc.integer({ min: 1, max: 90 }),
        next: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
        verb: fc.constantFrom("update", "update", "update", "correct"),
        outcomes: fc.tuple(...["x", "mail", "ops"].map(() => outcome())),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    ends: fc.boolean(),
    later: fc.integer({ min: 0, max: 300 }),
  })
  .map(({ steps, ends, later }) => {
    let at = 0;
    const said = steps.map(({ wait, next, verb, outcomes: [x, mail, ops] }, index): UpdateMade => {
      at += wait;
      const over = ends && index === steps.length - 1;
      return {
        at,
        ...(over ? { phase: "resolved" } : next === undefined ? {} : { next: at + next }),
        ...(verb === "correct" && index > 0 && !over ? { verb } : {}),
        on: { x: x!, mail: mail!, ops: ops! },
      };
    });
    const made = told({ x: {}, mail: {}, ops: { audience: "internal" } }, said);
    return { made, now: plus(at + later), ends };
  });

function outcome(): fc.Arbitrary<Outcome> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom("refused", "skipped", "absent", "unknown", "missing") },
  );
}

describe("any course of an incident", () => {
  it("is covered by silences that begin where the one before stopped, with each word at a seam", () => {
    fc.assert(
      fc.property(course, ({ made, now }) => {
        const silence = judged(made, now);
        for (const { silences, words } of silence.lanes) {
          expect(silences[0]?.from ?? silence.to).toEqual(silence.from);
          expect(silences.at(-1)?.to ?? silence.from).toEqual(silence.to);
          silences.slice(1).forEach((each, index) => {
            expect(each.from).toEqual(silences[index]!.to);
          });
          const seams = new Set([+silence.from, +silence.to, ...silences.map(({ from }) => +from)]);
          for (const { at } of words) expect(seams).toContain(+at);
          for (const { from, to, brokenFrom } of silences) {
            expect(+to).toBeGreaterThan(+from);
            if (brokenFrom !== null) expect(+brokenFrom).toBeGreaterThanOrEqual(+from);
            if (brokenFrom !== null) expect(+brokenFrom).toBeLessThan(+to);
          }
        }
      }),
    );
  });

  it("has time beyond what was owed exactly where a promise that fell due, or the first word, did not come in time", () => {
    fc.assert(
      fc.property(course, ({ made, now }) => {
        const silence = judged(made, now);
        for (const each of silence.lanes) {
          const owed = new Date(BEGAN.getTime() + ALLOWED);
          const [opening] = each.silences;
          const firstLate = each.silences.some(
            ({ allowedUntil, to }) => allowedUntil?.getTime() === owed.getTime() && isPast(owed, to),
          );
          const failed = each.promises.some(
            ({ fate, dueAt }) => (fate === "late" || fate === "broken") && isPast(dueAt, silence.to),
          );
          expect(opening === undefined || brokenMs(each) > 0).toBe(
            opening === undefined || firstLate || failed,
          );
        }
      }),
    );
  });

  it("has no longer silence anywhere when what was refused is heard after all", () => {
    fc.assert(
      fc.property(course, ({ made, now }) => {
        const deliveries = made.deliveries.map((row) => {
          const update = made.updates.find(({ id }) => id === row.updateId)!;
          return row.state === "refused" ? { ...row, state: "sent" as const, sentAt: update.at } : row;
        });
        const healed = judged({ ...made, deliveries }, now);
        for (const [index, each] of judged(made, now).lanes.entries())
          expect(longestMs(healed.lanes[index]!)).toBeLessThanOrEqual(longestMs(each));
      }),
    );
  });
});
