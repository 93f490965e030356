import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { ScriptedClock } from "../../src/base/clock.ts";
import { KINDS } from "../../src/channels/registry.ts";
import { NOW, type Ran, runIn } from "../support/stage.ts";

type Channels = Record<string, { readonly kind: string; readonly audience?: string }>;

/** Runs `status sandbox`; while it runs, does `then` with the configuration that it wrote. */
async function sandbox(
  argv: readonly string[],
  then: (file: string, folder: string, told: () => string) => Promise<void> = async () => {},
): Promise<Ran & { readonly channels: Channels }> {
  const folder = mkdtempSync(join(tmpdir(), "status-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "sandbox.yaml");
  const stopping = new AbortController();
  let told = "";
  let ready: () => void;
  const written = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const write = (text: string) => {
    told += text;
    if (text.includes("The imitations are running.")) ready();
  };
  const running = runIn(folder, new ScriptedClock(NOW), ["sandbox", "--output", file, ...argv], {
    stopping: stopping.signal,
    stderr: { write, isTerminal: false, columns: 80 },
  });
  await Promise.race([written, running]);
  try {
    await then(file, folder, () => told);
  } finally {
    stopping.abort();
  }
  const ran = await running;
  const { channels = {} } =
    ran.code === 0 ? (parse(readFileSync(file, "utf8")) as { channels: Channels }) : {};
  return { ...ran, stderr: told, channels };
}

const kindsOf = (channels: Channels) => Object.values(channels).map(({ kind }) => kind);

describe("status sandbox", () => {
  it("writes the demonstration's channels if none are named", async () => {
    const { code, channels } = await sandbox([]);
    expect(code).toBe(0);
    expect(kindsOf(channels)).toEqual(["twitter", "email", "discourse", "slack", "page", "statuspage"]);
  });

  it("writes those of the kinds that are named", async () => {
    const { channels } = await sandbox(["--channel", "teams", "--channel", "page"]);
    expect(kindsOf(channels).sort()).toEqual(["page", "teams"]);
    expect(Object.values(channels).find(({ kind }) => kind === "teams")?.audience).toBe("internal");
  });

  it("plays every kind but a program of the user's own, and says what arrives on each", async () => {
    const { channels, stderr } = await sandbox(["--channel", "all"], async (file, folder, told) => {
      const said = await runIn(folder, new ScriptedClock(NOW), [
        ...["announce", "--title", "Orders fail", "--yes", "--json"],
        ...["--config", file],
      ]);
      expect(said.json().silent).toEqual([]);
      expect(said.code).toBe(0);
      await expect.poll(told, { timeout: 8000 }).toContain("Programs, by webhook");
    });
    expect(kindsOf(channels).sort()).toEqual(
      Object.keys(KINDS)
        .filter((kind) => kind !== "command")
        .sort(),
    );
    for (const audience of [
      "Followers on X",
      "Followers on Mastodon",
      "Followers on Bluesky",
      "Members new topic: Orders fail",
      "Community on Discord",
      "Colleagues on Teams",
      "Others, through Apprise",
    ])
      expect(stderr).toContain(audience);
    expect(stderr).not.toContain("[status]: #");
  });

  it("names the kinds that it plays where one is misspelt", async () => {
    expect(await sandbox(["--channel", "discrod"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "discord"?'),
    });
    expect((await sandbox(["--channel", "command"])).code).toBe(2);
  });

  it("wants a port with room behind it for every imitation", async () => {
    expect(await sandbox(["--port", "65525"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("the next 11 are taken as well"),
    });
  });
});

describe("the folder of a rehearsal", () => {
  /** What a command leaves in a folder for temporary files of its own. */
  function leftBy(argv: readonly string[], stops: boolean) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "status-test-")));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const child = spawn(process.execPath, [join(import.meta.dirname, "../../bin/status.js"), ...argv], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (stops) child.stdout.once("data", () => child.kill("SIGTERM"));
    return new Promise<string[]>((resolve) =>
      child.on("close", () =>
        resolve(
          readdirSync(folder, { recursive: true, encoding: "utf8" })
            .filter((name) => /^status-(?:sandbox|drill)-/.test(name))
            .map((name) => name.replace(/^status-(\w+)-[^/]+/, "$1")),
        ),
      ),
    );
  }

  it("is gone when the sandbox is told to end", async () => {
    expect(await leftBy(["sandbox"], true)).toEqual([]);
  });

  it("holds the wall alone after a drill, and is gone where the wall is elsewhere", async () => {
    expect(await leftBy(["drill", "amazon-2010"], false)).toEqual(["drill", "drill/wall.html"]);
    expect(await leftBy(["drill", "amazon-2010", "--output", "out"], false)).toEqual([]);
  });
});
