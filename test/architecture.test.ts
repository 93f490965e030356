import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { KINDS } from "../src/channels/registry.ts";
import { exitCodesAsMarkdown } from "../src/cli/exit-codes.ts";

const ROOT = new URL("../src", import.meta.url).pathname;

/** Who may import whom: imports only go down. A folder always may import itself and base. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  incident: [],
  render: ["incident"],
  page: ["incident", "render"],
  channels: ["incident", "render", "page"],
  broadcast: ["incident", "render", "channels"],
  cadence: ["incident", "broadcast"],
  store: ["incident", "channels", "broadcast"],
  // What authors of channels import.
  "channel.ts": ["render", "channels"],
  conformance: ["incident", "render", "channels"],
  "conformance.ts": ["conformance"],
  config: ["incident", "render", "channels", "broadcast", "cadence"],
  sandbox: ["page"],
  status: ["incident", "render", "channels", "broadcast", "cadence", "store", "config"],
  cli: [
    "incident",
    "render",
    "page",
    "channels",
    "broadcast",
    "cadence",
    "store",
    "config",
    "sandbox",
    "status",
  ],
  "index.ts": ["status"],
  // A second front door: a workflow's step calls the command line.
  github: ["cli"],
};

interface Module {
  readonly path: string;
  readonly layer: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const modules: readonly Module[] = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(
      ([, specifier]) => specifier!,
    );
    const imports = specifiers.map((specifier) => relative(ROOT, resolve(ROOT, dirname(path), specifier)));
    return { path, layer: path.split("/")[0]!, text, imports };
  });

function offenders(rule: (module: Module) => readonly string[]): string[] {
  return modules.flatMap((module) => rule(module).map((what) => `${module.path}: ${what}`));
}

describe("the house", () => {
  it("has modules in every layer", () => {
    expect(new Set(modules.map(({ layer }) => layer))).toEqual(new Set(Object.keys(LAYERS)));
  });

  it("imports only downwards", () => {
    expect(
      offenders(({ layer, imports }) =>
        imports.filter((target) => {
          const below = target.split("/")[0]!;
          return below !== layer && below !== "base" && !LAYERS[layer]?.includes(below);
        }),
      ),
    ).toEqual([]);
  });

  it("lets no channel import another", () => {
    const kindOf = (path: string) =>
      path.startsWith("channels/") && path.split("/").length > 2 ? path.split("/")[1] : null;
    expect(
      offenders(({ path, imports }) =>
        imports.filter(
          (target) => kindOf(path) !== null && kindOf(target) !== null && kindOf(target) !== kindOf(path),
        ),
      ),
    ).toEqual([]);
  });

  it("lets the imitations share no code with the adapters", () => {
    expect(
      offenders(({ layer, imports }) =>
        imports.filter((target) => layer === "sandbox" && target.startsWith("channels")),
      ),
    ).toEqual([]);
  });

  it("lets the engine name no channel and no database", () => {
    const names = new RegExp(`"(${Object.keys(KINDS).join("|")}|sqlite|postgres)"`, "g");
    expect(offenders(({ layer, text }) => (layer === "broadcast" ? (text.match(names) ?? []) : []))).toEqual(
      [],
    );
  });

  it("reads the environment and ends the process in one place only", () => {
    expect(
      offenders(({ path, text }) =>
        path === "status/circumstances.ts" ? [] : (text.match(/process\.env\b/g) ?? []),
      ),
    ).toEqual([]);
    // What a channel's own code holds open ends in no other way.
    expect(
      offenders(({ path, text }) =>
        path === "cli/own-code.ts" ? [] : (text.match(/process\.exit\b(?!Code)/g) ?? []),
      ),
    ).toEqual([]);
  });

  it("asks nobody, touches no signal and knows no flag below cli", () => {
    const terminal = /process\.(on|once|exitCode)\b|"inquirer"|"commander"|"chalk"/g;
    const doors = ["cli", "github"];
    expect(
      offenders(({ layer, text }) => (doors.includes(layer) ? [] : (text.match(terminal) ?? []))),
    ).toEqual([]);
  });

  it("prints in cli only, or in a test that runs, and uses no built-in fetch", () => {
    expect(
      offenders(({ layer, text }) =>
        ["cli", "conformance"].includes(layer) ? [] : (text.match(/process\.std(out|err)\b/g) ?? []),
      ),
    ).toEqual([]);
    // What visitors' browsers run stands in src/page as text.
    expect(
      offenders(({ layer, text }) => (layer === "page" ? [] : (text.match(/(?<![.\w])fetch\(/g) ?? []))),
    ).toEqual([]);
  });

  it("has no folder or file for leftovers", () => {
    expect(
      modules
        .map(({ path }) => path)
        .filter((path) => /(^|\/)(utils?|helpers?|common|types|misc)(\.ts|\/)/.test(path)),
    ).toEqual([]);
  });
});

describe("the README", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

  it("has the exit codes as the code has them", () => {
    expect(readme).toContain(exitCodesAsMarkdown());
  });

  it("leads to a page that names every kind of channel", () => {
    expect(readme).toContain("(docs/channels/README.md)");
    const kinds = readFileSync(new URL("../docs/channels/README.md", import.meta.url), "utf8");
    for (const kind of Object.keys(KINDS)) expect(kinds).toContain(`\n| \`${kind}\` | `);
  });

  it("links to nothing that is not there", () => {
    const files = new Set(
      readdirSync(new URL("..", import.meta.url), { recursive: false, encoding: "utf8" }),
    );
    for (const [, target] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(
        files.has(target!.split("/")[0]!) &&
          readFileSync(new URL(`../${target}`, import.meta.url)).length > 0,
        target,
      ).toBe(true);
  });
});
