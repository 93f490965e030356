import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { chance, FULL, SEED, tell } from "./chance.ts";
import { judge, Tally } from "./judge.ts";
import { announce, followUp, openScene, RETRY, type Scene } from "./scene.ts";

const KILLS = Number(process.env.FIRE_KILLS ?? (FULL ? "2000" : "500"));
const AT_ONCE = 18;

/**
 * Runs a command and kills it: a fifth of the time anywhere in its life, half the time soon after it opened the
 * ledger, else soon after its first result. True where it was killed.
 */
async function killSomewhere(scene: Scene, argv: readonly string[], random: () => number, life: number) {
  const child = scene.start(argv);
  const way = random();
  const delay = random() * life;
  if (way < 0.2) await Promise.race([sleep(delay), child.ended]);
  else if (way < 0.7) {
    let over = false;
    void child.ended.then(() => {
      over = true;
    });
    while (!over && !existsSync(`${scene.store}-wal`)) await sleep(2);
    await sleep(delay * 0.8);
  } else {
    await child.spoke;
    await sleep(delay * 0.2);
  }
  child.process.kill("SIGKILL");
  return (await child.ended).signal === "SIGKILL";
}

it("loses nothing, says nothing twice and hides nothing when commands are killed at any moment", async () => {
  const started = performance.now();
  const tally = new Tally();
  let kills = 0;
  let survived = 0;
  let spokenOver = 0;
  const lives: number[] = [];

  /** One incident: an announcement, then a follow-up, either of them killed, either of them retried or spoken over. */
  const round = async (index: number) => {
    const random = chance(SEED * 100_000 + index);
    const scene = await openScene();
    try {
      const life = lives.length === 0 ? 1500 : lives[Math.floor(random() * lives.length)]!;
      const [first, second] = [`first${index}x`, `second${index}x`];
      const firstKilled = await killSomewhere(scene, announce(first), random, life);
      if (firstKilled) kills++;
      else survived++;
      if (firstKilled && random() < 0.3 && (await scene.rows(first)).length > 0) spokenOver++;
      else {
        const verdict = await judge(scene, first, await scene.run(RETRY));
        tally.add(`seed ${SEED}, round ${index}, first`, verdict);
        if (!verdict.recorded) return;
      }
      if (await killSomewhere(scene, followUp(second), random, life)) kills++;
      else survived++;
      const retry = await scene.run(RETRY);
      tally.add(`seed ${SEED}, round ${index}, follow-up`, await judge(scene, second, retry));
      const said = Object.entries(scene.said(first)).filter(([, times]) => times > 1);
      for (const [channel] of said)
        tally.faults.push(`round ${index}: ${channel} heard the first update twice`);
      const calm = await scene.run(RETRY);
      lives.push(Math.min(calm.elapsedMs * 1.2, 8000));
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
  tell({ test: "random kills", kills, survived, spokenOver, ...tally.figures(), seconds });
  expect(tally.faults).toEqual([]);
});
