import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { isProvablyDead, isStopped, localPid, processIdentity } from "../../src/base/process-identity.ts";

const [HOST, BOOT, PID, START] = processIdentity().split("/");

/** A process that tells when it started, and waits to be ended. */
async function other(): Promise<{ child: ChildProcess; identity: string }> {
  const script = `
    setInterval(() => {}, 1000);
    const stat = require("node:fs").readFileSync("/proc/self/stat", "utf8");
    process.stdout.write(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const start = await new Promise<string>((resolve) =>
    child.stdout.once("data", (text: Buffer) => resolve(String(text))),
  );
  return { child, identity: [HOST, BOOT, child.pid, start].join("/") };
}

describe.skipIf(!existsSync("/proc/self/stat"))("the identity of a process", () => {
  it("tells the living from the dead", async () => {
    expect(isProvablyDead(processIdentity())).toBe(false);
    const { child, identity } = await other();
    expect(isProvablyDead(identity)).toBe(false);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(isProvablyDead(identity)).toBe(true);
  });

  it("takes a process id that was given to another for dead", () => {
    expect(isProvablyDead([HOST, BOOT, PID, `${Number(START) - 1}`].join("/"))).toBe(true);
  });

  it("says nothing about another boot, for another machine may have the same name", () => {
    expect(isProvablyDead([HOST, "another-boot", PID, "1"].join("/"))).toBe(false);
  });

  it("says nothing about another machine, or another container on this one", () => {
    for (const host of ["elsewhere", `${HOST}9`, HOST!.replace(/:\d+$/, ":1")]) {
      const identity = [host, BOOT, "4194000", "1"].join("/");
      expect([isProvablyDead(identity), isStopped(identity), localPid(identity)]).toEqual([
        false,
        false,
        null,
      ]);
    }
  });

  it("knows a process that is stopped, and one that goes on", async () => {
    const { child, identity } = await other();
    expect(isStopped(identity)).toBe(false);
    child.kill("SIGSTOP");
    while (!isStopped(identity)) await sleep(5);
    expect(isProvablyDead(identity)).toBe(false);
    child.kill("SIGCONT");
    while (isStopped(identity)) await sleep(5);
    expect(localPid(identity)).toBe(child.pid);
  });
});
