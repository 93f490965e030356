import { describe, expect, it } from "vitest";
import { component, filesOf, site } from "./sites.ts";

describe("the address of another dashboard", () => {
  it("is told without what follows its path, and without a name or password", async () => {
    const url = "https://reader:sesame@feeds.example.net/health/rss?token=hunter22#open";
    const components = [{ ...component("mail", "Mail"), source: { form: "feed", url } as const }];
    const files = await filesOf(site([], { components }));
    for (const [path, content] of files) expect(content, path).not.toMatch(/hunter22|sesame|reader:/);
    expect(files.get("index.html")).toContain('href="https://feeds.example.net/health/rss"');
    expect(JSON.parse(files.get("status.json") ?? "").sources).toMatchObject([
      { url: "https://feeds.example.net/health/rss", components: ["mail"] },
    ]);
  });
});
