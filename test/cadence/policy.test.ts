import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_CADENCE, isWorking, promiseFrom, WORST_FIRST } from "../../src/cadence/policy.ts";
import { cadenceSchema } from "../../src/config/schema.ts";
import { IMPACTS, INCIDENT_PHASES, MAINTENANCE_PHASES } from "../../src/incident/incident.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = new Date("2010-06-29T16:40:00Z");
const standing = {
  impact: "major",
  phase: "investigating",
  startedAt: NOW,
  endsAt: null,
  long: false,
} as const;

const instants = fc.integer({ min: Date.UTC(2010, 0), max: Date.UTC(2030, 0) }).map((ms) => new Date(ms));
const standings = fc.record({
  impact: fc.constantFrom(...IMPACTS),
  phase: fc.constantFrom(...INCIDENT_PHASES, ...MAINTENANCE_PHASES),
  startedAt: instants,
  endsAt: fc.option(instants),
  long: fc.boolean(),
});

describe("the cadence policy", () => {
  it.each([
    ["critical", [10, 10, 30]],
    ["major", [15, 30, 60]],
    ["minor", [30, 60, 120]],
    ["none", [30, 60, 120]],
  ] as const)("asks for words about a %s incident after %j minutes, by phase", (impact, minutes) => {
    const found = (["investigating", "identified", "monitoring"] as const).map(
      (phase) =>
        (promiseFrom(NOW, { ...standing, impact, phase }, DEFAULT_CADENCE)!.getTime() - NOW.getTime()) /
        MINUTE,
    );
    expect(found).toEqual(minutes);
  });

  it("asks for fewer words about an incident that drags on, once that was chosen, in every phase", () => {
    for (const impact of IMPACTS)
      for (const phase of ["investigating", "identified", "monitoring"] as const)
        expect(promiseFrom(NOW, { ...standing, impact, phase, long: true }, DEFAULT_CADENCE)).toEqual(
          new Date(NOW.getTime() + DEFAULT_CADENCE.long.updates[impact]),
        );
  });

  it("promises nothing after the end, and else always something that is still to come", () => {
    fc.assert(
      fc.property(instants, standings, (now, each) => {
        const promise = promiseFrom(now, each, DEFAULT_CADENCE);
        if (each.phase === "resolved" || each.phase === "completed") expect(promise).toBeNull();
        else expect(promise!.getTime()).toBeGreaterThan(now.getTime());
      }),
    );
  });

  it("lets no worse incident wait longer than a lesser one", () => {
    fc.assert(
      fc.property(instants, standings, (now, each) => {
        fc.pre(isWorking(each.phase));
        const waits = WORST_FIRST.map((impact) =>
          promiseFrom(now, { ...each, impact }, DEFAULT_CADENCE)!.getTime(),
        );
        expect(waits).toEqual([...waits].sort((a, b) => a - b));
      }),
    );
  });

  it("walks through the reminders before planned work to its start, each once, soonest first", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 72 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 100 }),
        (hours, ahead) => {
          const startedAt = new Date(NOW.getTime() + ahead * HOUR);
          const policy = {
            ...DEFAULT_CADENCE,
            maintenance: { every: null, remindBefore: hours.map((each) => each * HOUR) },
          };
          const steps: number[] = [];
          for (let now = NOW; now < startedAt; ) {
            now = promiseFrom(now, { ...standing, phase: "scheduled", startedAt }, policy)!;
            steps.push((startedAt.getTime() - now.getTime()) / HOUR);
          }
          const wanted = [...new Set(hours.filter((each) => each < ahead))].sort((a, b) => b - a);
          expect(steps).toEqual([...wanted, 0]);
        },
      ),
    );
  });

  it("promises the end of work under way, a regular word where that comes first, and an hour where the end has passed", () => {
    const work = { ...standing, phase: "in_progress", endsAt: new Date(NOW.getTime() + 3 * HOUR) } as const;
    const every = (ms: number | null) => ({
      ...DEFAULT_CADENCE,
      maintenance: { every: ms, remindBefore: [] },
    });
    expect(promiseFrom(NOW, work, every(null))).toEqual(work.endsAt);
    expect(promiseFrom(NOW, work, every(HOUR))).toEqual(new Date(NOW.getTime() + HOUR));
    expect(promiseFrom(NOW, work, every(5 * HOUR))).toEqual(work.endsAt);
    const late = new Date(work.endsAt.getTime() + MINUTE);
    expect(promiseFrom(late, work, every(null))).toEqual(new Date(late.getTime() + HOUR));
  });

  it("is what the configuration says where it says nothing", () => {
    expect(cadenceSchema.parse({})).toEqual(DEFAULT_CADENCE);
    expect(cadenceSchema.parse({ updates: { major: { identified: "45m" } }, remindBefore: "2m" })).toEqual({
      ...DEFAULT_CADENCE,
      updates: {
        ...DEFAULT_CADENCE.updates,
        major: { ...DEFAULT_CADENCE.updates.major, identified: 45 * MINUTE },
      },
      remindBefore: 2 * MINUTE,
    });
  });
});
