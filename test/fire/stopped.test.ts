import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { judge } from "./judge.ts";
import { standBetween } from "./proxy.ts";
import { announce, type Child, openScene, RETRY, type Scene, type SceneOptions } from "./scene.ts";
import { noTracer, type Point, STEADY, stopAt, tracePoints } from "./strace.ts";

/** The engine's: how long a lease outlasts the call's own time-out. */
const LEASE_MARGIN_MS = 10_000;

async function open(options?: SceneOptions): Promise<Scene> {
  const scene = await openScene(options);
  onTestFinished(scene.close);
  return scene;
}

/** The command's own process, where a tracer was started. */
function tracee(child: Child): number | null {
  const pid = child.process.pid!;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children === "" ? null : Number(children.split(" ")[0]);
}

/** Empty for a process that has ended: the tracer tries itself on one first. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}

async function untilStopped(child: Child): Promise<number> {
  let inARow = 0;
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(20)) {
    const pid = tracee(child);
    const stat = pid === null ? "" : statOf(pid);
    // The tracer holds it at each call for a moment, too: stopped is what stays so.
    inARow = /^[Tt]$/.test(stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "") ? inARow + 1 : 0;
    if (inARow === 15) return pid!;
  }
  throw new Error("the command was not stopped");
}

/**
 * Where the first attempt is written to the ledger: after the journal's head and the update itself are on disk. The thread
 * that writes the page counts its own calls of the same name, so the call must be one that it never makes.
 */
async function firstClaim(): Promise<Point> {
  const rehearsal = await openScene();
  const { points } = await tracePoints(
    (under) => rehearsal.run(announce("trace"), { under, env: STEADY }),
    "fsync,pwrite64",
  );
  await rehearsal.close();
  let onDisk = 0;
  for (const point of points) {
    // The machine's copy has a journal as well.
    if (!point.on.endsWith("status.db-wal")) continue;
    if (point.call === "fsync") onDisk++;
    else if (onDisk === 2) return point;
  }
  throw new Error("no attempt was written");
}

const obstacle = noTracer();
if (obstacle !== null) process.stdout.write(`stopping at a system call is skipped: ${obstacle}\n`);

describe.skipIf(obstacle !== null)(
  "a command that is stopped while it sends, for longer than its lease",
  () => {
    it.concurrent.each<[string, () => Promise<Pick<Point, "call" | "n">>, number[]]>([
      ["about to connect", async () => ({ call: "connect", n: 4 }), [5, 6, 7]],
      ["having asked", async () => ({ call: "writev", n: 2 }), [5, 6, 7]],
      // It holds the ledger itself then, so that the others are refused.
      ["noting an attempt", firstClaim, [3]],
    ])("says nothing twice when it goes on after others have retried: %s", async (where, find, codes) => {
      const point = await find();
      const scene = await openScene({ timeout: "1s" });
      try {
        const marker = `stopped${where}`.replaceAll(" ", "");
        const child = scene.start(announce(marker), { under: stopAt(point), env: STEADY });
        const pid = await untilStopped(child);
        await sleep(1000 + LEASE_MARGIN_MS + 500);
        const meanwhile = await scene.run([...RETRY, "--timeout", "8s"]);
        expect(codes).toContain(meanwhile.code);
        process.kill(pid, "SIGCONT");
        await child.ended;
        const verdict = await judge(scene, marker, await scene.run(RETRY));
        expect(verdict).toMatchObject({ lost: [], doubled: [], unnamed: [], wrong: [] });
      } finally {
        await scene.close();
      }
    });

    it.concurrent.each([
      ["the first", 0],
      ["another", 3],
    ])(
      "says nothing twice when it was just connected to %s vendor and goes on with the body",
      async (name, which) => {
        const scene = await openScene({ timeout: "1s" });
        try {
          // Asking a new connection whether it stands is the last call before its body: no timer runs in between.
          const rehearsal = await openScene();
          const { lines } = await tracePoints(
            (under) => rehearsal.run(announce("trace"), { under, env: STEADY }),
            "getsockopt",
          );
          await rehearsal.close();
          // The end of a program that it asked stands among the calls as a signal.
          const calls = lines.filter((line) => line.includes("getsockopt("));
          const asked = calls.flatMap((line, index) => (line.includes("SO_ERROR") ? [index + 1] : []));
          expect(asked.length).toBeGreaterThan(which);
          const point = { call: "getsockopt", n: asked[which]! };
          const marker = `connected${name}`.replace(" ", "");
          const child = scene.start(announce(marker), { under: stopAt(point), env: STEADY });
          const pid = await untilStopped(child);
          await sleep(1000 + LEASE_MARGIN_MS + 500);
          const meanwhile = await scene.run([...RETRY, "--timeout", "9s"]);
          expect(meanwhile.code).not.toBe(3);
          process.kill(pid, "SIGCONT");
          await child.ended;
          const verdict = await judge(scene, marker, await scene.run(RETRY));
          expect(verdict).toMatchObject({ lost: [], doubled: [], unnamed: [], wrong: [] });
        } finally {
          await scene.close();
        }
      },
    );

    it("is named, with its process, by a retry in the meantime", async () => {
      const scene = await open({ timeout: "1s" });
      const child = scene.start(announce("named"), { under: stopAt({ call: "writev", n: 1 }), env: STEADY });
      const pid = await untilStopped(child);
      const retry = await scene.run([...RETRY, "--timeout", "2s"]);
      expect(retry.code).toBeGreaterThanOrEqual(5);
      const reasons = retry.json().deliveries.map(({ reason }) => String(reason));
      expect(reasons.some((reason) => reason.includes(`process ${pid} on this machine`))).toBe(true);
      process.kill(pid, "SIGCONT");
      await child.ended;
    });
  },
);

