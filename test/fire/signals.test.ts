import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { tell } from "./chance.ts";
import { judge } from "./judge.ts";
import { announce, openScene, RETRY, type Scene } from "./scene.ts";

async function open(): Promise<Scene> {
  const scene = await openScene({ timeout: "6s" });
  onTestFinished(scene.close);
  return scene;
}

/** Announces while X keeps silent, and sends the signals once another channel has spoken. */
async function interrupt(scene: Scene, marker: string, signals: readonly NodeJS.Signals[]) {
  scene.sandbox.fault("twitter", "hang");
  const child = scene.start(announce(marker));
  await child.spoke;
  await sleep(600);
  const sent = performance.now();
  for (const signal of signals) {
    child.process.kill(signal);
    await sleep(100);
  }
  const ended = await child.ended;
  scene.sandbox.fault("twitter", null);
  return { ended, tookMs: Math.round(performance.now() - sent) };
}

it.each<[string, NodeJS.Signals[], number]>([
  ["one Ctrl-C, after a short wait for what is in flight", ["SIGINT"], 4500],
  ["two Ctrl-C, at once", ["SIGINT", "SIGINT"], 2500],
  ["SIGTERM, after a short wait for what is in flight", ["SIGTERM"], 4500],
])("ends with 130 and its report at %s; retry completes it", async (name, signals, withinMs) => {
  const scene = await open();
  const marker = "interrupted";
  const { ended, tookMs } = await interrupt(scene, marker, signals);
  expect(ended.code).toBe(130);
  const states = Object.fromEntries(ended.json().deliveries.map(({ channel, state }) => [channel, state]));
  expect(states).toMatchObject({ sellers: "sent", ops: "sent", hosted: "sent", page: "sent" });
  expect(["unknown", "waiting"]).toContain(states.x);
  expect(tookMs).toBeLessThan(withinMs);
  tell({ test: `signals, ${name}`, exit: ended.code, tookMs, x: states.x });
  const before = scene.said(marker);
  const verdict = await judge(scene, marker, await scene.run(RETRY));
  // The hung request had no effect; asking again is the only way to be heard.
  const heard = scene.sandbox.world().tweets.filter(({ text }) => text.includes(marker));
  expect(heard).toHaveLength(1);
  expect(before.x).toBeLessThanOrEqual(1);
  expect(verdict).toMatchObject({ lost: [], unnamed: [], wrong: [] });
  expect(verdict.doubled.filter((what) => !what.startsWith("x "))).toEqual([]);
});
