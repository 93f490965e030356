import { describe, expect, it } from "vitest";
import { StatusError } from "../../src/base/errors.ts";
import { checkConfig } from "../../src/config/load.ts";

async function told(channel: object): Promise<string | null> {
  const content = { property: { name: "Shop" }, channels: { many: { kind: "apprise", ...channel } } };
  try {
    await checkConfig(content, { path: "/srv/shop/.statusrc" });
    return null;
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
}

describe("a list of secrets", () => {
  it("is taken where each of them is a reference", async () => {
    expect(await told({ urls: ["env:ONE", "file:two", { cmd: ["pass", "show", "three"] }] })).toBeNull();
    expect(await told({ urls: "env:ONE" })).toBeNull();
  });

  it("is refused where one of them is the secret itself, which is not repeated", async () => {
    const said = await told({ urls: ["env:ONE", "discord://4711/hush"] });
    expect(said).toContain("channels.many.urls holds a secret itself");
    expect(said).not.toContain("hush");
  });

  it("may hold the secret itself where it reaches this machine only", async () => {
    expect(await told({ urls: ["json://user:hush@127.0.0.1:8080/"] })).toBeNull();
    expect(await told({ urls: ["json://user:hush@127.0.0.1:8080/", "json://example.com"] })).toContain(
      "itself",
    );
  });
});
