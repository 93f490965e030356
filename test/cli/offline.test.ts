import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { hasOwnServer, type OwnServer, startServer } from "../support/postgres.ts";
import { type Team, team } from "../support/team.ts";
import { answering } from "../support/terminal.ts";

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

  const shop = async () =>
    team(await server.database(), ({ channels }) => {
      for (const channel of Object.values(channels)) channel.timeout = "1s";
    });

  it("is told of the way out, speaks on in the same threads, and brings it home with the next command", async () => {
    const { as, stage } = await shop();
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
    const { as, stage } = await shop();
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
    const { as, stage } = await shop();
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
    const { as, stage } = await shop();
    await as("first", ANNOUNCE);
    const folder = join(stage.folder, "first", ".local", "state", "status");
    const files = readdirSync(folder).filter((name) => name.includes(".db"));
    expect(files).not.toEqual([]);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const file of files) expect(readFileSync(join(folder, file), "latin1")).not.toContain("pw-");
  });
});

describe("a commander whose ledger file fails", () => {
  async function alone() {
    const { as, stage, folderOf } = await team(null);
    const store = join(folderOf("one"), ".status", "status.db");
    const run = (argv: readonly string[], more?: Parameters<Team["as"]>[2]) => as("one", argv, more);
    const damage = () => {
      mkdirSync(dirname(store), { recursive: true });
      for (const side of ["", "-wal", "-shm"]) rmSync(`${store}${side}`, { force: true });
      writeFileSync(store, "damaged");
    };
    return { stage, run, store, damage, folder: folderOf("one") };
  }

  it("speaks on about what was open, in the same threads, and the next ledger in its place has all of it", async () => {
    const { stage, run, store, damage } = await alone();
    expect((await run(ANNOUNCE)).code).toBe(0);
    damage();
    const refused = await run(update().slice(0, -1));
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("add --offline")]);
    const offline = await run(update("--offline"));
    expect(offline.json()).toMatchObject({ outcome: "delivered", update: { number: 2 } });
    expect(readFileSync(store, "utf8")).toBe("damaged");

    renameSync(store, `${store}.damaged`);
    const home = await run(["list"]);
    expect(home.stderr).toContain("Brought home what was said offline: 2 updates, 12 posts.");
    const last = await run(["resolve", "--message", "All is well.", "--yes", "--json"]);
    expect(last.json()).toMatchObject({ outcome: "delivered", update: { number: 3 } });
    expect(stage.heard()).toEqual({ x: 3, mail: 3, forum: 3, slack: 3, hosted: 3 });
    expect(stage.sandbox.world().topics).toHaveLength(1);
  });

  it("speaks without it where nothing was ever said", async () => {
    const { stage, run, damage } = await alone();
    damage();
    const offline = await run([...ANNOUNCE, "--offline"]);
    expect([offline.code, offline.stderr]).toEqual([0, expect.stringContaining("no copy of the ledger")]);
    expect((await run(update("--offline"))).json()).toMatchObject({ update: { number: 2 } });
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
  });

  it("goes on in a new ledger with what the copy knows when the file is gone, and is told so", async () => {
    const { stage, run, store } = await alone();
    await run([...ANNOUNCE, "--key", "pager-7"]);
    rmSync(dirname(store), { recursive: true });
    const next = await run(update());
    expect(next.stderr).toMatch(
      /is new: it begins with what this machine's copy knows, as of .*: 1 update, 6 posts/,
    );
    expect(next.json()).toMatchObject({ outcome: "delivered", update: { number: 2 } });
    expect((await run([...ANNOUNCE, "--key", "pager-7"])).json()).toMatchObject({ outcome: "nothing-to-do" });
    expect((await run(["list"])).stderr).toBe("");
    expect(stage.sandbox.world().topics).toHaveLength(1);
  });

  it("keeps what is said in a folder for temporary files when the copy has no place, and is told where", async () => {
    const { stage, run, damage, folder } = await alone();
    damage();
    writeFileSync(join(folder, "taken"), "");
    const env = { XDG_STATE_HOME: join(folder, "taken"), XDG_RUNTIME_DIR: join(folder, "run") };
    mkdirSync(env.XDG_RUNTIME_DIR);
    const offline = await run([...ANNOUNCE, "--offline"], { env });
    expect(offline.code).toBe(0);
    expect(offline.stderr).toContain(`What you say now is kept in ${join(env.XDG_RUNTIME_DIR, "status")}`);
    expect((await run(update("--offline"), { env })).json()).toMatchObject({ update: { number: 2 } });
    rmSync(join(folder, ".status", "status.db"));
    const home = await run(["list"], { env });
    expect(home.stderr).toContain("Brought home what was said offline: 2 updates, 12 posts.");
    expect((await run(["list"], { env })).stderr).not.toContain("home");
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
  });

  it("takes no copy out of a folder that others can write to", async () => {
    const { run, damage, folder } = await alone();
    damage();
    writeFileSync(join(folder, "taken"), "");
    const env = { XDG_STATE_HOME: join(folder, "taken"), XDG_RUNTIME_DIR: join(folder, "run") };
    mkdirSync(join(env.XDG_RUNTIME_DIR, "status"), { recursive: true });
    chmodSync(join(env.XDG_RUNTIME_DIR, "status"), 0o777);
    const offline = await run([...ANNOUNCE, "--offline"], { env });
    expect(offline.stderr).toContain(`kept in ${join(folder, "tmp")}`);
    chmodSync(join(folder, "tmp", readdirSync(join(folder, "tmp"))[0]!), 0o777);
    rmSync(join(folder, ".status", "status.db"));
    expect((await run(["list"], { env })).stderr).not.toContain("Brought home");
  });

  it("sends nothing when there is no place on the whole machine", async () => {
    const { stage, run, damage, folder } = await alone();
    damage();
    const taken = join(folder, "taken");
    writeFileSync(taken, "");
    const env = { XDG_STATE_HOME: taken, XDG_RUNTIME_DIR: taken, TMPDIR: taken };
    const offline = await run([...ANNOUNCE.slice(0, -1), "--offline"], { env });
    expect([offline.code, offline.stderr]).toEqual([3, expect.stringContaining("[OFFLINE_NOWHERE]")]);
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  });

  it("learns of posts that may be out with the homecoming, and retry finds them", async () => {
    const { stage, run, store, damage } = await alone();
    damage();
    stage.sandbox.fault("slack", "lost-answer");
    const offline = await run([...ANNOUNCE, "--offline", "--timeout", "3s"]);
    expect(offline.code).toBe(7);
    stage.sandbox.fault("slack", null);
    rmSync(store);
    const home = await run(["list"]);
    const [, told] = home.stderr.trimEnd().split("\n");
    expect(told).toMatch(/^! (\S+): not known whether it is out on ops\. status retry \1 looks/);
    const id = /^! (\S+):/.exec(told!)![1]!;
    const retry = await run(["retry", id, "--yes", "--json"]);
    expect(retry.code).toBe(0);
    expect(retry.json().deliveries.find(({ channel }) => channel === "ops")).toMatchObject({ attempts: 1 });
    expect(stage.heard()).toMatchObject({ slack: 1 });
  }, 30_000);

  it("reads the copy with every command whose error names the flag", async () => {
    const { run, damage } = await alone();
    await run(ANNOUNCE);
    damage();
    const doctor = await run(["doctor", "--offline"]);
    expect(doctor.stdout).toContain("this machine's copy is whole, 1 incident");
    const page = await run(["page", "build", "--offline", "--no-sources", "--json"]);
    expect(page.json()).toMatchObject({ outcome: "delivered" });
    const seen = new AbortController();
    let shown = "";
    const stdout = {
      ...{ isTerminal: false, columns: 80 },
      write(text: string) {
        shown += text;
        if (shown.includes("Checkout is failing")) seen.abort();
      },
    };
    const watch = await run(["watch", "--offline", "--plain", "--no-remind"], {
      stopping: seen.signal,
      stdout,
    });
    expect(watch.code).toBe(0);
    expect((await run(["list", "--offline"])).stdout).toContain("Checkout is failing");
  });

  it("is asked at a terminal whether to go on from the copy", async () => {
    const { stage, run, damage } = await alone();
    await run(ANNOUNCE);
    damage();
    const question = "Go on from this machine's copy?";
    const no = await answering((more) => run(["list"], more), [question, "\r"]);
    expect([no.ran.code, no.unasked]).toEqual([3, []]);
    expect(no.ran.stderr).toContain("[LEDGER_DAMAGED]");
    const yes = await answering((more) => run(["list"], more), [question, "y\r"]);
    expect([yes.ran.code, yes.unasked]).toEqual([0, []]);
    expect(yes.ran.stdout).toContain("Checkout is failing");
    const spoken = await answering(
      (more) => run(["update", "--message", "We found the cause.", "--phase", "identified"], more),
      [question, "y\r"],
      ["Say this on", "y\r"],
    );
    expect([spoken.ran.code, spoken.unasked]).toEqual([0, []]);
    expect(stage.heard()).toMatchObject({ x: 2, mail: 2, slack: 2 });
    const script = await answering((more) => run(update(), more), [question, "y\r"]);
    expect([script.ran.code, script.unasked.length]).toEqual([3, 1]);
  });
});

