import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/base/clock.ts";
import type { Delivery, Ledger } from "../../src/broadcast/ledger.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Sandbox, SandboxRequest } from "../../src/sandbox/world.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import type { Document } from "../support/stage.ts";

const BINARY = fileURLToPath(new URL("../../bin/status.js", import.meta.url));

export const CHANNELS = ["x", "customers", "sellers", "ops", "page", "hosted"] as const;
export type ChannelName = (typeof CHANNELS)[number];

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
  json(): Document;
}

export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves at the first word on stderr, or at the end. */
  readonly spoke: Promise<void>;
}

export interface StartOptions {
  /** Words before `node`: a tracer. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A property with six channels on a sandbox of its own, in a folder of its own; the clock is the system's. */
export interface Scene {
  readonly folder: string;
  readonly store: string;
  readonly sandbox: Sandbox;
  /** Starts the built command in a process of its own. */
  start(argv: readonly string[], options?: StartOptions): Child;
  run(argv: readonly string[], options?: StartOptions): Promise<Ended>;
  /** How often each audience was given words that hold `marker`; for the page, whether it shows them. */
  said(marker: string): Record<ChannelName, number>;
  /** The ledger's rows of the update that holds `marker`; empty where it was never recorded. */
  rows(marker: string): Promise<Delivery[]>;
  withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T>;
  /** Why the page's files are not whole; null where they are, or where there is no page yet. */
  brokenPage(): string | null;
  close(): Promise<void>;
}

export interface SceneOptions {
  /** Per call, as the configuration has it. */
  readonly timeout?: string;
  readonly store?: string;
  readonly quotas?: boolean;
  /** Another port for a vendor's own: a proxy's. */
  readonly through?: (imitation: string, port: number) => Promise<number>;
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "status-fire-"));
  const store = options.store ?? join(folder, ".status", "status.db");
  const sandbox = await startSandbox({ clock: systemClock, quotas: options.quotas ?? false });
  const { twitter, email, discourse, slack, statuspage } = sandbox.channels;
  const timeout = options.timeout ?? "4s";
  const reach = async (settings: Readonly<Record<string, unknown>>) => {
    if (options.through === undefined) return settings;
    const field = settings.kind === "email" ? "smtp" : "baseUrl";
    const url = new URL(String(settings[field]));
    url.port = String(await options.through(String(settings.kind), Number(url.port)));
    return { ...settings, [field]: url.href };
  };
  const channels = {
    x: await reach(twitter),
    customers: await reach(email),
    sellers: await reach(discourse),
    ops: await reach(slack),
    page: { kind: "page", directory: "./public" },
    hosted: await reach(statuspage),
  };
  const config = {
    property: {
      name: "Example Shop",
      url: "https://www.example.com",
      statusUrl: "https://status.example.org",
      timeZone: "UTC",
    },
    components: [{ id: "checkout", name: "Checkout" }],
    channels: Object.fromEntries(
      Object.entries(channels).map(([name, settings]) => [name, { ...settings, timeout }]),
    ),
    store,
  };
  writeFileSync(join(folder, ".statusrc"), JSON.stringify(config), { mode: 0o600 });

  const start = (argv: readonly string[], more: StartOptions = {}): Child => {
    const began = performance.now();
    const [program, ...rest] = [...(more.under ?? []), process.execPath, BINARY, ...argv];
    const child = spawn(program!, rest, {
      cwd: folder,
      env: { HOME: folder, PATH: process.env.PATH, LANG: "C.UTF-8", ...more.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let spoke = () => {};
    const first = new Promise<void>((resolve) => {
      spoke = resolve;
    });
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
      spoke();
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        spoke();
        resolve({
          ...{ code, signal, stdout, stderr, elapsedMs: performance.now() - began },
          json: () => JSON.parse(stdout) as Document,
        });
      });
    });
    return { process: child, ended, spoke: first };
  };

  const withLedger = async <T>(work: (ledger: Ledger) => Promise<T>): Promise<T> => {
    const ledger = new LedgerStore(await openSqlite(store));
    try {
      return await work(ledger);
    } finally {
      await ledger.close();
    }
  };
  const page = () => readIfThere(join(folder, "public", "index.html")) ?? "";

  return {
    folder,
    store,
    sandbox,
    start,
    run: (argv, more) => start(argv, more).ended,
    said(marker) {
      const asked = (imitation: string) =>
        sandbox.requests.filter(
          (request) =>
            request.imitation === imitation && publishes(request) && wordsOf(request).includes(marker),
        ).length;
      return {
        x: asked("twitter"),
        customers: sandbox.world().mails.filter((mail) => mail.text.includes(marker)).length,
        sellers: asked("discourse"),
        ops: asked("slack"),
        page: page().includes(marker) ? 1 : 0,
        hosted: asked("statuspage"),
      };
    },
    async rows(marker) {
      if (!existsSync(store)) return [];
      return withLedger(async (ledger) => {
        for (const incident of await ledger.incidents()) {
          const rows = await ledger.deliveries({ incidentId: incident.id });
          const update = rows.find((row) => row.post?.text.includes(marker))?.updateId;
          if (update !== undefined) return rows.filter((row) => row.updateId === update);
        }
        return [];
      });
    },
    withLedger,
    brokenPage() {
      const html = page();
      if (html !== "" && !(html.startsWith("<!doctype html>") && html.trimEnd().endsWith("</html>")))
        return `index.html is cut: ${html.length} characters`;
      const json = readIfThere(join(folder, "public", "status.json"));
      if (json === null) return html === "" ? null : "index.html is there before status.json";
      try {
        JSON.parse(json);
        return null;
      } catch {
        return `status.json is cut: ${json.length} characters`;
      }
    },
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every request that arrived whole and asks for a post, whatever the vendor made of it: a second one is a fault of ours. */
function publishes({ imitation, method, path }: SandboxRequest): boolean {
  switch (imitation) {
    case "twitter":
      return method === "POST" && path === "/2/tweets";
    case "discourse":
      return method === "POST" && path === "/posts.json";
    case "slack":
      return path === "/api/chat.postMessage";
    case "statuspage":
      return method === "POST" || method === "PATCH";
    default:
      return false;
  }
}

function wordsOf({ body }: SandboxRequest): string {
  return body.startsWith("{") ? body : decodeURIComponent(body.replaceAll("+", " "));
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

export function announce(marker: string, ...more: string[]): string[] {
  const said = ["--message", `Nobody can pay, ${marker}.`, "--short", `Nobody can pay, ${marker}.`];
  const about = ["--title", "Checkout is failing", "--component", "checkout", "--impact", "major"];
  return ["announce", ...about, ...said, "--yes", "--json", ...more];
}

export function followUp(marker: string, ...more: string[]): string[] {
  const said = ["--message", `Work goes on, ${marker}.`, "--short", `Work goes on, ${marker}.`];
  return ["update", ...said, "--yes", "--json", ...more];
}

export const RETRY = ["retry", "--yes", "--json"];
