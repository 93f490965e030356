import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { type Config, type Ran, type Stage, setStage } from "../support/stage.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The stage's time is 22 November, 19:10 in Los Angeles. */
const SCHEDULE = [
  ...["maintenance", "schedule", "--title", "Database upgrade", "--component", "checkout"],
  ...["--from", "2026-11-25T02:00", "--until", "90m", "--yes"],
] as const;
const START = new Date("2026-11-25T10:00:00Z");
const END = new Date("2026-11-25T11:30:00Z");

/** The stage with fewer channels, and a hosted page that knows the components. */
const setSmallStage = (change?: (config: Config) => void): Promise<Stage> =>
  setStage((config) => {
    const { x, customers, hosted } = config.channels;
    config.channels = {
      x: x!,
      customers: customers!,
      hosted: { ...hosted, components: { checkout: "checkout" } },
    };
    change?.(config);
  });

/** What cron does. */
const tick = (stage: Stage): Promise<Ran> => stage.run(["follow-up", "--yes"]);
const until = (stage: Stage, instant: Date) =>
  stage.clock.advance(instant.getTime() - stage.clock.now().getTime());
const earlier = (instant: Date, ms: number) => new Date(instant.getTime() - ms);
const later = (instant: Date, ms: number) => new Date(instant.getTime() + ms);
/** Answers each question when it is asked. Returns the questions that never came as well. */
async function answering(
  stage: Stage,
  argv: readonly string[],
  script: [question: string, answer: string][],
) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => stdin });
  // As a terminal, it stays open from one question to the next.
  const promptOutput = Object.assign(new PassThrough(), { end: () => promptOutput });
  const asked = [...script];
  let shown = "";
  promptOutput.on("data", (chunk: Buffer) => {
    shown += stripVTControlCharacters(chunk.toString("utf8")).replace(/\s+/g, " ");
    const [next] = asked;
    if (next === undefined || !shown.includes(next[0])) return;
    asked.shift();
    shown = "";
    // Once the question listens.
    setImmediate(() => {
      for (const key of next[1]) stdin.write(key);
    });
  });
  const stderr = { write: () => {}, isTerminal: true, columns: 80 };
  const ran = await stage.run(argv, { stdin, promptOutput, stderr });
  return { ran, asked };
}

const hosted = (stage: Stage) => stage.sandbox.world().hostedIncidents[0];
const said = async (stage: Stage, id = "2026-11-25") => {
  const { updates } = (await stage.run(["show", id, "--json"])).json();
  return (updates as { template: string }[]).map(({ template }) => template.replace("maintenance-", ""));
};

