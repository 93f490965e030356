import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqlite } from "../../src/store/sqlite.ts";
import { TABLE_ORDER } from "../../src/store/table-order.ts";
import { hasServer, type Server, someServer } from "../support/postgres.ts";
import { ANNOUNCE, type Ran, setStage } from "../support/stage.ts";
import { type Team, team } from "../support/team.ts";

const MIGRATE = ["config", "migrate-store"];

/** Has spoken from a file, and has named another store since. */
async function moving(store: string, address: string | null = null) {
  const { stage, as, folderOf } = await team(address, (config) => {
    delete config.store;
  });
  const run = (argv: readonly string[], more?: Parameters<Team["as"]>[2]) => as("mover", argv, more);
  expect((await run([...ANNOUNCE, "--key", "pager-7"])).code).toBe(0);
  const args = ["--message", "We found the cause.", "--phase", "identified", "--yes"];
  expect((await run(["update", ...args])).code).toBe(0);
  const before = await ledger(run);
  stage.config.store = store;
  const folder = folderOf("mover");
  return { stage, run, before, folder, file: join(folder, ".status", "status.db") };
}

async function ledger(run: (argv: readonly string[]) => Promise<Ran>): Promise<unknown> {
  const id = ((await run(["list", "--json"])).json() as { incidents?: { id: string }[] }).incidents?.[0]?.id;
  return (await run(["show", id ?? "", "--json"])).json();
}

/** All that a file ledger holds; its bytes change by themselves when what was written beside it is taken in. */
async function rowsIn(file: string): Promise<unknown[]> {
  const { db } = await openSqlite(file);
  const rows = [];
  for (const { name, key } of TABLE_ORDER) {
    let query = db.selectFrom(name as "incidents").selectAll();
    for (const column of key) query = query.orderBy(column as "id");
    rows.push({ name, rows: await query.execute() });
  }
  await db.destroy();
  return rows;
}

describe("status config migrate-store", () => {
  it("carries one file over into another and leaves the first as it is", async () => {
    const { run, before, file } = await moving("./other.db");
    const rows = await rowsIn(file);
    const ran = await run(MIGRATE);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^ {2}incidents +1 carried, 0 there already, 0 conflicts$/m);
    expect(ran.stdout).toMatch(/^ {2}deliveries +12 carried, 0 there already, 0 conflicts$/m);
    expect(ran.stdout).toContain(`\n  mv ${file} ${file}.carried-over\n`);
    expect(await rowsIn(file)).toEqual(rows);
    renameSync(file, `${file}.carried-over`);
    expect(await ledger(run)).toEqual(before);
  });

  it("finds all there when it is typed again", async () => {
    const { run } = await moving("./other.db");
    await run(MIGRATE);
    const again = await run([...MIGRATE, "--json"]);
    expect(again.code).toBe(0);
    expect(again.json()).toMatchObject({
      version: 1,
      dryRun: false,
      tables: { updates: { carried: 0, there: 2, conflicts: 0 }, deliveries: { carried: 0, there: 12 } },
      conflicts: [],
    });
  });

  it("tells on a terminal how far it is, a line for each table", async () => {
    const { run } = await moving("./other.db");
    const watched = async (argv: readonly string[]) => {
      let stderr = "";
      const write = (text: string) => {
        stderr += text;
      };
      await run(argv, { stderr: { isTerminal: true, columns: 80, write } });
      return stderr;
    };
    expect(await watched(MIGRATE)).toMatch(
      /^incidents: 1 .*\nupdates: 2 .*\ndeliveries: 12 .*\nattempts: 12 /,
    );
    expect(await watched([...MIGRATE, "--plain"])).toBe("");
    expect(await watched([...MIGRATE, "--json"])).toBe("");
  });

  it("overwrites nothing where the team has spoken since, and exits 3", async () => {
    const { stage, run, file } = await moving("./other.db");
    await run(MIGRATE);
    expect((await run(["resolve", "--message", "All is well.", "--yes"])).code).toBe(0);
    const spoken = await ledger(run);
    const heard = stage.heard();
    for (const argv of [MIGRATE, [...MIGRATE, "--dry-run"]]) {
      const ran = await run(argv);
      expect(ran.code).toBe(3);
      expect(ran.stdout).toMatch(/^ {2}! incidents .*: differs in phase, .*resolved_at/m);
      expect(ran.stderr).toContain("[STORE_CONFLICT]");
      expect(ran.stderr).toContain(`mv ${file} `);
      expect(ran.stdout).not.toContain("The ledger is now in");
    }
    const json = await run([...MIGRATE, "--json"]);
    expect(json.code).toBe(3);
    expect(json.json()).toMatchObject({
      tables: { incidents: { carried: 0, there: 0, conflicts: 1 } },
      error: { code: "STORE_CONFLICT" },
    });
    expect(await ledger(run)).toEqual(spoken);
    expect(stage.heard()).toEqual(heard);
  });

  it("writes nothing in a dry run", async () => {
    const { run } = await moving("./other.db");
    const ran = await run([...MIGRATE, "--dry-run"]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^ {2}deliveries +12 to carry, 0 there already, 0 conflicts$/m);
    expect(ran.stdout).toContain("Nothing was carried over.");
    expect((await run(["list", "--all", "--json"])).json()).toMatchObject({ incidents: [] });
  });

  it("takes the file that is named, as seen from where one stands", async () => {
    const { folder, run, file } = await moving("./other.db");
    mkdirSync(join(folder, "elsewhere"));
    const argv = [...MIGRATE, "--from", "../.status/status.db", "--json"];
    const ran = await run(argv, { cwd: join(folder, "elsewhere") });
    expect(ran.json()).toMatchObject({ from: file, tables: { incidents: { carried: 1 } } });
    expect((await run(argv)).json()).toMatchObject({ error: { code: "STORE_NOT_FOUND" } });
  });

  it("refuses to carry a store over into itself, whatever it is called", async () => {
    const stage = await setStage();
    expect((await stage.run(MIGRATE)).stderr).toMatch(/\[STORE_SAME\]\n.*store: env:DATABASE_URL/);
    const { folder, run, file } = await moving("./other.db");
    linkSync(file, join(folder, "other.db"));
    expect(await run(MIGRATE)).toMatchObject({ code: 3, stderr: expect.stringContaining("[STORE_SAME]") });
  });

  it("makes no file where there is none", async () => {
    const stage = await setStage((config) => {
      config.store = "./other.db";
    });
    expect(await stage.run(MIGRATE)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("[STORE_NOT_FOUND]"),
    });
    for (const name of [".status", "other.db"]) expect(existsSync(join(stage.folder, name))).toBe(false);
  });

  it("does not repeat an address that was typed for a file", async () => {
    const stage = await setStage();
    const ran = await stage.run([...MIGRATE, "--from", "postgres://status:s3cret@db.example.com/shop"]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("[FROM_NO_FILE]") });
    expect(ran.stdout + ran.stderr).not.toContain("s3cret");
  });

  it("leaves a file that is no ledger as it is", async () => {
    const { folder, run } = await moving("./other.db");
    const notes = join(folder, "notes.txt");
    writeFileSync(notes, "These are no tables, but many words about them. ".repeat(100));
    const bytes = readFileSync(notes);
    expect(await run([...MIGRATE, "--from", notes])).toMatchObject({ code: 3, stdout: "" });
    expect(readFileSync(notes)).toEqual(bytes);
  });

  it("stops at Ctrl-C, and goes on when it is typed again", async () => {
    const { run } = await moving("./other.db");
    const stopping = AbortSignal.abort();
    expect((await run(MIGRATE, { stopping })).code).toBe(130);
    expect((await run(MIGRATE)).code).toBe(0);
  });

  it("carries nothing while a command is sending, and says which", async () => {
    const { run, file } = await moving("./other.db");
    const source = await openSqlite(file);
    const sending = {
      state: "sending",
      owner: "elsewhere/boot/1/2",
      lease_until: "2999-01-01T00:00:00.000Z",
    };
    await source.db.updateTable("deliveries").set(sending).where("channel", "=", "x").execute();
    await source.db.destroy();
    const ran = await run(MIGRATE);
    expect(ran).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("[STORE_BUSY]") });
  });
});

