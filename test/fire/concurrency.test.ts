import { expect, it, onTestFinished } from "vitest";
import { tell } from "./chance.ts";
import { announce, CHANNELS, followUp, openScene, type SceneOptions } from "./scene.ts";

const EIGHT = Array.from({ length: 8 }, (_, index) => index);

async function open(options?: SceneOptions) {
  const scene = await openScene(options);
  onTestFinished(scene.close);
  return scene;
}

it("says everything once when eight commands announce with one key at the same time", async () => {
  const scene = await open({ timeout: "15s", quotas: false });
  const ended = await Promise.all(EIGHT.map(() => scene.run(announce("together", "--key", "pager-7"))));
  const said = scene.said("together");
  tell({ test: "eight with one key", exits: ended.map(({ code }) => code), said });
  expect(ended.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(EIGHT.map(() => 0));
  expect(said).toEqual(Object.fromEntries(CHANNELS.map((channel) => [channel, 1])));
  expect(await scene.withLedger((ledger) => ledger.incidents())).toHaveLength(1);
});

it("says each of eight follow-ups at once at most once, in order, and refuses those that were overtaken", async () => {
  const scene = await open({ timeout: "15s", quotas: false });
  expect((await scene.run(announce("opening"))).code).toBe(0);
  const ended = await Promise.all(EIGHT.map((index) => scene.run(followUp(`follow${index}x`))));
  const outcomes = ended.map(({ code }) => code);
  expect(outcomes.filter((code) => code !== 0 && code !== 4)).toEqual([]);
  expect(outcomes).toContain(0);
  let superseded = 0;
  for (const index of EIGHT) {
    const marker = `follow${index}x`;
    const said = scene.said(marker);
    const rows = await scene.rows(marker);
    expect(rows.length > 0).toBe(outcomes[index] === 0);
    for (const channel of CHANNELS) {
      const state = rows.find((row) => row.channel === channel)?.state;
      if (state === "superseded") superseded++;
      // The page shows every recorded update, whoever wrote it.
      if (channel === "page") continue;
      expect([channel, state, said[channel]]).toEqual([channel, state, state === "sent" ? 1 : 0]);
      expect(["sent", "superseded", undefined]).toContain(state);
    }
  }
  tell({ test: "eight follow-ups", exits: outcomes, superseded });
  const numbers = await scene.withLedger(async (ledger) => {
    const [incident] = await ledger.incidents();
    return (await ledger.updates(incident!.id)).map(({ number }) => number);
  });
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const order = scene.sandbox.world().mails.map((mail) => /follow\d+x|opening/.exec(mail.text)?.[0]);
  const recorded = await Promise.all(
    order.map(async (marker) => (await scene.rows(marker!))[0]!.updateNumber),
  );
  expect(recorded).toEqual([...recorded].sort((a, b) => a - b));
});
