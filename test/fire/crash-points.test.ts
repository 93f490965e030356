import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { describe, expect, it } from "vitest";
import { FULL, SEED, sample, tell } from "./chance.ts";
import { faultsOf, judge, Tally } from "./judge.ts";
import { announce, followUp, openScene, RETRY, type Scene } from "./scene.ts";
import { killAt, noTracer, type Point, STEADY, tracePoints } from "./strace.ts";

const POINTS = Number(process.env.FIRE_POINTS ?? "80");
const AT_ONCE = 8;

const obstacle = noTracer();
if (obstacle !== null) process.stdout.write(`crash points are skipped: ${obstacle}\n`);

/** Lets a command die at each of the points, in a scene of its own, retries, and judges. */
async function dieAtEach(
  name: string,
  points: readonly Point[],
  prepare: (scene: Scene) => Promise<void>,
  argv: (marker: string) => string[],
): Promise<Tally> {
  const tally = new Tally();
  let died = 0;
  const calls: Record<string, number> = {};
  const limit = pLimit(AT_ONCE);
  const started = performance.now();
  const chosen = FULL ? points : sample(points, POINTS, SEED);
  await Promise.all(
    chosen.map((point, index) =>
      limit(async () => {
        const scene = await openScene();
        try {
          await prepare(scene);
          const marker = `${name}${index}x`;
          const killed = await scene.run(argv(marker), { under: killAt(point), env: STEADY });
          const where = `${point.call} ${point.n} (${point.on})`;
          if (killed.signal === "SIGKILL" || killed.code === 137) {
            died++;
            calls[point.call] = (calls[point.call] ?? 0) + 1;
          } else if (killed.code !== 0)
            tally.faults.push(`${where}: ended with ${killed.code}: ${killed.stderr}`);
          const broken = scene.brokenPage();
          if (broken !== null) tally.faults.push(`${where}: before retry ${broken}`);
          const first = await judge(scene, marker, await scene.run(RETRY));
          tally.add(where, first);
          if (index % 8 === 0) {
            const again = faultsOf(await judge(scene, marker, await scene.run(RETRY)));
            tally.faults.push(...again.map((fault) => `${where}, second retry: ${fault}`));
          }
        } finally {
          await scene.close();
        }
      }),
    ),
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  tell({
    test: `crash points, ${name}`,
    points: points.length,
    tried: chosen.length,
    died,
    calls,
    ...tally.figures(),
    seconds,
  });
  return tally;
}

describe.skipIf(obstacle !== null)("a command that dies at a system call", () => {
  it("dies before the call is made, and after the one before it", () => {
    const folder = mkdtempSync(join(tmpdir(), "status-fire-"));
    const file = join(folder, "written");
    const script = join(folder, "write.mjs");
    writeFileSync(
      script,
      `import fs from "node:fs"; let i = 0; const f = fs.openSync(${JSON.stringify(file)}, "w"); for (const c of "abc") fs.writeSync(f, c, i++);`,
    );
    // Writes at a position are pwrite64, as the ledger's are.
    const [program, ...rest] = [...killAt({ call: "pwrite64", n: 2 }), process.execPath, script];
    const ran = spawnSync(program!, rest);
    expect(ran.signal ?? ran.status).toBe("SIGKILL");
    expect(existsSync(file) && readFileSync(file, "utf8")).toBe("a");
    rmSync(folder, { recursive: true, force: true });
  });

  it("loses nothing and says nothing twice when it opens an incident", async () => {
    const scene = await openScene();
    const { points } = await tracePoints((under) => scene.run(announce("trace"), { under, env: STEADY }));
    await scene.close();
    expect(points.length).toBeGreaterThan(50);
    const tally = await dieAtEach("first", points, async () => {}, announce);
    expect(tally.faults).toEqual([]);
  });

  it("loses nothing and says nothing twice when it follows up", async () => {
    const prepare = async (scene: Scene) => {
      expect((await scene.run(announce("before"))).code).toBe(0);
    };
    const scene = await openScene();
    await prepare(scene);
    const { points } = await tracePoints((under) => scene.run(followUp("trace"), { under, env: STEADY }));
    await scene.close();
    expect(points.length).toBeGreaterThan(50);
    const tally = await dieAtEach("follow-up", points, prepare, followUp);
    expect(tally.faults).toEqual([]);
  });

  it("has the attempt on disk before the first byte leaves for a vendor", async () => {
    const scene = await openScene();
    const { lines } = await tracePoints((under) => scene.run(announce("order"), { under, env: STEADY }));
    await scene.close();
    const firstByte = lines.findIndex(
      // What a program that it asks answers it, comes by a socket as well.
      (line) => /writev?\(\d+<(socket|TCP)/.test(line) && !/writev?\([012]</.test(line),
    );
    const before = lines.slice(0, firstByte);
    const written = before.findLastIndex(
      (line) => line.includes("pwrite64") && line.includes("status.db-wal>"),
    );
    const synced = before.findLastIndex((line) => /f(data)?sync\(\d+<[^>]*status\.db-wal>/.test(line));
    expect(firstByte).toBeGreaterThan(0);
    expect(written).toBeGreaterThan(0);
    expect(synced).toBeGreaterThan(written);
  });
});
