import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { setStage } from "../support/stage.ts";
import { CHECKOUT, open } from "./open.ts";

describe("env", () => {
  it("is what secrets' commands, the page's publish command and own programs get, and all that they get", async () => {
    const stage = await setStage(({ channels }) => {
      const token = String(channels.x!.accessToken);
      channels.x = {
        ...channels.x,
        accessToken: { cmd: ["sh", "-c", `test "$WORD" = given && printf %s '${token}'`] },
      };
      channels.page = { ...channels.page, publish: ["sh", "-c", "env > carried.txt"] };
      channels.pager = { kind: "command", run: ["sh", "./pager.sh"] };
    });
    const { folder } = stage;
    writeFileSync(join(folder, "pager.sh"), `env > paged.txt\necho '{"version":1,"receipt":{"id":"7"}}'\n`);
    const env = { HOME: folder, PATH: process.env.PATH, WORD: "given" };
    const status = await open(stage, { env });
    const { deliveries } = await status.announce({ ...CHECKOUT, only: ["x", "page", "pager"] });
    const silent = deliveries.filter(({ error }) => error !== null);
    expect(silent).toEqual([]);
    for (const file of ["carried.txt", "paged.txt"]) {
      const got = readFileSync(join(folder, file), "utf8").split("\n");
      expect(got, file).toContain("WORD=given");
      // Of the tests themselves.
      expect(
        got.filter((line) => line.startsWith("VITEST")),
        file,
      ).toEqual([]);
    }
  });
});
