import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { connectPage, failure, type Given, ownFolder } from "./page-ground.ts";

const node = (script: string, ...args: string[]) => [process.execPath, "-e", script, ...args];

async function connect(given: Partial<Given> = {}) {
  const folder = await ownFolder();
  return { folder, ...connectPage({ directory: join(folder, "public"), ...given }) };
}

/** Whether a process is at work; one that ended and waits to be reaped is not. */
async function lives(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return state !== null && !/\) [ZX] /.test(state);
}

/** The number that a command wrote into a file, once it has. */
async function pidIn(file: string): Promise<number> {
  for (;;) {
    const pid = Number(await readFile(file, "utf8").catch(() => ""));
    if (pid > 0) return pid;
    await sleep(10);
  }
}

async function ends(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && (await lives(pid)); tries++) await sleep(10);
  return !(await lives(pid));
}

describe("the publish command", () => {
  it("runs after the page is written, and each of its words arrives as it is", async () => {
    const folder = await ownFolder();
    const note = join(folder, "note");
    const index = join(folder, "public", "index.html");
    const script =
      "const fs=require('node:fs');const[,out,page,word]=process.argv;fs.writeFileSync(out,word+fs.readFileSync(page,'utf8').length)";
    await connectPage({
      directory: join(folder, "public"),
      publish: node(script, note, index, "$(id); "),
    }).publish();
    expect(await readFile(note, "utf8")).toBe(`$(id); ${(await readFile(index, "utf8")).length}`);
  });

  it("does not run in a drill", async () => {
    const folder = await ownFolder();
    const note = join(folder, "note");
    const page = connectPage({
      directory: join(folder, "public"),
      publish: node("require('node:fs').writeFileSync(process.argv[1],'')", note),
      loopbackOnly: true,
    });
    const receipt = await page.publish();
    await expect(readFile(note)).rejects.toThrow("ENOENT");
    expect((await page.verify(receipt)).state).toBe("seen");
  });

  it("finds nothing on its standard input, and does not wait for more", async () => {
    const script = "process.stdin.on('data',d=>console.log('got',d.length)).on('end',()=>console.log('end'))";
    const { lines, publish } = await connect({ publish: node(script) });
    await publish();
    expect(lines).toEqual(["end"]);
  });
});

describe("what the publish command prints", () => {
  it("reaches the user line by line while it runs, from both streams", async () => {
    const heard: string[] = [];
    let first = () => {};
    const spoken = new Promise<void>((resolve) => {
      first = resolve;
    });
    const folder = await ownFolder();
    const go = join(folder, "go");
    const script = `console.log('uploading');const fs=require('node:fs');
      const wait=()=>fs.existsSync(process.argv[1])?console.error('done'):setTimeout(wait,10);wait()`;
    const page = connectPage({
      directory: join(folder, "public"),
      publish: node(script, go),
      kit: {
        tell(line) {
          heard.push(line);
          first();
        },
      },
    });
    const publishing = page.publish();
    await spoken;
    expect(heard).toEqual(["uploading"]);
    await writeFile(go, "");
    await publishing;
    expect(heard).toEqual(["uploading", "done"]);
  });

  it("is free of terminal escapes, of what a progress bar overwrote, and of empty lines", async () => {
    const script = String.raw`process.stdout.write('1%\r50%\r100%\n\n  \u001b[31mred\u001b[0m\u001b]0;title\u0007 \u202eetc\r\nlast')`;
    const { lines, publish } = await connect({ publish: node(script) });
    await publish();
    expect(lines).toEqual(["100%", "  red  etc", "last"]);
  });

  it("keeps letters whole that arrive in pieces", async () => {
    const script = String.raw`const b=Buffer.from('grün\n');process.stdout.write(b.subarray(0,3));setTimeout(()=>process.stdout.write(b.subarray(3)),50)`;
    const { lines, publish } = await connect({ publish: node(script) });
    await publish();
    expect(lines).toEqual(["grün"]);
  });

  it("is not kept, however much it is", async () => {
    const script =
      "const s='x'.repeat(1<<20);let n=0;(function w(){if(n++<64)process.stdout.write(s,w);else process.stdout.write('\\nend\\n')})()";
    const { lines, publish } = await connect({ publish: node(script), timeoutMs: 20_000 });
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    await publish();
    expect(lines.map((line) => line.length)).toEqual([16_384, 3]);
    expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(
      48 << 20,
    );
  });
});

