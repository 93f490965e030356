import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { tell } from "./chance.ts";
import { judge } from "./judge.ts";
import { announce, CHANNELS, followUp, openScene, RETRY, type Scene, type SceneOptions } from "./scene.ts";
import { failFrom, noTracer } from "./strace.ts";

async function open(options?: SceneOptions): Promise<Scene> {
  const scene = await openScene(options);
  onTestFinished(scene.close);
  return scene;
}

const silence = Object.fromEntries(CHANNELS.map((channel) => [channel, 0]));

describe("a ledger that is damaged", () => {
  it.each<[string, (store: string) => void]>([
    [
      "cut to half",
      (store) => truncateSync(store, Math.floor(readFileSync(store).length / 2 / 4096) * 4096 + 100),
    ],
    ["emptied", (store) => truncateSync(store, 0)],
    ["overwritten at its head", (store) => writeFileSync(store, "x".repeat(5000))],
    [
      "overwritten behind its head",
      (store) => {
        const bytes = readFileSync(store);
        bytes.fill(0x55, 100);
        writeFileSync(store, bytes);
      },
    ],
  ])("is kept, refused with exit 3 and never replaced when it is %s", async (_, damage) => {
    const scene = await open();
    expect((await scene.run(announce("whole"))).code).toBe(0);
    damage(scene.store);
    const bytes = readFileSync(scene.store);
    for (const argv of [announce("again", "--new"), followUp("again"), RETRY, ["list", "--json"]]) {
      const ran = await scene.run(argv);
      expect([argv[0], ran.code, ran.json().error.code]).toEqual([argv[0], 3, "LEDGER_DAMAGED"]);
    }
    expect(readFileSync(scene.store).equals(bytes)).toBe(true);
    expect(scene.said("again")).toMatchObject({ x: 0, customers: 0, sellers: 0, ops: 0, hosted: 0 });
  });
});

describe("a folder that cannot be written", () => {
  it("stops the command with exit 3 before anything is said", async () => {
    const blocked = mkdtempSync(join(tmpdir(), "status-fire-"));
    onTestFinished(() => rmSync(blocked, { recursive: true, force: true }));
    writeFileSync(join(blocked, "file"), "");
    const scene = await open({ store: join(blocked, "file", "status.db") });
    const ran = await scene.run(announce("blocked"));
    expect([ran.code, ran.json().error.code]).toEqual([3, "LEDGER_NOT_WRITABLE"]);
    expect(scene.said("blocked")).toEqual(silence);
  });

  it.skipIf(process.getuid?.() === 0 && !canDropRights())(
    "stops the command with exit 3 when permissions forbid it",
    async () => {
      const scene = await open();
      mkdirSync(dirname(scene.store), { mode: 0o555 });
      chmodSync(scene.folder, 0o755);
      // Root may write anywhere; the command then runs as somebody else.
      const as =
        process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all"] : [];
      if (as.length > 0) spawnSync("chown", ["65534", join(scene.folder, ".statusrc")]);
      const ran = await scene.run(announce("forbidden"), { under: as });
      expect([ran.code, ran.json().error.code]).toEqual([3, "LEDGER_NOT_WRITABLE"]);
      expect(scene.said("forbidden")).toEqual(silence);
    },
  );
});

function canDropRights(): boolean {
  return spawnSync("setpriv", ["--reuid=65534", "--clear-groups", "true"]).status === 0;
}

const obstacle = noTracer();
if (obstacle !== null) process.stdout.write(`failing disks are skipped: ${obstacle}\n`);

describe.skipIf(obstacle !== null)("a disk that fails under the ledger", () => {
  it.each([
    ["full before anything is recorded", "pwrite64", "ENOSPC", 1, "LEDGER_DISK_FULL"],
    ["full while the first attempts are noted", "pwrite64", "ENOSPC", 90, "LEDGER_DISK_FULL"],
    ["full while the first outcomes are noted", "pwrite64", "ENOSPC", 125, "LEDGER_DISK_FULL"],
    ["broken before anything is recorded", "fsync", "EIO", 1, "LEDGER_IO"],
    ["broken while the first attempts are noted", "fsync", "EIO", 14, "LEDGER_IO"],
    ["broken while the first outcomes are noted", "fsync", "EIO", 22, "LEDGER_IO"],
  ])("is told with exit 3, and retry completes what was recorded: %s", async (_, call, error, n, code) => {
    const scene = await open({ timeout: "2s" });
    const marker = `disk${error}${n}x`;
    const ran = await scene.run(announce(marker), { under: failFrom({ call, n }, error) });
    const before = scene.said(marker);
    tell({
      test: `disk, ${call} ${error} from ${n}`,
      exit: ran.code,
      said: before,
      message: ran.json().error?.message,
    });
    expect([ran.code, ran.json().error.code]).toEqual([3, code]);
    const { message } = ran.json().error;
    for (const channel of ["x", "customers", "sellers", "ops", "hosted"] as const)
      if (before[channel] > 0) expect(message).toMatch(new RegExp(`(Sent|May be out)[^.]*\\b${channel}\\b`));
    const verdict = await judge(scene, marker, await scene.run(RETRY));
    expect(verdict).toMatchObject({ lost: [], doubled: [], unnamed: [], wrong: [] });
  });
});

/** A disk of that size, or null where mounting is not allowed; gone when the test is over. */
function mountSmall(size: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), "status-small-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]).status === 0;
  onTestFinished(() => {
    // Lazily: the library may hold a closed ledger open until its garbage is collected.
    if (mounted) spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return mounted ? folder : null;
}

describe("a small disk that fills up", () => {
  it("never makes the command say anything twice, and the ledger goes on once there is room", async (context) => {
    const small = mountSmall("160k");
    if (small === null) return context.skip("mounting is not allowed here");
    const scene = await open({ timeout: "2s", store: join(small, "status.db") });
    const first = await scene.run(announce("small"));
    expect([0, 3]).toContain(first.code);
    for (const name of readdirSync(small)) if (name.includes(".new-")) rmSync(join(small, name));
    expect(spawnSync("mount", ["-o", "remount,size=4m", small]).status).toBe(0);
    const verdict = await judge(scene, "small", await scene.run(RETRY));
    tell({ test: "small disk", exit: first.code, recorded: verdict.recorded, said: scene.said("small") });
    expect(verdict).toMatchObject({ lost: [], doubled: [], unnamed: [], wrong: [] });
    expect(existsSync(scene.store) || !verdict.recorded).toBe(true);
  });
});
