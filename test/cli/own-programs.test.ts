import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, type Stage, setStage } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";

/** Keeps every call; publishes each key once, and loses its first answer where a file tells it to. */
const PAGER = `#!/bin/sh
request=$(cat)
set -- $(printf '%s\\n' "$request" | sed -n 's/^{"version":1,"action":"\\([a-z]*\\)","key":"\\([^"]*\\)".*/\\1 \\2/p')
echo "$1" >>calls
case $1 in
  publish) echo "$2" >>posts; [ -e lose ] && rm lose && exit 1 ;;
  find) grep -q "^$2$" posts 2>/dev/null || { echo '{"absent":{}}'; exit; } ;;
esac
echo '{"receipt":{"id":"'"$2"'"}}'
`;
/** Stands in for Apprise: keeps which address it was given. */
const APPRISE = `#!/bin/sh
printf '%s\\n' "$(cat /dev/fd/3)" >>addresses
exit "$(cat code 2>/dev/null || echo 0)"
`;
const SECRETS = ["json://one:hush-hush-1@127.0.0.1", "json://two:hush-hush-2@127.0.0.1"];

async function stageWith(channels: Config["channels"]): Promise<Stage> {
  const stage = await setStage((config) => {
    config.channels = { ...channels };
  });
  writeFileSync(join(stage.folder, "pager"), PAGER, { mode: 0o700 });
  writeFileSync(join(stage.folder, "apprise"), APPRISE, { mode: 0o700 });
  SECRETS.forEach((secret, at) => {
    writeFileSync(join(stage.folder, `secret${at}`), secret, { mode: 0o600 });
  });
  return stage;
}

const pager = { kind: "command", run: ["./pager"], can: ["find"], timeout: "20s" };
const many = {
  kind: "apprise",
  urls: ["file:secret0", "file:secret1"],
  program: "./apprise",
  timeout: "20s",
};
const ANNOUNCE = ["announce", "--yes", "--json", "--no-verify", "--title", "Orders fail"];
const linesOf = (stage: Stage, name: string) => {
  const path = join(stage.folder, name);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
};

describe("a program of the user's own", () => {
  it("is told once, and not for help, list, due or a preview", async () => {
    const stage = await stageWith({ pager });
    for (const argv of [["--help"], ["list"], ["due"], ["config"], ["preview", ...ANNOUNCE]])
      await stage.run(argv);
    expect(linesOf(stage, "calls")).toEqual([]);
    const { code, json } = await stage.run(ANNOUNCE);
    expect(code).toBe(0);
    expect(json().deliveries).toMatchObject([{ channel: "pager", kind: "command", state: "sent" }]);
    expect(linesOf(stage, "calls")).toEqual(["publish"]);
  });

  it("is asked before anything is repeated when its answer was lost", async () => {
    const stage = await stageWith({ pager });
    writeFileSync(join(stage.folder, "lose"), "");
    const first = await stage.run([...ANNOUNCE, "--key", "deploy-1"]);
    expect(first.json().deliveries).toMatchObject([{ state: expect.stringMatching(/^(?:sent|unknown)$/) }]);
    stage.clock.advance(60_000);
    const { code } = await stage.run(["retry", "--yes", "--json"]);
    expect(code).toBe(0);
    expect(linesOf(stage, "posts")).toHaveLength(1);
    expect(linesOf(stage, "calls")).toContain("find");
  });
});

describe("a drill", () => {
  it("leaves a program of the user's own out, aloud", async () => {
    const stage = await stageWith({ pager, ops: { kind: "slack", token: "env:NOT_THERE", channel: "C1" } });
    const { ran } = await answering((more) => stage.run(["drill"], more), [" status", "end\r"]);
    expect(ran.stderr).toContain("pager is left out: a drill runs no program of yours.");
    expect(ran.stderr).not.toContain("ops is left out");
    expect(ran.code).toBe(0);
    expect(linesOf(stage, "calls")).toEqual([]);
  });
});

describe("a channel with several secrets", () => {
  it("fetches each, and tells each address once", async () => {
    const stage = await stageWith({ many });
    const { code, stdout, json } = await stage.run(ANNOUNCE);
    expect(code).toBe(0);
    expect(json().deliveries).toMatchObject([{ channel: "many", kind: "apprise", state: "sent" }]);
    const told = linesOf(stage, "addresses").map((line) => (JSON.parse(line) as { urls: string[] }).urls);
    expect(told.flat().sort()).toEqual(SECRETS);
    expect(told).toHaveLength(2);
    for (const file of ["status.db", ".status/status.db"].map((name) => join(stage.folder, name)))
      if (existsSync(file)) expect(readFileSync(file, "latin1")).not.toContain("hush-hush");
    expect(stdout).not.toContain("hush-hush");
  });

  it("is set aside aloud where one of them is missing", async () => {
    const stage = await stageWith({ many: { ...many, urls: ["file:secret0", "env:NOT_THERE"] } });
    const { code, json } = await stage.run(ANNOUNCE);
    expect(code).toBe(6);
    expect(json().deliveries).toMatchObject([{ state: "refused", error: { code: "SECRET_MISSING" } }]);
    expect(JSON.stringify(json())).toContain("channels.many.urls[1]");
    expect(linesOf(stage, "addresses")).toEqual([]);
  });

  it("leaves to a person what no service confirmed", async () => {
    const stage = await stageWith({ many });
    writeFileSync(join(stage.folder, "code"), "1");
    const { code, json } = await stage.run(ANNOUNCE);
    expect(code).toBe(7);
    expect(json().deliveries).toMatchObject([{ state: "unknown" }]);
    await stage.run(["retry", "--yes", "--json"]);
    expect(linesOf(stage, "addresses")).toHaveLength(2);
  });
});
