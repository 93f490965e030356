import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const START = new URL("../../dist/start.cjs", import.meta.url).pathname;
const run = promisify(execFile);

/** Two chunks: the second is required when the program is asked to say more. */
const MAIN = `exports.main = (more) => more ? require("./more.cjs").more() : greeting("plain");
function greeting(word) { return "hello " + word; }`;
const MORE = `const { sep } = require("node:path"); exports.more = () => [..."more"].join(sep);`;

describe("the code that is kept", () => {
  let folder: string;
  let home: string;
  beforeEach(() => {
    const scratch = mkdtempSync(join(tmpdir(), "status-start-"));
    folder = join(scratch, "dist");
    home = join(scratch, "home");
    for (const each of [folder, home]) mkdirSync(each);
    writeFileSync(join(folder, "main.cjs"), MAIN);
    writeFileSync(join(folder, "more.cjs"), MORE);
  });
  afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

  /** What the program says, started as the command starts. */
  async function says(more = false, env: NodeJS.ProcessEnv = { HOME: home }): Promise<string> {
    const program = `process.stdout.write(require(${JSON.stringify(START)}).start(${JSON.stringify(join(folder, "main.cjs"))}, process.env).main(${more}))`;
    const { stdout, stderr } = await run(process.execPath, ["-e", program], { env });
    expect(stderr).toBe("");
    return stdout;
  }
  const kept = (base = join(home, ".cache")) => {
    const [name, ...others] = readdirSync(join(base, "status"));
    expect(others).toEqual([]);
    return join(base, "status", name!);
  };
  /** Which file it is: one that is written anew is another. */
  const which = (path: string) => statSync(path).ino;

  it("is the user's alone, and used again as it is", async () => {
    expect(await says()).toBe("hello plain");
    const path = kept();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
    const before = which(path);
    expect(await says()).toBe("hello plain");
    expect(which(path)).toBe(before);
  });

  it("grows by what another command needs, and keeps what it had", async () => {
    await says();
    const first = readFileSync(kept()).length;
    expect(await says(true)).toBe("m/o/r/e");
    expect(readFileSync(kept()).length).toBeGreaterThan(first);
    const before = which(kept());
    await says();
    await says(true);
    expect(which(kept())).toBe(before);
  });

  it("stands below XDG_CACHE_HOME where that is absolute", async () => {
    const cache = join(home, "elsewhere");
    await says(false, { HOME: home, XDG_CACHE_HOME: cache });
    kept(cache);
    await says(false, { HOME: home, XDG_CACHE_HOME: "elsewhere" });
    kept();
  });

  it.each([{ NODE_DISABLE_COMPILE_CACHE: "1" }, { HOME: "" }, { HOME: "/dev/null" }])(
    "is not there with %j, and is not missed",
    async (env) => {
      expect(await says(true, { HOME: home, ...env })).toBe("m/o/r/e");
      expect(existsSync(join(home, ".cache"))).toBe(false);
    },
  );

  it("is not believed where it is damaged, at whatever place", async () => {
    await says(true);
    const whole = readFileSync(kept());
    const places = [
      0,
      5,
      9,
      20,
      ...Array.from({ length: 12 }, (_, k) => 40 + Math.floor((k * (whole.length - 41)) / 11)),
    ];
    for (const at of places) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x5a;
      writeFileSync(kept(), damaged);
      expect(await says(true)).toBe("m/o/r/e");
    }
    for (const length of [0, 7, 30, whole.length >> 1, whole.length - 1]) {
      writeFileSync(kept(), whole.subarray(0, length));
      expect(await says(true)).toBe("m/o/r/e");
    }
    // Whole again by itself.
    const before = which(kept());
    await says(true);
    expect(which(kept())).toBe(before);
  });

  it("is of this source only, were another as long", async () => {
    await says();
    writeFileSync(join(folder, "main.cjs"), MAIN.replace("hello", "howdy"));
    expect(await says()).toBe("howdy plain");
  });

  it("is taken from no file that others may write, and put into no such folder", async () => {
    await says();
    const path = kept();
    chmodSync(path, 0o666);
    const before = which(path);
    expect(await says()).toBe("hello plain");
    expect(which(path)).not.toBe(before);
    expect(statSync(path).mode & 0o777).toBe(0o600);

    rmSync(path);
    chmodSync(join(path, ".."), 0o777);
    expect(await says()).toBe("hello plain");
    expect(existsSync(path)).toBe(false);
  });

  it("waits for nothing that stands in its place", async () => {
    await says();
    const path = kept();
    rmSync(path);
    execFileSync("mkfifo", [path]);
    expect(await says()).toBe("hello plain");
    expect(statSync(path).isFile()).toBe(true);
  });

  it("takes away what no build has written for a month", async () => {
    mkdirSync(join(home, ".cache/status"), { recursive: true, mode: 0o700 });
    const old = join(home, ".cache/status/of-a-build-before");
    writeFileSync(old, "");
    utimesSync(old, 0, 0);
    await says();
    expect(existsSync(old)).toBe(false);
  });

  it("is written by many at once, and by each whole", async () => {
    await Promise.all(Array.from({ length: 8 }, (_, k) => says(k % 2 === 0)));
    await says(true);
    const before = which(kept());
    expect(await says(true)).toBe("m/o/r/e");
    expect(which(kept())).toBe(before);
  });
});
