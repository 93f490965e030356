import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  hasOwnServer,
  hasServer,
  type OwnServer,
  type Server,
  someServer,
  startServer,
} from "../support/postgres.ts";
import { type Team, team } from "../support/team.ts";

const ANNOUNCE = [
  "announce",
  ...["--title", "Checkout is failing", "--component", "checkout", "--impact", "major", "--yes", "--json"],
];

/** A team that shares a page as well. */
function shop(address: string): Promise<Team> {
  return team(address, ({ channels }) => {
    channels.page = { kind: "page", directory: join("..", "public") };
  });
}

describe.skipIf(!hasServer)("a ledger that a team shares", () => {
  let server: Server;
  beforeAll(async () => {
    server = await someServer();
  });
  afterAll(() => server?.close());

  it("lets one announce, another update and a script resolve, in the same threads", async () => {
    const { as, stage } = await shop(await server.database());
    const first = await as("first", [...ANNOUNCE, "--key", "pager-7"]);
    expect(first).toMatchObject({ code: 0, stderr: expect.not.stringContaining("error") });
    const second = await as("second", ["update", "--message", "We found the cause.", "--yes", "--json"]);
    expect(second.code).toBe(0);
    const last = await as("script", ["resolve", "pager-7", "--message", "All is well.", "--yes", "--json"]);
    expect(last.json()).toMatchObject({ outcome: "delivered", update: { number: 3 } });
    expect(stage.heard()).toEqual({ x: 3, mail: 3, forum: 3, slack: 3, hosted: 3 });
    const { topics, tweets, mails } = stage.sandbox.world();
    expect(topics).toHaveLength(1);
    expect(tweets[1]).toMatchObject({ replyTo: tweets[0]!.id });
    expect(mails[2]!.text).toContain("All is well.");
    const report = await as("fourth", ["list", "--all", "--json"]);
    expect(report.code).toBe(0);
  });

  it("says everything once when many announce with one key at the same time", async () => {
    const { as, stage } = await shop(await server.database());
    const ran = await Promise.all(
      ["a", "b", "c", "d"].map((who) => as(who, [...ANNOUNCE, "--key", "deploy-1"])),
    );
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(stage.heard()).toEqual({ x: 1, mail: 1, forum: 1, slack: 1, hosted: 1 });
  });

  it("lets one of several follow up, and tells the others", async () => {
    const { as, stage } = await shop(await server.database());
    await as("first", ANNOUNCE);
    stage.clock.advance(16 * 60_000);
    const ran = await Promise.all(["a", "b", "c"].map((who) => as(who, ["follow-up", "--yes", "--json"])));
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(stage.heard()).toMatchObject({ x: 2, mail: 2, forum: 2, slack: 2 });
  });

  it("serves the built command, and lets it end at once", async () => {
    const address = await server.database();
    const { as, stage } = await shop(address);
    await as("first", ANNOUNCE);
    const binary = fileURLToPath(new URL("../../bin/status.js", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [binary, "list", "--json"], {
      cwd: join(stage.folder, "first"),
      env: { HOME: stage.folder, PATH: process.env.PATH, DATABASE_URL: address },
      timeout: 5000,
    });
    expect(JSON.parse(stdout)).toMatchObject({ incidents: [{ title: "Checkout is failing" }] });
  });

  it("lives beside other tables of the same names", async () => {
    const address = await server.database();
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query("create table public.incidents (mine text); create table public.updates (mine text)");
    const { as } = await shop(address);
    expect((await as("first", ANNOUNCE)).code).toBe(0);
    expect((await client.query("select * from public.incidents")).rows).toEqual([]);
    expect((await client.query("select id from status.incidents")).rows).toHaveLength(1);
    await client.end();
  });

  it("is refused politely when a newer program wrote it", async () => {
    const address = await server.database();
    const { as } = await shop(address);
    await as("first", ANNOUNCE);
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query("update status.schema_version set version = 99");
    await client.end();
    const { code, stderr } = await as("first", ["list"]);
    expect([code, stderr]).toEqual([3, expect.stringContaining("[LEDGER_NEWER]")]);
  });

  it("does not wait for long for a writer that stopped in the middle", async () => {
    const address = await server.database();
    const { as, stage } = await shop(address);
    await as("first", ANNOUNCE);
    const client = new pg.Client({ connectionString: address });
    client.on("error", () => {});
    await client.connect();
    await client.query("begin");
    await client.query("set local idle_in_transaction_session_timeout = 1000");
    await client.query("select pg_advisory_xact_lock(1937006964)");
    const { code } = await as("second", ["update", "--message", "We found it.", "--yes", "--json"]);
    expect(code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 2, mail: 2 });
    await client.end().catch(() => {});
  });

  it.each([
    ["is none of PostgreSQL", () => "mysql://status:hunter22@127.0.0.1/x", "STORE_UNSUPPORTED"],
    ["is no address", () => "hunter22 at home", "STORE_UNSUPPORTED"],
    [
      "has a password that looks like a path",
      () => "postgres://s2:12/hunter22@127.0.0.1/shop",
      "STORE_UNSUPPORTED",
    ],
    ["is broken in the middle", (right: string) => `${right}/100%`, "STORE_UNSUPPORTED"],
    [
      "has a wrong password",
      (right: string) => right.replace(/:[^:@/]+@/, ":hunter22@"),
      "LEDGER_LOGIN_REFUSED",
    ],
    ["names a database that is not there", (right: string) => `${right}x`, "LEDGER_NO_DATABASE"],
    ["leads nowhere", () => "postgres://status:hunter22@127.0.0.1:9/shop", "LEDGER_UNREACHABLE"],
    [
      "leads to a name that nobody knows",
      () => "postgres://status:hunter22@nowhere.invalid/shop",
      "LEDGER_UNREACHABLE",
    ],
  ])("sends nothing when the address %s, and shows no password", async (_, wrong, code) => {
    const address = await server.database();
    const { as, stage } = await shop(address);
    const ran = await as("first", ANNOUNCE.slice(0, -1), { env: { DATABASE_URL: wrong(address) } });
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining(`[${code}]`)]);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain("hunter22");
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(new URL(address).password);
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  });

  it("sends nothing when the address is not there", async () => {
    const { as } = await shop(await server.database());
    const ran = await as("first", ANNOUNCE.slice(0, -1), { env: { DATABASE_URL: "" } });
    expect([ran.code, ran.stderr]).toEqual([
      3,
      expect.stringMatching(/DATABASE_URL.*store.*SECRET_MISSING/s),
    ]);
  });

  it("sends nothing when the user may not write there", async () => {
    const address = await server.database();
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    const role = `reader${Date.now()}`;
    await client.query(`create role ${role} login password 'hunter22'`);
    await client.end();
    const { as } = await shop(address);
    const reader = Object.assign(new URL(address), { username: role, password: "hunter22" }).href;
    const ran = await as("first", ANNOUNCE.slice(0, -1), { env: { DATABASE_URL: reader } });
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining("[LEDGER_NOT_WRITABLE]")]);
  });
});

