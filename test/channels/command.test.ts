import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { deadline } from "../../src/base/deadline.ts";
import { command } from "../../src/channels/command/index.ts";
import { readProgramAnswer } from "../../src/channels/command/protocol.ts";
import type { CommandSettings } from "../../src/channels/command/settings.ts";
import type { ChannelKit, Post, Receipt } from "../../src/channels/contract.ts";
import { runProgram } from "../../src/channels/program.ts";
import { contextFor, failureOf, kitFor, listen, messageOf, NOWHERE } from "./loopback.ts";

const NEVER = new AbortController().signal;
const ALL: CommandSettings["can"] = ["find", "verify", "amend", "remove", "check"];
const RECEIPT: Receipt = { remoteId: "p1", url: null, extra: { page: 7 } };

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "status-command-"));
  folders.push(folder);
  return folder;
}

function connect(run: readonly string[], more: Partial<ChannelKit> = {}, can = ALL) {
  return command.connect({ kind: "command", run: [...run], can }, { ...kitFor(), ...more });
}

/** A program that keeps what it got and answers in these words. */
async function answering(answer: unknown, more: Partial<ChannelKit> = {}) {
  const folder = await ownFolder();
  await writeFile(join(folder, "answer"), typeof answer === "string" ? answer : JSON.stringify(answer));
  const channel = connect(["sh", "-c", "cat >asked; cat answer"], { folder, ...more });
  return {
    channel,
    asked: async () => JSON.parse(await readFile(join(folder, "asked"), "utf8")) as Record<string, unknown>,
    asText: () => readFile(join(folder, "asked"), "utf8"),
  };
}

function postOf(words = "Orders fail."): Post {
  return connect(["true"]).compose(messageOf(words), contextFor())[0]!;
}

describe("what a program gets", () => {
  it("is one line that begins with version, action and key, and holds words, incident, update and place", async () => {
    const { channel, asked, asText } = await answering({ receipt: { id: "p2" } });
    await channel.publish(postOf('Say "key":"x"\nand more'), { root: RECEIPT, previous: RECEIPT }, NEVER);
    expect(await asText()).toMatch(
      /^\{"version":1,"action":"publish","key":"0123456789abcdef-1",[^\n]*\}\n$/,
    );
    const receipt = { id: "p1", url: null, extra: { page: 7 } };
    expect(await asked()).toMatchObject({
      post: {
        part: "1",
        subject: "Amazon.com unavailable",
        link: "https://status.example.org",
        locale: "en",
      },
      incident: { type: "incident", phase: "investigating", impact: "critical", components: [] },
      update: { number: 1, verb: "announce" },
      place: { root: receipt, previous: receipt },
      channel: "test",
      property: { name: "Amazon.com", url: null, statusUrl: null },
    });
  });

  it("is words as data: no shell sees them", async () => {
    const folder = await ownFolder();
    const channel = connect(["sh", "-c", 'cat >asked; echo \'{"receipt":{"id":"1"}}\'', "$(touch broken)"], {
      folder,
    });
    await channel.publish(postOf("$(touch broken) `touch broken`; touch broken"), NOWHERE, NEVER);
    expect(await readdir(folder)).toEqual(["asked"]);
  });

  it("names the action of each call", async () => {
    const { channel, asked } = await answering({ verdict: "seen" });
    await channel.verify?.(RECEIPT, postOf(), NOWHERE, NEVER);
    expect(await asked()).toMatchObject({ action: "verify", receipt: { id: "p1" } });
    await channel.find?.(postOf(), NOWHERE, new Date(0), NEVER);
    expect(await asked()).toMatchObject({ action: "find", since: "1970-01-01T00:00:00.000Z" });
    await channel.amend?.(RECEIPT, postOf(), NEVER).catch(() => undefined);
    expect(await asked()).toMatchObject({ action: "amend", receipt: { id: "p1" }, post: { part: "1" } });
    await channel.remove?.(RECEIPT, NEVER).catch(() => undefined);
    expect(await asked()).toMatchObject({ action: "remove", receipt: { id: "p1" } });
    await channel.check(NEVER);
    expect(await asked()).toMatchObject({ action: "check", channel: "test" });
  });
});

