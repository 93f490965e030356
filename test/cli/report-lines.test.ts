import { describe, expect, it } from "vitest";
import { saySeconds } from "../../src/cli/output/table.ts";
import { ANNOUNCE, setStage } from "../support/stage.ts";

describe("the report", () => {
  it("gives a silent channel's code once, and its address once", async () => {
    const stage = await setStage((config) => {
      config.channels = {
        sellers: { ...config.channels.sellers!, baseUrl: "http://127.0.0.1:9" },
        page: config.channels.page!,
      };
    });
    const { code, stdout } = await stage.run([...ANNOUNCE, "--timeout", "1s"]);
    expect(code).toBe(5);
    expect(stdout).toContain(
      "127.0.0.1:9: the connection was refused (ECONNREFUSED). [DISCOURSE_UNREACHABLE]",
    );
    expect(stdout.match(/127\.0\.0\.1:9/g)).toHaveLength(1);
    expect(stdout.match(/UNREACHABLE/g)).toHaveLength(1);
  });

  it("says changed of a post that was changed in its place, and sent of a new one", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    const { stdout, stderr } = await stage.run(["correct", "--message", "It began at 09:40.", "--yes"]);
    expect(stdout).toMatch(/ ops +changed /);
    expect(stdout).toMatch(/ x +sent /);
    expect(stderr).toMatch(/ops: .*changed in/);
    const again = await stage.run(["correct", "--message", "It began at 09:41.", "--yes", "--json"]);
    const ops = again.json().deliveries.find(({ channel }) => channel === "ops");
    expect(ops?.state).toMatch(/^(sent|verified)$/);
    expect(ops).not.toHaveProperty("effect");
  });
});

describe("a preview", () => {
  it("shows a subject only where the place gets one beside the text", async () => {
    const stage = await setStage();
    const { stdout } = await stage.run([...ANNOUNCE, "--dry-run"]);
    const shown = stdout.split(/\n(?=\w+ \()/).flatMap((part) => {
      const [, name] = /^(\w+) \(/.exec(part) ?? [];
      return name !== undefined && part.includes("subject:") ? [name] : [];
    });
    expect(shown).toEqual(["customers", "page"]);
  });
});

describe("an empty --config", () => {
  it.each([[["list"]], [[...ANNOUNCE]], [["config"]], [["preview", "resolve"]]])(
    "is refused by %j",
    async (argv) => {
      const stage = await setStage();
      const { code, stderr } = await stage.run([...argv, "--config", ""]);
      expect(code).toBe(2);
      expect(stderr).toContain("[CONFIG_EMPTY]");
      expect((await stage.run(["list"])).stdout).toContain("No incident is open.");
    },
  );
});

describe("a channel named __proto__", () => {
  it("is refused, not dropped", async () => {
    const stage = await setStage((config) => {
      config.channels = JSON.parse(
        '{"page":{"kind":"page","directory":"./public"},"__proto__":{"kind":"page"}}',
      );
    });
    const { code, stderr } = await stage.run(["list"]);
    expect(code).toBe(3);
    expect(stderr).toContain("channels.__proto__");
  });
});

describe("the time that a post took", () => {
  it("is never nothing", () => {
    expect([3, 49, 50, 1234].map(saySeconds)).toEqual(["<0.1 s", "<0.1 s", "0.1 s", "1.2 s"]);
  });
});
