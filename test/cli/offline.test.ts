import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasOwnServer, type OwnServer, startServer } from "../support/postgres.ts";
import { type Ran, runIn, type Stage, setStage } from "../support/stage.ts";

const ANNOUNCE = [
  "announce",
  ...["--title", "Checkout is failing", "--component", "checkout", "--impact", "major", "--yes", "--json"],
];
const update = (...more: string[]) => [
  "update",
  "--message",
  "We found the cause.",
  "--yes",
  "--json",
  ...more,
];

describe.skipIf(!hasOwnServer)("a commander whose team's database is down", () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.close());

  async function team(): Promise<{ stage: Stage; as(who: string, argv: readonly string[]): Promise<Ran> }> {
    const address = await server.database();
    const stage = await setStage((config) => {
      config.store = "env:DATABASE_URL";
      for (const channel of Object.values(config.channels)) channel.timeout = "1s";
    });
    return {
      stage,
      as(who, argv) {
        const folder = join(stage.folder, who);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, ".statusrc"), JSON.stringify(stage.config), { mode: 0o600 });
        return runIn(folder, stage.clock, argv, { env: { HOME: folder, DATABASE_URL: address } });
      },
    };
  }

  it("is told of the way out, speaks on in the same threads, and brings it home with the next command", async () => {
    const { as, stage } = await team();
    await as("first", ANNOUNCE);
    await server.kill();
    const refused = await as("first", update().slice(0, -1));
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("add --offline")]);

    const offline = await as("first", update("--offline"));
    expect(offline.code).toBe(0);
    expect(offline.stderr).toContain("two who speak offline can say the same twice");
    expect(offline.json()).toMatchObject({ outcome: "delivered", update: { number: 2 } });
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
    expect(stage.sandbox.world().topics).toHaveLength(1);

    await server.start();
    const home = await as("first", ["list"]);
    expect(home.stderr).toContain("Brought home what was said offline: 1 update, 6 posts. Nothing was sent.");
    expect((await as("first", ["list"])).stderr).not.toContain("home");
    const next = await as("second", ["resolve", "--message", "All is well.", "--yes", "--json"]);
    expect(next.json()).toMatchObject({ outcome: "delivered", update: { number: 3 } });
    expect(stage.heard()).toEqual({ x: 3, mail: 3, forum: 3, slack: 3, hosted: 3 });
    expect(stage.sandbox.world().topics).toHaveLength(1);
  }, 40_000);

  it("is warned on a machine that knows nothing, announces all the same, and both histories become one", async () => {
    const { as, stage } = await team();
    await server.kill();
    const offline = await as("fresh", [...ANNOUNCE, "--offline"]);
    expect([offline.code, offline.stderr]).toEqual([0, expect.stringContaining("no copy of the ledger")]);
    await server.start();
    // The forum refuses a second topic of the same minute.
    stage.clock.advance(60_000);
    expect((await as("colleague", ANNOUNCE)).code).toBe(0);
    const home = await as("fresh", ["list", "--json"]);
    expect(home.stderr).toContain("was announced on both sides");
    expect(home.code).toBe(0);
    const last = await as("colleague", ["resolve", "--message", "All is well.", "--yes", "--json"]);
    expect(last.json()).toMatchObject({ update: { number: 3 } });
    expect(stage.sandbox.world().hostedIncidents.length).toBeGreaterThan(0);
  }, 40_000);

  it("loses no receipt when the database dies in the middle: nothing is unknown, nothing is said twice", async () => {
    const { as, stage } = await team();
    await as("first", ANNOUNCE);
    const before = stage.sandbox.requests.length;
    const arrived = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (stage.sandbox.requests.length === before) return;
        clearInterval(look);
        resolve();
      }, 1);
    });
    const running = as("first", update());
    await arrived;
    await server.kill();
    expect((await running).code).toBe(3);
    const offline = await as("first", ["retry", "--offline", "--yes", "--json"]);
    expect(offline.code).toBe(0);
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
    await server.start();
    const home = await as("first", ["list"]);
    expect(home.stderr).toContain("Brought home");
    expect((await as("second", ["retry", "--yes", "--json"])).json()).toMatchObject({
      outcome: "nothing-to-do",
    });
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
  }, 60_000);

  it("keeps no password in the copy, which only its owner can read", async () => {
    const { as, stage } = await team();
    await as("first", ANNOUNCE);
    const folder = join(stage.folder, "first", ".local", "state", "status");
    const files = readdirSync(folder).filter((name) => name.includes(".db"));
    expect(files).not.toEqual([]);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const file of files) expect(readFileSync(join(folder, file), "latin1")).not.toContain("pw-");
  });
});

describe("a commander whose ledger file is damaged", () => {
  it("speaks without it, and the next ledger in its place has what was said", async () => {
    const stage = await setStage();
    const run = (argv: readonly string[]) => stage.run(argv, { env: { HOME: stage.folder } });
    const store = join(stage.folder, ".status", "status.db");
    mkdirSync(join(stage.folder, ".status"));
    writeFileSync(store, "damaged");
    const refused = await run(ANNOUNCE.slice(0, -1));
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("add --offline")]);
    expect((await run([...ANNOUNCE, "--offline"])).code).toBe(0);
    expect((await run(update("--offline"))).json()).toMatchObject({ update: { number: 2 } });
    expect(readFileSync(store, "utf8")).toBe("damaged");

    renameSync(store, `${store}.damaged`);
    const home = await run(["list"]);
    expect(home.stderr).toContain("Brought home what was said offline: 2 updates, 12 posts.");
    const last = await run(["resolve", "--message", "All is well.", "--yes", "--json"]);
    expect(last.json()).toMatchObject({ outcome: "delivered", update: { number: 3 } });
    expect(stage.heard()).toEqual({ x: 3, mail: 3, forum: 3, slack: 3, hosted: 3 });
    expect(stage.sandbox.world().topics).toHaveLength(1);
  });
});
