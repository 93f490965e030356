import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasOwnServer, type OwnServer, startServer } from "../support/postgres.ts";
import { FULL, SEED, sample, tell } from "./chance.ts";
import { type DatabaseProxy, type Strike, standBeforeDatabase } from "./database-proxy.ts";
import { judge, Tally } from "./judge.ts";
import { announce, CHANNELS, followUp, RETRY, type Scene } from "./scene.ts";
import { openSharedScene } from "./shared-scene.ts";

const AT_ONCE = 4;
/** Longer than the command's own limits together, with a busy machine's slowness. */
const ENDS_WITHIN_MS = 90_000;

const STRIKES: readonly Strike[] = [true, false].flatMap((arrives) =>
  (["breaks", "stalls"] as const).flatMap((then) => [true, false].map((back) => ({ arrives, then, back }))),
);

describe.skipIf(!hasOwnServer)("a command whose database is lost at a commit", () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.close());

  async function openWatched(): Promise<{
    scene: Scene;
    proxy: DatabaseProxy;
    direct: { env: { DATABASE_URL: string } };
    close(): Promise<void>;
  }> {
    const address = await server.database();
    const proxy = await standBeforeDatabase(server.port);
    const through = Object.assign(new URL(address), { port: String(proxy.port) }).href;
    const scene = await openSharedScene({ address: through, direct: address }, { timeout: "2s" });
    const direct = { env: { DATABASE_URL: address } };
    // The tables are there, as they are for a team.
    expect((await scene.run(["list"], direct)).code).toBe(0);
    const close = async () => {
      await scene.close();
      await proxy.close();
    };
    return { scene, proxy, direct, close };
  }

  async function loseAtEach(
    name: string,
    argv: (marker: string) => string[],
    before: (scene: Scene, direct: { env: { DATABASE_URL: string } }) => Promise<void> = async () => {},
    some = 24,
  ): Promise<{ tally: Tally; faults: string[] }> {
    const tally = new Tally();
    const faults: string[] = [];
    const started = performance.now();
    const traced = await openWatched();
    await before(traced.scene, traced.direct);
    expect((await traced.scene.run(argv("trace"))).code).toBe(0);
    const commits = traced.proxy.commits();
    await traced.close();
    const all = Array.from({ length: commits }, (_, n) => STRIKES.map((strike) => ({ n, strike }))).flat();
    const points = sample(all, FULL ? all.length : some, SEED);
    const limit = pLimit(AT_ONCE);
    let longest = 0;
    await Promise.all(
      points.map(({ n, strike }, index) =>
        limit(async () => {
          const { scene, proxy, direct, close } = await openWatched();
          const { arrives, then, back } = strike;
          const where = `${name}, commit ${n} ${arrives ? "arrives" : "is lost"}, ${then}, ${back ? "back" : "gone"}`;
          try {
            await before(scene, direct);
            const marker = `${name}${index}x`;
            proxy.strikeAt(n, strike);
            const child = scene.start(argv(marker));
            const killer = setTimeout(() => child.process.kill("SIGKILL"), ENDS_WITHIN_MS);
            const ended = await child.ended;
            clearTimeout(killer);
            longest = Math.max(longest, ended.elapsedMs);
            if (ended.signal !== null) faults.push(`${where}: it does not end`);
            const said = scene.said(marker);
            if (/nothing was sent/i.test(ended.stdout + ended.stderr))
              for (const channel of CHANNELS)
                if (said[channel] > 0)
                  faults.push(`${where}: ${channel} spoke, and it says that nothing was sent`);
            if (back && arrives && ended.code !== 0)
              faults.push(`${where}: ends with ${ended.code}: ${ended.stdout}${ended.stderr}`.slice(0, 700));
            const retry = await scene.run(RETRY, direct);
            const verdict = await judge(scene, marker, retry);
            tally.add(where, verdict);
            // Who sent it lives on, and knows what became of it.
            for (const channel of verdict.unknown) faults.push(`${where}: ${channel} is left unknown`);
          } finally {
            await close();
          }
        }),
      ),
    );
    const seconds = Math.round((performance.now() - started) / 1000);
    const longestMs = Math.round(longest);
    tell({
      test: `database points, ${name}`,
      points: points.length,
      commits,
      ...tally.figures(),
      longestMs,
      seconds,
    });
    return { tally, faults };
  }

  it("says a first post once, keeps every outcome, and gives up in time", async () => {
    const { tally, faults } = await loseAtEach("first", announce);
    expect([...tally.faults, ...faults]).toEqual([]);
  });

  it("says a follow-up once, keeps every outcome, and gives up in time", async () => {
    const { tally, faults } = await loseAtEach("follow-up", followUp, async (scene, direct) => {
      expect((await scene.run(announce("before"), direct)).code).toBe(0);
    });
    expect([...tally.faults, ...faults]).toEqual([]);
  });

  it("says a notice once", async () => {
    const notice = (marker: string) => {
      const words = `The new search is out, ${marker}.`;
      const said = ["--message", words, "--short", words, "--set", "version=1.4.2"];
      return ["announce", "deploy", "--until", "30m", "--title", "New search", ...said, "--yes", "--json"];
    };
    const { tally, faults } = await loseAtEach("notice", notice, undefined, 12);
    expect([...tally.faults, ...faults]).toEqual([]);
  });
});
