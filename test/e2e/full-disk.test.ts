import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openScene } from "../fire/scene.ts";

const ANNOUNCE = [
  "announce",
  "--title",
  "Checkout is failing",
  "--message",
  "Orders fail.",
  "--yes",
  "--json",
];
const UPDATE = ["update", "--message", "We found the cause.", "--yes", "--json"];

const mount = (folder: string, kilobytes: number) =>
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder]).status === 0;

const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), "status-disk-"));
  const mounted = mount(folder, 16);
  if (mounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
  return mounted;
})();
if (!mayMount)
  process.stdout.write("skipped: on this machine we may not mount a disk of our own to fill it\n");

/** A disk of our own, of so many kB. */
function disk(kilobytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "status-disk-"));
  if (!mount(folder, kilobytes)) throw new Error(`no disk could be mounted at ${folder}`);
  onTestFinished(() => {
    spawnSync("umount", [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function fill(folder: string): void {
  try {
    for (let piece = 0; ; piece++) writeFileSync(join(folder, `filler-${piece}`), Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

describe.skipIf(!mayMount)("a disk that cannot be written", () => {
  it.each(["full", "read-only"])(
    "lets a dry run show every text, and changes nothing: %s",
    async (how) => {
      const folder = disk(2000);
      const store = join(folder, "ledger", "status.db");
      const scene = await openScene({ store, timeout: "15s" });
      onTestFinished(scene.close);
      expect((await scene.run([...ANNOUNCE, "--no-verify"])).code).toBe(0);
      if (how === "full") fill(folder);
      else spawnSync("mount", ["-o", "remount,ro", folder]);
      const before = [readdirSync(join(folder, "ledger")), readFileSync(store)];
      const heard = scene.said("Orders fail.");
      const said = await scene.run(UPDATE);
      expect([said.code, said.json().error.code]).toEqual([3, expect.stringMatching(/^LEDGER_/)]);
      for (const argv of [
        [...UPDATE, "--dry-run"],
        ["preview", ...UPDATE],
      ]) {
        const ran = await scene.run(argv);
        expect([argv[0], ran.code, ran.stderr]).toEqual([
          argv[0],
          0,
          expect.stringContaining("is read as it stands"),
        ]);
        expect(ran.json()).toMatchObject({ outcome: "dry-run", update: { number: 2 }, plan: null });
        expect(ran.json().deliveries.find(({ channel }) => channel === "ops")?.text).toContain(
          "found the cause",
        );
      }
      expect((await scene.run(["list", "--json"])).json().incidents).toHaveLength(1);
      const [names, bytes] = [readdirSync(join(folder, "ledger")), readFileSync(store)];
      expect(names.filter((name) => !/-(wal|shm)$/.test(name))).toEqual(before[0]);
      expect(bytes.equals(before[1] as Buffer)).toBe(true);
      expect(scene.said("Orders fail.")).toEqual(heard);
    },
    60_000,
  );

  it("lets a dry run show every text where there is no ledger, and none can be made", async () => {
    const folder = disk(16);
    mkdirSync(join(folder, "ledger"));
    fill(folder);
    const scene = await openScene({ store: join(folder, "ledger", "status.db") });
    onTestFinished(scene.close);
    const ran = await scene.run([...ANNOUNCE, "--dry-run"]);
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({ outcome: "dry-run", plan: null });
    expect(readdirSync(join(folder, "ledger"))).toEqual([]);
  });
});
