import { expect, it } from "vitest";
import { inTurn } from "../../src/channels/in-turn.ts";

it("loads one after another, in the order asked for, and gives each its own", async () => {
  const seen: string[] = [];
  const load = (name: string) => async () => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} is there`);
    return name;
  };
  expect(await Promise.all([inTurn(load("a")), inTurn(load("b"))])).toEqual(["a", "b"]);
  expect(seen).toEqual(["a begins", "a is there", "b begins", "b is there"]);
});

it("goes on behind one that fails, which fails for its own asker only", async () => {
  const broken = inTurn(() => Promise.reject(new Error("cannot be read")));
  const next = inTurn(async () => "next");
  await expect(broken).rejects.toThrow("cannot be read");
  expect(await next).toBe("next");
});

it("lets what is ready to be sent leave first", async () => {
  const seen: string[] = [];
  const loaded = inTurn(async () => seen.push("loaded"));
  process.nextTick(() => seen.push("sent"));
  setImmediate(() => seen.push("asked"));
  await loaded;
  expect(seen[0]).toBe("sent");
  expect(seen).toContain("loaded");
});