describe.skipIf(!canMount())("a commander whose disk is full", () => {
  it("speaks on from the copy that cannot be written, in the same threads", async () => {
    const { as, stage, folderOf } = await team(null);
    const disk = folderOf("disk");
    mkdirSync(disk, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
    onTestFinished(() => void execFileSync("umount", ["--lazy", disk]));
    stage.config.store = join(disk, "status.db");
    const env = { XDG_STATE_HOME: disk };
    expect((await as("one", ANNOUNCE, { env })).code).toBe(0);
    const fill = openSync(join(disk, "fill"), "w");
    try {
      for (;;) writeSync(fill, Buffer.alloc(4096, 1));
    } catch {
      closeSync(fill);
    }
    const refused = await as("one", update().slice(0, -1), { env });
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("add --offline")]);
    const offline = await as("one", update("--offline"), { env });
    expect(offline.json()).toMatchObject({ outcome: "delivered", update: { number: 2 } });
    expect(offline.stderr).toContain(`What you say now is kept in ${join(folderOf("one"), "tmp")}`);
    rmSync(join(disk, "fill"));
    const home = await as("one", ["list"], { env });
    expect(home.stderr).toContain("Brought home what was said offline: 1 update, 6 posts.");
    expect(stage.heard()).toEqual({ x: 2, mail: 2, forum: 2, slack: 2, hosted: 2 });
    expect(stage.sandbox.world().topics).toHaveLength(1);
  });
});

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "status-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
