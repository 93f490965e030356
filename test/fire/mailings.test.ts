import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { Database } from "../../src/store/database.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { type MailSink, openMailSink } from "../support/mail-sink.ts";
import { hasServer, someServer } from "../support/postgres.ts";
import { chance, SEED, tell } from "./chance.ts";

const BINARY = fileURLToPath(new URL("../../bin/status.js", import.meta.url));
const MAILS = Number(process.env.FIRE_MAILS ?? "50000");
const CONNECTIONS = 4;
/** A million takes a while. */
const TIMEOUT_MS = 300_000 + MAILS * 4;
/** Every hundredth mailbox is not there. */
const isBad = (address: string) => address.startsWith("gone");

interface Ground {
  readonly sink: MailSink;
  readonly env: NodeJS.ProcessEnv;
  readonly open: () => Promise<Database>;
  start(argv: readonly string[]): ChildProcess;
  run(argv: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** A property that mails a long list, to a server that says no to every hundredth. */
async function openGround(store: string, env: NodeJS.ProcessEnv): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "status-fire-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const sink = await openMailSink((address) => (isBad(address) ? "refuse" : "take"));
  onTestFinished(() => sink.close());
  const list = createWriteStream(join(folder, "customers.csv"));
  list.write("email,name,id\n");
  for (let index = 0; index < MAILS; index++)
    list.write(
      `${index % 100 === 50 ? "gone" : "customer"}${index}@example.com,"Customer, ${index}",${index}\n`,
    );
  list.end();
  await finished(list);
  const email = {
    ...{ kind: "email", smtp: `smtp://127.0.0.1:${sink.port}`, from: "status@example.com" },
    ...{ recipients: "customers.csv", connections: CONNECTIONS },
    unsubscribe: "https://www.example.com/unsubscribe/{id}",
  };
  const property = { name: "Example Shop", statusUrl: "https://status.example.org", timeZone: "UTC" };
  const config = { property, channels: { customers: email }, store };
  writeFileSync(join(folder, ".statusrc"), JSON.stringify(config), { mode: 0o600 });
  const start = (argv: readonly string[]) =>
    spawn(process.execPath, [BINARY, ...argv], {
      cwd: folder,
      env: { HOME: folder, PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    ...{ sink, env, start },
    open: () =>
      store.startsWith("env:")
        ? openPostgres(new Secret(env.DATABASE_URL ?? ""))
        : openSqlite(join(folder, store)),
    async run(argv) {
      const child = start(argv);
      let stdout = "";
      let stderr = "";
      child.stdout!.on("data", (chunk: Buffer) => {
        stdout += chunk;
      });
      child.stderr!.on("data", (chunk: Buffer) => {
        stderr += chunk;
      });
      const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
      return { code, stdout, stderr };
    },
  };
}

/** Who the ledger says was reached, and who may have been. */
async function ledgerOf(ground: Ground) {
  const database = await ground.open();
  try {
    const states = new Map<string, string>();
    for (let last = 0; ; ) {
      const rows = await database.db
        .selectFrom("recipients")
        .select(["number", "address", "state"])
        .where("number", ">", last)
        .orderBy("number")
        .limit(10_000)
        .execute();
      for (const { address, state } of rows) states.set(address, state);
      if (rows.length === 0) return states;
      last = rows.at(-1)!.number;
    }
  } finally {
    await database.db.destroy();
  }
}

/** Ledger and inbox side by side: what neither may ever say. */
async function compare(ground: Ground) {
  const states = await ledgerOf(ground);
  const of = (state: string) => [...states].filter(([, each]) => each === state).map(([address]) => address);
  const { taken } = ground.sink;
  return {
    states,
    twice: [...taken].filter(([, times]) => times > 1).map(([address]) => address),
    saidAndNot: of("sent").filter((address) => !taken.has(address)),
    notSaidAndReached: [...taken.keys()].filter(
      (address) => states.get(address) !== "sent" && states.get(address) !== "unknown",
    ),
    unknown: of("unknown"),
    refused: of("refused"),
    open: of("planned").length + of("waiting").length,
  };
}

/** In MB; 0 for a process that has ended. */
function memoryOf({ pid }: ChildProcess): number {
  try {
    const line = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Number(line?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function judge(ground: Ground, kills: number, test: string, figures: Record<string, unknown>) {
  const first = await compare(ground);
  const unknown = first.unknown.length;
  const doubtless = [...ground.sink.taken.values()].every((times) => times === 1);
  // A person decides to send again to all who may have got it.
  const again = await ground.run(["retry", "--resend-unknown", "customers", "--yes"]);
  const last = await compare(ground);
  tell({
    ...{
      test,
      mails: MAILS,
      kills,
      unknown,
      reached: first.unknown.filter((each) => ground.sink.taken.get(each) === 2).length,
    },
    ...figures,
  });
  expect(first).toMatchObject({ twice: [], saidAndNot: [], notSaidAndReached: [], open: 0 });
  expect(doubtless).toBe(true);
  expect(unknown).toBeLessThanOrEqual(kills * CONNECTIONS);
  expect(first.refused.every(isBad)).toBe(true);
  expect(again.code).toBe(0);
  expect(last.refused).toHaveLength(MAILS / 100);
  expect(last).toMatchObject({ saidAndNot: [], notSaidAndReached: [], unknown: [], open: 0 });
  const good = [...last.states.keys()].filter((address) => !isBad(address));
  expect(good.filter((address) => !ground.sink.taken.has(address))).toEqual([]);
  expect(good).toHaveLength(MAILS - MAILS / 100);
  // Only those whom a person chose to send to again may have it twice.
  expect(last.twice.filter((address) => !first.unknown.includes(address))).toEqual([]);
  expect(ground.sink.mostConnections()).toBeLessThanOrEqual(CONNECTIONS * 2);
}

it(
  "reaches everybody on a list once while the command that sends is killed again and again",
  async () => {
    const ground = await openGround(".status/status.db", {});
    const random = chance(SEED);
    const started = performance.now();
    let kills = 0;
    let peakMb = 0;
    let child = ground.start(["announce", "--title", "Search is slow", "--yes"]);
    for (;;) {
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      const killAt = Date.now() + 300 + random() * 4000;
      let code: number | null | "running" = "running";
      void ended.then((value) => {
        code = value;
      });
      while (code === "running" && Date.now() < killAt) {
        peakMb = Math.max(peakMb, memoryOf(child));
        await sleep(50);
      }
      if (code === "running") {
        child.kill("SIGKILL");
        kills++;
        await ended;
      } else if (code !== null) break;
      child = ground.start(["retry", "--yes"]);
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    await judge(ground, kills, "mailing on SQLite", { peakMb: Math.round(peakMb), seconds });
  },
  TIMEOUT_MS,
);

it.runIf(hasServer)(
  "reaches everybody on a list once while workers are killed at random",
  async () => {
    const server = await someServer();
    onTestFinished(() => server.close());
    const ground = await openGround("env:DATABASE_URL", { DATABASE_URL: await server.database() });
    const random = chance(SEED + 1);
    const said = await ground.run(["announce", "--title", "Search is slow", "--yes", "--no-wait"]);
    expect(said.stdout).toContain("customers");
    const started = performance.now();
    const workers: ChildProcess[] = [];
    const hire = () => {
      const child = ground.start(["worker"]);
      child.stdout!.resume();
      child.stderr!.resume();
      return child;
    };
    workers.push(hire(), hire());
    onTestFinished(() => {
      for (const child of workers) child.kill("SIGKILL");
    });
    const database = await ground.open();
    onTestFinished(() => database.db.destroy());
    let kills = 0;
    let peakMb = 0;
    for (let killAt = Date.now() + 2000; ; await sleep(50)) {
      for (const child of workers) peakMb = Math.max(peakMb, memoryOf(child));
      const row = await database.db.selectFrom("deliveries").select("state").executeTakeFirst();
      if (row?.state === "sent" || row?.state === "unknown") break;
      if (Date.now() < killAt) continue;
      const victim = Math.floor(random() * workers.length);
      workers[victim]!.kill("SIGKILL");
      workers[victim] = hire();
      kills++;
      killAt = Date.now() + 500 + random() * 4000;
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    for (const child of workers) child.kill("SIGTERM");
    await Promise.all(workers.map((child) => new Promise((resolve) => child.on("close", resolve))));
    await judge(ground, kills, "mailing by workers", { peakMb: Math.round(peakMb), seconds });
  },
  TIMEOUT_MS,
);