describe("status maintenance schedule", () => {
  it("tells every channel when the work is, and affects nothing yet", async () => {
    const stage = await setStage((config) => {
      Object.assign(config.channels.hosted!, { components: { checkout: "checkout" } });
    });
    const ran = await stage.run([...SCHEDULE, "--set", "works=You can still browse.", "--json"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).not.toContain("Look twice");
    expect(ran.json()).toMatchObject({
      outcome: "delivered",
      incident: {
        id: "2026-11-25-database-upgrade",
        type: "maintenance",
        phase: "scheduled",
        impact: "none",
        components: [{ id: "checkout", state: "under_maintenance" }],
        startedAt: START.toISOString(),
        endsAt: END.toISOString(),
        automatic: false,
        nextUpdateAt: earlier(START, 24 * HOUR).toISOString(),
      },
      update: { template: "maintenance-scheduled" },
    });
    for (const { channel, text } of ran.json().deliveries) {
      if (!["customers", "page"].includes(channel)) expect(text, channel).toContain("Database upgrade");
      expect(text, channel).toContain("02:00 PST");
      expect(text, channel).toContain("Orders and payment");
      if (channel !== "x") expect(text, channel).toContain("You can still browse.");
    }
    expect(hosted(stage)).toMatchObject({
      status: "scheduled",
      impact: "maintenance",
      scheduledFor: START,
      scheduledUntil: END,
    });
    expect(stage.sandbox.world().hostedComponents).toMatchObject({ checkout: "operational" });
    expect((await stage.run(["due"])).code).toBe(0);
  });

  it("reads its times as people say them", async () => {
    const stage = await setSmallStage();
    const times = async (from: string, end: string) => {
      const ran = await stage.run([
        ...["maintenance", "schedule", "--title", "T", "--from", from, "--until", end, "--dry-run", "--json"],
      ]);
      const { startedAt, endsAt } = ran.json().incident;
      return [startedAt, endsAt];
    };
    // 19:10 in Los Angeles: the next 18:30 is tomorrow's, and the 02:00 after it that of the day after.
    expect(await times("18:30", "02:00")).toEqual(["2026-11-24T02:30:00.000Z", "2026-11-24T10:00:00.000Z"]);
    expect(await times("2h", "30m")).toEqual(["2026-11-23T05:10:00.000Z", "2026-11-23T05:40:00.000Z"]);
    expect(await times("in 3d", "in 4d")).toEqual(["2026-11-26T03:10:00.000Z", "2026-11-27T03:10:00.000Z"]);
    expect(await times("2026-12-01T02:00Z", "2026-12-01 02:00")).toEqual([
      "2026-12-01T02:00:00.000Z",
      "2026-12-01T10:00:00.000Z",
    ]);
  });

  it.each([
    [
      "an end before the start",
      ["--from", "2026-11-25T02:00", "--until", "2026-11-25T01:00"],
      "UNTIL_BEFORE_FROM",
    ],
    [
      "an end at the start",
      ["--from", "2026-11-25T02:00", "--until", "2026-11-25T02:00"],
      "UNTIL_BEFORE_FROM",
    ],
    ["a start in the past", ["--from", "2026-11-22T02:00", "--until", "90m"], "FROM_PAST"],
    ["no start", ["--until", "90m"], "TIMES_NEEDED"],
    ["no end", ["--from", "2h"], "TIMES_NEEDED"],
    ["a number without a unit", ["--from", "30", "--until", "90m"], "TIME_UNREADABLE"],
    ["a day that does not exist", ["--from", "2027-02-30T02:00", "--until", "90m"], "TIME_UNREADABLE"],
    ["an hour that the clocks skip", ["--from", "2027-03-14T02:30", "--until", "90m"], "TIME_SKIPPED"],
    ["a phase of its own", ["--from", "2h", "--until", "90m", "--phase", "in_progress"], "TEMPLATE_MISFIT"],
    [
      "an incident's template",
      ["--from", "2h", "--until", "90m", "--template", "identified"],
      "TEMPLATE_MISFIT",
    ],
    ["a time it began", ["--from", "2h", "--until", "90m", "--started-at", "10m ago"], "STARTED_AT_MISFIT"],
  ] as const)("refuses %s", async (_, flags, code) => {
    const stage = await setSmallStage();
    const ran = await stage.run(["maintenance", "schedule", "--title", "T", ...flags, "--yes", "--json"]);
    expect(ran.json().error).toMatchObject({ code, hint: expect.any(String) });
    expect(ran.code).toBe(2);
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  });

  it("warns of work that lasts absurdly long, and still takes it", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([...SCHEDULE.slice(0, -5), "--from", "2h", "--until", "9d", "--yes"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("Look twice: This work is planned to last 9 d.");
  });

  it("keeps the planned length through the night in which the clocks change", async () => {
    const stage = await setSmallStage();
    until(stage, new Date("2027-03-13T20:00:00Z"));
    const ran = await stage.run([
      ...["maintenance", "schedule", "--title", "Night work", "--yes", "--json"],
      ...["--from", "2027-03-14T01:00", "--until", "2h"],
    ]);
    // From 01:00 PST to 04:00 PDT: two hours, since 02:00 to 03:00 does not exist.
    expect(ran.json().incident).toMatchObject({
      startedAt: "2027-03-14T09:00:00.000Z",
      endsAt: "2027-03-14T11:00:00.000Z",
    });
    expect(ran.json().deliveries[0]?.text).toContain("From March 14, 01:00 PST (09:00 UTC) to 04:00 PDT");
  });

  it("says it once for one key, and refuses the key for other times", async () => {
    const stage = await setSmallStage();
    const keyed = [...SCHEDULE, "--key", "upgrade-7"];
    expect((await stage.run(keyed)).code).toBe(0);
    const again = await stage.run([...keyed, "--json"]);
    expect(again.json().outcome).toBe("nothing-to-do");
    const other = await stage.run([...keyed.map((word) => (word === "90m" ? "2h" : word)), "--json"]);
    expect(other.json().error).toMatchObject({
      code: "KEY_REUSED",
      message: '--key upgrade-7 has already spoken, and until was "90m", now "2h".',
    });
    const verb = await stage.run(["maintenance", "start", "--key", "upgrade-7", "--yes", "--json"]);
    expect(verb.json().error.message).toContain("it was used by `status maintenance schedule`");
    expect(stage.heard().mail).toBe(stage.sandbox.world().mails.length);
    expect(stage.heard().x).toBe(1);
  });

  it("shows each channel's text in a preview, and sends nothing", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run(["preview", ...SCHEDULE.slice(0, -1)]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("with maintenance.ics");
    expect(ran.stdout).toContain("Nothing was sent.");
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  });

  it("asks a person at a terminal for what is missing, and again where an answer will not do", async () => {
    const stage = await setSmallStage();
    const { ran, asked } = await answering(
      stage,
      ["maintenance", "schedule", "--only", "x"],
      [
        ["What is affected?", " \r"],
        ["When does it begin?", "yesterday\r"],
        ["is no time", "\u0015in 3d\r"],
        ["When does it end?", "90m\r"],
        ["What is the work?", "\r"],
        ["What still works", "Browsing\r"],
        ["What customers need to do", "\r"],
        ["Say this on 1 channel", "y\r"],
      ],
    );
    expect(asked, ran.stderr).toEqual([]);
    expect(ran.code).toBe(0);
    expect(stage.sandbox.world().tweets[0]?.text).toContain("Maintenance of Storefront");
    expect(await said(stage, "2026-11-25")).toEqual(["scheduled"]);
  });

  it("takes two pieces of work on one component at different times, and asks about the same time", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    const other = SCHEDULE.map((word) => (word === "Database upgrade" ? "New disks" : word));
    const same = await stage.run([...other, "--json"]);
    expect(same.json().error.code).toBe("INCIDENT_ALREADY_OPEN");
    const apart = other.map((word) => (word === "2026-11-25T02:00" ? "2026-11-26T02:00" : word));
    expect((await stage.run(apart)).code).toBe(0);
    const which = await stage.run(["maintenance", "start", "--yes", "--json"]);
    expect(which.json().error.code).toBe("INCIDENT_NEEDED");
  });

  it("stands back where an incident is meant", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    await stage.run(["announce", "--title", "Search is slow", "--yes"]);
    const update = await stage.run(["update", "--message", "We are looking.", "--yes", "--json"]);
    expect(update.json().incident).toMatchObject({ type: "incident" });
    expect((await stage.run(["resolve", "--yes", "--json"])).json().incident).toMatchObject({
      type: "incident",
    });
    const twice = await stage.run(["resolve", "--yes", "--json"]);
    expect(twice.json().error.code).toBe("NOT_STARTED");
    expect(await said(stage)).toEqual(["scheduled"]);
  });
});

