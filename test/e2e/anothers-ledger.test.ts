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

describe("a ledger that cannot be reached", () => {
  const LOOKS = [
    ["list", "--json"],
    [...ANNOUNCE, "--dry-run"],
  ];

  it.each(["a folder that may not be entered", "a file"])("stops nobody who only looks: in %s", (where) => {
    const { led, run } = place();
    if (where === "a file") writeFileSync(led, "");
    else mkdirSync(led, { mode: 0o000 });
    for (const argv of LOOKS) {
      const ran = run(argv);
      expect([argv[0], ran.status, ran.stderr]).toEqual([
        argv[0],
        0,
        expect.stringContaining("nothing is known of what was said before"),
      ]);
    }
    expect(run(ANNOUNCE).json().error).toMatchObject({ code: "LEDGER_NOT_WRITABLE" });
  });

  it("is looked at in this machine's copy, where there is one", () => {
    const { led, run } = place();
    expect(run(ANNOUNCE).status).toBe(0);
    expect(run(["update", "--message", "Offline.", "--yes", "--offline", "--json"]).status).toBe(0);
    chmodSync(led, 0o000);
    if (NOBODY !== null) chownSync(led, 0, 0);
    const listed = run(["list", "--json"]);
    expect([listed.status, listed.stderr]).toEqual([
      0,
      expect.stringContaining("this machine's copy is read"),
    ]);
    expect(listed.json().incidents).toHaveLength(1);
  });
});
