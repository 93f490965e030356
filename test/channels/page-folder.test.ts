import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FolderWriter } from "../../src/channels/page/folder-writer.ts";
import { siteOf, writePage } from "../../src/channels/page/write-page.ts";
import { Board, connectPage, failure, ownFolder } from "./page-ground.ts";

/** A page with an open incident and one that ended in each of the last three months. */
async function openPage() {
  const board = new Board();
  board.tellEnded("2010-03-03-old", "2010-03-03T10:00:00Z");
  board.tellEnded("2010-04-04-older", "2010-04-04T10:00:00Z");
  board.tellEnded("2010-05-05-slip", "2010-05-05T10:00:00Z");
  board.tell("2010-06-29-outage");
  const directory = join(await ownFolder(), "public");
  const { kit, settings, publish } = connectPage({ directory, board });
  return {
    ...{ board, directory, publish },
    async build() {
      board.revision += 1;
      return writePage(await siteOf(settings, kit, board.revision), directory, kit);
    },
  };
}

const ended = /^(incidents\/2010-0[345]|history\/2010-0[345])/;

describe("a second writing", () => {
  it("touches nothing that tells of what has ended, and writes the rest last", async () => {
    const { board, build } = await openPage();
    expect((await build()).filter((path) => ended.test(path)).sort()).toEqual([
      "history/2010-03.html",
      "history/2010-04.html",
      "history/2010-05.html",
      "incidents/2010-03-03-old.html",
      "incidents/2010-04-04-older.html",
      "incidents/2010-05-05-slip.html",
    ]);
    board.tell("2010-06-29-outage");
    const changed = await build();
    expect(changed.filter((path) => ended.test(path))).toEqual([]);
    expect(changed).toContain("incidents/2010-06-29-outage.html");
    expect(changed.slice(-3)).toEqual(["status.json", "index.html", ".status-page.json"]);
  });

  it("touches only what tells of the hour when nothing was said", async () => {
    const { build } = await openPage();
    await build();
    const changed = await build();
    expect(changed.filter((path) => ended.test(path))).toEqual([]);
    expect(changed).not.toContain("style.css");
    expect(changed).not.toContain(".status-page.json");
  });

  it("knows every folder that it writes into", async () => {
    const { board, build, directory } = await openPage();
    board.tell("2010-07-04-upgrade", {
      type: "maintenance",
      phase: "scheduled",
      startedAt: new Date("2010-07-04T10:00:00Z"),
    });
    await build();
    const folders = (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.parentPath);
    const writer = await FolderWriter.open(directory);
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
      if (entry.isFile())
        expect(writer.has(join(entry.parentPath, entry.name).slice(directory.length + 1)), entry.name).toBe(
          true,
        );
    expect(new Set(folders).size).toBeGreaterThan(3);
  });

  it("writes a file again that is gone, was emptied, or was altered in the same length", async () => {
    const { build, directory } = await openPage();
    await build();
    const gone = join(directory, "incidents/2010-03-03-old.html");
    const words = await readFile(gone, "utf8");
    await rm(gone);
    await rm(join(directory, "history/2010-04.html"));
    await writeFile(join(directory, "style.css"), "");
    const changed = await build();
    expect(changed).toEqual(
      expect.arrayContaining(["incidents/2010-03-03-old.html", "history/2010-04.html", "style.css"]),
    );
    expect(changed).not.toContain("incidents/2010-04-04-older.html");
    expect(await readFile(gone, "utf8")).toBe(words);
    const css = await readFile(join(directory, "style.css"), "utf8");
    await writeFile(join(directory, "style.css"), " ".repeat(Buffer.byteLength(css)));
    await build();
    expect(await readFile(join(directory, "style.css"), "utf8")).toBe(css);
  });

  it("leaves identical files as they are on disk", async () => {
    const { build, directory } = await openPage();
    await build();
    const before = await stat(join(directory, "incidents/2010-03-03-old.html"));
    await build();
    const after = await stat(join(directory, "incidents/2010-03-03-old.html"));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it("clears away what a killed writer left, and nothing that only looks like it", async () => {
    const { build, directory } = await openPage();
    await build();
    await writeFile(join(directory, ".index.html.0123456789ab.tmp"), "half");
    await writeFile(join(directory, "incidents", ".x.html.0123456789ab.tmp"), "half");
    await writeFile(join(directory, ".mine.tmp"), "kept");
    await build();
    const names = await readdir(directory, { recursive: true });
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([".mine.tmp"]);
  });
});

describe("a large build", () => {
  it("stands whole, however many of its files are brought to disk together", async () => {
    const directory = await ownFolder();
    const folder = await FolderWriter.open(directory);
    const paths = Array.from({ length: 230 }, (_, index) => `incidents/${index}.html`);
    for (const path of [...paths, "status.json", "index.html"])
      expect(await folder.put({ path, content: path })).toBe(true);
    for (const path of [...paths, "status.json", "index.html"])
      expect(await readFile(join(directory, path), "utf8")).toBe(path);
    expect((await readdir(join(directory, "incidents"))).length).toBe(230);
    const again = await FolderWriter.open(directory);
    expect(await again.put({ path: paths[200]!, content: paths[200]! })).toBe(false);
  });

  it("waits for the disk a hundred times, then once for all others before the files that tell of them", async (context) => {
    const directory = await ownFolder();
    const trace = join(directory, "trace");
    const tracer = spawn("strace", [
      ...["-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o", trace, "-p", `${process.pid}`],
    ]);
    const attached = await new Promise<boolean>((resolve) => {
      tracer.on("error", () => resolve(false)).on("exit", () => resolve(false));
      tracer.stderr.on("data", (text) => /attached/.test(String(text)) && resolve(true));
    });
    if (!attached) return context.skip("tracing is not allowed here");
    const ended = once(tracer, "exit");
    const folder = await FolderWriter.open(join(directory, "public"));
    for (let index = 0; index < 150; index++)
      await folder.put({ path: `${index}.html`, content: `${index}` });
    await folder.put({ path: "status.json", content: "{}" });
    await folder.put({ path: "index.html", content: "" });
    tracer.kill("SIGINT");
    await ended;
    const calls = (await readFile(trace, "utf8"))
      .split("\n")
      .filter((line) => line.includes(directory))
      .map((line) => (line.includes("fsync(") ? "sync" : /public\/([\w.]+)"[^"]*$/.exec(line)?.[1]));
    const small = calls.slice(0, 200);
    expect(small.filter((call) => call === "sync").length).toBe(100);
    expect(small.slice(0, 2)).toEqual(["sync", "0.html"]);
    expect(calls.slice(200, 250)).toEqual(Array.from({ length: 50 }, (_, index) => `${100 + index}.html`));
    expect(calls.slice(250)).toEqual([...Array(51).fill("sync"), "status.json", "sync", "index.html"]);
  });
});

describe("a folder that cannot be written", () => {
  const refused = async (page: Awaited<ReturnType<typeof openPage>>, hint: string) => {
    const error = await failure(page.publish());
    expect(error).toMatchObject({ fate: "refused", code: "PAGE_NOT_WRITTEN" });
    expect(error.hint).toContain(hint);
  };
  const drafts = async (directory: string) =>
    (await readdir(directory, { recursive: true })).filter((name) => name.endsWith(".tmp"));

  it("is refused where a file stands in the place of a folder", async () => {
    const page = await openPage();
    await mkdir(dirname(page.directory), { recursive: true });
    await writeFile(page.directory, "a file");
    await refused(page, "a file stands where a folder should be");
    await rm(page.directory);
    await mkdir(page.directory);
    await writeFile(join(page.directory, "incidents"), "a file");
    await refused(page, "a file stands where a folder should be");
    expect(await readFile(join(page.directory, "incidents"), "utf8")).toBe("a file");
  });

  it("is refused where a folder stands in the place of a file, and the old page stays", async () => {
    const page = await openPage();
    await page.publish();
    await rm(join(page.directory, "status.json"));
    await mkdir(join(page.directory, "status.json", "in-the-way"), { recursive: true });
    await refused(page, "a folder stands where a file");
    expect(await readFile(join(page.directory, "index.html"), "utf8")).toContain('content="1"');
    expect(await drafts(page.directory)).toEqual([]);
  });

  it("is refused where a file of the page is a link, whose target stays as it is", async () => {
    const page = await openPage();
    await page.publish();
    const elsewhere = join(dirname(page.directory), "elsewhere");
    await writeFile(elsewhere, "not ours");
    await rm(join(page.directory, "index.html"));
    await symlink(elsewhere, join(page.directory, "index.html"));
    await refused(page, "in the link's place");
    expect(await readFile(elsewhere, "utf8")).toBe("not ours");
    expect((await lstat(join(page.directory, "index.html"))).isSymbolicLink()).toBe(true);
  });

  it("is refused where a folder of the page is a link, and nothing is written behind it", async () => {
    const page = await openPage();
    const elsewhere = join(dirname(page.directory), "elsewhere");
    await mkdir(elsewhere);
    await mkdir(page.directory);
    await symlink(elsewhere, join(page.directory, "incidents"));
    await refused(page, "in the link's place");
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it("is written where the folder as a whole is a link", async () => {
    const page = await openPage();
    const elsewhere = join(dirname(page.directory), "elsewhere");
    await mkdir(elsewhere);
    await symlink(elsewhere, page.directory);
    await page.publish();
    expect(await readdir(elsewhere)).toContain("index.html");
  });

  it.skipIf(process.getuid?.() === 0)(
    "is refused without the right to write, and the old page stays",
    async () => {
      const page = await openPage();
      await page.publish();
      await chmod(page.directory, 0o555);
      onTestFinished(() => chmod(page.directory, 0o755));
      await refused(page, "let this user write to");
      expect(await readFile(join(page.directory, "index.html"), "utf8")).toContain('content="1"');
    },
  );

  it("is refused on a disk that can only be read, and the old page stays", async (context) => {
    const page = await openPage();
    await mkdir(page.directory, { recursive: true });
    const mount = (...options: string[]) => spawnSync("mount", [...options, page.directory]).status === 0;
    if (!mount("-t", "tmpfs", "-o", "size=4m", "tmpfs")) return context.skip("mounting is not allowed here");
    onTestFinished(() => void spawnSync("umount", ["-l", page.directory]));
    await page.publish();
    mount("-o", "remount,ro");
    await refused(page, "let this user write to");
    expect(await readFile(join(page.directory, "index.html"), "utf8")).toContain('content="1"');
  });

  it("is refused when the disk is full, and the old page stays readable", async (context) => {
    const page = await openPage();
    await mkdir(page.directory, { recursive: true });
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", page.directory]);
    if (mounted.status !== 0) return context.skip("mounting is not allowed here");
    onTestFinished(() => void spawnSync("umount", ["-l", page.directory]));
    await page.publish();
    const before = await readFile(join(page.directory, "index.html"), "utf8");
    const room = Number(
      spawnSync("df", ["--output=avail", "-B1", page.directory]).stdout.toString().split("\n")[1],
    );
    await writeFile(join(page.directory, "ballast"), Buffer.alloc(room - 4096)).catch(() => {});
    page.board.tell("2010-06-30-second");
    await refused(page, "free some disk space");
    expect(await readFile(join(page.directory, "index.html"), "utf8")).toBe(before);
    expect(await drafts(page.directory)).toEqual([]);
    await rm(join(page.directory, "ballast"));
    expect((await page.publish()).remoteId).toBe("3");
  });
});
