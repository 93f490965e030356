import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ROOT } from "../support/runner.ts";

const ANNOUNCE = ["announce", "--title", "Checkout is failing", "--yes", "--json"];
/** Root may write everywhere: somebody else stands in. */
const NOBODY = process.getuid?.() === 0 ? 65534 : null;

/** A folder that a user without rights owns, with a page to speak on, and the ledger in a folder `led`. */
function place() {
  const folder = mkdtempSync(join(tmpdir(), "status-anothers-"));
  const led = join(folder, "led");
  onTestFinished(() => {
    chmodSync(led, 0o755);
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, ".statusrc.json");
  const config = {
    property: { name: "Shop", url: "https://shop.example.com", locale: "en", timeZone: "UTC" },
    channels: { page: { kind: "page", directory: "./public", url: "https://status.example.com" } },
    store: "led/status.db",
  };
  writeFileSync(file, JSON.stringify(config));
  const give = (...paths: string[]) => {
    if (NOBODY !== null) for (const path of paths) chownSync(path, NOBODY, NOBODY);
  };
  const run = (argv: readonly string[], home = join(folder, "home"), uid = NOBODY) => {
    const ran = spawnSync(process.execPath, [join(ROOT, "bin/status.js"), ...argv], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: home, CI: "1" },
      encoding: "utf8",
      ...(uid === null ? {} : { uid, gid: uid }),
    });
    return { ...ran, json: () => JSON.parse(ran.stdout) };
  };
  mkdirSync(join(folder, "home"));
  give(folder, file, join(folder, "home"));
  return { folder, led, give, run };
}

describe("a ledger that another user wrote", () => {
  const written = (modes: { readonly folder: number; readonly file: number }) => {
    const there = place();
    if (NOBODY !== null) chownSync(join(there.folder, ".statusrc.json"), 0, 0);
    expect(there.run(ANNOUNCE, join(there.folder, "other"), NOBODY === null ? null : 0).status).toBe(0);
    there.give(join(there.folder, ".statusrc.json"));
    chmodSync(join(there.led, "status.db"), modes.file);
    chmodSync(there.led, modes.folder);
    return there;
  };

  it("is read as it stands by whoever looks, and refuses what would be recorded", () => {
    const { run } = written({ folder: 0o555, file: 0o444 });
    const listed = run(["list", "--json"]);
    expect([listed.status, listed.stderr]).toEqual([0, expect.stringContaining("is read as it stands")]);
    expect(listed.json().incidents).toHaveLength(1);
    const looked = run(["update", "--message", "We look.", "--yes", "--json", "--dry-run"]);
    expect([looked.status, looked.stderr]).toEqual([0, expect.stringContaining("is read as it stands")]);
    expect(looked.json()).toMatchObject({ outcome: "dry-run", update: { number: 2 } });
    const said = run(ANNOUNCE);
    expect([said.status, said.json().error]).toMatchObject([
      3,
      { code: "LEDGER_NOT_WRITABLE", hint: expect.stringContaining("--offline") },
    ]);
  });

  it("is said not to be writable where only its file may not be written", () => {
    const { run } = written({ folder: 0o777, file: 0o444 });
    const said = run([...ANNOUNCE, "--new"]);
    expect([said.status, said.json().error?.code]).toEqual([3, "LEDGER_NOT_WRITABLE"]);
    expect(run(["list", "--json"]).json().incidents).toHaveLength(1);
  });
});

describe("a ledger's path that is a folder", () => {
  it("is told as a ledger that cannot be opened, also to whoever looks", () => {
    const { led, run } = place();
    mkdirSync(join(led, "status.db"), { recursive: true });
    for (const argv of [["list", "--json"], [...ANNOUNCE, "--dry-run"], ANNOUNCE]) {
      const ran = run(argv);
      expect([argv[0], ran.status, ran.json().error?.code]).toEqual([argv[0], 3, "LEDGER_NOT_WRITABLE"]);
    }
  });
});
