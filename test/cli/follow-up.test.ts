import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Ran, type Stage, setStage } from "../support/stage.ts";

const MINUTE = 60_000;
const ID = "2026-11-22-checkout-is-failing";
const FOLLOW_UP = ["follow-up", "--yes"] as const;

/** Words that are the same each time. */
function sameWords(stage: Stage): void {
  mkdirSync(join(stage.folder, "templates"), { recursive: true });
  writeFileSync(join(stage.folder, "templates", "holding.md"), "We are still working on this.\n");
}

/** Two channels that answer at once: one for customers, one for colleagues. */
const few = (stage: Parameters<typeof setStage>[0] = () => {}) =>
  setStage((config) => {
    const { sellers, ops, x } = config.channels;
    config.channels = { x: x!, sellers: sellers!, ops: ops! };
    stage(config);
  });

/**
 * Runs a command that waits, with a clock that moves only while it waits; `at` is asked before each wait with the minutes
 * that have passed, and says `stop` to press Ctrl-C.
 */
async function runWaiting(
  stage: Stage,
  argv: readonly string[],
  at: (minutes: number) => Promise<"stop" | undefined> | undefined | "stop",
): Promise<Ran & { waits: number[] }> {
  const began = stage.clock.now().getTime();
  const stopping = new AbortController();
  const waits: number[] = [];
  const ran = await stage.run(argv, {
    stopping: stopping.signal,
    async wait(ms) {
      await turn();
      waits.push(ms);
      if ((await at((stage.clock.now().getTime() - began) / MINUTE)) === "stop" || waits.length > 2000)
        stopping.abort();
      else stage.clock.advance(ms);
    },
  });
  return { ...ran, waits };
}

describe("status follow-up", () => {
  it("does not overtake words that a channel has still to hear, and says what to type", async () => {
    const stage = await few();
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    stage.clock.advance(31 * MINUTE);
    const { code, stdout } = await stage.run(FOLLOW_UP);
    expect(code).toBe(8);
    expect(stdout).toContain("Not said on sellers, which has still to hear what was said before.");
    expect(stdout).toContain(`status retry ${ID}`);
    expect(stage.heard()).toMatchObject({ x: 2, forum: 0 });
    const json = (await stage.run([...FOLLOW_UP, "--json"])).json();
    expect(json).toMatchObject({ silent: ["sellers"], command: `status retry ${ID}` });
    stage.sandbox.fault("discourse", null);
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect((await stage.run(FOLLOW_UP)).code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 2, forum: 1 });
  });

  it("overtakes the words of an earlier follow-up, so that one dead channel does not silence the others", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("discourse", "unauthorized");
    stage.clock.advance(16 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).code).toBe(5);
    stage.clock.advance(5 * MINUTE);
    // Its own words are tried again where they are missing, and are refused again.
    expect((await stage.run(FOLLOW_UP)).code).toBe(6);
    stage.clock.advance(11 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).code).toBe(5);
    expect(stage.heard()).toMatchObject({ x: 3, forum: 1 });
  });

  it("is not the first to speak where people have left a channel out", async () => {
    const stage = await few();
    await stage.run([...ANNOUNCE, "--only", "ops"]);
    stage.clock.advance(16 * MINUTE);
    const { code, stdout } = await stage.run(FOLLOW_UP);
    expect(code).toBe(0);
    expect(stdout).toContain("left out of this incident so far");
    expect(stage.heard()).toMatchObject({ x: 0, slack: 2 });
  });

  it("does not say the same again word for word, but reminds colleagues once and leaves the promise due", async () => {
    const stage = await few();
    sameWords(stage);
    await stage.run(ANNOUNCE);
    stage.clock.advance(16 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).code).toBe(0);
    const before = stage.heard();
    stage.clock.advance(16 * MINUTE);
    const refused = await stage.run(FOLLOW_UP);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("[FOLLOW_UP_NEEDS_WORDS]");
    expect(refused.stderr).toContain("reminded ops");
    const again = await stage.run([...FOLLOW_UP, "--json"]);
    expect(again).toMatchObject({ code: 4 });
    expect(again.json()).toMatchObject({ error: { code: "FOLLOW_UP_NEEDS_WORDS" }, reminded: [] });
    expect(stage.heard()).toEqual({ ...before, slack: before.slack + 1 });
    const note = stage.sandbox.world().slackMessages.at(-1)!;
    expect(note.text).toContain(`status update ${ID} --message`);
    expect(note.threadTs).toBe(stage.sandbox.world().slackMessages[0]!.ts);
    expect((await stage.run(["due"])).code).toBe(8);
    writeFileSync(join(stage.folder, "templates", "holding.md"), "{{ message }}\n");
    expect((await stage.run([...FOLLOW_UP, "--message", "A card network is down."])).code).toBe(0);
  });

  it("says aloud that nobody was reminded where no channel is internal", async () => {
    const stage = await few((config) => {
      config.channels.ops = { ...config.channels.ops, audience: "public" };
    });
    sameWords(stage);
    await stage.run(ANNOUNCE);
    stage.clock.advance(16 * MINUTE);
    await stage.run(FOLLOW_UP);
    stage.clock.advance(16 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).stderr).toContain("nobody was reminded");
  });

  it("lets a person's resolution through when it has just spoken itself", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    stage.clock.advance(16 * MINUTE);
    const [said, resolved] = await Promise.all([stage.run(FOLLOW_UP), stage.run(["resolve", "--yes"])]);
    expect([said.code, resolved.code]).toEqual([0, 0]);
    expect((await stage.run(["list"])).stdout).toContain("No incident is open.");
    stage.clock.advance(120 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).stdout).toBe("Nothing is due.\n");
  });

  it("makes no promise of words that nobody has heard", async () => {
    const stage = await few((config) => {
      config.channels = { x: config.channels.x! };
    });
    await stage.run(ANNOUNCE);
    stage.sandbox.fault("twitter", "unauthorized");
    await stage.run(["update", "--message", "We found it.", "--next-update", "2h", "--yes"]);
    stage.clock.advance(16 * MINUTE);
    expect((await stage.run(["list"])).stdout).toContain("next update 19:25 PST (1 min overdue)");
    expect((await stage.run(FOLLOW_UP)).code).toBe(8);
  });
});