describe("planned work run by hand", () => {
  it("is reminded of, begins, is checked and ends, each said once", async () => {
    const stage = await setSmallStage();
    await stage.run([...SCHEDULE, "--set", "todo=Finish your order before."]);
    until(stage, earlier(START, 24 * HOUR));
    expect((await tick(stage)).code).toBe(0);
    expect((await tick(stage)).stdout).toContain("Nothing is due");
    expect(stage.sandbox.world().mails.at(-1)?.text).toContain("Finish your order before.");
    until(stage, earlier(START, HOUR));
    await tick(stage);
    expect(await said(stage)).toEqual(["scheduled", "reminder", "reminder"]);

    until(stage, START);
    const start = await stage.run(["due"]);
    expect(start.code).toBe(8);
    expect(start.stdout).toContain("status maintenance start 2026-11-25-database-upgrade");
    await tick(stage);
    expect(await said(stage)).toHaveLength(3);
    stage.clock.advance(4 * MINUTE);
    const started = await stage.run(["maintenance", "start", "--yes", "--json"]);
    expect(started.json()).toMatchObject({
      incident: {
        phase: "in_progress",
        startedAt: later(START, 4 * MINUTE).toISOString(),
        nextUpdateAt: END.toISOString(),
      },
    });
    expect(hosted(stage)).toMatchObject({ status: "in_progress", scheduledUntil: END });
    expect(stage.sandbox.world().hostedComponents.checkout).toBe("under_maintenance");
    const twice = await stage.run(["maintenance", "start", "--yes", "--json"]);
    expect(twice.json().error.code).toBe("ALREADY_STARTED");

    const verifying = await stage.run(["update", "--phase", "verifying", "--yes", "--json"]);
    expect(verifying.json().update.template).toBe("maintenance-verifying");
    const completed = await stage.run(["maintenance", "complete", "--yes", "--json"]);
    expect(completed.json()).toMatchObject({
      outcome: "delivered",
      incident: { phase: "completed", nextUpdateAt: null },
    });
    expect(hosted(stage)?.status).toBe("completed");
    expect(stage.sandbox.world().hostedComponents.checkout).toBe("operational");
    expect(await said(stage)).toEqual([
      "scheduled",
      "reminder",
      "reminder",
      "started",
      "verifying",
      "completed",
    ]);
    expect(hosted(stage)?.updates).toHaveLength(6);
  });

  it("owes its end: the overrun is a debt until it is extended", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    until(stage, START);
    await stage.run(["maintenance", "start", "--yes"]);
    until(stage, END);
    const due = await stage.run(["due"]);
    expect(due.code).toBe(8);
    expect(due.stdout).toContain("status maintenance complete");
    await tick(stage);
    expect(await said(stage)).toEqual(["scheduled", "started"]);
    stage.clock.advance(5 * MINUTE);
    const extended = await stage.run(["maintenance", "extend", "--until", "45m", "--yes", "--json"]);
    const newEnd = later(END, 50 * MINUTE);
    expect(extended.json()).toMatchObject({
      incident: { phase: "in_progress", endsAt: newEnd.toISOString(), nextUpdateAt: newEnd.toISOString() },
      update: { template: "maintenance-overrun" },
    });
    expect(extended.json().deliveries[0]?.text).toContain("takes longer than we planned");
    expect(hosted(stage)?.scheduledUntil).toEqual(newEnd);
    expect((await stage.run(["due"])).code).toBe(0);
    until(stage, newEnd);
    expect((await stage.run(["due"])).code).toBe(8);
  });

  it("speaks regularly meanwhile where the cadence asks for it", async () => {
    const stage = await setSmallStage((config) => {
      config.cadence = { maintenance: { every: "30m" } };
    });
    await stage.run(SCHEDULE);
    until(stage, START);
    await stage.run(["maintenance", "start", "--yes"]);
    stage.clock.advance(30 * MINUTE);
    await tick(stage);
    expect(await said(stage)).toEqual(["scheduled", "started", "started"]);
  });

  it("says with status resolve that planned work is done", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    until(stage, START);
    await stage.run(["maintenance", "start", "--yes"]);
    expect((await stage.run(["resolve", "--yes", "--json"])).json().update.template).toBe(
      "maintenance-completed",
    );
  });

  it("leaves a component to the incident that holds it, and an incident's end to what is only planned", async () => {
    const stage = await setSmallStage();
    await stage.run([
      "announce",
      "--title",
      "Orders fail",
      "--component",
      "checkout",
      "--impact",
      "critical",
      "--yes",
    ]);
    await stage.run(SCHEDULE);
    expect(stage.sandbox.world().hostedComponents.checkout).toBe("major_outage");
    until(stage, START);
    await stage.run(["maintenance", "start", "--yes"]);
    await stage.run(["maintenance", "complete", "--yes"]);
    expect(stage.sandbox.world().hostedComponents.checkout).toBe("major_outage");
    await stage.run([...SCHEDULE.map((word) => (word === "2026-11-25T02:00" ? "2026-12-25T02:00" : word))]);
    await stage.run(["resolve", "--yes"]);
    expect(stage.sandbox.world().hostedComponents.checkout).toBe("operational");
  });

  it("begins without a plan when it cannot wait", async () => {
    const stage = await setSmallStage();
    const flags = ["--title", "Emergency patch", "--component", "checkout", "--yes", "--json"];
    const endless = await stage.run(["announce", "maintenance-started", ...flags]);
    expect(endless.json().error.code).toBe("UNTIL_NEEDED");
    const ran = await stage.run(["announce", "maintenance-started", "--until", "30m", ...flags]);
    expect(ran.json().incident).toMatchObject({ type: "maintenance", phase: "in_progress" });
    expect(hosted(stage)).toMatchObject({
      status: "in_progress",
      scheduledUntil: later(stage.clock.now(), 30 * MINUTE),
    });
    const planned = await stage.run(["announce", "maintenance-scheduled", ...flags]);
    expect(planned.json().error.code).toBe("MAINTENANCE_NEEDS_TIMES");
  });
});

