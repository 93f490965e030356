import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Offer, offerAt } from "../../src/cli/completion/candidates.ts";
import { readLine } from "../../src/cli/completion/line.ts";
import { namesOf } from "../../src/cli/completion/names.ts";
import { placeOf } from "../../src/cli/completion/place.ts";
import { createProgram } from "../../src/cli/program/program.ts";
import { mirrorPaths } from "../../src/status/mirror-path.ts";
import { ANNOUNCE, runIn, type Stage, setStage } from "../support/stage.ts";

/** What fish is offered behind these words; the last one is at the cursor. */
async function offered(stage: Stage, ...words: string[]): Promise<{ how: string; values: string[] }> {
  const { stdout, code } = await stage.run(["__complete", "fish", ...words]);
  expect(code).toBe(0);
  const [how = "", ...lines] = stdout.trimEnd().split("\n");
  return { how, values: lines.map((line) => line.split("\t")[0]!) };
}

async function bash(stage: Stage, line: string, type = "9"): Promise<string[]> {
  const { stdout } = await stage.run(["__complete", "bash", type, "80", line]);
  return stdout.trimEnd().split("\n").slice(1);
}

/** A page alone: what is said is soon said. */
const quick = () =>
  setStage((config) => {
    config.channels = { page: config.channels.page! };
  });

const NEXT = [...ANNOUNCE.slice(0, 2), "The pages are slow", ...ANNOUNCE.slice(3), "--new"];

