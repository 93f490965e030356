import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { apprise } from "../../src/channels/apprise/index.ts";
import { judgeLog, readLog } from "../../src/channels/apprise/log.ts";
import type { ChannelKit } from "../../src/channels/contract.ts";
import { runProgram } from "../../src/channels/program.ts";
import { contextFor, deadAddress, failureOf, kitFor, listen, messageOf, NOWHERE } from "./loopback.ts";

const NEVER = new AbortController().signal;
const PASSWORD = "correct-horse-battery";

const INSTALLED =
  (
    await runProgram(["apprise", "--version"], {
      ...{ cwd: "/", input: "", timeoutMs: 30_000, signal: NEVER },
    })
  ).code === 0;

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function connect(urls: readonly string[], more: Partial<ChannelKit> & { program?: string } = {}) {
  const { program, ...kit } = more;
  const settings = {
    kind: "apprise" as const,
    urls: urls.map((url) => new Secret(url)),
    form: "full" as const,
  };
  return apprise.connect(
    { ...settings, ...(program === undefined ? {} : { program }) },
    { ...kitFor({ timeoutMs: 30_000 }), ...kit },
  );
}

function postFor(channel: ReturnType<typeof connect>, words = "Orders fail.") {
  return channel.compose(messageOf(words), contextFor())[0]!;
}

/** A server's address as Apprise writes it, with a password that must not be seen. */
function addressOf(url: string, path = ""): string {
  return `${url.replace("http://", `json://mailer:${PASSWORD}@`)}/hook${path}`;
}

describe("the settings of an Apprise channel", () => {
  const accepted = (given: object) => apprise.settings.safeParse({ kind: "apprise", ...given }).success;

  it("take addresses, or the key of a server", () => {
    expect(accepted({ urls: ["env:ONE", { cmd: ["pass", "show", "two"] }] })).toBe(true);
    expect(accepted({ urls: "env:ONE" })).toBe(true);
    expect(accepted({ urls: ["env:ONE"], baseUrl: "https://apprise.example.com" })).toBe(true);
    expect(accepted({ key: "env:KEY", tag: "team, manager", baseUrl: "https://apprise.example.com" })).toBe(
      true,
    );
  });

  it("are refused where they lead nowhere, or to two places", () => {
    expect(accepted({})).toBe(false);
    expect(accepted({ urls: [] })).toBe(false);
    expect(accepted({ key: "env:KEY" })).toBe(false);
    expect(accepted({ urls: ["env:ONE"], key: "env:KEY", baseUrl: "https://apprise.example.com" })).toBe(
      false,
    );
    expect(accepted({ urls: ["env:ONE"], tag: "team" })).toBe(false);
    expect(accepted({ urls: ["env:ONE"], program: "x", baseUrl: "https://apprise.example.com" })).toBe(false);
  });
});

describe("composing for Apprise", () => {
  it("makes one post for each address, in their order, and names none of them", () => {
    const posts = connect(["json://one", "json://two"]).compose(messageOf("Down."), contextFor());
    expect(posts.map(({ part }) => part)).toEqual(["1", "2"]);
    expect(posts.map(({ payload }) => (payload as { target: number }).target)).toEqual([0, 1]);
    expect(JSON.stringify(posts)).not.toContain("json://");
  });

  it("calls nobody, and leaves addresses of mail whole", () => {
    const post = postFor(
      connect(["json://one"]),
      "Hi @here, <!channel> <@U1> <#C1>: write to help@example.com",
    );
    expect(post.text).toContain(
      "Hi @\u200bhere, <\u200b!channel> <\u200b@\u200bU1> <\u200b#C1>: write to help@example.com",
    );
  });

  it("says how bad it is in Apprise's words", () => {
    const typeOf = (phase: "investigating" | "resolved" | "scheduled") =>
      connect(["json://one"]).compose(messageOf("Down."), contextFor({ phase }))[0]?.payload;
    expect(typeOf("investigating")).toMatchObject({ type: "failure" });
    expect(typeOf("resolved")).toMatchObject({ type: "success" });
    expect(typeOf("scheduled")).toMatchObject({ type: "info" });
  });

  it("says the short words with the promise and the link where it is told to", () => {
    const short = apprise.connect(
      { kind: "apprise", urls: [new Secret("json://x")], form: "short" },
      kitFor(),
    );
    const message = messageOf("Long words.", { short: "Down." });
    expect(short.compose(message, contextFor())[0]?.payload).toMatchObject({
      body: "Down.\nNext update by 20:40 UTC.\n\nhttps://status.example.org",
    });
  });
});