describe.skipIf(!hasOwnServer)("a team's server", () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.close());

  it("may crash between two commands: what was said is there", async () => {
    const { as } = await shop(await server.database());
    await as("first", ANNOUNCE);
    await server.kill();
    const down = await as("second", ["update", "--message", "We found it.", "--yes"]);
    expect([down.code, down.stderr]).toEqual([3, expect.stringContaining("[LEDGER_UNREACHABLE]")]);
    await server.start();
    const up = await as("second", ["update", "--message", "We found it.", "--yes", "--json"]);
    expect(up.json()).toMatchObject({ outcome: "delivered", update: { number: 2 } });
  });

  it("may accept connections and say nothing: it is given up after three seconds", async () => {
    const { as, stage } = await shop(await server.database());
    await as("first", ANNOUNCE);
    server.freeze();
    try {
      const began = performance.now();
      const { code, stderr } = await as("second", ["update", "--message", "We found it.", "--yes"]);
      const seconds = (performance.now() - began) / 1000;
      expect([code, stderr]).toEqual([3, expect.stringMatching(/no answer in time.*LEDGER_UNREACHABLE/s)]);
      expect(seconds).toBeGreaterThan(2.9);
      expect(seconds).toBeLessThan(8);
      expect(stage.heard()).toMatchObject({ x: 1, mail: 1 });
    } finally {
      server.thaw();
    }
  });

  it("may crash in the middle of a broadcast: retry says what is missing, and nothing twice", async () => {
    const { as, stage } = await shop(await server.database());
    // Its leases outlive the command that was cut, for this process lives on.
    stage.configure(({ channels }) => {
      for (const channel of Object.values(channels)) channel.timeout = "1s";
    });
    const arrived = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (stage.sandbox.requests.length === 0) return;
        clearInterval(look);
        resolve();
      }, 1);
    });
    const running = as("first", ANNOUNCE);
    await arrived;
    await server.kill();
    const cut = await running;
    expect(cut.code).toBe(3);
    await server.start();
    for (let turn = 0; turn < 3; turn++) await as("second", ["retry", "--yes", "--json"]);
    const heard = stage.heard();
    for (const [channel, times] of Object.entries(heard))
      if (channel !== "mail") expect([channel, times]).toEqual([channel, 1]);
    expect(heard.mail).toBeLessThanOrEqual(1);
  }, 60_000);
});
