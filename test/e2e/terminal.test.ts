import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

const BINARY = new URL("../../bin/status.js", import.meta.url).pathname;
const ESC = "\u001b";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "status-terminal-"));
  mkdirSync(join(folder, ".git"));
  const channels = { page: { kind: "page", directory: "public" } };
  const components = [{ id: "checkout", name: "Orders and payment" }];
  const config = JSON.stringify({ property: { name: "Example Shop" }, components, channels });
  writeFileSync(join(folder, ".statusrc"), config, { mode: 0o600 });
  piped(["announce", "--title", "Checkout is failing", "--component", "checkout", "--yes"], {
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

function envWith(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { HOME: folder, PATH: process.env.PATH, LANG: "C.UTF-8", TERM: "xterm", ...env };
}

function piped(argv: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return spawnSync(process.execPath, [BINARY, ...argv], { cwd: folder, env: envWith(env), encoding: "utf8" })
    .stdout;
}

/** On a terminal of its own, ended as soon as `enough` was seen. */
async function atTerminal(argv: string, env: NodeJS.ProcessEnv = {}, enough?: string): Promise<string> {
  const line = `'${process.execPath}' '${BINARY}' ${argv}`;
  const child: ChildProcess = spawn("script", ["-qec", line, "/dev/null"], {
    cwd: folder,
    env: envWith(env),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let shown = "";
  return new Promise((resolve) => {
    child.stdout!.on("data", (chunk: Buffer) => {
      shown += chunk.toString("utf8");
      if (enough !== undefined && shown.includes(enough)) resolve(shown);
    });
    child.once("exit", () => resolve(shown));
  });
}

const here = spawnSync("sh", ["-c", "command -v script"]).status === 0;
if (!here) process.stderr.write("terminals are not tested: script is not installed\n");

describe.runIf(here)("a terminal that is closed", { timeout: 60_000 }, () => {
  it.each(["", "--plain"])(
    "ends a question, and leaves neither a file nor an image of the memory: init %s",
    async (how) => {
      const fresh = mkdtempSync(join(tmpdir(), "status-closed-"));
      onTestFinished(() => rmSync(fresh, { recursive: true, force: true, maxRetries: 20 }));
      mkdirSync(join(fresh, "shop", ".git"), { recursive: true });
      const told = join(fresh, "code");
      const init = `'${process.execPath}' '${BINARY}' init --property Shop ${how}`;
      const line = `trap : HUP; cd '${fresh}/shop'; ${init}; echo $? > '${told}.new'; mv '${told}.new' '${told}'`;
      const child = spawn("script", ["-qec", line, "/dev/null"], { env: envWith({ SHELL: "/bin/sh" }) });
      onTestFinished(() => void child.kill("SIGKILL"));
      await new Promise<void>((resolve) => {
        let shown = "";
        child.stdout.on("data", (chunk: Buffer) => {
          shown += chunk.toString("utf8");
          if (shown.includes("Your website")) resolve();
        });
      });
      child.kill("SIGKILL");
      // 129 is the hangup; 134 would be an abort.
      await expect
        .poll(() => existsSync(told) && readFileSync(told, "utf8"), { timeout: 30_000 })
        .toBe("129\n");
      expect(readdirSync(join(fresh, "shop"))).toEqual([".git"]);
    },
  );
});

describe.runIf(here)("what the environment says", { timeout: 60_000 }, () => {
  it.each<[NodeJS.ProcessEnv, boolean]>([
    [{}, true],
    [{ NO_COLOR: "1" }, false],
    [{ NO_COLOR: "" }, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [{ FORCE_COLOR: "0" }, false],
    [{ TERM: "dumb" }, false],
    [{ TERM: "dumb", FORCE_COLOR: "1" }, true],
  ])("of colour at a terminal: %j", async (env, colour) => {
    const shown = await atTerminal("list", env);
    expect(shown).toContain("Checkout is failing");
    expect(shown.includes(`${ESC}[`)).toBe(colour);
  });

  it("of colour in a pipe", () => {
    expect(piped(["list"])).not.toContain(ESC);
    expect(piped(["list"], { FORCE_COLOR: "1" })).toContain(ESC);
    expect(piped(["list"], { FORCE_COLOR: "0" })).not.toContain(ESC);
  });

  it("of symbols", async () => {
    expect(await atTerminal("show")).toContain("✓");
    expect(await atTerminal("show", { LANG: "C" })).not.toContain("✓");
    expect(await atTerminal("show --plain")).not.toContain("✓");
  });

  it("of questions", async () => {
    const asks = "announce --new";
    expect(await atTerminal(asks, {}, "What is affected?")).toContain(`${ESC}[`);
    expect(await atTerminal(asks, { CI: "1" })).toContain("--title");
    for (const env of [{ TERM: "dumb" }, { ACCESSIBLE: "1" }]) {
      const shown = await atTerminal(asks, env, "Enter for none:");
      expect(shown).toContain("  1. Orders and payment");
      expect(shown).not.toContain(ESC);
    }
    expect(await atTerminal(`${asks} --plain`, {}, "Enter for none:")).not.toContain(ESC);
  });

  it("of the user's own file: XDG_CONFIG_HOME, unless it is relative", () => {
    mkdirSync(join(folder, "own", "status"), { recursive: true });
    const path = join(folder, "own", "status", "config.yaml");
    writeFileSync(path, "store: ledger.db\n", { mode: 0o600 });
    const user = (place: string) =>
      (
        JSON.parse(piped(["config", "--json"], { XDG_CONFIG_HOME: place })) as {
          files: { user: string | null };
        }
      ).files.user;
    expect(user(join(folder, "own"))).toBe(path);
    expect(user("own")).toBeNull();
    expect(user("")).toBeNull();
  });

  it("of what is kept: XDG_STATE_HOME has the copy of the ledger, XDG_CACHE_HOME compiled code alone", () => {
    expect(readdirSync(join(folder, "state", "status")).some((name) => name.endsWith(".db"))).toBe(true);
    expect(readdirSync(join(folder, "cache"))).toEqual(["status"]);
    expect(readdirSync(join(folder, "cache", "status"))).toHaveLength(1);
  });
});