describe("reading Apprise's log", () => {
  const fateOf = (...lines: string[]) =>
    judgeLog(readLog(lines.map((line) => `2026-11-23 18:39:40,636 - ${line}`).join("\n"))).fate;
  const ONE = "INFO - Notifying 1 service(s) asynchronously.";
  const TWO = "INFO - Notifying 2 service(s) asynchronously.";
  const FORBIDDEN = "WARNING - Failed to send JSON POST notification: error=403.";

  it("knows a refusal only where every service answered so", () => {
    expect(fateOf(ONE, FORBIDDEN)).toBe("refused");
    expect(fateOf(TWO, FORBIDDEN, FORBIDDEN)).toBe("refused");
    expect(fateOf(TWO, FORBIDDEN)).toBe("unknown");
    expect(fateOf(TWO, FORBIDDEN, "INFO - Sent JSON POST notification.")).toBe("unknown");
    expect(fateOf(FORBIDDEN)).toBe("unknown");
  });

  it("takes the caller's word for how many there are", () => {
    const log = readLog(`2026-11-23 18:39:40,636 - ${FORBIDDEN}`);
    expect(judgeLog(log, 1).fate).toBe("refused");
    expect(judgeLog(log, 2).fate).toBe("unknown");
    expect(judgeLog([], 1).fate).toBe("unknown");
  });

  it("knows too many requests, and nothing of the rest", () => {
    expect(fateOf(ONE, FORBIDDEN.replace("403", "429"))).toBe("not-sent");
    expect(fateOf(ONE, FORBIDDEN.replace("403", "408"))).toBe("unknown");
    expect(fateOf(ONE, FORBIDDEN.replace("403", "500"))).toBe("unknown");
    expect(fateOf(ONE, "WARNING - A Connection error occurred sending JSON notification to 127.0.0.1.")).toBe(
      "unknown",
    );
    expect(fateOf(TWO, FORBIDDEN, FORBIDDEN.replace("403", "429"))).toBe("unknown");
    expect(fateOf()).toBe("unknown");
  });
});

describe("a program in Apprise's place", () => {
  /** Keeps its arguments, its addresses and its words, and then does as the script says. */
  async function standIn(script: string) {
    const folder = await mkdtemp(join(tmpdir(), "status-apprise-"));
    folders.push(folder);
    const program = join(folder, "program");
    const keep = `cd ${folder}; printf '%s\\n' "$@" >argv; cat /dev/fd/3 >config; cat >words; ls ${tmpdir()} >files`;
    await writeFile(program, `#!/bin/sh\n${keep}\n${script}\n`, { mode: 0o700 });
    return { program, read: (name: string) => readFile(join(folder, name), "utf8") };
  }

  it("gets addresses in a file without a name, words on standard input, and no secret as an argument", async () => {
    const { program, read } = await standIn("exit 0");
    const hostile = `json://h/"],"include":["file:///etc/passwd?x=http://y`;
    const channel = connect([hostile], { program });
    const words = messageOf("$(id)\n-- two", { subject: "--version" });
    await channel.publish(channel.compose(words, contextFor())[0]!, NOWHERE, NEVER);
    expect(JSON.parse(await read("config"))).toEqual({ version: 1, urls: [hostile] });
    expect((await read("argv")).split("\n")).toEqual([
      "-vv",
      "--config=file:///dev/fd/3?format=yaml",
      "--title=--version",
      "--notification-type=failure",
      "--input-format=text",
      "",
    ]);
    expect(await read("words")).toBe("$(id)\n-- two\n\nhttps://status.example.org");
    expect((await read("files")).split("\n").filter((name) => /^status-[0-9a-f-]{36}$/.test(name))).toEqual(
      [],
    );
  });

  it("repeats no secret in what is told of its failure", async () => {
    const address = `slack://${PASSWORD}/x`;
    const { program } = await standIn(`echo "$(cat config)"; cat config >&2; exit 1`);
    const channel = connect([address], { program });
    const error = await failureOf(channel.publish(postFor(channel), NOWHERE, NEVER), [PASSWORD, address]);
    expect(error).toMatchObject({ fate: "unknown", code: "APPRISE_UNCONFIRMED" });
  });

  it("says in the words of newer versions, too, that it cannot read an address", async () => {
    const { program } = await standIn(
      "echo 'You must specify at least one server URL or populated configuration file.'; exit 1",
    );
    const channel = connect(["nonsense://x"], { program });
    const error = await failureOf(channel.publish(postFor(channel), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "refused", code: "APPRISE_BAD_ADDRESS" });
  });

  it("does not run in a drill", async () => {
    const { program, read } = await standIn("exit 0");
    const channel = connect(["json://127.0.0.1"], { program, loopbackOnly: true });
    const error = await failureOf(channel.publish(postFor(channel), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "refused", code: "APPRISE_IN_DRILL" });
    expect(await channel.check(NEVER)).toMatchObject([{ level: "fail" }]);
    await expect(read("argv")).rejects.toThrow("ENOENT");
  });

  it("is unknown where it takes too long or dies, and refused where it is not there", async () => {
    const slow = connect(["json://x"], { program: (await standIn("sleep 60")).program, timeoutMs: 300 });
    expect(await failureOf(slow.publish(postFor(slow), NOWHERE, NEVER), [])).toMatchObject({
      fate: "unknown",
    });
    const dead = connect(["json://x"], { program: (await standIn("kill -KILL $$")).program });
    expect(await failureOf(dead.publish(postFor(dead), NOWHERE, NEVER), [])).toMatchObject({
      fate: "unknown",
    });
    const gone = connect(["json://x"], { program: "/nowhere/apprise" });
    const error = await failureOf(gone.publish(postFor(gone), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "refused", hint: expect.stringContaining("apt install apprise") });
    const aborted = await failureOf(slow.publish(postFor(slow), NOWHERE, AbortSignal.abort()), []);
    expect(aborted).toMatchObject({ fate: "not-sent" });
  });

  it("refuses a post whose address is no longer configured", async () => {
    const [, second] = connect(["json://one", "json://two"]).compose(messageOf("Down."), contextFor());
    const { program, read } = await standIn("exit 0");
    const error = await failureOf(connect(["json://one"], { program }).publish(second!, NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "refused", code: "APPRISE_ADDRESS_GONE" });
    await expect(read("argv")).rejects.toThrow("ENOENT");
  });
});

