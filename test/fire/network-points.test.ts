import pLimit from "p-limit";
import { describe, expect, it } from "vitest";
import { tell } from "./chance.ts";
import { judge, Tally } from "./judge.ts";
import { type Asked, type Passage, standBetween } from "./proxy.ts";
import { announce, type Child, followUp, openScene, RETRY, type Scene } from "./scene.ts";

const AT_ONCE = 8;

interface Point {
  readonly vendor: string;
  readonly n: number;
}

/** A scene whose vendors are behind proxies; `onAsked` may change while it runs. */
async function openWatched() {
  const watch: { onAsked: (asked: Asked) => Promise<Passage> } = { onAsked: async () => "pass" };
  const proxies = standBetween((asked) => watch.onAsked(asked));
  const scene = await openScene({ through: proxies.through });
  const close = async () => {
    await scene.close();
    await proxies.close();
  };
  return { scene, watch, close };
}

/** Everything that one run sends to the vendors. */
async function sendings(prepare: (scene: Scene) => Promise<void>, argv: readonly string[]): Promise<Point[]> {
  const { scene, watch, close } = await openWatched();
  await prepare(scene);
  const points: Point[] = [];
  watch.onAsked = async ({ vendor, n }) => {
    points.push({ vendor, n });
    return "pass";
  };
  expect((await scene.run(argv)).code).toBe(0);
  await close();
  return points;
}

async function dieAtEach(
  name: string,
  prepare: (scene: Scene) => Promise<void>,
  argv: (marker: string) => string[],
): Promise<Tally> {
  const tally = new Tally();
  const started = performance.now();
  const points = (await sendings(prepare, argv("trace"))).flatMap((point) =>
    (["drop", "pass"] as const).map((passage) => ({ ...point, passage })),
  );
  let died = 0;
  const limit = pLimit(AT_ONCE);
  await Promise.all(
    points.map(({ vendor, n, passage }, index) =>
      limit(async () => {
        const { scene, watch, close } = await openWatched();
        try {
          await prepare(scene);
          const marker = `${name}${index}x`;
          const running: { child?: Child } = {};
          watch.onAsked = async (asked) => {
            if (asked.vendor !== vendor || asked.n !== n) return "pass";
            running.child?.process.kill("SIGKILL");
            await running.child?.ended;
            return passage;
          };
          running.child = scene.start(argv(marker));
          if ((await running.child.ended).signal === "SIGKILL") died++;
          watch.onAsked = async () => "pass";
          tally.add(`${vendor} ${n} ${passage}`, await judge(scene, marker, await scene.run(RETRY)));
        } finally {
          await close();
        }
      }),
    ),
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  tell({ test: `network points, ${name}`, points: points.length, died, ...tally.figures(), seconds });
  return tally;
}

describe("a command that dies while it sends", () => {
  it("loses nothing and says nothing twice, whether the vendor got the bytes of a first post or not", async () => {
    const tally = await dieAtEach("first", async () => {}, announce);
    expect(tally.faults).toEqual([]);
  });

  it("loses nothing and says nothing twice, whether the vendor got the bytes of a follow-up or not", async () => {
    const prepare = async (scene: Scene) => {
      expect((await scene.run(announce("before"))).code).toBe(0);
    };
    const tally = await dieAtEach("follow-up", prepare, followUp);
    expect(tally.faults).toEqual([]);
  });
});