describe.skipIf(!hasServer)("status config migrate-store to a server", () => {
  let server: Server;
  beforeAll(async () => {
    server = await someServer();
  });
  afterAll(() => server?.close());

  it("lets the team go on from there: same incident, same threads, nothing said twice", async () => {
    const address = await server.database();
    const { stage, run, before, file } = await moving("env:DATABASE_URL", address);
    const heard = stage.heard();
    const ran = await run(MIGRATE);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain("The ledger is now in env:DATABASE_URL; the file was left as it is.");
    const json = await run([...MIGRATE, "--json"]);
    expect(json.json()).toMatchObject({
      from: file,
      to: "env:DATABASE_URL",
      tables: { deliveries: { there: 12 } },
    });
    const { password, host } = new URL(address);
    for (const shown of [ran.stdout, json.stdout]) {
      expect(shown).not.toContain(password);
      expect(shown).not.toContain(host);
    }
    renameSync(file, `${file}.carried-over`);
    expect((await run(["retry"])).code).toBe(0);
    expect((await run([...ANNOUNCE, "--key", "pager-7"])).code).toBe(0);
    expect(stage.heard()).toEqual(heard);
    const id = (before as { incident: { id: string } }).incident.id;
    expect((await run(["show", id, "--json"])).json()).toEqual(before);
    expect((await run(["resolve", "--message", "All is well.", "--yes"])).code).toBe(0);
    const { tweets, topics } = stage.sandbox.world();
    expect(tweets[2]).toMatchObject({ replyTo: tweets[0]!.id });
    expect(topics).toHaveLength(1);
  });

  it("carries nothing where the server refuses, and shows no password", async () => {
    const address = Object.assign(new URL(await server.database()), { password: "s3cret-and-wrong" }).href;
    const { run } = await moving("env:DATABASE_URL", address);
    const ran = await run(MIGRATE);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).not.toContain("s3cret-and-wrong");
  });
});