describe("a publish command that fails", () => {
  it("is refused with its last lines", async () => {
    const script =
      "console.log('none of the last');console.log('one');console.error('two');setTimeout(()=>{console.error('\\u001b[31mAccess Denied\\u001b[0m');process.exit(3)},50)";
    const error = await failure((await connect({ publish: node(script) })).publish());
    expect(error).toMatchObject({ fate: "refused", code: "PAGE_PUBLISH_FAILED" });
    expect(error.message).toMatch(/failed \(3\): (one \/ two|two \/ one) \/ Access Denied$/);
    expect(error.hint).toContain("status retry");
  });

  it("tells no half word of a long last line, which might be half a secret", async () => {
    const script = "console.error('secret-'+'s'.repeat(50)+' '+'word '.repeat(50)+'end');process.exit(1)";
    const error = await failure((await connect({ publish: node(script) })).publish());
    expect(error.message).toMatch(/\(1\): … (word )+end$/);
  });

  it("is told apart from one that is not there, or may not be run", async () => {
    const missing = await failure((await connect({ publish: ["no-such-program-here"] })).publish());
    expect(missing).toMatchObject({
      fate: "refused",
      code: "PAGE_PUBLISH_FAILED",
      message: "there is no program no-such-program-here to publish the page",
    });
    const forbidden = await failure((await connect({ publish: ["/"] })).publish());
    expect(forbidden).toMatchObject({ fate: "refused", code: "PAGE_PUBLISH_FAILED" });
    expect(forbidden.message).toContain("EACCES");
  });

  it("says by which signal it was killed", async () => {
    const error = await failure(
      (await connect({ publish: node("process.kill(process.pid,'SIGTERM')") })).publish(),
    );
    expect(error.message).toContain("failed (SIGTERM)");
  });
});

describe("a publish command that hangs", () => {
  const stubborn = "trap '' TERM; wait; sleep 1000";
  /** Starts a child that holds the same pipes, notes its number, and goes on by itself as `then` says. */
  const withChild = (file: string, then: string) => [
    ...["sh", "-c", `sleep 1000 & echo $! > "$0"; ${then}`, file],
  ];

  it("ends when its time is over, even if it ignores being asked, and may be tried again", async () => {
    const error = await failure(
      (await connect({ publish: ["sh", "-c", stubborn], timeoutMs: 300 })).publish(),
    );
    expect(error).toMatchObject({ fate: "not-sent", code: "PAGE_PUBLISH_STOPPED" });
    expect(error.message).toContain("took longer than 0.3 s");
  });

  it("ends when the user stops it, with all that it had started", async () => {
    const folder = await ownFolder();
    const file = join(folder, "pid");
    const stop = new AbortController();
    const page = connectPage({ directory: join(folder, "public"), publish: withChild(file, stubborn) });
    const publishing = failure(page.publish(stop.signal));
    const pid = await pidIn(file);
    expect(await lives(pid)).toBe(true);
    stop.abort();
    expect(await publishing).toMatchObject({ fate: "not-sent", code: "PAGE_PUBLISH_STOPPED" });
    expect(await ends(pid)).toBe(true);
  });

  it("takes the children with it that hold its output open when its time is over", async () => {
    const folder = await ownFolder();
    const file = join(folder, "pid");
    const page = connectPage({
      directory: join(folder, "public"),
      publish: withChild(file, stubborn),
      timeoutMs: 700,
    });
    expect((await failure(page.publish())).code).toBe("PAGE_PUBLISH_STOPPED");
    expect(await ends(await pidIn(file))).toBe(true);
  });

  it("is not waited for once the command itself has ended well, though a child holds its output open", async () => {
    const folder = await ownFolder();
    const file = join(folder, "pid");
    const page = connectPage({
      directory: join(folder, "public"),
      publish: withChild(file, "echo said"),
      timeoutMs: 20_000,
    });
    const started = performance.now();
    expect((await page.publish()).remoteId).toBe("1");
    expect(performance.now() - started).toBeLessThan(5000);
    expect(page.lines).toEqual(["said"]);
    process.kill(await pidIn(file));
  });
});
