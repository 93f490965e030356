import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { FAULTS, type Imitation, type Sandbox } from "../../src/sandbox/world.ts";

const BINARY = new URL("../../bin/status.js", import.meta.url).pathname;
const PASSWORD = "canary p@ss/w0rd+";
const SLOTS: Readonly<Record<Imitation, readonly string[]>> = {
  twitter: ["appKey", "appSecret", "accessToken", "accessSecret"],
  email: ["smtp"],
  discourse: ["apiKey"],
  slack: ["token"],
  statuspage: ["apiKey"],
  discord: ["webhook"],
  webhook: ["secret"],
  teams: ["webhook"],
  mastodon: ["accessToken"],
  bluesky: ["appPassword"],
  apprise: ["key"],
  nodebb: ["token"],
};
const IMITATIONS = Object.keys(SLOTS) as Imitation[];

let sandbox: Sandbox;
let folder: string;
const secrets: string[] = [
  PASSWORD,
  encodeURIComponent(PASSWORD),
  Buffer.from(`\0status\0${PASSWORD}`).toString("base64"),
];
const env: NodeJS.ProcessEnv = {};
let searched = 0;
let leaked = 0;

beforeAll(async () => {
  sandbox = await startSandbox({
    clock: systemClock,
    auth: { user: "status", password: PASSWORD },
    quotas: false,
  });
  folder = mkdtempSync(join(tmpdir(), "status-secrets-"));
  const channels: Record<string, unknown> = { page: { kind: "page", directory: "public" } };
  for (const imitation of IMITATIONS) {
    const settings: Record<string, unknown> = { ...sandbox.channels[imitation], timeout: "1s" };
    for (const slot of SLOTS[imitation]) {
      const name = `CANARY_${imitation}_${slot}`.toUpperCase();
      const value =
        imitation === "email"
          ? String(settings.smtp).replace(/\/\/(?:[^@]*@)?/, `//status:${encodeURIComponent(PASSWORD)}@`)
          : String(settings[slot]);
      if (imitation !== "email")
        for (const secret of new Set([value, ...heartsOf(value)]))
          secrets.push(secret, Buffer.from(secret).toString("base64"));
      env[name] = value;
      settings[slot] = `env:${name}`;
    }
    channels[imitation] = settings;
  }
  writeFileSync(join(folder, ".statusrc"), JSON.stringify({ property: { name: "Example Shop" }, channels }), {
    mode: 0o600,
  });
});

afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(
    `secrets: ${JSON.stringify({ secrets: secrets.length, bytesSearched: searched, leaked })}\n`,
  );
});

/** What of a secret address or key opens the door by itself. */
function heartsOf(value: string): string[] {
  if (value.startsWith("whsec_")) return [value.slice("whsec_".length)];
  if (!URL.canParse(value)) return [];
  const { pathname, searchParams } = new URL(value);
  return [searchParams.get("sig") ?? pathname.slice(pathname.lastIndexOf("/") + 1)];
}

function search(where: string, bytes: string): void {
  searched += bytes.length;
  const found = secrets.filter((secret) => bytes.includes(secret));
  leaked += found.length;
  expect(found.map((secret) => `${where} holds ${secret.slice(0, 4)}…`)).toEqual([]);
}

/** Runs the CLI, reading the argument lists of all processes while it runs. */
async function run(...argv: string[]): Promise<void> {
  const child = spawn(process.execPath, [BINARY, ...argv], {
    cwd: folder,
    env: { HOME: folder, PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
  const looking = setInterval(() => search("a process list", commandLines()), 200);
  await new Promise((resolve) => child.once("close", resolve));
  clearInterval(looking);
  search(argv.join(" "), output);
}

function commandLines(): string {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1");
      } catch {
        return "";
      }
    })
    .join("\n");
}

function everyFile(path: string): string[] {
  return statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => everyFile(join(path, name)))
    : [path];
}

describe("secrets in every slot of the configuration", () => {
  it.each(["none", ...FAULTS])(
    "reach neither output, ledger, page nor process list under the fault %s",
    async (fault) => {
      const known = FAULTS.find((candidate) => candidate === fault) ?? null;
      for (const imitation of IMITATIONS) sandbox.fault(imitation, known);
      await run("announce", "--title", `Trouble ${fault}`, "--yes", "--new", "--debug", "--timeout", "3s");
      await run("retry", "--yes", "--json", "--timeout", "2s");
      await run("doctor", "--debug");
      for (const file of everyFile(folder)) search(file, readFileSync(file, "latin1"));
    },
    180_000,
  );
});
