import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { ScriptedClock } from "../../src/base/clock.ts";
import { KINDS } from "../../src/channels/registry.ts";
import { NEEDED } from "../../src/channels/slack/check.ts";
import { schemaLink } from "../../src/cli/init/finish.ts";
import { guidesAsMarkdown, offers } from "../../src/cli/init/guidance.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { NOW, type Ran, runIn } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";

const KEY = "sandbox-discourse-key";

/** A folder of its own, at the top of a repository. */
function freshFolder(name = "shop"): string {
  const parent = mkdtempSync(join(tmpdir(), "status-init-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, name);
  mkdirSync(join(folder, ".git"), { recursive: true });
  return folder;
}

function run(
  folder: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
  more: Partial<Surroundings> = {},
) {
  return runIn(folder, new ScriptedClock(NOW), ["init", ...argv], {
    env: { HOME: folder, PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
    ...more,
  });
}

const BASIC = ["--property", "Example Shop", "--time-zone", "UTC", "--yes"];

/** Every file below a folder, as one text. */
function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile() && !path.includes(".git/"))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
}

async function onSandbox() {
  const sandbox = await startSandbox({ clock: new ScriptedClock(NOW) });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

describe("status init in a script", () => {
  it("refers to the variables that are there, and copies no value", async () => {
    const folder = freshFolder();
    const { code, stdout } = await run(folder, [...BASIC, "--channel", "slack", "--channel", "mastodon"], {
      SLACK_BOT_TOKEN: "xoxb-very-secret",
      SLACK_CHANNEL: "C7654321",
      MASTODON_HOST: "social.example.com",
      MASTODON_ACCESS_TOKEN: "very-secret-too",
      DISCORD_WEBHOOK_URL: "https://discord.example.com/api/webhooks/1/very-secret",
    });
    expect(code).toBe(0);
    const { channels } = parse(readFileSync(join(folder, ".statusrc"), "utf8"));
    expect(channels.ops).toMatchObject({
      token: "env:SLACK_BOT_TOKEN",
      channel: "C7654321",
      audience: "internal",
    });
    expect(channels.mastodon).toMatchObject({
      baseUrl: "https://social.example.com",
      accessToken: "env:MASTODON_ACCESS_TOKEN",
    });
    expect(stdout).toContain("SLACK_BOT_TOKEN (ops.token)");
    expect(stdout).toContain("would also serve: discord");
    expect(stdout).not.toContain("export");
    expect(stdout + allText(folder)).not.toContain("very-secret");
  });

  it("writes a configuration of every kind that loads and previews", async () => {
    const folder = freshFolder();
    const kinds = Object.keys(KINDS).flatMap((kind) => ["--channel", kind]);
    const first = await run(folder, [...BASIC, ...kinds]);
    // Nothing that is an example is written; the hint is the command's end, to be filled in.
    expect(first.code).toBe(2);
    expect(first.stderr).toContain("Mail needs from and to;");
    expect(readdirSync(folder)).toEqual([".git"]);
    const settings = first.stderr.match(/--set \S+/g)!.flatMap((flag) => flag.split(" "));
    expect(settings).toContain("email.to=all@example.com");
    expect((await run(folder, [...BASIC, ...kinds, ...settings])).code).toBe(0);
    const preview = ["preview", "announce", "--title", "Example trouble", "--json"];
    const { code, stdout } = await runIn(folder, new ScriptedClock(NOW), preview);
    expect(code).toBe(0);
    const { deliveries } = JSON.parse(stdout) as { deliveries: { kind: string }[] };
    expect(new Set(deliveries.map(({ kind }) => kind))).toEqual(new Set(Object.keys(KINDS)));
  });

  it("names a schema for editors that a clone has as well", async () => {
    const folder = freshFolder();
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    await run(folder, BASIC);
    const [first] = readFileSync(join(folder, ".statusrc"), "utf8").split("\n");
    const link = /^# yaml-language-server: \$schema=(.+)$/.exec(first!)![1]!;
    expect(JSON.parse(readFileSync(join(folder, link), "utf8")).title).toBe("The configuration of status");
    // A ledger puts a .gitignore beside it.
    expect(
      (await runIn(folder, new ScriptedClock(NOW), ["announce", "--yes", "--title", "Trouble"])).code,
    ).toBe(0);
    expect(existsSync(join(folder, ".status", "status.db"))).toBe(true);
    const git = execFileSync("git", ["status", "--porcelain", "--untracked-files=all"], { cwd: folder });
    const committed = git
      .toString()
      .split("\n")
      .map((line) => `./${line.slice(3)}`);
    expect(committed).toContain(link);
    expect(committed.filter((path) => path.startsWith("./.status/"))).toEqual([]);
  });

  it("names the schema in the package where that is a part of the project, by a way that a new version keeps", () => {
    const project = realpathSync(freshFolder());
    const elsewhere = realpathSync(freshFolder());
    const shop = join(project, "packages", "shop");
    const root = join(project, "node_modules", ".pnpm", "status@1.0.0", "node_modules", "status");
    const own = "./.statusrc.schema.json";
    mkdirSync(shop, { recursive: true });
    mkdirSync(root, { recursive: true });
    // What others need is there, and a clone may have it elsewhere.
    expect(schemaLink(join(shop, ".statusrc"), root)).toBe(own);
    mkdirSync(join(shop, "node_modules"));
    symlinkSync(root, join(shop, "node_modules", "status"));
    expect(schemaLink(join(shop, ".statusrc"), root)).toBe("./node_modules/status/dist/schema.json");
    expect(schemaLink(join(project, ".statusrc"), root)).toBe(own);
    symlinkSync(root, join(project, "node_modules", "status"));
    rmSync(join(shop, "node_modules"), { recursive: true });
    expect(schemaLink(join(shop, ".statusrc"), root)).toBe("../../node_modules/status/dist/schema.json");
    // npm link: a checkout on this machine.
    mkdirSync(join(elsewhere, "status"));
    rmSync(join(project, "node_modules", "status"));
    symlinkSync(join(elsewhere, "status"), join(project, "node_modules", "status"));
    expect(schemaLink(join(project, ".statusrc"), join(elsewhere, "status"))).toBe(own);
  });

  it("writes JSON where the file is to be JSON, and says how to name a file that is not found by itself", async () => {
    const folder = freshFolder();
    const { code, stdout } = await run(folder, [...BASIC, "--output", "our.json"]);
    expect(code).toBe(0);
    expect(stdout).toContain("status doctor --config our.json");
    expect(JSON.parse(readFileSync(join(folder, "our.json"), "utf8"))).toMatchObject({
      $schema: "./.statusrc.schema.json",
      property: { name: "Example Shop" },
    });
    const argv = ["list", "--config", "our.json"];
    expect((await runIn(folder, new ScriptedClock(NOW), argv)).code).toBe(0);
  });

  it("takes settings by flag, and names the nearest of a mistyped one", async () => {
    const folder = freshFolder();
    const slack = [...BASIC, "--channel", "slack"];
    const wrong = await run(folder, [...slack, "--set", "slack.chanel=C7654321"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Did you mean "channel"?');
    const elsewhere = await run(folder, [...slack, "--set", "slak.channel=C7654321"]);
    expect(elsewhere.stderr).toContain('Did you mean "slack"?');
    expect((await run(folder, [...slack, "--set", "slack.channel=C7654321"])).code).toBe(0);
    expect(parse(readFileSync(join(folder, ".statusrc"), "utf8")).channels.ops.channel).toBe("C7654321");
  });

  it("writes nothing where a secret is given by flag, and does not repeat it", async () => {
    const folder = freshFolder();
    const { code, stdout, stderr } = await run(folder, [
      ...BASIC,
      ...["--channel", "slack", "--set", "slack.channel=C7654321", "--set", "slack.token=xoxb-very-secret"],
    ]);
    expect(code).toBe(3);
    expect(stderr).toContain("CONFIG_LITERAL_SECRET");
    expect(stdout + stderr).not.toContain("xoxb-very-secret");
    expect(readdirSync(folder)).toEqual([".git"]);
  });

  it("never overwrites a configuration", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, ".statusrc"), "mine");
    const { code, stderr } = await run(folder, BASIC);
    expect(code).toBe(4);
    expect(stderr).toContain("CONFIG_EXISTS");
    expect(readFileSync(join(folder, ".statusrc"), "utf8")).toBe("mine");
  });

  it.each([
    [".statusrc.yaml", "property: { name: Mine }"],
    ["package.json", '{ "status": { "property": { "name": "Mine" } } }'],
  ])("hides no configuration that is found by itself: %s", async (name, mine) => {
    const folder = freshFolder();
    writeFileSync(join(folder, name), mine);
    const { code, stderr } = await run(folder, BASIC);
    expect(code).toBe(4);
    expect(stderr).toContain(`${name} is there already`);
    expect(readdirSync(folder).sort()).toEqual([".git", name].sort());
    // One that has to be named is in nobody's way.
    expect((await run(folder, [...BASIC, "--output", "other.yaml"])).code).toBe(0);
    expect(readFileSync(join(folder, name), "utf8")).toBe(mine);
  });

  it.each([
    [".statusrc.schema.json", "elsewhere"],
    [".status/.gitignore", "not-there-yet"],
    [".status", "elsewhere-folder"],
  ])("follows no link at %s that a repository may carry", async (link, target) => {
    const folder = freshFolder();
    const outside = freshFolder();
    writeFileSync(join(outside, "elsewhere"), "theirs");
    mkdirSync(join(outside, "elsewhere-folder"));
    mkdirSync(dirname(join(folder, link)), { recursive: true });
    symlinkSync(join(outside, target), join(folder, link));
    const { code, stderr } = await run(folder, BASIC);
    expect(code).toBe(4);
    expect(stderr).toContain("CONFIG_NOT_WRITTEN");
    expect(readdirSync(outside).sort()).toEqual([".git", "elsewhere", "elsewhere-folder"]);
    expect(readdirSync(join(outside, "elsewhere-folder"))).toEqual([]);
    expect(readFileSync(join(outside, "elsewhere"), "utf8")).toBe("theirs");
    expect(existsSync(join(folder, ".statusrc"))).toBe(false);
  });

  it("rehearses the new configuration, and tells what became of each channel", async () => {
    const folder = freshFolder();
    const { code, stdout } = await run(folder, [
      ...BASIC,
      ...["--channel", "slack", "--channel", "page", "--channel", "email", "--drill", "--json"],
      ...["--set", "slack.channel=C7654321", "--set", "email.from=status@shop.test"],
      ...["--set", "email.to=all@lists.shop.test"],
    ]);
    expect(code).toBe(0);
    const { drill, missing, channels } = JSON.parse(stdout);
    expect(channels).toEqual(["slack", "page", "email"]);
    expect(missing).toEqual(["SLACK_TOKEN", "SMTP_URL"]);
    expect(drill.channels).toEqual(
      ["ops", "page", "customers"].map((channel) => ({ channel, spoken: 3, of: 3, error: null })),
    );
    expect(readFileSync(drill.wall, "utf8")).toContain("DRILL");
    // Its ledger and its page are the rehearsal's own.
    expect(readdirSync(folder).sort()).toEqual([".git", ".statusrc", ".statusrc.schema.json"]);
  });
});

describe("what a folder says of itself", () => {
  it("is not waited for: a pipe named package.json says nothing", () => {
    const folder = mkdtempSync(join(tmpdir(), "status-init-pipe-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    execFileSync("mkfifo", [join(folder, "package.json")]);
    // Who waits for it hangs as a whole: in a process of its own.
    const ran = spawnSync(
      process.execPath,
      [join(import.meta.dirname, "../../bin/status.js"), "init", "--yes", "--output", "status.config.yaml"],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder },
        encoding: "utf8",
        timeout: 15_000,
        killSignal: "SIGKILL",
      },
    );
    expect([ran.signal, ran.stdout + ran.stderr]).toEqual([null, expect.stringContaining("PROPERTY_NEEDED")]);
  }, 30_000);

  it("never takes credentials out of a remote's address", async () => {
    const folder = freshFolder();
    writeFileSync(
      join(folder, ".git", "config"),
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://bob:ghp_verysecret@github.com/example/our-shop.git\n',
    );
    const { ran } = await interrupted(folder, "Your website, for a link");
    expect(ran.shown).toContain("our-shop");
    // Where the source is kept is no address of the shop.
    expect(ran.shown).not.toContain("github.com");
    expect(ran.shown + ran.stdout + ran.stderr).not.toMatch(/ghp_verysecret|bob/);
  });

  it.each(["a\u001b[31mred", "two\nlines", "'; rm -rf . #", "--flag", "\u202egnirts"])(
    "is harmless as a folder's name: %j",
    async (name) => {
      const folder = freshFolder(name);
      const { ran } = await interrupted(folder, "Your website, for a link");
      expect(ran.stderr).not.toContain("\u001b[31m");
      expect(ran.shown).not.toMatch(/\u001b\[31m|\[31m|\u202e|two\n/);
      const { code, stdout } = await run(folder, BASIC);
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/\u001b|\u202e/);
      expect((await runIn(folder, new ScriptedClock(NOW), ["list"])).code).toBe(0);
    },
  );

  it.each([
    ["--property", "a\u001b[31mred"],
    ["--property", "two\nlines"],
    ["--property", "\u202egnirts"],
    ["--property", "   "],
    ["--property", "x".repeat(101)],
    ["--url", "https://www.example.com/\u202e"],
    ["--url", "ftp://www.example.com"],
    ["--status-url", "https://bob:sesame@example.com"],
    ["--locale", "not a language"],
    ["--time-zone", "Mars/Olympus"],
    ["--set", "page.directory=./public\n"],
  ])("is refused by name where a flag says what no configuration may hold: %s %j", async (flag, value) => {
    const folder = freshFolder();
    const { code, stdout, stderr } = await run(folder, [...BASIC, flag, value]);
    expect(code).toBe(2);
    expect(stderr).toContain(flag);
    expect(stdout + stderr).not.toMatch(/\u001b|\u202e/);
    expect(readdirSync(folder)).toEqual([".git"]);
  });

  it("keeps a name whole in any script", async () => {
    const folder = freshFolder("नमस्ते");
    const { ran } = await interrupted(folder, "Your website, for a link");
    expect(ran.shown).toContain("नमस्ते");
  });

  it.each([
    "https://github.com/example/shop",
    "https://git.example.com/example/shop",
    "https://www.npmjs.com/package/shop",
    "https://www.example.com/shop#readme",
  ])("proposes no address of the source: %s", async (homepage) => {
    const folder = freshFolder();
    writeFileSync(
      join(folder, ".git", "config"),
      '[remote "origin"]\n\turl = git@git.example.com:example/shop.git\n',
    );
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", homepage }));
    expect((await run(folder, BASIC)).code).toBe(0);
    expect(parse(readFileSync(join(folder, ".statusrc"), "utf8")).property.url).toBeUndefined();
  });

  it("takes name and address from package.json, without a scope, and no address with a password", async () => {
    const folder = freshFolder();
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "@example/web-shop", homepage: "https://www.example.com/" }),
    );
    await run(folder, BASIC);
    expect(parse(readFileSync(join(folder, ".statusrc"), "utf8")).property.url).toBe(
      "https://www.example.com",
    );
    const other = freshFolder();
    writeFileSync(
      join(other, "package.json"),
      JSON.stringify({ homepage: "https://bob:sesame@example.com" }),
    );
    await run(other, BASIC);
    expect(readFileSync(join(other, ".statusrc"), "utf8")).not.toContain("sesame");
  });
});