describe("completion", () => {
  it("offers every command in one word, and theirs behind it", async () => {
    const stage = await setStage();
    const { values } = await offered(stage, "");
    const program = createProgram(async () => {}, "");
    expect(values).toEqual([...program.commands.map((command) => command.name()), "help"]);
    expect((await offered(stage, "up")).values).toEqual(["update"]);
    expect((await offered(stage, "maintenance", "")).values).toContain("schedule");
    expect((await offered(stage, "help", "ann")).values).toEqual(["announce"]);
    expect((await offered(stage, "preview", "")).values).toEqual([
      "announce",
      "update",
      "resolve",
      "maintenance",
    ]);
    expect((await offered(stage, "preview", "resolve", "--dr")).values).toEqual(["--dry-run"]);
    expect((await offered(stage, "completion", "")).values).toEqual(["bash", "zsh", "fish"]);
    expect((await offered(stage, "drill", "")).values).toEqual(["amazon-2010"]);
  });

  it.each([
    ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
    ["a folder", (path: string) => mkdirSync(path)],
    ["a device", (path: string) => symlinkSync("/dev/zero", path)],
  ])("answers at once where the configuration or the ledger is %s", async (_, make) => {
    const stage = await quick();
    await stage.run(ANNOUNCE);
    const ledger = join(stage.folder, ".status", "status.db");
    rmSync(ledger);
    make(ledger);
    expect((await offered(stage, "update", "")).values).not.toContainEqual(expect.stringMatching(/^2026/));
    const configuration = join(stage.folder, ".statusrc");
    rmSync(configuration);
    make(configuration);
    for (const place of [stage.folder, join(stage.folder, "public")])
      expect((await runIn(place, stage.clock, ["__complete", "fish", "an"])).stdout).toContain("announce");
    const ran = await stage.run(["list"]);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(/CONFIG_(BROKEN|NOT_FOUND)/)]);
  });

  it("offers flags, and one that was given once again only where it may be", async () => {
    const stage = await setStage();
    const { values } = await offered(stage, "announce", "--impact", "major", "--component", "checkout", "--");
    expect(values).toContain("--component");
    expect(values).toContain("--title");
    expect(values).not.toContain("--impact");
  });

  it("offers what a flag takes, behind a blank or =", async () => {
    const stage = await setStage();
    expect((await offered(stage, "announce", "--impact", "")).values).toEqual([
      "none",
      "minor",
      "major",
      "critical",
    ]);
    expect((await offered(stage, "announce", "--impact=m")).values).toEqual([
      "--impact=minor",
      "--impact=major",
    ]);
    expect((await offered(stage, "update", "--phase", "mo")).values).toEqual(["monitoring"]);
    expect((await offered(stage, "update", "--only", "s")).values).toEqual(["sellers"]);
    expect((await offered(stage, "announce", "--template", "ack")).values).toEqual(["acknowledge"]);
    expect((await offered(stage, "announce", "--title", "")).values).toEqual([]);
  });

  it("offers components, and their states behind =", async () => {
    const stage = await setStage();
    expect((await offered(stage, "announce", "--component", "")).values).toEqual([
      "storefront",
      "checkout",
      "digital",
      "downloads",
    ]);
    expect((await offered(stage, "announce", "--component", "checkout=ma")).values).toEqual([
      "checkout=major_outage",
    ]);
    expect((await offered(stage, "announce", "--component=checkout=ma")).values).toEqual([
      "--component=checkout=major_outage",
    ]);
  });

  it("leaves files to the shell", async () => {
    const stage = await setStage();
    expect((await offered(stage, "announce", "--message-file", "")).how).toBe("files");
    expect((await offered(stage, "report", "--html=")).how).toBe("files");
  });

  it("offers open incidents with their titles, and to whoever looks back those that have ended", async () => {
    const stage = await quick();
    await stage.run(ANNOUNCE);
    await stage.run(["resolve", "--yes"]);
    await stage.run(NEXT);
    const open = "2026-11-22-the-pages-are-slow";
    const { stdout } = await stage.run(["__complete", "fish", "update", ""]);
    expect(stdout).toBe(`words\n${open}\tThe pages are slow (investigating)\n`);
    expect((await offered(stage, "show", "")).values).toEqual([open, "2026-11-22-checkout-is-failing"]);
    expect((await offered(stage, "action", "add", "--incident", "2026")).values).toHaveLength(2);
  });

  it("offers the templates of the project beside those that come along", async () => {
    const stage = await setStage();
    mkdirSync(join(stage.folder, "templates"));
    writeFileSync(join(stage.folder, "templates", "flood.md"), "Water.");
    writeFileSync(join(stage.folder, "templates", "$(touch pwned).md"), "Water.");
    const { values } = await offered(stage, "announce", "");
    expect(values).toContain("flood");
    expect(values).toContain("acknowledge");
    expect(values.every((value) => /^[\w-]+$/.test(value))).toBe(true);
  });

  it("reads the configuration that the line or the environment names", async () => {
    const stage = await setStage();
    const other = join(stage.folder, "other.yaml");
    writeFileSync(other, "channels: { pager: { kind: command } }", { mode: 0o600 });
    expect((await offered(stage, "--config", other, "update", "--only", "")).values).toEqual(["pager"]);
    expect((await offered(stage, "update", `--config=${other}`, "--only", "")).values).toEqual(["pager"]);
    const env = { HOME: stage.folder, STATUS_CONFIG: other };
    const { stdout } = await stage.run(["__complete", "fish", "update", "--only", ""], { env });
    expect(stdout).toBe("words\npager\t\n");
  });

  it("knows of a ledger on a server what this machine's copy knows, and does not connect", async () => {
    const stage = await quick();
    await stage.run(ANNOUNCE);
    const { path, folder } = { path: join(stage.folder, ".statusrc"), folder: stage.folder };
    stage.configure((config) => {
      config.store = "env:DATABASE_URL";
    });
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const env = { HOME: folder, DATABASE_URL: `postgres://status@127.0.0.1:${port}/status` };
    const ask = async () => (await stage.run(["__complete", "fish", "update", ""], { env })).stdout;
    expect(await ask()).not.toContain("checkout-is-failing");
    const copy = mirrorPaths({ path, store: "env:DATABASE_URL" }, env).home;
    mkdirSync(dirname(copy), { recursive: true, mode: 0o700 });
    for (const part of ["", "-wal"])
      if (existsSync(join(folder, ".status", `status.db${part}`)))
        cpSync(join(folder, ".status", `status.db${part}`), `${copy}${part}`);
    expect(await ask()).toContain("2026-11-22-checkout-is-failing\tCheckout is failing");
    expect(connections).toBe(0);
  });

  it("is silent where nothing can be read, and still knows the commands", async () => {
    const stage = await setStage();
    writeFileSync(join(stage.folder, ".statusrc"), "channels: [", { mode: 0o600 });
    const broken = await stage.run(["__complete", "fish", "update", "--only", ""]);
    expect(broken).toMatchObject({ code: 0, stderr: "", stdout: "words\n" });
    expect((await offered(stage, "res")).values).toEqual(["resolve"]);
    writeFileSync(join(stage.folder, ".statusrc"), "store: l.db", { mode: 0o600 });
    writeFileSync(join(stage.folder, "l.db"), "this is no ledger");
    expect(await stage.run(["__complete", "fish", "update", ""])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(stage.folder, "l.db"), "utf8")).toBe("this is no ledger");
  });

  it("asks nobody on the network, runs no program, and makes no ledger", async () => {
    const stage = await setStage((config) => {
      config.channels.ops!.token = { cmd: ["touch", "ran"] };
    });
    for (const words of [
      ["update", ""],
      ["update", "--only", ""],
      ["show", ""],
      ["announce", ""],
    ])
      await offered(stage, ...words);
    expect(stage.sandbox.requests).toEqual([]);
    expect(() => readFileSync(join(stage.folder, "ran"))).toThrow();
    expect(() => readFileSync(join(stage.folder, ".status", "status.db"))).toThrow();
  });

  it("finds the configuration where every other command does", async () => {
    const stage = await setStage();
    const deep = join(stage.folder, "a", "b");
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(stage.folder, "a", "package.json"), '{"name":"a"}');
    const at = (cwd: string) => namesOf({ cwd, env: { HOME: "/nowhere" } }, null).channels();
    expect(await at(deep)).toEqual(Object.keys(stage.config.channels));
    writeFileSync(
      join(stage.folder, "a", "package.json"),
      '{"status":{"channels":{"near":{"kind":"page"}}}}',
    );
    expect(await at(deep)).toEqual(["near"]);
    const ran = await runIn(deep, stage.clock, ["config", "--json"]);
    expect(JSON.stringify(ran.json())).toContain("package.json");
  });
});

