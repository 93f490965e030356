import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { ANNOUNCE, runIn, setStage } from "../support/stage.ts";

const QUIET = { x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 };

describe("what an unset variable of a script gives", () => {
  it("is refused as a key and as an incident, and means nothing", async () => {
    const stage = await setStage();
    expect((await stage.run([...ANNOUNCE, "--key", "", "--json"])).json().error.code).toBe("KEY_UNUSABLE");
    await stage.run(ANNOUNCE);
    const empty = await stage.run(["resolve", "", "--yes", "--json"]);
    expect(empty.code).toBe(2);
    expect(empty.json().error.code).toBe("INCIDENT_EMPTY");
    expect(stage.heard().x).toBe(1);
  });
});

describe("an update", () => {
  it.each([
    [["update", "--title", "x".repeat(201)], "TITLE_LENGTH"],
    [["update", "--title", ""], "TITLE_LENGTH"],
    [["resolve", "--phase", "investigating"], "RESOLVE_ENDS_IT"],
    [["resolve", "--next-update", "30m"], "RESOLVE_ENDS_IT"],
    [["update", "--new"], "NEW_IS_FOR_ANNOUNCE"],
    [["update", "--template", "deploy"], "TEMPLATE_MISFIT"],
    [["update", "--next-update", "999d"], "NEXT_UPDATE_UNREADABLE"],
    [["update", "--next-update", "40d"], "NEXT_UPDATE_RANGE"],
    [["update", "--started-at", "2026-02-30T00:00Z"], "STARTED_AT_UNREADABLE"],
    [["update", "--started-at", "2024-01-01T00:00Z"], "STARTED_AT_LONG_AGO"],
    [["update", "--set", "__proto__=x"], "SET_RESERVED"],
  ])("is refused with %j", async (argv, code) => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--only", "ops"]);
    const ran = await stage.run([...argv, "--yes", "--json"]);
    expect(ran.json().error.code).toBe(code);
    expect(ran.code).toBe(2);
    expect(stage.heard()).toEqual({ ...QUIET, slack: 1 });
  });
});

describe("a template", () => {
  it.each([
    ["whose front matter is never closed", "---\nphase: investigating\n", "TEMPLATE_FRONT_MATTER"],
    ["that says nothing", "", "TEMPLATE_EMPTY"],
    ["that is no text", Buffer.from([0xff, 0xfe, 0x41]), "TEMPLATE_UNREADABLE"],
  ])("%s is refused before anything is public", async (_, content, code) => {
    const stage = await setStage();
    mkdirSync(join(stage.folder, "templates"));
    writeFileSync(join(stage.folder, "templates", "acknowledge.md"), content);
    const ran = await stage.run([...ANNOUNCE, "--json"]);
    expect(ran.json().error.code).toBe(code);
    expect(ran.code).toBe(3);
    expect(stage.heard()).toEqual(QUIET);
  });

  it("that fails for all channels blames none of them", async () => {
    const stage = await setStage();
    mkdirSync(join(stage.folder, "templates"));
    writeFileSync(join(stage.folder, "templates", "acknowledge.md"), "{{ titel }}");
    expect((await stage.run(ANNOUNCE)).stderr).not.toContain("--except");
    writeFileSync(join(stage.folder, "templates", "acknowledge.md"), "{{ title }}");
    writeFileSync(join(stage.folder, "templates", "acknowledge.sellers.md"), "{{ titel }}");
    const { stderr } = await stage.run(ANNOUNCE);
    expect(stderr).toContain("sellers: ");
    expect(stderr).toContain("add --except sellers");
  });
});