describe("Apprise itself", () => {
  const itReal = (name: string, run: () => Promise<void>) =>
    !INSTALLED
      ? it(name, (context) => context.skip("skipped: no apprise on this machine (apt install apprise)"))
      : it(name, run, 60_000);
  if (!INSTALLED) process.stdout.write("skipped: no apprise on this machine (apt install apprise)\n");

  itReal("tells a service title and words, and nobody sees the address", async () => {
    const seen: string[] = [];
    await using server = await listen(() => {
      seen.push(...processesWith(PASSWORD), ...filesWith(PASSWORD));
      return { status: 200, body: {} };
    });
    const channel = connect([addressOf(server.url, "?x=http://elsewhere.example")]);
    const post = postFor(channel, "Bestellungen schlagen fehl – ünïcode 👩‍👩‍👧‍👦 <b>bold</b> \\n *x*");
    const receipt = await channel.publish(post, NOWHERE, NEVER);
    expect(receipt.remoteId).toBe(post.key);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from(`mailer:${PASSWORD}`).toString("base64")}`,
    );
    expect(JSON.parse(server.requests[0]!.body)).toMatchObject({
      title: "Amazon.com unavailable",
      message: expect.stringContaining("Bestellungen schlagen fehl – ünïcode 👩‍👩‍👧‍👦 <b>bold</b> \\n *x*"),
      type: "failure",
    });
    expect(seen).toEqual([]);
  });

  itReal("says what became of a post as far as it can be known", async () => {
    let status = 403;
    await using server = await listen(() => ({ status, body: {} }));
    const channel = connect([addressOf(server.url)]);
    const fate = async () =>
      (await failureOf(channel.publish(postFor(channel), NOWHERE, NEVER), [PASSWORD])).fate;
    expect(await fate()).toBe("refused");
    status = 429;
    expect(await fate()).toBe("not-sent");
    status = 500;
    expect(await fate()).toBe("unknown");
    expect(server.requests).toHaveLength(3);
  });

  itReal("leaves unknown what broke on the way", async () => {
    const channel = connect([addressOf(await deadAddress())]);
    const error = await failureOf(channel.publish(postFor(channel), NOWHERE, NEVER), [PASSWORD]);
    expect(error).toMatchObject({ fate: "unknown", code: "APPRISE_UNCONFIRMED" });
  });

  itReal("refuses an address that it cannot read", async () => {
    const channel = connect([`nonsense://${PASSWORD}`]);
    const error = await failureOf(channel.publish(postFor(channel), NOWHERE, NEVER), [PASSWORD]);
    expect(error).toMatchObject({ fate: "refused", code: "APPRISE_BAD_ADDRESS" });
  });

  itReal("is checked address by address, and sends nothing", async () => {
    await using server = await listen(() => ({ status: 200, body: {} }));
    const findings = await connect([addressOf(server.url), `nonsense://${PASSWORD}`]).check(NEVER);
    expect(findings.map(({ level }) => level)).toEqual(["ok", "fail"]);
    expect(findings[1]?.hint ?? "").not.toBe("");
    expect(JSON.stringify(findings)).not.toContain(PASSWORD);
    expect(server.requests).toEqual([]);
  });
});

/** The processes of this machine whose arguments show the text. */
function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(text));
}

function filesWith(text: string): string[] {
  return readdirSync(tmpdir())
    .filter((name) => /^status-[0-9a-f-]{36}$/.test(name))
    .filter((name) => read(join(tmpdir(), name)).includes(text));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
