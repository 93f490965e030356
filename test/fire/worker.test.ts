import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { hasOwnServer, type OwnServer, startServer } from "../support/postgres.ts";
import { runIn } from "../support/stage.ts";
import { chance, SEED, tell } from "./chance.ts";
import { CHANNELS, type Child, openScene, type Scene } from "./scene.ts";

const MINUTE = 60_000;
/** Longer than it takes to announce something, and to set what is to happen then. */
const DUE_IN_MS = 6000;
const ROUNDS = Number(process.env.FIRE_KILLS ?? "6");

interface Crew {
  readonly scene: Scene;
  readonly server: OwnServer;
  query<T>(statement: string): Promise<T[]>;
  /** Starts a worker in a process of its own; resolves when it says that it has begun. */
  hire(...flags: string[]): Promise<Child>;
  /** Announces something whose follow-up, whose words hold the marker, falls due a few seconds after; says when. */
  owe(marker: string): Promise<number>;
  /** How often the follow-up was given to each audience. */
  held(marker: string): Record<string, number>;
}

async function openCrew(): Promise<Crew> {
  const server = await startServer();
  onTestFinished(() => server.close());
  const scene = await openScene({ store: "env:DATABASE_URL", timeout: "4s" });
  onTestFinished(scene.close);
  const DATABASE_URL = await server.database();
  const templates = join(scene.folder, "templates");
  mkdirSync(templates);
  writeFileSync(join(templates, "holding.md"), "---\ntype: incident\n---\n\nheld {{ title }}, {{ now }}\n");
  const client = new pg.Pool({ connectionString: DATABASE_URL, max: 1 });
  client.on("error", () => {});
  onTestFinished(() => client.end());
  return {
    scene,
    server,
    query: async <T>(statement: string) => (await client.query(statement)).rows as T[],
    async hire(...flags) {
      const child = scene.start(["worker", "--follow-ups", "--no-remind", ...flags], {
        env: { DATABASE_URL },
      });
      onTestFinished(() => void child.process.kill("SIGKILL"));
      await new Promise<void>((resolve, reject) => {
        child.process.stdout?.once("data", () => resolve());
        void child.ended.then(({ code, stderr }) =>
          reject(new Error(`the worker ended with ${code}: ${stderr}`)),
        );
      });
      return child;
    },
    async owe(marker) {
      const dueAt = Date.now() + DUE_IN_MS;
      const about = ["--title", marker, "--component", "checkout", "--impact", "major", "--new"];
      const { code, stderr } = await runIn(
        scene.folder,
        new ScriptedClock(new Date(dueAt - 15 * MINUTE)),
        ["announce", ...about, "--yes", "--json", "--no-verify"],
        { env: { HOME: join(scene.folder, "announcer"), PATH: process.env.PATH, DATABASE_URL } },
      );
      if (code !== 0 || Date.now() > dueAt)
        throw new Error(`announce ended with ${code}, too late: ${stderr}`);
      return dueAt;
    },
    held: (marker) => scene.said(`held ${marker}`),
  };
}

async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  what: () => unknown,
): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > withinMs) throw new Error(JSON.stringify(what()));
    await sleep(20);
  }
  return Math.round(performance.now() - began);
}

/** Mail that was being handed over may be out, and is a person's to send again. */
const CAN_BE_LOOKED_UP = CHANNELS.filter((name) => name !== "customers");