describe("what a program answers", () => {
  it("is its receipt, with what it needs later", async () => {
    const { channel } = await answering({
      receipt: { id: "p1", pending: true, extra: { page: 7 } },
      later: 1,
    });
    const wanted = { ...RECEIPT, pending: true };
    expect(await channel.publish(postOf(), NOWHERE, NEVER)).toEqual(wanted);
    expect(await channel.amend?.(RECEIPT, postOf(), NEVER)).toEqual(wanted);
    expect(await channel.find?.(postOf(), NOWHERE, new Date(), NEVER)).toEqual({ found: wanted });
  });

  it("is a verdict, with a note for every other than seen", async () => {
    for (const verdict of ["missing", "altered", "not-yet", "cannot"]) {
      const { channel } = await answering({ verdict });
      const read = await channel.verify?.(RECEIPT, postOf(), NOWHERE, NEVER);
      expect(read).toEqual({ state: verdict, note: expect.stringMatching(/./) });
    }
  });

  it("is that a post is gone, or findings", async () => {
    const gone = await answering({ removed: true });
    await expect(gone.channel.remove?.(RECEIPT, NEVER)).resolves.toBeUndefined();
    const finding = { name: "credential", level: "fail", message: "expired", hint: null };
    const { channel } = await answering({ findings: [finding] });
    expect(await channel.check(NEVER)).toEqual([{ ...finding, hint: expect.stringMatching(/./) }]);
  });

  it("is none where it is two answers, half of one, another action's, or no receipt at all", () => {
    for (const text of [
      "",
      "{}",
      "[]",
      "null",
      "true",
      '{"receipt":{"id":"1"}}{"receipt":{"id":"1"}}',
      '{"receipt":{"id":"1"},"refused":{}}',
      '{"receipt":{}}',
      '{"receipt":{"id":""}}',
      '{"receipt":{"id":"a\\u0007b"}}',
      '{"receipt":{"id":"1","url":"javascript:alert(1)"}}',
      '{"verdict":"maybe"}',
      '{"removed":false}',
    ])
      expect({ text, read: readProgramAnswer(text) }).toEqual({ text, read: null });
    expect(readProgramAnswer(' {"receipt":{"id":"1"}}\n')).not.toBeNull();
  });

  it("counts for nothing when the program fails after it", async () => {
    const channel = connect([
      "sh",
      "-c",
      'echo \'{"receipt":{"id":"1"}}\'; echo \'went\tdown\u001b[2J\' >&2; exit 1',
    ]);
    const error = await failureOf(channel.publish(postOf(), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "unknown", code: "COMMAND_FAILED" });
    expect(error.message).toMatch(/^the program sh failed \(exit 1\): went down ?\[2J$/);
  });

  it("is shown without what a terminal would obey", async () => {
    const { channel } = await answering({
      refused: { message: "no\u001b]0;x\u0007\nway", hint: "ask\r\nagain" },
    });
    const error = await failureOf(channel.publish(postOf(), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ message: "no ]0;x way", hint: "ask again" });
  });
});

describe("running it", () => {
  it("happens in no drill, whatever is asked", async () => {
    const { channel, asked } = await answering({ receipt: { id: "1" } }, { loopbackOnly: true });
    const error = await failureOf(channel.publish(postOf(), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "refused", code: "COMMAND_IN_DRILL" });
    expect(await channel.find?.(postOf(), NOWHERE, new Date(), NEVER)).toMatchObject({ conclusive: false });
    expect(await channel.verify?.(RECEIPT, postOf(), NOWHERE, NEVER)).toMatchObject({ state: "cannot" });
    await expect(channel.remove?.(RECEIPT, NEVER)).rejects.toMatchObject({ code: "COMMAND_IN_DRILL" });
    expect((await channel.check(NEVER)).map(({ level }) => level)).toEqual(["warn"]);
    await expect(asked()).rejects.toThrow("ENOENT");
  });

  it("happens neither to compose nor to check a program that cannot check", async () => {
    const folder = await ownFolder();
    const program = join(folder, "program");
    await writeFile(program, "#!/bin/sh\ntouch ran\n");
    const channel = connect(["./program"], { folder }, []);
    channel.compose(messageOf("Down."), contextFor());
    expect(await channel.check(NEVER)).toMatchObject([
      { level: "fail", hint: expect.stringContaining("chmod") },
    ]);
    await chmod(program, 0o700);
    expect(await channel.check(NEVER)).toMatchObject([{ level: "ok" }]);
    expect(await connect(["program"], { folder }, []).check(NEVER)).toMatchObject([{ level: "warn" }]);
    expect(await readdir(folder)).toEqual(["program"]);
  });

  it("offers only what the program is said to do", () => {
    const { find, verify, amend, remove } = connect(["true"], {}, ["verify"]);
    expect([find, amend, remove]).toEqual([undefined, undefined, undefined]);
    expect(verify).toBeDefined();
  });

  it("ends with the program's children when its time is over, and is unknown", async () => {
    const folder = await ownFolder();
    const script = "cat >/dev/null; sleep 600 & echo $! >child; wait";
    const channel = connect(["sh", "-c", script], { folder, timeoutMs: 300 });
    const error = await failureOf(channel.publish(postOf(), NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "unknown", code: "COMMAND_TIMED_OUT" });
    await goes(Number(await readFile(join(folder, "child"), "utf8")));
  });

  it("says that it did not answer where its time is over, whoever keeps the time", async () => {
    const folder = await ownFolder();
    const channel = connect(["sh", "-c", "exec sleep 600"], { folder, timeoutMs: 60_000 });
    const limit = deadline(300);
    const error = await failureOf(channel.publish(postOf(), NOWHERE, limit.signal), []);
    limit.end();
    expect(error).toMatchObject({ fate: "unknown", code: "COMMAND_TIMED_OUT" });
    expect(error.message).toContain("did not answer within its time");
  });

  it("is unknown when the caller stops it", async () => {
    const folder = await ownFolder();
    const stop = new AbortController();
    const channel = connect(["sh", "-c", "echo $$ >own; exec sleep 600"], { folder, timeoutMs: 60_000 });
    const failed = failureOf(channel.publish(postOf(), NOWHERE, stop.signal), []);
    const pid = await numberIn(join(folder, "own"));
    stop.abort();
    expect(await failed).toMatchObject({ fate: "unknown", code: "COMMAND_STOPPED" });
    await goes(pid);
  });

  it("stops a program that prints without end", async () => {
    const ran = await runProgram(["sh", "-c", "while :; do echo yes yes yes yes yes yes; done"], {
      ...{ cwd: "/", input: "", timeoutMs: 60_000, signal: NEVER },
    });
    expect(ran.end).toBe("flooded");
  });

  it("waits for no helper that keeps the pipe open", async () => {
    const ran = await runProgram(["sh", "-c", "sleep 600 & echo $!"], {
      ...{ cwd: "/", input: "", timeoutMs: 60_000, signal: NEVER },
    });
    expect(ran).toMatchObject({ end: "exited", code: 0 });
    process.kill(Number(ran.stdout), "SIGKILL");
  });

  it("takes a program that reads nothing, and words that no program can get", async () => {
    const long = postOf("x".repeat(500_000));
    const channel = connect(["sh", "-c", 'exec <&-; echo \'{"receipt":{"id":"1"}}\'']);
    expect(await channel.publish(long, NOWHERE, NEVER)).toMatchObject({ remoteId: "1" });
    const error = await failureOf(connect(["true", "a\0b"]).publish(long, NOWHERE, NEVER), []);
    expect(error).toMatchObject({ fate: "refused", code: "COMMAND_NOT_STARTED" });
  });
});

describe("the documented examples", () => {
  const page = new URL("../../docs/channels/command.md", import.meta.url);
  /** Writes the example into a folder of its own. */
  async function example(language: string): Promise<string> {
    const text = await readFile(page, "utf8");
    const source = new RegExp(`\`\`\`${language}\\n(#!.*?)\`\`\``, "s").exec(text)?.[1];
    if (source === undefined) throw new Error(`the page has no example in ${language}`);
    expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(21);
    const folder = await ownFolder();
    await writeFile(join(folder, "program"), source, { mode: 0o700 });
    return folder;
  }

  it("in sh put each post into a folder once, and find it there", async () => {
    const folder = await example("sh");
    const channel = connect(["./program"], { folder }, ["find"]);
    const post = postOf("Orders\nfail.");
    expect(await channel.find?.(post, NOWHERE, new Date(), NEVER)).toMatchObject({
      found: null,
      conclusive: true,
    });
    const receipt = await channel.publish(post, NOWHERE, NEVER);
    expect(receipt.remoteId).toBe(post.key);
    expect(await channel.find?.(post, NOWHERE, new Date(), NEVER)).toEqual({ found: receipt });
    await channel.publish(post, NOWHERE, NEVER);
    expect(await readdir(join(folder, "spool"))).toEqual([`${post.key}.json`]);
    const kept: unknown = JSON.parse(await readFile(join(folder, "spool", `${post.key}.json`), "utf8"));
    expect(kept).toMatchObject({ post: { text: "Orders\nfail." } });
  });

  it("in Python post to a web hook, and tell what became of it", async () => {
    const folder = await example("python");
    let status = 200;
    await using hook = await listen(() => ({ status, body: {} }));
    const publish = (url: string) =>
      connect(["env", `HOOK_URL=${url}`, "./program"], { folder, timeoutMs: 20_000 }, []).publish(
        postOf(),
        NOWHERE,
        NEVER,
      );
    expect(await publish(hook.url)).toMatchObject({ remoteId: postOf().key, extra: { status: 200 } });
    expect(JSON.parse(hook.requests[0]!.body)).toEqual({ id: postOf().key, text: "Orders fail." });
    for (const [answered, fate] of [
      [429, "not-sent"],
      [403, "refused"],
      [502, "unknown"],
    ] as const) {
      status = answered;
      expect(await failureOf(publish(hook.url), [])).toMatchObject({ fate });
    }
    const { url } = hook;
    await hook[Symbol.asyncDispose]();
    expect(await failureOf(publish(url), [])).toMatchObject({ fate: "not-sent" });
  });
});

async function numberIn(file: string): Promise<number> {
  for (;;) {
    const pid = Number(await readFile(file, "utf8").catch(() => ""));
    if (pid > 0) return pid;
    await sleep(10);
  }
}

/** Returns once the process has ended. */
async function goes(pid: number): Promise<void> {
  for (;;) {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
    if (state === null || /\) [ZX] /.test(state)) return;
    await sleep(10);
  }
}
