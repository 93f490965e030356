import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delivery, DeliveryState } from "../../src/broadcast/ledger.ts";
import type { Case } from "../../src/cadence/due.ts";
import { DEFAULT_CADENCE } from "../../src/cadence/policy.ts";
import { dueReminders } from "../../src/cadence/reminders.ts";
import { Agenda } from "../../src/cli/worker/agenda.ts";
import { parseListen } from "../../src/cli/worker/door.ts";
import { Counters, exposition, gauge } from "../../src/cli/worker/metrics.ts";
import { nextLook } from "../../src/cli/worker/next-look.ts";
import { resumable, resumesAt } from "../../src/cli/worker/resume.ts";
import type { Incident, Standing, Update, Verb } from "../../src/incident/incident.ts";
import { turnOf } from "../../src/status/follow-up.ts";

const MINUTE = 60_000;
const START = new Date("2026-11-23T03:10:00Z").getTime();

/** Updates at these minutes, each with a promise so many minutes later, and what became of each on two channels. */
interface Told {
  readonly work: boolean;
  readonly said: readonly {
    readonly after: number;
    readonly promises: number | null;
    readonly verb: Verb;
    readonly states: readonly [DeliveryState, DeliveryState];
  }[];
}

function caseFrom({ work, said }: Told): Case {
  let at = START;
  const updates: Update[] = [];
  const deliveries: Delivery[] = [];
  const facts: Omit<Standing, "nextUpdateAt"> = {
    title: "t",
    impact: "major",
    components: [],
    automatic: true,
    long: false,
    security: false,
    startedAt: new Date(work ? START + 90 * MINUTE : START),
    endsAt: work ? new Date(START + 150 * MINUTE) : null,
    phase: work ? "scheduled" : "investigating",
  };
  for (const [index, { after, promises, verb, states }] of said.entries()) {
    at += after;
    const number = index + 1;
    const nextUpdateAt = promises === null ? null : new Date(at + promises);
    updates.push({
      ...{ id: `u${number}`, incidentId: "i", number, verb, template: "t", key: null, author: "a" },
      ...{ at: new Date(at), keeps: index === 0 ? null : index, standing: { ...facts, nextUpdateAt } },
    });
    for (const [channel, state] of states.entries())
      deliveries.push({
        ...{ id: `d${number}-${channel}`, incidentId: "i", updateId: `u${number}`, updateNumber: number },
        ...{
          channel: `c${channel}`,
          kind: "k",
          required: true,
          audience: "public",
          part: "1",
          effect: "post",
        },
        ...{ target: null, state, reason: null, post: null, subject: "", receipt: null, verification: null },
        ...{ error: null, attempts: 1, firstAttemptAt: null, lastAttemptAt: null, elapsedMs: null },
        ...{ sentAt: state === "sent" ? new Date(at) : null, owner: null, leaseUntil: null },
      });
  }
  const heard = deliveries.some(({ state }) => state === "sent");
  const incident: Incident = {
    ...{ id: "i", type: work ? "maintenance" : "incident", ...facts },
    nextUpdateAt: updates.at(-1)?.standing.nextUpdateAt ?? null,
    acknowledgedAt: heard ? new Date(START) : null,
    resolvedAt: null,
  };
  return { incident, updates, deliveries };
}

