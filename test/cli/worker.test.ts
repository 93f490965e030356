import { writeFileSync } from "node:fs";
import { join } from "node:path";
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
import { setStage } from "../support/stage.ts";
import { ANNOUNCE, team } from "./worker-team.ts";

const MINUTE = 60_000;
const SECOND = 1000;

async function rowsOf<T>(address: string, statement: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query(statement)).rows as T[];
  } finally {
    await client.end();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const late = Date.now() + 15_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > late) throw new Error("it never came");
}

describe.skipIf(!hasServer)("a worker", () => {
  let server: Server;
  beforeAll(async () => {
    server = await someServer();
  });
  afterAll(() => server?.close());

  it("says the follow-up that was promised when nobody has spoken", async () => {
    const { as, hire, stage } = await team(await server.database());
    await as("first", ANNOUNCE);
    const worker = hire("worker", ["--follow-ups"]);
    await worker.line(/worker started: says follow-ups and automatic work, reminds ops/);
    stage.clock.advance(16 * MINUTE);
    await worker.line(/said update 2 of 2026-11-22-checkout-is-failing$/);
    expect(stage.heard()).toMatchObject({ x: 2, mail: 2, forum: 2, hosted: 2 });
    expect((await worker.stop()).code).toBe(0);
  });

  it("tells customers nothing unless it was asked to, and reminds colleagues once before and once after", async () => {
    const { as, hire, stage } = await team(await server.database());
    await as("first", ANNOUNCE);
    const workers = ["a", "b"].map((who) => hire(who));
    await Promise.all(workers.map((worker) => worker.line(/says automatic work, no follow-ups/)));
    const either = (pattern: RegExp) => Promise.race(workers.map((worker) => worker.line(pattern)));
    stage.clock.advance(11 * MINUTE);
    await either(/reminded ops \(next update of \S+ soon due\)/);
    stage.clock.advance(6 * MINUTE);
    await either(/reminded ops \(next update of \S+ overdue\)/);
    for (let minute = 0; minute < 5; minute++) {
      stage.clock.advance(61 * SECOND);
      await Promise.all(workers.map((worker) => worker.turns(10)));
    }
    expect(stage.heard()).toEqual({ x: 1, mail: 1, forum: 1, slack: 3, hosted: 1 });
    expect(workers.flatMap((worker) => worker.text.match(/reminded/g) ?? [])).toHaveLength(2);
  });

  it("reminds nobody with --no-remind", async () => {
    const { as, hire, stage } = await team(await server.database());
    await as("first", ANNOUNCE);
    const worker = hire("worker", ["--no-remind"]);
    await worker.line(/reminds nobody/);
    stage.clock.advance(20 * MINUTE);
    await worker.turns(20);
    expect(stage.heard()).toMatchObject({ slack: 1 });
  });

  it("begins and ends the work that was planned to run by itself, and leaves other work to people", async () => {
    const { as, hire, stage } = await team(await server.database());
    const plan = ["maintenance", "schedule", "--from", "2h", "--until", "30m", "--yes", "--json"];
    await as("first", [...plan, "--title", "New certificates", "--automatic"]);
    await as("first", [...plan, "--title", "A disk by hand", "--component", "downloads"]);
    const worker = hire("worker", ["--json"]);
    await worker.line(/"started"/);
    stage.clock.advance(121 * MINUTE);
    const begun = JSON.parse(await worker.line(/"event":"said"/)) as Record<string, unknown>;
    expect(begun).toMatchObject({
      version: 1,
      incident: { title: "New certificates", phase: "in_progress" },
    });
    await worker.turns(10);
    stage.clock.advance(31 * MINUTE);
    await worker.line(/"event":"said".*"phase":"completed"/);
    await worker.stop();
    const { incidents } = (await as("first", ["list", "--all", "--json"])).json() as unknown as {
      incidents: { title: string; phase: string }[];
    };
    expect(Object.fromEntries(incidents.map(({ title, phase }) => [title, phase]))).toEqual({
      "New certificates": "completed",
      "A disk by hand": "scheduled",
    });
  });

  it("says each thing once, however many workers there are", async () => {
    const { as, hire, stage } = await team(await server.database());
    await as("first", ANNOUNCE);
    const workers = ["a", "b", "c"].map((who) => hire(who, ["--follow-ups"]));
    await Promise.all(workers.map((worker) => worker.line(/worker started/)));
    for (let number = 2; number <= 4; number++) {
      stage.clock.advance(15 * MINUTE + SECOND);
      await Promise.race(workers.map((worker) => worker.line(new RegExp(`said update ${number}`))));
    }
    await Promise.all(workers.map((worker) => worker.turns(20)));
    await Promise.all(workers.map((worker) => worker.stop()));
    const said = workers.flatMap((worker) => worker.text.match(/said update \d/g) ?? []).sort();
    expect(said).toEqual(["said update 2", "said update 3", "said update 4"]);
    expect(stage.heard()).toMatchObject({ x: 4, mail: 4, forum: 4, hosted: 4 });
  });

  it("begins beside others that begin for the first time at the same moment", async () => {
    const { hire } = await team(await server.database());
    const workers = ["a", "b", "c", "d", "e", "f"].map((who) => hire(who));
    await Promise.all(workers.map((worker) => worker.line(/worker started/)));
    expect(await Promise.all(workers.map(async (worker) => (await worker.stop()).code))).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it("finds what was recorded before there was any worker, without a pointer", async () => {
    const address = await server.database();
    const { as, hire, stage } = await team(address);
    await as("first", ANNOUNCE);
    stage.clock.advance(16 * MINUTE);
    expect(await rowsOf(address, "select 1 from pg_namespace where nspname = 'pgboss'")).toEqual([]);
    const worker = hire("worker", ["--follow-ups"]);
    await worker.line(/said update 2/);
    expect(stage.heard()).toMatchObject({ x: 2 });
  });

  it("looks around where it may not leave pointers: the ledger's tables are another user's", async () => {
    const address = await server.database();
    const { as, hire, stage } = await team(address);
    await as("first", ANNOUNCE);
    const role = `worker${Date.now()}`;
    const { pathname } = new URL(address);
    await rowsOf(address, `create role ${role} login password 'hunter22'`);
    await rowsOf(
      address,
      `grant create on database ${pathname.slice(1)} to ${role}; grant usage on schema status to ${role};
       grant select, insert, update, delete on all tables in schema status to ${role}`,
    );
    const DATABASE_URL = Object.assign(new URL(address), { username: role, password: "hunter22" }).href;
    const worker = hire("worker", ["--follow-ups"], {
      env: { PATH: process.env.PATH, HOME: stage.folder, DATABASE_URL },
    });
    await worker.line(/worker started/);
    stage.clock.advance(16 * MINUTE);
    await worker.line(/said update 2/);
  });

  it("is pointed to what is recorded, and to when the next thing is due, once", async () => {
    const address = await server.database();
    const { as, hire, stage } = await team(address);
    // Pointers go by the server's clock.
    stage.clock.set(new Date());
    await hire("worker").stop();
    const { incident } = (await as("first", [...ANNOUNCE, "--next-update", "30m"])).json();
    const pointers = () =>
      rowsOf<{ data: unknown; state: string; at: string }>(
        address,
        "select data, state, start_after at time zone 'UTC' as at, singleton_key as key from pgboss.job where state < 'completed' order by start_after",
      );
    const incidentId = incident.id;
    expect(await pointers()).toMatchObject([{ data: { incidentId }, state: "created", key: incidentId }]);
    const others = ["a", "b"].map((who) => hire(who));
    await Promise.all(others.map((other) => other.line(/worker started/)));
    await Promise.all(others.map((other) => other.turns(15)));
    for (const other of others) await other.stop();
    const soon = new Date(stage.clock.now().getTime() + 25 * MINUTE);
    expect(await pointers()).toMatchObject([
      { data: { incidentId }, key: `${incidentId} ${soon.toISOString()}` },
    ]);
  });

  it("does the same job twice without saying anything twice", async () => {
    const address = await server.database();
    const { as, hire, stage } = await team(address);
    stage.clock.set(new Date(Date.now() - 16 * MINUTE));
    const first = hire("a", ["--follow-ups"]);
    await first.line(/worker started/);
    await as("first", ANNOUNCE);
    stage.clock.set(new Date());
    await first.line(/said update 2/);
    await first.turns(10);
    await rowsOf(
      address,
      "update pgboss.job set state = 'created', singleton_key = id::text, start_after = now() - interval '1 s'",
    );
    const second = hire("b", ["--follow-ups"]);
    await second.line(/worker started/);
    await Promise.all([first.turns(20), second.turns(20)]);
    expect(
      await rowsOf(address, "select 1 from pgboss.job where state < 'active' and start_after < now()"),
    ).toEqual([]);
    expect(stage.heard()).toMatchObject({ x: 2, mail: 2, forum: 2, hosted: 2 });
  });

  it("does what is due where the pointer to it was lost", async () => {
    const address = await server.database();
    const { as, hire, stage } = await team(address);
    stage.clock.set(new Date());
    const worker = hire("worker", ["--follow-ups"]);
    await worker.line(/worker started/);
    await as("first", ANNOUNCE);
    await worker.turns(10);
    await rowsOf(address, "delete from pgboss.job");
    stage.clock.advance(15 * MINUTE + 6 * SECOND);
    await worker.line(/said update 2/);
    expect(stage.heard()).toMatchObject({ x: 2 });
  });

  it("goes on with what another worker left in the middle, at once", async () => {
    const { as, hire, stage } = await team(await server.database(), ({ channels }) => {
      channels.x!.timeout = "3s";
    });
    await as("first", ANNOUNCE);
    const first = hire("a", ["--follow-ups", "--grace", "1s"]);
    await first.line(/worker started/);
    await first.turns(3);
    stage.sandbox.fault("twitter", "hang");
    stage.clock.advance(16 * MINUTE);
    await until(() => stage.heard().forum === 2);
    expect((await first.stop()).code).toBe(130);
    expect(first.text).toMatch(
      /stopping: 1 under way.*\n.*said update 2.*unknown: x\n.*others take it from here/,
    );
    stage.sandbox.fault("twitter", null);
    const second = hire("b", ["--follow-ups"]);
    await second.line(/worker started/);
    stage.clock.advance(61 * SECOND);
    expect(await second.line(/went on with update 2/)).not.toMatch(/silent|unknown/);
    expect(stage.heard()).toMatchObject({ x: 2, mail: 2, forum: 2, hosted: 2 });
  });

  it("ends with 0 when all that was under way is done in time", async () => {
    const { as, hire, stage } = await team(await server.database(), ({ channels }) => {
      channels.x!.timeout = "1s";
    });
    await as("first", ANNOUNCE);
    const worker = hire("a", ["--follow-ups", "--grace", "10s"]);
    await worker.line(/worker started/);
    await worker.turns(3);
    stage.sandbox.fault("twitter", "hang");
    stage.clock.advance(16 * MINUTE);
    await until(() => stage.heard().forum === 2);
    const { code } = await worker.stop();
    expect([code, worker.text]).toEqual([
      0,
      expect.stringMatching(/stopping: 1.*\n.*said update 2.*\n.*worker ended\n$/),
    ]);
  });

  it("ends at once at a second signal", async () => {
    const { as, hire, stage } = await team(await server.database());
    await as("first", ANNOUNCE);
    const worker = hire("a", ["--follow-ups", "--grace", "1h"]);
    await worker.line(/worker started/);
    await worker.turns(3);
    stage.sandbox.fault("twitter", "hang");
    stage.clock.advance(16 * MINUTE);
    await until(() => stage.heard().forum === 2);
    worker.signals.stopping.abort();
    await worker.line(/stopping: 1/);
    worker.signals.insisted.abort();
    expect((await worker.ended).code).toBe(130);
  });

  it("tries a script's words again where they were surely not heard, and leaves a person's to people", async () => {
    const { as, hire, stage } = await team(await server.database());
    stage.sandbox.fault("discourse", "unauthorized");
    await as("first", [...ANNOUNCE, "--except", "sellers"]);
    await as("first", ["update", "--message", "We look.", "--only", "sellers", "--yes", "--json"]);
    await as("first", ["update", "--message", "We found it.", "--except", "sellers", "--yes", "--json"]);
    stage.sandbox.fault("twitter", "unauthorized");
    const worker = hire("worker", ["--follow-ups"]);
    await worker.line(/worker started/);
    stage.clock.advance(16 * MINUTE);
    expect(await worker.line(/said update 4/)).toMatch(/; silent: x$/);
    const { x, forum } = stage.heard();
    stage.sandbox.fault("twitter", null);
    stage.sandbox.fault("discourse", null);
    await worker.turns(5);
    stage.clock.advance(9 * MINUTE);
    expect(await worker.line(/went on with update 4/)).not.toContain("silent");
    expect(stage.heard()).toMatchObject({ x: x + 1, forum });
  });

  it("sends to a list that was left for it, with others, to each once", async () => {
    const list = Array.from({ length: 40 }, (_, index) => `customer${index}@example.com`);
    const { as, hire, stage } = await team(await server.database(), ({ channels }) => {
      const { to: _, ...customers } = channels.customers!;
      channels.customers = { ...customers, recipients: "../customers.csv" };
    });
    writeFileSync(join(stage.folder, "customers.csv"), ["email", ...list].join("\n"));
    await as("first", [...ANNOUNCE, "--no-wait"]);
    expect(stage.heard()).toMatchObject({ x: 1, mail: 0 });
    const workers = ["a", "b"].map((who) => hire(who));
    await Promise.race(
      workers.map((worker) => worker.line(/mailing of update 1 of \S+ to customers: .*40.* sent/)),
    );
    const got = stage.sandbox.world().mails.map(({ to }) => String(to));
    expect(got.length).toBe(40);
    expect(new Set(got).size).toBe(40);
  });

  it("tells of a fault once, and goes on with other incidents", async () => {
    const { as, hire, stage } = await team(await server.database());
    await as("first", ANNOUNCE);
    await as("first", [
      "announce",
      "--title",
      "Downloads stall",
      "--component",
      "downloads",
      "--impact",
      "minor",
      "--yes",
    ]);
    stage.sandbox.fault("discourse", "unauthorized");
    for (const id of ["2026-11-22-checkout-is-failing"])
      await as("first", ["update", id, "--message", "We look.", "--only", "sellers", "--yes"]);
    stage.sandbox.fault("discourse", null);
    const worker = hire("worker", ["--follow-ups"]);
    stage.clock.advance(31 * MINUTE);
    await worker.line(/said update \d of \S+downloads-stall/);
    for (let minute = 0; minute < 3; minute++) {
      stage.clock.advance(61 * SECOND);
      await worker.turns(10);
    }
    expect(worker.text.match(/status retry/g) ?? []).toHaveLength(1);
  });
});

describe.skipIf(!hasServer)("a worker that is asked", () => {
  let server: Server;
  beforeAll(async () => {
    server = await someServer();
  });
  afterAll(() => server?.close());

  it("gives its figures, and no words of an incident", async () => {
    const { as, hire, stage } = await team(await server.database());
    await as("first", ANNOUNCE);
    const worker = hire("worker", ["--follow-ups", "--json", "--listen", "127.0.0.1:0"]);
    const { url } = JSON.parse(await worker.line(/"started"/)) as { url: string };
    await worker.turns(5);
    const figures = async () => (await fetch(`${url}/metrics`)).text();
    expect(await figures()).toContain('status_promises{state="later"} 1\n');
    stage.clock.advance(16 * MINUTE);
    await worker.line(/"said"/);
    await until(() => worker.text.includes('"said"'));
    const text = await figures();
    expect(text).toContain('status_worker_updates_said_total{outcome="delivered"} 1\n');
    expect(text).toContain('status_worker_posts_total{channel="x",kind="twitter",state="verified"} 1\n');
    expect(text).toContain("status_open_incidents 1\n");
    expect(text).toContain("status_worker_ledger_up 1\n");
    expect(text).toMatch(/status_build_info\{version="[\d.]+",node="[\d.]+"\} 1\n/);
    expect(text).not.toContain("Checkout");
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? -?[\d.e+-]+)$/);
  });

  it("answers nothing else", async () => {
    const { hire } = await team(await server.database());
    const worker = hire("worker", ["--json", "--listen", "127.0.0.1:0"]);
    const { url } = JSON.parse(await worker.line(/"started"/)) as { url: string };
    const status = async (path: string, method = "GET") => (await fetch(`${url}${path}`, { method })).status;
    expect([await status("/"), await status("/healthz/.."), await status("/healthz", "POST")]).toEqual([
      404, 404, 405,
    ]);
    expect([await status("/healthz", "HEAD"), await status("/metrics?x=1")]).toEqual([200, 200]);
  });

  it("is not well when it has not turned for half a minute", async () => {
    const { hire, stage } = await team(await server.database());
    const worker = hire("worker", ["--json", "--listen", "127.0.0.1:0"], {
      wait: async (_, signal) => {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const { url } = JSON.parse(await worker.line(/"started"/)) as { url: string };
    const health = async () => {
      const answer = await fetch(`${url}/healthz`);
      return [answer.status, await answer.text()];
    };
    stage.clock.advance(29 * SECOND);
    expect(await health()).toEqual([200, "ok\n"]);
    stage.clock.advance(2 * SECOND);
    expect(await health()).toEqual([503, expect.stringMatching(/no turn was finished for 3\d s/)]);
  });

  it("is refused a port that another has", async () => {
    const { hire, as } = await team(await server.database());
    const worker = hire("a", ["--json", "--listen", "127.0.0.1:0"]);
    const { url } = JSON.parse(await worker.line(/"started"/)) as { url: string };
    const { code, stderr } = await as("b", ["worker", "--listen", new URL(url).host]);
    expect([code, stderr]).toEqual([3, expect.stringContaining("[LISTEN_FAILED]")]);
  });
});

describe.skipIf(!hasServer)("a worker is refused", () => {
  let server: Server;
  beforeAll(async () => {
    server = await someServer();
  });
  afterAll(() => server?.close());

  it("over a ledger in a file, with what does the same there", async () => {
    const stage = await setStage();
    const { code, stderr } = await stage.run(["worker"]);
    expect([code, stderr]).toEqual([3, expect.stringContaining("[WORKER_NEEDS_SERVER]")]);
    expect(stderr).toContain("status follow-up --every 30m --yes");
    expect(stderr).toContain("status retry");
  });

  it("without a secret that a channel needs, before it begins", async () => {
    const address = await server.database();
    const { as } = await team(address, ({ channels }) => {
      channels.ops!.token = "env:NO_SUCH_TOKEN";
    });
    const { code, stderr, stdout } = await as("worker", ["worker"]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/ops: .*NO_SUCH_TOKEN.*\[WORKER_NOT_READY\]/s)]);
    expect(stdout).toBe("");
    expect(await rowsOf(address, "select 1 from pg_namespace where nspname in ('pgboss')")).toEqual([]);
  });

  it.each([
    ["older", 23, "drop schema pgboss cascade"],
    ["newer", 25, "Update status"],
  ])("where the queue was made by an %s pg-boss", async (word, version, hint) => {
    const address = await server.database();
    const { hire, as, stage } = await team(address);
    await hire("a").stop();
    await rowsOf(address, `update pgboss.version set version = ${version}`);
    const { code, stderr } = await as("b", ["worker"]);
    expect([code, stderr]).toEqual([3, expect.stringContaining("[JOBS_OTHER_VERSION]")]);
    expect(stderr).toContain(word);
    expect(stderr).toContain(hint);
    // Whoever announces is not kept from it.
    expect((await as("first", ANNOUNCE)).code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 1 });
  });

  it.each([
    [["--listen", "0.0.0.0:9464"], "LISTEN_EXPOSED"],
    [["--listen", "[::]:9464"], "LISTEN_EXPOSED"],
    [["--listen", "status.example.com:9464"], "LISTEN_EXPOSED"],
    [["--listen", "9464"], "LISTEN_UNREADABLE"],
    [["--listen", "127.0.0.1:99999"], "LISTEN_UNREADABLE"],
    [["--listen", "[127.0.0.1]:9464"], "LISTEN_UNREADABLE"],
    [["--grace", "20"], "GRACE_UNREADABLE"],
    [["--grace", "10ms"], "GRACE_UNREADABLE"],
  ])("with %j", async (flags, code) => {
    const stage = await setStage();
    const ran = await stage.run(["worker", ...flags]);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(`[${code}]`)]);
  });
});