describe("completion in bash", () => {
  it("gives back what follows the last = or :, as readline does", async () => {
    const stage = await setStage();
    expect(await bash(stage, "status announce --component=che")).toEqual(["checkout"]);
    expect(await bash(stage, "status announce --component checkout=ma")).toEqual(["major_outage"]);
    expect(await bash(stage, 'status announce --component="che')).toEqual(["checkout"]);
    expect(await bash(stage, "status announce --component 'che")).toEqual(["checkout"]);
  });

  it("puts titles beside several candidates, and never where they would be inserted", async () => {
    const stage = await quick();
    await stage.run(ANNOUNCE);
    expect(await bash(stage, "status update ")).toEqual(["2026-11-22-checkout-is-failing"]);
    await stage.run(NEXT);
    expect(await bash(stage, "status update ")).toEqual([
      expect.stringMatching(/^2026-11-22-\S+ +\(/),
      expect.stringMatching(/^2026-11-22-\S+ +\(/),
    ]);
    for (const type of ["37", "42"])
      expect((await bash(stage, "status update ", type)).join("")).not.toContain("(");
  });

  it("reads quotes and expands nothing", () => {
    expect(readLine(`status update --title "$(touch a) \`b\`" --only sel`)).toEqual({
      words: ["update", "--title", "$(touch a) `b`", "--only"],
      current: "sel",
      cut: 0,
    });
    expect(readLine("status ").current).toBe("");
    expect(readLine("status upd").current).toBe("upd");
  });
});

describe("what is said of an incident", () => {
  it("stands in one line without control characters, whatever its title", async () => {
    const stage = await quick();
    await stage.run(["announce", "--title", "a\tb\u001b[31m\u0007 $(touch x) `y` ' \" : %F{red}", "--yes"]);
    for (const shell of [["fish"], ["zsh", "80"], ["bash", "63", "80"]]) {
      const words = shell[0] === "bash" ? ["status show "] : ["show", ""];
      const { stdout } = await stage.run(["__complete", ...shell, ...words]);
      expect(stdout.replace(/[\n\t]/g, "")).not.toMatch(/\p{Cc}/u);
      expect(stdout.trimEnd().split("\n")).toHaveLength(2);
    }
  });
});

describe("a name in an unchecked configuration", () => {
  it("is offered only where it means itself, and described in one harmless line", async () => {
    const stage = await setStage();
    stage.configure((config) => {
      config.components = [
        { id: "$(touch pwned)", name: "Bad" },
        { id: "good", name: "Good\u001b]0;x\u0007\n:0\tx" },
      ];
    });
    const { stdout } = await stage.run(["__complete", "fish", "update", "--component", ""]);
    expect(stdout).toMatch(/^words\ngood\t[^\p{Cc}]*\n$/u);
  });
});

describe("the place of the cursor", () => {
  const offer = async (...words: string[]): Promise<Offer> => {
    const place = placeOf(
      createProgram(async () => {}, ""),
      { words, current: "" },
    );
    return offerAt(place, {
      channels: async () => ["x"],
      components: async () => [],
      templates: async () => ["flood"],
      incidents: async () => [],
    });
  };

  it("knows which flags take a value", async () => {
    expect((await offer("announce", "--yes")).candidates.map(({ value }) => value)).toEqual(["flood"]);
    expect((await offer("announce", "--title")).candidates).toEqual([]);
    expect((await offer("announce", "--title", "--yes")).candidates[0]?.value).toBe("flood");
    expect((await offer("announce", "-y", "--")).candidates[0]?.value).toBe("flood");
    expect((await offer("announce", "deploy")).candidates[0]?.value).toMatch(/^--/);
  });
});
