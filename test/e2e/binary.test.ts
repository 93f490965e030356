import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";

const BINARY = new URL("../../bin/status.js", import.meta.url).pathname;
const ANNOUNCE = ["announce", "--title", "Checkout is failing", "--component", "checkout", "--yes"];

/** A folder with a configuration that reaches a sandbox of its own, on the real clock. */
async function scene(change: (channels: Record<string, Record<string, unknown>>) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "status-e2e-"));
  const sandbox = await startSandbox({ clock: systemClock });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { twitter, email, discourse, slack, statuspage } = sandbox.channels;
  const channels: Record<string, Record<string, unknown>> = {
    x: { ...twitter },
    customers: { ...email },
    sellers: { ...discourse },
    ops: { ...slack, audience: "internal" },
    page: { kind: "page", directory: "public" },
    hosted: { ...statuspage },
  };
  change(channels);
  const config = {
    property: { name: "Example Shop", statusUrl: "https://status.example.org" },
    components: [{ id: "checkout", name: "Orders and payment" }],
    channels,
  };
  writeFileSync(join(folder, ".statusrc"), JSON.stringify(config), { mode: 0o600 });
  return { folder, sandbox };
}

function start(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [BINARY, ...argv], {
    cwd: folder,
    env: { HOME: folder, PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function run(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = start(folder, argv, env);
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout!), text(child.stderr!), ended]);
  return { code, stdout, stderr };
}