describe.skipIf(!hasOwnServer)("two workers, of which one is killed", () => {
  it("say what is due once, and soon", async () => {
    const crew = await openCrew();
    const { scene, held } = crew;
    const random = chance(SEED);
    const alive = new Map<number, Child>();
    const hire = async () => {
      const child = await crew.hire();
      alive.set(child.process.pid!, child);
    };
    await hire();
    await hire();
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const marker = `round${round}x`;
      // Half of them in the middle of what they say, the others at any time around it.
      const inTheMiddle = round % 2 === 0;
      const dueAt = await crew.owe(marker);
      if (inTheMiddle) scene.sandbox.fault("twitter", "hang");
      let victim = [...alive.keys()][Math.floor(random() * 2)]!;
      if (inTheMiddle) {
        let owners: { owner: string }[] = [];
        await until(
          async () => {
            owners = await crew.query(
              "select owner from status.deliveries where state = 'sending' and channel = 'x'",
            );
            return (
              owners.length > 0 && scene.sandbox.requests.some(({ body }) => body.includes(`held ${marker}`))
            );
          },
          15_000,
          () => held(marker),
        );
        await sleep(random() * 400);
        victim = Number(owners[0]!.owner.split("/")[2]);
      } else await sleep(dueAt - Date.now() - 500 + random() * 3500);
      const child = alive.get(victim)!;
      const killedAt = Date.now();
      alive.delete(victim);
      child.process.kill("SIGKILL");
      await child.ended;
      // The request that hung had no effect; only what is asked after this counts.
      const before = held(marker);
      scene.sandbox.fault("twitter", null);
      const heard = () => {
        const { x, sellers, ops, page, hosted } = held(marker);
        const tweets = scene.sandbox.world().tweets.filter(({ text }) => text.includes(`held ${marker}`));
        return tweets.length === 1 && x! >= 1 && [sellers, ops, page, hosted].every((times) => times === 1);
      };
      await until(heard, 40_000, () => ({ round, marker, before, now: held(marker) }));
      took.push(Date.now() - Math.max(killedAt, dueAt));
      await hire();
    }
    // Time for whoever would say something again.
    await sleep(6000);
    for (let round = 0; round < ROUNDS; round++) {
      const marker = `round${round}x`;
      const tweets = scene.sandbox.world().tweets.filter(({ text }) => text.includes(`held ${marker}`));
      expect([marker, tweets.length]).toEqual([marker, 1]);
      const counts = held(marker);
      for (const name of CAN_BE_LOOKED_UP)
        if (name !== "x") expect([marker, name, counts[name]]).toEqual([marker, name, 1]);
      expect(counts.customers).toBeLessThanOrEqual(1);
    }
    const odd = await crew.query<{ channel: string; state: string }>(
      "select channel, state from status.deliveries where state not in ('sent', 'skipped')",
    );
    expect(odd.filter(({ channel, state }) => channel !== "customers" || state !== "unknown")).toEqual([]);
    tell({ test: "workers killed", rounds: ROUNDS, heardAfterMs: took, mailUnknown: odd.length });
    for (const child of alive.values()) child.process.kill("SIGTERM");
    for (const child of alive.values()) expect((await child.ended).code).toBe(0);
  });

  it("end with 0 at SIGTERM, and leave nothing that others must wait for", async () => {
    const crew = await openCrew();
    const worker = await crew.hire("--grace", "10s");
    await crew.owe("orderly");
    crew.scene.sandbox.fault("twitter", "hang");
    await until(
      () => crew.held("orderly").ops === 1,
      15_000,
      () => crew.held("orderly"),
    );
    worker.process.kill("SIGTERM");
    const { code, stdout, stderr } = await worker.ended;
    expect([code, stderr, stdout]).toEqual([
      0,
      "",
      expect.stringMatching(/stopping: 1 under way.*\n.*said update 2.*unknown: x\n.*worker ended\n$/),
    ]);
    expect(await crew.query("select 1 from status.deliveries where state = 'sending'")).toEqual([]);
    expect(await crew.query("select 1 from pgboss.job where state = 'active'")).toEqual([]);
  });

  it.each<[string, NodeJS.Signals]>([
    ["Ctrl-C twice", "SIGINT"],
    ["SIGTERM twice", "SIGTERM"],
  ])("end at once at %s, with 130", async (_, signal) => {
    const crew = await openCrew();
    const worker = await crew.hire("--grace", "1h");
    await crew.owe("twice");
    crew.scene.sandbox.fault("twitter", "hang");
    await until(
      () => crew.held("twice").ops === 1,
      15_000,
      () => crew.held("twice"),
    );
    worker.process.kill(signal);
    await sleep(200);
    worker.process.kill(signal);
    expect((await worker.ended).code).toBe(130);
    expect(await crew.query("select 1 from status.deliveries where state = 'sending'")).toEqual([]);
  });
});