describe("a command that still lives", () => {
  it("is waited for by a retry, which then has nothing to say", async () => {
    const proxies = standBetween(async ({ vendor }) => {
      if (vendor === "twitter" || vendor === "slack") await sleep(2000);
      return "pass";
    });
    onTestFinished(proxies.close);
    const scene = await open({ timeout: "6s", through: proxies.through });
    const child = scene.start(announce("alive"));
    await child.spoke;
    const retry = await scene.run(RETRY);
    expect((await child.ended).code).toBe(0);
    const verdict = await judge(scene, "alive", retry);
    expect(verdict).toMatchObject({ lost: [], doubled: [], unnamed: [], unknown: [], wrong: [] });
  });
});

describe("a vendor that carries a request out three seconds after the time-out", () => {
  /** Holds each vendor's first request for that long; later ones pass. */
  const slow = (timeoutMs: number) => {
    const held: Promise<void>[] = [];
    const proxies = standBetween(async ({ vendor, n }) => {
      if (vendor === "email" || n > 1) return "pass";
      held.push(sleep(timeoutMs + 3000));
      await held.at(-1);
      return "pass";
    });
    /** Until all that was held has arrived, and the vendors have dealt with it. */
    const arrived = async () => {
      await Promise.all(held);
      await sleep(300);
    };
    return { ...proxies, arrived };
  };

  it("is asked again late enough to show the post", async () => {
    const proxies = slow(1000);
    onTestFinished(proxies.close);
    const scene = await open({ timeout: "1s", through: proxies.through });
    const ran = await scene.run(announce("late"));
    expect(ran.code).toBe(0);
    await proxies.arrived();
    const verdict = await judge(scene, "late", await scene.run(RETRY));
    expect(verdict).toMatchObject({ lost: [], doubled: [], unnamed: [], unknown: [], wrong: [] });
  });

  it.each<[string, NodeJS.Signals[]]>([
    ["killed", ["SIGKILL"]],
    ["interrupted twice", ["SIGINT", "SIGINT"]],
  ])("is asked late enough as well when the command was %s right after it asked", async (_, signals) => {
    const proxies = slow(4000);
    onTestFinished(proxies.close);
    const scene = await open({ timeout: "4s", through: proxies.through });
    const child = scene.start(announce("ended"));
    await child.spoke;
    await sleep(200);
    for (const signal of signals) {
      child.process.kill(signal);
      await sleep(100);
    }
    await child.ended;
    const retry = await scene.run(RETRY);
    await proxies.arrived();
    const verdict = await judge(scene, "ended", retry);
    expect(verdict).toMatchObject({ lost: [], doubled: [], unnamed: [], wrong: [] });
  });
});
