import { execFileSync } from "node:child_process";
import { lstat, mkdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { FolderWriter } from "../../src/channels/page/folder-writer.ts";
import { Board, connectPage, failure, ownFolder } from "./page-ground.ts";

async function written() {
  const directory = join(await ownFolder(), "public");
  const board = new Board();
  board.tellEnded("2010-05-05-slip", "2010-05-05T10:00:00Z");
  const page = connectPage({ directory, board });
  const receipt = await page.publish();
  return { ...page, receipt, directory };
}

const SORTS = {
  pipe: (path: string) => Promise.resolve(execFileSync("mkfifo", [path])),
  link: (path: string) => symlink("/dev/zero", path),
  folder: (path: string) => mkdir(path),
  giant: async (path: string) => {
    await writeFile(path, "");
    await truncate(path, 65_000_000);
  },
} as const;
const NAMES = ["status.json", "index.html", ".status-page.json"] as const;
const CASES = NAMES.flatMap((name) =>
  (["pipe", "link", "folder", "giant"] as const).map((sort) => ({ name, sort })),
).filter(({ name, sort }) => name !== "index.html" || sort !== "giant");

describe("what stands where a file of the page should be", () => {
  it.each(CASES)("is refused at once and left alone: a $sort for $name", async ({ name, sort }) => {
    const { directory, publish } = await written();
    const path = join(directory, name);
    await rm(path);
    await SORTS[sort](path);
    const before = await lstat(path);
    const error = await failure(publish());
    expect(error).toMatchObject({ fate: "refused", code: "PAGE_NOT_WRITTEN" });
    expect(error.hint).toMatch(/move it away|in the link's place/);
    expect((await lstat(path)).ino).toBe(before.ino);
  });

  it.each(["status.json", "index.html"])("is not waited for when the page is read back: %s", async (name) => {
    const { directory, receipt, verify } = await written();
    await rm(join(directory, name));
    execFileSync("mkfifo", [join(directory, name)]);
    expect(await verify(receipt)).toMatchObject({
      state: "cannot",
      note: expect.stringContaining("is no plain file"),
    });
  });

  it("lets no older ledger through by not being readable", async () => {
    const { directory, publish, board } = await written();
    for (let times = 0; times < 3; times++) await publish();
    board.revision = 0;
    await rm(join(directory, "status.json"));
    await symlink("status.json", join(directory, "status.json"));
    expect(await failure(publish())).toMatchObject({ code: "PAGE_NOT_WRITTEN" });
    expect(await readFile(join(directory, "index.html"), "utf8")).toContain('content="4"');
    expect(board.revision).toBe(0);
  });
});

describe("a page of what has ended", () => {
  it("is written again where it was emptied", async () => {
    const { directory, publish } = await written();
    const path = join(directory, "incidents/2010-05-05-slip.html");
    const words = await readFile(path, "utf8");
    await writeFile(path, "");
    await writeFile(join(directory, "history/2010-05.html"), "");
    await publish();
    expect(await readFile(path, "utf8")).toBe(words);
    expect(await readFile(join(directory, "history/2010-05.html"), "utf8")).toContain("<h1>");
  });

  it.each(["folder", "pipe", "link"] as const)(
    "does not count as written where a %s stands",
    async (sort) => {
      const { directory, publish } = await written();
      const path = join(directory, "incidents/2010-05-05-slip.html");
      await rm(path);
      await SORTS[sort](path);
      expect((await FolderWriter.open(directory)).has("incidents/2010-05-05-slip.html")).toBe(false);
      expect(await failure(publish())).toMatchObject({ code: "PAGE_NOT_WRITTEN" });
    },
  );

  it("costs little to look for, however many there are", async () => {
    const directory = await ownFolder();
    await mkdir(join(directory, "incidents"));
    const paths = Array.from({ length: 2000 }, (_, index) => `incidents/${index}.html`);
    for (const path of paths) await writeFile(join(directory, path), "x");
    const folder = await FolderWriter.open(directory);
    const began = performance.now();
    expect(paths.every((path) => folder.has(path))).toBe(true);
    expect(performance.now() - began).toBeLessThan(150);
  });
});
