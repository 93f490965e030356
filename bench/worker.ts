import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { hasServer, someServer } from "../test/support/postgres.ts";
import { BINARY, status } from "./measure.ts";

/** What a worker costs while nothing happens: with no incident open, and with one. */
const SETTLE_MS = 20_000;
const WATCHED_MS = 120_000;
const TICKS_A_SECOND = 100;

if (!hasServer) throw new Error("This machine has no PostgreSQL to run: npm ci");
const server = await someServer();
const folder = mkdtempSync(join(tmpdir(), "status-bench-"));
try {
  const address = await server.database();
  const env = { XDG_STATE_HOME: join(folder, "state"), DATABASE_URL: address };
  const configuration = {
    property: { name: "Example Shop", url: "https://www.example.com", timeZone: "UTC" },
    channels: { page: { kind: "page", directory: "./public" } },
    store: "env:DATABASE_URL",
  };
  writeFileSync(join(folder, ".statusrc"), JSON.stringify(configuration), { mode: 0o600 });
  console.log("| open incidents | CPU a minute | transactions a minute | connections | memory |");
  console.log("|---|---|---|---|---|");
  for (const open of [0, 1]) {
    if (open === 1)
      await status(
        folder,
        ["announce", "--title", "Open", "--yes", "--no-verify", "--next-update", "2h"],
        env,
      );
    console.log(await watch(open, address, env));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
}

async function watch(open: number, address: string, env: NodeJS.ProcessEnv): Promise<string> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  const worker = spawn(process.execPath, [BINARY, "worker", "--no-remind"], {
    ...{ cwd: folder, env: { ...process.env, ...env }, stdio: "ignore" as const },
  });
  try {
    await pause(SETTLE_MS);
    const before = { cpu: cpuOf(worker.pid!), count: await transactions(client) };
    await pause(WATCHED_MS);
    const minutes = WATCHED_MS / 60_000;
    const cpu = (cpuOf(worker.pid!) - before.cpu) / minutes;
    // Less the two questions of this program.
    const count = ((await transactions(client)) - before.count - 2) / minutes;
    const { rows } = await client.query(
      "select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${worker.pid}/status`, "utf8"))![1]);
    return `| ${open} | ${cpu.toFixed(2)} s | ${Math.round(count)} | ${rows[0].count} | ${Math.round(memory / 1024)} MB |`;
  } finally {
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.kill("SIGTERM");
    await ended;
    await client.end();
  }
}

/** Seconds of a core, as Linux counts them. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

async function transactions(client: pg.Client): Promise<number> {
  // A session tells of its transactions when it is asked to, or some time later.
  const { rows } = await client.query(
    "select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()",
  );
  return rows[0].count;
}