describe.skipIf(!hasServer)("the team's commands", () => {
  let server: Server;
  beforeAll(async () => {
    server = await someServer();
  });
  afterAll(() => server?.close());

  it("record all the same where the queue is broken, and when it is gone", async () => {
    const address = await server.database();
    const { hire, as, stage } = await team(address);
    await hire("a").stop();
    await rowsOf(address, "alter table pgboss.job rename column data to other");
    expect((await as("first", ANNOUNCE)).code).toBe(0);
    await rowsOf(address, "drop schema pgboss cascade");
    expect((await as("first", ["update", "--message", "We look.", "--yes"])).code).toBe(0);
    expect(stage.heard()).toMatchObject({ x: 2, mail: 2 });
    expect(await rowsOf(address, "select 1 from pg_trigger where tgname = 'status_updated'")).toEqual([]);
  });
});

describe.skipIf(!hasOwnServer)("a worker whose server goes away", () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.close());

  it.each([
    ["crashes", () => server.kill(), () => server.start()],
    ["freezes", async () => server.freeze(), async () => server.thaw()],
  ])(
    "says so once when it %s, and goes on when it is back",
    async (_, take, give) => {
      const { as, hire, stage } = await team(await server.database());
      await as("first", ANNOUNCE);
      const worker = hire("worker", ["--follow-ups", "--listen", "127.0.0.1:0"]);
      const [url] = /http:\S+healthz/.exec(await worker.line(/worker started/)) ?? [""];
      await worker.turns(3);
      expect((await fetch(url)).status).toBe(200);
      await take();
      await worker.line(/cannot be reached.*LEDGER_UNREACHABLE/);
      const ill = await fetch(url);
      expect([ill.status, await ill.text()]).toEqual([503, expect.stringContaining("LEDGER_UNREACHABLE")]);
      stage.clock.advance(16 * MINUTE);
      await worker.turns(1);
      expect(stage.heard()).toMatchObject({ x: 1 });
      await give();
      await worker.line(/The ledger answers again/);
      await worker.line(/said update 2/);
      expect((await fetch(url)).status).toBe(200);
      expect(worker.text.match(/LEDGER_UNREACHABLE/g)).toHaveLength(1);
      expect((await worker.stop()).code).toBe(0);
      expect(stage.heard()).toMatchObject({ x: 2, forum: 2 });
    },
    60_000,
  );

  it("says nothing twice when it goes away in the middle of a broadcast", async () => {
    const { as, hire, stage } = await team(await server.database(), ({ channels }) => {
      for (const channel of Object.values(channels)) channel.timeout = "1s";
    });
    await as("first", ANNOUNCE);
    const worker = hire("worker", ["--follow-ups"]);
    await worker.line(/worker started/);
    await worker.turns(3);
    const asked = stage.sandbox.requests.length;
    stage.clock.advance(16 * MINUTE);
    await until(() => stage.sandbox.requests.length > asked);
    await server.kill();
    await worker.line(/LEDGER_UNREACHABLE/);
    await server.start();
    await worker.line(/The ledger answers again/);
    // Until it has been seen that all is out, by the leases and pauses of the ledger.
    const hearers = () => stage.heard().forum + stage.heard().x + stage.heard().hosted;
    for (let minute = 0; minute < 13 && hearers() < 6; minute++) {
      stage.clock.advance(61 * SECOND);
      await worker.turns(60);
    }
    expect(await worker.stop()).toMatchObject({ code: 0 });
    const { mail, slack: _, ...heard } = stage.heard();
    expect(heard).toEqual({ x: 2, forum: 2, hosted: 2 });
    expect(mail).toBeLessThanOrEqual(2);
  }, 90_000);
});