describe("planned work run by the clock", () => {
  const AUTOMATIC = [...SCHEDULE, "--automatic"];

  it("is reminded of, begins and ends without a person", async () => {
    const stage = await setSmallStage();
    await stage.run(AUTOMATIC);
    for (const instant of [
      earlier(START, 24 * HOUR),
      earlier(START, HOUR),
      START,
      earlier(END, MINUTE),
      END,
    ]) {
      until(stage, instant);
      expect((await tick(stage)).code).toBe(0);
    }
    expect(await said(stage)).toEqual(["scheduled", "reminder", "reminder", "started", "completed"]);
    expect(hosted(stage)).toMatchObject({ status: "completed" });
    expect((await stage.run(["due"])).code).toBe(0);
  });

  it("says only that it began where a reminder and the start were slept over", async () => {
    const stage = await setSmallStage();
    await stage.run(AUTOMATIC);
    until(stage, later(START, 10 * MINUTE));
    await tick(stage);
    expect(await said(stage)).toEqual(["scheduled", "started"]);
    const { incident } = (await stage.run(["show", "2026-11-25", "--json"])).json();
    expect(incident).toMatchObject({ startedAt: START.toISOString() });
  });

  it("says only that it ended, at the planned time, where start and end were slept over", async () => {
    const stage = await setSmallStage();
    await stage.run(AUTOMATIC);
    until(stage, later(END, 6 * HOUR));
    await tick(stage);
    expect(await said(stage)).toEqual(["scheduled", "completed"]);
    const { incident } = (await stage.run(["show", "2026-11-25", "--json"])).json();
    expect(incident).toMatchObject({ resolvedAt: END.toISOString() });
    expect(stage.sandbox.world().mails.at(-1)?.text).toContain("to 03:30 PST (11:30 UTC)");
  });

  it("misses neither start nor end for want of a promise", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([...AUTOMATIC, "--next-update", "none", "--json"]);
    expect(ran.json().incident.nextUpdateAt).toBe(START.toISOString());
    until(stage, START);
    await tick(stage);
    expect(await said(stage)).toEqual(["scheduled", "started"]);
  });

  it("is said once by many runners", async () => {
    const stage = await setSmallStage();
    await stage.run(AUTOMATIC);
    until(stage, START);
    const runs = await Promise.all(Array.from({ length: 4 }, () => tick(stage)));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(await said(stage)).toEqual(["scheduled", "started"]);
    expect(stage.heard().x).toBe(2);
  });

  it("begins though a channel has heard nothing yet, which is told the newest only", async () => {
    const stage = await setSmallStage();
    stage.sandbox.fault("statuspage", "unauthorized");
    expect((await stage.run(AUTOMATIC)).code).toBe(5);
    until(stage, START);
    expect((await tick(stage)).code).toBe(5);
    expect(await said(stage)).toEqual(["scheduled", "started"]);
    stage.sandbox.fault("statuspage", null);
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(hosted(stage)).toMatchObject({ status: "in_progress", scheduledFor: START, scheduledUntil: END });
    expect(hosted(stage)?.updates).toHaveLength(1);
  });
});

