import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Secret } from "../src/base/secret.ts";
import { openPostgres } from "../src/store/postgres.ts";
import { hasServer, someServer } from "../test/support/postgres.ts";
import { environment, scratch, status } from "./measure.ts";

/**
 * Whole mailings, ledger included: a command that reads the list, writes down who is being sent to before each mail, and hands
 * them to Debian's `smtp-sink`; beside `smtp-source` at the same number of connections in the same run. `MAILS=1000000` adds a list
 * so long, by one command with a file for its ledger: what it needs of memory is what is asked there.
 */
const SIZES = [10_000, 100_000, 1_000_000].filter((size) => size <= Number(process.env.MAILS ?? "100000"));
const CONNECTIONS = [4, 16];
const BINARY = new URL("../../bin/status.js", import.meta.url).pathname;
const BYTES = 7000;

if (!existsSync("/usr/sbin/smtp-sink")) {
  console.log("The benchmark needs smtp-sink and smtp-source: apt-get install postfix");
  process.exit(0);
}
const port = await freePort();
const sink = spawn("/usr/sbin/smtp-sink", [...asRoot(), `127.0.0.1:${port}`, "1000"], { stdio: "ignore" });
const server = hasServer ? await someServer() : null;
try {
  await listening();
  console.log(`Whole mailings into smtp-sink, the ledger included.\n`);
  console.log("| sender | recipients | connections | mails a second | of smtp-source | peak memory |");
  console.log("|---|---|---|---|---|---|");
  for (const connections of CONNECTIONS) {
    const base = await source(connections);
    console.log(`| smtp-source | 20000 | ${connections} | ${base.toFixed(0)} | 1 | |`);
    for (const size of SIZES) {
      if (size > 100_000 && connections > CONNECTIONS[0]!) continue;
      const { ms, peakMb } = await inOneCommand(size, connections, null);
      row("one command, SQLite", size, connections, (size / ms) * 1000, base, peakMb);
      if (server === null || size > 100_000) continue;
      const pg = await inOneCommand(size, connections, await server.database());
      row("one command, PostgreSQL", size, connections, (size / pg.ms) * 1000, base, pg.peakMb);
      for (const workers of [1, 2]) {
        const told = await byWorkers(size, connections, await server.database(), workers);
        row(
          `${workers} worker${workers > 1 ? "s" : ""}`,
          size,
          connections,
          told.perSecond,
          base,
          told.peakMb,
        );
      }
    }
  }
} finally {
  sink.kill();
  await server?.close();
}

function row(
  name: string,
  size: number,
  connections: number,
  perSecond: number,
  base: number,
  peakMb: number,
) {
  console.log(
    `| ${name} | ${size} | ${connections} | ${perSecond.toFixed(0)} | ${(perSecond / base).toFixed(2)} | ${peakMb.toFixed(0)} MB |`,
  );
}

async function folderWith(size: number, connections: number, address: string | null): Promise<string> {
  const folder = scratch();
  const list = createWriteStream(join(folder, "customers.csv"));
  list.write("email,name,id\n");
  for (let index = 0; index < size; index++)
    if (!list.write(`customer.${index}@shop${index % 500}.example.net,"Customer, ${index}",${index}\n`))
      await once(list, "drain");
  list.end();
  await finished(list);
  const customers = {
    ...{ kind: "email", smtp: `smtp://127.0.0.1:${port}`, from: "status@example.com", connections },
    ...{ recipients: "customers.csv", unsubscribe: "https://www.example.com/unsubscribe/{id}" },
  };
  const property = { name: "Example Shop", statusUrl: "https://status.example.org", timeZone: "UTC" };
  const store = address === null ? ".status/status.db" : "env:DATABASE_URL";
  writeFileSync(join(folder, ".statusrc"), JSON.stringify({ property, channels: { customers }, store }), {
    mode: 0o600,
  });
  return folder;
}

async function inOneCommand(size: number, connections: number, address: string | null) {
  const folder = await folderWith(size, connections, address);
  const env = {
    XDG_STATE_HOME: join(folder, "state"),
    ...(address === null ? {} : { DATABASE_URL: address }),
  };
  return status(folder, ["announce", "--title", "Search is slow", "--yes"], env);
}

/** From the first worker's start to the last mail. */
async function byWorkers(size: number, connections: number, address: string, workers: number) {
  const folder = await folderWith(size, connections, address);
  const env = { XDG_STATE_HOME: join(folder, "state"), DATABASE_URL: address };
  await status(folder, ["announce", "--title", "Search is slow", "--yes", "--no-wait"], env).catch(() => {});
  const database = await openPostgres(new Secret(address));
  const began = performance.now();
  const hired = Array.from({ length: workers }, () =>
    spawn(process.execPath, [BINARY, "worker"], {
      ...{ cwd: folder, env: environment(folder, env), stdio: "ignore" },
    }),
  );
  let peakMb = 0;
  try {
    for (; ; await sleep(50)) {
      for (const child of hired) peakMb = Math.max(peakMb, peakOf(child));
      const delivery = await database.db.selectFrom("deliveries").select("state").executeTakeFirst();
      if (delivery?.state === "sent") break;
      if (delivery?.state === "unknown" || delivery?.state === "refused")
        throw new Error(`the mailing is ${delivery.state}`);
    }
    return { perSecond: (size / (performance.now() - began)) * 1000, peakMb };
  } finally {
    for (const child of hired) child.kill("SIGTERM");
    await Promise.all(hired.map((child) => new Promise((resolve) => child.on("close", resolve))));
    await database.db.destroy();
  }
}

/** In MB. */
function peakOf({ pid }: ChildProcess): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function source(connections: number): Promise<number> {
  const began = performance.now();
  const count = 20_000;
  const argv = ["-d", "-N", "-s", connections, "-m", count, "-l", BYTES, `127.0.0.1:${port}`].map(String);
  await new Promise<void>((resolve, reject) => {
    execFile("/usr/sbin/smtp-source", argv, (error) => (error === null ? resolve() : reject(error)));
  });
  return (count / (performance.now() - began)) * 1000;
}

/** smtp-sink refuses to run as root. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ["-u", "postfix"] : [];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function listening(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
  throw new Error("smtp-sink does not answer");
}
