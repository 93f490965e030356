import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Config, type Stage, setStage } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";

const BINARY = new URL("../../bin/status.js", import.meta.url).pathname;
const ZOD = new URL("../../node_modules/zod", import.meta.url).pathname;

/** Keeps each post in a file, and a line for every time that it is loaded. Written without a package, as a stranger might. */
const SPOOL = (change = "") => `
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
appendFileSync(join(import.meta.dirname, "loaded"), "x\\n");
const kind = {
  contract: 1, kind: "spool", title: "Spool", secrets: ["key"],
  settings: z.strictObject({ key: z.string(), colour: z.enum(["red"]).optional() }),
  connect({ key }, kit) {
    const posts = join(kit.folder, "posts");
    return {
      compose: (message, { keyOf }) => [{ part: "1", key: keyOf("1"), payload: message.short, text: message.short, length: null, notes: [] }],
      async publish(post) {
        appendFileSync(posts, JSON.stringify({ key: post.key, secret: key.reveal().length, shown: String(key) }) + "\\n");
        return { remoteId: post.key, url: null, extra: null };
      },
      async find(post) {
        return existsSync(posts) && readFileSync(posts, "utf8").includes(post.key)
          ? { found: { remoteId: post.key, url: null, extra: null } } : { found: null, conclusive: true, reason: "nothing there" };
      },
      async check() { return [{ name: "folder", level: "ok", message: "is there", hint: null }]; },
    };
  },
};
${change}
export default kind;
`;