describe("status follow-up --every", () => {
  it("follows up until the incident is resolved, and promises the next each time", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const ran = await runWaiting(stage, [...FOLLOW_UP, "--every", "30m", "--json"], (minutes) =>
      minutes >= 80 && minutes < 81 ? stage.run(["resolve", "--yes"]).then(() => undefined) : undefined,
    );
    expect(ran.code).toBe(0);
    const documents = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      documents.map(
        ({ incident, ended }) => (incident as { nextUpdateAt: string } | undefined)?.nextUpdateAt ?? ended,
      ),
    ).toEqual(["2026-11-23T03:55:00.000Z", "2026-11-23T04:25:00.000Z", "2026-11-23T04:55:00.000Z", "ended"]);
    expect(stage.heard().x).toBe(5);
    expect(Math.max(...ran.waits)).toBeLessThanOrEqual(30_000);
  });

  it("says one word, not many, after the machine has slept", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    let slept = false;
    const ran = await runWaiting(stage, [...FOLLOW_UP, "--every", "30m", "--max", "2"], (minutes) => {
      if (minutes >= 5 && !slept) {
        slept = true;
        stage.clock.advance(7 * 60 * MINUTE);
      }
      return undefined;
    });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("As many as --max allows: 2 follow-ups were said.");
    expect(stage.heard().x).toBe(3);
    expect((stage.clock.now().getTime() - Date.parse("2026-11-23T03:10:00Z")) / MINUTE).toBeGreaterThan(
      7 * 60 + 30,
    );
  });

  it("speaks that long after the last word where nothing was promised", async () => {
    const stage = await few();
    await stage.run([...ANNOUNCE, "--next-update", "none"]);
    const ran = await runWaiting(stage, [...FOLLOW_UP, "--every", "20m", "--until", "50m"], () => undefined);
    expect(ran.stdout).toContain("The time of --until has come: 2 follow-ups were said.");
    expect(stage.heard().x).toBe(3);
  });

  it("tries its own silent channels again, says a fault once, and goes on", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const ran = await runWaiting(stage, [...FOLLOW_UP, "--every", "30m", "--until", "40m"], (minutes) => {
      stage.sandbox.fault("discourse", minutes < 20 ? "unauthorized" : null);
      return undefined;
    });
    expect(ran.code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 2, forum: 2 });
    expect(ran.stderr.match(/has not been heard/g)).toHaveLength(1);
  });

  it("leaves a person's words to the person, and does not keep the other channels waiting for them", async () => {
    const stage = await few();
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run(ANNOUNCE);
    const ran = await runWaiting(stage, [...FOLLOW_UP, "--every", "30m", "--until", "40m"], () => undefined);
    expect(ran.code).toBe(8);
    expect(ran.stderr).toContain("has not been heard on sellers");
    expect(stage.heard()).toMatchObject({ x: 2, forum: 0 });
  });

  it("ends at Ctrl-C with 130 and says what was said", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const ran = await runWaiting(stage, [...FOLLOW_UP, "--every", "30m"], (minutes) =>
      minutes > 20 ? "stop" : undefined,
    );
    expect(ran).toMatchObject({ code: 130 });
    expect(ran.stdout).toMatch(/Stopped: 1 follow-up was said\.\n$/);
  });

  it("speaks once when two of it run", async () => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const bound = [...FOLLOW_UP, "--every", "30m", "--until", "2026-11-23T03:40:00Z"];
    await Promise.all([runWaiting(stage, bound, () => undefined), runWaiting(stage, bound, () => undefined)]);
    expect(stage.heard()).toMatchObject({ x: 2, forum: 2, slack: 2 });
  });

  it("ends at once where nothing is open", async () => {
    const stage = await few();
    expect(await stage.run([...FOLLOW_UP, "--every", "30m"])).toMatchObject({
      code: 0,
      stdout: "Nothing is open any more: 0 follow-ups were said.\n",
    });
  });

  it.each([
    [["--every", "30"], "EVERY_UNREADABLE"],
    [["--every", "30s"], "EVERY_UNREADABLE"],
    [["--every", "30m", "--max", "0"], "MAX_UNREADABLE"],
    [["--every", "30m", "--until", "tomorrow"], "UNTIL_UNREADABLE"],
    [["--every", "30m", "--until", "2010-06-29T16:40:00Z"], "UNTIL_PAST"],
    [["--every", "30m", "--next-update", "1h"], "EVERY_MISFIT"],
    [["--every", "30m", "--key", "a"], "EVERY_MISFIT"],
    [["--every", "30m", "--dry-run"], "EVERY_MISFIT"],
    [["--max", "3"], "EVERY_NEEDED"],
  ])("refuses %j", async (flags, code) => {
    const stage = await few();
    await stage.run(ANNOUNCE);
    const ran = await stage.run([...FOLLOW_UP, ...flags]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(`[${code}]`);
  });

  it("asks for --yes before it waits, not after", async () => {
    const stage = await few();
    const ran = await stage.run(["follow-up", "--every", "30m"]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("[CONFIRMATION_NEEDED]");
  });
});

describe("status follow-up of planned work", () => {
  const SCHEDULE = ["maintenance", "schedule", "--title", "Database upgrade", "--component", "checkout"];
  const TIMES = ["--from", "1h", "--until", "3h", "--yes"];

  it("says what the clock does by itself, though a channel has still to hear the words before it", async () => {
    const stage = await few();
    stage.sandbox.fault("discourse", "unauthorized");
    await stage.run([...SCHEDULE, ...TIMES, "--automatic", "--next-update", "none"]);
    stage.clock.advance(61 * MINUTE);
    expect((await stage.run(FOLLOW_UP)).code).toBe(5);
    expect((await stage.run(["list", "--json"])).json().incidents).toMatchObject([{ phase: "in_progress" }]);
    expect(stage.heard().x).toBe(2);
  });

  it("says what a person must say, and exits 8", async () => {
    const stage = await few();
    await stage.run([...SCHEDULE, ...TIMES]);
    stage.clock.advance(61 * MINUTE);
    const { code, stdout } = await stage.run(FOLLOW_UP);
    expect(code).toBe(8);
    expect(stdout).toMatch(/status maintenance start \S+-database-upgrade/);
    expect(stage.heard().x).toBe(1);
  });
});
