import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../src/base/clock.ts";
import { KINDS } from "../../src/channels/registry.ts";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { checkConfig } from "../../src/config/load.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const schema = await configJsonSchema();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

/** What an editor would underline; empty where nothing. */
function complaints(content: unknown): string[] {
  return validate(content)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`);
}

const MINIMAL = {
  property: { name: "Example Shop" },
  channels: { page: { kind: "page", directory: "./public" } },
};

/** The YAML blocks of a document that are configurations, or parts of one. */
function configurationsIn(
  file: string,
): { readonly at: string; readonly content: Record<string, unknown> }[] {
  const text = readFileSync(`${ROOT}${file}`, "utf8");
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].flatMap(([, block], index) => {
    const content = parse(block!) as Record<string, unknown> | null;
    const keys = Object.keys(schema.properties as object);
    const isOne =
      content !== null &&
      typeof content === "object" &&
      Object.keys(content).some((key) => keys.includes(key));
    return isOne ? [{ at: `${file}, block ${index + 1}`, content: { ...MINIMAL, ...content } }] : [];
  });
}

const DOCUMENTS = [
  "README.md",
  ...["docs", "docs/channels"].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`)
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

describe("the JSON Schema of a configuration", () => {
  it("is a valid schema, and knows every kind", () => {
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(Object.keys(schema.$defs as object)).toEqual(expect.arrayContaining(Object.keys(KINDS)));
  });

  it("takes the example configuration", () => {
    expect(complaints(parse(readFileSync(`${ROOT}.statusrc.example`, "utf8")))).toEqual([]);
  });

  it("takes what the documentation shows", async () => {
    let taken = 0;
    for (const { at, content } of DOCUMENTS.flatMap(configurationsIn)) {
      // A fragment that leaves out what it does not speak of is no configuration.
      const loads = await checkConfig(content, { path: "/nowhere/.statusrc" }).then(
        () => true,
        () => false,
      );
      if (!loads) continue;
      taken++;
      expect({ at, wrong: complaints(content) }).toEqual({ at, wrong: [] });
    }
    expect(taken).toBeGreaterThan(10);
  });

  it("takes a channel of every kind on the sandbox", async () => {
    const sandbox = await startSandbox({ clock: systemClock });
    onTestFinished(() => sandbox.close());
    expect(complaints({ ...MINIMAL, channels: { ...MINIMAL.channels, ...sandbox.channels } })).toEqual([]);
  });

  it("takes what a channel of one's own is told, and knows what every channel is told", () => {
    const own = (more: object) => ({
      ...MINIMAL,
      channels: { one: { kind: "./pager.mjs", room: 7, ...more } },
    });
    expect(complaints(own({ timeout: "5s" }))).toEqual([]);
    expect(complaints(own({ kind: "status-channel-pager" }))).toEqual([]);
    expect(complaints(own({ kind: "pager.mjs" }))).not.toEqual([]);
    expect(complaints(own({ audience: "everybody" }))).not.toEqual([]);
  });

  it.each<[string, object]>([
    ["the top level", { chanels: {} }],
    ["the property", { property: { name: "Shop", timezone: "UTC" } }],
    [
      "a component",
      { components: [{ id: "a", name: "A", components: [{ id: "b", name: "B", colour: "red" }] }] },
    ],
    [
      "a component's source",
      { components: [{ id: "a", name: "A", source: { rss: "https://example.com" } }] },
    ],
    ["the cadence", { cadence: { updates: { critical: { investigated: "5m" } } } }],
    ["the wording", { wording: { words: [] } }],
    ["a rule of the wording", { wording: { rules: { spelling: "warn" } } }],
    ["an approval", { approval: { rules: [{ need: 1 }] } }],
    ...Object.keys(KINDS).map((kind): [string, object] => [
      `a channel of the kind ${kind}`,
      { channels: { one: { kind, colour: "red" } } },
    ]),
    ["the kinds", { channels: { one: { kind: "slak" } } }],
  ])("refuses an unknown name in %s, as the loader does", async (_where, change) => {
    const content = { ...MINIMAL, ...change };
    await expect(checkConfig(content, { path: "/nowhere/.statusrc" })).rejects.toThrow();
    expect(complaints(content)).not.toEqual([]);
  });

  it("refuses a duration without its unit, and takes its own defaults", () => {
    const property = (path: string) =>
      path
        .split(".")
        .reduce<Record<string, unknown>>(
          (node, key) => (node.properties as Record<string, Record<string, unknown>>)[key]!,
          schema,
        );
    expect(complaints({ ...MINIMAL, cadence: { acknowledgeWithin: 15 } })).not.toEqual([]);
    expect(complaints({ ...MINIMAL, cadence: { acknowledgeWithin: "15" } })).not.toEqual([]);
    expect(property("cadence.acknowledgeWithin").default).toBe("15m");
    expect(property("cadence.maintenance.remindBefore").default).toEqual(["1d", "1h"]);
  });

  it("describes every setting", () => {
    const silent: string[] = [];
    const walk = (node: unknown, path: string) => {
      if (typeof node !== "object" || node === null) return;
      const { properties, ...rest } = node as { properties?: Record<string, { description?: string }> };
      for (const [key, child] of Object.entries(properties ?? {})) {
        // What a kind is called needs no words, and a command's argv has those of its setting.
        if (
          child.description === undefined &&
          !/^(kind|cmd|command|query|domain|selector|light|dark)$/.test(key)
        )
          silent.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      for (const [key, child] of Object.entries(rest)) walk(child, `${path}/${key}`);
    };
    walk(schema, "");
    expect(silent).toEqual([]);
  });

  it("is in the package as the sources have it", () => {
    expect(JSON.parse(readFileSync(`${ROOT}dist/schema.json`, "utf8"))).toEqual(schema);
    const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
      exports: Record<string, unknown>;
    };
    expect(exports["./schema.json"]).toBe("./dist/schema.json");
  });
});
