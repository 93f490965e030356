import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readEntries } from "../../src/channels/email/recipients/read.ts";
import { brief, entriesOf, failure, folderWith, suppressedBy } from "./recipients-ground.ts";

const node = (script: string, ...args: string[]) => ({ command: [process.execPath, "-e", script, ...args] });

/** Whether a process is at work; one that ended and waits to be reaped is not. */
async function lives(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return state !== null && !/\) [ZX] /.test(state);
}

async function ends(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200 && (await lives(pid)); tries++) await sleep(10);
  return !(await lives(pid));
}

/** The number that a command wrote into a file, once it has. */
async function pidIn(file: string): Promise<number> {
  for (;;) {
    const pid = Number(await readFile(file, "utf8").catch(() => ""));
    if (pid > 0) return pid;
    await sleep(10);
  }
}

/** Starts a child of its own, writes down its number, and prints one line. */
const WITH_CHILD = `
  const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  require("node:fs").writeFileSync(process.argv[1], String(child.pid));
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 1000);
  process.stdout.write("email\\na@example.com\\n");`;

describe("a list from a command", () => {
  it("is CSV or NDJSON; each word arrives as it is, in the configuration's folder", async () => {
    const folder = await realpath(await folderWith());
    const script = "console.log(JSON.stringify({email:'a@example.com',name:process.argv[1]+process.cwd()}))";
    const [entry] = await entriesOf({ recipients: node(script, "$(id); "), kit: { folder } });
    expect(entry).toMatchObject({ recipient: { address: "a@example.com", name: `$(id); ${folder}` } });
    const csv = node("console.log('name;email\\nA;a@example.com')");
    expect(brief(await entriesOf({ recipients: csv, kit: { folder } }))).toEqual(["a@example.com"]);
    const plain = node("console.log('A@example.com')");
    expect(await suppressedBy({ suppress: [plain], kit: { folder } })).toEqual(["a@example.com"]);
  });

  it("counts for nothing once the command fails, however much it printed", async () => {
    const script = `console.log("email\\na@example.com"); console.error("reading\\n\\u001b[31mno such table\\n"); process.exitCode = 3`;
    const told: string[] = [];
    const kit = { tell: (line: string) => void told.push(line) };
    const error = await failure(entriesOf({ recipients: node(script), kit }));
    expect(error).toMatchObject({ fate: "not-sent", code: "LIST_COMMAND_FAILED" });
    expect(error.message).toBe(`the command ${process.execPath} failed (3): no such table`);
    expect(told).toEqual(["reading", "no such table"]);
    const killed = await failure(entriesOf({ recipients: node("process.kill(process.pid, 'SIGKILL')") }));
    expect(killed.message).toContain("failed (SIGKILL)");
    const suppressed = await failure(suppressedBy({ suppress: [node(script)] }));
    expect(suppressed.code).toBe("LIST_COMMAND_FAILED");
  });

  it("counts for nothing where the command prints nothing, or is not there", async () => {
    expect((await failure(entriesOf({ recipients: node("") }))).message).toContain("is empty");
    const missing = await failure(entriesOf({ recipients: { command: ["no-such-program-here"] } }));
    expect(missing).toMatchObject({ fate: "not-sent", code: "LIST_UNREADABLE" });
    expect(missing.message).toBe("the command no-such-program-here is not there");
  });

  it("reports a failure rather than the empty list it leaves", async () => {
    const error = await failure(
      entriesOf({ recipients: node("console.error('no login'); process.exitCode = 1") }),
    );
    expect(error.message).toContain("failed (1): no login");
  });

  it("ends with all that the command has started when the caller stops", async () => {
    const folder = await folderWith();
    const stop = new AbortController();
    const reading = failure(
      entriesOf({ recipients: node(WITH_CHILD, join(folder, "pid")), kit: { folder }, signal: stop.signal }),
    );
    const pid = await pidIn(join(folder, "pid"));
    stop.abort();
    expect(await reading).toMatchObject({ fate: "not-sent", code: "LIST_STOPPED" });
    expect(await ends(pid)).toBe(true);
  });

  it("ends with all that the command has started when nobody reads on", async () => {
    const folder = await folderWith();
    const kit = { folder, timeoutMs: 15_000, loopbackOnly: false, tell: () => {} };
    const recipients = node(
      `${WITH_CHILD}; for (;;) process.stdout.write("a@example.com\\n".repeat(1000));`,
      join(folder, "pid"),
    );
    for await (const entry of readEntries({ recipients }, kit, new AbortController().signal)) {
      expect(entry).toMatchObject({ recipient: { address: "a@example.com" } });
      break;
    }
    expect(await ends(await pidIn(join(folder, "pid")))).toBe(true);
  });

  it("is given up when the command is silent for as long as the channel's timeout", async () => {
    const folder = await folderWith();
    const recipients = node(WITH_CHILD, join(folder, "pid"));
    const error = await failure(entriesOf({ recipients, kit: { folder, timeoutMs: 500 } }));
    expect(error).toMatchObject({ fate: "not-sent", code: "LIST_STOPPED" });
    expect(error.message).toContain("printed nothing for 0.5 s");
  });

  it("is not asked for in a drill", async () => {
    const folder = await folderWith();
    const note = join(folder, "note");
    const recipients = node("require('node:fs').writeFileSync(process.argv[1],'')", note);
    const error = await failure(entriesOf({ recipients, kit: { loopbackOnly: true } }));
    expect(error).toMatchObject({ fate: "refused", code: "LIST_NOT_IN_DRILL" });
    await expect(readFile(note)).rejects.toThrow("ENOENT");
  });
});