/** At a terminal: Ctrl-C as soon as a question is shown. */
async function interrupted(folder: string, question: string, env: NodeJS.ProcessEnv = {}) {
  let shown = "";
  const { ran, unasked } = await answering(
    async (more): Promise<Ran> => {
      (more.promptOutput as PassThrough).on("data", (chunk: Buffer) => {
        shown += chunk.toString("utf8");
      });
      return run(folder, [], env, more);
    },
    ["What do customers call you?", "\r"],
    [question, "\u0003"],
  );
  return { ran: { ...ran, shown }, unasked };
}

describe("status init at a terminal", () => {
  it("leaves nothing behind at Ctrl-C, and says so", async () => {
    const folder = freshFolder();
    const { ran } = await interrupted(folder, "Your website, for a link");
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain("Nothing was written");
    expect(readdirSync(folder)).toEqual([".git"]);
  });

  it("ends at Ctrl-D as at Ctrl-C, where nothing is typed", async () => {
    const folder = freshFolder();
    const { ran } = await answering(
      (more) => run(folder, ["--property", "Shop"], {}, more),
      ["Your website, for a link", "\u0004"],
    );
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain("Nothing was written");
    expect(ran.stderr).not.toContain("To see what was said");
    expect(readdirSync(folder)).toEqual([".git"]);
  });

  it.each([[[]], [["--plain"]]])(
    "keeps what is written at Ctrl-C on the last question, and says so in its exit code: %j",
    async (how) => {
      const folder = freshFolder();
      const flags = ["--property", "Shop", "--url", "", "--status-url", "", "--time-zone", "UTC"];
      const stopping = new AbortController();
      let shown = "";
      const { ran } = await answering(
        (more) => {
          (more.promptOutput as PassThrough).on("data", (chunk: Buffer) => {
            shown += chunk.toString("utf8");
            // A plain line is the terminal's own: there Ctrl-C comes as a signal.
            if (shown.includes("Rehearse it now")) setImmediate(() => stopping.abort());
          });
          return run(
            folder,
            [...flags, "--channel", "page", ...how],
            {},
            { ...more, stopping: stopping.signal },
          );
        },
        ["Into which folder", how.length === 0 ? "\r" : "\n"],
        ["Write .statusrc", how.length === 0 ? "\r" : "\n"],
      );
      expect(ran.code).toBe(130);
      expect(ran.stdout).toContain("Name your components");
      expect((await runIn(folder, new ScriptedClock(NOW), ["list"])).code).toBe(0);
    },
  );

  it.each([
    ["No", "\u001b[B\r"],
    ["Ctrl-D", "\u0004"],
  ])("names every file before it writes any, and writes none at %s", async (_, keys) => {
    const folder = freshFolder();
    const sandbox = await onSandbox();
    const { baseUrl, webhook } = sandbox.channels.discord as { baseUrl: string; webhook: string };
    const flags = ["--property", "Shop", "--url", "", "--status-url", "", "--time-zone", "UTC"];
    const { ran, unasked } = await answering(
      (more) =>
        run(folder, [...flags, "--channel", "discord", "--set", `discord.baseUrl=${baseUrl}`], {}, more),
      ["The webhook's address ", `${webhook}\r`],
      ["Write .statusrc, .statusrc.schema.json, and .status/secrets/DISCORD_WEBHOOK?", keys],
    );
    expect(unasked, ran.stderr).toEqual([]);
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain("Stopped. Nothing was written: no file, no secret.");
    expect(ran.stderr).not.toContain("Nothing was sent");
    expect(readdirSync(folder)).toEqual([".git"]);
  });

  it("checks a credential at once, lets a wrong one be typed anew, and keeps it where only its owner reads it", async () => {
    const folder = freshFolder();
    const sandbox = await onSandbox();
    const { baseUrl } = sandbox.channels.discourse as { baseUrl: string };
    const { ran, unasked } = await answering(
      (more) => run(folder, ["--channel", "discourse", "--set", `discourse.baseUrl=${baseUrl}`], {}, more),
      ["What do customers call you?", "Example Shop\r"],
      ["Your website, for a link", "www.example.com\r"],
      ["The status page's address", "\r"],
      ["In which time zone", "\r"],
      ["API key ", "wrong-key-wrong-key\r"],
      ["The account that speaks", "status\r"],
      // It cannot be asked what there is with a key that it does not take.
      ["The category's number (such as", "7\r"],
      ["What now?", "\r"],
      ["API key ", `${KEY}\r`],
      ["The account that speaks", "\r"],
      ["The category's number: which?", "\r"],
      ["Write .statusrc", "\r"],
      ["Rehearse it now", "\r"],
    );
    expect(unasked).toEqual([]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("Checking with Discourse …");
    expect(ran.stderr).toContain("the forum answers 403");
    // There is nothing yet for it to look at.
    expect(ran.stderr).not.toContain("status doctor");
    expect(ran.stderr).toContain("the category Announcements");
    expect(ran.stdout).toContain("3 of 3 said");
    const { property, channels } = parse(readFileSync(join(folder, ".statusrc"), "utf8"));
    expect(property.url).toBe("https://www.example.com");
    const { apiKey } = channels.forum;
    const file = join(folder, apiKey.replace("file:", ""));
    expect(readFileSync(file, "utf8")).toBe(`${KEY}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // The one that was wrong is kept nowhere, and neither is shown or stands in the configuration.
    expect(readdirSync(join(folder, ".status", "secrets"))).toEqual([".gitignore", "DISCOURSE_KEY"]);
    expect(allText(folder)).not.toContain("wrong-key");
    expect(ran.stdout + ran.stderr + readFileSync(join(folder, ".statusrc"), "utf8")).not.toContain(KEY);
    // Nothing was posted to find that out.
    expect(sandbox.world().topics).toEqual([]);
    const doctor = await runIn(folder, new ScriptedClock(NOW), ["doctor", "--json"]);
    expect(JSON.parse(doctor.stdout).checks).toContainEqual(
      expect.objectContaining({ channel: "forum", name: "credential", level: "ok" }),
    );
  });

  it("marks the category that the environment names, and takes an example for no answer", async () => {
    const folder = freshFolder();
    const sandbox = await onSandbox();
    const { baseUrl } = sandbox.channels.discourse as { baseUrl: string };
    const flags = ["--property", "Shop", "--url", "", "--status-url", "", "--time-zone", "UTC"];
    const { ran, unasked } = await answering(
      (more) =>
        run(
          folder,
          [...flags, "--channel", "discourse", "--set", `discourse.baseUrl=${baseUrl}`],
          { DISCOURSE_API_KEY: KEY, DISCOURSE_CATEGORY: "7" },
          more,
        ),
      ["The account that speaks (such as status)", "\r"],
      ["Nothing goes there without it", "status\r"],
      ["The category's number: which?", "\r"],
      ["Write .statusrc", "\r"],
      ["Rehearse it now", "\u001b[B\r"],
    );
    expect(unasked).toEqual([]);
    expect(ran.code).toBe(0);
    expect(parse(readFileSync(join(folder, ".statusrc"), "utf8")).channels.forum).toMatchObject({
      username: "status",
      category: 7,
    });
  });

  it("takes a word for no address and no number, and says in its own words what to give", async () => {
    const folder = freshFolder();
    const flags = ["--property", "Shop", "--url", "", "--status-url", "", "--time-zone", "UTC"];
    const { ran, unasked } = await answering(
      (more) => run(folder, [...flags, "--channel", "discourse"], {}, more),
      ["The forum's address (such as", "status\r"],
      ["Give an address that begins with http:// or https://, such as", "\u0015http://127.0.0.1:9\r"],
      ["API key ", `${KEY}\r`],
      ["The account that speaks", "status\r"],
      ["The category's number (such as", "C0123456\r"],
      ["Give a number, such as 7.", "\u00157\r"],
      ["What now?", "\u0004"],
    );
    expect(unasked, ran.stderr).toEqual([]);
    expect(ran.stderr).toContain("check the network");
    expect(ran.stderr).not.toContain("status retry");
  });

  it("leaves a channel out at a word", async () => {
    const folder = freshFolder();
    const flags = ["--property", "Shop", "--url", "", "--status-url", "", "--time-zone", "UTC"];
    const { unasked } = await answering(
      (more) => run(folder, [...flags, "--channel", "nodebb", "--channel", "page"], {}, more),
      ["The forum's address (such as", "none\r"],
      ["Into which folder", "\r"],
      ["Write .statusrc", "\r"],
      ["Rehearse it now", "\u001b[B\r"],
    );
    expect(unasked).toEqual([]);
    expect(Object.keys(parse(readFileSync(join(folder, ".statusrc"), "utf8")).channels)).toEqual(["page"]);
  });

  it("takes a secret that is kept already, and never writes over it", async () => {
    const folder = freshFolder();
    const secrets = join(folder, ".status", "secrets");
    mkdirSync(secrets, { recursive: true });
    writeFileSync(join(secrets, "DISCORD_WEBHOOK"), "https://discord.example.com/api/webhooks/1/mine\n", {
      mode: 0o600,
    });
    const sandbox = await onSandbox();
    const { baseUrl, webhook } = sandbox.channels.discord as { baseUrl: string; webhook: string };
    const flags = ["--property", "Shop", "--url", "", "--status-url", "", "--time-zone", "UTC"];
    const { ran, unasked } = await answering(
      (more) =>
        run(folder, [...flags, "--channel", "discord", "--set", `discord.baseUrl=${baseUrl}`], {}, more),
      // The sandbox does not know that one.
      ["What now?", "\r"],
      ["The webhook's address ", `${webhook}\r`],
      ["Write .statusrc", "\r"],
      ["Rehearse it now", "\u001b[B\r"],
    );
    expect(unasked).toEqual([]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("Discord: found .status/secrets/DISCORD_WEBHOOK.");
    expect(readFileSync(join(secrets, "DISCORD_WEBHOOK"), "utf8")).toContain("mine");
    expect(readFileSync(join(secrets, "DISCORD_WEBHOOK_2"), "utf8")).toBe(`${webhook}\n`);
    const { channels } = parse(readFileSync(join(folder, ".statusrc"), "utf8"));
    expect(channels.community.webhook).toBe("file:.status/secrets/DISCORD_WEBHOOK_2");
  });

  it("asks no more of what is found, and says how to get what is not", async () => {
    const folder = freshFolder();
    const sandbox = await onSandbox();
    const { baseUrl } = sandbox.channels.slack as { baseUrl: string };
    const { ran, unasked } = await answering(
      (more) =>
        run(
          folder,
          [
            "--property",
            "Shop",
            "--url",
            "",
            "--status-url",
            "",
            "--time-zone",
            "UTC",
            "--set",
            `slack.baseUrl=${baseUrl}`,
          ],
          { SLACK_API_TOKEN: "xoxb-sandbox" },
          more,
        ),
      // Slack is marked, since its token is there, and the page; X is added.
      ["Where do you speak?", " \r"],
      ["API Key ", "\r"],
      ["API Key Secret ", "\r"],
      ["Access Token ", "\r"],
      ["Access Token Secret ", "\r"],
      ["The channel's id: which?", "\r"],
      ["Into which folder", "\r"],
      ["Write .statusrc", "\r"],
      ["Rehearse it now", "\u001b[B\r"],
    );
    expect(unasked).toEqual([]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("Slack: found SLACK_API_TOKEN.");
    expect(ran.stderr).toContain("posts to #incidents");
    expect(ran.stderr).toContain("$0.20");
    expect(ran.stderr).toContain("not checked: X_APP_KEY, X_APP_SECRET, X_TOKEN, X_SECRET");
    expect(ran.stdout).toContain("export X_APP_KEY=… X_APP_SECRET=… X_TOKEN=… X_SECRET=…");
    expect(existsSync(join(folder, ".status", "secrets"))).toBe(false);
    expect(sandbox.world().slackMessages).toEqual([]);
  });
});

describe("how to get what a channel needs", () => {
  it.each(Object.entries(KINDS))(
    "is said in three to six lines, for every setting that must be given: %s",
    async (_, load) => {
      const kind = await load();
      const guide = await kind.guide!();
      expect(guide.steps.length).toBeGreaterThanOrEqual(3);
      expect(guide.steps.length).toBeLessThanOrEqual(6);
      for (const step of guide.steps) expect(step.length).toBeLessThanOrEqual(115);
      for (const { field, example, env } of guide.needs) {
        const secret = kind.secrets.includes(field);
        // A placeholder for a secret would look like one.
        expect({ field, example: example === undefined }).toEqual({ field, example: secret });
        if (secret) expect(env.length).toBeGreaterThan(0);
      }
    },
  );

  it("asks for no variable that another kind takes for its own", async () => {
    const kinds = await Promise.all(Object.values(KINDS).map((load) => load()));
    const names = await Promise.all(
      kinds.map(async (kind) => (await kind.guide!()).needs.flatMap(({ env }) => env)),
    );
    expect(new Set(names.flat()).size).toBe(names.flat().length);
  });

  it("is printed for a person and for a script", async () => {
    const folder = freshFolder();
    const person = await run(folder, ["--guide", "twitter"]);
    expect(person).toMatchObject({ code: 0, stderr: "" });
    expect(person.stdout).toContain("pay-per-use");
    const script = await run(folder, ["--guide", "discord", "--json"]);
    expect(JSON.parse(script.stdout)).toMatchObject({
      kind: "discord",
      needs: [{ field: "webhook", variable: "DISCORD_WEBHOOK", secret: true }],
    });
    expect((await run(folder, ["--guide", "slak"])).stderr).toContain('Did you mean "slack"?');
    expect(readdirSync(folder)).toEqual([".git"]);
  });

  it("stands in the documentation as the code has it", async () => {
    const file = new URL("../../docs/credentials.md", import.meta.url).pathname;
    await expect(guidesAsMarkdown(await offers())).toMatchFileSnapshot(file);
  });

  it("has Slack's manifest as a file: it parses, and asks for no right that doctor calls too much", async () => {
    const { code, stdout } = await run(freshFolder(), ["--manifest", "slack"]);
    expect(code).toBe(0);
    const manifest = parse(stdout);
    const scopes = manifest.oauth_config.scopes.bot as string[];
    expect(scopes).toContain("chat:write");
    expect(scopes).toContain("channels:history");
    expect(NEEDED).toEqual(expect.arrayContaining(scopes));
    expect(manifest.features.bot_user.display_name).toBe("status");
    expect((await run(freshFolder(), ["--manifest", "page"])).code).toBe(2);
  });
});

describe("what is asked", () => {
  it("fits on a line of a narrow terminal, with what Enter means", async () => {
    for (const { kind, guide } of await offers())
      for (const { field, question, example, env } of guide.needs) {
        const secret = kind.secrets.includes(field);
        const [variable] = env;
        const line = `${question} ${secret ? `(Enter: later, as ${variable})` : `(such as ${[example].flat().join(", ")})`}`;
        expect(line.length, line).toBeLessThanOrEqual(78);
      }
  });

  it("shows how to get a token below the text to paste, so that it is still to be seen", async () => {
    const { stdout } = await run(freshFolder(), ["--guide", "slack"]);
    expect(stdout.indexOf("display_information")).toBeLessThan(stdout.indexOf("1. https://api.slack.com"));
  });
});
