import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasOwnServer, type OwnServer, startServer } from "../support/postgres.ts";
import { chance, FULL, SEED, tell } from "./chance.ts";
import { judge, Tally } from "./judge.ts";
import { announce, followUp, RETRY, type Scene } from "./scene.ts";
import { openSharedScene } from "./shared-scene.ts";

const KILLS = Number(process.env.FIRE_SHARED_KILLS ?? (FULL ? "300" : "20"));
const AT_ONCE = 4;

/** Kills a command anywhere in its life, or soon after its first result. True where it was killed. */
async function killSomewhere(scene: Scene, argv: readonly string[], random: () => number, life: number) {
  const child = scene.start(argv);
  const delay = random() * life;
  if (random() < 0.7) await Promise.race([sleep(delay), child.ended]);
  else {
    await child.spoke;
    await sleep(delay * 0.2);
  }
  child.process.kill("SIGKILL");
  return (await child.ended).signal === "SIGKILL";
}

describe.skipIf(!hasOwnServer)("commands over a ledger that a team shares", () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.close());

  /** What killed commands have left open on the server. */
  async function leftOpen(address: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    try {
      const held = await client.query("select name from status.leases where owner is not null");
      return held.rows;
    } finally {
      await client.end();
    }
  }

  it("lose nothing, say nothing twice and hide nothing when they are killed at any moment", async () => {
    const started = performance.now();
    const tally = new Tally();
    let kills = 0;
    let survived = 0;
    const lives: number[] = [];
    const round = async (index: number) => {
      const random = chance(SEED * 100_000 + index);
      const address = await server.database();
      const scene = await openSharedScene({ address });
      try {
        const life = lives.length === 0 ? 2500 : lives[Math.floor(random() * lives.length)]!;
        const [first, second] = [`first${index}x`, `second${index}x`];
        const count = (killed: boolean) => void (killed ? kills++ : survived++);
        // The tables are there, as they are for a team.
        await scene.run(["list"]);
        count(await killSomewhere(scene, announce(first), random, life));
        const verdict = await judge(scene, first, await scene.run(RETRY));
        tally.add(`seed ${SEED}, round ${index}, first`, verdict);
        if (!verdict.recorded) return;
        count(await killSomewhere(scene, followUp(second), random, life));
        tally.add(
          `seed ${SEED}, round ${index}, follow-up`,
          await judge(scene, second, await scene.run(RETRY)),
        );
        for (const [channel, times] of Object.entries(scene.said(first)))
          if (times > 1)
            tally.faults.push(`round ${index}: ${channel} heard the first update ${times} times`);
        const open = await leftOpen(address);
        if (open.length > 0) tally.faults.push(`round ${index}: held by nobody: ${JSON.stringify(open)}`);
        const calm = await scene.run(RETRY);
        lives.push(Math.min(calm.elapsedMs * 1.5, 8000));
      } finally {
        await scene.close();
      }
    };
    let next = 0;
    const worker = async () => {
      while (kills < KILLS) await round(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const seconds = Math.round((performance.now() - started) / 1000);
    tell({ test: "shared kills", kills, survived, ...tally.figures(), seconds });
    expect(tally.faults).toEqual([]);
  });
});
