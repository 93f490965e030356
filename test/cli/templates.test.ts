import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";

function write(stage: Stage, name: string, content: string): void {
  const path = join(stage.folder, "templates", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

describe("templates of your own", () => {
  it("word one channel, and leave the others to the bundled ones", async () => {
    const stage = await setStage();
    write(stage, "acknowledge.sellers.md", "Dear sellers: {{ title }}.");
    expect((await stage.run(ANNOUNCE)).code).toBe(0);
    const { topics, mails, tweets } = stage.sandbox.world();
    expect(topics[0]?.posts[0]?.raw).toContain("Dear sellers: Checkout is failing");
    expect(mails[0]?.text).toContain("We know about this");
    expect(tweets[0]?.text).toContain("We know about this");
  });

  it("word one language, for the channels that have it", async () => {
    const stage = await setStage((config) => {
      config.channels.customers = { ...config.channels.customers, locale: "de-AT" };
    });
    write(stage, "de/acknowledge.md", "Wir wissen davon: {{ title }}.");
    expect((await stage.run(ANNOUNCE)).code).toBe(0);
    const { topics, mails } = stage.sandbox.world();
    expect(mails[0]?.text).toContain("Wir wissen davon");
    expect(topics[0]?.posts[0]?.raw).toContain("We know about this");
  });

  it("take the place of the bundled ones where they word the whole, and say the promise once on X", async () => {
    const stage = await setStage();
    write(
      stage,
      "acknowledge.md",
      "---\nkeep: 'Next update: {{ nextUpdate }}.'\n---\n{{ title }}. We look into it.\n\nNext update: {{ nextUpdate }}, or sooner.",
    );
    expect((await stage.run(ANNOUNCE)).code).toBe(0);
    const { tweets, mails } = stage.sandbox.world();
    expect(tweets[0]?.text.match(/Next update/g)).toHaveLength(1);
    expect(mails[0]?.text).toContain("We look into it.");
    expect(mails[0]?.text).not.toContain("We know about this");
  });
});

describe("a component that another dashboard speaks for", () => {
  it("is not called well by this page", async () => {
    const stage = await setStage((config) => {
      config.components.push({
        id: "aws",
        name: "Cloud",
        source: { statuspage: "https://health.example.net" },
      });
    });
    await stage.run(ANNOUNCE);
    const { readFileSync } = await import("node:fs");
    const page = readFileSync(join(stage.folder, "public", "index.html"), "utf8");
    const row = /Cloud<[\s\S]*?<\/li>/.exec(page)![0];
    expect(row).toContain("Never read yet");
    expect(row).toMatch(/href="https:\/\/health\.example\.net\/?"/);
    expect(row).not.toContain("Operational");
  });
});
