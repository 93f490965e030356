import { describe, expect, it } from "vitest";
import type { StatusEvent } from "../../src/index.ts";
import { ANNOUNCE, setStage } from "../support/stage.ts";
import { CHECKOUT, codeOf, open } from "./open.ts";

describe("createStatus", () => {
  it("says the same on every channel, and gives the document that --json prints", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const said = await status.announce(CHECKOUT);
    expect(said).toMatchObject({ version: 1, outcome: "delivered", silent: [] });
    expect(stage.heard()).toEqual({ x: 1, mail: 1, forum: 1, slack: 1, hosted: 1 });

    const other = await setStage();
    const typed = (await other.run([...ANNOUNCE, "--json"])).json();
    expect(shapeOf(JSON.parse(JSON.stringify(said)))).toEqual(shapeOf(typed));
    for (const [command, document] of [
      [["show"], await status.show()],
      [["list"], await status.list()],
      [["due", "--within", "2h"], await status.due({ within: "2h" })],
      [["verify"], await status.verify()],
    ] as const)
      expect(JSON.stringify(document)).toBe((await stage.run([...command, "--json"])).stdout.trim());
  });

  it("examines every channel without posting, as doctor does", async () => {
    const stage = await setStage(({ channels }) => {
      channels.x = { ...channels.x, accessToken: "env:NOT_THERE" };
    });
    const document = await (await open(stage)).doctor();
    expect(document.checks).toContainEqual(
      expect.objectContaining({ channel: "x", name: "secret", level: "fail" }),
    );
    const typed = (await stage.run(["doctor", "--json"])).json();
    const told = ({ checks }: Record<string, unknown>) =>
      (checks as { channel: string; name: string }[]).map(({ channel, name }) => `${channel} ${name}`).sort();
    expect(told({ ...document })).toEqual(told(typed));
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  });

  it("is not disturbed by a listener that fails, now or later", async () => {
    const stage = await setStage();
    const status = await open(stage, {
      onEvent: async () => {
        throw new Error("the listener's own");
      },
    });
    expect(await status.announce(CHECKOUT)).toMatchObject({ outcome: "delivered" });
  });

  it("opens one incident where two announce the same at once", async () => {
    const stage = await setStage();
    const [one, other] = [await open(stage), await open(stage)];
    const outcomes = await Promise.allSettled([one.announce(CHECKOUT), other.announce(CHECKOUT)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "INCIDENT_ALREADY_OPEN" });
    expect(stage.heard()).toMatchObject({ x: 1, forum: 1 });
  });

  it("tells what happens, in the order in which it does", async () => {
    const stage = await setStage(({ channels }) => {
      for (const name of ["customers", "sellers", "ops", "page", "hosted"]) delete channels[name];
    });
    const events: StatusEvent[] = [];
    const status = await open(stage, { onEvent: (event) => events.push(event) });
    await status.announce(CHECKOUT);
    expect(events.map(({ type }) => type)).toEqual(["planned", "sending", "sent", "spoken", "verified"]);
    expect(events[2]).toMatchObject({ channel: "x", kind: "twitter", update: 1, attempts: 1, error: null });
    expect(events[3]).toMatchObject({ result: { outcome: "delivered" } });
  });

  it("goes on where whoever listens throws", async () => {
    const stage = await setStage();
    const status = await open(stage, {
      onEvent() {
        throw new Error("not listening");
      },
    });
    expect((await status.announce(CHECKOUT)).outcome).toBe("delivered");
  });

  it("gives a silent channel back as a result, and retries that one alone", async () => {
    const stage = await setStage();
    stage.sandbox.fault("twitter", "refuse");
    const status = await open(stage);
    const said = await status.announce(CHECKOUT);
    expect(said).toMatchObject({ outcome: "partial", silent: ["x"] });
    stage.sandbox.fault("twitter", null);
    expect((await status.preview.retry()).deliveries.map(({ channel }) => channel)).toEqual(["x"]);
    expect((await status.retry()).outcome).toBe("delivered");
    expect((await status.retry()).outcome).toBe("nothing-to-do");
    expect(stage.heard()).toEqual({ x: 1, mail: 1, forum: 1, slack: 1, hosted: 1 });
  });

  it("refuses as the command does in a script, and asks nobody", async () => {
    const stage = await setStage();
    const status = await open(stage);
    expect(await codeOf(status.update({ message: "More." }))).toBe("NO_OPEN_INCIDENT");
    expect(await codeOf(status.announce({}))).toBe("TITLE_NEEDED");
    expect(await codeOf(status.show())).toBe("INCIDENT_UNKNOWN");
    await status.announce(CHECKOUT);
    expect(await codeOf(status.announce(CHECKOUT))).toBe("INCIDENT_ALREADY_OPEN");
    expect(await codeOf(status.announce({ ...CHECKOUT, key: "" }))).toBe("KEY_UNUSABLE");
    expect(await codeOf(status.update({ message: "It is all host db-1.internal's fault." }))).toBe(
      "WORDING_BLOCKED",
    );
    expect(stage.heard().x).toBe(1);
    expect(await codeOf(open(stage, { config: { property: {} } }))).toBe("CONFIG_INVALID");
  });

  it("completes under a key what a script began, and the other way round", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const flags = ["--component", "checkout", "--next-update", "30m", "--set", "a=1"];
    const options = { components: ["checkout"], nextUpdate: 30 * 60_000, set: { a: "1" } };
    await stage.run(["announce", "--title", "First", ...flags, "--key", "one", "--yes"]);
    expect((await status.announce({ title: "First", ...options, key: "one" })).outcome).toBe("nothing-to-do");
    await status.announce({ title: "Second", ...options, key: "two" });
    const again = await stage.run([
      "announce",
      "--title",
      "Second",
      ...flags,
      "--key",
      "two",
      "--yes",
      "--json",
    ]);
    expect(again.json().outcome).toBe("nothing-to-do");
    expect(await codeOf(status.announce({ title: "Third", key: "one" }))).toBe("KEY_REUSED");
  });

  it("takes times as dates, as milliseconds, and as they are typed", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const now = stage.clock.now().getTime();
    const due = async (nextUpdate: Date | number | string) =>
      (await status.preview.announce({ ...CHECKOUT, nextUpdate })).incident.nextUpdateAt?.getTime();
    expect(await due("45m")).toBe(now + 45 * 60_000);
    expect(await due(45 * 60_000)).toBe(now + 45 * 60_000);
    expect(await due(new Date(now + 45 * 60_000))).toBe(now + 45 * 60_000);
    expect(await codeOf(due(new Date(now - 1)))).toBe("NEXT_UPDATE_RANGE");
    const began = new Date(now - 600_000);
    const { incident } = await status.preview.announce({ ...CHECKOUT, startedAt: began });
    expect(incident.startedAt).toEqual(began);
    const future = status.announce({ ...CHECKOUT, startedAt: new Date(now + 1000) });
    expect(await codeOf(future)).toBe("STARTED_AT_FUTURE");
    const never = new Date("soon");
    expect(await codeOf(due(never))).toBe("NEXT_UPDATE_RANGE");
    expect(await codeOf(status.announce({ ...CHECKOUT, startedAt: never }))).toBe("STARTED_AT_UNREADABLE");
    const { schedule } = status.maintenance;
    expect(await codeOf(schedule({ title: "Never", from: never, until: "1h" }))).toBe("TIME_UNREADABLE");
    expect(await codeOf(schedule({ title: "Never", from: "in 1h", until: never }))).toBe("TIME_UNREADABLE");
    expect(await codeOf(status.due({ within: Number.NaN }))).toBe("WITHIN_UNREADABLE");
    expect(stage.heard().x).toBe(0);
  });

  it("says a previewed plan exactly as it was shown, once", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const preview = await status.preview.announce(CHECKOUT);
    expect(stage.heard().x).toBe(0);
    const said = await status.say(preview.plan!.hash);
    expect(said.deliveries.map(({ text }) => text)).toEqual(preview.deliveries.map(({ text }) => text));
    await status.say(preview.plan!.hash);
    expect(stage.heard().x).toBe(1);
  });

  it("follows up what is due, once", async () => {
    const stage = await setStage();
    const status = await open(stage);
    await status.announce({ ...CHECKOUT, nextUpdate: "30m" });
    expect(await status.followUp()).toMatchObject({ outcome: "nothing-to-do" });
    stage.clock.advance(31 * 60_000);
    const { due } = await status.due();
    expect(due).toMatchObject([{ kind: "update", overdue: true }]);
    expect(await status.preview.followUp()).toMatchObject({ outcome: "dry-run" });
    expect(stage.heard().x).toBe(1);
    expect(await status.followUp()).toMatchObject({ outcome: "delivered", update: { template: "holding" } });
    expect(await status.followUp()).toMatchObject({ outcome: "nothing-to-do" });
    expect(stage.heard().x).toBe(2);
  });

  it("plans work, begins it, moves its end and ends it", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const from = new Date(stage.clock.now().getTime() + 3_600_000);
    const { schedule, start, extend, complete } = status.maintenance;
    const planned = await schedule({ title: "A new database", from, until: 90 * 60_000 });
    expect(planned.incident).toMatchObject({ phase: "scheduled", startedAt: from });
    expect(planned.incident.endsAt).toEqual(new Date(from.getTime() + 90 * 60_000));
    const past = new Date(from.getTime() - 7_200_000);
    expect(await codeOf(schedule({ title: "Too late", from: past, until: "1h" }))).toBe("FROM_PAST");
    stage.clock.set(from);
    expect((await start()).incident.phase).toBe("in_progress");
    expect((await extend({ until: "3h" })).incident.endsAt).toEqual(new Date(from.getTime() + 3 * 3_600_000));
    expect((await complete()).incident.phase).toBe("completed");
  });

  it("corrects and withdraws what was said", async () => {
    const stage = await setStage();
    const status = await open(stage);
    await status.announce({ ...CHECKOUT, message: "Orders cannot be paid in the north." });
    const { update } = await status.correct({ update: 1, message: "Orders cannot be paid in the south." });
    expect(update.number).toBe(2);
    expect((await status.retract()).outcome).toBe("delivered");
    expect(await codeOf(status.correct({ update: 9, message: "Nowhere." }))).toBe("UPDATE_UNKNOWN");
  });
});

/** The names of all fields, deep; what they hold differs from run to run. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, shapeOf(held)]));
}
