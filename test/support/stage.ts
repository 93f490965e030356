import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { main } from "../../src/cli/main.ts";
import { abortableWait, type Surroundings } from "../../src/cli/surroundings.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Sandbox } from "../../src/sandbox/world.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as one JSON document. */
  json(): Document;
}

export interface Document {
  outcome: string;
  incident: {
    id: string;
    phase: string;
    nextUpdateAt: string | null;
    acknowledgedAt: string | null;
    [key: string]: unknown;
  };
  update: { id: string; number: number; template: string; key: string | null };
  deliveries: {
    channel: string;
    state: string;
    text: string;
    error: { code: string; hint: string } | null;
    [key: string]: unknown;
  }[];
  silent: string[];
  error: { code: string; message: string; hint: string };
  [key: string]: unknown;
}

/** A property with all six channels on a sandbox of its own, in a folder of its own, at a time that stands still. */
export interface Stage {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly clock: ScriptedClock;
  readonly config: Config;
  /** Writes the configuration again; what `change` alters is kept. */
  configure(change?: (config: Config) => void): void;
  /** Runs a command in this process. */
  run(argv: readonly string[], more?: Partial<Surroundings> & { input?: string }): Promise<Ran>;
  /** How many posts the audiences have seen, by imitation. */
  heard(): Record<"x" | "mail" | "forum" | "slack" | "hosted", number>;
}

export interface Config {
  property: Record<string, unknown>;
  components: Record<string, unknown>[];
  channels: Record<string, Record<string, unknown>>;
  [key: string]: unknown;
}

export const NOW = new Date("2026-11-23T03:10:00Z");

export async function setStage(change?: (config: Config) => void): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "status-test-"));
  const clock = new ScriptedClock(NOW);
  const sandbox = await startSandbox({ clock });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { twitter, email, discourse, slack, statuspage } = sandbox.channels;
  const config: Config = {
    property: {
      name: "Example Shop",
      url: "https://www.example.com",
      statusUrl: "https://status.example.org",
      timeZone: "America/Los_Angeles",
    },
    components: [
      { id: "storefront", name: "Storefront" },
      { id: "checkout", name: "Orders and payment" },
      {
        id: "digital",
        name: "Digital",
        components: [{ id: "downloads", name: "Downloads" }],
      },
    ],
    channels: {
      x: { ...twitter },
      customers: { ...email },
      sellers: { ...discourse },
      ops: { ...slack, audience: "internal" },
      page: { kind: "page", directory: "./public" },
      hosted: { ...statuspage },
    },
  };
  const stage: Stage = {
    folder,
    sandbox,
    clock,
    config,
    configure(alter) {
      alter?.(config);
      writeFileSync(join(folder, ".statusrc"), JSON.stringify(config), {
        mode: 0o600,
      });
    },
    run: (argv, more) => runIn(folder, clock, argv, more),
    heard() {
      const world = sandbox.world();
      return {
        x: world.tweets.length,
        mail: world.mails.length,
        forum: world.topics.reduce((sum, topic) => sum + topic.posts.length, 0),
        slack: world.slackMessages.length,
        hosted: world.hostedIncidents.reduce((sum, incident) => sum + incident.updates.length, 0),
      };
    },
  };
  stage.configure(change);
  return stage;
}

export async function runIn(
  cwd: string,
  clock: ScriptedClock,
  argv: readonly string[],
  more: Partial<Surroundings> & { input?: string } = {},
): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const { input, ...rest } = more;
  const code = await main(argv, {
    stdout: {
      write: (text) => {
        stdout += text;
      },
      isTerminal: false,
      columns: 80,
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
      isTerminal: false,
      columns: 80,
    },
    stdin: Readable.from(input === undefined ? [] : [input]),
    promptOutput: new PassThrough(),
    env: { HOME: cwd, PATH: process.env.PATH, LANG: "C.UTF-8" },
    cwd,
    clock,
    stopping: new AbortController().signal,
    stopped: new AbortController().signal,
    wait: abortableWait,
    names: { addresses: async () => [], nameServers: async () => [] },
    drill: null,
    ...rest,
  });
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as Document };
}

export const ANNOUNCE = [
  "announce",
  "--title",
  "Checkout is failing",
  "--component",
  "checkout",
  "--impact",
  "major",
  "--yes",
] as const;
