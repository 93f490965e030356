import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { publishPage } from "../../src/channels/page/publish-page.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { connectPage, failure, NEVER, ownFolder } from "./page-ground.ts";

/** A page whose revisions the ledger in that file counts. */
async function pageOf(file: string, directory: string) {
  const ledger = new LedgerStore(await openSqlite(file));
  onTestFinished(() => ledger.close());
  const { kit, settings } = connectPage({ directory });
  const board: typeof kit.board = {
    ...kit.board,
    exclusively: (channel, write) => ledger.exclusively(`page:${channel}`, 5000, write),
  };
  return {
    ledger,
    publish: () => publishPage(settings, { ...kit, board }, { carry: true, signal: NEVER }),
  };
}

async function place() {
  const folder = await ownFolder();
  return { file: join(folder, "status.db"), copy: join(folder, "copy.db"), public: join(folder, "public") };
}

describe("an older ledger that was copied back", () => {
  it("is refused however often it tries, and catches up with nothing", async () => {
    const { file, copy, public: directory } = await place();
    const { ledger, publish } = await pageOf(file, directory);
    await publish();
    await ledger.close();
    await copyFile(file, copy);
    const newer = await pageOf(file, directory);
    for (let times = 0; times < 3; times++) await newer.publish();
    const older = await pageOf(copy, directory);
    for (let times = 0; times < 6; times++)
      expect(await failure(older.publish())).toMatchObject({ code: "PAGE_FROM_ANOTHER_LEDGER" });
    expect(await readFile(join(directory, "status.json"), "utf8")).toContain('"revision":4,');
    expect((await newer.publish()).revision).toBe(5);
  });
});

describe("the revision", () => {
  it("is used up by a writing that failed half-way", async () => {
    const { file, public: directory } = await place();
    const { publish } = await pageOf(file, directory);
    await mkdir(join(directory, "index.html", "in-the-way"), { recursive: true });
    expect(await failure(publish())).toMatchObject({ code: "PAGE_NOT_WRITTEN" });
    const elsewhere = await pageOf(file, join(directory, "..", "elsewhere"));
    expect((await elsewhere.publish()).revision).toBe(2);
  });

  it("is used up by a call that gives back nothing, also where it throws", async () => {
    const { file, public: directory } = await place();
    const { ledger } = await pageOf(file, directory);
    const failing = (give: boolean) =>
      ledger.exclusively("page:page", 0, async (revision, giveBack) => {
        if (give) giveBack();
        throw new Error(String(revision));
      });
    await expect(failing(false)).rejects.toThrow("1");
    await expect(failing(true)).rejects.toThrow("2");
    await expect(failing(true)).rejects.toThrow("2");
    expect(await ledger.exclusively("page:page", 0, async (revision) => revision)).toBe(2);
  });

  it.each(["1e300", "9007199254740993", "-1", "2.5", '"7"'])(
    "is none of ours where it reads %s, and locks nothing out",
    async (revision) => {
      const { file, public: directory } = await place();
      await mkdir(directory);
      await writeFile(join(directory, "status.json"), `{"revision":${revision}}`);
      const { publish } = await pageOf(file, directory);
      expect((await publish()).revision).toBe(1);
    },
  );
});