describe("status maintenance extend and cancel", () => {
  it("moves work that has not begun, and says it as a plan", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    const moved = await stage.run(["maintenance", "extend", "--from", "2026-11-27T02:00", "--yes", "--json"]);
    expect(moved.json()).toMatchObject({
      incident: {
        startedAt: "2026-11-27T10:00:00.000Z",
        endsAt: "2026-11-27T11:30:00.000Z",
        phase: "scheduled",
      },
      update: { template: "maintenance-scheduled" },
    });
    expect(moved.json().deliveries[0]?.text).toContain("The plan is now:");
    expect(hosted(stage)).toMatchObject({ scheduledFor: new Date("2026-11-27T10:00:00.000Z") });
  });

  it("says of a shorter end that the work is under way, not that it takes longer", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    until(stage, START);
    await stage.run(["maintenance", "start", "--yes"]);
    const shorter = await stage.run(["maintenance", "extend", "--until", "20m", "--yes", "--json"]);
    expect(shorter.json().update.template).toBe("maintenance-started");
    const moved = await stage.run(["maintenance", "extend", "--from", "2h", "--yes", "--json"]);
    expect(moved.json().error.code).toBe("FROM_MISFIT");
    const nothing = await stage.run(["maintenance", "extend", "--yes", "--json"]);
    expect(nothing.json().error.code).toBe("UNTIL_NEEDED");
  });

  it("takes work back before it begins, late as well, and never after", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    until(stage, later(START, HOUR));
    const off = await stage.run(["maintenance", "cancel", "--yes", "--json"]);
    expect(off.json()).toMatchObject({
      incident: { phase: "completed", resolvedAt: START.toISOString() },
      update: { template: "maintenance-cancelled" },
    });
    expect(stage.sandbox.world().hostedComponents.checkout).toBe("operational");
    expect((await stage.run(["due"])).code).toBe(0);
    const twice = await stage.run(["maintenance", "cancel", "2026-11-25", "--yes", "--json"]);
    expect(twice.json().error.code).toBe("ALREADY_RESOLVED");
    await stage.run(["announce", "maintenance-started", "--title", "Patch", "--until", "30m", "--yes"]);
    const late = await stage.run(["maintenance", "cancel", "--yes", "--json"]);
    expect(late.json().error.code).toBe("HAS_BEGUN");
  });

  it("takes no phase, and no promise with the end", async () => {
    const stage = await setSmallStage();
    await stage.run(SCHEDULE);
    for (const flags of [
      ["start", "--phase", "verifying"],
      ["complete", "--next-update", "30m"],
    ]) {
      const ran = await stage.run(["maintenance", ...flags, "--yes", "--json"]);
      expect(ran.json().error.code).toBe("FLAG_MISFIT");
    }
    const preview = await stage.run(["preview", "maintenance", "--json"]);
    expect(preview).toMatchObject({ code: 2 });
    expect(preview.stderr + preview.stdout).toContain("PREVIEW_OF_WHAT");
  });

  it("is for planned work only", async () => {
    const stage = await setSmallStage();
    const none = await stage.run(["maintenance", "start", "--yes", "--json"]);
    expect(none.json().error.code).toBe("NO_OPEN_INCIDENT");
    await stage.run(["announce", "--title", "Search is slow", "--yes"]);
    const wrong = await stage.run(["maintenance", "complete", "2026-11-22", "--yes", "--json"]);
    expect(wrong.json().error.code).toBe("NOT_MAINTENANCE");
    const end = await stage.run(["announce", "--title", "T", "--until", "2h", "--yes", "--json"]);
    expect(end.json().error.code).toBe("UNTIL_MISFIT");
  });
});