describe("a configuration", () => {
  const page = "p: {kind: page, directory: x}";
  it.each([
    [
      "with a kind that every object has",
      `{property: {name: A}, channels: {c: {kind: constructor}}}`,
      "CONFIG_UNKNOWN_KIND",
    ],
    [
      "that grows without end",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]`,
      "CONFIG_BROKEN",
    ],
    [
      "that sends a credential in clear",
      `{property: {name: A}, channels: {s: {kind: slack, channel: C1, token: env:T, baseUrl: "http://slack.example.com"}}}`,
      "CONFIG_INSECURE",
    ],
    [
      "with a number for a duration",
      `{property: {name: A}, channels: {p: {kind: page, directory: x, timeout: 5}}}`,
      "CONFIG_INVALID",
    ],
    [
      "that holds the address of the ledger's server itself",
      `{property: {name: A}, channels: {${page}}, store: "postgres://u:hunter22@h/x"}`,
      "STORE_LITERAL",
    ],
  ])("%s is refused without a stack trace", async (_, content, code) => {
    const stage = await setStage();
    const folder = join(stage.folder, "new");
    mkdirSync(join(folder, ".git"), { recursive: true });
    writeFileSync(join(folder, ".statusrc"), content, { mode: 0o600 });
    const { code: exit, stderr } = await runIn(folder, new ScriptedClock(new Date()), ANNOUNCE);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).not.toContain("hunter22");
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(exit).toBe(3);
  });

  it("that is a folder, or broken in the environment, is refused without a stack trace", async () => {
    const stage = await setStage();
    expect((await stage.run(["list", "--config", stage.folder])).stderr).toContain("CONFIG_BROKEN");
    const env = { HOME: stage.folder, STATUS_PROPERTY: '{name: "x' };
    expect((await stage.run(["list"], { env })).stderr).toContain("STATUS_PROPERTY");
  });
});

describe("the command line", () => {
  it("suggests a command before it complains of its flags", async () => {
    const stage = await setStage();
    for (const argv of [["announcee"], ["announcee", "--json"], ["anounce", "--titel", "x"]]) {
      const { code, stdout, stderr } = await stage.run(argv);
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(/Did you mean \\?"announce\\?"\?/);
    }
  });

  it("explains preview, and takes --json alone", async () => {
    const stage = await setStage();
    expect((await stage.run(["preview", "--help"])).stdout).toContain("announce, update or resolve");
    expect((await stage.run(["preview"])).stderr).toContain("announce, update, resolve");
    expect((await stage.run(["--json"])).json().incidents).toEqual([]);
  });

  it("says which channels were left out", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--only", "ops"]);
    expect((await stage.run(["list"])).stdout).toContain(
      "heard on 1 of 6 channels; left out of update 1: x, customers, sellers, page, hosted",
    );
  });

  it("prints one document for several follow-ups", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--only", "ops"]);
    await stage.run([
      "announce",
      "--title",
      "Search is slow",
      "--component",
      "storefront",
      "--only",
      "ops",
      "--yes",
    ]);
    stage.clock.advance(3_600_000);
    const ran = await stage.run(["follow-up", "--only", "ops", "--yes", "--json"]);
    expect(ran.stdout.trim().split("\n")).toHaveLength(1);
    expect(ran.json()).toMatchObject({ version: 1, outcome: "delivered" });
    expect(ran.json().followUps).toHaveLength(2);
  });
});

describe("the doctor", () => {
  it("gives up on a server that drips", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const drip = setInterval(() => response.write(" "), 100);
      response.on("close", () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const stage = await setStage((config) => {
      config.channels = { x: { ...config.channels.x, baseUrl, timeout: "1s" } };
    });
    const started = Date.now();
    expect((await stage.run(["doctor"])).code).toBe(3);
    expect(Date.now() - started).toBeLessThan(6000);
  });
});

describe("a process", () => {
  const binary = new URL("../../bin/status.js", import.meta.url).pathname;
  const env = (folder: string) => ({ HOME: folder, PATH: process.env.PATH });

  it("ends at once when it is told to while it waits for stdin", async () => {
    const stage = await setStage();
    const stdin = new PassThrough();
    const stopping = new AbortController();
    stdin.write("half a mess");
    const running = stage.run([...ANNOUNCE, "--message", "-"], { stdin, stopping: stopping.signal });
    stopping.abort();
    expect((await running).code).toBe(130);
    expect(stdin.destroyed).toBe(true);
    expect(stage.heard()).toEqual(QUIET);
  });

  it("goes on sending when nobody can read what it prints", async () => {
    const stage = await setStage();
    const child = spawn(
      "sh",
      [
        "-c",
        `exec "${process.execPath}" "${binary}" ${ANNOUNCE.map((word) => `'${word}'`).join(" ")} >/dev/full 2>/dev/full`,
      ],
      { cwd: stage.folder, env: env(stage.folder), stdio: "ignore" },
    );
    const code = await new Promise((resolve) => child.once("exit", (exit) => resolve(exit)));
    expect(code).toBe(0);
    expect(stage.heard()).toEqual({ x: 1, mail: 1, forum: 1, slack: 1, hosted: 1 });
  });

  it("takes --config and --json before the command's name as well as behind it", async () => {
    const stage = await setStage();
    const before = await stage.run(["--config", "elsewhere.yaml", "list"]);
    expect(before.code).toBe(3);
    expect(before.stderr).toContain("elsewhere.yaml");
    expect((await stage.run(["--config", "elsewhere.yaml", ...ANNOUNCE])).code).toBe(3);
    expect(
      (await stage.run(["--config", "elsewhere.yaml", "preview", "announce", "--title", "x"])).code,
    ).toBe(3);
    expect(stage.heard().slack).toBe(0);
    expect((await stage.run(["--json", "list"])).json().version).toBe(1);
  });
});
