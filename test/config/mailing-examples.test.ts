import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkConfig } from "../../src/config/load.ts";
import { brief, entriesIn } from "../channels/recipients-ground.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const docs = read("docs/mailings.md");
const blocks = (language: string) =>
  [...docs.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, text]) => text!);

async function kindsOf(text: string): Promise<string[]> {
  const content = { property: { name: "Shop" }, ...(parse(text) as object) };
  const { channels } = await checkConfig(content, { path: "/srv/shop/.statusrc" });
  return channels.map(({ kind }) => kind.kind);
}

describe("the examples of mailings", () => {
  it("are there", () => {
    expect(blocks("yaml").length).toBeGreaterThanOrEqual(3);
  });

  it.each(blocks("yaml"))("are taken as they stand: %s", async (text) => {
    expect(await kindsOf(text)).toContain("email");
  });

  it("are lists that can be read", async () => {
    const both = ["seller@example.com", "kiosk@example.com"];
    expect(brief(await entriesIn(blocks("csv")[0]!, "list.csv"))).toEqual(both);
    expect(brief(await entriesIn(blocks("json")[0]!, "list.ndjson"))).toEqual(both);
  });

  it("are taken as .statusrc.example has them, once they are no remark", async () => {
    const [paragraph = ""] = read(".statusrc.example")
      .split("\n\n")
      .filter((part) => part.includes("kind: email"));
    const lines = paragraph.split("\n").filter((line) => !/^ +to:/.test(line));
    const settings = lines.map((line) => line.replace(/^( {4})# (?=[a-zA-Z]+: )(?!Instead)/, "$1"));
    expect(settings.join("\n")).toMatch(/^ {4}recipients: .*^ {4}dkimKey: /ms);
    expect(await kindsOf(["channels:", ...settings].join("\n"))).toEqual(["email"]);
  });
});