const state = fc.constantFrom<DeliveryState>("sent", "sent", "refused", "waiting", "unknown", "skipped");
const told: fc.Arbitrary<Told> = fc.record({
  work: fc.boolean(),
  said: fc.array(
    fc.record({
      after: fc.integer({ min: 1, max: 40 * MINUTE }),
      promises: fc.option(fc.integer({ min: 1000, max: 90 * MINUTE })),
      verb: fc.constantFrom<Verb>("update", "follow-up", "correct"),
      states: fc.tuple(state, state),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

/** All that a look would do at that time. */
function toDo(each: Case, at: Date): string {
  const { act } = turnOf(each, at, null);
  const reminders = dueReminders(each, at, DEFAULT_CADENCE).map(({ promise, kind }) => `${promise} ${kind}`);
  const rows = resumable(each, at, 0).map(({ id }) => id);
  return JSON.stringify([act, reminders.sort(), rows]);
}

describe("the next look", () => {
  it("is never later than the next thing to do", () => {
    fc.assert(
      fc.property(
        told,
        fc.integer({ min: 0, max: 200 * MINUTE }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (story, since, part) => {
          const each = caseFrom(story);
          const now = new Date(each.updates.at(-1)!.at.getTime() + since);
          const next = nextLook(each, now, DEFAULT_CADENCE);
          const end = next === null ? now.getTime() + 48 * 60 * MINUTE : next.getTime() - 1;
          const between = new Date(now.getTime() + Math.floor((end - now.getTime()) * part));
          if (between < now) return;
          expect([between, toDo(each, between)]).toEqual([between, toDo(each, now)]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("comes soon while somebody is speaking", () => {
    const each = caseFrom({
      work: false,
      said: [{ after: 1, promises: 30 * MINUTE, verb: "update", states: ["sending", "planned"] }],
    });
    expect(nextLook(each, new Date(START + 1000), DEFAULT_CADENCE)).toEqual(new Date(START + 3000));
  });

  it("comes for the last words of a script, and not for a person's, when all is over", () => {
    const ended = (verb: Verb) => {
      const each = caseFrom({
        work: true,
        said: [{ after: 0, promises: null, verb, states: ["sent", "sending"] }],
      });
      return {
        ...each,
        incident: { ...each.incident, phase: "completed" as const, resolvedAt: new Date(START) },
      };
    };
    const now = new Date(START + 1000);
    expect(nextLook(ended("follow-up"), now, DEFAULT_CADENCE)).toEqual(new Date(START + 3000));
    expect(nextLook(ended("update"), now, DEFAULT_CADENCE)).toBeNull();
  });

  it("does not come while nothing can change", () => {
    const each = caseFrom({
      work: false,
      said: [{ after: 0, promises: 30 * MINUTE, verb: "update", states: ["sent", "sent"] }],
    });
    expect(nextLook(each, new Date(START), DEFAULT_CADENCE)).toEqual(new Date(START + 25 * MINUTE));
    expect(nextLook(each, new Date(START + 31 * MINUTE), DEFAULT_CADENCE)).toBeNull();
  });
});

describe("words that were left", () => {
  const story = (verb: Verb, states: [DeliveryState, DeliveryState]) =>
    caseFrom({ work: false, said: [{ after: 0, promises: null, verb, states }] });
  const later = (ms: number) => new Date(START + ms);
  const owned = (each: Case, owner: string, leaseUntil: Date): Case => ({
    ...each,
    deliveries: each.deliveries.map((row) => ({ ...row, owner, leaseUntil })),
  });

  it("are a person's to say again where a person said them", () => {
    expect(resumable(story("update", ["waiting", "planned"]), later(MINUTE * 60), 0)).toEqual([]);
  });

  it("are taken up after five seconds where nobody has begun", () => {
    expect(resumable(story("follow-up", ["sent", "planned"]), later(4999), 0)).toEqual([]);
    expect(resumable(story("follow-up", ["sent", "planned"]), later(5000), 0)).toMatchObject([
      { channel: "c1" },
    ]);
  });

  it("are left to a sender that may live, until its lease has passed", () => {
    const each = owned(story("follow-up", ["sending", "sent"]), "elsewhere/boot/1/1", later(20_000));
    expect(resumable(each, later(0), later(19_999).getTime())).toEqual([]);
    expect(resumable(each, later(0), later(20_001).getTime())).toMatchObject([{ channel: "c0" }]);
  });

  it("are tried again later and later, and not before the vendor said", () => {
    const tried = (attempts: number, retryAt: Date | null = null) => {
      const each = story("follow-up", ["refused", "sent"]);
      const error = { code: "LATER", message: "later", hint: null, retryAt };
      return resumesAt({ ...each, deliveries: each.deliveries.map((row) => ({ ...row, attempts, error })) });
    };
    expect([1, 2, 3].map((attempts) => tried(attempts))).toEqual([
      later(MINUTE),
      later(3 * MINUTE),
      later(7 * MINUTE),
    ]);
    expect(tried(12)).toEqual(later((63 + 6 * 60) * MINUTE));
    expect(tried(1, later(10 * MINUTE))).toEqual(later(10 * MINUTE));
  });
});

describe("an agenda", () => {
  const { incident } = caseFrom({
    work: false,
    said: [{ after: 0, promises: null, verb: "update", states: ["sent", "sent"] }],
  });
  const at = (ms: number) => new Date(START + ms);

  it("asks for what it does not know, or knows otherwise", () => {
    const agenda = new Agenda();
    expect(agenda.asks(incident, at(0))).toBe(true);
    agenda.note(incident, at(0), null, false);
    expect(agenda.asks(incident, at(1000))).toBe(false);
    expect(agenda.asks({ ...incident, phase: "identified" }, at(1000))).toBe(true);
  });

  it("leaves what is due to whoever has the pointer, for five seconds", () => {
    const agenda = new Agenda();
    agenda.note(incident, at(0), at(10_000), false);
    expect([10_000, 14_999, 15_000].map((ms) => agenda.asks(incident, at(ms)))).toEqual([false, false, true]);
  });

  it("asks every minute, and when the clock went back, unless all is settled", () => {
    const agenda = new Agenda();
    agenda.note(incident, at(0), null, false);
    expect([59_999, 60_000, -1].map((ms) => agenda.asks(incident, at(ms)))).toEqual([false, true, true]);
    agenda.note(incident, at(0), null, true);
    expect(agenda.asks(incident, at(60_000))).toBe(false);
  });
});

describe("the address to listen on", () => {
  it("is this machine's own, unless another was meant", () => {
    expect(parseListen("127.0.0.1:9464", false)).toEqual({ host: "127.0.0.1", port: 9464 });
    expect(parseListen("[::1]:0", false)).toEqual({ host: "::1", port: 0 });
    expect(parseListen("localhost:80", false)).toEqual({ host: "localhost", port: 80 });
    expect(() => parseListen("[::]:9464", false)).toThrow("asks nobody who they are");
    expect(parseListen("[::]:9464", true)).toEqual({ host: "::", port: 9464 });
    expect(parseListen("0.0.0.0:9464", true)).toEqual({ host: "0.0.0.0", port: 9464 });
  });
});

describe("the figures", () => {
  it("keep to Prometheus' text format, whatever a channel is called", () => {
    const counters = new Counters();
    counters.declare("status_worker_posts_total", "Posts.\nSecond line \\ slash");
    counters.declare("status_worker_faults_total", "Faults.");
    counters.add("status_worker_posts_total", { channel: 'a"b\\c\nd', state: "sent" });
    counters.add("status_worker_posts_total", { channel: 'a"b\\c\nd', state: "sent" });
    expect(
      exposition([
        ...counters.families(),
        gauge("status_open_incidents", "Open.", 2),
        gauge("status_none", "None.", null),
      ]),
    ).toBe(
      [
        "# HELP status_worker_posts_total Posts.\\nSecond line \\\\ slash",
        "# TYPE status_worker_posts_total counter",
        'status_worker_posts_total{channel="a\\"b\\\\c\\nd",state="sent"} 2',
        "# HELP status_worker_faults_total Faults.",
        "# TYPE status_worker_faults_total counter",
        "# HELP status_open_incidents Open.",
        "# TYPE status_open_incidents gauge",
        "status_open_incidents 2",
        "# HELP status_none None.",
        "# TYPE status_none gauge",
        "",
      ].join("\n"),
    );
  });
});