describe("bin/status.js", () => {
  it("announces, updates and resolves on all channels in separate processes", async () => {
    const { folder, sandbox } = await scene();
    expect((await run(folder, ANNOUNCE)).code).toBe(0);
    expect(
      (await run(folder, ["update", "--message", "We found it.", "--phase", "identified", "--yes"])).code,
    ).toBe(0);
    const resolved = await run(folder, ["resolve", "--yes", "--json"]);
    expect(resolved.code).toBe(0);
    const { tweets, mails, topics, slackMessages, hostedIncidents } = sandbox.world();
    expect([tweets.length, mails.length, topics[0]?.posts.length, slackMessages.length]).toEqual([
      3, 3, 3, 3,
    ]);
    expect(hostedIncidents[0]?.updates).toHaveLength(3);
    expect(readFileSync(join(folder, "public", "index.html"), "utf8")).toContain("Checkout is failing");
    expect(JSON.parse(resolved.stdout).incident.phase).toBe("resolved");
  });

  it("puts one JSON document on stdout, and nothing else", async () => {
    const { folder } = await scene();
    for (const argv of [
      [...ANNOUNCE, "--json"],
      ["list", "--json"],
      ["show", "--json"],
      ["due", "--json"],
      ["doctor", "--json"],
      ["update", "--json"],
      ["nonsense", "--json"],
    ]) {
      const { stdout } = await run(folder, argv);
      expect(stdout.trim().split("\n")).toHaveLength(1);
      expect(JSON.parse(stdout)).toMatchObject({ version: 1 });
    }
  });

  it("writes plain lines without colour or redrawing when piped, and colour where it is forced", async () => {
    const { folder } = await scene();
    const piped = await run(folder, ANNOUNCE);
    expect(piped.stdout + piped.stderr).not.toContain("\u001b");
    const forced = await run(folder, ["list"], { FORCE_COLOR: "1" });
    expect(forced.stdout).toContain("\u001b[1m");
    expect((await run(folder, ["list"], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001b");
  });

  it("reports the others in time while one channel hangs", async () => {
    const { folder, sandbox } = await scene((channels) => {
      channels.sellers = { ...channels.sellers, timeout: "2s" };
    });
    sandbox.fault("discourse", "hang");
    const { code, stdout } = await run(folder, [...ANNOUNCE, "--timeout", "4s", "--json"]);
    expect(code).toBe(7);
    const states = JSON.parse(stdout).deliveries.map((delivery: { state: string }) => delivery.state);
    expect(states).toEqual(["verified", "sent", "unknown", "verified", "verified", "verified"]);
  });

  it("goes on with retry after it was killed in the middle of sending", async () => {
    const { folder, sandbox } = await scene((channels) => {
      delete channels.customers;
      // What a dead sender asked may still be carried out until its time-out: retry waits for that long.
      for (const settings of Object.values(channels)) settings.timeout = "2s";
    });
    sandbox.fault("discourse", "hang");
    const child = start(folder, ANNOUNCE);
    await expect
      .poll(() => sandbox.requests.some(({ imitation }) => imitation === "discourse"), { timeout: 8000 })
      .toBe(true);
    await expect.poll(() => sandbox.world().tweets.length, { timeout: 8000 }).toBe(1);
    child.kill("SIGKILL");
    sandbox.fault("discourse", null);
    const { code, stdout } = await run(folder, ["retry", "--yes"]);
    expect(stdout).toContain("All 5 channels have spoken.");
    expect(code).toBe(0);
    const { tweets, topics, slackMessages } = sandbox.world();
    expect([tweets.length, topics.length, slackMessages.length]).toEqual([1, 1, 1]);
  });

  it("prints its report and exits 130 when it is interrupted", async () => {
    const { folder, sandbox } = await scene();
    sandbox.fault("discourse", "hang");
    const child = start(folder, ANNOUNCE);
    const output = text(child.stdout!);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await expect.poll(() => sandbox.world().slackMessages.length, { timeout: 8000 }).toBe(1);
    await expect
      .poll(() => sandbox.requests.some(({ imitation }) => imitation === "discourse"), { timeout: 8000 })
      .toBe(true);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(await output).toMatch(/\? sellers +unknown/);
    expect(await output).toContain("status retry");
  });

  it("keeps secrets out of everything it writes", async () => {
    const secret = "canary-7f3a9c";
    const { folder, sandbox } = await scene((channels) => {
      channels.ops = { ...channels.ops, token: "env:TOKEN" };
      channels.hosted = { ...channels.hosted, apiKey: "env:TOKEN" };
    });
    sandbox.fault("twitter", "server-error");
    const env = { TOKEN: secret };
    const runs = [
      await run(folder, [...ANNOUNCE, "--debug", "--timeout", "3s"], env),
      await run(folder, ["doctor", "--debug"], env),
      await run(folder, ["retry", "--yes", "--json", "--timeout", "3s"], env),
    ];
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(secret);
    for (const name of ["status.db", "status.db-wal"])
      if (existsSync(join(folder, ".status", name)))
        expect(readFileSync(join(folder, ".status", name), "latin1")).not.toContain(secret);
  });

  it("plays the drill amazon-2010 to its end without a configuration, and writes the wall", async () => {
    const folder = mkdtempSync(join(tmpdir(), "status-e2e-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { code, stdout } = await run(folder, ["drill", "amazon-2010", "--output", "wall"]);
    expect(code).toBe(0);
    expect(stdout).toContain("From outage to first word: 5 minutes.");
    expect(stdout.match(/All 6 channels have spoken\./g)).toHaveLength(4);
    const wall = readFileSync(join(folder, "wall", "wall.html"), "utf8");
    for (const words of [
      "Kindle downloads",
      "Shipping and Amazon Web Services work normally",
      "What really happened that day",
    ])
      expect(wall).toContain(words);
    expect(wall).not.toContain("DRILL");
    expect(wall + stdout).not.toMatch(/xoxb-|sandbox-\w+-key|accessSecret/);
  });

  it("keeps a sandbox running that a stranger's configuration can reach, until it is stopped", async () => {
    const folder = mkdtempSync(join(tmpdir(), "status-e2e-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const child = start(folder, ["sandbox", "--output", "sandbox.yaml"]);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await expect.poll(() => existsSync(join(folder, "sandbox.yaml")), { timeout: 8000 }).toBe(true);
    const said = await run(folder, ["announce", "--title", "Amazon.com is slow", "--yes"], {
      STATUS_CONFIG: join(folder, "sandbox.yaml"),
    });
    child.kill("SIGTERM");
    expect(said.code).toBe(0);
    expect(await ended).toBe(0);
  });

  it("says what to type in a folder without a configuration", async () => {
    const folder = mkdtempSync(join(tmpdir(), "status-e2e-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, ".git"), "");
    for (const argv of [["list"], ["--json"]]) {
      const { code, stdout, stderr } = await run(folder, argv);
      expect(code).toBe(3);
      expect(stdout + stderr).toContain("status init");
      expect(stdout + stderr).toContain("status drill amazon-2010");
    }
  });
});

describe("help", () => {
  it("shows two runnable examples for every command that speaks, and the exit codes", async () => {
    const folder = tmpdir();
    const { code, stdout } = await run(folder, ["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("At 3 a.m.");
    expect(stdout).toContain("130  interrupted");
    for (const command of [
      "announce",
      "update",
      "resolve",
      "retry",
      "follow-up",
      "due",
      "doctor",
      "init",
      "drill",
    ]) {
      const help = await run(folder, [command, "--help"]);
      expect(help.code).toBe(0);
      expect(help.stdout.split("Examples:")[1]?.match(/status /g)?.length ?? 0).toBeGreaterThanOrEqual(2);
    }
  });

  it("suggests the command that a typo meant", async () => {
    const { code, stderr } = await run(tmpdir(), ["anounce"]);
    expect(code).toBe(2);
    expect(stderr).toContain("announce");
  });
});