/** A module of the user's own beside a built-in channel that would speak. */
async function stageWith(
  text: string,
  more: Record<string, unknown> = {},
  file = "spool.mjs",
): Promise<Stage> {
  const stage = await setStage(({ channels }) => {
    for (const name of Object.keys(channels)) if (name !== "ops") delete channels[name];
    channels.spool = { kind: `./${file}`, key: "env:SPOOL_KEY", timeout: "2s", ...more };
  });
  const path = join(stage.folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  mkdirSync(join(stage.folder, "node_modules"), { recursive: true });
  symlinkSync(ZOD, join(stage.folder, "node_modules/zod"));
  return stage;
}

/**
 * The built command, in a process of its own: what ends a process must end only that. What it writes to standard output is read
 * so many milliseconds late.
 */
async function binary(stage: Stage, argv: readonly string[], lateMs = 0) {
  const child = spawn(process.execPath, [BINARY, ...argv], {
    cwd: stage.folder,
    env: { HOME: stage.folder, PATH: process.env.PATH, SPOOL_KEY: "hush-hush-1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    sleep(lateMs).then(() => text(child.stdout)),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, signal: signal as string | null, stdout, stderr };
}

const SAY = ["announce", "--yes", "--json", "--title", "Orders fail", "--message", "Since noon."];
const run = (stage: Stage, argv: readonly string[]) =>
  stage.run(argv, { env: { HOME: stage.folder, PATH: process.env.PATH, SPOOL_KEY: "hush-hush-1" } });
const linesOf = (stage: Stage, name: string) => {
  const path = join(stage.folder, name);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
};

describe("a channel of the user's own", () => {
  it("speaks beside the built-in ones, under its own name, and is told secrets as secrets", async () => {
    const stage = await stageWith(SPOOL());
    const { code, json } = await run(stage, SAY);
    expect(code).toBe(0);
    expect(json().deliveries).toMatchObject([
      { channel: "ops", kind: "slack", state: "verified" },
      { channel: "spool", kind: "spool", state: "sent" },
    ]);
    expect(linesOf(stage, "posts").map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { secret: 11, shown: "[secret]" },
    ]);
  });

  it("is worded by a template for its kind", async () => {
    const stage = await stageWith(SPOOL());
    mkdirSync(join(stage.folder, "templates"));
    const head = "---\ntype: incident\nphase: investigating\nsubject: Trouble\n---\n";
    writeFileSync(join(stage.folder, "templates/acknowledge.md"), `${head}For all: {{ message }}\n`);
    writeFileSync(
      join(stage.folder, "templates/acknowledge.spool.md"),
      `${head}For the spool: {{ message }}\n`,
    );
    const { json } = await run(stage, SAY);
    expect(json().deliveries.map(({ text }) => text.includes("For the spool"))).toEqual([false, true]);
  });

  it("is not loaded for help, list, show, due, log or config", async () => {
    const stage = await stageWith(SPOOL());
    const once = async () => {
      for (const argv of [["--help"], ["list"], ["due"], ["show"], ["log"], ["config"], ["completion"]])
        await run(stage, argv);
    };
    await once();
    expect(linesOf(stage, "loaded")).toEqual([]);
    await run(stage, SAY);
    expect(linesOf(stage, "loaded")).toHaveLength(1);
    await once();
    expect(linesOf(stage, "loaded")).toHaveLength(1);
  });

  it("is left out of a drill, aloud and unloaded", async () => {
    const stage = await stageWith(SPOOL());
    const { ran } = await answering((more) => stage.run(["drill"], more), [" status", "end\r"]);
    expect(ran.stderr).toContain("spool is left out: a drill runs no code of yours.");
    expect(linesOf(stage, "loaded")).toEqual([]);
  });

  it("may be a package, named in full", async () => {
    const home = "node_modules/@acme/status-channel-spool";
    const stage = await stageWith(SPOOL(), { kind: "@acme/status-channel-spool" }, `${home}/lib/entry.js`);
    const manifest = {
      name: "x",
      type: "module",
      exports: { ".": { types: "./no.d.ts", import: "./lib/entry.js" } },
    };
    writeFileSync(join(stage.folder, home, "package.json"), JSON.stringify(manifest));
    const { code, json } = await run(stage, SAY);
    expect({ code, kind: json().deliveries[1]?.kind }).toEqual({ code: 0, kind: "spool" });
  });

  it("is never looked for under another name than the one that was written", async () => {
    const home = "node_modules/status-channel-spool";
    const stage = await stageWith(SPOOL(), { kind: "spool" }, `${home}/index.mjs`);
    writeFileSync(join(stage.folder, home, "package.json"), '{"exports":"./index.mjs"}');
    const { code, json } = await run(stage, SAY);
    expect(code).toBe(3);
    expect(json().error).toMatchObject({
      code: "CONFIG_UNKNOWN_KIND",
      hint: expect.stringContaining("status-channel-spool"),
    });
    expect(linesOf(stage, "loaded")).toEqual([]);
  });

  it("whose publish throws what it should not leaves its own outcome open, and the others speak", async () => {
    const broken =
      "const { connect } = kind; kind.connect = (...given) => ({ ...connect(...given), find: undefined, async publish() { null.x; } });";
    const stage = await stageWith(SPOOL(broken));
    const { code, json } = await run(stage, SAY);
    expect(code).toBe(7);
    expect(json().deliveries).toMatchObject([
      { channel: "ops", state: "verified" },
      { channel: "spool", state: "unknown", error: { code: "OWN_KIND_BROKEN" } },
    ]);
  });

  it("may throw a ChannelError of another copy of the package", async () => {
    const refusing = `const { connect } = kind; kind.connect = (...given) => ({ ...connect(...given), async publish() {
      throw Object.assign(new Error("no"), { name: "ChannelError", fate: "refused", code: "SPOOL_FULL", hint: "empty it", retryAt: null, standAlone: false }); } });`;
    const { code, json } = await run(await stageWith(SPOOL(refusing)), SAY);
    expect(code).toBe(5);
    expect(json().deliveries[1]).toMatchObject({
      state: "refused",
      error: { code: "SPOOL_FULL", hint: "empty it" },
    });
  });
});

describe("what is wrong with a channel of the user's own", () => {
  const typescript = (process.features as { typescript?: unknown }).typescript;
  const faults: readonly (readonly [string, string, string, string, Record<string, unknown>?, string?])[] = [
    ["throws when it is loaded", "throw new Error('no luck')", "OWN_KIND_BROKEN", "no luck"],
    ["throws a text", "throw 'no luck'", "OWN_KIND_BROKEN", "cannot be loaded: no luck"],
    ["throws null", "throw null", "OWN_KIND_BROKEN", "it threw null"],
    ["throws a bare object", "throw Object.create(null)", "OWN_KIND_BROKEN", "it threw object"],
    [
      "throws an error without words",
      "throw Object.assign(new Error(), { message: 5 })",
      "OWN_KIND_BROKEN",
      "",
    ],
    ["cannot be read", "export default {", "OWN_KIND_BROKEN", "cannot be loaded"],
    ["imports what is not there", 'import "status/channel";', "OWN_KIND_BROKEN", "has no package `status`"],
    ["waits for ever", "await new Promise(() => {});", "OWN_KIND_HANGS", "after 2 s"],
    ["exports nothing", "export const kind = 1;", "OWN_KIND_NONE", "exports no kind"],
    ["exports nonsense", "export default 'spool';", "OWN_KIND_NONE", "exports no kind"],
    ["is of another contract", SPOOL("kind.contract = 2;"), "OWN_KIND_CONTRACT", "contract 2"],
    ["has no name", SPOOL("delete kind.kind;"), "OWN_KIND_BROKEN", "kind:"],
    ["has a built-in name", SPOOL("kind.kind = 'slack';"), "OWN_KIND_NAME_TAKEN", "a built-in kind"],
    [
      "exports what cannot be looked at",
      "export default new Proxy({}, { has() { throw new Error('hands off'); } });",
      "OWN_KIND_BROKEN",
      "hands off",
    ],
    ["has settings that throw", SPOOL("kind.settings = { safeParse() { null.x; } };"), "OWN_KIND_BROKEN", ""],
    [
      "has settings that take time",
      SPOOL("kind.settings = kind.settings.refine(async () => true);"),
      "OWN_KIND_BROKEN",
      "cannot be used",
    ],
    [
      "calls a number a secret",
      SPOOL(
        "kind.settings = z.strictObject({ key: z.string(), size: z.number() }); kind.secrets = ['key', 'size'];",
      ),
      "OWN_KIND_BROKEN",
      "calls size a secret",
      { size: 5 },
    ],
    ["throws null when it connects", SPOOL("kind.connect = () => { throw null; };"), "OWN_KIND_BROKEN", ""],
    ["connects to nothing", SPOOL("kind.connect = () => ({});"), "OWN_KIND_BROKEN", "no channel"],
    [
      "composes nonsense",
      SPOOL(
        "const c = kind.connect; kind.connect = (...g) => ({ ...c(...g), compose: () => [{ part: 1 }] });",
      ),
      "OWN_KIND_BROKEN",
      "no valid posts",
    ],
    ["is given an unknown key", SPOOL(), "CONFIG_UNKNOWN_KEY", "colur", { colur: "red" }],
    [
      "is given a secret itself",
      SPOOL(),
      "CONFIG_LITERAL_SECRET",
      "holds a secret itself",
      { key: "hush-hush-2" },
    ],
    ["is not there", SPOOL(), "OWN_KIND_MISSING", "no file", { kind: "./spol.mjs" }],
    ["is a folder", SPOOL(), "OWN_KIND_MISSING", "is a folder", { kind: "./node_modules" }],
    ["is no module", SPOOL(), "OWN_KIND_MISSING", "no module", {}, "spool.txt"],
    [
      "is a package that is not installed",
      SPOOL(),
      "OWN_KIND_MISSING",
      "is not installed",
      { kind: "status-channel-x" },
    ],
    // From 22.18 on Node loads it.
    ...(typescript === undefined || typescript === false
      ? [["is TypeScript", SPOOL(), "OWN_KIND_TYPESCRIPT", "does not load", {}, "spool.ts"] as const]
      : []),
  ];

  for (const [what, text, code, words, more, file] of faults)
    it(`stops it before anything is public: it ${what}`, async () => {
      const stage = await stageWith(text, more, file);
      const ran = await run(stage, SAY);
      expect(ran.json().error).toMatchObject({
        code,
        message: expect.stringContaining(words),
      });
      expect(ran.code).toBe(3);
      expect(ran.json().error.hint).toContain("--except spool");
      expect(stage.heard().slack).toBe(0);

      const others = await run(stage, [...SAY, "--except", "spool"]);
      expect(others.code).toBe(0);
      expect(stage.heard().slack).toBe(1);

      const doctor = await run(stage, ["doctor", "--json"]);
      const checks = (doctor.json() as unknown as { checks: { channel: string; level: string }[] }).checks;
      if (words !== "no valid posts")
        expect(checks.filter(({ level }) => level === "fail")).toMatchObject([
          { channel: "spool", name: "kind" },
        ]);
      expect(`${ran.stdout}${others.stdout}${doctor.stdout}`).not.toContain("hush-hush");
    });

  const home = "node_modules/status-channel-spool";
  it.each([
    ["holds no JSON", "{", "OWN_KIND_BROKEN", "is no JSON"],
    ["holds nothing", "", "OWN_KIND_BROKEN", "is no JSON"],
    ["holds null", "null", "OWN_KIND_BROKEN", "holds no object"],
    [
      "has exports without an entry",
      '{"exports":{"./more":"./lib/index.js"}}',
      "OWN_KIND_MISSING",
      "no entry",
    ],
    [
      "has exports for require only",
      '{"exports":{"require":"./x.cjs"},"main":"./lib/index.js"}',
      "OWN_KIND_MISSING",
      "no entry",
    ],
    [
      "bars its entry",
      '{"exports":{".":{"import":null,"default":"./lib/index.js"}}}',
      "OWN_KIND_MISSING",
      "no entry",
    ],
    ["leads out of itself", '{"exports":"./../../spool.mjs"}', "OWN_KIND_BROKEN", "no place within it"],
    ["has exports that lead to a folder", '{"exports":"./lib"}', "OWN_KIND_MISSING", "no file ./lib"],
    [
      "leads nowhere",
      '{"main":"dist"}',
      "OWN_KIND_MISSING",
      "no file dist or dist.js or dist/index.js or index.js",
    ],
  ])("stops it before anything is public: its package.json %s", async (_, manifest, code, words) => {
    const stage = await stageWith(SPOOL(), { kind: "status-channel-spool" }, `${home}/lib/index.js`);
    writeFileSync(join(stage.folder, home, "package.json"), manifest);
    const ran = await run(stage, SAY);
    expect(ran.json().error).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(ran.json().error.hint).toContain("--except spool");
    expect({ code: ran.code, heard: stage.heard().slack }).toEqual({ code: 3, heard: 0 });
    expect((await run(stage, [...SAY, "--except", "spool"])).code).toBe(0);
    expect(stage.heard().slack).toBe(1);
  });

  it.each([
    ["a folder", '{"type":"module","main":"lib"}'],
    ["a file without its ending", '{"type":"module","main":"./lib/index"}'],
    ["a list, by what fits first", '{"type":"module","exports":[null,{"import":"./lib/index.js"}]}'],
    ["an entry that stands over main", '{"type":"module","exports":{".":"./lib/index.js"},"main":"no.js"}'],
  ])("is nothing where its package.json names %s, as Node reads it", async (_, manifest) => {
    const stage = await stageWith(SPOOL(), { kind: "status-channel-spool" }, `${home}/lib/index.js`);
    writeFileSync(join(stage.folder, home, "package.json"), manifest);
    expect((await run(stage, SAY)).json().deliveries[1]).toMatchObject({ kind: "spool", state: "sent" });
  });

  it("is told where two files give their kinds one name", async () => {
    const stage = await stageWith(SPOOL());
    writeFileSync(join(stage.folder, "other.mjs"), SPOOL(), { mode: 0o600 });
    stage.configure(({ channels }: Config) => {
      channels.other = { kind: "./other.mjs", key: "env:SPOOL_KEY" };
      channels.again = { kind: "./spool.mjs", key: "env:SPOOL_KEY" };
    });
    const { json } = await run(stage, SAY);
    expect(json().error).toMatchObject({
      code: "OWN_KIND_NAME_TAKEN",
      message: expect.stringContaining("other"),
    });
    expect((await run(stage, [...SAY, "--except", "other"])).code).toBe(0);
  });

  it("is told of a file that everybody may change, and nothing of it runs", async () => {
    const stage = await stageWith(SPOOL());
    chmodSync(join(stage.folder, "spool.mjs"), 0o666);
    const { code, json } = await run(stage, SAY);
    expect({ code, error: json().error.code }).toEqual({ code: 3, error: "CONFIG_WRITABLE_BY_ALL" });
    expect(linesOf(stage, "loaded")).toEqual([]);
  });
});

describe("the code of a channel of one's own", () => {
  /** Does this whenever it publishes, and then what it should. */
  const doing = (what: string) =>
    SPOOL(`
    const connect = kind.connect;
    kind.connect = (...given) => { const channel = connect(...given); const { publish } = channel; return { ...channel,
      async publish(...post) { ${what}; return publish(...post); } }; };`);

  it.each([
    ["rejects where nobody listens", "Promise.reject(new Error('adrift'))"],
    ["throws in a timer", "setTimeout(() => { throw new Error('adrift'); }, 1)"],
  ])("keeps no other channel from speaking where it %s", async (_, what) => {
    const { code, stdout, stderr } = await binary(await stageWith(doing(what)), SAY);
    expect(stderr).toContain("A channel of your own failed outside its calls: Error: adrift");
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered", silent: [] });
    expect(code).toBe(0);
  });

  it.each([
    ["an error without words", 'Object.assign(new Error("x"), { message: Symbol("s") })', "it threw object"],
    [
      "a Proxy that refuses everything",
      "new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
      "it threw object",
    ],
    ["a text", '"adrift"', "adrift"],
  ])("keeps no other channel from speaking where it throws %s in a timer", async (_, thrown, words) => {
    const { code, stdout, stderr } = await binary(
      await stageWith(doing(`setTimeout(() => { throw ${thrown}; }, 1)`)),
      SAY,
    );
    expect(stderr).toContain(`A channel of your own failed outside its calls: ${words}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered", silent: [] });
    expect(code).toBe(0);
  });

  it("leaves standard output to the result: what it prints there goes to stderr", async () => {
    const printing = `
      console.log("printed when it is loaded");
      process.stdout.write(Buffer.from("printed as bytes"));
      const connect = kind.connect;
      kind.connect = (settings, kit) => { const channel = connect(settings, kit); const { publish } = channel; return { ...channel,
        async publish(...post) {
          console.log("printed", settings.key.reveal());
          await new Promise((resolve) => process.stdout.write("printed with a call\\n", "utf8", resolve));
          process.stdout.write(Buffer.from("printed in hex").toString("hex"), "hex");
          await new Promise((resolve) => process.stdout.end(resolve));
          await new Promise((resolve) => process.stdout.end("printed at an end", resolve));
          setTimeout(() => console.info("printed too late"), 300);
          return publish(...post);
        } }; };`;
    const { code, stdout, stderr } = await binary(await stageWith(SPOOL(printing)), SAY);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered" });
    for (const what of ["when it is loaded", "as bytes", "with a call", "in hex", "at an end", "too late"])
      expect(stderr).toContain(`printed ${what}\n`);
    expect(stderr).not.toContain("hush-hush");
    expect(code).toBe(0);
  });

  it("is watched only where the process is the command's own", async () => {
    const watchers = () =>
      ["uncaughtException", "unhandledRejection"].map((event) => process.listenerCount(event));
    const before = { watchers: watchers(), write: process.stdout.write };
    expect((await run(await stageWith(SPOOL()), SAY)).code).toBe(0);
    expect({ watchers: watchers(), write: process.stdout.write }).toEqual(before);
  });

  it("keeps no other channel from speaking where what it began at its top level fails later", async () => {
    const later =
      "Promise.reject(new Error('adrift')); setTimeout(() => Promise.reject(new Error('later')), 5);";
    const { code, stdout, stderr } = await binary(await stageWith(SPOOL(later)), SAY);
    expect(stderr).toContain("A channel of your own failed outside its calls: Error: adrift");
    expect(stderr).toContain("A channel of your own failed outside its calls: Error: later");
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered", silent: [] });
    expect(code).toBe(0);
  });

  it("cannot end the command as if its work were done", async () => {
    const { code, stderr } = await binary(await stageWith(doing("process.exit(0)")), SAY);
    expect(code).toBe(1);
    expect(stderr).toContain("ended before it was done");
  });

  it.each([
    ["a timer", "setInterval(() => {}, 1000);"],
    ["a socket", 'import { createServer } from "node:net"; createServer().listen(0, "127.0.0.1");'],
  ])("does not hold the command when its work is done: it has opened %s", async (_, open) => {
    const { code, stdout } = await binary(await stageWith(SPOOL(open)), SAY);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered" });
    expect(code).toBe(0);
  });

  it("cuts no result short that is read slowly, and changes no exit code", async () => {
    const long = `setInterval(() => { process.exitCode = 3; }, 10);
      const connect = kind.connect; kind.connect = (...given) => ({ ...connect(...given),
        compose: (_, { keyOf }) => [{ part: "1", key: keyOf("1"), payload: null, text: "x".repeat(400000), length: null, notes: [] }] });`;
    const { code, stdout } = await binary(await stageWith(SPOOL(long)), SAY, 2000);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered" });
    expect(code).toBe(0);
  });

  it("leaves signals to end the command once its work is done", async () => {
    const waiting =
      "setInterval(() => { if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM'); }, 5);";
    const { signal, stdout } = await binary(await stageWith(SPOOL(waiting)), SAY);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered" });
    expect(signal).toBe("SIGTERM");
  });

  it.each(["verify", "close"])("holds nothing where its %s never settles", async (call) => {
    const never = `const connect = kind.connect; kind.connect = (...given) => ({ ...connect(...given), ${call}: () => new Promise(() => {}) });`;
    const { code, stdout } = await binary(await stageWith(SPOOL(never)), [...SAY, "--timeout", "3s"]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "delivered" });
    expect(code).toBe(0);
  });

  it("alone knows which settings are secret: none that might be one is shown", async () => {
    const stage = await stageWith(SPOOL(), {
      baseUrl: "http://127.0.0.1:9/hush-hush-2",
      token: "hush-hush-3",
    });
    const shown = await run(stage, ["config"]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("channels.spool.key: env:SPOOL_KEY");
    for (const argv of [["config"], ["config", "--json"]])
      expect((await run(stage, argv)).stdout).not.toContain("hush-hush");
  });
});
